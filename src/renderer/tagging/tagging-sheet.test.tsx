// @vitest-environment jsdom
import { cleanup, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PlaceRef, TagsPlan } from '../../shared/contract.ts'
import { planTags, type TagOperation } from '../../shared/tag-plan.ts'
import { type ListRow, useImages } from '../images/image-store.ts'
import type { ImageLine } from '../images/lines.ts'
import { TagChips } from '../images/tag-chips.tsx'
import { useUi } from '../shell/ui.ts'
import { type Answers, type FakeClient, fakeHost } from '../testing/fake-host.ts'
import { show, wordsIn } from '../testing/render.tsx'
import { rowsNow } from './tagging-form.ts'
import { TaggingSheet } from './tagging-sheet.tsx'

const ENGINE: PlaceRef = { type: 'engine', engine: 'default' }
const REGISTRY: PlaceRef = { type: 'registry', host: 'reg.example', repository: 'shop' }
const DAY = 86_400_000

function rowsOf(): ListRow[] {
  return [
    { id: 'sha256:new', names: [], repositories: ['shop'], size: 9e6, created: Date.now() - 3_600_000 },
    {
      id: 'sha256:old',
      names: ['shop:2.4.0', 'shop:2.4', 'shop:2', 'shop:latest'],
      repositories: [],
      size: 9e6,
      created: Date.now() - 12.5 * DAY,
    },
    { id: 'sha256:prod', names: ['shop:prod'], repositories: [], size: 9e6, created: 0 },
  ]
}

/** As the host plans it, from the same rows. */
function planned(operations: readonly TagOperation[], fate: 'nameless' | 'untagged' = 'nameless'): TagsPlan {
  const plan = planTags(rowsNow(rowsOf(), 'shop'), operations)
  if ('problem' in plan) throw new Error(plan.problem)
  const lost = plan.lost.map((id) => ({
    id,
    names:
      rowsOf()
        .find((row) => row.id === id)
        ?.names.slice() ?? [],
    fate,
    containers: [],
  }))
  return {
    changes: plan.changes.map((change) => ({ ...change })),
    images: plan.images.map((image) => ({
      ...image,
      before: [...image.before],
      after: [...image.after],
      elsewhere: [...image.elsewhere],
    })),
    lost,
    removes: 'yes',
  }
}

interface Given {
  id?: string
  answers?: Answers
  operations?: readonly TagOperation[]
  place?: PlaceRef
}

async function given({
  id = 'sha256:new',
  answers = {},
  operations = [],
  place = ENGINE,
}: Given = {}): Promise<FakeClient & { user: ReturnType<typeof userEvent.setup>; onClose: () => void }> {
  const host = fakeHost({ answers: { tagsPlan: ({ operations: asked }) => planned(asked), ...answers } })
  const onClose = vi.fn()
  await show(
    host.client,
    <TaggingSheet place={place} repository="shop" id={id} operations={operations} onClose={onClose} />,
  )
  return { ...host, user: userEvent.setup(), onClose }
}

async function applied(user: ReturnType<typeof userEvent.setup>, name = 'Change the tags'): Promise<void> {
  const button = await screen.findByRole('button', { name })
  await waitFor(() => expect(button).toHaveProperty('disabled', false))
  await user.click(button)
}

function changes(): (string | null)[] {
  return within(screen.getByRole('list', { name: 'What will change' }))
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent)
}

beforeEach(() => {
  useImages.setState({ place: 'engine default', rows: rowsOf() })
})
afterEach(() => {
  cleanup()
  useUi.setState({ sheet: undefined, moved: undefined })
})

