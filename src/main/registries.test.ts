import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Keychain } from './accounts/keychain.ts'
import { Registries } from './registries.ts'
import { State } from './state.ts'
import { removeDir, tempDir } from './testing/temp.ts'

const HOST = 'registry.example'

describe('accounts of registries', () => {
  let dir: string
  let state: State
  let registries: Registries

  beforeEach(() => {
    dir = tempDir()
    state = new State(join(dir, 'state.db'))
    // No keychain answers within no time: secrets last for the run, in memory.
    registries = new Registries(state, new Keychain(0))
  })
  afterEach(async () => {
    await registries.close()
    state.close()
    removeDir(dir)
  })

  async function signIn(username: string, secret: string): Promise<boolean> {
    return await registries.signIn({ host: HOST, name: username, signIn: { type: 'password', username } }, secret)
  }

  it('are several at one registry, each with its secret; the first is meant where none is named', async () => {
    await registries.keep({ host: HOST, plain: false })
    expect(await signIn('lea', 'one')).toBe(false)
    await signIn('ci', 'two')
    expect(await registries.credentials(HOST)).toEqual({ type: 'password', username: 'lea', password: 'one' })
    expect(await registries.credentials(HOST, 'ci')).toEqual({ type: 'password', username: 'ci', password: 'two' })
    expect(await registries.client(HOST, 'ci')).not.toBe(await registries.client(HOST, 'lea'))
    expect(await registries.client(HOST)).toBe(await registries.client(HOST, 'lea'))
    await registries.signOut(HOST, 'lea')
    expect((await registries.accounts(HOST)).map(({ name }) => name)).toEqual(['ci'])
    expect(await registries.credentials(HOST)).toMatchObject({ username: 'ci' })
    await registries.forget(HOST)
    expect(await registries.accounts()).toEqual([])
    expect(await registries.list()).toEqual([])
  })

  it('of a run before there could be several are still there', async () => {
    const database = new DatabaseSync(join(dir, 'old.db'))
    database.exec(`CREATE TABLE registry (host TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT; PRAGMA user_version = 2`)
    const insert = database.prepare('INSERT INTO registry (host, value) VALUES (?, ?)')
    insert.run(HOST, JSON.stringify({ host: HOST, plain: false, username: 'lea' }))
    insert.run('open.example', JSON.stringify({ host: 'open.example', plain: true }))
    database.close()
    const old = new State(join(dir, 'old.db'))
    const migrated = new Registries(old, new Keychain(0))
    expect(await migrated.list()).toEqual([
      { host: HOST, plain: false },
      { host: 'open.example', plain: true },
    ])
    expect(await migrated.accounts()).toEqual([
      { host: HOST, name: 'lea', signIn: { type: 'password', username: 'lea' }, remembered: true },
    ])
    old.close()
  })
})
