import { useQueries } from '@tanstack/react-query'
import type { Standing } from '../../shared/contract-portal.ts'
import type { There } from '../../shared/contract-publish.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { judgePath } from '../../shared/registry-names.ts'
import type { Client } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { askedTags, type Draft, type Known, of, type PublishRow, pathOf, type Target } from './draft.ts'

/** The names an account may push below; the list of what is in them, which comes after, is not waited for. */
async function ownersOf(client: Client, { place: { host, account } }: Target, signal: AbortSignal): Promise<string[]> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  try {
    const events = await client.portal.mine({ host, ...(account === undefined ? {} : { account }) }, { signal: both })
    for await (const event of events)
      if (event.type === 'namespaces')
        return event.namespaces.toSorted((one, other) => Number(other.own) - Number(one.own)).map(({ name }) => name)
    return []
  } finally {
    stop.abort()
  }
}

interface Asking {
  readonly key: string
  readonly target: Target
  readonly path: string
  readonly wanted: string[]
}

export interface Learnt {
  readonly known: Known
  /** The first thing that could not be asked. */
  readonly error: ErrorData | undefined
  readonly askAgain: () => void
  readonly asking: boolean
}

/** Asks the registries about everything the draft names: owners, repositories and tags. */
export function useKnown(
  draft: Draft,
  targets: readonly Target[],
  rows: readonly PublishRow[],
  looked: Pick<Known, 'images' | 'published'>,
): Learnt {
  const { client, queries } = useApi()
  const owners = useQueries({
    queries: targets.map((target) => ({
      queryKey: ['publish', 'owners', target.key],
      queryFn: async ({ signal }: { signal: AbortSignal }) => await ownersOf(client, target, signal),
    })),
  })
  // What cannot be asked is not needed: names are typed then.
  const settled = owners.every(({ isPending }) => !isPending)
  const base: Known = {
    ...looked,
    owners: Object.fromEntries(targets.map(({ key }, index) => [key, owners[index]?.data ?? []])),
    there: {},
    standing: {},
  }
  const asked = new Map<string, Asking>()
  if (settled) {
    for (const target of targets) {
      for (const row of rows) {
        const path = pathOf(draft, target, row, base)
        if (judgePath(path, { host: target.place.host, kind: target.kind })) continue
        const key = of(target.key, path)
        const wanted = [...new Set([...(asked.get(key)?.wanted ?? []), ...askedTags(draft, row, base)])]
        asked.set(key, { key, target, path, wanted })
      }
    }
  }
  const list = [...asked.values()]
  const at = ({ target: { place }, path }: Asking) => ({
    host: place.host,
    ...(place.account === undefined ? {} : { account: place.account }),
    path,
  })
  // True while the wizard is open: what was published meanwhile is asked about anew.
  const fresh = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 }
  const standing = useQueries({
    queries: list.map((one) => queries.portal.repository.queryOptions({ input: at(one), ...fresh })),
  })
  const there = useQueries({
    queries: list.map((one) =>
      queries.publish.there.queryOptions({ input: { ...at(one), wanted: one.wanted }, ...fresh }),
    ),
  })
  const failed = [...standing, ...there].find(({ error }) => error)
  return {
    known: {
      ...base,
      standing: records(
        list,
        standing.map(({ data }) => data),
      ),
      there: records(
        list,
        there.map(({ data }) => data),
      ),
    },
    error: failed?.error ? asFailure(failed.error) : undefined,
    askAgain: () => {
      for (const one of [...standing, ...there]) if (one.error) void one.refetch()
    },
    asking: !settled || [...standing, ...there].some(({ isPending }) => isPending),
  }
}

function records<T extends Standing | There>(
  list: readonly Asking[],
  answers: readonly (T | undefined)[],
): Record<string, T> {
  return Object.fromEntries(
    list.flatMap(({ key }, index) => {
      const answer = answers[index]
      return answer === undefined ? [] : [[key, answer] as const]
    }),
  )
}
