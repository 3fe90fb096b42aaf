import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EngineInfo } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import { type Engine, startEngine } from '../../testing/engine.ts'
import { buildImage } from '../../testing/images.ts'
import { startSshd } from '../../testing/sshd.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { Engines } from './engines.ts'
import type { EngineAddress } from './find.ts'
import { hostKeys, trust } from './ssh/host-keys.ts'

describe('the engines in view', () => {
  let addresses: EngineAddress[]
  let engines: Engines
  let engine: Engine

  beforeEach(async () => {
    engine = await startEngine()
    addresses = [near('one')]
    engines = new Engines(async () => addresses)
  })
  afterEach(async () => {
    await engines.close()
    await engine.stop()
  })

  function near(id: string): EngineAddress {
    return { id, kind: 'default', name: '', current: id === 'one', host: engine.host }
  }
  async function until(id: string, wanted: (info: EngineInfo | undefined) => boolean): Promise<EngineInfo | undefined> {
    const signal = AbortSignal.timeout(30_000)
    for await (const list of engines.list.watch(signal)) {
      const info = list.find((one) => one.id === id)
      if (wanted(info)) return info
    }
    throw new Error(`never: ${JSON.stringify(engines.list.value)}`)
  }

  it('are followed: what changes there shows, a stop and a start too, and the images come back', async () => {
    await engines.open()
    await until('one', (info) => info?.state.type === 'ready')
    await buildImage(engine, { name: 'live/app:1.0', layers: [{ textBytes: 100 }] })
    const info = await until('one', (one) => one?.images === 1)
    expect(info?.bytes).toBeGreaterThan(0)
    await engine.halt()
    const away = await until('one', (one) => one?.state.type === 'away')
    expect(away?.state).toMatchObject({ error: { code: 'docker-stopped' }, startable: false })
    expect(engines.images('one').value).toEqual([])
    await expect(engines.client('one')).rejects.toMatchObject({ code: 'docker-stopped' })
    await engine.resume()
    engines.retry('one')
    await until('one', (one) => one?.images === 1)
  })

  it('come and go as they are found, and a product that was looked at stays in view when it is stopped', async () => {
    await engines.open()
    addresses = [near('one'), near('two')]
    await engines.search()
    await until('two', (info) => info?.state.type === 'ready')
    expect((await engines.client('two')).id).toBe('two')
    await engine.halt()
    addresses = []
    await engines.search()
    await until('two', (info) => info?.state.type === 'away')
    await engine.resume()
    engines.retry('two')
    await until('two', (info) => info?.state.type === 'ready')
    addresses = [{ ...near('two'), current: true }]
    await engines.search()
    expect(engines.list.value.map(({ id, current }) => [id, current])).toContainEqual(['two', true])
    await expect(engines.client('gone')).rejects.toBeInstanceOf(AppError)
  })

  it('take up nobody any more once they are closed, though a search was under way', async () => {
    const searching = Promise.withResolvers<void>()
    let searches = 0
    const slow = new Engines(async () => {
      searches += 1
      if (searches > 1) await searching.promise
      return searches > 1 ? [...addresses, near('late')] : addresses
    })
    await slow.open()
    const search = slow.search()
    const closing = slow.close()
    searching.resolve()
    await Promise.all([search, closing])
    expect(slow.list.value.map(({ id }) => id)).not.toContain('late')
  })

  it('elsewhere are called when they are looked at and not before, and one that must be trusted waits for a person', async () => {
    const dir = tempDir()
    const sshd = await startSshd({ dockerHost: engine.host })
    try {
      const ssh = { host: '127.0.0.1', port: sshd.port, user: 'root', key: sshd.key, knownHosts: `${dir}/known_hosts` }
      addresses = [near('one'), { id: 'far', kind: 'added', name: 'Bench', current: false, host: 'ssh://bench', ssh }]
      await engines.open()
      await until('one', (info) => info?.state.type === 'ready')
      expect(engines.list.value.find(({ id }) => id === 'far')?.state).toEqual({ type: 'idle' })
      engines.images('far')
      const away = await until('far', (info) => info?.state.type === 'away')
      expect(away?.state).toMatchObject({ error: { code: 'ssh-host-unknown' }, startable: false })
      const { keys } = await hostKeys(ssh)
      await trust(
        ssh,
        keys.map(({ fingerprint }) => fingerprint),
      )
      engines.retry('far')
      await until('far', (info) => info?.state.type === 'ready')
      await buildImage(engine, { name: 'live/far:1.0', layers: [{ textBytes: 100 }] })
      await until('far', (info) => info?.images === 1)
      await sshd.stop()
      const lost = await until('far', (info) => info?.state.type === 'away')
      expect(lost?.state).toMatchObject({
        error: { code: expect.stringMatching(/^(ssh-unreachable|docker-unreachable)$/) as unknown },
      })
    } finally {
      await sshd.stop()
      removeDir(dir)
    }
  })
})
