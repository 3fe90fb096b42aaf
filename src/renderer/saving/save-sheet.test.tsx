// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Archive, ImageRow } from '../../shared/contract.ts'
import { useEngines } from '../places/engines.ts'
import { fakeHost, readyEngine } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { SaveSheet } from './save-sheet.tsx'

const rows: ImageRow[] = [
  { id: 'a', names: ['shop:2', 'shop:latest'], repositories: [], size: 400e6, created: 1 },
  { id: 'b', names: ['db:16'], repositories: [], size: 260e6, created: 1 },
]
const none: Archive = {
  path: '',
  format: 'docker-archive',
  compression: 'none',
  fileSize: 0,
  tarSize: 0,
  checked: 'index',
  problems: [],
  images: [],
  absent: [],
}

async function open(exists = false) {
  const { client, started } = fakeHost({ archive: none, exists })
  const onClose = vi.fn()
  await show(client, <SaveSheet place={{ type: 'engine', engine: 'default' }} rows={rows} onClose={onClose} />)
  await vi.waitFor(() => expect(screen.getByRole('textbox', { name: 'Folder' })).toHaveProperty('value', '/home/lea'))
  return { started, onClose, user: userEvent.setup() }
}

const saveButton = () => screen.getByRole('button', { name: 'Save' })

describe('the save sheet', () => {
  beforeEach(() => useEngines.setState({ engines: [readyEngine] }))
  afterEach(cleanup)

  it('saves with every name, fast, under a telling file name', async () => {
    const { started, onClose, user } = await open()
    await vi.waitFor(() => expect(saveButton()).toHaveProperty('disabled', false))
    await user.click(saveButton())
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    expect(started[0]).toMatchObject({
      from: { type: 'engine', engine: 'default' },
      to: { type: 'archive', path: expect.stringMatching(/^\/home\/lea\/shop-and-1-\d{4}-\d\d-\d\d\.tar\.zst$/) },
      images: [
        { id: 'a', names: [{ name: 'shop:2' }, { name: 'shop:latest' }] },
        { id: 'b', names: [{ name: 'db:16' }] },
      ],
      compress: { method: 'zstd', level: 'normal' },
    })
  })

  it('leaves a name behind, follows the compression, and sends to the browser when asked', async () => {
    const { started, user } = await open()
    await user.click(screen.getByRole('button', { name: 'Take the name shop:latest along' }))
    await user.selectOptions(screen.getByRole('combobox', { name: 'Compression' }), 'gzip')
    await user.click(screen.getByRole('radio', { name: 'Download with the browser' }))
    await user.click(saveButton())
    await vi.waitFor(() => expect(started).toHaveLength(1))
    expect(started[0]).toMatchObject({
      download: true,
      to: { path: expect.stringMatching(/^shop-and-1-[\d-]+\.tar\.gz$/) },
      images: [{ names: [{ name: 'shop:2' }] }, { names: [{ name: 'db:16' }] }],
      compress: { method: 'gzip' },
    })
  })

  it('asks before it replaces a file', async () => {
    const { started, user } = await open(true)
    expect(await screen.findByText(/A file of this name is already there/)).toBeTruthy()
    expect(saveButton()).toHaveProperty('disabled', true)
    await user.click(screen.getByRole('checkbox', { name: 'Replace it' }))
    await user.click(saveButton())
    await vi.waitFor(() => expect(started).toHaveLength(1))
  })

  it('wants a file name without folders in it', async () => {
    const { user } = await open()
    const field = screen.getByRole('textbox', { name: 'File name' })
    await user.clear(field)
    expect(screen.getByText('Give the file a name.')).toBeTruthy()
    await user.type(field, 'a/b')
    expect(screen.getByText(/has no \/ or/)).toBeTruthy()
    expect(saveButton()).toHaveProperty('disabled', true)
  })

  it('protects the file with a password that was typed twice, or shown', async () => {
    const { started, user } = await open()
    await user.click(screen.getByRole('checkbox', { name: 'Protect with a password' }))
    expect(screen.getByRole('textbox', { name: 'File name' })).toHaveProperty(
      'value',
      expect.stringMatching(/\.tar\.zst\.gpg$/),
    )
    expect(saveButton()).toHaveProperty('disabled', true)
    await user.type(screen.getByLabelText('Password'), 'four green barges')
    expect(screen.getByText(/not who is determined/)).toBeTruthy()
    expect(saveButton()).toHaveProperty('disabled', true)
    await user.type(screen.getByLabelText('The password once more'), 'four green')
    expect(screen.getByText('The two are not the same.')).toBeTruthy()
    await user.type(screen.getByLabelText('The password once more'), ' barges')
    expect(screen.queryByText('The two are not the same.')).toBeNull()
    await user.click(screen.getByRole('checkbox', { name: 'Remember it in the keychain of this computer' }))
    await user.click(saveButton())
    await vi.waitFor(() => expect(started).toHaveLength(1))
    expect(started[0]).toMatchObject({ password: 'four green barges', remember: true })
  })

  it('forgets what was typed when the file is not to be protected after all', async () => {
    const { started, user } = await open()
    const box = screen.getByRole('checkbox', { name: 'Protect with a password' })
    await user.click(box)
    await user.type(screen.getByLabelText('Password'), 'four green barges')
    await user.click(screen.getAllByRole('button', { name: 'Show the password' })[0] as HTMLElement)
    expect(saveButton()).toHaveProperty('disabled', false)
    await user.click(box)
    await user.click(saveButton())
    await vi.waitFor(() => expect(started).toHaveLength(1))
    expect(started[0]).not.toHaveProperty('password')
    expect(started[0]?.to).toMatchObject({ path: expect.stringMatching(/\.tar\.zst$/) })
  })
})
