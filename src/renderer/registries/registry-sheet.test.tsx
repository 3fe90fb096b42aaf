// @vitest-environment jsdom
import { cleanup, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PlaceRef } from '../../shared/contract.ts'
import { usePlaces } from '../places/other-places.ts'
import { useUi } from '../shell/ui.ts'
import { type Answers, fakeHost, OPEN_REGISTRY, refuse } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { RegistrySheet } from './registry-sheet.tsx'
import { SignOutDialog } from './sign-out-dialog.tsx'
import { WhichRegistry } from './which-registry.tsx'

interface Opened {
  answers?: Answers
  place?: PlaceRef
  another?: boolean
}

async function open({ answers = {}, place, another }: Opened = {}) {
  const { client, asked } = fakeHost({ answers })
  const onClose = vi.fn()
  await show(client, <RegistrySheet place={place} another={another} onClose={onClose} />)
  return { asked, onClose, user: userEvent.setup() }
}

const SIGNED_IN = {
  ...OPEN_REGISTRY,
  kind: 'hub',
  auth: 'bearer',
  signedIn: { type: 'yes', name: 'lea' },
  push: { type: 'yes' },
} as const

const button = (name: string | RegExp) => screen.getByRole('button', { name })
const search = () => screen.getByRole('textbox', { name: 'Name or address of the registry' })

beforeEach(() => {
  usePlaces.setState({ places: [], chosen: undefined })
  useUi.setState({ sheet: undefined })
})
afterEach(cleanup)

describe('the first step', () => {
  it('finds a preset by other names, and goes on with the keyboard alone', async () => {
    const { user } = await open()
    await user.type(search(), 'microsoft')
    const cards = within(screen.getByRole('list', { name: 'Registries people use' }))
    expect(cards.getAllByRole('button').map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining('Azure Container Registry'),
    ])
    await user.keyboard('{Enter}')
    expect(await screen.findByRole('textbox', { name: 'Name of the registry' })).toBeTruthy()
  })

  it('is one stop for the Tab key, with arrow keys inside', async () => {
    const { user } = await open()
    await user.click(search())
    await user.keyboard('{ArrowDown}')
    expect(document.activeElement?.textContent).toContain('Docker Hub')
    await user.keyboard('{ArrowRight}')
    expect(document.activeElement?.textContent).toContain('GitHub')
    const cards = within(screen.getByRole('list', { name: 'Registries people use' })).getAllByRole('button')
    expect(cards.filter(({ tabIndex }) => tabIndex === 0).map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining('GitHub'),
    ])
  })

  it('knows an address by its host', async () => {
    const { user } = await open()
    await user.type(search(), 'https://123456789012.dkr.ecr.eu-west-3.amazonaws.com/')
    expect(screen.getByText('This is an address of Amazon ECR')).toBeTruthy()
    await user.keyboard('{Enter}')
    expect(await screen.findByRole('textbox', { name: 'AWS account' })).toHaveProperty('value', '123456789012')
    expect(screen.getByRole('textbox', { name: 'Region' })).toHaveProperty('value', 'eu-west-3')
  })

  it('takes a whole login line', async () => {
    const { user } = await open()
    await user.click(search())
    await user.paste('echo ghp_1 | docker login ghcr.io -u lea --password-stdin')
    await user.keyboard('{Enter}')
    expect(await screen.findByRole('textbox', { name: 'GitHub user name' })).toHaveProperty('value', 'lea')
    expect(screen.getByLabelText('Personal access token (classic)')).toHaveProperty('value', 'ghp_1')
  })

  it('says so when nothing is called that', async () => {
    const { user } = await open()
    await user.type(search(), 'nothing')
    expect(screen.getByRole('status').textContent).toContain('No registry is called that')
    await user.keyboard('{Enter}')
    expect(search()).toBeTruthy()
  })
})

