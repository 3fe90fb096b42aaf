import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../shared/contract-doctor.ts'
import { copy } from '../copy/copy.ts'
import { pack } from '../format/compression.ts'
import { checkArchive, openArchive } from '../place/archive/open.ts'
import { archiveSink } from '../place/archive/sink.ts'
import { openLayout } from '../place/layout/open.ts'
import { layoutSink } from '../place/layout/sink.ts'
import { layoutSource } from '../place/layout/source.ts'
import { damaged, tarPlaces, truncated, wrap } from '../testing/archives.ts'
import { requireCommand } from '../testing/commands.ts'
import { seededChunks, tarBytes } from '../testing/content.ts'
import {
  bazelArchive,
  containerdArchive,
  handmadeArchives,
  hybridArchive,
  jibArchive,
  legacyArchive,
  type MadeArchive,
  type MadeImage,
  makeImage,
  ociArchive,
  rootfsArchive,
  v1Archive,
} from '../testing/handmade-archives.ts'
import { rawFile } from '../testing/raw-tar.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { describePatient } from './describe.ts'
import { diagnose, type Patient } from './diagnose.ts'
import { readTorn } from './files.ts'
import type { Donor } from './patient.ts'
import { doctorSource, savedImages } from './source.ts'

const never = new AbortController().signal
const PLAIN = { method: 'none', level: 'fast' } as const

interface Beside {
  readonly copies?: readonly string[]
  readonly donors?: readonly Donor[]
}

async function examined(path: string, { copies = [], donors = [] }: Beside = {}): Promise<Patient> {
  return await diagnose(path, { copies, donors }, never)
}

async function seen(path: string, beside: Beside = {}): Promise<Diagnosis> {
  return describePatient(await examined(path, beside))
}

function codes({ findings }: Diagnosis): string[] {
  return findings.map(({ code }) => code)
}

/** States by name, and of what is not whole its layers. */
function states({ images }: Diagnosis): Record<string, string> {
  return Object.fromEntries(
    images.map(({ names, id, state, layers }) => [
      names[0] ?? id.slice(7, 19),
      state === 'broken' ? layers.map((layer) => layer.state).join(' ') : state,
    ]),
  )
}

/** Writes all that can be saved, checks it to its last byte, and gives the ids of the images in it. */
async function repaired(patient: Patient, path: string): Promise<string[]> {
  const wishes = savedImages(patient).map((image) => ({ image, names: image.names.map((name) => ({ name })) }))
  await copy(doctorSource(patient), wishes, archiveSink(path, PLAIN), never, () => undefined)
  const checked = await checkArchive(await openArchive(path, never), never)
  expect(checked).toMatchObject({ checked: 'intact', problems: [] })
  return checked.contents.images.map(({ image }) => image.id)
}

let files = 0
let dir: string
let one: MadeImage
let two: MadeImage

function fresh(name: string): string {
  files += 1
  return join(dir, `${files}-${name}`)
}

function changed(path: string, change: (bytes: Buffer) => Uint8Array, name = basename(path)): string {
  const at = fresh(name)
  writeFileSync(at, change(readFileSync(path)))
  return at
}

function flipped(path: string, at: number): string {
  return changed(path, (bytes) => {
    bytes[at] = (bytes[at] ?? 0) ^ 0x10
    return bytes
  })
}

/** The same tar but for one file in it. */
function without(path: string, name: string): string {
  const place = tarPlaces(path).find((one) => one.name === name)
  if (!place) throw new Error(`no ${name} in ${path}`)
  const end = place.offset + Math.ceil(place.size / 512) * 512
  return changed(path, (bytes) => Buffer.concat([bytes.subarray(0, place.offset - 512), bytes.subarray(end)]))
}

async function collected(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(bytes))
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

beforeAll(async () => {
  dir = tempDir()
  const base = { files: { 'etc/base': 'base\n' }, randomBytes: 300_000, seed: 'doctor-base' }
  const own = (seed: string) => ({ files: { 'app/own': seed }, randomBytes: 400_000, seed: `doctor-${seed}` })
  one = await makeImage({ names: ['doctor/one:1'], layers: [base, own('one')] })
  two = await makeImage({ names: ['doctor/two:2'], layers: [base, own('two')] })
})
afterAll(() => removeDir(dir))

