// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AboutNote as Note } from '../../shared/contract-delivery.ts'
import { useImages } from '../images/image-store.ts'
import { besideWish, chooseBeside, useBeside } from '../saving/beside-choice.ts'
import { BesideFields } from '../saving/beside-fields.tsx'
import { useUi } from '../shell/ui.ts'
import { fakeHost } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { AboutNote } from './about-note.tsx'
import { droppedList } from './listed-files.ts'
import { ListedSheet } from './listed-sheet.tsx'

afterEach(cleanup)

const FINGERPRINT = 'ABCD'.repeat(10)
const GROUPED = Array(10).fill('ABCD').join(' ')

describe('what is put beside a file', () => {
  const first = useBeside.getState()
  beforeEach(() => {
    localStorage.clear()
    useBeside.setState(first)
  })

  it('is a note unless the person wants none, and is remembered', async () => {
    expect(besideWish(useBeside.getState(), 'fr')).toEqual({
      language: 'fr',
      note: 'both',
      scripts: false,
      inspection: false,
      sign: false,
    })
    const { client } = fakeHost()
    const user = userEvent.setup()
    await show(client, <BesideFields />)
    await user.click(screen.getByRole('checkbox', { name: 'Scripts that load it' }))
    await user.type(screen.getByRole('textbox', { name: /Name of this machine/ }), ' atelier 7 ')
    expect(besideWish(useBeside.getState(), 'en')).toMatchObject({ computer: 'atelier 7', scripts: true })
    expect(JSON.parse(localStorage.getItem('caboteur.beside') ?? '')).toMatchObject({ scripts: true, note: true })
    await user.click(screen.getByRole('checkbox', { name: 'Scripts that load it' }))
    await user.click(screen.getByRole('checkbox', { name: 'Delivery note' }))
    expect(screen.queryByRole('checkbox', { name: 'Sign the note' })).toBeNull()
    expect(besideWish(useBeside.getState(), 'en')).toBeUndefined()
  })

  it('may be signed: the key is made on the first wish, and says where it cannot be kept', async () => {
    chooseBeside({ sign: true })
    const refusing = fakeHost()
    const user = userEvent.setup()
    await show(refusing.client, <BesideFields />)
    await user.click(await screen.findByRole('button', { name: 'Make the key' }))
    expect(await screen.findByText(/keychain is locked or absent/)).toBeTruthy()
    cleanup()
    let made = false
    const signer = { fingerprint: FINGERPRINT, name: 'poste-lea', key: '…' }
    const { client } = fakeHost({
      answers: {
        signer: () => (made ? { signer } : {}),
        makeSigner: ({ name }) => {
          expect(name).toBe('poste-lea')
          made = true
          return signer
        },
      },
    })
    await show(client, <BesideFields />)
    await user.click(await screen.findByRole('button', { name: 'Make the key' }))
    expect(await screen.findByText(GROUPED)).toBeTruthy()
  })
})

describe('the note of an opened file', () => {
  const note: Note = { computer: 'atelier-01', at: 1, by: 'Caboteur', signature: { type: 'none' }, changed: [] }
  const with_ = async (change: Partial<Note>) => {
    const fake = fakeHost({ answers: { about: () => ({ note: { ...note, ...change }, otherSums: ['MD5SUMS'] }) } })
    await show(fake.client, <AboutNote path="/stick/shop.tar" />)
    return { ...fake, user: userEvent.setup() }
  }

  it('says who made it, and lets an unknown machine be trusted by its fingerprint', async () => {
    const { user, asked } = await with_({ signature: { type: 'unknown', fingerprint: FINGERPRINT } })
    expect(await screen.findByText(/made on atelier-01/)).toBeTruthy()
    expect(screen.getByText(GROUPED)).toBeTruthy()
    expect(screen.getByText(/MD5SUMS/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Trust this machine' }))
    await vi.waitFor(() =>
      expect(asked).toContainEqual(['trustSigner', { path: '/stick/shop.tar', fingerprint: FINGERPRINT }]),
    )
  })

  it.each([
    [{ signature: { type: 'known', fingerprint: FINGERPRINT, name: 'atelier-01' } }, /a machine you trust/],
    [{ signature: { type: 'own', fingerprint: FINGERPRINT } }, /Signed by this machine/],
    [{ signature: { type: 'bad' } }, /not of this note/],
    [{ changed: ['shop.tar.part-002'] }, /Not as the note says: shop.tar.part-002/],
  ] as const)('says %j', async (change, text) => {
    await with_(change as Partial<Note>)
    expect(await screen.findByText(text)).toBeTruthy()
  })
})

describe('a list that was dropped', () => {
  const file = (name: string, text = ''): File => new File([text], name)

  it('is told from files that have images in them, from what lies beside those, and from other texts', async () => {
    const [compose, env] = [file('compose.yaml'), file('.env')]
    expect(await droppedList([compose])).toEqual({ file: compose })
    expect(await droppedList([env, compose])).toEqual({ file: compose, env })
    for (const name of [
      'shop.tar',
      'shop.tar.note.txt',
      'sha256sum.txt',
      'shop.tar.sha256.txt',
      'checksums.txt',
      '.env',
    ])
      expect(await droppedList([file(name, 'nginx:1\n')]), name).toBeUndefined()
    expect(await droppedList([compose, file('shop.tar')])).toBeUndefined()
    const list = file('images.txt', '# for the workshop\nnginx:1.27\nacme/shop:2 # ours\n')
    expect(await droppedList([list])).toEqual({ file: list })
    expect(await droppedList([file('notes.txt', 'call Léa tomorrow\nabout the stick\n')])).toBeUndefined()
  })

  it('chooses what is here, and offers to get the rest', async () => {
    useImages.setState({
      rows: [
        { id: 'a', names: ['nginx:1.27'], repositories: [], size: 1, created: 1 },
        { id: 'b', names: ['redis:7'], repositories: [], size: 1, created: 1 },
      ],
    })
    const listed = {
      images: [
        { name: 'nginx:1.27', service: 'web' },
        { name: 'postgres:16', service: 'db' },
      ],
      built: ['worker'],
      unset: ['TAG'],
      unread: [],
    }
    const { client } = fakeHost({
      answers: {
        listed: ({ name, text, env }) => {
          expect({ name, text, env }).toEqual({ name: 'compose.yaml', text: 'services:', env: 'A=1' })
          return listed
        },
      },
    })
    const user = userEvent.setup()
    const list = { file: file('compose.yaml', 'services:'), env: file('.env', 'A=1') }
    const onClose = vi.fn()
    await show(client, <ListedSheet list={list} place={{ type: 'engine', engine: 'default' }} onClose={onClose} />)
    expect(await screen.findByText('nginx:1.27')).toBeTruthy()
    expect(screen.getByText(/worker/)).toBeTruthy()
    expect(screen.getByText(/TAG/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Choose in the list' }))
    expect([...useImages.getState().chosen]).toEqual(['a'])
    expect(onClose).toHaveBeenCalled()
    await user.click(screen.getByRole('button', { name: 'Get those…' }))
    expect(useUi.getState().sheet).toEqual({ type: 'get', text: 'postgres:16' })
    await user.click(screen.getByRole('button', { name: 'Save to a file…' }))
    expect(useUi.getState().sheet).toMatchObject({ type: 'save', ids: ['a'] })
  })
})
