import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { dataFolder } from './home.ts'

/**
 * What the app remembers between runs, in one SQLite file of the data folder: the window, the headless host and the
 * command line may all be running, and SQLite's lock serves them all. No secret is ever in it.
 */

/** Each step once, in order; a step that was ever released is never changed. `user_version` counts them. */
const STEPS: readonly string[] = [
  `CREATE TABLE preference (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE computer (id TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE backup (
     engine TEXT NOT NULL, name TEXT NOT NULL, of TEXT NOT NULL, image TEXT NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (engine, name)
   ) STRICT;`,
  `CREATE TABLE form (
     diff_id TEXT NOT NULL, digest TEXT NOT NULL, form TEXT NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (diff_id, digest)
   ) STRICT;
   CREATE TABLE seen (
     host TEXT NOT NULL, repository TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (host, digest, repository)
   ) STRICT;
   CREATE TABLE consists (
     daemon TEXT NOT NULL, image TEXT NOT NULL, layers TEXT NOT NULL, PRIMARY KEY (daemon, image)
   ) STRICT;
   CREATE TABLE folder (path TEXT PRIMARY KEY, files INTEGER NOT NULL) STRICT;
   CREATE TABLE registry (host TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
  // A registry may have several accounts.
  `CREATE TABLE account (
     host TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (host, name)
   ) STRICT;
   INSERT INTO account (host, name, value)
     SELECT host, value ->> 'username', json_object('type', 'password', 'username', value ->> 'username')
     FROM registry WHERE value ->> 'username' IS NOT NULL;
   UPDATE registry SET value = json_remove(value, '$.username');`,
  // What tags name, and what they named: whoever moves one, its past is written down with it, the last 50 of each.
  `CREATE TABLE tag_now (
     place TEXT NOT NULL, repository TEXT NOT NULL, tag TEXT NOT NULL, image TEXT NOT NULL, how TEXT NOT NULL,
     since INTEGER NOT NULL, PRIMARY KEY (place, repository, tag)
   ) STRICT;
   CREATE TABLE tag_past (
     place TEXT NOT NULL, repository TEXT NOT NULL, tag TEXT NOT NULL, image TEXT NOT NULL, how TEXT NOT NULL,
     since INTEGER NOT NULL, until INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX tag_past_of ON tag_past (place, repository, tag);
   CREATE TRIGGER tag_moves AFTER UPDATE OF image ON tag_now WHEN old.image <> new.image BEGIN
     INSERT INTO tag_past (place, repository, tag, image, how, since, until)
       VALUES (old.place, old.repository, old.tag, old.image, old.how, old.since, new.since);
     DELETE FROM tag_past WHERE place = old.place AND repository = old.repository AND tag = old.tag AND rowid NOT IN (
       SELECT rowid FROM tag_past WHERE place = old.place AND repository = old.repository AND tag = old.tag
       ORDER BY rowid DESC LIMIT 50
     );
   END;
   CREATE TABLE tag_scheme (repository TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) STRICT;`,
  // Which manifest of a registry an image came from, and when something was last done by itself.
  `CREATE TABLE came (
     image TEXT NOT NULL, repository TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (image, repository, digest)
   ) STRICT;
   CREATE TABLE done (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;`,
  `CREATE TABLE published (source TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
  // Protected files whose password is in the keychain, by what stands at their beginning.
  `CREATE TABLE file_password (lock TEXT PRIMARY KEY) STRICT;`,
  // The key this machine signs with, whose secret half is in the keychain, and those of others that a person trusts.
  `CREATE TABLE signer (fingerprint TEXT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL) STRICT;
   CREATE TABLE trusted_signer (fingerprint TEXT PRIMARY KEY, name TEXT NOT NULL, since INTEGER NOT NULL) STRICT;`,
]

export type Row = Readonly<Record<string, string | number | null>>

/** Opens when first asked something, so that who needs no memory makes no file. */
export class State {
  readonly #path: string
  #database: DatabaseSync | undefined

  constructor(path: string = join(dataFolder(), 'state.db')) {
    this.#path = path
  }

  async #open(): Promise<DatabaseSync> {
    if (this.#database) return this.#database
    const { DatabaseSync: Database } = await import('node:sqlite')
    // Another call may have opened it while the module was loaded.
    this.#database ??= this.#at(Database) ?? migrated(new Database(':memory:'))
    return this.#database
  }

  /** A data folder that cannot be written must not keep anybody from copying images: the memory then lasts for the run. */
  #at(Database: typeof DatabaseSync): DatabaseSync | undefined {
    try {
      if (this.#path !== ':memory:') mkdirSync(join(this.#path, '..'), { recursive: true, mode: 0o700 })
      return migrated(new Database(this.#path, { timeout: 5000 }))
    } catch (error) {
      console.error(error)
      return undefined
    }
  }

  async all(sql: string, ...values: readonly SQLInputValue[]): Promise<Row[]> {
    return (await this.#open()).prepare(sql).all(...values) as Row[]
  }

  async run(sql: string, ...values: readonly SQLInputValue[]): Promise<void> {
    ;(await this.#open()).prepare(sql).run(...values)
  }

  close(): void {
    this.#database?.close()
    this.#database = undefined
  }
}

function migrated(database: DatabaseSync): DatabaseSync {
  // Another process may be at it: who gets the lock does the work, the other finds it done.
  database.exec('BEGIN IMMEDIATE')
  try {
    const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0] ?? 0)
    for (const step of STEPS.slice(version)) database.exec(step)
    if (version < STEPS.length) database.exec(`PRAGMA user_version = ${STEPS.length}`)
    database.exec('COMMIT')
    return database
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