/** Where the bytes of a layer stand in a plain tar. */
function placeOf(path: string, tar: Buffer): { offset: number; size: number } {
  const offset = readFileSync(path).indexOf(tar)
  expect(offset).toBeGreaterThan(0)
  return { offset, size: tar.length }
}

function layerOf(image: MadeImage, index: number): Buffer {
  return image.layers[index]?.tar ?? Buffer.alloc(0)
}

describe('sound files', () => {
  it('are found sound, whoever wrote them, plain and compressed', { timeout: 60_000 }, async () => {
    const { rootfs: _rootfs, v1: _v1, ...made } = await handmadeArchives(dir)
    for (const archive of Object.values(made)) {
      for (const file of [archive, wrap(archive, 'gzip'), wrap(archive, 'zstd')]) {
        const diagnosis = await seen(file.path)
        expect(diagnosis, file.path).toMatchObject({ sound: true, findings: [] })
        expect(diagnosis.images.map(({ id }) => id).sort(), file.path).toEqual(
          archive.images.map(({ configDigest }) => configDigest).sort(),
        )
      }
    }
  })
})

describe('a file that came to harm', () => {
  it('that ends too early gives all that was in it before', async () => {
    const made = await hybridArchive(dir, [one, two], { file: 'ends.tar' })
    const cut = fresh('cut.tar')
    writeFileSync(cut, readFileSync(made.path))
    // The second image's own layer is the last of the blobs that matter: cut in its middle.
    const last = [layerOf(one, 1), layerOf(two, 1)]
      .map((tar) => placeOf(made.path, tar))
      .sort((a, b) => b.offset - a.offset)[0]
    truncateSync(cut, (last?.offset ?? 0) + 1000)
    const patient = await examined(cut)
    const diagnosis = describePatient(patient)
    expect(codes(diagnosis)).toContain('truncated')
    const whole = diagnosis.images.filter(({ state }) => state !== 'broken')
    const broken = diagnosis.images.filter(({ state }) => state === 'broken')
    expect(whole.length + broken.length).toBeGreaterThan(0)
    for (const { layers } of broken) expect(layers.map(({ state }) => state)).toContain('cut')
    if (whole.length > 0) await repaired(patient, fresh('saved.tar'))
    await expect(openArchive(cut, never)).rejects.toMatchObject({ code: 'archive-truncated' })
  })

  it('by one turned byte in a layer: that image is broken, which layer is said, the other is whole', async () => {
    for (const made of [
      await hybridArchive(dir, [one, two], { file: 'flip-hybrid.tar' }),
      await legacyArchive(dir, [one, two], { file: 'flip-legacy.tar' }),
    ]) {
      const at = placeOf(made.path, layerOf(two, 1))
      const patient = await examined(flipped(made.path, at.offset + 200_000))
      const diagnosis = describePatient(patient)
      expect(states(diagnosis), made.path).toEqual({ 'doctor/one:1': 'whole', 'doctor/two:2': 'whole bad' })
      const bad = diagnosis.images.find(({ state }) => state === 'broken')?.layers[1]
      expect(bad).toMatchObject({ diffId: two.diffIds[1], size: at.size, command: 'layer 1' })
      expect(await repaired(patient, fresh('saved.tar'))).toEqual([one.configDigest])
    }
  })

  it('by a damaged header: what follows is found again', async () => {
    const made = await hybridArchive(dir, [one, two], { file: 'header.tar' })
    const path = wrap(
      { ...made, path: flipped(made.path, placeOf(made.path, layerOf(one, 1)).offset - 512 + 130) },
      'gzip',
    )
    const diagnosis = await seen(path.path)
    expect(codes(diagnosis)).toContain('headers')
    // How long the file behind it was, only a header says: in one stream it is lost.
    expect(states(diagnosis)).toEqual({ 'doctor/one:1': 'whole missing', 'doctor/two:2': 'whole' })
  })

  it('by a damaged header in a plain file: what is behind it is known by its digest', async () => {
    for (const made of [
      await hybridArchive(dir, [one, two], { file: 'behind-hybrid.tar' }),
      await legacyArchive(dir, [one, two], { file: 'behind-legacy.tar' }),
      await containerdArchive(dir, [one], { file: 'behind-gzip.tar' }),
    ]) {
      const files = tarPlaces(made.path).filter(
        ({ name, size }) => size > 100_000 || name.includes(one.configDigest.slice(7)),
      )
      expect(files.length).toBeGreaterThan(1)
      for (const { name, offset } of files) {
        const patient = await examined(flipped(made.path, offset - 512 + 130))
        const diagnosis = describePatient(patient)
        expect(codes(diagnosis), name).toContain('headers')
        expect(
          Object.values(states(diagnosis)).every((state) => state === 'whole'),
          `${made.path} ${name}`,
        ).toBe(true)
        expect(diagnosis.images).toHaveLength(made.images.length)
        expect(await repaired(patient, fresh('saved.tar'))).toHaveLength(made.images.length)
      }
    }
  })

  it('with junk before and behind it', async () => {
    const made = await hybridArchive(dir, [one], { file: 'junk.tar' })
    const noise = Buffer.alloc(1777, 'this is no part of it ')
    for (const file of [made, wrap(made, 'gzip'), wrap(made, 'zstd'), wrap(made, 'xz')]) {
      const patient = await examined(changed(file.path, (bytes) => Buffer.concat([noise, bytes])))
      expect(states(describePatient(patient)), file.path).toEqual({ 'doctor/one:1': 'whole' })
      expect(codes(describePatient(patient)), file.path).toContain('junk-before')
      expect(await repaired(patient, fresh('saved.tar'))).toEqual([one.configDigest])
    }
    const behind = await seen(changed(made.path, (bytes) => Buffer.concat([bytes, noise])))
    expect(states(behind)).toEqual({ 'doctor/one:1': 'whole' })
    expect(codes(behind)).toEqual(['junk-after'])
  })

  it('is not changed', async () => {
    const made = damaged(await legacyArchive(dir, [one], { file: 'unchanged.tar' }))
    const before = statSync(made.path)
    const sum = createHash('sha256').update(readFileSync(made.path)).digest('hex')
    await seen(made.path)
    const after = statSync(made.path)
    expect(createHash('sha256').update(readFileSync(made.path)).digest('hex')).toBe(sum)
    expect([after.mtimeMs, after.size, after.ino]).toEqual([before.mtimeMs, before.size, before.ino])
  })

  it('that is changed meanwhile is not copied from', async () => {
    const made = await hybridArchive(dir, [one, two], { file: 'moving.tar' })
    const path = flipped(wrap(made, 'gzip').path, 4)
    const patient = await examined(path)
    writeFileSync(path, readFileSync(made.path))
    await expect(repaired(patient, fresh('saved.tar'))).rejects.toMatchObject({ code: 'file-changed' })
  })
})

