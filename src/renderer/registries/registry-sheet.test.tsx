// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { usePlaces } from '../places/other-places.ts'
import { type Answers, fakeHost, OPEN_REGISTRY, refuse } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { RegistrySheet } from './registry-sheet.tsx'

async function open(answers: Answers = {}) {
  const { client, asked } = fakeHost({ answers })
  const onClose = vi.fn()
  await show(client, <RegistrySheet place={undefined} onClose={onClose} />)
  return { asked, onClose, user: userEvent.setup() }
}

const address = () => screen.getByRole('textbox', { name: 'Address of the registry' })

describe('adding a registry', () => {
  afterEach(cleanup)

  it('tries it first, adds it then, and shows it', async () => {
    const { asked, onClose, user } = await open({
      testRegistry: () => ({ ...OPEN_REGISTRY, auth: 'basic', signedIn: { type: 'yes', name: 'lea' } }),
    })
    await user.type(address(), 'https://Registry.Example/')
    await user.type(screen.getByRole('textbox', { name: 'User name' }), 'lea')
    await user.type(screen.getByLabelText('Password or access token'), 'secret')
    await user.click(screen.getByRole('button', { name: 'Test' }))
    expect(await screen.findByText('The registry answers: signed in as lea')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Add' }))
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    const input = {
      registry: { host: 'registry.example', plain: false },
      signIn: { type: 'password', username: 'lea', password: 'secret' },
    }
    expect(asked).toEqual([
      ['testRegistry', input],
      ['addRegistry', input],
    ])
    expect(usePlaces.getState().chosen).toEqual({ type: 'registry', host: 'registry.example' })
  })

  it('goes unprotected only with consent in words, and asks for none on this computer', async () => {
    const { asked, user } = await open()
    await user.type(address(), 'registry.example')
    await user.click(screen.getByText(/^Connection/))
    await user.click(screen.getByRole('checkbox', { name: /I accept an unprotected connection/ }))
    await user.click(screen.getByRole('button', { name: 'Test' }))
    await vi.waitFor(() => expect(asked[0]?.[1]).toEqual({ registry: { host: 'registry.example', plain: true } }))
    await user.clear(address())
    await user.type(address(), 'localhost:5000')
    expect(screen.queryByRole('checkbox')).toBeNull()
  })

  it('says what to correct, and why a test failed', async () => {
    const { asked, user } = await open({
      testRegistry: () => refuse('registry-unreachable', { host: 'registry.example' }),
    })
    await user.click(screen.getByRole('button', { name: 'Test' }))
    expect(screen.getByText('Type the address of the registry.')).toBeTruthy()
    expect(asked).toEqual([])
    await user.type(address(), 'registry.example')
    await user.click(screen.getByRole('button', { name: 'Test' }))
    expect(await screen.findByRole('alert')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Add all the same' })).toBeTruthy()
  })
})
