import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { requireCommand } from './commands.ts'
import { digestOf, hexOf } from './content.ts'
import { paxRecord, RAW_END, rawFile, rawHeader } from './raw-tar.ts'

/** A file that no honest program writes, and what is to be said of it. */
export interface HostileArchive {
  readonly what: string
  readonly path: string
  /** An error's code; or what checking says of a file that may be looked into. */
  readonly outcome: string
  readonly kind?: string
  /** Codes of the problems that checking names. */
  readonly problems?: readonly string[]
  readonly names?: readonly string[]
  /** So much comes of it that it has a process of its own: what it leaves there is not the next one's. */
  readonly alone: boolean
}

type Expected = Omit<HostileArchive, 'what' | 'path' | 'alone'>
type Parts = readonly Uint8Array[]

const MIB = 1 << 20
const LAYER = 'x'.repeat(1024)
const LAYER_ID = digestOf(LAYER)
const ESCAPE = '\u001b[2J\u001b]0;owned\u0007'

function manifest(layers: readonly string[], config = 'config.json', tags: readonly string[] = ['a:1']): Buffer {
  return rawFile('manifest.json', JSON.stringify([{ Config: config, RepoTags: tags, Layers: layers }]))
}

function configOf(diffIds: readonly string[], more: object = {}): string {
  return JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIds }, ...more })
}

function config(...diffIds: readonly string[]): Buffer {
  return rawFile('config.json', configOf(diffIds))
}

/** An image of one layer `a`, which is whatever follows. */
function around(...layer: Parts): Parts {
  return [manifest(['a']), config(LAYER_ID), ...layer]
}

const WHOLE: Parts = around(rawFile('a', LAYER))

/** An image whose only layer has these bytes and is promised to be something else. */
function stored(layer: Uint8Array): Parts {
  return around(rawFile('a', layer))
}

/** A number as GNU tar writes what octal cannot hold. */
function base256(first: number, ...last: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(12)
  bytes[0] = first
  bytes.set(last, 12 - last.length)
  return bytes
}