describe('lists that are gone', () => {
  it('of an OCI layout: images are found by their manifests', async () => {
    const made = await ociArchive(dir, [one], { file: 'oci-list.tar' })
    const diagnosis = await seen(without(made.path, 'index.json'))
    expect(diagnosis.images).toMatchObject([
      { id: one.configDigest, names: [], state: 'reparable', rebuilt: ['listing'] },
    ])
    expect(codes(diagnosis)).toEqual(['listing-missing'])
  })

  it('of docker’s: images are found by configs whose layers are there, names by “repositories”', async () => {
    for (const made of [
      await legacyArchive(dir, [one, two], { file: 'legacy-list.tar' }),
      without((await hybridArchive(dir, [one, two], { file: 'hybrid-list.tar' })).path, 'index.json'),
    ]) {
      const path = typeof made === 'string' ? made : made.path
      const patient = await examined(without(path, 'manifest.json'))
      const diagnosis = describePatient(patient)
      expect(states(diagnosis), path).toEqual({ 'doctor/one:1': 'reparable', 'doctor/two:2': 'reparable' })
      expect((await repaired(patient, fresh('saved.tar'))).sort()).toEqual([one.configDigest, two.configDigest].sort())
    }
  })

  it('one of two is enough', async () => {
    const made = await hybridArchive(dir, [one, two], { file: 'one-list.tar' })
    expect(states(await seen(without(made.path, 'index.json')))).toEqual({
      'doctor/one:1': 'whole',
      'doctor/two:2': 'whole',
    })
    expect(states(await seen(without(made.path, 'manifest.json')))).toEqual({
      'doctor/one:1': 'whole',
      'doctor/two:2': 'whole',
    })
  })

  it('and nothing but folders of layers: a config is made of what those say, and what nothing proves is told', async () => {
    const patient = await examined((await v1Archive(dir, [one], { file: 'v1-doctor.tar' })).path)
    const [image] = describePatient(patient).images
    expect(image).toMatchObject({ names: ['doctor/one:1'], state: 'reparable', rebuilt: ['config'] })
    // The folder's name proves all but the top one.
    expect(image?.layers.map(({ state }) => state)).toEqual(['whole', 'unproven'])
    expect(await repaired(patient, fresh('saved.tar'))).toEqual([image?.id])
  })

  it('a config that was changed is not believed', async () => {
    const made = await legacyArchive(dir, [one, two], { file: 'config.tar' })
    const at = readFileSync(made.path).indexOf('echo doctor/one:1 runs')
    const diagnosis = await seen(flipped(made.path, at + 5))
    expect(diagnosis.images.map(({ id }) => id)).not.toContain(one.configDigest)
    expect(diagnosis.images.filter(({ rebuilt }) => !rebuilt.includes('config')).map(({ id }) => id)).toEqual([
      two.configDigest,
    ])
    expect(diagnosis.images.every(({ state, rebuilt }) => state !== 'whole' || rebuilt.length === 0)).toBe(true)
  })

  it('one that gives a name twice', async () => {
    const again = await makeImage({ names: one.names, layers: [{ files: { 'etc/again': 'again\n' } }] })
    const made = await legacyArchive(dir, [one, again], { file: 'rivals.tar' })
    const patient = await examined(made.path)
    const diagnosis = describePatient(patient)
    expect(codes(diagnosis)).toContain('name-twice')
    expect(diagnosis.images.map(({ id, names }) => [id, names])).toEqual([
      [one.configDigest, []],
      [again.configDigest, ['doctor/one:1']],
    ])
    await repaired(patient, fresh('saved.tar'))
  })

  it('two that differ', async () => {
    const made = await jibArchive(dir, one, { file: 'listed-twice.tar' })
    const other = await jibArchive(dir, two, { file: 'listed-once-more.tar' })
    const listing = execFileSync(requireCommand('tar'), ['-xOf', made.path, 'manifest.json'])
    const path = changed(other.path, (bytes) => Buffer.concat([rawFile('manifest.json', listing), bytes]))
    expect(codes(await seen(path))).toContain('listing-twice')
  })
})

