import { gzipSync } from 'node:zlib'
import { AppError } from '../../shared/errors.ts'
import { type Contents, expectations } from '../format/contents.ts'
import { prove } from '../format/proof.ts'
import type { RandomAccess } from '../format/tar.ts'
import { describeArchive, describeDetails } from '../place/archive/describe.ts'
import { openCompressed, openPlain } from '../place/archive/open.ts'
import type { Bytes } from '../place/place.ts'
import { digestOf, hexOf } from './content.ts'
import { pick, type Random, randomOf } from './random.ts'
import { paxRecord, RAW_END, rawData, rawFile, rawHeader, sumHeader } from './raw-tar.ts'

/** Archives with something changed in a header, in a document or anywhere, the same ones for the same seed and number. */

const NEVER = new AbortController().signal
const LAYERS = [rawFile('etc/one', 'one'), rawFile('etc/two', 'two')].map((file) => Buffer.concat([file, RAW_END]))
const DIFF_IDS = LAYERS.map((layer) => digestOf(layer))

// ---- documents ------------------------------------------------------------------------------------------------------

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e300,
  2 ** 53,
  0.5,
  '',
  ' ',
  '..',
  '/',
  '/etc/passwd',
  '../../../etc/passwd',
  'sha256:',
  `sha256:${'0'.repeat(64)}`,
  `sha256:${'A'.repeat(64)}`,
  `sha512:${'0'.repeat(128)}`,
  'x'.repeat(5000),
  'manifest.json',
  'layer0',
  'config.json',
  '\u0000',
  '\u001b[2J',
  '\ud800',
  '__proto__',
  [],
  [[]],
  {},
  [null],
  [1, 'a', {}],
  { a: { b: { c: [] } } },
  ['layer0', 'layer0', 'layer1'],
  ['a:1', 'A:1', 'a b', ':', '@', 'a@sha256:1'],
]
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'Config',
  'config',
  'Layers',
  'manifests',
  'rootfs',
  'digest',
  '',
]

/** A copy with one thing in it changed, somewhere. */
function changed(random: Random, value: unknown): unknown {
  if (random(6) === 0 || typeof value !== 'object' || value === null) return pick(random, ODD_VALUES)
  if (Array.isArray(value)) {
    const list: unknown[] = [...value]
    const at = random(list.length + 1)
    const how = random(5)
    if (how === 0) list.splice(at, 1)
    else if (how === 1) list.splice(at, 0, pick(random, ODD_VALUES))
    else if (how === 2) list.push(...Array.from({ length: random(50) }, () => list[at]))
    else if (at < list.length) list[at] = changed(random, list[at])
    return list
  }
  const entries = Object.entries(value)
  const at = random(entries.length + 1)
  const how = random(5)
  const entry = entries[at]
  if (how === 0) entries.splice(at, 1)
  else if (how === 1) entries.push([pick(random, ODD_KEYS), pick(random, ODD_VALUES)])
  else if (entry) entries[at] = [entry[0], changed(random, entry[1])]
  return Object.fromEntries(entries)
}

function text(random: Random, value: unknown): string {
  const json = JSON.stringify(value) ?? ''
  const how = random(20)
  const at = random(json.length + 1)
  if (how === 0) return json.slice(0, at)
  if (how === 1)
    return json.slice(0, at) + pick(random, ['"', '{', '[', ',', '\\u', '\u0000', '}', 'e9']) + json.slice(at)
  if (how === 2) return `\ufeff${json}`
  return how === 3 ? `${json}${json}` : json
}

const CONFIG = {
  os: 'linux',
  architecture: 'amd64',
  created: '2026-01-02T03:04:05Z',
  config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'], Labels: { a: 'b' }, ExposedPorts: { '80/tcp': {} } },
  rootfs: { type: 'layers', diff_ids: DIFF_IDS },
  history: [{ created: '2026-01-02T03:04:05Z', created_by: 'one' }, { empty_layer: true }, { created_by: 'two' }],
}

/** A docker archive; with `change`, one of its documents is changed by it. */
function dockerFiles(change: (value: unknown) => unknown, which: number): Buffer[] {
  const manifest = [{ Config: 'config.json', RepoTags: ['a:1', 'b:2'], Layers: ['layer0', 'layer1'] }]
  const write = (value: unknown, index: number): string =>
    which === index ? String(change(value)) : JSON.stringify(value)
  return [
    rawFile('layer0', LAYERS[0] ?? ''),
    rawFile('alias', '', { type: '2', target: 'layer1' }),
    rawFile('layer1', LAYERS[1] ?? ''),
    rawFile('config.json', write(CONFIG, 0)),
    rawFile('manifest.json', write(manifest, 1)),
  ]
}

/** A layout, every digest in it right for what was changed. */
function layoutFiles(change: (value: unknown) => unknown, which: number): Buffer[] {
  const blobs: Buffer[] = []
  const blob = (mediaType: string, content: string | Uint8Array): unknown => {
    const digest = digestOf(content)
    blobs.push(rawFile(`blobs/sha256/${hexOf(digest)}`, content))
    return { mediaType, digest, size: content.length, annotations: { 'org.opencontainers.image.ref.name': 'a:1' } }
  }
  const write = (value: unknown, index: number): string =>
    which === index ? String(change(value)) : JSON.stringify(value)
  const kind = 'application/vnd.oci.image'
  const config = blob(`${kind}.config.v1+json`, write(CONFIG, 0))
  const layers = LAYERS.map((layer) => blob(`${kind}.layer.v1.tar`, layer))
  const manifest = blob(`${kind}.manifest.v1+json`, write({ schemaVersion: 2, config, layers }, 1))
  const index = blob(`${kind}.index.v1+json`, write({ schemaVersion: 2, manifests: [manifest] }, 2))
  const top = write({ schemaVersion: 2, manifests: [index, manifest] }, 3)
  return [...blobs, rawFile('index.json', top), rawFile('oci-layout', '{"imageLayoutVersion":"1.0.0"}')]
}

