// @vitest-environment jsdom
import { cleanup, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Archive, Plan } from '../../shared/contract.ts'
import { useEngines } from '../places/engines.ts'
import { fakeHost, readyEngine } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { LoadSheet } from './load-sheet.tsx'

const platform = { os: 'linux', architecture: 'amd64' }
const archive: Archive = {
  path: '/media/key/march.tar.gz',
  format: 'docker-archive',
  compression: 'gzip',
  fileSize: 392e6,
  tarSize: 992e6,
  checked: 'index',
  problems: [],
  absent: [],
  images: [
    {
      id: 'shop',
      names: ['shop:2', 'shop:latest'],
      platform,
      created: 0,
      size: 430e6,
      layers: [{ size: 378e6 }, { size: 52e6 }],
    },
    { id: 'bare', names: [], platform, created: 0, size: 20e6, layers: [{ size: 20e6 }] },
  ],
}

function planned({ images }: { images: readonly { id: string; names: readonly { name: string }[] }[] }): Plan {
  return {
    images: images.map(({ id, names }) => ({
      id,
      present: false,
      layers:
        id === 'shop'
          ? [
              { size: 378e6, move: false },
              { size: 52e6, move: true },
            ]
          : [{ size: 20e6, move: true }],
      names: names.map(({ name }) => ({
        name,
        same: false,
        ...(name === 'shop:latest' ? { replaces: { id: 'old', created: 1, alias: 'shop:1' } } : {}),
      })),
    })),
    move: 72e6,
    total: 450e6,
    exact: true,
    absent: [],
  }
}

async function open() {
  const { client, started } = fakeHost({ archive, plan: planned })
  const onClose = vi.fn()
  const item = { key: 1, name: 'march.tar.gz', path: archive.path }
  await show(client, <LoadSheet item={item} step={1} steps={2} onClose={onClose} />)
  await screen.findByRole('checkbox', { name: 'Load shop:2' })
  return { started, onClose, user: userEvent.setup() }
}

async function load(user: ReturnType<typeof userEvent.setup>) {
  await vi.waitFor(() => expect(screen.getByRole('button', { name: 'Load' })).toHaveProperty('disabled', false))
  await user.click(screen.getByRole('button', { name: 'Load' }))
}

describe('the load sheet', () => {
  beforeEach(() => useEngines.setState({ engines: [readyEngine] }))
  afterEach(cleanup)

  it('says what is inside, what is there already and what would be copied', async () => {
    await open()
    expect(screen.getByRole('dialog', { name: 'Load “march.tar.gz”' })).toBeTruthy()
    expect(screen.getByText(/File 1 of 2/)).toBeTruthy()
    expect(screen.getByText(/392 MB compressed, 992 MB once opened/)).toBeTruthy()
    expect(await screen.findByText(/430 MB · Docker already has most of it: 52 MB to load/)).toBeTruthy()
    expect(await screen.findByText(/2 images go into Docker: 72 MB to copy instead of 450 MB/)).toBeTruthy()
  })

  it('keeps the image that loses a name under a dated one by default', async () => {
    const { started, onClose, user } = await open()
    expect(await screen.findByText('“latest” will move from 1 to 2')).toBeTruthy()
    await load(user)
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    expect(started[0]?.to).toEqual({ type: 'engine', engine: 'default' })
    expect(started[0]?.images[0]?.names).toEqual([
      { name: 'shop:2' },
      { name: 'shop:latest', keepAs: expect.stringMatching(/^shop:latest-\d{8}-\d{4}$/) },
    ])
  })

  it('asks for what the person chose: a name left, one taken away, one given', async () => {
    const { started, user } = await open()
    await user.selectOptions(
      await screen.findByRole('combobox', { name: 'What to do with the image that is called shop:latest now' }),
      'leave',
    )
    await user.type(screen.getByRole('textbox', { name: /Name for this image/ }), 'tool:1')
    await load(user)
    await vi.waitFor(() => expect(started).toHaveLength(1))
    expect(started[0]?.images).toEqual([
      { id: 'shop', names: [{ name: 'shop:2' }] },
      { id: 'bare', names: [{ name: 'tool:1' }] },
    ])
  })

  it('leaves out an image that is not ticked', async () => {
    const { started, user } = await open()
    await user.click(screen.getByRole('checkbox', { name: /Load Image without a name/ }))
    await load(user)
    await vi.waitFor(() => expect(started[0]?.images.map(({ id }) => id)).toEqual(['shop']))
  })

  it('cannot load when nothing is ticked', async () => {
    const { user } = await open()
    for (const box of screen.getAllByRole('checkbox')) await user.click(box)
    expect(screen.getByText('Nothing is chosen: tick at least one image.')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Load' })).toHaveProperty('disabled', true)
  })

  it('says in words what is wrong with a given name', async () => {
    const { user } = await open()
    await user.type(screen.getByRole('textbox', { name: /Name for this image/ }), 'Tool')
    expect(screen.getByText(/Names are written in lower case/)).toBeTruthy()
  })

  it('checks the file, and says so only then', async () => {
    const { user } = await open()
    expect(screen.getByText('index read, contents checked while loading')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Check the file' }))
    expect(await screen.findByText('intact: everything was read and is right')).toBeTruthy()
  })

  it('only looks when no Docker is ready', async () => {
    useEngines.setState({ engines: [{ ...readyEngine, state: { type: 'connecting' } }] })
    const { client } = fakeHost({ archive })
    await show(
      client,
      <LoadSheet item={{ key: 2, name: 'a.tar', path: '/a.tar' }} step={1} steps={1} onClose={vi.fn()} />,
    )
    expect(await screen.findByText(/No Docker is ready/)).toBeTruthy()
    const dialog = within(screen.getByRole('dialog'))
    expect(dialog.queryByRole('checkbox')).toBeNull()
    expect(dialog.queryByRole('button', { name: 'Load' })).toBeNull()
  })
})