const HEADERS: Readonly<Record<string, readonly [Parts, Expected]>> = {
  'an entry named out of the archive': [[...WHOLE, rawFile('../escaped', 'x')], { outcome: 'archive-hostile' }],
  'an absolute entry': [[...WHOLE, rawFile('/etc/cron.d/x', 'x')], { outcome: 'archive-hostile' }],
  'dots in the middle of a name': [[...WHOLE, rawFile('a/../../b', 'x')], { outcome: 'archive-hostile' }],
  'a long name out of the archive': [
    [...WHOLE, rawFile('././@LongLink', `${'../'.repeat(200)}etc/x\0`, { type: 'L' }), rawFile('short', 'x')],
    { outcome: 'archive-hostile' },
  ],
  'a pax path out of the archive': [
    [...WHOLE, rawFile('pax', paxRecord('path', '/etc/x'), { type: 'x' }), rawFile('short', 'x')],
    { outcome: 'archive-hostile' },
  ],
  'a circle of links': [
    around(
      rawHeader({ name: 'a', type: '2', target: 'b' }),
      rawHeader({ name: 'b', type: '2', target: 'c' }),
      rawHeader({ name: 'c', type: '1', target: 'a' }),
    ),
    { outcome: 'archive-hostile' },
  ],
  'a long chain of links': [
    around(
      rawHeader({ name: 'a', type: '2', target: 'l0' }),
      ...Array.from({ length: 40 }, (_, index) => rawHeader({ name: `l${index}`, type: '2', target: `l${index + 1}` })),
      rawFile('l40', LAYER),
    ),
    { outcome: 'archive-hostile' },
  ],
  'a symbolic link out of the archive': [
    around(rawHeader({ name: 'a', type: '2', target: '../../../../etc/passwd' })),
    { outcome: 'archive-hostile' },
  ],
  'a symbolic link to the root': [
    around(rawHeader({ name: 'a', type: '2', target: '/etc/passwd' })),
    { outcome: 'archive-hostile' },
  ],
  'a hard link out of the archive': [
    around(rawHeader({ name: 'a', type: '1', target: '../../etc/passwd' })),
    { outcome: 'archive-hostile' },
  ],
  'a manifest.json that is a link out of the archive': [
    [rawHeader({ name: 'manifest.json', type: '2', target: '/etc/passwd' })],
    { outcome: 'archive-hostile' },
  ],
  'a hard link to nothing': [
    around(rawHeader({ name: 'a', type: '1', target: 'nowhere' })),
    { outcome: 'problems', problems: ['layer-missing'] },
  ],
  'a folder for a layer': [around(rawHeader({ name: 'a', type: '5' })), { outcome: 'archive-hostile' }],
  'a device for a layer': [around(rawHeader({ name: 'a', type: '3', size: 1 })), { outcome: 'archive-hostile' }],
  'a pipe for a layer': [around(rawHeader({ name: 'a', type: '6' })), { outcome: 'archive-hostile' }],
  'a size of 8 GB that is not there': [
    [...WHOLE, rawHeader({ name: 'b', size: 0o77777777777 })],
    { outcome: 'archive-truncated' },
  ],
  'a size a little larger than what is there': [
    [...WHOLE, rawHeader({ name: 'b', size: 4000 })],
    { outcome: 'archive-truncated' },
  ],
  'a negative size': [
    [...WHOLE, rawHeader({ name: 'b', size: new Uint8Array(12).fill(0xff) })],
    { outcome: 'archive-damaged' },
  ],
  'a size of 2^62': [
    [...WHOLE, rawHeader({ name: 'b', size: base256(0x80, 0x40, 0, 0, 0, 0, 0, 0, 0) })],
    { outcome: 'archive-damaged' },
  ],
  'a size of 2^50': [
    [...WHOLE, rawHeader({ name: 'b', size: base256(0x80, 4, 0, 0, 0, 0, 0, 0) })],
    { outcome: 'archive-truncated' },
  ],
  'a size that is no number': [[...WHOLE, rawHeader({ name: 'b', size: '12z4\0' })], { outcome: 'archive-damaged' }],
  'a size of minus one in digits': [
    [...WHOLE, rawHeader({ name: 'b', size: '-0000000001\0' })],
    { outcome: 'archive-damaged' },
  ],
  'a wrong check sum': [[...WHOLE, rawHeader({ name: 'b', checksum: '000000' })], { outcome: 'archive-damaged' }],
  'a wrong check sum at the start': [
    [rawHeader({ name: 'b', checksum: '000000' }), ...WHOLE],
    { outcome: 'archive-not-images', kind: 'binary' },
  ],
  'bytes that are no header between entries': [
    [...WHOLE, Buffer.alloc(512, 'garbage!'), rawFile('b', 'x')],
    { outcome: 'archive-damaged' },
  ],
  'a GNU name of 1 GB': [
    [...WHOLE, rawHeader({ name: 'b', type: 'L', size: 2 ** 30 })],
    { outcome: 'archive-hostile' },
  ],
  'a GNU link of 1 GB': [
    [...WHOLE, rawHeader({ name: 'b', type: 'K', size: 2 ** 30 })],
    { outcome: 'archive-hostile' },
  ],
  'a pax header of 1 GB': [
    [...WHOLE, rawHeader({ name: 'b', type: 'x', size: 2 ** 30 })],
    { outcome: 'archive-hostile' },
  ],
  'a global pax header of 1 GB': [
    [...WHOLE, rawHeader({ name: 'b', type: 'g', size: 2 ** 30 })],
    { outcome: 'archive-hostile' },
  ],
  'pax headers without an entry': [
    [
      ...WHOLE,
      ...Array.from({ length: 40 }, (_, index) => rawFile('pax', paxRecord(`GNU.sparse.${index}`, '1'), { type: 'x' })),
    ],
    { outcome: 'archive-hostile' },
  ],
  'a pax size other than the header says': [
    [...WHOLE, rawFile('pax', paxRecord('size', '999999999999'), { type: 'x' }), rawFile('b', 'x')],
    { outcome: 'archive-truncated' },
  ],
  'a pax size that is no number': [
    [...WHOLE, rawFile('pax', paxRecord('size', '0x10'), { type: 'x' }), rawFile('b', 'sixteen bytes !!')],
    { outcome: 'archive-damaged' },
  ],
  'a pax record with a wrong length': [
    [...WHOLE, rawFile('pax', paxRecord('path', 'name', 9), { type: 'x' }), rawFile('b', 'x')],
    { outcome: 'archive-damaged' },
  ],
  'a pax record longer than its header': [
    [...WHOLE, rawFile('pax', paxRecord('path', 'name', 900), { type: 'x' }), rawFile('b', 'x')],
    { outcome: 'archive-damaged' },
  ],
  'a file with holes for a layer': [
    around(rawHeader({ name: 'a', type: 'S', size: 512 }), Buffer.alloc(512)),
    { outcome: 'archive-hostile' },
  ],
  'a file with holes, told by pax, for a layer': [
    around(rawFile('pax', paxRecord('GNU.sparse.realsize', '1099511627776'), { type: 'x' }), rawFile('a', LAYER)),
    { outcome: 'archive-hostile' },
  ],
  'two files manifest.json': [[manifest([], 'none.json'), ...WHOLE], { outcome: 'archive-hostile' }],
  'two files manifest.json in one folder': [
    [rawFile('f/manifest.json', '[]'), rawFile('f/manifest.json', '[]')],
    { outcome: 'archive-hostile' },
  ],
}

