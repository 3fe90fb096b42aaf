import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copy } from '../copy/copy.ts'
import { damaged, dockerSave, truncated, wrap } from '../testing/archives.ts'
import { cancelAtEach, clientOf, load, momentsOf, type Watching } from '../testing/copies.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import type { MadeArchive } from '../testing/handmade-archives.ts'
import { type BuiltImage, buildImage, runImage } from '../testing/images.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSource } from './archive/source.ts'
import type { EngineClient } from './engine/client.ts'
import { engineSink } from './engine/sink.ts'
import type { Bytes, Source } from './place.ts'

const NEVER = new AbortController().signal
const NAME = 'safety/app:1.1.0'
/** Moments of a load at which it is cancelled. */
const POINTS = 20

/** A load that fails or is cancelled over a name in use: the name still names the old image, and that runs. */
describe('a load over a name in use', () => {
  let dir: string
  let engine: Engine
  let client: EngineClient
  let archive: MadeArchive
  let old: BuiltImage
  let coming: string

  beforeAll(async () => {
    dir = tempDir()
    const other = await startEngine()
    const made = await buildImage(other, {
      name: NAME,
      layers: [{ randomBytes: 6 << 20 }, { randomBytes: 6 << 20, seed: 'top' }],
    })
    coming = made.configDigest
    archive = dockerSave(other, dir, [NAME])
    await other.stop()
    engine = await startEngine()
    client = await clientOf(engine)
    old = await buildImage(engine, {
      name: NAME,
      layers: [{ files: { 'etc/old': 'old' } }],
      cmd: ['/bin/sh', '-c', 'echo the old one'],
    })
  })
  afterAll(async () => {
    await engine.stop()
    removeDir(dir)
  })

  function untouched(): void {
    expect(engine.docker('image', 'inspect', '--format', '{{.Id}}', NAME)).toBe(old.id)
    expect(runImage(engine, NAME)).toBe('the old one')
    expect(engine.docker('images', '--all', '--quiet', '--no-trunc').split('\n')).not.toContain(coming)
  }

  it.each(['plain', 'gzip'] as const)('refuses a damaged layer in a %s file', async (kind) => {
    const broken = damaged(archive)
    const path = kind === 'plain' ? broken.path : wrap(broken, kind).path
    await expect(load(path, client)).rejects.toMatchObject({ code: 'digest-mismatch' })
    untouched()
  })

  it('ends when the source breaks off, though the engine still waits for more', async () => {
    const opened = await openArchive(archive.path, NEVER)
    const source = archiveSource(opened)
    const images = opened.contents.images.map(({ image }) => image)
    async function* pulled(bytes: Bytes): Bytes {
      for await (const chunk of bytes) {
        yield chunk
        throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
      }
    }
    const breaking: Source = {
      parallel: 1,
      read: source.read,
      async *walk(...asked) {
        for await (const piece of source.walk(...asked))
          yield piece.type === 'layer' ? { ...piece, bytes: pulled(piece.bytes) } : piece
      },
    }
    const wishes = images.map((image) => ({ image, names: [{ name: NAME }] }))
    await expect(copy(breaking, wishes, engineSink(client), NEVER, () => undefined)).rejects.toThrow('EIO')
    untouched()
  })

  it('refuses a file that stops before its end', async () => {
    await expect(load(truncated(archive).path, client)).rejects.toMatchObject({ code: 'archive-truncated' })
    untouched()
  })

  it(`leaves nothing behind, cancelled at any of ${POINTS} moments`, async () => {
    // From the first byte to the last word of the engine.
    const run = async (watching: Watching): Promise<unknown> => await load(archive.path, client, watching)
    const moments = await momentsOf(run)
    engine.docker('tag', old.id, NAME)
    engine.docker('rmi', coming)
    untouched()
    await cancelAtEach(POINTS, moments, run, (outcome, moment) => {
      expect(outcome, moment).toMatchObject({ code: 'cancelled' })
      untouched()
    })
  })

  it('loads the same file at last, and keeps the old image under the name asked for', async () => {
    const archived = await load(archive.path, client)
    expect(archived.images).toEqual([{ id: coming, names: [NAME] }])
    expect(archived.replaced).toEqual([{ name: NAME, former: old.id }])
    expect(runImage(engine, NAME)).toBe(`${NAME} runs`)
    expect(runImage(engine, old.id)).toBe('the old one')
  })
})

describe('a load into a Docker whose disk is full', () => {
  it('says so, and the name still names the old image', async () => {
    const dir = tempDir()
    const engine = await startEngine({ dataRootSize: 96 << 20 })
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
      expect(engine.docker('images', '--all', '--quiet', '--no-trunc').split('\n')).not.toContain(
        archive.images[0]?.configDigest,
      )
      expect(runImage(engine, NAME)).toBe('the old one')
    } finally {
      await engine.stop()
      removeDir(dir)
    }
  })
})
