// @vitest-environment jsdom
import { cleanup, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Abilities, MineEvent, RepositoryInfo, Standing } from '../../shared/contract-portal.ts'
import { usePlaces } from '../places/other-places.ts'
import { Repositories } from '../places/repositories.tsx'
import { OpenSheet } from '../shell/open-sheet.tsx'
import { useUi } from '../shell/ui.ts'
import { type Answers, fakeHost, refuse } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'

const place = { type: 'registry', host: 'docker.io', account: 'lea' } as const
const hub: Abilities = {
  kind: 'hub',
  list: true,
  create: ['private', 'public'],
  makes: 'repository',
  visibility: true,
  description: { limit: 100 },
  readme: { limit: 25_000 },
  pages: { create: 'https://hub.docker.com/repository/create', home: 'https://hub.docker.com/repositories' },
}
const shop: RepositoryInfo = {
  path: 'lea/shop',
  visibility: 'private',
  description: 'A shop',
  readme: '# Shop',
  pulls: 1234,
  pages: { page: 'https://hub.docker.com/r/lea/shop', webhooks: 'https://hub.docker.com/webhooks' },
}
const web: RepositoryInfo = { path: 'acme/web', visibility: 'public', pulls: 7, pages: {} }

function standing(info: RepositoryInfo, more: Partial<Standing> = {}): Standing {
  return {
    exists: true,
    info,
    creation: { by: 'api', choices: ['private', 'public'], push: 'public' },
    visibility: info.visibility,
    namespace: 'mine',
    abilities: hub,
    ...more,
  }
}

async function* events(...given: MineEvent[]): AsyncGenerator<MineEvent> {
  yield* given
}

const told = (privates = { used: 0, limit: 1 }): MineEvent[] => [
  { type: 'abilities', abilities: hub },
  {
    type: 'namespaces',
    namespaces: [
      { name: 'lea', own: true, privates },
      { name: 'acme', own: false },
    ],
  },
  { type: 'repositories', repositories: [shop] },
  { type: 'repositories', repositories: [web] },
]

async function open(answers: Answers = {}, language: 'en' | 'fr' = 'en') {
  const { client, asked } = fakeHost({
    answers: {
      mine: () => events(...told()),
      repository: ({ path }) => (path === 'lea/shop' ? standing(shop) : standing({ ...web, path })),
      ...answers,
    },
  })
  await show(
    client,
    <div className="main">
      <Repositories place={place} />
      <OpenSheet />
    </div>,
    language,
  )
  return { asked, user: userEvent.setup() }
}

const grid = () => screen.findByRole('grid', { name: 'My repositories at docker.io' })
const rowOf = async (name: string) => within(await grid()).findByRole('row', { name: new RegExp(`^${name},`) })

