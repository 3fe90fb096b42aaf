import { afterEach, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/reference.ts'
import { digestOf } from '../../format/digest.ts'
import { seededBytes } from '../../testing/content.ts'
import { EmulatedRegistry, type EmulationOptions } from '../../testing/registry-emulation.ts'
import { RegistryClient } from './client.ts'
import type { RegistryEvent } from './connection.ts'
import type { Patience } from './patience.ts'

const signal = new AbortController().signal
const SIZE = 300_000
const BLOBS = /\/blobs\/sha256/

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

interface Scene {
  readonly registry: EmulatedRegistry
  readonly client: RegistryClient
  readonly content: Buffer
  readonly digest: Digest
  readonly events: RegistryEvent[]
  readonly waits: number[]
}

async function scene(options: EmulationOptions = {}, patience: Partial<Patience> = {}): Promise<Scene> {
  const registry = await EmulatedRegistry.start(options)
  const events: RegistryEvent[] = []
  const waits: number[] = []
  const client = new RegistryClient({ host: registry.host }, undefined, {
    report: (event) => events.push(event),
    patience: { pause: 1, attempts: 4, wait: async (time) => void waits.push(time), ...patience },
  })
  open.push(client, registry)
  const content = await seededBytes('blob', SIZE)
  return { registry, client, content, digest: registry.addBlob('a/b', content), events, waits }
}

async function read({ client, digest }: Scene, size?: number): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(client.blob('a/b', { digest, ...(size ? { size } : {}) }, signal)))
}

describe('a blob that is cut on its way down', () => {
  it.each([0, 1, 65_536, 123_456, SIZE - 1, SIZE])('after %i bytes: goes on there, and counts them', async (after) => {
    const at = await scene()
    at.registry.disturb({ method: 'GET', path: BLOBS, cut: 'answer', after })
    expect((await read(at)).equals(at.content)).toBe(true)
    const kept = at.events.filter(({ type }) => type === 'resumed')
    if (after === 0 || after === SIZE) expect(kept).toEqual([])
    else expect(kept).toEqual([{ type: 'resumed', way: 'down', kept: after, again: 0 }])
  })

  it('before it is answered, many times: comes all the same', async () => {
    const at = await scene()
    at.registry.disturb({ method: 'GET', path: BLOBS, cut: 'arrival', times: 3 })
    expect((await read(at, SIZE)).equals(at.content)).toBe(true)
  })

  it('is read again where the registry knows no ranges, and no byte comes twice', async () => {
    const at = await scene({ range: false })
    at.registry.disturb({ method: 'GET', path: BLOBS, cut: 'answer', after: 1000 })
    at.registry.disturb({ method: 'GET', path: BLOBS, cut: 'answer', after: 200_000 })
    expect((await read(at)).equals(at.content)).toBe(true)
    expect(at.events.filter(({ type }) => type === 'resumed')).toEqual([
      { type: 'resumed', way: 'down', kept: 0, again: 1000 },
      { type: 'resumed', way: 'down', kept: 0, again: 200_000 },
    ])
  })

  it('is given up when it never gets further', async () => {
    const at = await scene()
    at.registry.disturb({ method: 'GET', path: BLOBS, cut: 'answer', after: 1, times: 100 })
    await expect(read(at)).rejects.toMatchObject({ code: 'registry-broken', parts: { place: at.registry.host } })
  })

  it('is not pieced together from two contents', async () => {
    const at = await scene()
    const other = await seededBytes('another', SIZE + 1)
    at.registry.disturb({ method: 'GET', path: BLOBS, cut: 'answer', after: 1000 })
    const reading = at.client.blob('a/b', { digest: at.digest }, signal)[Symbol.asyncIterator]()
    await reading.next()
    at.registry.blobs.set(`a/b@${at.digest}`, other)
    const rest = (async () => {
      while (!(await reading.next()).done);
    })()
    await expect(rest).rejects.toMatchObject({ code: 'registry-mismatch', parts: { file: at.digest } })
  })
})

