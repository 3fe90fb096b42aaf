import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Computer } from '../shared/contract.ts'
import { Keychain } from './accounts/keychain.ts'
import { Computers } from './computers.ts'
import { State } from './state.ts'
import { removeDir, tempDir } from './testing/temp.ts'

const BENCH: Computer = { name: 'Banc 1', host: 'bench', port: 2222, user: 'tech', signIn: { type: 'password' } }

describe('computers that were added', () => {
  let dir: string
  let state: State
  let keychain: Keychain
  let computers: Computers
  beforeEach(() => {
    dir = tempDir()
    state = new State(join(dir, 'state.db'))
    // No keychain answers within a millisecond: secrets stay in memory.
    keychain = new Keychain(1)
    computers = new Computers(state, keychain)
  })
  afterEach(() => {
    state.close()
    removeDir(dir)
  })

  it('are there again in the next run, without their password in any file', async () => {
    const { engine, remembered } = await computers.keep(undefined, BENCH, 'très secret')
    expect(remembered).toBe(false)
    state.close()
    const [address] = await new Computers(new State(join(dir, 'state.db')), keychain).addresses()
    expect(address).toMatchObject({ id: engine, kind: 'added', name: 'Banc 1', host: 'ssh://tech@bench:2222' })
    expect(address?.ssh).toMatchObject({ host: 'bench', port: 2222, user: 'tech', passwordOnly: true })
    expect(await address?.ssh?.secret?.()).toBe('très secret')
    expect(readFileSync(join(dir, 'state.db')).includes('secret')).toBe(false)
    expect(JSON.stringify(address)).not.toContain('très secret')
  })

  it('keep their password when only the name changes, and never take it to another door', async () => {
    const { engine } = await computers.keep(undefined, BENCH, 'très secret')
    const secret = async (): Promise<string | undefined> => await (await computers.addresses())[0]?.ssh?.secret?.()
    await computers.keep(engine, { ...BENCH, name: 'Banc 2' }, undefined)
    expect(await secret()).toBe('très secret')
    await computers.keep(engine, { ...BENCH, host: 'elsewhere' }, '')
    expect(await secret()).toBeUndefined()
    await computers.keep(engine, BENCH, 'autre')
    await computers.keep(engine, { ...BENCH, signIn: { type: 'usual' } }, undefined)
    expect(await secret()).toBeUndefined()
    expect((await computers.addresses())[0]?.ssh?.secret).toBeUndefined()
  })

  it('are forgotten with their password, and refused when ssh could take them for something else', async () => {
    const { engine } = await computers.keep(undefined, BENCH, 'très secret')
    expect(await computers.get(engine)).toEqual(BENCH)
    await computers.forget(engine)
    expect(await computers.addresses()).toEqual([])
    await expect(computers.get(engine)).rejects.toMatchObject({ code: 'docker-address' })
    for (const bad of [{ host: '-oProxyCommand=x' }, { host: 'a b' }, { user: '-x' }])
      await expect(computers.keep(undefined, { ...BENCH, ...bad }, undefined)).rejects.toMatchObject({
        code: 'docker-address',
      })
    expect(await computers.addresses()).toEqual([])
  })

  it('serves several processes at once', async () => {
    const others = Array.from({ length: 5 }, () => new Computers(new State(join(dir, 'state.db')), keychain))
    await Promise.all(
      others.map(async (one, index) => await one.keep(undefined, { ...BENCH, name: `Banc ${index}` }, undefined)),
    )
    expect((await computers.addresses()).map(({ name }) => name).sort()).toEqual([
      'Banc 0',
      'Banc 1',
      'Banc 2',
      'Banc 3',
      'Banc 4',
    ])
  })
})
