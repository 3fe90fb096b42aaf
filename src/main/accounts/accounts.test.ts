import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TypedSignIn } from '../../shared/contract-accounts.ts'
import { Registries } from '../registries.ts'
import { State } from '../state.ts'
import { ACCOUNT, type Registry, type RegistryOptions, startRegistry } from '../testing/registry.ts'
import { EmulatedRegistry } from '../testing/registry-emulation.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { Accounts } from './accounts.ts'
import { Keychain } from './keychain.ts'

const signal = new AbortController().signal
const CAPTAIN: TypedSignIn = { type: 'password', ...ACCOUNT }

describe('trying a real registry', () => {
  let dir: string
  let state: State
  let registries: Registries
  let accounts: Accounts
  let registry: Registry | undefined
  const outside: string[] = []

  beforeEach(() => {
    dir = tempDir()
    state = new State(join(dir, 'state.db'))
    registries = new Registries(state, new Keychain(0))
    const admit = async (path: string): Promise<void> => {
      if (outside.includes(path)) throw new Error(`not admitted: ${path}`)
    }
    accounts = new Accounts({ admit }, registries, async () => undefined)
  })
  afterEach(async () => {
    await registry?.close()
    registry = undefined
    await registries.close()
    state.close()
    removeDir(dir)
  })

  async function started(options: RegistryOptions = {}): Promise<Registry> {
    registry = await startRegistry(options)
    return registry
  }

  it('that is open: reached without encryption, nobody signed in, everybody may do everything', async () => {
    const { host } = await started()
    expect(await accounts.test({ registry: { host, plain: false }, namespace: 'acme' }, signal)).toEqual({
      kind: 'distribution',
      encrypted: false,
      auth: 'none',
      signedIn: { type: 'nobody' },
      push: { type: 'yes' },
      pull: { type: 'yes' },
    })
    // It was tried, and nothing of that is to be seen.
    expect(await Array.fromAsync((await registries.client(host)).catalog(signal))).toEqual([])
    expect(await registries.list()).toEqual([])
  })

  it('that wants a password: who is signed in, and who is not', async () => {
    const { host } = await started({ auth: true })
    const form = { host, plain: false }
    const good = await accounts.test({ registry: form, signIn: CAPTAIN, namespace: 'acme' }, signal)
    expect(good).toMatchObject({
      auth: 'basic',
      signedIn: { type: 'yes', name: 'captain' },
      push: { type: 'yes' },
      pull: { type: 'yes' },
    })
    const wrong = { type: 'password', username: 'captain', password: 'not-this-secret' } as const
    const bad = await accounts.test({ registry: form, signIn: wrong, namespace: 'acme' }, signal)
    expect(bad).toMatchObject({
      signedIn: { type: 'no', name: 'captain', error: { code: 'registry-credentials' } },
      push: { type: 'no' },
      pull: { type: 'unknown' },
    })
    expect(JSON.stringify(bad)).not.toContain('not-this-secret')
    expect(await accounts.test({ registry: form, namespace: 'acme' }, signal)).toMatchObject({
      signedIn: { type: 'nobody' },
      push: { type: 'no', error: { code: 'registry-unauthorized' } },
    })
  })

  it('with an authority of its own: only when that was given', async () => {
    const { host, ca = '' } = await started({ tls: true })
    const unknown = accounts.test({ registry: { host, plain: false } }, signal)
    await expect(unknown).rejects.toMatchObject({ code: 'registry-tls' })
    expect(await accounts.test({ registry: { host, plain: false, ca } }, signal)).toMatchObject({ encrypted: true })
  })

  it('with an account that is kept, and with one that is gone', async () => {
    const { host } = await started({ auth: true })
    const form = { host, plain: false }
    const { remembered, place } = await accounts.add(form, CAPTAIN, signal)
    expect(remembered).toBe(false)
    expect(place).toEqual({ type: 'registry', host, account: 'captain' })
    expect((await accounts.test({ registry: form, account: 'captain' }, signal)).signedIn).toEqual({
      type: 'yes',
      name: 'captain',
    })
    await accounts.signOut(host, 'captain')
    expect((await accounts.test({ registry: form, account: 'captain' }, signal)).signedIn).toMatchObject({
      type: 'no',
      error: { code: 'registry-unauthorized' },
    })
    expect(readFileSync(join(dir, 'state.db')).includes(ACCOUNT.password)).toBe(false)
  })

  it('asks nothing of an address that is none, and reads no file the host does not offer', async () => {
    const key: TypedSignIn = { type: 'google-key-file', path: '/etc/passwd' }
    outside.push('/etc/passwd')
    const wrong = accounts.test({ registry: { host: 'a b', plain: false }, signIn: CAPTAIN }, signal)
    await expect(wrong).rejects.toMatchObject({ code: 'name-invalid' })
    await expect(accounts.add({ host: 'gcr.io', plain: false }, key, signal)).rejects.toThrow('not admitted')
    expect(await registries.list()).toEqual([])
  })

  it('says that it does not know where a registry leaves nothing to go by', async () => {
    // Tokens that tell nothing, of a kind where a begun upload may leave something behind.
    const emulated = await EmulatedRegistry.start({ auth: { username: 'lea', password: 'secret' } })
    const form = { host: emulated.host, plain: false, kind: 'artifactory' } as const
    const signIn = { type: 'password', username: 'lea', password: 'secret' } as const
    const tested = await accounts.test({ registry: form, signIn, namespace: 'docker-local' }, signal)
    expect(tested).toMatchObject({ kind: 'artifactory', push: { type: 'unknown' }, pull: { type: 'unknown' } })
    expect(emulated.count('POST', /uploads/)).toBe(0)
    await emulated.close()
  })
})