describe('a blob on its way down', () => {
  it('is read from where the registry sends us, without introducing ourselves there', async () => {
    const at = await scene({ store: true })
    expect((await read(at, SIZE)).equals(at.content)).toBe(true)
    const stored = at.registry.seen.filter(({ method }) => method === 'STORE GET')
    expect(stored.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('is refused when it has another length than the manifest says', async () => {
    const at = await scene()
    for (const size of [SIZE - 1, SIZE + 1]) {
      await expect(read(at, size)).rejects.toMatchObject({ code: 'registry-mismatch' })
    }
  })

  it('is refused when a proxy has repacked it', async () => {
    const at = await scene()
    const answer = { status: 200, headers: { 'content-encoding': 'gzip' }, body: 'packed' }
    at.registry.disturb({ method: 'GET', path: BLOBS, answer })
    await expect(read(at)).rejects.toMatchObject({ code: 'registry-answer' })
  })

  it('frees its connection when the reader leaves, and ends when told', async () => {
    const at = await scene()
    for (let round = 0; round < 20; round += 1) {
      for await (const _ of at.client.blob('a/b', { digest: at.digest }, signal)) break
    }
    const leaving = new AbortController()
    const reading = at.client.blob('a/b', { digest: at.digest }, leaving.signal)[Symbol.asyncIterator]()
    await reading.next()
    leaving.abort(new Error('left'))
    await expect(
      (async () => {
        while (!(await reading.next()).done);
      })(),
    ).rejects.toThrow('left')
  })

  it('is not there', async () => {
    const at = await scene()
    const digest = digestOf('none')
    await expect(Array.fromAsync(at.client.blob('a/b', { digest }, signal))).rejects.toMatchObject({
      code: 'registry-blob-unknown',
      parts: { file: digest, name: 'a/b' },
    })
    expect(await at.client.hasBlob('a/b', digest, signal)).toBe(false)
  })

  it('is found where HEAD is not offered', async () => {
    const at = await scene({ head: false })
    expect(await at.client.hasBlob('a/b', at.digest, signal)).toBe(true)
    expect(await at.client.hasBlob('a/b', digestOf('none'), signal)).toBe(false)
  })
})

describe('a registry that is asked too much', () => {
  it.each([429, 503])('%i: is waited for as long as it asks', async (status) => {
    const at = await scene()
    at.registry.disturb({ method: 'GET', path: BLOBS, answer: { status, headers: { 'retry-after': '7' } }, times: 2 })
    expect((await read(at)).equals(at.content)).toBe(true)
    expect(at.waits.filter((time) => time >= 7000).length).toBeGreaterThanOrEqual(2)
    expect(at.events.some(({ type }) => type === 'waiting')).toBe(true)
  })

  it('is waited for until the moment it names, by its own clock', async () => {
    const at = await scene()
    const headers = { date: 'Wed, 21 Oct 2015 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' }
    at.registry.disturb({ method: 'GET', path: BLOBS, answer: { status: 429, headers } })
    await read(at)
    expect(at.waits.some((time) => time >= 30_000 && time < 40_000)).toBe(true)
  })

  it('says how long when that is more than anybody waits, and gives up a storm', async () => {
    const at = await scene()
    at.registry.disturb({ method: 'GET', path: BLOBS, answer: { status: 429, headers: { 'retry-after': '3600' } } })
    await expect(read(at)).rejects.toMatchObject({ code: 'registry-too-many-requests', parts: { seconds: 3600 } })
    at.registry.disturb({ method: 'GET', path: BLOBS, answer: { status: 429 }, times: 1000 })
    await expect(read(at)).rejects.toMatchObject({ code: 'registry-too-many-requests' })
  })

  it('weathers a storm in which many ask', async () => {
    const at = await scene({}, { attempts: 12 })
    at.registry.disturb({
      method: 'GET',
      path: BLOBS,
      answer: { status: 429, headers: { 'retry-after': '1' } },
      times: 40,
    })
    const all = await Promise.all(Array.from({ length: 12 }, async () => await read(at)))
    expect(all.every((bytes) => bytes.equals(at.content))).toBe(true)
  })
})
