import type {
  LostImage,
  PlaceRef,
  Replaced,
  TagDeed,
  TagPast,
  TagScheme,
  TagsDone,
  TagsPlan,
} from '../../shared/contract.ts'
import { tagSchemeSchema } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { byTelling, splitName } from '../../shared/reference.ts'
import { planTags, type TagOperation, type TagsPlanned, type TagsProblem } from '../../shared/tag-plan.ts'
import type { Backups } from '../backups.ts'
import type { State } from '../state.ts'
import { applyChanges } from './apply.ts'
import type { TagHistory } from './history.ts'
import { registryKey } from './place-keys.ts'
import { RegistryReads } from './registry-tags.ts'
import { placeKey, type RepositoryTags, repositoryTags, type TagPlaces } from './repository-tags.ts'

interface InRepository {
  readonly place: PlaceRef
  /** In familiar form, as in the names of images. */
  readonly repository: string
}

/** What the person was shown: who has each tag that changes ('' for nobody), and which images lose their last name. */
interface Shown {
  readonly expected: Readonly<Record<string, string>>
  readonly accepted: readonly string[]
}

type Parts = Omit<TagPlaces, 'reads'> & {
  readonly state: State
  readonly history: TagHistory
  readonly backups: Backups
}

/** How many schemes are remembered. */
const MOST_SCHEMES = 500

/** The tags of repositories: what they named, and changing them. */
export class Tags {
  readonly #parts: Parts
  readonly #places: TagPlaces

  constructor(parts: Parts) {
    this.#parts = parts
    this.#places = { ...parts, reads: new RegistryReads() }
  }

  async #of({ place, repository }: InRepository): Promise<RepositoryTags> {
    return await repositoryTags(this.#places, place, repository)
  }

  async history(asked: InRepository & { tag?: string | undefined }, signal: AbortSignal): Promise<TagPast[]> {
    const tags = await this.#of(asked)
    const past = await this.#parts.history.of(tags.key, asked.repository, asked.tag)
    const ids = [...new Set(past.map(({ image }) => image))].filter((id) => id !== '')
    const there = await tags.there(ids, signal)
    const names = await this.#parts.history.namesOf(tags.key, asked.repository)
    return past.map(({ image, ...one }) => ({
      ...one,
      id: image,
      there: there.has(image),
      names: (names.get(image) ?? []).toSorted(byTelling),
    }))
  }

  /** Every tag that was ever seen or given in a repository, those that are gone too. */
  async known({ place, repository }: InRepository): Promise<string[]> {
    return await this.#parts.history.tagsOf(await placeKey(this.#parts.engines, place), repository)
  }

  /** Changes nothing. @throws name-invalid, name-unclear, image-changed */
  async plan(asked: InRepository & { operations: readonly TagOperation[] }, signal: AbortSignal): Promise<TagsPlan> {
    const tags = await this.#of(asked)
    const planned = await this.#planned(tags, asked, signal)
    return {
      changes: planned.changes.map((change) => ({ ...change })),
      images: planned.images.map(({ id, before, after, elsewhere }) => ({
        id,
        before: [...before],
        after: [...after],
        elsewhere: [...elsewhere],
      })),
      lost: await lostOf(tags, planned, asked.repository),
      removes: await tags.removes(signal),
    }
  }

