import type { TagDeed } from '../../shared/contract.ts'
import { splitName } from '../../shared/reference.ts'
import type { State } from '../state.ts'

/** A name, and the image it names; '' where there is no such name any more. */
export interface NameAt {
  /** Familiar, `repo:tag`. */
  readonly name: string
  readonly image: string
}

/** A name that was changed here. */
export interface NameMoved extends NameAt {
  /** What it named before, '' for nothing; undefined where that is not known. */
  readonly former?: string | undefined
  readonly how: Exclude<TagDeed, 'seen'>
}

/** What a tag named, from then on; without `until`, what it names as far as it was seen. */
export interface Past {
  readonly tag: string
  readonly image: string
  readonly how: TagDeed
  readonly since: number
  readonly until?: number
}

/** How many are kept in all. Of one tag the last 50 are (state.ts). */
const MOST_PAST = 20_000
const MOST_NOW = 50_000

/**
 * What each tag named, and since when: noted when we change one, and when one is seen to name another image than it did.
 * `place`: a key that stays when a place is reached by another way.
 */
export class TagHistory {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  /** Lets go of the oldest, above what is kept. */
  async tidy(): Promise<void> {
    await this.#state.run('DELETE FROM tag_past WHERE rowid <= (SELECT max(rowid) FROM tag_past) - ?', MOST_PAST)
    await this.#state.run(
      'DELETE FROM tag_now WHERE rowid IN (SELECT rowid FROM tag_now ORDER BY since DESC LIMIT -1 OFFSET ?)',
      MOST_NOW,
    )
  }

  /**
   * Notes what was done here. `begun`: milliseconds since the epoch; what was seen since then was this very change.
   */
  async note(place: string, moved: readonly NameMoved[], begun: number): Promise<void> {
    const known = moved.flatMap(({ name, former }) => (former === undefined ? [] : [{ name, image: former }]))
    // What it named until now may never have been seen.
    await this.#put(
      place,
      known.filter(({ image }) => image !== ''),
      'seen',
      begun - 1,
      begun,
    )
    for (const how of new Set(moved.map((one) => one.how))) {
      const now = Date.now()
      await this.#put(
        place,
        moved.filter((one) => one.how === how),
        how,
        now,
        now,
      )
      await this.#named(
        place,
        moved.filter((one) => one.how === how),
        how,
        begun,
      )
    }
  }

  /** A change that was seen before it could be noted is called by its name. */
  async #named(place: string, names: readonly NameAt[], how: TagDeed, begun: number): Promise<void> {
    await this.#state.run(
      `UPDATE tag_now SET how = ? WHERE place = ? AND how = 'seen' AND since >= ? AND EXISTS (
         SELECT 1 FROM json_each(?) WHERE value ->> 0 = repository AND value ->> 1 = tag AND value ->> 2 = image
       )`,
      how,
      place,
      begun,
      asRows(names),
    )
  }

  /**
   * Notes what a whole place (or of a registry: a repository) was seen to have. `asOf`: when that was looked at, in
   * milliseconds since the epoch; what changed after is not contradicted.
   */
  async seen(place: string, names: readonly NameAt[], asOf: number, repository?: string): Promise<void> {
    const now = Date.now()
    await this.#put(place, names, 'seen', now, asOf)
    await this.#state.run(
      `UPDATE tag_now SET image = '', how = 'seen', since = ?
       WHERE place = ? AND (? IS NULL OR repository = ?) AND image <> '' AND since < ?
         AND (repository, tag) NOT IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
      now,
      place,
      repository ?? null,
      repository ?? null,
      asOf,
      asRows(names),
    )
  }

  async #put(place: string, names: readonly NameAt[], how: TagDeed, since: number, asOf: number): Promise<void> {
    if (names.length === 0) return
    await this.#state.run(
      `INSERT INTO tag_now (place, repository, tag, image, how, since)
         SELECT ?, value ->> 0, value ->> 1, value ->> 2, ?, ? FROM json_each(?) WHERE true
       ON CONFLICT (place, repository, tag) DO UPDATE
         SET image = excluded.image, how = excluded.how, since = max(excluded.since, since)
         WHERE image <> excluded.image AND since <= ?`,
      place,
      how,
      since,
      asRows(names),
      asOf,
    )
  }

  /** Newest first; what it names now before everything else. */
  async of(place: string, repository: string, tag?: string): Promise<Past[]> {
    const rows = await this.#state.all(
      `SELECT tag, image, how, since, until FROM (
         SELECT tag, image, how, since, NULL AS until, 0 AS at FROM tag_now
           WHERE place = ?1 AND repository = ?2 AND (?3 IS NULL OR tag = ?3)
         UNION ALL
         SELECT tag, image, how, since, until, rowid FROM tag_past
           WHERE place = ?1 AND repository = ?2 AND (?3 IS NULL OR tag = ?3)
       ) ORDER BY until IS NOT NULL, until DESC, at DESC, tag`,
      place,
      repository,
      tag ?? null,
    )
    return rows.map((row) => ({
      tag: String(row['tag']),
      image: String(row['image']),
      how: row['how'] as TagDeed,
      since: Number(row['since']),
      ...(row['until'] === null ? {} : { until: Number(row['until']) }),
    }))
  }

  async tagsOf(place: string, repository: string): Promise<string[]> {
    const rows = await this.#state.all('SELECT tag FROM tag_now WHERE place = ? AND repository = ?', place, repository)
    return rows.map(({ tag }) => String(tag))
  }

  /** The names each image has, as far as they were seen. */
  async namesOf(place: string, repository: string): Promise<Map<string, string[]>> {
    const rows = await this.#state.all(
      "SELECT tag, image FROM tag_now WHERE place = ? AND repository = ? AND image <> ''",
      place,
      repository,
    )
    const named = Map.groupBy(rows, ({ image }) => String(image))
    return new Map([...named].map(([image, own]) => [image, own.map(({ tag }) => `${repository}:${String(tag)}`)]))
  }

  /** Notes that images went, with every name they had; in a registry from one repository. */
  async gone(place: string, images: readonly string[], repository?: string): Promise<void> {
    await this.#state.run(
      `UPDATE tag_now SET image = '', how = 'removed', since = ?
       WHERE place = ? AND (? IS NULL OR repository = ?) AND image IN (SELECT value FROM json_each(?))`,
      Date.now(),
      place,
      repository ?? null,
      repository ?? null,
      JSON.stringify(images),
    )
  }

  async forget(place: string): Promise<void> {
    await this.#state.run('DELETE FROM tag_now WHERE place = ?', place)
    await this.#state.run('DELETE FROM tag_past WHERE place = ?', place)
  }
}

/** For `json_each`: repository, tag, image. One statement is one step on the disk, however many there are. */
function asRows(names: readonly NameAt[]): string {
  return JSON.stringify(
    names.flatMap(({ name, image }) => {
      const { repository, tag } = splitName(name)
      return tag === '' ? [] : [[repository, tag, image]]
    }),
  )
}
