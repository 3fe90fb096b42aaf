import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeImage, ociArchive } from '../testing/handmade-archives.ts'
import type { LayerSpec } from '../testing/images.ts'
import { layoutInto, opened, tree, unpackedLayout } from '../testing/layouts.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { checkLayout } from './layout/check.ts'
import { collect, planRemoval, removeImages } from './layout/library.ts'
import { locked } from './layout/lock.ts'
import { layoutSource } from './layout/source.ts'
import { watchLayout } from './layout/watch.ts'
import { type Image, type LayerKey, layerKey, leaves } from './place.ts'

const NEVER = new AbortController().signal
const PROGRAM = join(import.meta.dirname, '../testing/layout-process.ts')

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
}

async function ended(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = ''
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said }
}

function wanted(images: readonly Image[]): Set<LayerKey> {
  return new Set(images.flatMap(leaves).flatMap(({ layers }) => layers.map(layerKey)))
}

const SHARED: LayerSpec = { randomBytes: 2 << 20, seed: 'shared' }

describe('several processes at one layout', () => {
  let dir: string

  async function source(name: string): Promise<string> {
    const image = await makeImage({
      names: [`several/${name}:1`],
      layers: [SHARED, { randomBytes: 1_500_000, seed: name }],
    })
    const archive = await ociArchive(dir, [image], { file: `${name}.tar` })
    return unpackedLayout(archive.path, join(dir, name))
  }

  beforeAll(() => {
    dir = tempDir()
  })
  afterAll(() => removeDir(dir))

  it('lose nothing of each other, with somebody collecting garbage all the while', async () => {
    const to = join(dir, 'busy')
    mkdirSync(to)
    const sources = await Promise.all(['a', 'b', 'c'].map(source))
    await layoutInto(sources[0] ?? '', to, { names: [{ name: 'several/first:1' }] })
    const collector = start('collect', to)
    const collected = ended(collector)
    await once(collector.stderr ?? collector, 'data')
    const names = sources.map((_, index) => [1, 2, 3].map((tag) => `several/${index}:${tag}`))
    const writers = sources.map((from, index) => ended(start('copy', from, to, ...(names[index] ?? []))))
    expect(await Promise.all(writers)).toEqual(sources.map(() => ({ code: 0, said: '' })))
    collector.stdin?.end()
    expect(await collected).toMatchObject({ code: 0 })
    const layout = await opened(to)
    expect(layout.images.flatMap((image) => image.names).sort()).toEqual([...names.flat(), 'several/first:1'].sort())
    expect(await checkLayout(layout, NEVER)).toEqual([])
    expect(readdirSync(to).sort()).toEqual(['blobs', 'index.json', 'oci-layout'])
  })

  it('keep what a copy under way relies on, and let it go afterwards', async () => {
    const to = join(dir, 'pinned')
    const [from, other] = [await source('pinned-from'), await source('pinned-other')]
    await layoutInto(from, to)
    const [first] = (await opened(to)).images
    const shared = first?.parts?.[0]?.layers[0]?.stored?.size ?? 0
    let removal: Promise<unknown> | undefined
    const copied = await layoutInto(other, to, {
      report: ({ type }) => {
        if (type === 'layers') removal ??= removeImages(to, [first?.id ?? ''], NEVER)
      },
    })
    expect(await removal).toMatchObject({ pinned: { blobs: 1, bytes: shared } })
    expect(copied.moved).toBeLessThan(shared)
    expect(await checkLayout(await opened(to), NEVER)).toEqual([])
    const layout = await opened(to)
    const reading = layoutSource(layout).walk(layout.images, wanted(layout.images), NEVER)
    let read = 0
    let stays: unknown
    for await (const piece of reading) {
      stays ??= await removeImages(to, [copied.images[0]?.digest ?? ''], NEVER)
      if (piece.type === 'layer') for await (const chunk of piece.bytes) read += chunk.length
    }
    expect(stays).toMatchObject({ blobs: 0, pinned: { blobs: 5 } })
    expect(read).toBeGreaterThan(shared)
    expect(await collect(to, NEVER, 0)).toMatchObject({ blobs: 5 })
    expect(readdirSync(join(to, 'blobs/sha256'))).toEqual([])
  })

  it.each([
    ['in the middle of a layer', 'layer', '1'],
    ['before anything has its place', 'storing', '1'],
    ['before the image is listed', 'storing', '2'],
  ])('leave a valid layout when killed %s, and no trace once it is opened', async (_, type, number) => {
    const to = join(dir, `killed-${type}-${number}`)
    const [before, from] = [await source('killed-before'), await source('killed-from')]
    await layoutInto(before, to)
    const { images } = await opened(to)
    const child = start('die', type, number, from, to, 'several/killed:1')
    await ended(child)
    expect(child.signalCode).toBe('SIGKILL')
    expect(readdirSync(join(to, '.caboteur')).length).toBeGreaterThan(0)
    const layout = await opened(to)
    expect(layout.images).toEqual(images)
    expect(existsSync(join(to, '.caboteur'))).toBe(false)
    expect(await checkLayout(layout, NEVER)).toEqual([])
    await collect(to, NEVER, 0)
    const clean = join(dir, `killed-clean-${type}-${number}`)
    await layoutInto(before, clean)
    expect(tree(to).replaceAll(to, '')).toBe(tree(clean).replaceAll(clean, ''))
    await layoutInto(from, to)
    expect(await checkLayout(await opened(to), NEVER)).toEqual([])
  })

  it('begin a layout where one was killed that had begun it', async () => {
    const from = await source('begun')
    const to = join(dir, 'begun-to')
    await ended(start('die', 'storing', '2', from, to, 'several/begun:1'))
    expect((await opened(to)).images).toEqual([])
    await layoutInto(from, to)
    expect(await checkLayout(await opened(to), NEVER)).toEqual([])
    expect(readdirSync(to).sort()).toEqual(['blobs', 'index.json', 'oci-layout'])
  })

  it('have the lock one at a time, and wait for one that lives', async () => {
    const to = join(dir, 'locked')
    await layoutInto(await source('locked-from'), to)
    let inside = 0
    const most = await Promise.all(
      Array.from({ length: 20 }, async () =>
        locked(to, NEVER, async () => {
          inside += 1
          const seen = inside
          await new Promise((resolve) => setImmediate(resolve))
          inside -= 1
          return seen
        }),
      ),
    )
    expect(Math.max(...most)).toBe(1)
    const abort = new AbortController()
    await locked(to, NEVER, async () => {
      const waiting = locked(to, abort.signal, async () => undefined)
      abort.abort()
      await expect(waiting).rejects.toThrow()
      await expect(planRemoval(to, [])).resolves.toMatchObject({ blobs: 0 })
    })
    expect(existsSync(join(to, '.caboteur'))).toBe(false)
  })

  it('leave alone what somebody on another computer is doing, until a day has passed', async () => {
    const to = join(dir, 'elsewhere')
    await layoutInto(await source('elsewhere-from'), to)
    const token = '0'.repeat(18)
    const folder = join(to, '.caboteur', `run-${token}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'pins'), '[]')
    writeFileSync(join(folder, 'owner'), JSON.stringify({ token, host: 'elsewhere', boot: '', pid: 1, start: '' }))
    await opened(to)
    expect(existsSync(folder)).toBe(true)
    const before = new Date(Date.now() - 25 * 3600 * 1000)
    utimesSync(join(folder, 'owner'), before, before)
    await opened(to)
    expect(existsSync(join(to, '.caboteur'))).toBe(false)
  })

  it('are told when another one changed the list', async () => {
    const to = join(dir, 'watched')
    const from = await source('watched-from')
    await layoutInto(from, to)
    const abort = new AbortController()
    const changes = watchLayout(to, abort.signal)
    const changed = changes.next()
    // Until the watcher has looked once nothing is a change.
    await new Promise((resolve) => setTimeout(resolve, 100))
    await ended(start('copy', from, to, 'several/watched:2'))
    expect(await changed).toEqual({ done: false, value: undefined })
    abort.abort()
    for await (const _ of changes);
  })
})