function hugeDocument(name: string): Parts {
  return [rawHeader({ name, size: 200 * MIB })]
}

function images(count: number, config: string): string {
  return JSON.stringify(Array.from({ length: count }, () => ({ Config: config, Layers: [] })))
}

const DOCUMENTS: Readonly<Record<string, readonly [Parts, Expected]>> = {
  'a layer named out of the archive': [[manifest(['../../a']), config(LAYER_ID)], { outcome: 'archive-hostile' }],
  'an absolute config': [[manifest([], '/etc/passwd')], { outcome: 'archive-hostile' }],
  'a manifest.json nested a million times': [
    [rawFile('manifest.json', '['.repeat(1e6) + ']'.repeat(1e6))],
    { outcome: 'archive-hostile' },
  ],
  'a manifest.json of five million values': [
    [rawFile('manifest.json', `[${'{},'.repeat(5e6)}{}]`)],
    { outcome: 'archive-too-large' },
  ],
  'a manifest.json of 200,000 values of the wrong kind': [
    [rawFile('manifest.json', `[${'1,'.repeat(2e5)}1]`)],
    { outcome: 'archive-too-large' },
  ],
  'a config of a million numbers for labels': [
    [manifest([]), rawFile('config.json', configOf([], { config: { Labels: Array.from({ length: 1e6 }, () => 1) } }))],
    { outcome: 'archive-too-large' },
  ],
  'a million layers': [
    [
      rawFile('manifest.json', `[{"Config":"config.json","Layers":[${'"a",'.repeat(1e6)}"a"]}]`),
      config(LAYER_ID),
      rawFile('a', LAYER),
    ],
    { outcome: 'archive-too-large' },
  ],
  'a hundred thousand layers': [
    [
      rawFile('manifest.json', `[{"Config":"config.json","Layers":[${'"a",'.repeat(1e5)}"a"]}]`),
      config(LAYER_ID),
      rawFile('a', LAYER),
    ],
    { outcome: 'archive-too-large' },
  ],
  'images of 270,000 layers together': [
    [
      rawFile(
        'manifest.json',
        JSON.stringify(
          Array.from({ length: 30 }, () => ({
            Config: 'config.json',
            Layers: Array.from({ length: 9000 }, () => 'a'),
          })),
        ),
      ),
      rawFile('config.json', configOf(Array.from({ length: 9000 }, () => LAYER_ID))),
      rawFile('a', LAYER),
    ],
    { outcome: 'archive-too-large' },
  ],
  'the same image 80,000 times': [
    [
      rawFile('manifest.json', images(80_000, 'config.json')),
      rawFile('config.json', `${' '.repeat(3 * MIB)}${configOf([])}`),
    ],
    { outcome: 'intact' },
  ],
  'an image of 100,000 names': [
    [
      rawFile(
        'manifest.json',
        JSON.stringify([
          { Config: 'config.json', RepoTags: Array.from({ length: 1e5 }, (_, n) => `a:${n}`), Layers: [] },
        ]),
      ),
      rawFile('config.json', configOf([])),
    ],
    { outcome: 'archive-too-large' },
  ],
  'configs of 40 MB together': [
    [
      rawFile(
        'manifest.json',
        JSON.stringify(Array.from({ length: 10 }, (_, n) => ({ Config: `${n}.json`, Layers: [] }))),
      ),
      ...Array.from({ length: 10 }, (_, n) =>
        rawFile(`${n}.json`, configOf([], { config: { Labels: { [n]: 'x'.repeat(4 * MIB - 500) } } })),
      ),
    ],
    { outcome: 'archive-too-large' },
  ],
  'configs of 28 MB together': [
    [
      rawFile(
        'manifest.json',
        JSON.stringify(Array.from({ length: 7 }, (_, n) => ({ Config: `${n}.json`, Layers: [] }))),
      ),
      ...Array.from({ length: 7 }, (_, n) =>
        rawFile(`${n}.json`, configOf([], { config: { Labels: { [n]: 'x'.repeat(4 * MIB - 500) } } })),
      ),
    ],
    { outcome: 'intact' },
  ],
  'a system of a megabyte in a config': [
    [manifest([]), rawFile('config.json', JSON.stringify({ os: 'x'.repeat(MIB), rootfs: {} }))],
    { outcome: 'archive-too-large' },
  ],
  'a config with __proto__ and constructor in it': [
    [
      manifest(['a']),
      rawFile(
        'config.json',
        `{"__proto__":{"os":"owned"},"constructor":{"prototype":{"x":1}},${configOf([LAYER_ID], {
          config: { Labels: { a: 'b' } },
        })
          .slice(1)
          .replace('"Labels":{', '"Labels":{"__proto__":"owned","constructor":"x",')}`,
      ),
      rawFile('a', LAYER),
    ],
    { outcome: 'intact', names: ['a:1'] },
  ],
  'labels that are no texts': [
    [manifest([]), rawFile('config.json', configOf([], { config: { Labels: { __proto__: null, x: { y: 1 } } } }))],
    { outcome: 'archive-damaged' },
  ],
  'diffIds that are no digests': [
    [manifest(['a']), config('nonsense'), rawFile('a', LAYER)],
    { outcome: 'archive-damaged' },
  ],
  'diffIds of another algorithm': [
    [manifest(['a']), config(`sha512:${'0'.repeat(128)}`), rawFile('a', LAYER)],
    { outcome: 'archive-damaged' },
  ],
  'a manifest.json that is an object': [
    [rawFile('manifest.json', '{"schemaVersion":2}'), rawFile('a', LAYER)],
    { outcome: 'archive-not-images', kind: 'tar' },
  ],
  'a manifest.json that is no JSON': [[rawFile('manifest.json', '[{"Config":')], { outcome: 'archive-damaged' }],
  'a manifest.json that is no UTF-8': [
    [rawFile('manifest.json', Buffer.from([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d]))],
    { outcome: 'archive-damaged' },
  ],
  'a manifest.json of numbers': [[rawFile('manifest.json', '[1,2]')], { outcome: 'archive-damaged' }],
  'names that a terminal would obey': [
    [
      manifest(['a'], 'config.json', [`${ESCAPE}:1`, 'fine:1', '-rf:1', '../x:1', 'a\u202Eb:1']),
      config(LAYER_ID),
      rawFile('a', LAYER),
    ],
    { outcome: 'intact', names: ['fine:1'] },
  ],
  'a config whose name a terminal would obey': [[manifest([], `${ESCAPE}config`)], { outcome: 'archive-damaged' }],
  'an entry whose name a terminal would obey': [
    [...WHOLE, rawFile(`../${ESCAPE}`, 'x')],
    { outcome: 'archive-hostile' },
  ],
  'a manifest.json of 200 MB': [hugeDocument('manifest.json'), { outcome: 'archive-too-large' }],
  'an index.json of 200 MB': [
    [rawFile('oci-layout', '{}'), ...hugeDocument('index.json')],
    { outcome: 'archive-too-large' },
  ],
  'a config of 200 MB': [[manifest([]), ...hugeDocument('config.json')], { outcome: 'archive-too-large' }],
}

