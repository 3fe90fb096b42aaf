// @vitest-environment jsdom
import { cleanup, configure, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PlaceInfo, Transfer } from '../../shared/contract.ts'
import type { Standing } from '../../shared/contract-portal.ts'
import { usePlaces } from '../places/other-places.ts'
import { type Answers, fakeHost, ownRepository, refuse } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { useTransfers } from '../transfers/transfer-store.ts'
import type { Language } from '../words/words.ts'
import type { PublishRow } from './draft.ts'
import { PublishSheet } from './publish-sheet.tsx'

const OLD = `sha256:${'0'.repeat(64)}`
const NEW = `sha256:${'1'.repeat(64)}`
const hub: PlaceInfo = {
  place: { type: 'registry', host: 'docker.io', account: 'lea' },
  kind: 'registry',
  name: 'docker.io',
  state: { type: 'idle' },
  username: 'lea',
  registry: 'hub',
}
const own: PlaceInfo = {
  place: { type: 'registry', host: 'reg.example:5000' },
  kind: 'registry',
  name: 'reg.example:5000',
  state: { type: 'idle' },
}
const NEW_REPOSITORY: Standing = {
  ...ownRepository,
  exists: false,
  creation: { by: 'api', choices: ['private', 'public'] },
}
const shop: PublishRow = { id: NEW, names: ['lea/shop:1.0'], platforms: [], size: 40e6 }

interface Given {
  readonly places?: readonly PlaceInfo[]
  readonly rows?: readonly PublishRow[]
  readonly answers?: Answers
  readonly language?: Language
}

/** The wizard for images of Docker, fed by a host in memory. */
async function open({ places = [hub], rows = [shop], answers = {}, language = 'en' }: Given = {}) {
  usePlaces.setState({ places, chosen: undefined })
  const host = fakeHost({ answers: { repository: () => ownRepository, ...answers } })
  const onClose = vi.fn()
  await show(
    host.client,
    <PublishSheet place={{ type: 'engine', engine: 'default' }} rows={rows} onClose={onClose} />,
    language,
  )
  await screen.findByRole('list', { name: language === 'fr' ? 'Étapes' : 'Steps' })
  const sheet = screen.getByRole('dialog')
  const button = (name: string | RegExp): HTMLElement => within(sheet).getByRole('button', { name })
  const press = async (name: string): Promise<void> => {
    await waitFor(() => expect(button(name).hasAttribute('disabled')).toBe(false))
    await user.click(button(name))
  }
  return { ...host, sheet, button, press, onClose }
}

const user = userEvent.setup()
// What is asked waits for a pause in the typing.
configure({ asyncUtilTimeout: 10_000 })

function publishedIn({ asked }: { asked: readonly (readonly [string, unknown])[] }) {
  return asked.find(([name]) => name === 'publish')?.[1]
}

/** What the transfers of the host are, as its stream tells them. */
function transfer(change: Partial<Transfer>): Transfer {
  return {
    id: 't0',
    from: { type: 'engine', engine: 'default' },
    to: hub.place,
    titles: ['lea/shop:1.0'],
    phase: 'copying',
    done: 0,
    layers: [],
    startedAt: 0,
    ...change,
  }
}

