import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copy } from '../copy/copy.ts'
import { verifyingSink } from '../copy/verify.ts'
import { digestOf } from '../format/digest.ts'
import { digestOf as madeDigest } from '../testing/content.ts'
import {
  hybridArchive,
  legacyArchive,
  type MadeArchive,
  type MadeImage,
  makeImage,
  ociArchive,
  smallImage,
} from '../testing/handmade-archives.ts'
import {
  archiveInto,
  blobPath,
  HandmadeLayout,
  into,
  layoutInto,
  listed,
  opened,
  skopeo,
  tree,
  unpackedLayout,
} from '../testing/layouts.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSink } from './archive/sink.ts'
import { checkLayout } from './layout/check.ts'
import { listLayout } from './layout/describe.ts'
import { layoutSink } from './layout/sink.ts'
import { layoutSource } from './layout/source.ts'

const NEVER = new AbortController().signal
const NAME = 'demo/app:1.0.0'
const quiet = (): void => undefined

describe('a layout', () => {
  let dir: string
  let one: MadeImage
  let arm: MadeImage
  let plain: MadeArchive
  let multi: string

  beforeAll(async () => {
    dir = tempDir()
    one = await smallImage(NAME)
    arm = await makeImage({
      names: [NAME],
      layers: [{ textBytes: 50_000 }, { randomBytes: 90_000 }],
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    })
    plain = await hybridArchive(dir, [one, await smallImage('demo/app:2.0.0')])
    const archive = await ociArchive(dir, [one, arm], { attestations: true })
    multi = unpackedLayout(archive.path, join(dir, 'multi'))
  })
  afterAll(() => removeDir(dir))

  it('goes from file to layout to file with every config and diffId, and nothing the second time', async () => {
    const lib = join(dir, 'from-file')
    const first = await archiveInto(plain.path, lib)
    expect(first.moved).toBeGreaterThan(0)
    expect((await archiveInto(plain.path, lib)).moved).toBe(0)
    const layout = await opened(lib)
    expect(layout.images.flatMap(({ names }) => names)).toEqual([NAME, 'demo/app:2.0.0'])
    expect(await checkLayout(layout, NEVER)).toEqual([])
    const back = join(dir, 'back.tar')
    const wishes = layout.images.map((image) => ({ image, names: image.names.map((name) => ({ name })) }))
    await copy(layoutSource(layout), wishes, archiveSink(back, { method: 'none', level: 'fast' }), NEVER, quiet)
    const { images } = (await openArchive(back, NEVER)).contents
    expect(images.map(({ image }) => [image.id, image.layers.map(({ diffId }) => diffId)])).toEqual(
      plain.images.map(({ configDigest, diffIds }) => [configDigest, diffIds]),
    )
    expect(readdirSync(lib).sort()).toEqual(['blobs', 'index.json', 'oci-layout'])
  })

  it('is read by skopeo, by name', async () => {
    const lib = join(dir, 'for-skopeo')
    await archiveInto(plain.path, lib)
    const seen = JSON.parse(skopeo('inspect', `oci:${lib}:${NAME}`).toString()) as { Architecture: string }
    expect(seen.Architecture).toBe(one.platform.architecture)
    const out = join(dir, 'skopeo-out.tar')
    skopeo('copy', '--quiet', `oci:${lib}:${NAME}`, `docker-archive:${out}:${NAME}`)
    const { images } = (await openArchive(out, NEVER)).contents
    expect(images[0]?.image.layers.map(({ diffId }) => diffId)).toEqual(one.diffIds)
  })

  it('reads what skopeo wrote, by name or by a bare tag', async () => {
    const lib = join(dir, 'by-skopeo')
    const legacy = await legacyArchive(dir, [one])
    skopeo('copy', '--quiet', `docker-archive:${legacy.path}`, `oci:${lib}:1.0`)
    skopeo('copy', '--quiet', `docker-archive:${legacy.path}`, `oci:${lib}:demo/other:3`)
    const both = await ociArchive(dir, [one, arm], { file: 'both.tar' })
    skopeo('copy', '--quiet', '--all', `oci-archive:${both.path}:1.0.0`, `oci:${lib}:demo/multi:1`)
    const layout = await opened(lib)
    const [first, second] = layout.images
    expect(first?.names).toEqual(['demo/other:3'])
    expect(layout.words.get(first?.id ?? 'sha256:')).toEqual(['1.0'])
    expect(first?.layers.map(({ diffId }) => diffId)).toEqual(one.diffIds)
    expect(second).toMatchObject({ names: ['demo/multi:1'], platform: one.platform })
    expect(second?.parts?.map(({ platform }) => platform)).toEqual([one.platform, arm.platform])
    expect(await checkLayout(layout, NEVER)).toEqual([])
    const there = join(dir, 'by-skopeo-copied')
    await layoutInto(lib, there)
    expect(digestOf(skopeo('inspect', '--raw', `oci:${there}:demo/multi:1`))).toBe(second?.id)
  })

  it('goes to another layout byte for byte, index, attestations and all', async () => {
    const there = join(dir, 'copied')
    const { images, moved } = await layoutInto(multi, there)
    const [source] = (await opened(multi)).images
    expect(images).toEqual([{ id: source?.id, names: [NAME], digest: source?.id }])
    expect(moved).toBeGreaterThan(0)
    expect(readdirSync(join(there, 'blobs/sha256')).sort()).toEqual(readdirSync(join(multi, 'blobs/sha256')).sort())
    const layout = await opened(there)
    expect(layout.images[0]?.parts?.map(({ kind }) => kind)).toEqual([
      undefined,
      undefined,
      'attestation',
      'attestation',
    ])
    expect(listLayout(layout)).toMatchObject([{ names: [NAME], platforms: [one.platform, arm.platform], absent: [] }])
    expect(await checkLayout(layout, NEVER)).toEqual([])
    const before = tree(there)
    expect((await layoutInto(multi, there)).moved).toBe(0)
    expect(tree(there)).toBe(before)
    const wishes = layout.images.map((image) => ({ image, names: [] }))
    await expect(copy(layoutSource(layout), wishes, verifyingSink(), NEVER, quiet)).resolves.toBeDefined()
  })

  it('packs layers that arrive plain, once', async () => {
    const lib = join(dir, 'packed')
    const target = { pack: 'zstd' } as const
    const first = await archiveInto(plain.path, lib, { target })
    const layout = await opened(lib)
    expect(layout.images[0]?.layers[0]).toMatchObject({
      diffId: one.diffIds[0],
      stored: { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' },
    })
    expect(await checkLayout(layout, NEVER)).toEqual([])
    const again = await archiveInto(plain.path, lib, { target })
    expect(again).toMatchObject({ moved: 0, images: first.images, replaced: [] })
    // Attestations are no layers of files: an index whose platforms keep their form stays what it is.
    await layoutInto(multi, lib, { target })
    expect((await opened(lib)).images.at(-1)?.id).toBe((await opened(multi)).images[0]?.id)
  })

  it('says beforehand what it would bring and replace', async () => {
    const lib = join(dir, 'planned')
    const archive = await openArchive(plain.path, NEVER)
    const images = archive.contents.images.map(({ image }) => image)
    const wishes = images.map((image) => ({ image, names: [{ name: NAME }] }))
    const before = await layoutSink(lib).plan(wishes, NEVER)
    expect(before).toMatchObject({ exact: true, present: new Set(), replaces: [], same: new Set() })
    expect(before.missing.size).toBe(new Set(plain.images.flatMap(({ diffIds }) => diffIds)).size)
    expect(tree(lib)).toBe('nothing')
    await archiveInto(plain.path, lib)
    const after = await layoutSink(lib).plan(wishes, NEVER)
    const [first, second] = (await opened(lib)).images
    expect(after.missing.size).toBe(0)
    expect(after.present).toEqual(new Set(images.map(({ id }) => id)))
    expect(after.same).toEqual(new Set([NAME]))
    expect(after.replaces).toEqual([{ name: NAME, id: first?.id, created: first?.created }])
    expect(second?.names).toEqual(['demo/app:2.0.0'])
  })

  it('gives a name to another image and says who had it', async () => {
    const lib = join(dir, 'names')
    await archiveInto(plain.path, lib)
    const [first, second] = (await opened(lib)).images
    const other = await ociArchive(dir, [await smallImage('demo/new:1')], { file: 'new.tar' })
    const kept = await archiveInto(other.path, lib, { names: [{ name: NAME, keepAs: 'demo/app:old' }] })
    expect(kept.replaced).toEqual([{ name: NAME, former: first?.id, keptAs: 'demo/app:old' }])
    const lost = await archiveInto(other.path, lib, { names: [{ name: 'demo/app:2.0.0' }] })
    expect(lost.replaced).toEqual([{ name: 'demo/app:2.0.0', former: second?.id }])
    expect((await opened(lib)).images.map(({ id, names }) => [id, names])).toEqual([
      [first?.id, ['demo/app:old']],
      [second?.id, []],
      [kept.images[0]?.digest, ['demo/app:2.0.0', NAME].sort()],
    ])
    expect(listed(lib)[2]?.annotations).toEqual({
      'io.containerd.image.name': 'docker.io/demo/app:1.0.0',
      'org.opencontainers.image.ref.name': NAME,
    })
  })

  it('brings again what is there and too short, and what another program removed meanwhile', async () => {
    const lib = join(dir, 'short')
    await archiveInto(plain.path, lib)
    const whole = tree(lib)
    const layer = blobPath(lib, one.diffIds[0] ?? '')
    writeFileSync(layer, readFileSync(layer).subarray(0, 100))
    expect((await archiveInto(plain.path, lib)).moved).toBeGreaterThan(100)
    expect(tree(lib)).toBe(whole)
    const gone = await archiveInto(plain.path, lib, {
      report: ({ type }) => {
        if (type === 'layers') rmSync(layer)
      },
    })
    expect(gone.moved).toBe(statSync(layer).size)
    expect(tree(lib)).toBe(whole)
  })

  it('carries artifacts and layers that are to be had elsewhere as they are', async () => {
    const made = new HandmadeLayout(join(dir, 'artifacts'))
    const chart = made.blob({
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', ...made.blob({ name: 'chart' }) },
      // What begins like gzip and is none.
      layers: [{ mediaType: 'application/x-anything', ...made.blob(Buffer.from([0x1f, 0x8b, 1, 2, 3])) }],
    })
    made.list({ mediaType: 'application/vnd.oci.image.manifest.v1+json', ...chart })
    const base = madeDigest('elsewhere')
    const windows = made.blob({
      schemaVersion: 2,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        ...made.blob({ os: 'windows', architecture: 'amd64', rootfs: { diff_ids: [base] } }),
      },
      layers: [
        {
          mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
          digest: base,
          size: 9,
          urls: ['https://x/y'],
        },
      ],
    })
    made.list({ mediaType: 'application/vnd.oci.image.manifest.v1+json', ...windows })
    made.list({ mediaType: 'application/octet-stream', ...made.blob({ hello: 'world' }) })
    const from = made.done()
    const there = join(dir, 'artifacts-copied')
    await layoutInto(from, there, { target: { pack: 'gzip' } })
    const { images } = await opened(there)
    expect(images.map(({ id, kind }) => [id, kind])).toEqual([
      [chart.digest, 'artifact'],
      [windows.digest, undefined],
    ])
    expect(await checkLayout(await opened(there), NEVER)).toEqual([])
  })

  it('leaves out what an index names and the layout does not hold, and says so', async () => {
    const archive = await ociArchive(dir, [one], { file: 'absent.tar', absent: [arm] })
    const from = unpackedLayout(archive.path, join(dir, 'absent'))
    const { images, absent } = await layoutInto(from, join(dir, 'absent-copied'))
    expect(absent).toEqual([{ name: NAME, platform: 'linux/arm64/v8' }])
    const layout = await opened(join(dir, 'absent-copied'))
    expect(layout.images[0]?.id).toBe(images[0]?.digest)
    expect(layout.images[0]?.parts?.length).toBe(1)
    expect(await checkLayout(layout, NEVER)).toEqual([])
    await expect(into(layoutSource(layout), [], join(dir, 'none'))).resolves.toMatchObject({ moved: 0 })
  })
})