// ---- OCI ------------------------------------------------------------------------------------------------------------

const INDEX = 'application/vnd.oci.image.index.v1+json'

interface Described {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

function layout(manifests: readonly unknown[], blobs: readonly Uint8Array[]): Parts {
  return [
    rawFile('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    rawFile('index.json', JSON.stringify({ schemaVersion: 2, manifests })),
    ...blobs,
  ]
}

/** An index that names one below it `times` times, and so on. */
function nested(depth: number, times: number): Parts {
  const blobs: Buffer[] = []
  const add = (value: unknown): Described => {
    const content = JSON.stringify(value)
    const digest = digestOf(content)
    blobs.push(rawFile(`blobs/sha256/${hexOf(digest)}`, content))
    return { mediaType: INDEX, digest, size: content.length }
  }
  let inner = add({ schemaVersion: 2, manifests: [] })
  for (let level = 0; level < depth; level++)
    inner = add({ schemaVersion: 2, level, manifests: Array.from({ length: times }, () => inner) })
  return layout([inner], blobs)
}

const LAYOUTS: Readonly<Record<string, readonly [Parts, Expected]>> = {
  'an index that goes down and down': [nested(12, 1), { outcome: 'archive-hostile' }],
  'an index of indexes that multiply': [nested(3, 2000), { outcome: 'archive-too-large' }],
  'a digest of another algorithm': [
    layout([{ mediaType: INDEX, digest: `sha512:${'0'.repeat(128)}`, size: 1 }], []),
    { outcome: 'archive-damaged' },
  ],
  'a digest with a path in it': [
    layout([{ mediaType: INDEX, digest: 'sha256:../../../../etc/passwd', size: 1 }], []),
    { outcome: 'archive-damaged' },
  ],
  'a blob that is not what it is addressed by': [
    layout([{ mediaType: INDEX, digest: LAYER_ID, size: 2 }], [rawFile(`blobs/sha256/${hexOf(LAYER_ID)}`, '{}')]),
    { outcome: 'digest-mismatch' },
  ],
  'a manifest that is an empty object': [
    layout(
      [{ mediaType: INDEX, digest: digestOf('{}'), size: 2 }],
      [rawFile(`blobs/sha256/${hexOf(digestOf('{}'))}`, '{}')],
    ),
    { outcome: 'intact' },
  ],
  'a blob that nobody needs and that was changed': [
    layout([], [rawFile(`blobs/sha256/${hexOf(LAYER_ID)}`, 'changed')]),
    { outcome: 'problems', problems: ['digest-mismatch'] },
  ],
  'a size below nothing': [
    layout([{ mediaType: INDEX, digest: LAYER_ID, size: -1 }], []),
    { outcome: 'archive-damaged' },
  ],
}

// ---- what unpacks to more -------------------------------------------------------------------------------------------

/** A zstd frame (RFC 8878) of some bytes and then zeros, 128 KiB of them in every four bytes. */
function zstdZeros(first: Uint8Array, size: number, windowLog = 17): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (windowLog - 10) << 3])
  const block = (type: number, length: number, last = 0): Buffer => {
    const bytes = Buffer.alloc(3)
    bytes.writeUIntLE((length << 3) | (type << 1) | last, 0, 3)
    return bytes
  }
  const zeros = Buffer.concat([block(1, 128 << 10), Buffer.alloc(1)])
  return Buffer.concat([
    head,
    block(0, first.length),
    first,
    Buffer.alloc(zeros.length * Math.floor(size / (128 << 10)), zeros),
    block(0, 0, 1),
  ])
}

