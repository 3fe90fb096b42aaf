import type { ImageRow, PlaceRef, Replaced } from '../../shared/contract.ts'
import { familiarRepository } from '../../shared/reference.ts'
import type { Copied } from '../copy/copy.ts'
import type { Engines } from '../place/engine/engines.ts'
import type { NameAt, NameMoved, TagHistory } from './history.ts'
import { placeKey } from './repository-tags.ts'

/** How long a list of a place that tells by itself may have been under way, in milliseconds. */
const LAG = 1000

type Names = Pick<ImageRow, 'id' | 'names'>

/** The way names changed, or were seen, into the history. What fails here is told to nobody: what it notes is done. */
export class TagNotes {
  readonly #history: TagHistory
  readonly #engines: Engines

  constructor(history: TagHistory, engines: Engines) {
    this.#history = history
    this.#engines = engines
  }

  async #quietly(place: PlaceRef, note: (key: string) => Promise<void>): Promise<void> {
    const key = await placeKey(this.#engines, place).catch(() => undefined)
    // An engine that is away by now.
    if (key === undefined) return
    try {
      await note(key)
    } catch (error) {
      console.error(error)
    }
  }

  async changed(place: PlaceRef, moved: readonly NameMoved[], begun: number): Promise<void> {
    await this.#quietly(place, async (key) => await this.#history.note(key, moved, begun))
  }

  /** One name that was given here. `former`: who had it, undefined for nobody. */
  async given(
    place: PlaceRef,
    {
      name,
      id,
      former,
      keptAs,
    }: { name: string; id: string; former?: string | undefined; keptAs?: string | undefined },
    how: 'tagged' | 'back',
    begun: number,
  ): Promise<void> {
    const kept: NameMoved[] =
      keptAs === undefined || former === undefined ? [] : [{ name: keptAs, image: former, how: 'kept' }]
    await this.changed(place, [{ name, image: id, former: former ?? '', how }, ...kept], begun)
  }

  async taken(place: PlaceRef, id: string, name: string, begun: number): Promise<void> {
    await this.changed(place, [{ name, image: '', former: id, how: 'removed' }], begun)
  }

  /** Images went with all their names. */
  async removed(place: PlaceRef, ids: readonly string[]): Promise<void> {
    await this.#quietly(place, async (key) => await this.#history.gone(key, ids, repositoryOf(place)))
  }

  /** What a copy named. */
  async copied(to: PlaceRef, { images, replaced }: Pick<Copied, 'images' | 'replaced'>, begun: number): Promise<void> {
    if (to.type === 'archive' || to.type === 'files') return
    const how = to.type === 'registry' ? 'published' : 'copied'
    const former = new Map(replaced.map((one) => [one.name, one.former]))
    const named = images.flatMap(({ id, digest, names }) =>
      names.map((name): NameMoved => ({ name, image: digest ?? id, former: former.get(name), how })),
    )
    await this.changed(to, [...named, ...keptOf(replaced)], begun)
  }

  /** Passes on the lists of an engine or layout, and notes them. */
  async *watching<T extends Names>(place: PlaceRef, lists: AsyncIterable<readonly T[]>): AsyncGenerator<T[]> {
    for await (const rows of lists) {
      // An engine that is away has no images either.
      const noted = rows.length > 0 ? this.#seen(place, rows, Date.now() - LAG) : undefined
      yield [...rows]
      await noted
    }
  }

  /** Passes on the lists of a repository as they grow, and notes the whole one. */
  async *reading<T extends Names>(place: PlaceRef, lists: AsyncIterable<T[]>): AsyncGenerator<T[]> {
    const begun = Date.now()
    let last: readonly T[] | undefined
    for await (const rows of lists) {
      last = rows
      yield rows
    }
    if (last) await this.#seen(place, last, begun)
  }

  async #seen(place: PlaceRef, rows: readonly Names[], asOf: number): Promise<void> {
    const names = rows.flatMap(({ id, names: own }) => own.map((name): NameAt => ({ name, image: id })))
    await this.#quietly(place, async (key) => await this.#history.seen(key, names, asOf, repositoryOf(place)))
  }
}

/** What is called otherwise since its name moved on. */
function keptOf(replaced: readonly Pick<Replaced, 'name' | 'former' | 'keptAs'>[]): NameMoved[] {
  return replaced.flatMap(({ former, keptAs }) =>
    former === undefined || keptAs === undefined ? [] : [{ name: keptAs, image: former, how: 'kept' }],
  )
}

function repositoryOf(place: PlaceRef): string | undefined {
  if (place.type !== 'registry' || place.repository === undefined) return undefined
  return familiarRepository({ domain: place.host, path: place.repository })
}