describe('signing in', () => {
  async function atHub(answers: Answers = {}) {
    const opened = await open({ answers })
    await opened.user.click(button(/^Docker Hub/))
    return {
      ...opened,
      name: await screen.findByRole('textbox', { name: 'Docker ID' }),
      secret: screen.getByLabelText('Personal access token'),
    }
  }

  it('tries and adds in one go, and shows the registry by its name', async () => {
    const { asked, onClose, user, name, secret } = await atHub({
      testRegistry: () => SIGNED_IN,
    })
    await user.type(name, 'lea')
    await user.type(secret, 'dckr_pat_1')
    expect(screen.getByText('docker.io/lea/shop')).toBeTruthy()
    await user.click(button('Sign in'))
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    const input = {
      registry: { host: 'docker.io', kind: 'hub', plain: false },
      signIn: { type: 'password', username: 'lea', password: 'dckr_pat_1' },
    }
    expect(asked).toEqual([
      ['testRegistry', { ...input, namespace: 'lea' }],
      ['addRegistry', input],
    ])
    expect(usePlaces.getState().chosen).toEqual({ type: 'registry', host: 'docker.io' })
    expect(useUi.getState().said.text).toBe('Docker Hub is in the list')
  })

  it('tells three things apart: it answers, who is signed in, what may be published', async () => {
    const { asked, user, name, secret } = await atHub({
      testRegistry: () => ({
        ...SIGNED_IN,
        push: { type: 'no', error: { code: 'registry-token-rights', parts: { place: 'docker.io', name: 'lea' } } },
      }),
    })
    await user.type(name, 'lea')
    await user.type(secret, 'dckr_pat_1')
    await user.click(button('Sign in'))
    expect(await screen.findByText(/Answers: Docker Hub, protected connection/)).toBeTruthy()
    expect(screen.getByText(/Signed in as lea/)).toBeTruthy()
    expect(screen.getByText(/You may not publish to docker.io\/lea/)).toBeTruthy()
    expect(screen.getByText(/may read, but not write/)).toBeTruthy()
    expect(asked.map(([what]) => what)).toEqual(['testRegistry'])
    // To fetch images it is good all the same.
    await user.click(button('Add all the same'))
    await vi.waitFor(() => expect(asked.map(([what]) => what)).toEqual(['testRegistry', 'addRegistry']))
  })

  it('answers an e-mail address at once, and asks nothing before it is corrected', async () => {
    const { asked, user, name, secret } = await atHub()
    await user.type(name, 'lea@')
    expect(screen.getByText(/That is your e-mail address. Here your Docker ID is wanted/)).toBeTruthy()
    await user.type(secret, 'dckr_pat_1')
    await user.click(button('Test'))
    expect(asked).toEqual([])
    await user.clear(name)
    await user.type(name, 'lea')
    await user.click(button('Test'))
    await vi.waitFor(() => expect(asked.map(([what]) => what)).toEqual(['testRegistry']))
  })

  it('mends what was pasted with one button', async () => {
    const { user, name, secret } = await atHub()
    await user.click(secret)
    await user.paste('docker login -u lea -p dckr_pat_1')
    await user.click(button('Take the password out of it'))
    expect(secret).toHaveProperty('value', 'dckr_pat_1')
    expect(name).toHaveProperty('value', 'lea')
  })

  it('leads from the password to the token, and to the page where it is made', async () => {
    const { user } = await atHub()
    await user.selectOptions(screen.getByRole('combobox', { name: 'How you sign in' }), 'Password')
    expect(screen.getByText(/with Google, GitHub or a company sign-in/)).toBeTruthy()
    await user.click(button('Sign in with a token instead'))
    const link = screen.getByRole('link', { name: /Open the page where it is made/ })
    expect(link.getAttribute('href')).toBe('https://app.docker.com/settings/personal-access-tokens')
    expect(link.getAttribute('rel')).toContain('noopener')
    expect(screen.getByText('Read & Write')).toBeTruthy()
  })

  it('says when no keychain took the secret', async () => {
    const { user, onClose, name, secret } = await atHub({
      testRegistry: () => SIGNED_IN,
      addRegistry: () => ({ place: { type: 'registry', host: 'docker.io', account: 'lea' }, remembered: false }),
    })
    await user.type(name, 'lea')
    await user.type(secret, 'dckr_pat_1')
    await user.click(button('Sign in'))
    expect(await screen.findByText(/the password is only in memory/)).toBeTruthy()
    expect(onClose).not.toHaveBeenCalled()
  })

  it('adds nothing once the sheet is closed', async () => {
    const waiting = Promise.withResolvers<void>()
    const { asked, user, name, secret } = await atHub({
      testRegistry: async () => {
        await waiting.promise
        return SIGNED_IN
      },
    })
    await user.type(name, 'lea')
    await user.type(secret, 'dckr_pat_1')
    await user.click(button('Sign in'))
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    cleanup()
    waiting.resolve()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(asked.map(([what]) => what)).toEqual(['testRegistry'])
  })
})

