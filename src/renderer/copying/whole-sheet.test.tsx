// @vitest-environment jsdom
import { cleanup, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CopyRequest, PlaceInfo, PlaceRef, Plan } from '../../shared/contract.ts'
import { type ListRow, useImages } from '../images/image-store.ts'
import { useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { listKey } from '../places/place-ref.ts'
import { fakeHost } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { WholeSheet } from './whole-sheet.tsx'

const library: PlaceRef = { type: 'layout', path: '/library' }
const registry: PlaceRef = { type: 'registry', host: 'reg.example' }
const infos: PlaceInfo[] = [
  { place: library, kind: 'library', name: 'library', state: { type: 'ready' } },
  { place: registry, kind: 'registry', name: 'reg.example', state: { type: 'idle' } },
]

function row(id: string, names: string[], more: Partial<NonNullable<ListRow['content']>> = {}): ListRow {
  const content = { platforms: ['linux/amd64'], absent: [], artifact: false, ...more }
  return { id, names, repositories: [], size: 100e6, created: 1, content }
}

/** The first is there as it is, the second needs a name that another image has. */
function planned({ images }: Pick<CopyRequest, 'images'>): Plan {
  return {
    images: images.map(({ id, names }) => ({
      id,
      present: id === 'there',
      layers: [{ size: 100e6, move: id !== 'there' }],
      names: names.map(({ name }) => ({
        name,
        same: id === 'there',
        ...(id === 'moves' ? { replaces: { id: 'old', created: 0 } } : {}),
      })),
    })),
    move: 200e6,
    total: 300e6,
    exact: true,
    absent: [],
  }
}

async function open(place: PlaceRef, rows: ListRow[]) {
  useImages.setState({ place: listKey(place), rows })
  const { client, started } = fakeHost({ plan: planned })
  const onClose = vi.fn()
  await show(client, <WholeSheet place={place} onClose={onClose} />)
  return { started, onClose, user: userEvent.setup() }
}

describe('copying everything of a place', () => {
  beforeEach(() => {
    useEngines.setState({ engines: [] })
    usePlaces.setState({ places: infos })
  })
  afterEach(cleanup)

  const rows = [
    row('there', ['acme/shop:1']),
    row('new', ['acme/till:1', 'acme/till:latest']),
    row('moves', ['acme/stock:1']),
    row('bare', []),
  ]

  it('says of each image what happens, leaves out what is there, and asks once what becomes of names in use', async () => {
    const { started, user, onClose } = await open(library, rows)
    const table = screen.getByRole('table')
    expect(await within(table).findByText('there already: left out')).toBeTruthy()
    expect(within(table).getAllByText(/^new there/)).toHaveLength(2)
    expect(within(table).getByText(/reg.example\/acme\/stock:1 names another image there/)).toBeTruthy()
    expect(screen.getByText('1 image is there already and is left out.')).toBeTruthy()
    expect(screen.getByText('1 image has no name and cannot go to a registry.')).toBeTruthy()
    await user.selectOptions(screen.getByLabelText('Names that other images have there'), 'leave')
    await user.click(screen.getByRole('checkbox', { name: 'Take acme/till:1 along' }))
    const send = screen.getByRole<HTMLButtonElement>('button', { name: 'Send' })
    await vi.waitFor(() => expect(send.disabled).toBe(false))
    await user.click(send)
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    expect(started).toMatchObject([
      {
        from: library,
        to: registry,
        onlyNew: true,
        images: [{ id: 'there', names: [{ name: 'reg.example/acme/shop:1' }] }],
      },
    ])
    // Without a name nobody would find it there.
    expect(started[0]?.images).toHaveLength(1)
  })

  it('takes the images of a folder from their files, and says which files it has not looked into', async () => {
    const files: PlaceRef = { type: 'files', path: '/stick' }
    const closed = { ...row('/stick/b.tar.gz', []), id: '/stick/b.tar.gz' }
    const { started, user } = await open(files, [
      row('new', ['acme/shop:1'], { path: '/stick/a.tar' }),
      { ...closed, content: { platforms: [], absent: [], artifact: false, path: '/stick/b.tar.gz' } },
    ])
    expect(screen.getByText(/b\.tar\.gz/)).toBeTruthy()
    await user.selectOptions(screen.getByLabelText('To'), 'registry reg.example')
    const send = screen.getByRole<HTMLButtonElement>('button', { name: 'Send' })
    await vi.waitFor(() => expect(send.disabled).toBe(false))
    await user.click(send)
    await vi.waitFor(() => expect(started).toHaveLength(1))
    expect(started[0]?.images).toMatchObject([{ id: 'new', place: { type: 'archive', path: '/stick/a.tar' } }])
  })
})