describe('my repositories', () => {
  beforeEach(() => {
    // A list draws what is in view: jsdom has no view.
    vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(800)
    vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(1000)
    useUi.setState({ search: '', sheet: undefined })
    usePlaces.setState({ chosen: place })
  })
  afterEach(() => {
    cleanup()
    vi.restoreAllMocks()
  })

  it('say who sees each of them, in a word and a sentence', async () => {
    await open()
    const row = await rowOf('lea/shop')
    expect(within(row).getByText('Private').title).toBe('Only you and those you gave access can get it.')
    expect(within(row).getByText('1,234')).toBeTruthy()
    expect(within(await rowOf('acme/web')).getByText('Public')).toBeTruthy()
    expect(screen.getByText('lea: private repositories used: 0 of 1')).toBeTruthy()
  })

  it('are narrowed by who sees them, by whose they are, and by the search', async () => {
    const { user } = await open()
    await rowOf('lea/shop')
    await user.click(screen.getByRole('button', { name: 'Public' }))
    expect(screen.queryByText('lea/shop')).toBeNull()
    expect(screen.getByText('1 of 2 repositories')).toBeTruthy()
    await user.selectOptions(screen.getByRole('combobox', { name: 'Whose' }), 'lea')
    expect(screen.getByText(/No repository is like this/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'All' }))
    await rowOf('lea/shop')
  })

  it('are opened by a click or Enter, and told about by their dots', async () => {
    const { user } = await open()
    await user.click(within(await rowOf('lea/shop')).getByText('lea/shop'))
    expect(usePlaces.getState().chosen).toEqual({ ...place, repository: 'lea/shop' })
    const row = await rowOf('acme/web')
    row.focus()
    await user.keyboard('{Enter}')
    expect(usePlaces.getState().chosen).toEqual({ ...place, repository: 'acme/web' })
    await user.click(within(row).getByRole('button', { name: 'About acme/web' }))
    expect(await screen.findByRole('dialog', { name: 'acme/web' })).toBeTruthy()
  })

  it('are made public only after words that say what it means', async () => {
    const { asked, user } = await open()
    await user.click(within(await rowOf('lea/shop')).getByRole('button', { name: 'About lea/shop' }))
    await user.click(await screen.findByRole('button', { name: 'Make public…' }))
    const dialog = await screen.findByRole('dialog', { name: 'Make lea/shop public?' })
    expect(dialog.textContent).toContain('Everybody on the internet will be able to get it')
    expect(asked).toEqual([])
    await user.click(within(dialog).getByRole('button', { name: 'Make public for everybody' }))
    await vi.waitFor(() =>
      expect(asked).toEqual([
        ['change', { host: 'docker.io', account: 'lea', path: 'lea/shop', visibility: 'public' }],
      ]),
    )
    await vi.waitFor(() => expect(useUi.getState().said.text).toBe('Everybody can get lea/shop now.'))
  })

  it('are not made private where no private one is left', async () => {
    const { asked, user } = await open({
      repository: () => standing(web, { privates: { used: 1, limit: 1 } }),
    })
    await user.click(within(await rowOf('acme/web')).getByRole('button', { name: 'About acme/web' }))
    await user.click(await screen.findByRole('button', { name: 'Make private…' }))
    const confirm = await screen.findByRole('button', { name: 'Make private' })
    await vi.waitFor(() => expect(confirm).toHaveProperty('disabled', true))
    expect(screen.getByText('acme: its one private repository is used')).toBeTruthy()
    expect(asked).toEqual([])
  })

  it('have their texts changed, counted, and only what was changed is sent', async () => {
    const { asked, user } = await open()
    await user.click(within(await rowOf('lea/shop')).getByRole('button', { name: 'About lea/shop' }))
    const field = await screen.findByRole('textbox', { name: 'Description' })
    expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', true)
    await user.clear(field)
    await user.click(field)
    await user.paste('é'.repeat(101))
    expect(screen.getByText('1 character too many')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', true)
    await user.keyboard('{Backspace}')
    expect(screen.getByText('100 of 100 characters')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await vi.waitFor(() =>
      expect(asked).toEqual([
        ['change', { host: 'docker.io', account: 'lea', path: 'lea/shop', description: 'é'.repeat(100) }],
      ]),
    )
  })

  it('keep what was typed when the registry refuses it', async () => {
    const { user } = await open({ change: () => refuse('registry-denied', { place: 'docker.io' }) })
    await user.click(within(await rowOf('lea/shop')).getByRole('button', { name: 'About lea/shop' }))
    const field = await screen.findByRole('textbox', { name: 'Description' })
    await user.type(field, '!')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByRole('alert')).toBeTruthy()
    expect(field).toHaveProperty('value', 'A shop!')
  })

  it('are made anew, private by themselves, under a name the registry takes', async () => {
    const { asked, user } = await open()
    await rowOf('lea/shop')
    await user.click(screen.getByRole('button', { name: 'New repository…' }))
    const name = await screen.findByRole('textbox', { name: 'Name of the image' })
    expect(screen.getByRole('radio', { name: 'Private' })).toHaveProperty('checked', true)
    await user.type(name, 'Shop')
    expect(screen.getByText(/^Lower-case letters/)).toBeTruthy()
    await user.clear(name)
    await user.type(name, 'shop')
    expect(screen.getByText('There is a repository of this name already.')).toBeTruthy()
    await user.type(name, '-two')
    expect(screen.getByText('It will be called docker.io/lea/shop-two')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Create' }))
    await vi.waitFor(() =>
      expect(asked).toEqual([
        ['create', { host: 'docker.io', account: 'lea', path: 'lea/shop-two', visibility: 'private' }],
      ]),
    )
    await vi.waitFor(() => expect(usePlaces.getState().chosen).toEqual({ ...place, repository: 'lea/shop-two' }))
  })

  it('are never public for want of a private one: that has to be said', async () => {
    const { asked, user } = await open({ mine: () => events(...told({ used: 1, limit: 1 })) })
    await rowOf('lea/shop')
    await user.click(screen.getByRole('button', { name: 'New repository…' }))
    await user.type(await screen.findByRole('textbox', { name: 'Name of the image' }), 'new')
    expect(screen.getByRole('radio', { name: 'Private' })).toHaveProperty('disabled', true)
    expect(screen.getByRole('radio', { name: 'Public' })).toHaveProperty('checked', false)
    expect(screen.getByRole('button', { name: 'Create' })).toHaveProperty('disabled', true)
    await user.click(screen.getByRole('radio', { name: 'Public' }))
    await user.click(screen.getByRole('button', { name: 'Create' }))
    await vi.waitFor(() => expect(asked).toHaveLength(1))
  })

  it('are what the sign-in shows of them: a failing name leaves the others, a closed list leaves the way by name', async () => {
    const denied = { code: 'registry-denied', parts: { place: 'docker.io' } } as const
    await open({ mine: () => events(...told(), { type: 'failed', namespace: 'acme', error: denied }) })
    await rowOf('lea/shop')
    expect(await screen.findByText('The repositories of acme could not be read:')).toBeTruthy()
    cleanup()
    await open({ mine: () => events({ type: 'abilities', abilities: hub }, { type: 'failed', error: denied }) }, 'fr')
    expect(await screen.findByText(/^Cette connexion ouvre le registre/)).toBeTruthy()
    expect(screen.getByRole('textbox', { name: /^Dépôt/ })).toBeTruthy()
  })
})
