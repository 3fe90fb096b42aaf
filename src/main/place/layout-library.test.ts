import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestOf, hexOf } from '../testing/content.ts'
import { type MadeImage, makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { blobPath, HandmadeLayout, into, layoutInto, listed, opened, tree, unpackedLayout } from '../testing/layouts.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { checkLayout } from './layout/check.ts'
import { listLayout } from './layout/describe.ts'
import { collect, planRemoval, removeImages, tagImage, untagImage } from './layout/library.ts'
import { layoutSource } from './layout/source.ts'
import type { Image } from './place.ts'

const NEVER = new AbortController().signal
const [OLD, NEW] = ['team/app:1', 'team/app:2']

function size(dir: string): number {
  return readdirSync(join(dir, 'blobs/sha256')).reduce(
    (sum, name) => sum + statSync(join(dir, 'blobs/sha256', name)).size,
    0,
  )
}

describe('images of a layout', () => {
  let dir: string
  let sources: readonly string[]
  let lib: string
  let old: Image
  let newer: Image
  let made = 0

  async function source(name: string, tail: string): Promise<string> {
    const image = await makeImage({ names: [name], layers: [{ textBytes: 40_000, seed: 'base' }, { files: { tail } }] })
    const archive = await ociArchive(dir, [image], { file: `${hexOf(digestOf(name))}.tar` })
    return unpackedLayout(archive.path, `${archive.path}.layout`)
  }

  beforeAll(async () => {
    dir = tempDir()
    sources = [await source(OLD, 'old'), await source(NEW, 'new')]
  })
  beforeEach(async () => {
    lib = join(dir, `library-${++made}`)
    for (const from of sources) await layoutInto(from, lib)
    const [first, second] = (await opened(lib)).images
    if (!first || !second) throw new Error('two images are expected')
    old = first
    newer = second
  })
  afterAll(() => removeDir(dir))

  it('get names and lose them, if they are still whose they were', async () => {
    await tagImage(lib, { id: old.id, name: 'team/app:latest', expected: '' }, NEVER)
    const moved = await tagImage(lib, { id: newer.id, name: 'team/app:latest', keepAs: OLD, expected: old.id }, NEVER)
    expect(moved).toEqual([{ name: 'team/app:latest', former: old.id, keptAs: OLD }])
    const before = tree(lib)
    const late = { id: old.id, name: 'team/app:latest', expected: old.id }
    await expect(tagImage(lib, late, NEVER)).rejects.toMatchObject({ code: 'image-changed' })
    await expect(untagImage(lib, old.id, NEW, NEVER)).rejects.toMatchObject({ code: 'image-changed' })
    await expect(tagImage(lib, { ...late, name: 'NO', expected: '' }, NEVER)).rejects.toMatchObject({
      code: 'name-invalid',
    })
    expect(tree(lib)).toBe(before)
    // A name to keep that another image has gets a number.
    const again = { id: old.id, name: 'team/app:latest', keepAs: OLD, expected: newer.id }
    expect(await tagImage(lib, again, NEVER)).toMatchObject([{ former: newer.id, keptAs: `${OLD}-2` }])
    await untagImage(lib, old.id, OLD, NEVER)
    await untagImage(lib, old.id, 'team/app:latest', NEVER)
    expect((await opened(lib)).images.map(({ names }) => names)).toEqual([[`${OLD}-2`, NEW], []])
    expect(listed(lib).map(({ digest }) => digest)).toEqual([newer.id, newer.id, old.id])
  })

  it('are removed with what nobody else needs, and the room is told to the byte', async () => {
    const planned = await planRemoval(lib, [old.id])
    const before = size(lib)
    const removed = await removeImages(lib, [old.id], NEVER)
    expect(removed).toEqual(planned)
    expect(removed).toMatchObject({ images: [{ id: old.id, names: [OLD] }], pinned: { blobs: 0 }, unreadable: false })
    expect(before - size(lib)).toBe(removed.bytes)
    expect(await checkLayout(await opened(lib), NEVER)).toEqual([])
    await expect(planRemoval(lib, [old.id])).rejects.toMatchObject({ code: 'image-missing' })
    await removeImages(lib, [newer.id], NEVER)
    expect(size(lib)).toBe(0)
  })

  it('are kept as they are when garbage is collected, and young blobs of other programs too', async () => {
    const before = tree(lib)
    const garbage = join(lib, 'blobs/sha256', hexOf(digestOf('garbage')))
    writeFileSync(garbage, 'garbage')
    writeFileSync(join(lib, 'blobs/sha256/README'), 'mine')
    expect(await collect(lib, NEVER)).toEqual({ blobs: 0, bytes: 0 })
    expect(await collect(lib, NEVER, 0)).toEqual({ blobs: 1, bytes: 7 })
    rmSync(join(lib, 'blobs/sha256/README'))
    expect(tree(lib)).toBe(before)
  })

  it('keep every blob while one of them cannot be read, until that one is removed', async () => {
    const [first] = listed(lib)
    writeFileSync(blobPath(lib, first?.digest ?? ''), '{"schemaVersion":2}')
    writeFileSync(join(lib, 'blobs/sha256', hexOf(digestOf('garbage'))), 'garbage')
    expect(await planRemoval(lib, [newer.id])).toMatchObject({ blobs: 0, bytes: 0, unreadable: true })
    expect(await collect(lib, NEVER, 0)).toEqual({ blobs: 0, bytes: 0 })
    const layout = await opened(lib)
    expect(listLayout(layout).map(({ id, names, problem }) => [id, names, problem?.code])).toEqual([
      [newer.id, [NEW], undefined],
      [old.id, [OLD], 'digest-mismatch'],
    ])
    expect(await checkLayout(layout, NEVER)).toContainEqual(
      expect.objectContaining({ code: 'digest-mismatch', file: `blobs/sha256/${hexOf(old.id)}` }),
    )
    await removeImages(lib, [old.id], NEVER)
    expect((await collect(lib, NEVER, 0)).blobs).toBeGreaterThan(1)
    expect(await checkLayout(await opened(lib), NEVER)).toEqual([])
  })

  it('say which blob is damaged, whether an image needs it or not', async () => {
    const layer = newer.parts?.[0]?.layers[0]?.stored?.digest ?? ''
    const bytes = readFileSync(blobPath(lib, layer))
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1
    writeFileSync(blobPath(lib, layer), bytes)
    writeFileSync(join(lib, 'blobs/sha256', hexOf(digestOf('a'))), 'b')
    const layout = await opened(lib)
    expect((await checkLayout(layout, NEVER)).map(({ code, digest }) => [code, digest]).sort()).toEqual(
      [layer, digestOf('a')].map((digest) => ['digest-mismatch', digest]).sort(),
    )
    const to = join(dir, `damaged-${made}`)
    await expect(into(layoutSource(layout), layout.images, to)).rejects.toMatchObject({ code: 'digest-mismatch' })
    rmSync(blobPath(lib, layer))
    await expect(layoutInto(lib, to)).rejects.toMatchObject({ code: 'layer-missing', parts: { path: lib } })
    expect(tree(to)).toBe('nothing')
    // Brought again from where it is whole, it is whole.
    for (const from of sources) await layoutInto(from, lib)
    rmSync(join(lib, 'blobs/sha256', hexOf(digestOf('a'))))
    expect(await checkLayout(await opened(lib), NEVER)).toEqual([])
  })

  it('keep what other programs wrote into index.json', async () => {
    const path = join(lib, 'index.json')
    const index = JSON.parse(readFileSync(path, 'utf8')) as { manifests: object[] }
    const foreign = { mediaType: 'x/y', digest: `sha512:${'0'.repeat(128)}`, size: 3, data: 'QUJD' }
    writeFileSync(
      path,
      JSON.stringify({ ...index, annotations: { by: 'us' }, manifests: [foreign, ...index.manifests] }),
    )
    await tagImage(lib, { id: old.id, name: 'team/app:x', expected: '' }, NEVER)
    const after = JSON.parse(readFileSync(path, 'utf8')) as { manifests: object[] }
    expect(after).toMatchObject({ annotations: { by: 'us' } })
    expect(after.manifests.slice(0, 3)).toEqual([foreign, ...index.manifests])
    expect(listLayout(await opened(lib)).at(-1)).toMatchObject({
      id: foreign.digest,
      problem: { code: 'layout-unsupported', parts: { detail: 'sha512' } },
    })
    await removeImages(lib, [foreign.digest], NEVER)
    expect((await opened(lib)).broken).toEqual([])
  })
})

describe('a folder that means no good', () => {
  let dir: string
  let image: MadeImage
  let made = 0

  beforeAll(async () => {
    dir = tempDir()
    image = await makeImage({ names: ['hostile/app:1'], layers: [{ textBytes: 1000 }] })
  })
  afterAll(() => removeDir(dir))

  async function layout(): Promise<string> {
    const archive = await ociArchive(dir, [image], { file: 'image.tar' })
    return unpackedLayout(archive.path, join(dir, `layout-${++made}`))
  }

  it.each([
    ['that is not there', 'file-missing', (at: string) => removeDir(at)],
    ['that is empty', 'layout-not-one', (at: string) => [removeDir(at), mkdirSync(at)]],
    [
      'with an index.json that is no JSON',
      'archive-damaged',
      (at: string) => writeFileSync(join(at, 'index.json'), '{'),
    ],
    [
      'with an index.json that is no index',
      'archive-damaged',
      (at: string) => writeFileSync(join(at, 'index.json'), '[]'),
    ],
    [
      'with an index.json without end',
      'archive-too-large',
      (at: string) => writeFileSync(join(at, 'index.json'), Buffer.alloc((16 << 20) + 1, ' ')),
    ],
    [
      'of another version',
      'layout-unsupported',
      (at: string) => writeFileSync(join(at, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}'),
    ],
    [
      'whose index.json is a link out of it',
      'archive-hostile',
      (at: string) => {
        copyFileSync(join(at, 'index.json'), `${at}.json`)
        rmSync(join(at, 'index.json'))
        symlinkSync(`${at}.json`, join(at, 'index.json'))
      },
    ],
    [
      'whose blobs are a link out of it',
      'archive-hostile',
      (at: string) => {
        rmSync(join(at, 'blobs'), { recursive: true })
        symlinkSync('/etc', join(at, 'blobs'))
      },
    ],
    [
      'whose place for our own things is a link',
      'archive-hostile',
      (at: string) => symlinkSync(tempDir(), join(at, '.caboteur')),
    ],
  ])('is refused: one %s', async (_, code, spoil) => {
    const at = await layout()
    spoil(at)
    await expect(opened(at)).rejects.toMatchObject({ code })
  })

  it('has its bad images told, and the others are none the worse for it', async () => {
    const made = new HandmadeLayout(join(dir, 'mixed'))
    const config = made.blob(image.config)
    const layers = image.layers.map(({ tar }) => ({ mediaType: '', ...made.blob(tar) }))
    made.list(made.blob({ schemaVersion: 2, config, layers }))
    const bad = {
      'archive-too-large': made.blob(Buffer.alloc((4 << 20) + 1, 32)),
      'layout-unsupported': made.blob({ schemaVersion: 2, manifests: [{ digest: 'sha512:0', size: 1 }] }),
      'archive-damaged': made.blob({ schemaVersion: 2, config, layers: [...layers, ...layers] }),
      'layer-missing': { digest: digestOf('nowhere'), size: 7 },
      'archive-hostile': made.blob({ schemaVersion: 2, config, layers, annotations: { a: 'b' } }),
    }
    for (const one of Object.values(bad)) made.list(one)
    const hostile = blobPath(made.dir, bad['archive-hostile'].digest)
    copyFileSync(hostile, join(dir, 'outside'))
    rmSync(hostile)
    symlinkSync(join(dir, 'outside'), hostile)
    const { images, broken } = await opened(made.done())
    expect(images.map(({ layers: of }) => of.map(({ diffId }) => diffId))).toEqual([image.diffIds])
    expect(broken.map(({ digest, error }) => [error.code, digest])).toEqual(
      Object.entries(bad).map(([code, { digest }]) => [code, digest]),
    )
  })

  it('is not written through a blob that is a link', async () => {
    const at = await layout()
    const [entry] = (await opened(at)).images
    const digest = entry?.parts?.[0]?.layers[0]?.stored?.digest ?? ''
    const precious = join(dir, 'precious')
    writeFileSync(precious, 'precious')
    rmSync(blobPath(at, digest))
    symlinkSync(precious, blobPath(at, digest))
    await expect(layoutInto(await layout(), at)).rejects.toMatchObject({ code: 'archive-hostile' })
    expect(readFileSync(precious, 'utf8')).toBe('precious')
  })
})
