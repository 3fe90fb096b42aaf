import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { PlaceRef, Plan } from '../../shared/contract.ts'
import type { Publishable, PublishDestination, Published, TagThere } from '../../shared/contract-publish.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { judgePath } from '../../shared/registry-names.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { infoOf, usePlaces } from '../places/other-places.ts'
import { infoName } from '../places/place-names.ts'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import {
  clashesAt,
  type Draft,
  destinationAt,
  isSoundAt,
  type Known,
  movesAt,
  of,
  type PublishRow,
  pathOf,
  publishedBy,
  type Situation,
  seeingOf,
  type TagMove,
  type Target,
} from './draft.ts'
import { useKnown } from './use-known.ts'

/** Milliseconds after the last key before a registry is asked about what was typed. */
const PAUSE = 350

interface Options {
  readonly from: PlaceRef
  readonly all: readonly PublishRow[]
  readonly looked: { readonly images: readonly Publishable[]; readonly published: readonly Published[] }
  /** Every registry there is. */
  readonly offered: readonly Target[]
  readonly initial: Draft
}

export interface Publishing {
  readonly from: PlaceRef
  /** All images, and those that go. */
  readonly all: readonly PublishRow[]
  readonly rows: readonly PublishRow[]
  /** There are several images to speak of. */
  readonly several: boolean
  readonly targets: readonly Target[]
  readonly draft: Draft
  readonly change: (part: Partial<Draft>) => void
  readonly known: Known
  readonly date: Date
  readonly titleOf: (row: PublishRow) => string
  readonly nameOf: (target: Target) => string
  readonly pathOf: (target: Target, row: PublishRow) => string
  /** Whether the path is a name the registry can be asked about. */
  readonly isNamed: (target: Target, row: PublishRow) => boolean
  readonly thereOf: (row: PublishRow) => {
    readonly named: readonly TagThere[]
    readonly tags: readonly string[]
    readonly same: ReadonlySet<string>
  }
  readonly movesAt: (target: Target) => TagMove[]
  readonly clashesAt: (target: Target) => string[]
  readonly stateAt: (target: Target) => 'known' | 'asking' | 'unsound'
  readonly planAt: (target: Target) => Plan | undefined
  readonly planning: boolean
  /** What keeps the registries from being asked. */
  readonly askError: ErrorData | undefined
  readonly askAgain: () => void
  /** Names are good, answers are there, and nothing is left to say of who will see it. */
  readonly ready: boolean
  readonly destinations: readonly PublishDestination[]
  readonly published: readonly Published[]
}

/** Everything the wizard decides with: what was typed, what the registries say of it, and what would be sent. */
export function usePublish({ from, all, looked, offered, initial }: Options): Publishing {
  const { t } = useWords()
  const { queries } = useApi()
  const places = usePlaces((state) => state.places)
  const [draft, setDraft] = useState(initial)
  const [settled] = useDebouncedValue(draft, PAUSE)
  const [date] = useState(() => new Date())
  const targets = offered.filter(({ key }) => draft.chosen.includes(key))
  const rows = all.filter(({ id }) => !draft.left.has(id))
  const { known, error, askAgain, asking } = useKnown(settled, targets, rows, looked)
  const situation: Situation = { targets, rows, known, date }
  const at = (target: Target) => ({ ...situation, target })
  const sound = targets.map((target) => isSoundAt(settled, at(target)))
  const plans = useQueries({
    queries: targets.map((target, index) =>
      queries.copies.plan.queryOptions({
        input: {
          from,
          to: target.place,
          images: destinationAt(settled, at(target), undefined).images.map(({ id, names, labels }) => ({
            id,
            names: names.map(({ name }) => ({ name })),
            ...(labels ? { labels } : {}),
          })),
        },
        enabled: rows.length > 0 && !asking && sound[index] === true,
        placeholderData: keepPreviousData,
        staleTime: 0,
        gcTime: 0,
      }),
    ),
  })
  const planAt = (target: Target): Plan | undefined => plans[targets.indexOf(target)]?.data
  const planError = plans.find((plan) => plan.error)?.error
  const isNamed = (target: Target, row: PublishRow): boolean =>
    judgePath(pathOf(draft, target, row, known), { host: target.place.host, kind: target.kind }) === undefined
  const stateAt = (target: Target): 'known' | 'asking' | 'unsound' => {
    if (!isSoundAt(draft, at(target))) return 'unsound'
    const there = rows.map((row) => known.there[of(target.key, pathOf(draft, target, row, known))])
    return there.every(Boolean) ? 'known' : 'asking'
  }
  const said = targets.every((target) =>
    rows.every((row) => {
      const seeing = seeingOf(draft, target, pathOf(draft, target, row, known), known)
      return seeing !== undefined && !seeing.unsaid
    }),
  )
  const planning = plans.some(({ isFetching }) => isFetching)
  return {
    from,
    all,
    rows,
    several: all.length > 1,
    targets,
    draft,
    change: (part) => setDraft((before) => ({ ...before, ...part })),
    known,
    date,
    titleOf: ({ id, names }) => names[0] ?? t('load.unnamed', { id: shortId(id) }),
    nameOf: ({ place }) => {
      const info = infoOf(place, places)
      return info ? infoName(info, t, places) : place.host
    },
    pathOf: (target, row) => pathOf(draft, target, row, known),
    isNamed,
    thereOf: (row) => {
      const answers = targets.flatMap((target) => known.there[of(target.key, pathOf(draft, target, row, known))] ?? [])
      const moves = targets.flatMap((target) => movesAt(draft, at(target), planAt(target)))
      return {
        named: answers.flatMap(({ named }) => named),
        tags: answers.flatMap(({ tags }) => tags ?? []),
        same: new Set(moves.filter((move) => move.row === row && move.type === 'same').map(({ tag }) => tag)),
      }
    },
    movesAt: (target) => movesAt(draft, at(target), planAt(target)),
    clashesAt: (target) => clashesAt(draft, at(target)),
    stateAt,
    planAt,
    planning,
    askError: error ?? (planError ? asFailure(planError) : undefined),
    askAgain: () => {
      askAgain()
      for (const plan of plans) if (plan.error) void plan.refetch()
    },
    ready:
      targets.length > 0 &&
      rows.length > 0 &&
      draft === settled &&
      !asking &&
      sound.every(Boolean) &&
      said &&
      plans.every(({ isSuccess, isPlaceholderData }) => isSuccess && !isPlaceholderData),
    destinations: targets.map((target) => destinationAt(draft, at(target), planAt(target))),
    published: publishedBy(draft, situation),
  }
}

export function useStart(publishing: Publishing) {
  const { queries } = useApi()
  const { from, destinations, published } = publishing
  const start = useMutation(queries.publish.start.mutationOptions())
  return {
    started: start.data,
    starting: start.isPending,
    error: start.error ? asFailure(start.error) : undefined,
    start: (onSuccess: () => void) =>
      start.mutate({ from, destinations: [...destinations], published: [...published] }, { onSuccess }),
  }
}

export type Start = ReturnType<typeof useStart>