describe('compression that came to harm', () => {
  let made: MadeArchive
  beforeAll(async () => {
    const layer = (seed: string) => ({ files: { 'app/own': seed }, randomBytes: 3_000_000, seed: `packed-${seed}` })
    const images = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => await makeImage({ names: [`packed/${name}:1`], layers: [layer(name)] })),
    )
    made = await legacyArchive(dir, images, { file: 'packed.tar' })
  })

  /** What can be had of each file with one byte turned in its middle. */
  async function middle(path: string): Promise<Diagnosis> {
    return await seen(flipped(path, Math.floor(statSync(path).size / 2)))
  }

  it('gzip in blocks (ours, pigz) goes on behind the damage', async () => {
    const ours = fresh('ours.tar.gz')
    writeFileSync(ours, await collected(pack(once(readFileSync(made.path)), 'gzip', 'fast')))
    const pigz = fresh('pigz.tar.gz')
    writeFileSync(pigz, execFileSync(requireCommand('pigz'), ['-c', made.path], { maxBuffer: 64 << 20 }))
    for (const path of [ours, pigz]) {
      const patient = await examined(flipped(path, Math.floor(statSync(path).size / 2)))
      const diagnosis = describePatient(patient)
      expect(codes(diagnosis), path).toContain('compression')
      const whole = diagnosis.images.filter(({ state }) => state !== 'broken')
      expect(whole.length, path).toBe(2)
      expect(await repaired(patient, fresh('saved.tar'))).toHaveLength(2)
    }
  })

  it('gzip in one stream gives what comes before', async () => {
    const diagnosis = await middle(wrap(made, 'gzip').path)
    expect(codes(diagnosis).some((code) => code.startsWith('compression'))).toBe(true)
    expect(diagnosis.images.some(({ state }) => state === 'broken')).toBe(true)
  })

  it('zstd in frames (ours, pzstd): a bad frame is passed over', async () => {
    const ours = fresh('ours.tar.zst')
    writeFileSync(ours, await collected(pack(once(readFileSync(made.path)), 'zstd', 'fast')))
    const pzstd = fresh('pzstd.tar.zst')
    writeFileSync(
      pzstd,
      execFileSync(requireCommand('pzstd'), ['-p', '4', '-1', '-c', made.path], { maxBuffer: 64 << 20 }),
    )
    for (const path of [ours, pzstd]) {
      const patient = await examined(flipped(path, 100_000))
      const diagnosis = describePatient(patient)
      expect(codes(diagnosis), path).toContain('compression')
      expect(diagnosis.images.filter(({ state }) => state !== 'broken').length, path).toBeGreaterThan(0)
      await repaired(patient, fresh('saved.tar'))
    }
  })

  it('a byte anywhere in its own header', async () => {
    const gzip = wrap(made, 'gzip').path
    for (const at of [0, 1, 2, 3]) {
      const diagnosis = await seen(flipped(gzip, at))
      expect(
        diagnosis.images.filter(({ state }) => state !== 'broken'),
        `byte ${at}`,
      ).toHaveLength(3)
    }
  })

  it('twice on top of each other', async () => {
    const path = fresh('twice.tar.gz.gz')
    writeFileSync(path, gzipSync(gzipSync(readFileSync(made.path))))
    const patient = await examined(path)
    expect(codes(describePatient(patient))).toEqual(['packed-often'])
    expect(await repaired(patient, fresh('saved.tar'))).toHaveLength(3)
  })

  it('xz and bzip2 that were cut give what comes before', async () => {
    const small = await legacyArchive(dir, [one, two], { file: 'small-packed.tar' })
    for (const wrapping of ['xz', 'bzip2'] as const) {
      const patient = await examined(truncated(wrap(small, wrapping), 0.95).path)
      const diagnosis = describePatient(patient)
      expect(codes(diagnosis), wrapping).toContain('compression-cut')
      // The layers of both come before what was lost, the list behind them.
      expect(diagnosis.images.length, wrapping).toBeGreaterThan(0)
      if (savedImages(patient).length > 0) await repaired(patient, fresh('saved.tar'))
    }
  })
})