/** A header that promises more than anything holds, before zeros without end. */
const ENDLESS = rawHeader({ name: 'zeros', size: base256(0x80, 4, 0, 0, 0, 0, 0, 0) })

function tool(command: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(requireCommand(command), args, { input, maxBuffer: 64 * MIB })
}

/** Parts in a row, each compressed by itself: all these formats take that for one file. */
function inARow(pack: (bytes: Uint8Array) => Uint8Array, first: Uint8Array, zeros: number, times: number): Buffer {
  const more = pack(Buffer.alloc(zeros))
  return Buffer.concat([pack(first), Buffer.alloc(more.length * times, more)])
}

function gzip(bytes: Uint8Array): Buffer {
  return gzipSync(bytes, { level: 1 })
}

function whole(parts: Parts): Buffer {
  return Buffer.concat([...parts, RAW_END])
}

/** Names of a megabyte each, all different. */
function* longNames(count: number): Generator<Buffer> {
  for (let n = 0; n < count; n++) {
    const name = Buffer.alloc(MIB, `${n}-`)
    yield Buffer.concat([rawHeader({ name: 'n', type: 'L', size: MIB }), name, rawHeader({ name: 'n' })])
  }
}

/** Made when asked for: they are large. */
const BOMBS: Readonly<Record<string, readonly [() => Uint8Array, Expected]>> = {
  'a gzip layer of half a gigabyte of zeros': [
    () => whole(stored(inARow(gzip, Buffer.alloc(512), 64 * MIB, 8))),
    { outcome: 'problems', problems: ['digest-mismatch'] },
  ],
  'a zstd layer of zeros without end': [
    () => whole(stored(zstdZeros(Buffer.alloc(512), 64 * 2 ** 30))),
    { outcome: 'problems', problems: ['archive-hostile'] },
  ],
  'a zstd layer with a window of 2 GB': [
    () => whole(stored(zstdZeros(Buffer.alloc(512), 2 * 2 ** 30, 31))),
    { outcome: 'problems', problems: ['archive-window'] },
  ],
  'a zstd layer with a window of 512 MB': [
    () => whole(stored(zstdZeros(Buffer.alloc(512), 2 ** 30, 29))),
    { outcome: 'problems', problems: ['archive-window'] },
  ],
  'a zstd layer with a window of 128 MB, all of it used': [
    () => whole(stored(zstdZeros(Buffer.alloc(512), 2 ** 30, 27))),
    { outcome: 'problems', problems: ['digest-mismatch'] },
  ],
  'a gzip file of half a gigabyte of zeros': [
    () => inARow(gzip, rawHeader({ name: 'zeros', size: 512 * MIB }), 64 * MIB, 9),
    { outcome: 'archive-not-images', kind: 'tar' },
  ],
  'a zstd file of zeros without end': [() => zstdZeros(ENDLESS, 64 * 2 ** 30), { outcome: 'archive-hostile' }],
  'a zstd file with a window of 2 GB': [() => zstdZeros(ENDLESS, 2 * 2 ** 30, 31), { outcome: 'archive-window' }],
  'an xz file of 256 MB of zeros': [
    () => inARow((bytes) => tool('xz', ['-0c'], bytes), ENDLESS, 64 * MIB, 4),
    { outcome: 'archive-truncated' },
  ],
  'an xz file with a dictionary of 1.5 GB': [
    () => tool('xz', ['-c', '--lzma2=preset=0,dict=1536MiB'], ENDLESS),
    { outcome: 'archive-window' },
  ],
  'a bzip2 file of 360 MB of zeros': [
    () => inARow((bytes) => tool('bzip2', ['-c'], bytes), ENDLESS, 45 * MIB, 8),
    { outcome: 'archive-truncated' },
  ],
  'a gzip layer within a gzip file, both mostly zeros': [
    () => gzip(whole(stored(inARow(gzip, Buffer.alloc(512), 64 * MIB, 8)))),
    { outcome: 'problems', problems: ['digest-mismatch'] },
  ],
  'a zstd layer without end within a gzip file': [
    () => gzip(whole(stored(zstdZeros(Buffer.alloc(512), 64 * 2 ** 30)))),
    { outcome: 'archive-hostile' },
  ],
  'a manifest.json of 200 MB in a gzip file': [
    () => gzip(whole([rawFile('manifest.json', Buffer.alloc(200 * MIB, '[1,2],'))])),
    { outcome: 'archive-too-large' },
  ],
  'a config of 200 MB in a gzip file': [
    () => gzip(whole([manifest([]), rawFile('config.json', Buffer.alloc(200 * MIB, '{"a":1},'))])),
    { outcome: 'archive-too-large' },
  ],
  'names of 250 MB in a gzip file': [
    () => Buffer.concat([...Array.from(longNames(250), gzip), gzip(RAW_END)]),
    { outcome: 'archive-not-images', kind: 'tar' },
  ],
  'fifty thousand small files in a gzip file': [
    () => {
      const files = Array.from({ length: 5e4 }, (_, n) => rawFile(`blobs/folder-${n >> 8}/a-longer-name-${n}`, `${n}`))
      return gzip(whole([...files, manifest([]), config()]))
    },
    { outcome: 'archive-too-large' },
  ],
  'a layer that looks like JSON and is not what it should be, in a gzip file': [
    () => gzip(whole(stored(Buffer.from('{not json, and not the layer either')))),
    { outcome: 'problems', problems: ['digest-mismatch'] },
  ],
  'a damaged layer in a folder in a gzip file': [
    () =>
      gzip(
        whole([
          rawFile('f/manifest.json', '[{"Config":"config.json","RepoTags":["a:1"],"Layers":["a"]}]'),
          rawFile('f/config.json', configOf([LAYER_ID])),
          rawFile('f/a', 'damaged'),
        ]),
      ),
    { outcome: 'problems', problems: ['digest-mismatch'], names: ['a:1'] },
  ],
}

