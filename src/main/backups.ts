import { type Backup, type ImageRow, type Preferences, preferencesSchema, type Replaced } from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'
import { datedName } from '../shared/reference.ts'
import { Feed } from './feed.ts'
import type { EngineClient } from './place/engine/client.ts'
import { containersOf, giveName, idOf, removeImage, untagImage } from './place/engine/images.ts'
import type { State } from './state.ts'

/** A name that moved: who has it no more, and the name that one kept. */
export interface Moved {
  readonly name: string
  readonly former?: string
  readonly keptAs?: string
}

const DEFAULTS: Preferences = { keepBackups: 3, lookForNewer: false }

/**
 * The versions before: images that kept a dated name when their own moved on. Only names that were given here are ever
 * taken away again; a dated name of the person's own is theirs. Kept by engine, whichever way it is reached.
 */
export class Backups {
  readonly changed = new Feed(0)
  readonly preferences = new Feed<Preferences>(DEFAULTS)
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  async readPreferences(): Promise<void> {
    const rows = await this.#state.all('SELECT name, value FROM preference')
    const kept = Object.fromEntries(rows.map(({ name, value }) => [String(name), JSON.parse(String(value)) as unknown]))
    const parsed = preferencesSchema.safeParse({ ...DEFAULTS, ...kept })
    if (parsed.success) this.preferences.set(parsed.data)
  }

  async setPreferences(change: { [key in keyof Preferences]?: Preferences[key] | undefined }): Promise<void> {
    const next = preferencesSchema.parse({ ...this.preferences.value, ...change })
    for (const [name, value] of Object.entries(next)) {
      await this.#state.run(
        'INSERT INTO preference (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        name,
        JSON.stringify(value),
      )
    }
    this.preferences.set(next)
  }

  /** The backups of an engine whose name still names the image it was given to, newest first. `rows`: its images now. */
  async list(client: Pick<EngineClient, 'daemon'>, rows: readonly ImageRow[]): Promise<Backup[]> {
    const byName = new Map(rows.flatMap((row) => row.names.map((name) => [name, row] as const)))
    const kept = await this.#state.all(
      'SELECT name, of, image, at FROM backup WHERE engine = ? ORDER BY at DESC',
      client.daemon,
    )
    return kept.flatMap(({ name, of, image, at }) => {
      const row = byName.get(String(name))
      if (!row || row.id !== image) return []
      return [
        {
          name: row.names.find((own) => own === name) ?? '',
          of: String(of),
          id: row.id,
          size: row.size,
          at: Number(at),
        },
      ]
    })
  }

  /** Remembers what a change of names kept, and tells of each name what a person wants to know after it. */
  async record(client: EngineClient, moved: readonly Moved[]): Promise<Replaced[]> {
    const replaced: Replaced[] = []
    for (const { name, former, keptAs } of moved) {
      const containers = former === undefined ? [] : await containersOf(client, former)
      let dropped: string[] = []
      if (former !== undefined && keptAs !== undefined) {
        await this.#state.run(
          'INSERT OR REPLACE INTO backup (engine, name, of, image, at) VALUES (?, ?, ?, ?, ?)',
          client.daemon,
          keptAs,
          name,
          former,
          Date.now(),
        )
        dropped = await this.#prune(client, name)
      }
      replaced.push({
        name,
        ...(former === undefined ? {} : { former }),
        ...(keptAs === undefined ? {} : { keptAs }),
        containers,
        dropped,
      })
    }
    if (moved.length > 0) this.changed.set(this.changed.value + 1)
    return replaced
  }

  /** Lets go of the oldest versions before of a name, above the number the person wants. What a container uses stays. */
  async #prune(client: EngineClient, of: string): Promise<string[]> {
    const { keepBackups } = this.preferences.value
    if (keepBackups === 0) return []
    const rows = await this.#state.all(
      'SELECT name, image FROM backup WHERE engine = ? AND of = ? ORDER BY at DESC, rowid DESC',
      client.daemon,
      of,
    )
    const dropped: string[] = []
    let kept = 0
    for (const { name, image } of rows) {
      const there = (await idOf(client, String(name))) === image
      if (there && kept < keepBackups) {
        kept += 1
        continue
      }
      if (there && !(await this.#drop(client, String(name), String(image)))) continue
      if (there) dropped.push(String(name))
      await this.#state.run('DELETE FROM backup WHERE engine = ? AND name = ?', client.daemon, String(name))
    }
    return dropped
  }

  async #drop(client: EngineClient, name: string, image: string): Promise<boolean> {
    try {
      // Takes a name where there are others; the last one goes with its image, if no container uses that.
      await untagImage(client, image, name)
      return true
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'image-changed') return false
    }
    return await removeImage(client, image).then(
      () => true,
      () => false,
    )
  }

  /**
   * Gives a kept version its former name back; the image that has the name now is kept likewise.
   * @throws image-changed when the backup or the name is no longer what the person was shown
   */
  async back(
    client: EngineClient,
    rows: readonly ImageRow[],
    backup: string,
    expected: string,
  ): Promise<Replaced | undefined> {
    const kept = (await this.list(client, rows)).find(({ name }) => name === backup)
    if (!kept) throw new AppError('image-changed', { name: backup })
    const now = (await idOf(client, kept.of)) ?? ''
    if (now !== expected) throw new AppError('image-changed', { name: kept.of })
    const { former, keptAs } = await giveName(client, kept.id, kept.of, datedName(kept.of, new Date()))
    // It has its own name again: the dated one served. Another program may have taken it away meanwhile.
    await untagImage(client, kept.id, kept.name).catch(() => undefined)
    await this.#state.run('DELETE FROM backup WHERE engine = ? AND name = ?', client.daemon, kept.name)
    this.changed.set(this.changed.value + 1)
    if (former === undefined || former === kept.id) return undefined
    const [replaced] = await this.record(client, [{ name: kept.of, former, ...(keptAs ? { keptAs } : {}) }])
    return replaced
  }
}