function same(value: unknown): string {
  return JSON.stringify(value)
}

function withDocument(random: Random): Buffer {
  const change = (value: unknown): string => {
    let result = value
    for (let times = 1 + random(3); times > 0; times--) result = changed(random, result)
    return text(random, result)
  }
  const files = random(2) === 0 ? dockerFiles(change, random(2)) : layoutFiles(change, random(4))
  return Buffer.concat([...files, RAW_END])
}

// ---- headers --------------------------------------------------------------------------------------------------------

/** Fields of a header, and what they are changed to. */
const FIELDS: readonly (readonly [number, number])[] = [
  [0, 100],
  [100, 8],
  [124, 12],
  [136, 12],
  [148, 8],
  [156, 1],
  [157, 100],
  [257, 6],
  [263, 2],
  [345, 155],
]
const ODD_TEXTS = [
  '',
  '/',
  '..',
  '../..',
  'a/../b',
  '-1',
  '777777777777',
  '00000001000',
  'ustar  ',
  '0x10',
  '99999999',
  ' 17 ',
  '\u00ff\u00ff',
  './',
  'manifest.json',
]
const TYPES = '\u00000123456789LKxgSDMVNAXZ\u00ff'

function changeHeader(random: Random, block: Buffer): void {
  const [start, length] = pick(random, FIELDS)
  const how = random(5)
  if (how === 0) block[start + random(length)] = random(256)
  else if (how === 1) block.fill(0, start, start + length).write(pick(random, ODD_TEXTS), start, length)
  else if (how === 2) block[156] = TYPES.charCodeAt(random(TYPES.length))
  else if (how === 3)
    for (let at = 0; at < 12; at++)
      block[124 + at] = at === 0 ? pick(random, [0x80, 0xff, 0xc0]) : random(random(2) === 0 ? 2 : 256)
  else for (let at = start; at < start + length; at++) block[at] = random(256)
  if (random(8) > 0) sumHeader(block)
}

/** A record of names that is put before an entry. */
function extension(random: Random): Buffer {
  const key = pick(random, ['path', 'linkpath', 'size', 'GNU.sparse.major', 'mtime', '', '='])
  const value = pick(random, [
    '',
    'a',
    '../a',
    '0',
    '-5',
    '1024',
    '9'.repeat(30),
    'x'.repeat(3000),
    'manifest.json',
    '\n',
    '1e3',
  ])
  const record = paxRecord(key, value, random(3) === 0 ? random(5000) : undefined)
  const type = pick(random, ['x', 'x', 'g', 'L', 'K'])
  const content = type === 'L' || type === 'K' ? `${value}\0` : record.repeat(1 + random(3))
  return random(10) === 0
    ? rawHeader({ name: 'x', type, size: random(2 ** 31) })
    : Buffer.concat([rawHeader({ name: 'x', type, size: Buffer.byteLength(content) }), rawData(content)])
}

function withHeaders(random: Random): Buffer {
  const files = random(2) === 0 ? dockerFiles(same, 0) : layoutFiles(same, 0)
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(files.length)
    const file = files[at]
    const how = random(6)
    if (how === 0) files.splice(at, 0, extension(random))
    else if (how === 1) files.splice(at, 1)
    else if (how === 2 && file) files.push(file)
    else if (file) changeHeader(random, file)
    if (files.length === 0) break
  }
  return Buffer.concat([...files, random(10) === 0 ? Buffer.alloc(random(600)) : RAW_END])
}

function anywhere(random: Random): Buffer {
  const bytes = Buffer.concat([...(random(2) === 0 ? dockerFiles(same, 0) : layoutFiles(same, 0)), RAW_END])
  for (let times = random(20); times > 0; times--) bytes[random(bytes.length)] = random(256)
  return random(3) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes
}

// ---- looking into them ----------------------------------------------------------------------------------------------

function access(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) }
}

async function* stream(bytes: Uint8Array, size: number): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** All that a person could ask of it. */
async function use(bytes: Uint8Array, contents: Contents): Promise<void> {
  const stamp = { size: bytes.length, modified: 0, inode: 0 }
  const opened = {
    path: 'x',
    stamp,
    compression: 'none',
    tarSize: 0,
    contents,
    checked: 'index',
    problems: [],
  } as const
  const described = describeArchive(opened)
  JSON.stringify(described)
  for (const { id } of described.images) describeDetails(opened, id)
  for (const { entry, form, digest, diffId } of expectations(contents)) {
    const file = stream(bytes.subarray(entry.offset, entry.offset + entry.size), 1 << 20)
    await prove(file, form, { digest, diffId, file: entry.name }, () => undefined).catch(known)
  }
}

/** The code of an error that was foreseen. @throws any other */
function known(error: unknown): string {
  if (!(error instanceof AppError) || error.code === 'internal') throw error
  return error.code
}

/** Makes archive number `number` and looks into it. Answers `read` or a code. @throws what nobody foresaw */
export async function attempt(seed: number, number: number): Promise<string> {
  const random = randomOf(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
  const bytes = pick(random, [withDocument, withDocument, withHeaders, withHeaders, anywhere])(random)
  try {
    if (random(8) > 0) {
      await use(bytes, await openPlain(access(bytes), NEVER))
      return 'read'
    }
    const packed = gzipSync(bytes, { level: 1 })
    if (random(4) === 0) packed[random(packed.length)] = random(256)
    await openCompressed(stream(packed, 1 + random(4096)), packed.length, 'gzip', NEVER, () => undefined)
    return 'read'
  } catch (error) {
    return known(error)
  }
}
