import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Archive, ArchiveImage, Plan, Wanted } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { engineOnScreen, isReady, type ReadyEngine, useEngines } from '../places/engines.ts'
import {
  askedOf,
  clashes,
  isTicked,
  type LoadChoices,
  loadRequest,
  NO_CHOICES,
  otherPlatforms,
  wantedOf,
} from './load-choices.ts'

interface Destination {
  readonly engines: readonly ReadyEngine[]
  readonly engine: ReadyEngine | undefined
  readonly choose: (id: string) => void
}

/** Where to load: the engine on screen when it is ready, else the first that is. */
function useDestination(wanted: string | undefined): Destination {
  const state = useEngines()
  const [chosen, choose] = useState(wanted)
  const engines = (state.engines ?? []).filter(isReady)
  const onScreen = engineOnScreen(state)
  const engine = engines.find(({ id }) => id === chosen) ?? engines.find(({ id }) => id === onScreen?.id) ?? engines[0]
  return { engines, engine, choose }
}

export interface Load extends Destination {
  readonly choices: LoadChoices
  readonly setChoices: (choices: LoadChoices) => void
  /** For the dated names; the moment the sheet was opened. */
  readonly date: Date
  readonly others: ReadonlySet<string>
  /** The plan for every image of the file, for its layers and names. */
  readonly overview: Plan | undefined
  readonly ticked: readonly ArchiveImage[]
  readonly wanted: Wanted[]
  readonly clashing: readonly string[]
  /** The plan for what is ticked. */
  readonly plan: Plan | undefined
  readonly planning: boolean
  readonly planError: ErrorData | undefined
  readonly planAgain: () => void
  readonly canStart: boolean
  readonly starting: boolean
  readonly startError: ErrorData | undefined
  readonly start: () => void
}

function failureOf(error: unknown): ErrorData | undefined {
  return error ? asFailure(error) : undefined
}

/** Everything the load sheet decides with: choices, what the destination has of the file, and the way to start. */
export function useLoad(archive: Archive, started: () => void, to?: string): Load {
  const { queries } = useApi()
  const destination = useDestination(to)
  const [choices, setChoices] = useState(NO_CHOICES)
  const [date] = useState(() => new Date())
  const engine = destination.engine?.id ?? ''
  const platform = destination.engine?.state.platform
  const overview = useQuery(
    queries.copies.plan.queryOptions({
      input: loadRequest(archive.path, engine, askedOf(archive, choices, platform)),
      enabled: engine !== '' && archive.images.length > 0,
      placeholderData: keepPreviousData,
      staleTime: 0,
      gcTime: 0,
    }),
  )
  const situation = { archive, choices, engine: platform, plan: overview.data }
  const ticked = archive.images.filter((image) => isTicked(image, situation))
  const wanted = wantedOf(ticked, choices, overview.data, date)
  const clashing = clashes(ticked, choices)
  const sound = engine !== '' && wanted.length > 0 && clashing.length === 0
  const planned = useQuery(
    queries.copies.plan.queryOptions({
      input: loadRequest(archive.path, engine, wanted),
      enabled: sound && overview.isSuccess,
      staleTime: 0,
      gcTime: 0,
    }),
  )
  const start = useMutation(queries.copies.start.mutationOptions({ onSuccess: started }))
  return {
    ...destination,
    choices,
    setChoices,
    date,
    others: otherPlatforms(archive.images, platform),
    overview: overview.data,
    ticked,
    wanted,
    clashing,
    plan: planned.data,
    planning: planned.isFetching || overview.isPending,
    planError: failureOf(overview.error ?? planned.error),
    planAgain: () => {
      void overview.refetch()
      void planned.refetch()
    },
    canStart: sound && planned.isSuccess,
    starting: start.isPending,
    startError: failureOf(start.error),
    start: () => start.mutate(loadRequest(archive.path, engine, wanted)),
  }
}
