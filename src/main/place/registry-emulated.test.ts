import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../shared/reference.ts'
import { type Copied, type CopyEvent, copy } from '../copy/copy.ts'
import { layerMemory } from '../memory.ts'
import { State } from '../state.ts'
import { type MadeArchive, makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { EmulatedRegistry, type EmulationOptions } from '../testing/registry-emulation.ts'
import type { Disturbance } from '../testing/registry-emulation-asking.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSink } from './archive/sink.ts'
import { archiveSource } from './archive/source.ts'
import type { Image, Naming, Source } from './place.ts'
import { RegistryClient } from './registry/client.ts'
import type { RegistryEvent } from './registry/connection.ts'
import type { Patience } from './registry/patience.ts'
import { registrySink } from './registry/sink.ts'
import { readReference, registrySource } from './registry/source.ts'

/** Registries that docker-registry is none of, as a whole copy meets them: it ends right or fails plainly, and nothing is half named. */

const NEVER = new AbortController().signal
const ACCOUNT = { username: 'lea', password: 'a password' }
const RANDOM = 3_000_000
const UPLOADS = /\/blobs\/uploads\//
const BLOBS = /\/blobs\/sha256/

let dir: string
let made: MadeArchive
let other: MadeArchive
beforeAll(async () => {
  dir = tempDir()
  const layers = [{ textBytes: 40_000 }, { randomBytes: RANDOM }]
  made = await ociArchive(dir, [await makeImage({ names: ['em/app:1'], layers })], { file: 'made.tar' })
  const otherLayers = [{ textBytes: 50_000 }, { randomBytes: 60_000, seed: 'other' }]
  other = await ociArchive(dir, [await makeImage({ names: ['em/app:2'], layers: otherLayers })], { file: 'other.tar' })
})
afterAll(() => removeDir(dir))

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

interface Scene {
  readonly registry: EmulatedRegistry
  readonly client: RegistryClient
  readonly events: RegistryEvent[]
  readonly waits: number[]
}

async function scene(options: EmulationOptions = {}, patience: Partial<Patience> = {}, keep = 8 << 20): Promise<Scene> {
  const registry = await EmulatedRegistry.start(options)
  const events: RegistryEvent[] = []
  const waits: number[] = []
  const signIn = options.auth && ({ type: 'password', ...ACCOUNT } as const)
  const client = new RegistryClient({ host: registry.host }, async () => signIn, {
    report: (event) => events.push(event),
    sizes: { chunk: 1 << 18, keep },
    patience: { pause: 1, attempts: 4, wait: async (time) => void waits.push(time), ...patience },
  })
  open.push(client, registry)
  return { registry, client, events, waits }
}

async function fileImage({ path }: MadeArchive): Promise<{ source: Source; image: Image }> {
  const archive = await openArchive(path, NEVER)
  const [archived] = archive.contents.images
  if (!archived) throw new Error('an empty file')
  return { source: archiveSource(archive), image: archived.image }
}

interface Up {
  readonly file?: MadeArchive
  readonly names?: readonly Naming[]
  readonly signal?: AbortSignal
  readonly report?: (event: CopyEvent) => void
}

/** A file to the registry, packed on its way as the app does. */
async function up({ client, registry }: Scene, more: Up = {}): Promise<Copied> {
  const {
    file = made,
    names = [{ name: `${registry.host}/em/app:1` }],
    signal = NEVER,
    report = () => undefined,
  } = more
  const { source, image } = await fileImage(file)
  return await copy(source, [{ image, names }], registrySink(client, registry.host, { pack: 'gzip' }), signal, report)
}

async function imageAt(
  { client, registry }: Scene,
  tag = '1',
  path = 'em/app',
): Promise<{ source: Source; image: Image }> {
  const repository = { client, host: registry.host, path }
  return { source: registrySource(repository), image: await readReference(repository, { tag }, NEVER) }
}

/** The registry to a file. */
async function down(at: Scene, file: string): Promise<Copied> {
  const { source, image } = await imageAt(at)
  const sink = archiveSink(join(dir, file), { method: 'none', level: 'normal' })
  return await copy(source, [{ image, names: [{ name: 'em/app:1' }] }], sink, NEVER, () => undefined)
}

/** What its tags name. */
function tagsOf({ registry }: Scene): Record<string, string> {
  const tags = [...registry.manifests].filter(([key]) => !key.includes('@') && !key.includes('sha256:'))
  return Object.fromEntries(tags.map(([key, { bytes }]) => [key, bytes.toString()]))
}

/** The image is there whole: every layer is read and proven. */
async function expectWhole(at: Scene): Promise<void> {
  const { image } = await imageAt(at)
  expect(image.layers.map(({ diffId }) => diffId)).toEqual(made.images[0]?.diffIds)
  await down(at, 'whole.tar')
}

function resumed({ events }: Scene, way: 'up' | 'down'): number {
  return events.reduce((sum, event) => sum + (event.type === 'resumed' && event.way === way ? event.kept : 0), 0)
}

interface UpCut extends Omit<Disturbance, 'path'> {
  readonly path?: RegExp
  /** When it never stops there is no way round it. */
  readonly fatal: boolean
}

const MANIFESTS = /\/manifests\//

const UP_CUTS: [string, UpCut][] = [
  ['before an upload begins', { method: 'POST', cut: 'arrival', fatal: true }],
  ['when it has begun', { method: 'POST', cut: 'effect', fatal: true }],
  ['before its bytes', { method: 'PATCH', cut: 'arrival', fatal: true }],
  ['after the first byte', { method: 'PATCH', cut: 'body', after: 1, fatal: true }],
  ['in the middle', { method: 'PATCH', cut: 'body', after: 2_000_000, fatal: false }],
  ['after the last byte', { method: 'PATCH', cut: 'effect', fatal: false }],
  ['before it is closed', { method: 'PUT', cut: 'arrival', fatal: true }],
  ['when it was closed', { method: 'PUT', cut: 'effect', fatal: false }],
  ['before the manifest', { method: 'PUT', cut: 'arrival', path: MANIFESTS, fatal: true }],
  ['in the manifest', { method: 'PUT', cut: 'body', after: 100, path: MANIFESTS, fatal: true }],
  ['when the manifest was taken', { method: 'PUT', cut: 'effect', path: MANIFESTS, fatal: true }],
  ['when it is asked what it has', { method: 'HEAD', cut: 'arrival', path: /./, fatal: true }],
]

describe('a copy to a registry whose line is cut', () => {
  it.each(UP_CUTS)('%s: ends right, and goes on where it was', async (_, cut) => {
    const at = await scene()
    at.registry.disturb({ path: UPLOADS, ...cut })
    const copied = await up(at)
    expect(copied.moved).toBeGreaterThan(RANDOM)
    if ((cut.after ?? 0) > 1 && cut.method === 'PATCH') expect(resumed(at, 'up')).toBeGreaterThan(1_000_000)
    await expectWhole(at)
    expect((await up(at)).moved).toBe(0)
  })

  it.each(UP_CUTS)('%s, at one that forgets what was sent: ends right', async (_, cut) => {
    const at = await scene({ afterCut: 'forgets', location: 'absolute' })
    at.registry.disturb({ path: UPLOADS, ...cut })
    await up(at)
    await expectWhole(at)
  })

  it.each(UP_CUTS)(
    '%s, again and again: gets round it or fails plainly, and the name is whose it was',
    async (_, cut) => {
      const at = await scene()
      await up(at, { file: other })
      const before = tagsOf(at)
      const { fatal, ...disturbance } = cut
      at.registry.disturb({ path: UPLOADS, ...disturbance, times: 10_000 })
      const ended: unknown = await up(at).catch((error: unknown) => error)
      if (!fatal && !(ended instanceof Error)) return await expectWhole(at)
      expect(ended).toMatchObject({
        code: expect.stringMatching(/^registry-(?:broken|unreachable|refused)$/) as unknown,
      })
      expect(tagsOf(at)).toEqual(before)
    },
  )

  it('and cannot send it again: says so', async () => {
    const at = await scene({ afterCut: 'forgets' }, {}, 50_000)
    at.registry.disturb({ method: 'PATCH', path: UPLOADS, cut: 'body', after: 2_500_000 })
    await expect(up(at)).rejects.toMatchObject({ code: 'registry-upload-lost' })
    expect(tagsOf(at)).toEqual({})
  })
})

const DOWN_CUTS: [string, Disturbance][] = [
  ['before a layer is answered', { method: 'GET', path: BLOBS, cut: 'arrival', times: 3 }],
  ['before its first byte', { method: 'GET', path: BLOBS, cut: 'answer', after: 0 }],
  ['after its first byte', { method: 'GET', path: BLOBS, cut: 'answer', after: 1 }],
  ['in its middle', { method: 'GET', path: BLOBS, cut: 'answer', after: 9_000 }],
  ['before the manifest', { method: 'GET', path: /\/manifests\//, cut: 'arrival' }],
  ['in the manifest', { method: 'GET', path: /\/manifests\//, cut: 'answer', after: 50 }],
]

describe('a copy from a registry whose line is cut', () => {
  it.each(DOWN_CUTS)('%s: ends right', async (_, cut) => {
    const at = await scene()
    await up(at)
    at.registry.disturb(cut)
    const { moved } = await down(at, 'down.tar')
    expect(moved).toBeGreaterThan(RANDOM)
    expect((await fileImage({ path: join(dir, 'down.tar'), images: [] })).image.id).toBe(made.images[0]?.configDigest)
  })

  it('in a large layer: what had come is counted, and does not come again', async () => {
    const at = await scene({ store: true })
    await up(at)
    const { image } = await imageAt(at)
    const large = image.layers.find(({ stored }) => (stored?.size ?? 0) > RANDOM)?.stored?.digest
    at.registry.disturb({ method: 'GET', path: new RegExp(String(large)), cut: 'answer', after: 500_000 })
    const direct = await scene()
    await up(direct)
    direct.registry.disturb({ method: 'GET', path: new RegExp(String(large)), cut: 'answer', after: 500_000 })
    await down(direct, 'large.tar')
    expect(resumed(direct, 'down')).toBe(500_000)
  })

  it.each(DOWN_CUTS)('%s, again and again: fails plainly, and there is no file', async (_, cut) => {
    const at = await scene()
    await up(at)
    at.registry.disturb({ ...cut, times: 10_000 })
    await expect(down(at, 'none.tar')).rejects.toMatchObject({
      code: expect.stringMatching(/^registry-(?:broken|unreachable)$/) as unknown,
    })
    expect(existsSync(join(dir, 'none.tar'))).toBe(false)
    expect(readdirSync(dir).filter((name) => name.includes('none'))).toEqual([])
  })
})

describe('a copy to a registry with rules of its own', () => {
  it.each([
    ['relative upload addresses', { location: 'relative' }],
    ['absolute upload addresses with a query', { location: 'absolute' }],
    ['chunks of a least length', { chunkMinimum: 300_000, patch: 'chunks' }],
    ['chunks of a least length, and streams too', { chunkMinimum: 1000 }],
    ['no HEAD', { head: false }],
    ['no digests in its answers', { digests: false }],
    ['blobs kept elsewhere', { store: true }],
    ['no ranges', { range: false }],
  ] satisfies [string, EmulationOptions][])('%s: ends right, and sends nothing the second time', async (_, options) => {
    const at = await scene(options)
    await up(at)
    await expectWhole(at)
    expect((await up(at)).moved).toBe(0)
    expect(at.registry.uploads.sessions.size).toBe(0)
  })

  it('one that mounts nothing (202): the bytes go, and no upload stays begun', async () => {
    const at = await scene({ mount: false })
    await up(at)
    const { source, image } = await imageAt(at)
    const sink = registrySink(at.client, at.registry.host, { from: ['em/app'] })
    const names = [{ name: `${at.registry.host}/em/copy:1` }]
    const copied = await copy(source, [{ image, names }], sink, NEVER, () => undefined)
    expect(copied.moved).toBeGreaterThan(RANDOM)
    expect((await imageAt(at, '1', 'em/copy')).image.digest).toBe(image.digest)
    expect(at.registry.uploads.sessions.size).toBe(0)
    const mounts = await scene()
    await up(mounts)
    const there = await imageAt(mounts)
    const own = registrySink(mounts.client, mounts.registry.host, { from: ['em/app'] })
    const again = { image: there.image, names: [{ name: `${mounts.registry.host}/em/copy:1` }] }
    expect((await copy(there.source, [again], own, NEVER, () => undefined)).moved).toBe(0)
  })

  it.each([5, 8])(
    'tokens good for %i requests: one expires in the middle of every upload, and it ends right',
    async (uses) => {
      const at = await scene({ auth: { ...ACCOUNT, uses } })
      await up(at)
      await expectWhole(at)
      expect(at.registry.tokens?.asked.length).toBeGreaterThan(2)
    },
  )

  it('tokens taken back while a layer is under way: it ends right', async () => {
    const at = await scene({ auth: ACCOUNT, chunkMinimum: 1000, patch: 'chunks' })
    let revoked = false
    await up(at, {
      report: (event) => {
        if (revoked || event.type !== 'layer' || event.done < 1_000_000) return
        at.registry.tokens?.revoke()
        revoked = true
      },
    })
    expect(revoked).toBe(true)
    await expectWhole(at)
  })

  it('rights that are not given: says so, sends nothing and names nothing', async () => {
    const at = await scene({ auth: { ...ACCOUNT, refuse: (scope) => scope.includes('push') } })
    await expect(up(at)).rejects.toMatchObject({ code: 'registry-denied', parts: { place: at.registry.host } })
    expect([at.registry.blobs.size, tagsOf(at)]).toEqual([0, {}])
    const reads = await scene({ auth: { ...ACCOUNT, refuse: () => true } })
    await expect(imageAt(reads)).rejects.toMatchObject({ code: 'registry-denied' })
  })
})

describe('a registry that is asked too much', () => {
  const storm = (method: string, times: number, seconds = 1): Disturbance => ({
    method,
    path: /./,
    times,
    answer: { status: 429, headers: { 'retry-after': String(seconds) } },
  })

  it.each(['HEAD', 'POST', 'PATCH', 'PUT'])('%s: a storm is waited out, and the copy ends right', async (method) => {
    const at = await scene({ patch: 'stream' })
    at.registry.disturb(storm(method, 3))
    await up(at)
    expect(at.waits.filter((wait) => wait >= 1000)).not.toHaveLength(0)
    await expectWhole(at)
  })

  it('GET: a storm is waited out on the way down', async () => {
    const at = await scene()
    await up(at)
    at.registry.disturb(storm('GET', 3))
    await down(at, 'stormy.tar')
    expect(at.waits.filter((wait) => wait >= 1000)).not.toHaveLength(0)
  })

  it.each(['HEAD', 'POST', 'PATCH', 'PUT'])(
    '%s: a storm without end is told, and the name is whose it was',
    async (method) => {
      const at = await scene()
      await up(at, { file: other })
      const before = tagsOf(at)
      at.registry.disturb(storm(method, 100_000))
      await expect(up(at)).rejects.toMatchObject({ code: 'registry-too-many-requests' })
      expect(tagsOf(at)).toEqual(before)
    },
  )

  it('is not waited for longer than anybody waits', async () => {
    const at = await scene()
    at.registry.disturb(storm('PATCH', 1, 3600))
    await expect(up(at)).rejects.toMatchObject({ code: 'registry-too-many-requests', parts: { seconds: 3600 } })
    expect(at.waits.filter((wait) => wait >= 1000)).toEqual([])
  })
})

describe('several names at a registry', () => {
  function names({ registry }: Scene): Naming[] {
    const at = (tag: string): string => `${registry.host}/em/app:${tag}`
    return [{ name: at('1'), keepAs: at('1-before') }, { name: at('new') }, { name: at('last') }]
  }
  /** `1` names another image; the last of the three names is refused. */
  async function refusing(options: EmulationOptions): Promise<{ at: Scene; before: Record<string, string> }> {
    const at = await scene(options)
    await up(at, { file: other })
    const before = tagsOf(at)
    at.registry.disturb({ method: 'PUT', path: /\/manifests\/last$/, times: 100, answer: { status: 403 } })
    return { at, before }
  }

  it.each([true, 'manifests'] as const)('all or none: those that had moved go back (deletes: %s)', async (deletes) => {
    const { at, before } = await refusing({ deletes })
    await expect(up(at, { names: names(at) })).rejects.toMatchObject({ code: 'registry-denied' })
    expect(tagsOf(at)).toEqual(before)
  })

  it('leave what had to stay, and say exactly what', async () => {
    const { at, before } = await refusing({ deletes: false })
    await expect(up(at, { names: names(at) })).rejects.toMatchObject({
      code: 'names-left',
      parts: {
        place: at.registry.host,
        names: `${at.registry.host}/em/app:1-before, ${at.registry.host}/em/app:new`,
      },
      raw: expect.stringContaining('registry-denied') as unknown,
    })
    const now = tagsOf(at)
    expect(now['em/app/1']).toBe(before['em/app/1'])
    expect(Object.keys(now).sort()).toEqual(['em/app/1', 'em/app/1-before', 'em/app/new'])
  })

  it.each([true, false])('go back when the copy is cancelled between two of them (deletes: %s)', async (deletes) => {
    const abort = new AbortController()
    const wait = async (): Promise<void> => abort.abort()
    const at = await scene({ deletes }, { wait })
    await up(at, { file: other })
    const before = tagsOf(at)
    at.registry.disturb({ method: 'PUT', path: /\/manifests\/last$/, answer: { status: 503 } })
    const ended = up(at, { names: names(at), signal: abort.signal })
    await expect(ended).rejects.toMatchObject({ code: deletes ? 'cancelled' : 'names-left' })
    if (deletes) expect(tagsOf(at)).toEqual(before)
  })

  it('that somebody else moved meanwhile are left to them', async () => {
    const stranger = Buffer.from(JSON.stringify({ schemaVersion: 2, somebody: 'else' }))
    const type = 'application/vnd.oci.image.manifest.v1+json'
    const at: Scene = await scene(
      {},
      // While we wait for the last name, another program takes the one before.
      { wait: async () => void at.registry.addManifest('em/app', ['new'], stranger, type) },
    )
    at.registry.disturb({ method: 'PUT', path: /\/manifests\/last$/, answer: { status: 503 } })
    at.registry.disturb({ method: 'PUT', path: /\/manifests\/last$/, times: 9, answer: { status: 403 } })
    await expect(up(at, { names: names(at) })).rejects.toMatchObject({ code: 'registry-denied' })
    expect(tagsOf(at)).toEqual({ 'em/app/new': stranger.toString() })
  })
})

describe('what is remembered of layers', () => {
  it('is what was read: what a manifest says of a layer that stayed where it was holds nowhere else', async () => {
    const at = await scene()
    await up(at)
    const state = new State(':memory:')
    const memory = layerMemory(state)
    const { source, image } = await imageAt(at)
    const [layer] = image.layers
    if (!layer?.stored || !image.config) throw new Error('no layer')
    // An image that claims its layer to be another one than it is.
    const claimed: Digest = `sha256:${'ab'.repeat(32)}`
    const config = Buffer.from(
      Buffer.from(image.config)
        .toString()
        .replaceAll(layer.diffId ?? '', claimed),
    )
    const configDigest = at.registry.addBlob('em/app', config)
    const text = Buffer.from(image.manifest ?? []).toString()
    const manifest = JSON.parse(text) as { config: { digest: string; size: number }; mediaType: string }
    const lie = { ...manifest, config: { ...manifest.config, digest: configDigest, size: config.length } }
    at.registry.addManifest('em/app', ['lie'], lie, manifest.mediaType)
    const lying = await imageAt(at, 'lie')
    const sink = registrySink(at.client, at.registry.host, { memory, from: ['em/app'] })
    const names = [{ name: `${at.registry.host}/em/copy:1` }]
    const copied = await copy(lying.source, [{ image: lying.image, names }], sink, NEVER, () => undefined)
    expect(copied.moved).toBe(0)
    expect(await memory.forms(claimed)).toEqual([])
    expect(await memory.repositories(at.registry.host, layer.stored.digest)).toEqual(['em/copy'])
    // What was read is remembered for every registry.
    const elsewhere = await scene()
    const far = registrySink(elsewhere.client, elsewhere.registry.host, { memory })
    await copy(
      source,
      [{ image, names: [{ name: `${elsewhere.registry.host}/em/app:1` }] }],
      far,
      NEVER,
      () => undefined,
    )
    expect(await memory.forms(layer.diffId ?? claimed)).toMatchObject([{ digest: layer.stored.digest }])
    state.close()
  })
})
