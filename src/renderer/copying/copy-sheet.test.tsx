// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CopyRequest, PlaceInfo, PlaceRef, Plan } from '../../shared/contract.ts'
import type { ListRow } from '../images/image-store.ts'
import { useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { fakeHost, readyEngine } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { SendSheet } from './send-sheet.tsx'

const library: PlaceInfo = {
  place: { type: 'layout', path: '/library' },
  kind: 'library',
  name: 'library',
  state: { type: 'ready' },
}
const registry: PlaceInfo = {
  place: { type: 'registry', host: 'reg.example' },
  kind: 'registry',
  name: 'reg.example',
  state: { type: 'idle' },
}
const rows: ListRow[] = [
  {
    id: 'shop',
    names: ['acme/shop:2'],
    repositories: [],
    size: 400e6,
    created: 1,
    content: { platforms: ['linux/amd64', 'linux/arm64'], absent: [], artifact: false },
  },
]

function planned({ to, images, platforms }: Pick<CopyRequest, 'to' | 'images' | 'platforms'>): Plan {
  const one = platforms?.length === 1
  return {
    ...(to.type === 'engine' && !platforms ? { choose: ['linux/amd64', 'linux/arm64'] } : {}),
    images: images.map(({ id, names }) => ({
      id,
      present: false,
      layers: [{ size: 300e6, move: false }, ...(one ? [] : [{ size: 60e6, move: true }]), { size: 40e6, move: true }],
      names: names.map(({ name }) => ({ name, same: false })),
    })),
    move: one ? 40e6 : 100e6,
    total: one ? 340e6 : 400e6,
    exact: true,
    absent: [],
  }
}

async function open(to: PlaceRef) {
  const { client, started } = fakeHost({ plan: planned })
  const onClose = vi.fn()
  await show(client, <SendSheet place={{ type: 'layout', path: '/library' }} rows={rows} to={to} onClose={onClose} />)
  return { started, onClose, user: userEvent.setup() }
}

async function send(user: ReturnType<typeof userEvent.setup>) {
  await vi.waitFor(() => expect(screen.getByRole('button', { name: 'Send' })).toHaveProperty('disabled', false))
  await user.click(screen.getByRole('button', { name: 'Send' }))
}

describe('the copy sheet', () => {
  beforeEach(() => {
    useEngines.setState({ engines: [readyEngine] })
    usePlaces.setState({ places: [library, registry] })
  })
  afterEach(cleanup)

  it('says that most is there already, and sends under the registry’s names', async () => {
    const { started, onClose, user } = await open(registry.place)
    expect(
      await screen.findByText(
        /1 image goes to reg\.example\. Most of it is already there: 100 MB to copy instead of 400 MB/,
      ),
    ).toBeTruthy()
    await send(user)
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    expect(started).toEqual([
      {
        from: library.place,
        to: registry.place,
        images: [{ id: 'shop', names: [{ name: 'reg.example/acme/shop:2' }] }],
      },
    ])
  })

  it('sends the chosen platforms only', async () => {
    const { started, user } = await open(registry.place)
    await user.click(await screen.findByRole('radio', { name: 'Only these' }))
    await user.click(screen.getByRole('checkbox', { name: /64-bit PC/ }))
    expect(await screen.findByText(/40 MB to copy instead of 340 MB/)).toBeTruthy()
    await send(user)
    await vi.waitFor(() => expect(started[0]?.platforms).toEqual(['linux/arm64']))
  })

  it('asks for one platform where a place keeps one only', async () => {
    const { started, user } = await open({ type: 'engine', engine: 'default' })
    await user.selectOptions(await screen.findByRole('combobox', { name: 'For which computer' }), 'linux/arm64')
    await send(user)
    await vi.waitFor(() => expect(started[0]?.platforms).toEqual(['linux/arm64']))
  })

  it('does not send under a name that is not the registry’s', async () => {
    const { user } = await open(registry.place)
    const name = screen.getByRole('textbox', { name: 'acme/shop is called there' })
    await user.clear(name)
    await user.type(name, 'acme/shop')
    expect(screen.getByText('In this registry names begin with reg.example/.')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Send' })).toHaveProperty('disabled', true)
  })
})