  /** All names of every image that loses one are looked at anew: one that is believed to keep another must have it. */
  async #planned(
    tags: RepositoryTags,
    { repository, operations }: InRepository & { operations: readonly TagOperation[] },
    signal: AbortSignal,
  ): Promise<TagsPlanned> {
    const touched = operations.flatMap((one) => [one.tag, one.type === 'rename' ? one.to : one.tag])
    const first = sound(planTags(await tags.now(touched, signal), operations), repository)
    const others = first.images.flatMap(({ before }) => before)
    return sound(planTags(await tags.now([...new Set([...touched, ...others])], signal), operations), repository)
  }

  /** Does them all, or takes back what it did and says why. @throws image-changed, tag-last before anything is done */
  async apply(
    asked: InRepository & { operations: readonly TagOperation[] } & Shown,
    signal: AbortSignal,
    how: Extract<TagDeed, 'tagged' | 'back'> = 'tagged',
  ): Promise<TagsDone> {
    const { place, repository, expected, accepted } = asked
    const tags = await this.#of(asked)
    const planned = await this.#planned(tags, asked, signal)
    for (const { tag, from, keeps } of planned.changes)
      if (keeps === undefined && (!Object.hasOwn(expected, tag) || expected[tag] !== (from ?? '')))
        throw new AppError('image-changed', { name: `${repository}:${tag}` })
    const unsaid = (await lostOf(tags, planned, repository)).find(({ id }) => !accepted.includes(id))
    if (unsaid) throw new AppError('tag-last', { name: unsaid.names[0] ?? '' })
    await this.#allowed(tags, asked, planned, signal)
    const begun = Date.now()
    const applied = await applyChanges(tags, planned.changes, planned.lost, signal)
    await this.#noted(tags, repository, applied.changes, how, begun)
    return {
      changes: applied.changes.map((change) => ({ ...change })),
      replaced: applied.error ? [] : await this.#replaced(place, repository, planned),
      ...(applied.error ? { error: applied.error } : {}),
    }
  }

  /** What a registry would refuse half-way is refused before. */
  async #allowed(
    tags: RepositoryTags,
    { place }: InRepository,
    { changes }: TagsPlanned,
    signal: AbortSignal,
  ): Promise<void> {
    if (place.type !== 'registry' || changes.every(({ to }) => to !== undefined)) return
    const removes = await tags.removes(signal)
    if (removes === 'yes') return
    throw new AppError(removes === 'no' ? 'registry-unsupported' : 'registry-denied', { place: place.host })
  }

  async #noted(
    tags: RepositoryTags,
    repository: string,
    changes: TagsPlanned['changes'],
    how: 'tagged' | 'back',
    begun: number,
  ): Promise<void> {
    const moved = changes.map(({ tag, from, to, keeps }) => ({
      name: `${repository}:${tag}`,
      image: to ?? '',
      former: from ?? '',
      how: deedOf(to, keeps, how),
    }))
    // The tags are changed: a memory that fails undoes none of it.
    await this.#parts.history.note(tags.key, moved, begun).catch((error: unknown) => console.error(error))
  }

  /** Of an engine: what is kept is a version before, and containers may still run it. */
  async #replaced(place: PlaceRef, repository: string, { changes }: TagsPlanned): Promise<Replaced[]> {
    const moved = changes.flatMap(({ tag, from, to }) => {
      if (from === undefined || to === undefined) return []
      const keptAs = changes.find(({ keeps }) => keeps === tag)?.tag
      const name = `${repository}:${tag}`
      return [{ name, former: from, ...(keptAs === undefined ? {} : { keptAs: `${repository}:${keptAs}` }) }]
    })
    const plain = moved.map((one) => ({ ...one, containers: [], dropped: [] }))
    if (place.type !== 'engine' || moved.length === 0) return plain
    const client = await this.#parts.engines.client(place.engine)
    return await this.#parts.backups.record(client, moved).catch(() => plain)
  }

  /** Takes one name away, whatever else its image is called. */
  async take(place: PlaceRef, id: string, name: string, signal: AbortSignal): Promise<void> {
    const { repository, tag } = splitName(name)
    await (await this.#of({ place, repository })).take(tag, id, false, signal)
  }

  /** A tag back to an image it named before. @throws tag-gone when that is not there any more; as `apply` */
  async rollBack(
    asked: InRepository & { tag: string; id: string; keepAs?: string | undefined } & Shown,
    signal: AbortSignal,
  ): Promise<TagsDone> {
    const { tag, id, keepAs, repository } = asked
    const there = await (await this.#of(asked)).there([id], signal)
    if (!there.has(id)) throw new AppError('tag-gone', { name: `${repository}:${tag}` })
    return await this.apply({ ...asked, operations: [{ type: 'give', tag, id, keepAs }] }, signal, 'back')
  }

  /** Forgets a registry: what its tags named, and what was told of it. */
  async forget(host: string): Promise<void> {
    this.#places.reads.forget(host)
    await this.#parts.history.forget(registryKey(host))
  }

  /** How a repository was tagged last, in whichever place. */
  async scheme(repository: string): Promise<TagScheme | undefined> {
    const [row] = await this.#parts.state.all('SELECT value FROM tag_scheme WHERE repository = ?', repository)
    if (!row) return undefined
    const parsed = tagSchemeSchema.safeParse(JSON.parse(String(row['value'])))
    return parsed.success ? parsed.data : undefined
  }

  async keepScheme(repository: string, scheme: TagScheme): Promise<void> {
    await this.#parts.state.run(
      'INSERT OR REPLACE INTO tag_scheme (repository, value, at) VALUES (?, ?, ?)',
      repository,
      JSON.stringify(scheme),
      Date.now(),
    )
    await this.#parts.state.run(
      'DELETE FROM tag_scheme WHERE rowid IN (SELECT rowid FROM tag_scheme ORDER BY at DESC LIMIT -1 OFFSET ?)',
      MOST_SCHEMES,
    )
  }
}

function deedOf(to: string | undefined, keeps: string | undefined, how: 'tagged' | 'back'): Exclude<TagDeed, 'seen'> {
  if (to === undefined) return 'removed'
  return keeps === undefined ? how : 'kept'
}

/** @throws what a problem is called */
function sound(planned: TagsPlanned | TagsProblem, repository: string): TagsPlanned {
  if (!('problem' in planned)) return planned
  const name = `${repository}:${planned.tag}`
  switch (planned.problem) {
    case 'invalid':
      throw new AppError('name-invalid', { name })
    case 'gone':
      throw new AppError('image-changed', { name })
    case 'twice':
      throw new AppError('name-unclear', { name, count: 2 })
  }
}

async function lostOf(
  tags: RepositoryTags,
  { changes, images, lost }: TagsPlanned,
  repository: string,
): Promise<LostImage[]> {
  return await Promise.all(
    lost.map(async (id) => {
      const names = images.find((image) => image.id === id)?.before ?? []
      const fate = await tags.fate(id, changes)
      return {
        id,
        names: names.map((tag) => `${repository}:${tag}`),
        fate: fate.fate,
        containers: [...fate.containers],
      }
    }),
  )
}
