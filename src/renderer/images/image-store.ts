import { create } from 'zustand'
import type { ContentRow, ImageFacts, ImageRow, PlaceRef } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { byTelling } from '../../shared/reference.ts'
import { type Client, follow, readOnce } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { listKey } from '../places/place-ref.ts'

/** What places other than engines tell of an image at once. */
export type RowContent = Pick<
  ContentRow,
  'platforms' | 'absent' | 'artifact' | 'digest' | 'configDigest' | 'path' | 'problem'
>

/** An image of any place. */
export type ListRow = ImageRow & { readonly content?: RowContent }

interface Images {
  /** `listKey` of the place on screen. */
  place: string | undefined
  /** Undefined until the place's first list is there. */
  rows: readonly ListRow[] | undefined
  failure: ErrorData | undefined
  facts: Readonly<Record<string, ImageFacts>>
  /** Grows when facts may have changed: those in view are then asked for again, and shown as they were until the answer is there. */
  factsRound: number
  /** Ids the person chose. */
  chosen: ReadonlySet<string>
  /** Grows when the list is to be read again. */
  round: number
}

const NOTHING = { rows: undefined, failure: undefined, facts: {}, factsRound: 0, chosen: new Set<string>() }

/** The images of the place on screen. */
export const useImages = create<Images>(() => ({ place: undefined, ...NOTHING, round: 0 }))

function rowOf({ id, names, size, created, ...content }: ContentRow): ListRow {
  // As they come, the names are in any order.
  return { id, names: names.toSorted(byTelling), repositories: [], size, created, content }
}

async function* rowsOf(contents: AsyncIterable<readonly ContentRow[]>): AsyncGenerator<ListRow[]> {
  for await (const rows of contents) yield rows.map(rowOf)
}

async function watchRows(client: Client, place: PlaceRef, signal: AbortSignal): Promise<AsyncIterable<ListRow[]>> {
  if (place.type === 'engine') return await client.images.watch({ engine: place.engine }, { signal })
  return rowsOf(await client.places.contents({ place }, { signal }))
}

/** Repositories and folders of files are read once and then told anew; the other places tell by themselves. */
export function tellsByItself({ type }: PlaceRef): boolean {
  return type === 'engine' || type === 'layout'
}

/** Reads again what does not tell by itself that it changed. */
export function refreshImages(): void {
  useImages.setState(({ round }) => ({ round: round + 1 }))
}

export function followImages(client: Client, place: PlaceRef): () => void {
  asked.clear()
  const key = listKey(place)
  // What is read again stays in view meanwhile.
  if (tellsByItself(place) || useImages.getState().place !== key) useImages.setState({ place: key, ...NOTHING })
  // Containers come and go without the images changing: who comes back to the window sees them as they are.
  window.addEventListener('focus', ageFacts)
  const stop = (tellsByItself(place) ? follow : readOnce)({
    open: (signal) => watchRows(client, place, signal),
    take: (rows) => {
      const ids = new Set(rows.map(({ id }) => id))
      const chosen = new Set([...useImages.getState().chosen].filter((id) => ids.has(id)))
      useImages.setState({ rows, failure: undefined, chosen })
      ageFacts()
    },
    failed: (error) => useImages.setState({ failure: asFailure(error) }),
  })
  return () => {
    window.removeEventListener('focus', ageFacts)
    stop()
  }
}

export function chooseImages(ids: Iterable<string>): void {
  useImages.setState({ chosen: new Set(ids) })
}

export function toggleImage(id: string): void {
  const chosen = new Set(useImages.getState().chosen)
  if (!chosen.delete(id)) chosen.add(id)
  useImages.setState({ chosen })
}

/** What an action on one row is about: all chosen ones when it is among them, else it alone. */
export function takenWith(id: string): string[] {
  const { chosen } = useImages.getState()
  return chosen.has(id) ? [...chosen] : [id]
}

/** Ids whose facts were answered in this round. */
const asked = new Set<string>()

function ageFacts(): void {
  asked.clear()
  useImages.setState(({ factsRound }) => ({ factsRound: factsRound + 1 }))
}

/** The most that one question may be about. */
const FACTS_AT_ONCE = 200

/** Asks for what only an inspect tells, where it is not known. A failure leaves the cells as they are; the next view asks again. */
export async function learnFacts(
  client: Client,
  engine: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = [...new Set(ids)].filter((id) => !asked.has(id))
  const place = listKey({ type: 'engine', engine })
  for (let start = 0; start < wanted.length && !signal.aborted; start += FACTS_AT_ONCE) {
    const part = wanted.slice(start, start + FACTS_AT_ONCE)
    const found = await client.images.facts({ engine, ids: part }, { signal }).catch(() => undefined)
    const state = useImages.getState()
    if (!found || signal.aborted || state.place !== place) return
    for (const id of part) asked.add(id)
    useImages.setState({ facts: { ...state.facts, ...Object.fromEntries(found.map((fact) => [fact.id, fact])) } })
  }
}
