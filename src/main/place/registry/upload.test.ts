import { afterEach, describe, expect, it } from 'vitest'
import { digestOf } from '../../format/digest.ts'
import { seededBytes } from '../../testing/content.ts'
import { EmulatedRegistry, type EmulationOptions } from '../../testing/registry-emulation.ts'
import type { Disturbance } from '../../testing/registry-emulation-asking.ts'
import { RegistryClient } from './client.ts'
import type { RegistryEvent } from './connection.ts'
import type { KnownBlob } from './upload.ts'

const signal = new AbortController().signal
const SIZE = 2_500_000
const CHUNK = 1 << 19
const UPLOADS = /\/blobs\/uploads\//

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

interface Scene {
  readonly registry: EmulatedRegistry
  readonly client: RegistryClient
  readonly events: RegistryEvent[]
}

/** `keep`: all of a blob, unless a test is about what cannot be sent again. */
async function scene(options: EmulationOptions = {}, keep = 2 * SIZE): Promise<Scene> {
  const registry = await EmulatedRegistry.start(options)
  const events: RegistryEvent[] = []
  const client = new RegistryClient({ host: registry.host }, undefined, {
    report: (event) => events.push(event),
    sizes: { chunk: CHUNK, keep },
    patience: { pause: 1, attempts: 4, wait: async () => undefined },
  })
  open.push(client, registry)
  return { registry, client, events }
}

const content = await seededBytes('upload', SIZE)
const digest = digestOf(content)

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

async function arrives({ registry, client }: Scene, bytes = content, known: KnownBlob = {}): Promise<number> {
  const put = await client.upload('a/b', pieces(bytes), known, signal)
  expect(put).toMatchObject({ digest: digestOf(bytes), size: bytes.length })
  expect(registry.blobs.get(`a/b@${put.digest}`)?.equals(bytes)).toBe(true)
  return put.resumed
}

describe('a blob on its way up', () => {
  it.each([
    ['relative', {}],
    ['absolute', {}],
    ['relative', { digest, size: SIZE }],
  ] as const)('goes to a %s address with its query untouched', async (location, known) => {
    const at = await scene({ location })
    expect(await arrives(at, content, known)).toBe(0)
    expect(at.registry.count('PATCH', UPLOADS)).toBe(1)
    expect(at.registry.uploads.sessions.size).toBe(0)
  })

  it('goes in one request when it is small', async () => {
    const at = await scene()
    for (const size of [0, 1, CHUNK]) await arrives(at, content.subarray(0, size))
    expect(at.registry.count('PATCH', UPLOADS)).toBe(0)
  })

  it('goes in chunks where a stream is not taken', async () => {
    const at = await scene({ patch: 'chunks', chunkMinimum: CHUNK + 7 })
    expect(await arrives(at)).toBe(0)
    const ranges = at.registry.seen.map(({ headers }) => headers['content-range']).filter(Boolean)
    expect(ranges[0]).toBe(`0-${CHUNK + 6}`)
    expect(ranges.at(-1)).toMatch(new RegExp(`-${SIZE - 1}$`))
  })

  it('says what its source said, and leaves nothing begun', async () => {
    const at = await scene()
    for (const size of [10, 2 * CHUNK]) {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield content.subarray(0, size)
        throw new Error('the source broke')
      }
      await expect(at.client.upload('a/b', broken(), {}, signal)).rejects.toThrow('the source broke')
    }
    expect(at.registry.uploads.sessions.size).toBe(0)
    expect(at.registry.blobs.size).toBe(0)
  })

  it('ends when told, and leaves nothing begun', async () => {
    const at = await scene()
    const leaving = new AbortController()
    let left = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (let sent = 0; ; sent += 1) {
          if (sent === 100) leaving.abort(new Error('left'))
          yield content.subarray(0, 65_536)
          await new Promise(setImmediate)
        }
      } finally {
        left = true
      }
    }
    await expect(at.client.upload('a/b', endless(), {}, leaving.signal)).rejects.toThrow('left')
    expect(left).toBe(true)
    expect(at.registry.uploads.sessions.size).toBe(0)
  })

  it('is refused plainly when it is not what was said', async () => {
    const at = await scene()
    const known = { digest: digestOf('other') }
    for (const size of [10, SIZE]) {
      const put = at.client.upload('a/b', pieces(content.subarray(0, size)), known, signal)
      await expect(put).rejects.toMatchObject({ code: 'registry-mismatch', parts: { file: known.digest } })
    }
  })
})

