import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { PlaceRef, TagsDone, TagsPlan } from '../../shared/contract.ts'
import type { TagOperation } from '../../shared/tag-plan.ts'
import { habitsOf } from '../../shared/versions.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { detailsOf } from '../images/image-actions.ts'
import { refreshImages, tellsByItself, useImages } from '../images/image-store.ts'
import { tellMoved } from '../shell/ui.ts'
import {
  environmentsOf,
  formOf,
  keeping,
  NO_CHANGES,
  operationsOf,
  rowsNow,
  strategiesOf,
  type TaggingForm,
  wouldLose,
} from './tagging-form.ts'

/** Milliseconds of rest before what was typed is asked about. */
const REST = 200

export interface Tagged {
  readonly place: PlaceRef
  readonly repository: string
  readonly id: string
}

/** A tag that is to go back to an image it named. */
export interface Back {
  readonly tag: string
  readonly id: string
}

function shownOf({ changes, lost }: TagsPlan): { expected: Record<string, string>; accepted: string[] } {
  return {
    expected: Object.fromEntries(changes.map(({ tag, from = '' }) => [tag, from])),
    accepted: lost.map(({ id }) => id),
  }
}

/** Everything the sheet decides with: what was chosen, what it comes to, and the way to do it. */
export function useTagging(
  { place, repository, id }: Tagged,
  asked: readonly TagOperation[],
  done: (count: number) => void,
) {
  const { client, queries } = useApi()
  const rows = useImages((state) => state.rows) ?? []
  const [form, setForm] = useState<TaggingForm>(() => formOf(asked))
  const [back, setBack] = useState<Back>()
  const [date] = useState(() => new Date())
  const now = useMemo(() => rowsNow(rows, repository), [rows, repository])
  const tags = useMemo(() => [...now.tags.keys()], [now])
  const details = useQuery({
    queryKey: ['details', place, id],
    queryFn: () => detailsOf(client, place, id),
  })
  const scheme = useQuery(queries.tags.scheme.queryOptions({ input: { repository }, staleTime: 0 }))
  const habits = useMemo(() => {
    const read = habitsOf(tags)
    const last = scheme.data?.scheme
    return {
      ...read,
      strategies: [...new Set([...(last?.strategies ?? []), ...read.strategies])],
      minutes: last?.minutes ?? read.minutes,
    }
  }, [tags, scheme.data])

  const returning: TagOperation[] = back ? [{ type: 'give', ...back }] : []
  const kept = form.keep ? keeping(returning, now, date) : returning
  const operations = back ? kept : operationsOf(form, id, now, date)
  const losing = back
    ? keeping(returning, now, date).some((one) => one.type === 'give' && one.keepAs !== undefined)
    : wouldLose(form, id, now, date)

  const [rested] = useDebouncedValue(JSON.stringify(operations), REST)
  const plan = useQuery(
    queries.tags.plan.queryOptions({
      input: { place, repository, operations: JSON.parse(rested) as TagOperation[] },
      placeholderData: keepPreviousData,
      staleTime: 0,
      gcTime: 0,
    }),
  )
  const settled = rested === JSON.stringify(operations) && plan.isSuccess && !plan.isPlaceholderData && !plan.isFetching

  const apply = useMutation({
    mutationFn: async (planned: TagsPlan): Promise<TagsDone> => {
      const shown = { place, repository, ...shownOf(planned) }
      const [operation] = operations
      if (back && operation?.type === 'give') {
        const { tag, id: to, keepAs } = operation
        return await client.tags.rollBack({ ...shown, tag, id: to, ...(keepAs === undefined ? {} : { keepAs }) })
      }
      return await client.tags.apply({ ...shown, operations })
    },
    onSuccess: async ({ changes, replaced, error }) => {
      if (!tellsByItself(place)) refreshImages()
      if (error) return
      await remember()
      tellMoved(place, replaced.find(({ containers }) => containers.length > 0) ?? replaced[0])
      done(changes.length)
    },
  })

  /** The tags are changed: whether the way is remembered is no reason to stay. */
  async function remember(): Promise<void> {
    const strategies = back ? [] : strategiesOf(form)
    if (strategies.length === 0) return
    const environments = environmentsOf(form)
    const last = scheme.data?.scheme
    await client.tags
      .keepScheme({
        repository,
        scheme: {
          strategies,
          environments: environments.length > 0 ? environments : (last?.environments ?? []),
          minutes:
            Object.entries(form.added).some(([tag, way]) => way === 'date' && tag.length > 8) ||
            (!strategies.includes('date') && habits.minutes),
        },
      })
      .catch(() => undefined)
  }

  const changes = plan.data?.changes ?? []
  const removing = changes.some(({ to }) => to === undefined)
  const removes = plan.data?.removes ?? 'yes'
  return {
    rows,
    row: rows.find((row) => row.id === id),
    form,
    setForm: (change: Partial<TaggingForm>) => setForm((before) => ({ ...before, ...change })),
    back,
    setBack: (to: Back | undefined) => {
      setForm(NO_CHANGES)
      setBack(to)
    },
    date,
    now,
    tags,
    own: tags.filter((tag) => now.tags.get(tag) === id),
    labels: details.data?.labels ?? {},
    labelled: details.isSuccess,
    habits,
    environments: scheme.data?.scheme?.environments ?? [],
    operations,
    losing,
    plan: operations.length > 0 ? plan.data : undefined,
    planning: operations.length > 0 && !settled,
    planError: plan.error && operations.length > 0 ? asFailure(plan.error) : undefined,
    removes,
    canApply: settled && operations.length > 0 && changes.length > 0 && !(removing && removes !== 'yes'),
    applying: apply.isPending,
    failed: apply.data?.error ? apply.data : undefined,
    applyError: apply.error ? asFailure(apply.error) : undefined,
    apply: () => plan.data && apply.mutate(plan.data),
  }
}

export type Tagging = ReturnType<typeof useTagging>