describe('a file in parts', () => {
  function cutUp(path: string, size: number): string {
    const folder = fresh('parts')
    mkdirSync(folder)
    execFileSync('split', ['-b', String(size), '--numeric-suffixes=1', '-a', '3', path, join(folder, 'set.tar.part-')])
    execFileSync('sh', ['-c', 'sha256sum set.tar.part-* > SHA256SUMS'], { cwd: folder })
    return folder
  }

  it('of which one is missing holds what the others hold', async () => {
    const made = await hybridArchive(dir, [one, two], { file: 'parts.tar' })
    const folder = cutUp(made.path, 100_000)
    const at = placeOf(made.path, layerOf(two, 1))
    const number = Math.floor((at.offset + 200_000) / 100_000) + 1
    const gone = `set.tar.part-${String(number).padStart(3, '0')}`
    execFileSync('rm', [join(folder, gone)])
    const patient = await examined(join(folder, 'set.tar.part-001'))
    const diagnosis = describePatient(patient)
    expect(diagnosis.findings).toContainEqual({ code: 'parts-missing', parts: { parts: gone, count: 1 } })
    expect(states(diagnosis)).toEqual({ 'doctor/one:1': 'whole', 'doctor/two:2': 'whole cut' })
    expect(await repaired(patient, fresh('saved.tar'))).toEqual([one.configDigest])
  })

  it('of which one is damaged names it', async () => {
    const made = await hybridArchive(dir, [one], { file: 'bad-part.tar' })
    const folder = cutUp(made.path, 100_000)
    const part = join(folder, 'set.tar.part-003')
    const bytes = readFileSync(part)
    bytes[500] = (bytes[500] ?? 0) ^ 1
    writeFileSync(part, bytes)
    const diagnosis = await seen(join(folder, 'set.tar.part-001'))
    expect(diagnosis.findings).toContainEqual({ code: 'parts-damaged', parts: { parts: 'set.tar.part-003', count: 1 } })
  })
})