describe('a registry at an address', () => {
  async function at(address: string, answers: Answers = {}) {
    const opened = await open({ answers })
    await opened.user.type(search(), `${address}{Enter}`)
    await opened.user.selectOptions(
      await screen.findByRole('combobox', { name: 'How you sign in' }),
      'Without signing in',
    )
    return opened
  }

  it('goes unprotected only with consent in words, after it showed that it must', async () => {
    const { asked, user } = await at('registry.example', {
      testRegistry: ({ registry }) =>
        registry.plain
          ? { ...OPEN_REGISTRY, encrypted: false }
          : refuse('registry-plain-http', { place: registry.host }),
    })
    await user.click(button('Test'))
    expect(await screen.findByText(/registry.example answers without protection/)).toBeTruthy()
    await user.click(
      screen.getByRole('checkbox', { name: 'I accept this for registry.example, and for no other registry' }),
    )
    await user.click(button('Add'))
    await vi.waitFor(() => expect(asked.map(([what]) => what)).toEqual(['testRegistry', 'testRegistry', 'addRegistry']))
    // What it turned out to be is kept with it.
    expect(asked[2]?.[1]).toEqual({ registry: { host: 'registry.example', plain: true, kind: 'distribution' } })
  })

  it('asks for no consent on this computer', async () => {
    const { user } = await at('localhost:5000')
    await user.click(screen.getByText(/^Connection/))
    expect(screen.queryByRole('checkbox')).toBeNull()
  })

  it('is added all the same when it does not answer', async () => {
    const { asked, user } = await at('registry.example', {
      testRegistry: () => refuse('registry-unreachable', { place: 'registry.example' }),
    })
    await user.click(button('Add'))
    await user.click(await screen.findByRole('button', { name: 'Add all the same' }))
    await vi.waitFor(() => expect(asked.map(([what]) => what)).toEqual(['testRegistry', 'addRegistry']))
  })
})

describe('what docker has already', () => {
  const known = {
    signIns: [
      {
        host: 'docker.io',
        kind: 'hub',
        username: 'lea',
        from: 'docker',
        file: '/home/lea/.docker/config.json',
        exposed: true,
        added: false,
      },
      {
        host: 'ghcr.io',
        kind: 'ghcr',
        username: 'lea',
        from: 'docker',
        file: '/home/lea/.docker/config.json',
        helper: 'desktop',
        exposed: false,
        added: true,
      },
    ],
    remedy: { credsStore: 'secretservice', installed: false },
  } satisfies ReturnType<NonNullable<Answers['known']>>

  it('is offered first, without what was added, and its readable passwords are pointed out', async () => {
    const { user } = await open({ answers: { known: () => known } })
    const offered = within(await screen.findByRole('region', { name: 'You are signed in already' }))
    expect(offered.getAllByRole('listitem')).toHaveLength(1)
    expect(offered.getByText('Docker Hub')).toBeTruthy()
    const exposed = screen.getByRole('region', { name: /Readable in a file/ })
    await user.click(screen.getByText(/What that means/))
    expect(exposed.textContent).toContain('docker-credential-secretservice')
    expect(exposed.textContent).toContain('"credsStore": "secretservice",')
    expect(exposed.textContent).toContain('docker login')
    expect(exposed.textContent).not.toContain('ghcr.io')
  })

  it('is tried before it is taken; what is not good any more is said', async () => {
    const { asked, user } = await open({
      answers: {
        known: () => known,
        testRegistry: () => ({
          ...SIGNED_IN,
          signedIn: { type: 'no', name: 'lea', error: { code: 'registry-credentials', parts: { place: 'docker.io' } } },
        }),
      },
    })
    await user.click(await screen.findByRole('checkbox', { name: /Keep it in Caboteur/ }))
    await user.click(screen.getByRole('button', { name: /^Use this sign-in/ }))
    expect(await screen.findByRole('alert')).toBeTruthy()
    expect(asked).toEqual([
      [
        'testRegistry',
        { registry: { host: 'docker.io', kind: 'hub', plain: false }, signIn: { type: 'docker', keep: true } },
      ],
    ])
  })
})