describe('the tags of an image', () => {
  it('follow a version with one click, told shortcut by shortcut', async () => {
    const { asked, user, onClose } = await given()
    await user.click(screen.getByRole('button', { name: 'Version 2.4.1' }))
    const steps = screen.getByRole('list', { name: 'What follows this version' })
    expect(within(steps).getByLabelText('2.4.1')).toHaveProperty('checked', true)
    expect(steps.textContent).toContain('today on 2.4.0 (created last week) → this image')
    expect(screen.getByText(/“latest” is the label Docker takes when none is said/)).toBeTruthy()
    await user.click(within(steps).getByLabelText('latest'))
    await waitFor(() =>
      expect(changes()).toEqual([
        '2.4 moves from 2.4.0 to this image',
        '2 moves from 2.4.0 to this image',
        '2.4.1 is new: it names this image',
      ]),
    )
    await applied(user)
    await waitFor(() => expect(onClose).toHaveBeenCalled())
    expect(asked).toContainEqual([
      'apply',
      {
        place: ENGINE,
        repository: 'shop',
        operations: ['2.4.1', '2.4', '2'].map((tag) => ({ type: 'give', tag, id: 'sha256:new' })),
        expected: { '2.4': 'sha256:old', '2': 'sha256:old', '2.4.1': '' },
        accepted: [],
      },
    ])
    expect(asked).toContainEqual([
      'keepScheme',
      { repository: 'shop', scheme: { strategies: ['version'], environments: [], minutes: false } },
    ])
  })

  it('are not taken from an image as its last without saying so', async () => {
    const { asked, user } = await given()
    await user.click(screen.getByRole('button', { name: 'Add prod' }))
    await waitFor(() => expect(changes()[0]).toMatch(/^the image that is prod today stays as prod-\d{8}-\d{4}$/))
    await user.click(screen.getByLabelText('Images that would lose their last tag keep a dated one'))
    expect(await screen.findByText(/shop:prod would have no name any more/)).toBeTruthy()
    await applied(user, 'Change them all the same')
    await waitFor(() =>
      expect(asked.find(([name]) => name === 'apply')?.[1]).toMatchObject({ accepted: ['sha256:prod'] }),
    )
  })

  it('are renamed, moved and removed', async () => {
    const { asked, user } = await given({ id: 'sha256:old' })
    await user.click(screen.getByRole('button', { name: 'Rename… 2.4' }))
    const field = screen.getByLabelText('New name of 2.4')
    await user.clear(field)
    await user.type(field, '2.4-old')
    await user.click(screen.getByRole('button', { name: 'Move to another image… 2' }))
    await user.selectOptions(screen.getByLabelText('Image that gets 2'), 'prod')
    await user.click(screen.getByRole('button', { name: 'Remove this tag latest' }))
    await waitFor(() =>
      expect(changes()).toEqual([
        '2 moves from this image to prod',
        '2.4 is called 2.4-old from now on',
        'latest goes; it named this image',
      ]),
    )
    await user.click(screen.getByRole('button', { name: 'Leave latest as it is' }))
    await waitFor(() => expect(changes().length).toBe(2))
    await applied(user)
    await waitFor(() =>
      expect(asked.find(([name]) => name === 'apply')?.[1]).toMatchObject({
        operations: [
          { type: 'give', tag: '2', id: 'sha256:prod' },
          { type: 'rename', tag: '2.4', to: '2.4-old' },
        ],
      }),
    )
  })

  it('say beforehand what a registry does not do', async () => {
    await given({
      id: 'sha256:old',
      place: REGISTRY,
      answers: { tagsPlan: ({ operations }) => ({ ...planned(operations, 'untagged'), removes: 'no' }) },
    })
    expect(await screen.findByText(/This registry cannot take away a single tag/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Remove this tag latest' })).toBeNull()
    expect(screen.queryByRole('button', { name: 'Rename… latest' })).toBeNull()
  })

  it('take the commit from the labels, or typed', async () => {
    const { user } = await given({
      answers: { labels: { 'org.opencontainers.image.revision': '2414721ab00deadbeef0' } },
    })
    expect(await screen.findByRole('button', { name: 'Add 2414721' })).toBeTruthy()
    cleanup()
    await given()
    await user.type(await screen.findByLabelText('Commit'), '860c190ffff')
    await user.click(screen.getByRole('button', { name: 'Add 860c190' }))
    expect(screen.getByRole('button', { name: 'Add 860c190', pressed: true })).toBeTruthy()
  })

  it('tell what could not be taken back when it failed', async () => {
    const { user, onClose } = await given({
      answers: {
        tagsApply: () => ({
          changes: [{ tag: 'prod', from: 'sha256:prod', to: 'sha256:new' }],
          replaced: [],
          error: { code: 'registry-denied', parts: { place: 'reg.example' } },
        }),
      },
    })
    await user.click(screen.getByRole('button', { name: 'Add dev' }))
    await applied(user)
    expect(await screen.findByText(/These could not be taken back: prod moves from .* to this image/)).toBeTruthy()
    expect(onClose).not.toHaveBeenCalled()
  })

  it('go back to what they named', async () => {
    const past = { tag: 'latest', how: 'tagged' as const, since: 1e12, there: true, names: ['shop:prod'] }
    const { asked, user } = await given({
      id: 'sha256:old',
      answers: {
        history: () => [
          { ...past, id: 'sha256:old', names: ['shop:latest'] },
          { ...past, id: 'sha256:prod', since: 9e11, until: 1e12 },
          { ...past, id: 'sha256:gone', since: 8e11, until: 9e11, there: false, names: [] },
        ],
      },
    })
    await user.click(screen.getByRole('button', { name: 'What it named before… latest' }))
    const list = await screen.findByRole('list', { name: 'What the tags named before' })
    await waitFor(() => expect(within(list).getAllByRole('listitem').length).toBe(3))
    expect(list.textContent).toContain('not there any more')
    const buttons = within(list).getAllByRole('button')
    expect(buttons.length).toBe(1)
    await user.click(buttons[0] as HTMLElement)
    expect(await screen.findByText('latest back to prod')).toBeTruthy()
    await waitFor(() => expect(changes()).toEqual(['latest moves from this image to prod']))
    await applied(user)
    await waitFor(() =>
      expect(asked).toContainEqual([
        'rollBack',
        {
          place: ENGINE,
          repository: 'shop',
          tag: 'latest',
          id: 'sha256:prod',
          expected: { latest: 'sha256:old' },
          accepted: [],
        },
      ]),
    )
  })

  it('are put in words in French', async () => {
    const host = fakeHost({ answers: { tagsPlan: ({ operations }) => planned(operations) } })
    await show(
      host.client,
      <TaggingSheet place={ENGINE} repository="shop" id="sha256:new" onClose={() => undefined} />,
      'fr',
    )
    await userEvent.setup().click(screen.getByRole('button', { name: 'Version 2.4.1' }))
    expect(screen.getAllByText(/aujourd’hui sur 2.4.0 \(créée la semaine dernière\) → cette image/).length).toBe(3)
  })
})

describe('the chips of a row', () => {
  const [, old] = rowsOf()
  const line = {
    kind: 'image',
    key: 'k',
    repository: 'shop',
    tags: ['prod'],
    row: { ...old, names: ['shop:prod'] },
  } as ImageLine

  it('open the sheet; the last one of a registry’s image goes only there', async () => {
    const { client, asked } = fakeHost()
    const user = userEvent.setup()
    await show(client, <TagChips words={await wordsIn('en')} place={REGISTRY} line={line} />)
    await user.click(screen.getByRole('button', { name: 'prod: versions of shop…' }))
    const sheet = { type: 'tags', place: REGISTRY, repository: 'shop', id: 'sha256:old' }
    expect(useUi.getState().sheet).toEqual(sheet)
    await user.click(screen.getByRole('button', { name: 'Take the version “prod” away from shop' }))
    expect(useUi.getState().sheet).toEqual({ ...sheet, operations: [{ type: 'remove', tag: 'prod' }] })
    expect(asked).toEqual([])
  })
})
