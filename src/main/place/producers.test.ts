import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byTelling } from '../../shared/reference.ts'
import { copy } from '../copy/copy.ts'
import { platformMatches } from '../format/documents.ts'
import {
  buildahCommit,
  damaged,
  dockerExport,
  dockerSave,
  podmanSave,
  skopeoDockerArchive,
  skopeoOciArchive,
  truncated,
  type Wrapping,
  wrap,
} from '../testing/archives.ts'
import { clientOf, save } from '../testing/copies.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import {
  furtherArchives,
  handmadeArchives,
  type MadeArchive,
  makeImage,
  ociArchive,
} from '../testing/handmade-archives.ts'
import { type BuiltImage, buildImage, expected, runImage } from '../testing/images.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { checkArchive, type OpenArchive, openArchive } from './archive/open.ts'
import { archiveSink } from './archive/sink.ts'
import { archiveSource } from './archive/source.ts'
import type { EngineClient } from './engine/client.ts'
import { engineSink } from './engine/sink.ts'
import type { Image } from './place.ts'

const NEVER = new AbortController().signal

/** Every kind of file that people have: inspect, check, load, save again; or refused with the right word. */
describe('image files by producer', () => {
  let dir: string
  let engine: Engine
  let client: EngineClient
  let built: BuiltImage
  const archives: Record<string, MadeArchive> = {}

  beforeAll(async () => {
    dir = tempDir()
    engine = await startEngine()
    client = await clientOf(engine)
    built = await buildImage(engine, {
      name: 'maker/app:1.0',
      layers: [{ textBytes: 200_000 }, { randomBytes: 50_000 }],
    })
    const other = await buildImage(engine, {
      name: 'maker/app:2.0',
      from: 'maker/app:1.0',
      layers: [{ files: { 'etc/two': '2' } }],
    })
    archives['docker save'] = dockerSave(engine, dir, ['maker/app:1.0'])
    archives['docker save of two'] = dockerSave(engine, dir, ['maker/app:1.0', 'maker/app:2.0'], 'two.tar')
    archives['docker save by id'] = dockerSave(engine, dir, [other.id], 'id.tar')
    archives['skopeo docker-archive'] = skopeoDockerArchive(engine, dir, 'maker/app:1.0')
    archives['skopeo oci-archive'] = skopeoOciArchive(engine, dir, 'maker/app:1.0')
    const podman = podmanSave(archives['docker save'], dir)
    if (podman) archives['podman save'] = podman
    for (const form of ['docker-archive', 'oci-archive'] as const) {
      const buildah = buildahCommit(archives['docker save'], dir, form, 'maker/buildah:1')
      if (buildah) archives[`buildah ${form}`] = buildah
    }
    const { rootfs: _, v1: __, ...handmade } = await handmadeArchives(dir)
    const further = await furtherArchives(dir)
    Object.assign(archives, handmade, further)
    const runs = await makeImage({ names: ['maker/zstd:1'], layers: ['busybox', { textBytes: 100_000 }] })
    archives['zstd layers'] = await ociArchive(dir, [runs], { file: 'zstd-runs.tar', form: 'zstd' })
    for (const wrapping of ['gzip', 'zstd', 'xz', 'bzip2'] satisfies Wrapping[]) {
      archives[`docker save, ${wrapping}`] = wrap(archives['docker save'], wrapping)
      archives[`zstd layers, ${wrapping}`] = wrap(archives['zstd layers'], wrapping)
      archives[`in a folder, ${wrapping}`] = wrap(further.legacyFolder, wrapping)
    }
  })
  afterAll(async () => {
    await engine.stop()
    removeDir(dir)
  })

  function facts(images: readonly Image[]): unknown[] {
    return images
      .map(({ id, layers }) => ({ id, diffIds: layers.map(({ diffId }) => diffId) }))
      .sort((a, b) => a.id.localeCompare(b.id))
  }

  /** An engine takes one platform of a name: its own. */
  function forEngine(archive: OpenArchive): readonly Image[] {
    return archive.contents.images
      .map(({ image }) => image)
      .filter(({ platform }) => platformMatches(platform, client.platform))
  }

  it('reads, checks, loads and saves again what each of them wrote', async () => {
    for (const [maker, made] of Object.entries(archives)) {
      const opened = await openArchive(made.path, NEVER)
      const wanted = made.images
        .map(({ configDigest, diffIds }) => ({ id: configDigest, diffIds }))
        .sort((a, b) => a.id.localeCompare(b.id))
      expect(facts(opened.contents.images.map(({ image }) => image)), maker).toEqual(wanted)
      for (const { configDigest, names } of made.images) {
        // Podman calls what it was given no registry for localhost/…
        const called = maker === 'podman save' ? names.map((name) => `localhost/${name}`) : [...names].sort(byTelling)
        expect(opened.contents.images.find(({ image }) => image.id === configDigest)?.image.names, maker).toEqual(
          called,
        )
      }
      expect(
        opened.contents.absent.map(({ platform }) => platform),
        maker,
      ).toEqual(
        (made.absent ?? []).map(({ os, architecture, variant }) =>
          [os, architecture, variant].filter(Boolean).join('/'),
        ),
      )
      const checked = await checkArchive(opened, NEVER)
      expect(checked, maker).toMatchObject({ checked: 'intact', problems: [] })

      const images = forEngine(opened)
      const prefix = `made/${Object.keys(archives).indexOf(maker)}`
      await copy(
        archiveSource(opened),
        images.map((image, index) => ({ image, names: [{ name: `${prefix}:${index}` }] })),
        engineSink(client),
        NEVER,
        () => undefined,
      )
      for (const [index, image] of images.entries()) {
        expect(expected(engine, `${prefix}:${index}`), maker).toMatchObject({
          configDigest: image.id,
          diffIds: image.layers.map(({ diffId }) => diffId),
        })
      }
      const again = join(dir, 'again.tar')
      await save(
        client,
        images.map((_, index) => `${prefix}:${index}`),
        again,
      )
      expect(facts((await openArchive(again, NEVER)).contents.images.map(({ image }) => image)), maker).toEqual(
        facts(images),
      )
      engine.docker('rmi', '--force', ...images.map((_, index) => `${prefix}:${index}`))
    }
  })

  it('runs what came out of zstd layers in an xz file, which this engine takes in no way by itself', async () => {
    const opened = await openArchive(archives['zstd layers, xz']?.path ?? '', NEVER)
    await copy(
      archiveSource(opened),
      forEngine(opened).map((image) => ({ image, names: [{ name: 'maker/zstd:1' }] })),
      engineSink(client),
      NEVER,
      () => undefined,
    )
    expect(runImage(engine, 'maker/zstd:1')).toBe('maker/zstd:1 runs')
  })

  it('copies file to file, all platforms of a name, with the forms they have', async () => {
    const opened = await openArchive(archives['ociPlatforms']?.path ?? '', NEVER)
    const path = join(dir, 'platforms.tar')
    const wishes = opened.contents.images.map(({ image }) => ({ image, names: image.names.map((name) => ({ name })) }))
    await copy(
      archiveSource(opened),
      wishes,
      archiveSink(path, { method: 'gzip', level: 'fast' }),
      NEVER,
      () => undefined,
    )
    const written = await openArchive(path, NEVER)
    expect(written.checked).toBe('intact')
    expect(facts(written.contents.images.map(({ image }) => image))).toEqual(
      facts(opened.contents.images.map(({ image }) => image)),
    )
    expect(written.contents.images.map(({ image }) => image.names)).toEqual(
      opened.contents.images.map(({ image }) => image.names),
    )
  })

  it('moves only the layers above those the engine has', async () => {
    const opened = await openArchive(archives['docker save of two']?.path ?? '', NEVER)
    const images = opened.contents.images.map(({ image }) => image)
    const top = images.find(({ names }) => names.includes('maker/app:2.0'))
    engine.docker('rmi', '--force', 'maker/app:2.0')
    const copied = await copy(
      archiveSource(opened),
      images.map((image) => ({ image, names: [] })),
      engineSink(client),
      NEVER,
      () => undefined,
    )
    expect(copied.moved).toBe(top?.layers.at(-1)?.stored?.size)
    const again = await copy(
      archiveSource(opened),
      images.map((image) => ({ image, names: [] })),
      engineSink(client),
      NEVER,
      () => undefined,
    )
    expect(again.moved).toBe(0)
  })

  it('gives one engine what another has, through a file that docker itself loads', async () => {
    const other = await startEngine()
    try {
      const path = join(dir, 'carried.tar')
      await save(client, ['maker/app:1.0'], path)
      expect(other.docker('load', '--input', path)).toContain('Loaded image: maker/app:1.0')
      expect(expected(other, 'maker/app:1.0')).toMatchObject({
        configDigest: built.configDigest,
        diffIds: built.diffIds,
      })
      expect(runImage(other, 'maker/app:1.0')).toBe('maker/app:1.0 runs')
    } finally {
      await other.stop()
    }
  })

  it('names what is wrong with a damaged layer, plain or compressed', async () => {
    const broken = damaged(archives['docker save'] ?? { path: '', images: [] })
    for (const path of [broken.path, wrap(broken, 'zstd').path]) {
      const checked = await checkArchive(await openArchive(path, NEVER), NEVER)
      expect(checked).toMatchObject({
        checked: 'problems',
        problems: [{ code: 'digest-mismatch', file: broken.place.name }],
      })
    }
  })

  it('says of everything else what it is', async () => {
    const { rootfs, v1 } = await handmadeArchives(dir)
    expect((await openArchive(rootfs.path, NEVER)).contents.format).toBe('rootfs')
    expect((await openArchive(dockerExport(engine, dir, built.id).path, NEVER)).contents.format).toBe('rootfs')
    await expect(openArchive(v1.path, NEVER)).rejects.toMatchObject({
      code: 'archive-not-images',
      parts: { kind: 'docker-v1' },
    })
    const whole = archives['docker save'] ?? { path: '', images: [] }
    for (const part of [0.1, 0.5, 0.999]) {
      await expect(openArchive(truncated(whole, part).path, NEVER)).rejects.toMatchObject({ code: 'archive-truncated' })
    }
    for (const wrapping of ['gzip', 'zstd', 'xz', 'bzip2'] satisfies Wrapping[]) {
      await expect(openArchive(truncated(wrap(whole, wrapping)).path, NEVER), wrapping).rejects.toMatchObject({
        code: 'archive-truncated',
      })
    }
  })
})
