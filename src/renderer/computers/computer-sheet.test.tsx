// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent, { type UserEvent } from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HostKeys } from '../../shared/contract.ts'
import { useEngines } from '../places/engines.ts'
import { type Answers, fakeHost, readyEngine, refuse } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { ComputerSheet } from './computer-sheet.tsx'

const FRESH: HostKeys = { state: 'new', keys: [{ type: 'ssh-ed25519', fingerprint: 'SHA256:abc' }] }

async function open(answers: Answers = {}, props: { engine?: string; password?: boolean } = {}) {
  const { client, asked } = fakeHost({ answers })
  const onClose = vi.fn()
  await show(client, <ComputerSheet {...props} onClose={onClose} />)
  return { asked, onClose, user: userEvent.setup() }
}

const field = (name: string) => screen.findByLabelText(name)
/** jsdom does not submit by Enter what has its button elsewhere; a browser does, and is asked in e2e. */
const goOn = async (user: UserEvent) => await user.click(await button('Continue'))
const button = (name: string) => screen.findByRole('button', { name })

describe('adding a computer', () => {
  beforeEach(() => useEngines.setState({ engines: [readyEngine] }))
  afterEach(cleanup)

  it('asks for the fingerprint of a new one, tries it, and only then adds it', async () => {
    const { asked, onClose, user } = await open({ hostKeys: () => FRESH })
    expect(screen.getByText(/^Step 1 of 3/)).toBeTruthy()
    await user.type(await field('Address of the computer'), 'lea@nas')
    await user.click(await button('Continue'))
    expect(await screen.findByText('SHA256:abc')).toBeTruthy()
    expect(screen.getByText(/^Step 2 of 3/)).toBeTruthy()
    expect(asked.map(([name]) => name)).toEqual(['hostKeys'])
    await user.click(await button('It is the right one: trust it'))
    expect(await screen.findByText(/Docker 26\.1 answers · 12 images · 64-bit PC/)).toBeTruthy()
    expect(document.activeElement).toBe(await button('Add'))
    await user.click(await button('Add'))
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    const computer = { name: 'nas', host: 'nas', user: 'lea', signIn: { type: 'usual' } }
    expect(asked).toEqual([
      ['hostKeys', { computer }],
      ['trust', { target: { computer }, fingerprints: ['SHA256:abc'] }],
      ['test', { computer }],
      ['add', { computer }],
    ])
    expect(useEngines.getState().chosen).toBe('added')
  })

  it('goes straight on with one that is known', async () => {
    const { asked, user } = await open()
    await user.type(await field('Address of the computer'), 'nas')
    await goOn(user)
    expect(await button('Add')).toBeTruthy()
    expect(asked.map(([name]) => name)).toEqual(['hostKeys', 'test'])
  })

  it('warns of one that changed, without a way on', async () => {
    const { user } = await open({ hostKeys: () => ({ ...FRESH, state: 'changed' }) })
    await user.type(await field('Address of the computer'), 'nas')
    await goOn(user)
    expect((await screen.findByRole('alert')).textContent).toContain('shows another fingerprint than before')
    expect(screen.queryByRole('button', { name: /trust/ })).toBeNull()
    expect(screen.queryByRole('button', { name: /Add|Continue/ })).toBeNull()
  })

  it('says what is missing, and puts the focus there', async () => {
    const { asked, user } = await open()
    await user.click(await button('Continue'))
    expect(screen.getByText('Type the address of the computer.')).toBeTruthy()
    expect(document.activeElement).toBe(await field('Address of the computer'))
    expect(asked).toEqual([])
  })

  it('leads back to the password when it is wrong, and says when it is not kept', async () => {
    const { asked, onClose, user } = await open({
      test: ({ password }) =>
        password === 'right'
          ? { version: '28', store: 'containerd', platform: { os: 'linux', architecture: 'arm64' }, images: 1 }
          : refuse('ssh-denied', { host: 'nas' }),
      add: () => ({ engine: 'nas', remembered: false }),
    })
    await user.type(await field('Address of the computer'), 'nas')
    await user.click(screen.getByRole('radio', { name: 'With a password' }))
    await user.type(await field('Password'), 'wrong')
    await goOn(user)
    expect((await screen.findByRole('alert')).textContent).toContain('did not let you in')
    const password = await field('Password')
    await vi.waitFor(() => expect(document.activeElement).toBe(password))
    await user.clear(password)
    await user.type(password, 'right')
    await goOn(user)
    await user.click(await button('Add'))
    expect(await screen.findByText(/There is no keychain here/)).toBeTruthy()
    expect(onClose).not.toHaveBeenCalled()
    expect(asked.at(-1)).toMatchObject(['add', { password: 'right' }])
  })

  it('changes the name alone without asking for the password that is kept', async () => {
    const { asked, onClose, user } = await open(
      { computer: () => ({ name: 'NAS', host: 'nas', signIn: { type: 'password' } }) },
      { engine: 'added/1' },
    )
    const name = await field('Name in the list')
    await user.clear(name)
    await user.type(name, 'Cellar')
    await goOn(user)
    await user.click(await button('Change'))
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    expect(asked.map(([called]) => called)).toEqual(['hostKeys', 'test', 'add'])
    expect(asked[1]).toMatchObject(['test', { engine: 'added/1' }])
    expect(asked.at(-1)).toMatchObject(['add', { engine: 'added/1', computer: { name: 'Cellar', host: 'nas' } }])
  })

  it('wants the password that was not kept', async () => {
    const { asked, user } = await open(
      { computer: () => ({ name: 'NAS', host: 'nas', signIn: { type: 'password' } }) },
      { engine: 'added/1', password: true },
    )
    await user.click(await button('Continue'))
    expect(screen.getByText('Type the password.')).toBeTruthy()
    expect(asked).toEqual([])
  })
})
