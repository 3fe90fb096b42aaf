import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Copied, copy } from '../copy/copy.ts'
import { verifyingSink } from '../copy/verify.ts'
import { clientOf } from '../testing/copies.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSink } from './archive/sink.ts'
import { archiveSource } from './archive/source.ts'
import type { EngineClient } from './engine/client.ts'
import { engineSink } from './engine/sink.ts'
import { engineSource, readImage } from './engine/source.ts'
import { openLayout } from './layout/open.ts'
import { layoutSink } from './layout/sink.ts'
import { layoutSource } from './layout/source.ts'
import { type Bytes, type Image, type LayerPiece, layerKey, type Sink, type Source, type Write } from './place.ts'
import { RegistryClient } from './registry/client.ts'
import { registrySink } from './registry/sink.ts'
import { readReference, registrySource } from './registry/source.ts'

const NEVER = new AbortController().signal

/** A place under test: a sink, and how what was put there is read again. */
interface Place {
  sink(): Sink
  name(tag: string): string
  /** The image of a name; undefined when there is none. */
  read(name: string): Promise<{ source: Source; image: Image } | undefined>
  /** Everything there is to see, for telling that nothing changed. */
  state(): Promise<unknown>
}

/** What place.ts promises of every place, asked of each. */
describe('every place', { timeout: 60_000 }, () => {
  let dir: string
  let engine: Engine
  let docker: EngineClient
  let registry: Registry
  let client: RegistryClient
  let source: Source
  let image: Image
  let other: { source: Source; image: Image }
  let count = 0

  beforeAll(async () => {
    engine = await startEngine()
    docker = await clientOf(engine)
    registry = await startRegistry({ delete: true })
    client = new RegistryClient({ host: registry.host })
    dir = tempDir()
    ;({ source, image } = await made('one.tar', 200_000))
    other = await made('two.tar', 300_000)
  })
  afterAll(async () => {
    await client.close()
    await registry.close()
    docker.close()
    await engine.stop()
    removeDir(dir)
  })

  /** An image like no other: a place may keep what another test left there. */
  async function made(file: string, bytes: number): Promise<{ source: Source; image: Image }> {
    const layers = ['busybox' as const, { textBytes: bytes }, { randomBytes: bytes, seed: file }]
    const one = await makeImage({ names: ['any/app:1'], layers })
    const archive = await openArchive((await ociArchive(dir, [one], { file })).path, NEVER)
    const [archived] = archive.contents.images
    if (!archived) throw new Error('no image')
    return { source: archiveSource(archive), image: archived.image }
  }

  const places: Record<string, () => Place> = {
    engine: () => ({
      sink: () => engineSink(docker),
      name: (tag) => `conform/app-${count}:${tag}`,
      read: async (name) => {
        const found = await readImage(docker, name).catch(() => undefined)
        return found && { source: engineSource(docker), image: found }
      },
      state: async () =>
        engine
          .docker('images', '--all', '--no-trunc', '--format', '{{.ID}} {{.Repository}}:{{.Tag}}')
          .split('\n')
          .sort(),
    }),
    archive: () => {
      const path = join(dir, `place-${count}.tar`)
      return {
        sink: () => archiveSink(path, { method: 'none', level: 'normal' }),
        name: (tag) => `conform/app:${tag}`,
        read: async (name) => {
          const archive = await openArchive(path, NEVER).catch(() => undefined)
          const found = archive?.contents.images.find((one) => one.image.names.includes(name))
          return archive && found && { source: archiveSource(archive), image: found.image }
        },
        state: async () =>
          readdirSync(dir)
            .sort()
            .map((name) => [name, statSync(join(dir, name)).size]),
      }
    },
    layout: () => {
      const path = join(dir, `layout-${count}`)
      return {
        sink: () => layoutSink(path),
        name: (tag) => `conform/app:${tag}`,
        read: async (name) => {
          const layout = await openLayout(path, NEVER).catch(() => undefined)
          const found = layout?.images.find(({ names }) => names.includes(name))
          return layout && found && { source: layoutSource(layout), image: found }
        },
        state: async () => {
          const index = join(path, 'index.json')
          const list = readdirSync(dir).includes(`layout-${count}`)
            ? readdirSync(path, { recursive: true }).map(String).sort()
            : []
          return [list, list.includes('index.json') ? readFileSync(index, 'utf8') : '']
        },
      }
    },
    registry: () => ({
      sink: () => registrySink(client, registry.host),
      name: (tag) => `${registry.host}/conform/app-${count}:${tag}`,
      read: async (name) => {
        const path = name.slice(registry.host.length + 1).split(':')[0] ?? ''
        const repository = { client, host: registry.host, path }
        const found = await readReference(repository, { tag: name.split(':').at(-1) ?? '' }, NEVER).catch(
          () => undefined,
        )
        return found && { source: registrySource(repository), image: found }
      },
      state: async () => await Array.fromAsync(client.tags(`conform/app-${count}`, NEVER)).catch(() => []),
    }),
  }

  describe.each(Object.keys(places))('%s', (kind) => {
    let place: Place
    beforeEach(() => {
      count += 1
      const make = places[kind]
      if (!make) throw new Error(kind)
      place = make()
    })
    afterEach(() => {
      expect(readdirSync(dir).filter((name) => name.includes('.partial'))).toEqual([])
    })

    async function put(of: { source: Source; image: Image }, tag: string, keepAs?: string): Promise<Copied> {
      const names = [{ name: place.name(tag), ...(keepAs ? { keepAs: place.name(keepAs) } : {}) }]
      return await copy(of.source, [{ image: of.image, names }], place.sink(), NEVER, () => undefined)
    }
    async function layersAt(tag: string): Promise<unknown> {
      return (await place.read(place.name(tag)))?.image.layers.map(({ diffId }) => diffId)
    }
    async function begun(): Promise<Write> {
      return await place.sink().begin([{ image, names: [{ name: place.name('begun') }] }], NEVER, () => undefined)
    }
    async function piece(): Promise<LayerPiece> {
      const key = layerKey(image.layers[1] ?? {})
      for await (const one of source.walk([image], new Set([key]), NEVER)) if (one.type === 'layer') return one
      throw new Error('no layer')
    }

    it('gives back what was put, byte for byte of every layer', async () => {
      await put({ source, image }, 'a')
      const read = await place.read(place.name('a'))
      if (!read) throw new Error('it is not there')
      expect(read.image.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId))
      // Verifying is a copy to nowhere: every byte is proven on its way.
      const wishes = [{ image: read.image, names: [] }]
      const proven = await copy(read.source, wishes, verifyingSink(), NEVER, () => undefined)
      expect(proven.stored.size).toBeGreaterThan(0)
    })

    it('plans what a copy would do, and changes nothing by it', async () => {
      const before = await place.state()
      const wishes = [{ image, names: [{ name: place.name('planned') }] }]
      const first = await place.sink().plan(wishes, NEVER)
      expect(first.replaces).toEqual([])
      expect(await place.state()).toEqual(before)
      await put(other, 'planned')
      const then = await place.sink().plan(wishes, NEVER)
      expect(then.replaces.map(({ name }) => name)).toEqual(kind === 'archive' ? [] : [place.name('planned')])
    })

    it('shows nothing before commit, and close leaves no trace', async () => {
      const before = await place.state()
      const write = await begun()
      const one = await piece()
      const { digest = undefined } = one.layer.stored ?? {}
      await write.put(one, { ...(digest ? { digest } : {}), ...(one.size === undefined ? {} : { size: one.size }) })
      expect(await place.read(place.name('begun'))).toBeUndefined()
      await write.close()
      expect(await place.read(place.name('begun'))).toBeUndefined()
      if (kind !== 'layout') expect(await place.state()).toEqual(before)
    })

    it('lets go of everything when a layer breaks off or is not what it promised', async () => {
      const spoiling = await made(`spoilt-${kind}.tar`, 250_000)
      await put({ source, image }, 'kept')
      const before = await place.state()
      async function* broken(bytes: Bytes): Bytes {
        for await (const chunk of bytes) {
          yield chunk.subarray(0, Math.floor(chunk.length / 2))
          throw new Error('the cable was pulled')
        }
      }
      async function* changed(bytes: Bytes): Bytes {
        for await (const chunk of bytes) {
          const copied = new Uint8Array(chunk)
          copied[copied.length - 1] = (copied.at(-1) ?? 0) ^ 1
          yield copied
        }
      }
      for (const spoil of [broken, changed]) {
        const spoilt: Source = {
          parallel: spoiling.source.parallel,
          read: spoiling.source.read,
          async *walk(...asked) {
            for await (const one of spoiling.source.walk(...asked))
              yield one.type === 'layer' ? { ...one, bytes: spoil(one.bytes) } : one
          },
        }
        await expect(put({ source: spoilt, image: spoiling.image }, 'kept')).rejects.toThrow()
        expect(await layersAt('kept')).toEqual(image.layers.map(({ diffId }) => diffId))
      }
      expect(await place.state()).toEqual(before)
    })

    it('moves a name, and keeps the former image under the one asked for', async () => {
      if (kind === 'archive') return
      await put({ source, image }, 'moves')
      const copied = await put(other, 'moves', 'moves-before')
      expect(copied.replaced).toMatchObject([{ name: place.name('moves'), keptAs: place.name('moves-before') }])
      expect(await layersAt('moves')).toEqual(other.image.layers.map(({ diffId }) => diffId))
      expect(await layersAt('moves-before')).toEqual(image.layers.map(({ diffId }) => diffId))
      expect((await put(other, 'moves')).replaced).toEqual([])
    })

    it('gives all names of a copy or none: those that had moved are whose they were', async () => {
      if (kind === 'archive') return
      for (const tag of ['first', 'last']) await put({ source, image }, tag)
      const before = await place.state()
      const names = [
        { name: place.name('first'), keepAs: place.name('first-before') },
        { name: place.name('new') },
        // Nobody can be called so, which is found out when it is to be.
        { name: place.name('last'), keepAs: 'NO/Name' },
      ]
      const copying = copy(other.source, [{ image: other.image, names }], place.sink(), NEVER, () => undefined)
      await expect(copying).rejects.toMatchObject({ code: 'name-invalid' })
      expect(await layersAt('first')).toEqual(image.layers.map(({ diffId }) => diffId))
      expect(await layersAt('last')).toEqual(image.layers.map(({ diffId }) => diffId))
      expect(await place.read(place.name('new'))).toBeUndefined()
      expect(await place.state()).toEqual(before)
    })

    it('ends a cancelled copy as cancelled, with nothing left of it', async () => {
      const fresh = await made(`cancelled-${kind}.tar`, 260_000)
      const before = await place.state()
      const abort = new AbortController()
      const wishes = [{ image: fresh.image, names: [{ name: place.name('cancelled') }] }]
      const copying = copy(fresh.source, wishes, place.sink(), abort.signal, (event) => {
        if (event.type === 'layer') abort.abort()
      })
      await expect(copying).rejects.toMatchObject({ code: 'cancelled' })
      expect(await place.read(place.name('cancelled'))).toBeUndefined()
      if (kind !== 'layout') expect(await place.state()).toEqual(before)
    })
  })
})
