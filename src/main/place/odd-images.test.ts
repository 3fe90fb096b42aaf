import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../shared/reference.ts'
import { type Copied, copy } from '../copy/copy.ts'
import { clientOf } from '../testing/copies.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSink } from './archive/sink.ts'
import type { EngineClient } from './engine/client.ts'
import { engineSink } from './engine/sink.ts'
import { openLayout } from './layout/open.ts'
import { layoutSink } from './layout/sink.ts'
import { layoutSource } from './layout/source.ts'
import type { Image, Sink } from './place.ts'
import { RegistryClient } from './registry/client.ts'
import { registrySink } from './registry/sink.ts'
import { readReference, registrySource } from './registry/source.ts'

const NEVER = new AbortController().signal
const OCI = 'application/vnd.oci.image'

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** What is an image only just, or none: carried as it is where a place can, refused in words where it cannot. */
describe('odd images', () => {
  let dir: string
  let registry: Registry
  let client: RegistryClient
  let engine: SharedEngine
  let docker: EngineClient

  beforeAll(async () => {
    engine = await sharedEngine()
    docker = await clientOf(engine)
    registry = await startRegistry({})
    client = new RegistryClient({ host: registry.host })
    dir = tempDir()
  })
  afterAll(async () => {
    docker.close()
    await client.close()
    await registry.close()
    removeDir(dir)
  })

  async function blob(path: string, text: string): Promise<{ digest: Digest; size: number }> {
    const bytes = Buffer.from(text)
    const digest = digestOf(bytes)
    await client.upload(
      path,
      (async function* () {
        yield bytes
      })(),
      { digest, size: bytes.length },
      NEVER,
    )
    return { digest, size: bytes.length }
  }
  /** Puts a manifest made by hand and gives the image of it. */
  async function made(path: string, config: object, configType: string, layers: object[]): Promise<Image> {
    const manifest = {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: { mediaType: configType, ...(await blob(path, JSON.stringify(config))) },
      layers,
    }
    await client.putManifest(path, '1', Buffer.from(JSON.stringify(manifest)), `${OCI}.manifest.v1+json`, NEVER)
    return await readReference({ client, host: registry.host, path }, { tag: '1' }, NEVER)
  }
  async function into(path: string, image: Image, sink: Sink, name: string): Promise<Copied> {
    const source = registrySource({ client, host: registry.host, path })
    return await copy(source, [{ image, names: [{ name }] }], sink, NEVER, () => undefined)
  }

  it('an image without layers goes everywhere and comes back', async () => {
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: ['/x'] },
      rootfs: { type: 'layers', diff_ids: [] },
    }
    const image = await made('odd/empty', config, `${OCI}.config.v1+json`, [])
    const folder = join(dir, 'empty')
    await into('odd/empty', image, layoutSink(folder), 'odd/empty:1')
    const layout = await openLayout(folder, NEVER)
    expect(layout.images.map(({ digest }) => digest)).toEqual([image.digest])
    const file = join(dir, 'empty.tar')
    await into('odd/empty', image, archiveSink(file, { method: 'none', level: 'normal' }), 'odd/empty:1')
    expect((await openArchive(file, NEVER)).contents.images[0]?.image.layers).toEqual([])
    const back = registrySink(client, registry.host)
    const [only] = layout.images
    if (!only) throw new Error('no image')
    const wishes = [{ image: only, names: [{ name: `${registry.host}/odd/back:1` }] }]
    const copied = await copy(layoutSource(layout), wishes, back, NEVER, () => undefined)
    expect(copied.images[0]?.digest).toBe(image.digest)
    await into('odd/empty', image, engineSink(docker), 'odd/empty:1')
    expect(engine.docker('image', 'inspect', '--format', '{{len .RootFS.Layers}}', 'odd/empty:1')).toBe('0')
    engine.docker('rmi', 'odd/empty:1')
  })

  it('an artifact keeps every byte between registry and folder, and an engine refuses it in words', async () => {
    const chart = {
      mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
      ...(await blob('odd/chart', 'no gzip at all')),
    }
    const image = await made('odd/chart', { name: 'chart' }, 'application/vnd.cncf.helm.config.v1+json', [chart])
    expect(image.kind).toBe('artifact')
    const folder = join(dir, 'chart')
    await into('odd/chart', image, layoutSink(folder, { pack: 'gzip' }), 'odd/chart:1')
    const layout = await openLayout(folder, NEVER)
    expect(layout.images.map(({ digest, kind }) => [digest, kind])).toEqual([[image.digest, 'artifact']])
    const copied = await into(
      'odd/chart',
      image,
      registrySink(client, registry.host, { pack: 'gzip' }),
      `${registry.host}/odd/copy:1`,
    )
    expect(copied.images[0]?.digest).toBe(image.digest)
    await expect(into('odd/chart', image, engineSink(docker), 'odd/chart:1')).rejects.toMatchObject({
      code: 'platform-refused',
    })
  })

  it('a foreign layer is named and not moved, and missed where its bytes are needed', async () => {
    const diffId = digestOf(Buffer.from('elsewhere'))
    const foreign = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: digestOf(Buffer.from('kept elsewhere')),
      size: 14,
      urls: ['https://elsewhere.example/layer'],
    }
    const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] } }
    const folder = join(dir, 'foreign')
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
    const keep = (value: object): { digest: Digest; size: number } => {
      const bytes = Buffer.from(JSON.stringify(value))
      writeFileSync(join(folder, 'blobs', 'sha256', digestOf(bytes).slice('sha256:'.length)), bytes)
      return { digest: digestOf(bytes), size: bytes.length }
    }
    const described = { mediaType: `${OCI}.config.v1+json`, ...keep(config) }
    const manifest = keep({
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: described,
      layers: [foreign],
    })
    const annotations = { 'io.containerd.image.name': 'docker.io/odd/foreign:1' }
    const listed = { mediaType: `${OCI}.manifest.v1+json`, ...manifest, annotations }
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [listed] }))
    writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
    const layout = await openLayout(folder, NEVER)
    const [image] = layout.images
    if (!image) throw new Error('no image')
    const to = async (sink: Sink): Promise<Copied> =>
      await copy(layoutSource(layout), [{ image, names: [{ name: 'odd/foreign:1' }] }], sink, NEVER, () => undefined)
    const copied = await to(layoutSink(join(dir, 'foreign-copy')))
    expect([copied.moved, copied.images[0]?.digest]).toEqual([0, image.digest])
    await expect(to(engineSink(docker))).rejects.toMatchObject({
      code: expect.stringMatching(/^layer-(?:foreign|missing)$/) as unknown,
    })
  })
})
