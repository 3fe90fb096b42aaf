import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PlaceRef, Plan } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { isSame } from '../loading/load-choices.ts'
import { useEngines } from '../places/engines.ts'
import { infoOf, usePlaces } from '../places/other-places.ts'
import {
  askedOf,
  type CopyForm,
  type CopyRow,
  clashesOf,
  type Destination,
  isSound,
  isTicked,
  NO_FORM,
  wantedOf,
} from './copy-form.ts'

interface Options {
  from: PlaceRef
  rows: readonly CopyRow[]
  to: PlaceRef | undefined
  /** Nothing is ticked at first: something is wrong with these. */
  doubtful: boolean
  /** What is there already under all its names is left out. */
  onlyNew?: boolean
  started: () => void
}

const NOWHERE: Destination = { place: { type: 'archive', path: '' } }

/** All platforms of the images that go, in the order they are met. */
export function platformsOf(rows: readonly CopyRow[]): string[] {
  return [...new Set(rows.flatMap(({ platforms }) => platforms))]
}

/** The choice there is between platforms, and what was chosen. */
function usePlatforms(several: readonly string[], plan: Plan | undefined) {
  const [one, setOne] = useState<string>()
  const [some, setSome] = useState<readonly string[]>()
  // What holds one platform says which there are to choose from; once one is chosen it need not say it again.
  const offered = plan?.choose ?? []
  const single = offered.length > 0
  const only = one !== undefined && offered.includes(one) ? one : offered[0]
  const kept = some?.filter((platform) => several.includes(platform))
  const chosen = single && only !== undefined ? [only] : kept
  return { offered, only, setOne, several: single ? [] : several, some: kept, setSome, chosen }
}

/** What may go along or be allowed, where it makes a difference. */
function useExtras(from: PlaceRef, to: PlaceRef | undefined, username: string | undefined) {
  const [referrers, setReferrers] = useState(false)
  const [engineMaySignIn, setEngineMaySignIn] = useState(false)
  const engine = useEngines((state) => state.engines?.find(({ id }) => from.type === 'engine' && id === from.engine))
  const keepers: readonly PlaceRef['type'][] = ['registry', 'layout']
  const mayRefer = to !== undefined && keepers.includes(from.type) && keepers.includes(to.type)
  const far = engine !== undefined && /^(?:ssh|tcp|https):/.test(engine.address)
  const mayLetIn = far && to?.type === 'registry' && username !== undefined
  return {
    mayRefer,
    referrers: mayRefer && referrers,
    setReferrers,
    /** The registry's host, where Docker on another computer could send by itself. */
    letIn: mayLetIn ? to.host : undefined,
    engineMaySignIn: mayLetIn && engineMaySignIn,
    setEngineMaySignIn,
  }
}

/** Everything the copy sheet decides with: form, plan, platforms, and the way to start. */
export function useCopy({ from, rows, to, doubtful, onlyNew = false, started }: Options) {
  const { queries } = useApi()
  const [form, setForm] = useState<CopyForm>(() =>
    doubtful ? { ...NO_FORM, ticked: Object.fromEntries(rows.map(({ id }) => [id, false])) } : NO_FORM,
  )
  const [date] = useState(() => new Date())
  const username = usePlaces((state) => (to ? infoOf(to, state.places)?.username : undefined))
  const destination: Destination = to ? { place: to, username } : NOWHERE
  const ticked = rows.filter((row) => isTicked(row, form))
  const sound = isSound(ticked, form, destination)
  const clashing = clashesOf(ticked, form, destination)
  const ready = to !== undefined && ticked.length > 0 && sound
  const extras = useExtras(from, to, username)
  const input = {
    from,
    to: destination.place,
    images: askedOf(ticked, form, destination),
    ...(extras.referrers ? { referrers: true } : {}),
  }
  const options = { placeholderData: keepPreviousData, staleTime: 0, gcTime: 0 }
  const whole = useQuery(queries.copies.plan.queryOptions({ input, enabled: ready, ...options }))
  const all = platformsOf(ticked)
  const platforms = usePlatforms(all.length > 1 ? all : [], whole.data)
  const { chosen } = platforms
  const narrowed = chosen !== undefined && chosen.length > 0
  const part = useQuery(
    queries.copies.plan.queryOptions({
      input: { ...input, platforms: [...(chosen ?? [])] },
      enabled: ready && whole.isSuccess && narrowed,
      ...options,
    }),
  )
  const plan = narrowed ? part : whole
  const asked = wantedOf(ticked, form, destination, plan.data, date)
  // Without a name nobody would find it at a registry.
  const wanted = asked.filter(({ names }) => names.length > 0 || destination.place.type !== 'registry')
  const start = useMutation(queries.copies.start.mutationOptions({ onSuccess: started }))
  const error = whole.error ?? (narrowed ? part.error : null)
  const planning = plan.isFetching || whole.isFetching
  return {
    form,
    setForm,
    date,
    destination,
    ticked,
    clashing,
    sound,
    platforms,
    extras,
    plan: plan.data,
    planning,
    wanted,
    /** How many go, as far as that is planned. */
    going: onlyNew && plan.data ? plan.data.images.filter((image) => !isSame(image)).length : ticked.length,
    planError: ready && error ? asFailure(error) : undefined,
    planAgain: () => {
      void whole.refetch()
      if (narrowed) void part.refetch()
    },
    canStart:
      ready &&
      clashing.length === 0 &&
      plan.isSuccess &&
      wanted.length > 0 &&
      !plan.isPlaceholderData &&
      !(chosen !== undefined && chosen.length === 0),
    starting: start.isPending,
    startError: start.error ? asFailure(start.error) : undefined,
    start: () =>
      start.mutate({
        ...input,
        images: wanted,
        ...(narrowed ? { platforms: [...chosen] } : {}),
        ...(onlyNew ? { onlyNew } : {}),
        ...(extras.engineMaySignIn ? { engineMaySignIn: true } : {}),
      }),
  }
}

export type Copy = ReturnType<typeof useCopy>