describe('a registry of the list', () => {
  const place = { type: 'registry', host: 'registry.example', account: 'lea' } as const
  const answers: Answers = {
    accounts: () => [{ host: 'registry.example', name: 'lea', type: 'password', remembered: false }],
    registry: () => ({ registry: { host: 'registry.example', plain: true } }),
    testRegistry: () => ({ ...SIGNED_IN, kind: 'distribution', encrypted: false }),
  }

  it('keeps its secret unless one is typed, and what was allowed for its connection', async () => {
    const { asked, user } = await open({ answers, place })
    expect(await screen.findByText(/No keychain has its password/)).toBeTruthy()
    expect(screen.getByRole('checkbox', { name: /I accept this for registry.example/ })).toHaveProperty('checked', true)
    await user.click(button('Test'))
    await vi.waitFor(() =>
      expect(asked.at(-1)).toEqual([
        'testRegistry',
        { registry: { host: 'registry.example', plain: true }, account: 'lea' },
      ]),
    )
    await user.click(await screen.findByRole('button', { name: 'Change' }))
    await vi.waitFor(() => expect(asked.at(-1)?.[0]).toBe('addRegistry'))
    expect(asked.at(-1)?.[1]).not.toHaveProperty('signIn')
    expect(usePlaces.getState().chosen).toEqual(place)
  })

  it('takes one more account beside', async () => {
    const { asked, user } = await open({ answers, place, another: true })
    await user.type(await screen.findByRole('textbox', { name: 'User name' }), 'bot')
    await user.type(screen.getByLabelText('Password or access token'), 'x')
    await user.click(button('Sign in'))
    await vi.waitFor(() => expect(asked.at(-1)?.[0]).toBe('addRegistry'))
    expect(asked.at(-1)?.[1]).toMatchObject({ signIn: { type: 'password', username: 'bot', password: 'x' } })
  })

  it('logs one account out and shows what is left of the registry', async () => {
    const { client, asked } = fakeHost({ answers })
    const left = { type: 'registry', host: 'registry.example', account: 'bot' } as const
    const info = { kind: 'registry', name: 'registry.example', state: { type: 'idle' } } as const
    usePlaces.setState({
      places: [
        { ...info, place },
        { ...info, place: left },
      ],
      chosen: place,
    })
    await show(client, <SignOutDialog place={place} onClose={() => undefined} />)
    expect(screen.getByText(/is deleted from the keychain/)).toBeTruthy()
    await userEvent.setup().click(button('Log out'))
    await vi.waitFor(() => expect(asked.at(-1)).toEqual(['signOut', { host: 'registry.example', account: 'lea' }]))
    await vi.waitFor(() => expect(usePlaces.getState().chosen).toEqual(left))
  })
})

describe('“Which registry?”', () => {
  it('recommends one after five answers, in both languages, and leads to it', async () => {
    const { client } = fakeHost()
    await show(client, <WhichRegistry onClose={() => undefined} />, 'fr')
    const user = userEvent.setup()
    expect(screen.getByText(/Répondez aux cinq questions/)).toBeTruthy()
    const groups = screen.getAllByRole('radiogroup')
    expect(groups).toHaveLength(5)
    for (const group of groups) await user.click(within(group).getAllByRole('radio').at(-1) as HTMLElement)
    expect(screen.getByText(/Notre conseil : un registre à vous/)).toBeTruthy()
    await user.click(button(/En créer un maintenant/))
    expect(useUi.getState().sheet).toEqual({ type: 'own' })
  })

  it('compares all of them', async () => {
    const { client } = fakeHost()
    await show(client, <WhichRegistry onClose={() => undefined} />)
    await userEvent.setup().click(screen.getByText('Compare all registries'))
    const table = within(screen.getByRole('table'))
    expect(table.getAllByRole('columnheader').map(({ textContent }) => textContent)).toEqual([
      'Registry',
      'Free?',
      'Who sees it',
      'Limits',
      'Who looks after it',
    ])
    expect(table.getAllByRole('rowheader')).toHaveLength(13)
  })
})