const ODD: Readonly<Record<string, readonly [() => Uint8Array, Expected]>> = {
  'cut in a header': [() => whole(WHOLE).subarray(0, 512 * 4 + 100), { outcome: 'archive-truncated' }],
  'cut in a file': [() => whole(WHOLE).subarray(0, 512 * 5 + 100), { outcome: 'archive-truncated' }],
  'cut between files': [() => whole(WHOLE).subarray(0, 512 * 4), { outcome: 'archive-truncated' }],
  'without its end mark': [() => Buffer.concat([...WHOLE]), { outcome: 'archive-truncated' }],
  'cut in a gzip file': [() => gzip(whole(WHOLE)).subarray(0, 90), { outcome: 'archive-truncated' }],
  'a gzip file with a wrong check sum': [
    () => {
      const bytes = gzip(whole(WHOLE))
      bytes[bytes.length - 8] = (bytes[bytes.length - 8] ?? 0) ^ 1
      return bytes
    },
    { outcome: 'archive-damaged' },
  ],
  'nothing at all': [() => Buffer.alloc(0), { outcome: 'archive-empty' }],
  'a megabyte of zeros': [() => Buffer.alloc(MIB), { outcome: 'archive-not-images', kind: 'tar' }],
  'a ZIP archive': [() => Buffer.from('PK\u0003\u0004 and so on'), { outcome: 'archive-not-images', kind: 'zip' }],
  'a 7-Zip archive': [
    () => Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]),
    { outcome: 'archive-not-images', kind: '7z' },
  ],
  'a disc image': [
    () => Buffer.concat([Buffer.alloc(32_768), Buffer.from('\u0001CD001\u0001'), Buffer.alloc(4096)]),
    { outcome: 'archive-not-images', kind: 'iso' },
  ],
}

