import type { Plan, Replaced, Transfer } from '../shared/contract.ts'
import type { Copied, Wish } from './copy/copy.ts'
import type { Beside } from './notes/beside.ts'

/** What a copy is said to have done, image by image: what it did, beside what its plan knew. */

export type Result = NonNullable<Transfer['result']>

/** An image of a copy, and what becomes of it there as far as the plan tells. */
export interface Going {
  readonly wish: Wish
  readonly outcome: Result['images'][number]['outcome']
  readonly size: number
}

export function goingOf(wish: Wish, row: Plan['images'][number] | undefined, onlyNew: boolean): Going {
  const size = (row?.layers ?? []).reduce((sum, layer) => sum + (layer.size ?? 0), 0)
  const same = onlyNew && row?.present === true && row.names.every((name) => name.same)
  const there = row?.present ? 'names' : 'copied'
  return { wish, outcome: same ? 'same' : there, size }
}

/** A copy of which everything was there. */
export const NOTHING: Copied = {
  images: [],
  replaced: [],
  moved: 0,
  skipped: 0,
  configs: new Map(),
  absent: [],
  stored: new Map(),
}

function besideData({ names, error }: Beside): NonNullable<NonNullable<Result['file']>['beside']> {
  return { names, ...(error ? { error: { ...error, parts: { ...error.parts } } } : {}) }
}

export function resultOf(
  copied: Copied,
  going: readonly Going[],
  replaced: Replaced[],
  download: boolean,
  beside?: Beside,
): Result {
  const came = copied.images.values()
  const images = going.map(({ wish: { image, names }, outcome, size }): Result['images'][number] => {
    const done = outcome === 'same' ? undefined : came.next().value
    const wanted = names.map(({ name }) => name)
    const digest = done?.digest
    return {
      id: done?.id ?? image.id,
      names: [...(done?.names ?? wanted)],
      ...(digest ? { digest } : {}),
      outcome,
      size,
    }
  })
  return {
    images,
    moved: copied.moved,
    skipped: copied.skipped,
    ...(copied.file ? { file: { ...copied.file, ...(beside ? { beside: besideData(beside) } : {}) } } : {}),
    replaced,
    absent: copied.absent.map((one) => ({ ...one })),
    download,
  }
}