describe('something else than an image file', () => {
  it('a folder somebody unpacked one in', async () => {
    for (const make of [hybridArchive, legacyArchive]) {
      const made = await make(dir, [one, two], { file: `unpacked-${make.name}.tar` })
      const folder = fresh('unpacked')
      mkdirSync(folder)
      execFileSync(requireCommand('tar'), ['-xf', made.path, '-C', folder])
      const patient = await examined(folder)
      expect(states(describePatient(patient))).toEqual({ 'doctor/one:1': 'whole', 'doctor/two:2': 'whole' })
      expect(codes(describePatient(patient))).toEqual(['folder'])
      expect(await repaired(patient, fresh('saved.tar'))).toHaveLength(2)
    }
  })

  it('a tar of image files, and a compressed one of compressed ones', async () => {
    const first = await hybridArchive(dir, [one], { file: 'inner-1.tar' })
    const second = await containerdArchive(dir, [two], { file: 'inner-2.tar' })
    const entries = [
      { name: 'delivery/one.tar', content: readFileSync(first.path) },
      { name: 'delivery/two.tar.gz', content: gzipSync(readFileSync(second.path)) },
      { name: 'delivery/README', content: 'read me\n' },
    ]
    const path = fresh('outer.tar')
    writeFileSync(path, await tarBytes(entries))
    for (const file of [path, wrap({ path, images: [] }, 'zstd').path]) {
      const patient = await examined(file)
      expect(states(describePatient(patient)), file).toEqual({ 'doctor/one:1': 'whole', 'doctor/two:2': 'whole' })
      expect(codes(describePatient(patient))).toEqual(['nested', 'nested'])
      expect(await repaired(patient, fresh('saved.tar'))).toHaveLength(2)
    }
  })

  it('a damaged image file in a tar, in a plain and in a compressed one', async () => {
    const made = await hybridArchive(dir, [one, two], { file: 'inner-hurt.tar' })
    const hurt = flipped(made.path, placeOf(made.path, layerOf(one, 1)).offset - 512 + 130)
    const path = fresh('outer-hurt.tar')
    writeFileSync(path, await tarBytes([{ name: 'in/hurt.tar', content: readFileSync(hurt) }]))
    // Of the plain one even the file behind the header is found.
    expect(states(await seen(path))).toEqual({ 'doctor/one:1': 'whole', 'doctor/two:2': 'whole' })
    const patient = await examined(wrap({ path, images: [] }, 'xz').path)
    expect(states(describePatient(patient))).toEqual({ 'doctor/one:1': 'whole missing', 'doctor/two:2': 'whole' })
    expect(await repaired(patient, fresh('saved.tar'))).toEqual([two.configDigest])
  })

  it('the files of a system: what it is is said', async () => {
    const { path } = await rootfsArchive(dir, { file: 'exported.tar' })
    expect(await seen(path)).toMatchObject({ images: [], findings: [{ code: 'rootfs' }], sound: false })
  })

  it('nothing at all', async () => {
    const path = fresh('text.tar')
    writeFileSync(path, 'nothing of the kind\n'.repeat(100))
    expect(await seen(path)).toMatchObject({ images: [], findings: [{ code: 'nothing' }] })
    const empty = fresh('empty.tar')
    writeFileSync(empty, '')
    await expect(seen(empty)).rejects.toMatchObject({ code: 'archive-empty' })
  })
})

