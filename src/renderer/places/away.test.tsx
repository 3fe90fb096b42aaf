// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EngineInfo } from '../../shared/contract.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { useUi } from '../shell/ui.ts'
import { type Answers, fakeHost, readyEngine, refuse } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { Away } from './away.tsx'
import { useStarting } from './starting.ts'

const added: Partial<EngineInfo> = { id: 'added/1', kind: 'added', name: 'NAS', address: 'ssh://nas' }

async function open(code: ErrorCode, engine: Partial<EngineInfo> = {}, answers: Answers = {}, startable = true) {
  const { client, asked } = fakeHost({ answers })
  const error = { code, parts: { address: 'unix:///run/docker.sock', host: 'nas', version: '1', least: '18.09' } }
  await show(client, <Away engine={{ ...readyEngine, ...engine }} error={error} startable={startable} />)
  return { asked, user: userEvent.setup() }
}

function primary(): string[] {
  return [...document.querySelectorAll('[data-variant="filled"]')].map((button) => button.textContent ?? '')
}

describe('a place that is away', () => {
  afterEach(() => {
    cleanup()
    useStarting.setState({ default: undefined })
    useUi.setState({ sheet: undefined })
  })

  it.each<[ErrorCode, Partial<EngineInfo>, string]>([
    ['docker-missing', {}, 'How to install Docker (opens in the browser)'],
    ['docker-stopped', {}, 'Start Docker'],
    ['docker-denied', {}, 'Try again'],
    ['docker-too-old', {}, 'How to update Docker (opens in the browser)'],
    ['docker-unreachable', added, 'Try again'],
    ['ssh-host-unknown', added, 'Look at its fingerprint…'],
    ['ssh-host-changed', added, 'Try again'],
    ['ssh-password', added, 'Type the password…'],
    ['ssh-denied', added, 'Change…'],
    ['ssh-denied', { kind: 'context', address: 'ssh://nas' }, 'Try again'],
  ])('has one primary button for %s', async (code, engine, words) => {
    await open(code, engine)
    await vi.waitFor(() => expect(primary()).toEqual([words]))
    expect(screen.getByText(/^Without Docker you can still look into an image file/)).toBeTruthy()
  })

  it('tries again what cannot be started from here', async () => {
    await open('docker-stopped', {}, {}, false)
    expect(primary()).toEqual(['Try again'])
  })

  it('gives the very command where permission is missing', async () => {
    await open('docker-denied')
    expect(await screen.findByText('sudo usermod -aG docker $USER')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Copy the command' })).toBeTruthy()
  })

  it('starts Docker and goes on saying so', async () => {
    const { asked, user } = await open('docker-stopped')
    await user.click(await screen.findByRole('button', { name: 'Start Docker' }))
    expect(await screen.findByText(/Docker is starting/)).toBeTruthy()
    expect(asked).toEqual([['start', { engine: 'default' }]])
  })

  it('says why it did not start', async () => {
    const { user } = await open('docker-stopped', {}, { start: () => refuse('docker-start') })
    await user.click(await screen.findByRole('button', { name: 'Start Docker' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Docker could not be started.')
    expect(screen.getByRole('button', { name: 'Start Docker' })).toHaveProperty('disabled', false)
  })

  it('opens the sheet that helps', async () => {
    const { user } = await open('ssh-password', added)
    await user.click(screen.getByRole('button', { name: 'Type the password…' }))
    expect(useUi.getState().sheet).toEqual({ type: 'computer', engine: 'added/1', password: true })
  })
})