describe('a blob that is cut on its way up', () => {
  const cuts: [string, Omit<Disturbance, 'path'>][] = [
    ['before it begins', { method: 'POST', cut: 'arrival' }],
    ['when it has begun', { method: 'POST', cut: 'effect' }],
    ['before its bytes', { method: 'PATCH', cut: 'arrival' }],
    ['after the first byte', { method: 'PATCH', cut: 'body', after: 1 }],
    ['in the middle', { method: 'PATCH', cut: 'body', after: 1_666_666 }],
    ['before the last byte', { method: 'PATCH', cut: 'body', after: SIZE - 1 }],
    ['after the last byte', { method: 'PATCH', cut: 'body', after: SIZE }],
    ['when all was taken', { method: 'PATCH', cut: 'effect' }],
    ['before it is closed', { method: 'PUT', cut: 'arrival' }],
    ['when it was closed', { method: 'PUT', cut: 'effect' }],
    ['by a failing server', { method: 'PATCH', answer: { status: 502, body: '<html>' } }],
    ['by a failing server at the end', { method: 'PUT', answer: { status: 500 } }],
  ]

  it.each(cuts)('%s: arrives, and counts what was kept', async (_, cut) => {
    const at = await scene()
    at.registry.disturb({ ...cut, path: UPLOADS })
    const kept = await arrives(at)
    const told = at.events.flatMap((event) => (event.type === 'resumed' ? [event.kept] : []))
    expect(kept).toBe(told.at(-1) ?? 0)
    if (cut.after && cut.after > 1) expect(kept).toBeGreaterThan(0)
  })

  it.each(cuts)('%s, at a registry that forgets: arrives anew', async (_, cut) => {
    const at = await scene({ afterCut: 'forgets' })
    at.registry.disturb({ ...cut, path: UPLOADS })
    await arrives(at)
  })

  it.each(cuts)('%s, small: arrives', async (_, cut) => {
    const at = await scene()
    at.registry.disturb({ ...cut, method: cut.method === 'PATCH' ? 'PUT' : cut.method, path: UPLOADS })
    expect(await arrives(at, content.subarray(0, 500_000))).toBe(0)
  })

  it('goes on in chunks, and again when those are cut', async () => {
    const at = await scene({ chunkMinimum: 1000 })
    at.registry.disturb({ method: 'PATCH', path: UPLOADS, cut: 'body', after: 750_000 })
    at.registry.disturb({ method: 'PATCH', path: UPLOADS, cut: 'body', after: 350_000 })
    at.registry.disturb({ method: 'PATCH', path: UPLOADS, cut: 'effect' })
    at.registry.disturb({ method: 'GET', path: UPLOADS, cut: 'arrival' })
    expect(await arrives(at)).toBeGreaterThan(750_000)
    expect(at.events.filter(({ type }) => type === 'resumed')).toHaveLength(3)
  })

  it('starts over where the registry does not say how far it got', async () => {
    const at = await scene({ afterCut: 'silent' })
    at.registry.disturb({ method: 'PATCH', path: UPLOADS, cut: 'body', after: 750_000 })
    expect(await arrives(at)).toBe(0)
    expect(at.registry.uploads.sessions.size).toBe(0)
  })

  it.each(['forgets', 'silent'] as const)('says so plainly when nothing can be sent again (%s)', async (afterCut) => {
    const at = await scene({ afterCut }, 100_000)
    at.registry.disturb({ method: 'PATCH', path: UPLOADS, cut: 'body', after: 1_666_666 })
    await expect(at.client.upload('a/b', pieces(content), {}, signal)).rejects.toMatchObject({
      code: 'registry-upload-lost',
      parts: { place: at.registry.host, name: 'a/b' },
    })
    expect(at.registry.blobs.size).toBe(0)
  })

  it('is given up when it never gets further', async () => {
    const at = await scene()
    at.registry.disturb({ method: 'PATCH', path: UPLOADS, cut: 'arrival', times: 100 })
    await expect(arrives(at)).rejects.toMatchObject({ code: 'registry-broken' })
    const forgets = await scene({ afterCut: 'forgets' })
    forgets.registry.disturb({ method: 'PATCH', path: UPLOADS, cut: 'body', after: 9, times: 100 })
    await expect(arrives(forgets)).rejects.toMatchObject({ code: 'registry-broken' })
  })
})

describe('a blob another repository has', () => {
  it('is mounted, or not, and nothing stays begun', async () => {
    const at = await scene()
    at.registry.addBlob('from/here', content)
    expect(await at.client.mount('a/b', digest, 'from/here', signal)).toBe(true)
    expect(await at.client.hasBlob('a/b', digest, signal)).toBe(true)

    const without = await scene({ mount: false })
    without.registry.addBlob('from/here', content)
    expect(await without.client.mount('a/b', digest, 'from/here', signal)).toBe(false)
    without.registry.disturb({ method: 'POST', path: UPLOADS, answer: { status: 400 } })
    expect(await without.client.mount('a/b', digest, 'from/here', signal)).toBe(false)
    expect(without.registry.uploads.sessions.size).toBe(0)
  })
})