describe('what a file lacks, brought from elsewhere', () => {
  it('two damaged copies are one whole file together', async () => {
    const made = await hybridArchive(dir, [one, two], { file: 'copies.tar' })
    const [a, b] = [layerOf(one, 1), layerOf(two, 1)].map((tar) => placeOf(made.path, tar).offset + 1000)
    const first = flipped(made.path, a ?? 0)
    const second = flipped(made.path, b ?? 0)
    expect(states(await seen(first))).toMatchObject({ 'doctor/one:1': 'whole bad' })
    const patient = await examined(first, { copies: [second] })
    const diagnosis = describePatient(patient)
    expect(diagnosis.images).toMatchObject([
      { names: ['doctor/one:1'], state: 'reparable', rebuilt: ['copy'] },
      { names: ['doctor/two:2'], state: 'whole' },
    ])
    expect(diagnosis.images[0]?.layers[1]?.from).toBe(basename(second))
    expect(await repaired(patient, fresh('saved.tar'))).toHaveLength(2)
  })

  it('images of the other copy that are none of this file’s are not shown', async () => {
    const first = damaged(await hybridArchive(dir, [one], { file: 'apart-1.tar' }))
    const second = await hybridArchive(dir, [two], { file: 'apart-2.tar' })
    expect(Object.keys(states(await seen(first.path, { copies: [second.path] })))).toEqual(['doctor/one:1'])
  })

  it('a folder that has the layer, packed otherwise', async () => {
    const folder = fresh('library')
    const sound = await openArchive((await hybridArchive(dir, [one], { file: 'donor.tar' })).path, never)
    const { archiveSource } = await import('../place/archive/source.ts')
    const wishes = sound.contents.images.map(({ image }) => ({ image, names: [] }))
    await copy(archiveSource(sound), wishes, layoutSink(folder, { pack: 'gzip' }), never, () => undefined)
    const layout = await openLayout(folder, never)
    const donor = { name: 'library', source: layoutSource(layout), images: layout.images }
    for (const make of [hybridArchive, legacyArchive]) {
      const made = await make(dir, [one, two], { file: `needs-${make.name}.tar` })
      const hurt = flipped(made.path, placeOf(made.path, layerOf(one, 1)).offset + 7)
      const patient = await examined(hurt, { donors: [donor] })
      const [image] = describePatient(patient).images
      expect(image).toMatchObject({
        state: 'reparable',
        layers: [{ state: 'whole' }, { state: 'elsewhere', from: 'library' }],
      })
      expect(await repaired(patient, fresh('saved.tar'))).toHaveLength(2)
    }
  })

  it('what another place has is not believed before it was compared', async () => {
    const folder = fresh('lying')
    const archive = await openArchive((await bazelArchive(dir, one, { file: 'lying.tar' })).path, never)
    const { archiveSource } = await import('../place/archive/source.ts')
    const wishes = archive.contents.images.map(({ image }) => ({ image, names: [] }))
    await copy(archiveSource(archive), wishes, layoutSink(folder), never, () => undefined)
    const layout = await openLayout(folder, never)
    const blob = layout.images[0]?.layers[1]?.stored?.digest.slice(7) ?? ''
    const at = join(folder, 'blobs/sha256', blob)
    const bytes = readFileSync(at)
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1
    writeFileSync(at, bytes)
    const made = await hybridArchive(dir, [one], { file: 'lied-to.tar' })
    const hurt = flipped(made.path, placeOf(made.path, layerOf(one, 1)).offset + 7)
    const donor = { name: 'lying', source: layoutSource(layout), images: layout.images }
    const path = fresh('saved.tar')
    await expect(repaired(await examined(hurt, { donors: [donor] }), path)).rejects.toMatchObject({
      code: 'digest-mismatch',
    })
    expect(() => statSync(path)).toThrow('ENOENT')
  })
})

describe('a drive that cannot read all of a file', () => {
  it('loses what it cannot read and nothing else', async () => {
    const bytes = Buffer.concat(await Array.fromAsync(seededChunks('eio', 5 << 20, 'random')))
    const bad = { from: 2_300_000, to: 2_300_512 }
    const file = {
      async read(buffer: Uint8Array, offset: number, length: number, position: number) {
        if (position < bad.to && position + length > bad.from)
          throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
        return { bytesRead: bytes.copy(buffer, offset, position, position + length) }
      },
    }
    let unreadable = 0
    let at = 0
    for await (const piece of readTorn(file, bytes.length, never, (lost) => (unreadable += lost))) {
      if ('gap' in piece) at += piece.gap ?? 0
      else {
        expect(bytes.subarray(at, at + piece.length).equals(piece)).toBe(true)
        at += piece.length
      }
    }
    expect(at).toBe(bytes.length)
    expect(unreadable).toBe(64 << 10)
    const gone = { read: async () => await Promise.reject(Object.assign(new Error('gone'), { code: 'ENODEV' })) }
    await expect(Array.fromAsync(readTorn(gone, 10, never, () => undefined))).rejects.toMatchObject({ code: 'ENODEV' })
  })
})
