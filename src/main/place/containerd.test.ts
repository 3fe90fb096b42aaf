import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Copied, copy } from '../copy/copy.ts'
import { blobMemory } from '../memory.ts'
import { State } from '../state.ts'
import { damaged, dockerSave } from '../testing/archives.ts'
import { startContainerdEngine } from '../testing/containerd-engine.ts'
import { cancelAtEach, clientOf, load, momentsOf, save, type Watching } from '../testing/copies.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { handmadeArchives, type MadeArchive, makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { type BuiltImage, buildImage, expected, runImage } from '../testing/images.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSource } from './archive/source.ts'
import type { EngineClient } from './engine/client.ts'
import { engineSink } from './engine/sink.ts'
import { readImage } from './engine/source.ts'
import type { Sink, Stored } from './place.ts'

const NAME = 'containerd/app:1'
const POINTS = 20
const NEVER = new AbortController().signal

/** The same promises on a Docker with the containerd store, where ids are manifests and `load` hides its failures. */
describe('an engine with the containerd store', { timeout: 600_000 }, () => {
  let dir: string
  let classic: Engine
  let engine: Engine
  let client: EngineClient
  let made: BuiltImage
  let archive: MadeArchive

  beforeAll(async () => {
    dir = tempDir()
    classic = await startEngine()
    engine = await startContainerdEngine()
    client = await clientOf(engine)
    made = await buildImage(classic, {
      name: NAME,
      layers: [{ randomBytes: 6 << 20 }, { randomBytes: 6 << 20, seed: 'top' }],
    })
    archive = dockerSave(classic, dir, [NAME])
  }, 600_000)
  afterAll(async () => {
    await engine.stop()
    await classic.stop()
    removeDir(dir)
  })

  it('is told by what it says of itself, loads what the classic store saved, and runs it', async () => {
    expect(client).toMatchObject({ store: 'containerd', zstd: true })
    await load(archive.path, client)
    expect(runImage(engine, NAME)).toBe(`${NAME} runs`)
    expect(expected(engine, NAME)).toMatchObject({ configDigest: made.configDigest, diffIds: made.diffIds })
    engine.docker('rmi', '--force', NAME)
  })

  it('loads every kind of file that holds images', async () => {
    const { rootfs: _, v1: __, ...kinds } = await handmadeArchives(dir)
    for (const [kind, { path, images }] of Object.entries<MadeArchive>(kinds)) {
      if (images.length > 1 && new Set(images.map(({ platform }) => platform.architecture)).size > 1) continue
      const copied = await load(path, client)
      for (const [index, { configDigest, diffIds }] of images.entries()) {
        const id = copied.images[index]?.id ?? ''
        expect(expected(engine, id), kind).toMatchObject({ configDigest, diffIds })
      }
      for (const { id } of copied.images) engine.docker('rmi', '--force', id)
    }
  })

  it('saves what a classic Docker loads, with the same config and layers', async () => {
    const built = await buildImage(engine, { name: 'containerd/own:1', layers: [{ textBytes: 300_000 }] })
    const path = join(dir, 'own.tar')
    await save(client, ['containerd/own:1'], path)
    expect((await openArchive(path, NEVER)).contents.images[0]?.image.id).toBe(built.configDigest)
    classic.docker('load', '--input', path)
    expect(expected(classic, 'containerd/own:1')).toMatchObject({
      configDigest: built.configDigest,
      diffIds: built.diffIds,
    })
    expect(runImage(classic, 'containerd/own:1')).toBe('containerd/own:1 runs')
  })

  it(`leaves a name in use alone: a damaged layer, and cancel at ${POINTS} moments`, async () => {
    const old = await buildImage(engine, {
      name: NAME,
      layers: [{ files: { 'etc/old': 'old' } }],
      cmd: ['/bin/sh', '-c', 'echo the old one'],
    })
    const before = engine.docker('images', '--all', '--quiet', '--no-trunc').split('\n').sort()
    const untouched = (): void => {
      expect(engine.docker('image', 'inspect', '--format', '{{.Id}}', NAME)).toBe(old.id)
      expect(runImage(engine, NAME)).toBe('the old one')
      expect(engine.docker('images', '--all', '--quiet', '--no-trunc').split('\n').sort()).toEqual(before)
    }
    await expect(load(damaged(archive).path, client)).rejects.toMatchObject({ code: 'digest-mismatch' })
    untouched()
    // Right after a broken load this store may need a second try; the run after that tells how many moments there are.
    let moments = 0
    const run = async (watching: Watching): Promise<unknown> => await load(archive.path, client, watching)
    for (let dry = 0; dry < 2; dry++) {
      moments = await momentsOf(run)
      const coming = engine.docker('image', 'inspect', '--format', '{{.Id}}', NAME)
      engine.docker('tag', old.id, NAME)
      engine.docker('rmi', coming)
      untouched()
    }
    await cancelAtEach(POINTS, moments, run, (outcome, moment) => {
      expect(outcome, moment).toMatchObject({ code: 'cancelled' })
      untouched()
    })
  })

  it('is sent only the blobs that images loaded from here do not have, and everything once it lacks one after all', async () => {
    const state = new State(join(dir, 'state.db'))
    const sink = (): Sink => engineSink(client, blobMemory(state))
    const base = await makeImage({ names: ['less/base:1'], layers: ['busybox', { randomBytes: 400_000 }] })
    const next = await makeImage({
      names: ['less/next:1'],
      layers: ['busybox', { randomBytes: 400_000 }, { textBytes: 5000 }],
    })
    const into = async (path: string): Promise<Copied> => {
      const archive = await openArchive(path, NEVER)
      const wishes = archive.contents.images.map(({ image }) => ({
        image,
        names: image.names.map((name) => ({ name })),
      }))
      return await copy(archiveSource(archive), wishes, sink(), NEVER, () => undefined)
    }
    const [one, two] = [
      await ociArchive(dir, [base], { file: 'less-1.tar' }),
      await ociArchive(dir, [next], { file: 'less-2.tar' }),
    ]
    const first = await into(one.path)
    expect(first.moved).toBeGreaterThan(400_000)
    expect((await into(one.path)).moved).toBe(0)
    expect((await into(two.path)).moved).toBeLessThan(5000)
    expect(runImage(engine, 'less/next:1')).toBe('less/next:1 runs')
    // The base is gone, and its memory with it only when the store is asked: another image's blobs must not be believed in.
    const nextId = engine.docker('image', 'inspect', '--format', '{{.Id}}', 'less/next:1')
    engine.docker('rmi', '--force', 'less/next:1', 'less/base:1')
    expect((await into(two.path)).moved).toBeGreaterThan(400_000)
    expect(runImage(engine, 'less/next:1')).toBe('less/next:1 runs')
    expect(engine.docker('image', 'inspect', '--format', '{{.Id}}', 'less/next:1')).toBe(nextId)
    // A memory that is wrong costs a second try, and nothing else.
    const { daemon } = client
    const [kept] = (await openArchive(one.path, NEVER)).contents.images
    const layers = (kept?.image.layers ?? []).flatMap(({ stored, diffId }): Stored[] =>
      stored ? [{ diffId: diffId ?? stored.digest, form: 'gzip', digest: stored.digest, size: stored.size }] : [],
    )
    engine.docker('rmi', '--force', 'less/next:1')
    const other = await buildImage(engine, { name: 'less/other:1', layers: [{ textBytes: 10 }] })
    await blobMemory(state).remember(daemon, other.id, layers)
    await into(one.path)
    expect(runImage(engine, 'less/base:1')).toBe('less/base:1 runs')
    engine.docker('rmi', '--force', 'less/base:1', 'less/other:1')
    state.close()
  })

  it('tells which platforms of an image it does not hold: after a save, and before where it can say', async () => {
    const name = 'containerd/many:1'
    const here = await makeImage({ names: [name], layers: ['busybox', { textBytes: 1000 }] })
    const other = client.platform.architecture === 'arm64' ? 'amd64' : 'arm64'
    const elsewhere = await makeImage({
      names: [name],
      layers: [{ textBytes: 2000 }],
      platform: { os: 'linux', architecture: other },
    })
    const many = await ociArchive(dir, [here], { file: 'many.tar', absent: [elsewhere] })
    engine.docker('load', '--input', many.path)
    const image = await readImage(client, name)
    const [major, minor] = client.api
    expect(image.absent).toEqual(major === 1 && minor >= 48 ? [`linux/${other}`] : undefined)
    const path = join(dir, 'many-saved.tar')
    const copied = await save(client, [name], path)
    expect(copied.absent).toEqual([{ name, platform: `linux/${other}` }])
    const [saved] = (await openArchive(path, NEVER)).contents.images
    expect(saved?.image.id).toBe(here.configDigest)
    engine.docker('rmi', '--force', name)
  })
})

describe('a load into a containerd store whose disk is full', { timeout: 600_000 }, () => {
  it('says so, and the name still names the old image, which runs', async () => {
    const dir = tempDir()
    const engine = await startContainerdEngine({ dataRootSize: 128 << 20 })
    try {
      const other = await startEngine()
      await buildImage(other, { name: NAME, layers: [{ randomBytes: 24 << 20 }] })
      const archive = dockerSave(other, dir, [NAME], 'new.tar')
      await other.stop()
      const client = await clientOf(engine)
      const old = await buildImage(engine, { name: NAME, cmd: ['/bin/sh', '-c', 'echo the old one'] })
      engine.dataDisk?.fill(12 << 20)
      await expect(load(archive.path, client)).rejects.toMatchObject({ code: 'docker-full' })
      expect(engine.docker('image', 'inspect', '--format', '{{.Id}}', NAME)).toBe(old.id)
      expect(runImage(engine, NAME)).toBe('the old one')
    } finally {
      await engine.stop()
      removeDir(dir)
    }
  })
})