/** A file of these parts and of zeros up to what its last header announces, which take no room on the disk. */
function writeRaw(path: string, parts: Parts, size?: number): void {
  const file = openSync(path, 'w')
  try {
    for (const part of parts) writeSync(file, part)
    if (size !== undefined) ftruncateSync(file, size)
  } finally {
    closeSync(file)
  }
}

/** Where a listing of 200 MB is announced, its bytes are there. */
function sizeOf(parts: Parts): number | undefined {
  const last = parts.at(-1)
  const announced = last?.length === 512 ? Number.parseInt(Buffer.from(last).toString('latin1', 124, 135), 8) : 0
  return announced === 200 * MIB
    ? parts.reduce((sum, part) => sum + part.length, announced + RAW_END.length)
    : undefined
}

/** Every one of them, in a folder of its own below `dir`. */
export function writeHostileArchives(dir: string): HostileArchive[] {
  mkdirSync(dir)
  const made: HostileArchive[] = []
  const next = (): string => join(dir, `${made.length}`)
  for (const [what, [parts, expected]] of Object.entries({ ...HEADERS, ...DOCUMENTS, ...LAYOUTS })) {
    const size = sizeOf(parts)
    // What a header announced and is not there must stay the last thing.
    writeRaw(next(), size === undefined ? [...parts, RAW_END] : parts, size)
    made.push({ what, path: next(), alone: what in DOCUMENTS, ...expected })
  }
  for (const [what, [bytes, expected]] of Object.entries({ ...ODD, ...BOMBS })) {
    writeFileSync(next(), bytes())
    made.push({ what, path: next(), alone: what in BOMBS, ...expected })
  }
  const folder = next()
  mkdirSync(folder)
  made.push({ what: 'a folder', path: folder, alone: false, outcome: 'file-is-folder' })
  made.push({ what: 'a device', path: '/dev/zero', alone: false, outcome: 'archive-not-images', kind: 'binary' })
  made.push({ what: 'what is not there', path: next(), alone: false, outcome: 'file-missing' })
  return made
}