describe('the publish wizard', () => {
  beforeEach(() => useTransfers.setState({ transfers: [] }))
  afterEach(cleanup)

  it('asks where only where there is a choice', async () => {
    await open()
    expect(await screen.findByText('Address on Docker Hub')).toBeTruthy()
    cleanup()
    const { press } = await open({ places: [hub, own] })
    expect(screen.getByRole('group', { name: 'Where to publish' })).toBeTruthy()
    await user.click(screen.getByRole('checkbox', { name: 'reg.example:5000' }))
    await press('Continue')
    expect(await screen.findByText('Address on reg.example:5000')).toBeTruthy()
  })

  it('says what is wrong with a name while it is typed, and puts it right at one press', async () => {
    const { button } = await open()
    const field = await screen.findByRole('textbox', { name: /^Repository \(all versions/ })
    await user.clear(field)
    await user.type(field, 'Mon Café')
    expect(await screen.findByText('A repository name has no spaces.')).toBeTruthy()
    expect(button('Continue').hasAttribute('disabled')).toBe(true)
    await user.click(button('Write “lea/mon-cafe” instead'))
    expect(screen.queryByText(/A repository name/)).toBeNull()
    expect((field as HTMLInputElement).value).toBe('mon-cafe')
    await waitFor(() => expect(button('Continue').hasAttribute('disabled')).toBe(false))
  })

  it('says what changes there, and lets one decide about a former image that has no other name', async () => {
    const there = {
      tags: ['1', 'latest'],
      named: [{ tag: '1', digest: OLD, created: 1 }],
    }
    const opened = await open({ answers: { there: () => there } })
    expect(await screen.findByText(/moves from the image 000000000000/)).toBeTruthy()
    expect(opened.sheet.textContent).toMatch(/1\.0 is new\. 1 moves to this image\. The former image stays under 1-/)
    await user.selectOptions(screen.getByRole('combobox', { name: /^What becomes of the image/ }), 'replace')
    expect(opened.sheet.textContent).toContain('The former image loses 1.')
    await opened.press('Continue')
    await opened.press('Publish')
    await waitFor(() => expect(publishedIn(opened)).toBeTruthy())
    expect(publishedIn(opened)).toMatchObject({
      destinations: [{ images: [{ id: NEW, names: [{ name: 'lea/shop:1.0' }, { name: 'lea/shop:1' }] }], create: [] }],
      published: [{ source: 'lea/shop', destinations: [{ host: 'docker.io', account: 'lea', path: 'lea/shop' }] }],
    })
  })

  it('a repository that is made is private, unless public is said in words', async () => {
    const first = await open({ answers: { repository: () => NEW_REPOSITORY } })
    expect(await screen.findByText('The repository does not exist yet; Caboteur will make it private.')).toBeTruthy()
    await first.press('Continue')
    await first.press('Publish')
    await waitFor(() => expect(publishedIn(first)).toBeTruthy())
    expect(publishedIn(first)).toMatchObject({
      destinations: [{ create: [{ path: 'lea/shop', visibility: 'private' }] }],
    })
    cleanup()
    const second = await open({ answers: { repository: () => NEW_REPOSITORY } })
    await user.click(await screen.findByRole('button', { name: 'Change…' }))
    await user.click(screen.getByRole('radio', { name: 'Public: anybody can find and get this image' }))
    await second.press('Continue')
    await second.press('Publish')
    await waitFor(() => expect(publishedIn(second)).toBeTruthy())
    expect(publishedIn(second)).toMatchObject({
      destinations: [{ create: [{ path: 'lea/shop', visibility: 'public' }] }],
    })
  })

  it('where sending makes it public by itself, that is said first', async () => {
    const pushed: Standing = {
      ...ownRepository,
      exists: false,
      creation: { by: 'push', visibility: 'public' },
      visibility: 'public',
    }
    const { button, press } = await open({ answers: { repository: () => pushed } })
    const consent = await screen.findByRole('checkbox', { name: /^I want anybody/ })
    expect(button('Continue').hasAttribute('disabled')).toBe(true)
    await user.click(consent)
    await press('Continue')
    expect(await screen.findByRole('heading', { name: 'Who will see it' })).toBeTruthy()
  })

  it('sends nothing while a check says stop, nor unread what looks like a password', async () => {
    const stopped = await open({
      answers: {
        findings: () => [
          { id: 'repository-quota', level: 'stop', parts: { path: 'lea/shop', host: 'docker.io', used: 1, limit: 1 } },
        ],
      },
    })
    await stopped.press('Continue')
    expect(await screen.findByText(/No private repository is left at docker.io \(1 of 1 used\)/)).toBeTruthy()
    expect(stopped.button('Publish').hasAttribute('disabled')).toBe(true)
    cleanup()
    const warned = await open({
      answers: {
        findings: () => [{ id: 'secret-env', level: 'warn', image: NEW, parts: { name: 'DB_PASSWORD', kind: 'name' } }],
      },
    })
    await warned.press('Continue')
    expect(await screen.findByText(/The variable DB_PASSWORD holds what looks like a password/)).toBeTruthy()
    expect(warned.button('Publish').hasAttribute('disabled')).toBe(true)
    await user.click(screen.getByRole('checkbox', { name: 'I have read it: publish all the same' }))
    await warned.press('Publish')
    await waitFor(() => expect(publishedIn(warned)).toBeTruthy())
  })

  it('adds labels without a rebuild, and says what that means', async () => {
    const opened = await open()
    await opened.press('Continue')
    await user.click(await screen.findByRole('checkbox', { name: 'Add missing labels, without building anew' }))
    expect(screen.getByText(/The image online gets another fingerprint/)).toBeTruthy()
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'title' }).value).toBe('shop')
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'version' }).value).toBe('1.0')
    await user.type(screen.getByRole('textbox', { name: 'licence' }), 'MIT')
    await opened.press('Publish')
    await waitFor(() => expect(publishedIn(opened)).toBeTruthy())
    expect(publishedIn(opened)).toMatchObject({
      destinations: [{ images: [{ labels: { title: 'shop', version: '1.0', licenses: 'MIT' } }] }],
    })
  })

  it('what was published before needs one look and one press', async () => {
    const published = [
      { source: 'lea/shop', destinations: [{ host: 'docker.io', account: 'lea', path: 'lea/boutique' }] },
    ]
    const look: Answers['look'] = ({ ids }) => ({
      images: ids.map((id) => ({ id, labels: {}, platforms: [], created: 0, artifact: false })),
      published,
    })
    const opened = await open({ places: [own, hub], answers: { look } })
    await opened.press('Publish')
    await waitFor(() => expect(publishedIn(opened)).toBeTruthy())
    expect(publishedIn(opened)).toMatchObject({
      destinations: [
        { to: { host: 'docker.io', account: 'lea' }, images: [{ names: [{ name: 'lea/boutique:1.0' }] }] },
      ],
    })
  })

  it('shows how far it is, what is online, and the message to send on', async () => {
    const opened = await open()
    await opened.press('Continue')
    await opened.press('Publish')
    useTransfers.setState({ transfers: [transfer({ done: 10e6, total: 40e6 })] })
    expect(await screen.findByRole('progressbar')).toBeTruthy()
    expect(opened.button('Go on in the background')).toBeTruthy()
    const image = { id: NEW, names: ['lea/shop:1.0'], digest: OLD, outcome: 'copied' as const, size: 40e6 }
    const result = { images: [image], moved: 10e6, skipped: 30e6, replaced: [], absent: [], download: false }
    useTransfers.setState({ transfers: [transfer({ phase: 'done', endedAt: 1, result })] })
    expect(await screen.findByText('It is online.')).toBeTruthy()
    expect(opened.sheet.textContent).toContain('30 MB were online already')
    expect(opened.button('Copy Fingerprint')).toBeTruthy()
    expect(opened.sheet.textContent).toContain(`docker pull lea/shop@${OLD}`)
    expect(opened.sheet.textContent).toContain('only those who were let in')
    await user.click(opened.button('Done'))
    expect(opened.onClose).toHaveBeenCalled()
  })

  it('one registry that refuses keeps nobody from the other, and says what was made', async () => {
    const outcomes: ReturnType<NonNullable<Answers['publish']>> = [
      { type: 'refused', error: { code: 'registry-denied', parts: { place: 'docker.io' } }, created: ['lea/shop'] },
      { type: 'started', id: 't1', created: [] },
    ]
    const opened = await open({
      places: [hub, own],
      answers: { publish: ({ destinations }) => outcomes.slice(0, destinations.length) },
    })
    for (const name of ['Docker Hub', 'reg.example:5000'])
      await user.click(screen.getByRole('checkbox', { name: new RegExp(`^${RegExp.escape(name)}`) }))
    await opened.press('Continue')
    await opened.press('Continue')
    await opened.press('Publish')
    expect(await screen.findByRole('alert')).toBeTruthy()
    expect(screen.getByText('The repository lea/shop was made; it is empty, and another try uses it.')).toBeTruthy()
    await user.click(opened.button('Try again'))
    await waitFor(() => expect(opened.asked.filter(([name]) => name === 'publish')).toHaveLength(2))
    expect(opened.asked.at(-1)?.[1]).toMatchObject({ destinations: [{ to: { host: 'docker.io', account: 'lea' } }] })
  })

  it('several images are one table, and two cannot have one name', async () => {
    const twin: PublishRow = { ...shop, id: OLD, names: ['lea/shop:1.1'] }
    const { button, sheet } = await open({ rows: [shop, twin] })
    const table = await screen.findByRole('table', { name: 'Images to publish' })
    expect(within(table).getAllByRole('row')).toHaveLength(3)
    await waitFor(() => expect(button('Continue').hasAttribute('disabled')).toBe(false))
    const version = within(table).getByRole('textbox', { name: 'Version of lea/shop:1.1' })
    await user.clear(version)
    await user.type(version, '1.0')
    await waitFor(() => expect(sheet.textContent).toContain('lea/shop:1.0 can go to one image only'))
    expect(button('Continue').hasAttribute('disabled')).toBe(true)
    await user.click(within(table).getByRole('checkbox', { name: 'Publish lea/shop:1.1' }))
    await waitFor(() => expect(button('Continue').hasAttribute('disabled')).toBe(false))
  })

  it('says why nothing can be asked, and asks again', async () => {
    let down = true
    const { press, button } = await open({
      answers: { repository: () => (down ? refuse('registry-unreachable', { place: 'docker.io' }) : ownRepository) },
    })
    expect(await screen.findByRole('alert')).toBeTruthy()
    expect(button('Continue').hasAttribute('disabled')).toBe(true)
    down = false
    await press('Try again')
    await waitFor(() => expect(button('Continue').hasAttribute('disabled')).toBe(false))
  })

  it('speaks French', async () => {
    const { press } = await open({ language: 'fr' })
    expect(await screen.findByText('Adresse sur Docker Hub')).toBeTruthy()
    await press('Continuer')
    expect(await screen.findByRole('heading', { name: 'Qui la verra' })).toBeTruthy()
  })
})
