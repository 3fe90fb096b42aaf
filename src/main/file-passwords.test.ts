import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Keychain } from './accounts/keychain.ts'
import { FilePasswords } from './file-passwords.ts'
import { State } from './state.ts'
import { removeDir, tempDir } from './testing/temp.ts'

describe('passwords of protected files, where there is no keychain', () => {
  let dir: string
  let state: State

  beforeAll(() => {
    // No session bus, no keyring.
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nowhere')
    dir = tempDir()
    state = new State(join(dir, 'state.db'))
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    state.close()
    removeDir(dir)
  })

  it('are good for the run in which they were typed, are offered in it, and are in no file', async () => {
    const passwords = new FilePasswords(state, new Keychain(5000))
    expect(await passwords.isKept('a lock')).toBe(false)
    expect(await passwords.keep('a lock', 'twelve red kites')).toBe(false)
    expect(await passwords.isKept('a lock')).toBe(true)
    expect(await passwords.get('a lock')).toBe('twelve red kites')
    for (const name of readdirSync(dir)) expect(readFileSync(join(dir, name)).includes('twelve red kites')).toBe(false)
    // Another run has nothing to offer.
    expect(await new FilePasswords(state, new Keychain(5000)).isKept('a lock')).toBe(false)
    await passwords.forget('a lock')
    expect(await passwords.isKept('a lock')).toBe(false)
    expect(await passwords.get('a lock')).toBeUndefined()
  })
})
