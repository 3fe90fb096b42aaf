import { AppError } from '../../shared/errors.ts'
import type { Bytes } from '../place/place.ts'

/**
 * Reading tar: one walk over headers, for a file that can be sought (the data is skipped, never read) and for a stream.
 * Knows ustar, pax ('x', 'g'), GNU long names ('L', 'K') and base-256 sizes. Nothing is ever written to disk by name.
 */

export interface TarEntry {
  /** Without a leading `./`, without a trailing slash. */
  readonly name: string
  readonly type: 'file' | 'link' | 'symlink' | 'folder' | 'other'
  /** Where its data starts in the tar, and how long it is, in bytes. */
  readonly offset: number
  readonly size: number
  /** Of a link: the name as written. A hard link names an entry, a symlink is relative to its own folder. */
  readonly target: string
  /** The name leaves the archive: absolute, or with `..`. */
  readonly unsafe: boolean
}

/** Where a tar's bytes come from. */
interface Cursor {
  readonly position: number
  /** Exactly `length` bytes, or fewer at the end of the input. The result is valid until the next call. */
  take(length: number): Promise<Uint8Array>
  /** Moves on; false when the input ends before. */
  skip(length: number): Promise<boolean>
}

const BLOCK = 512
/** pax and GNU long-name records are names; a megabyte of them is an attack. */
const MAX_RECORD = 1 << 20

const text = new TextDecoder()

function field(block: Uint8Array, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return text.decode(block.subarray(start, end < 0 || end > start + length ? start + length : end))
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}

/** Octal text, or base-256 when the first bit is set (GNU). NaN for anything else. */
function number(block: Uint8Array, start: number, length: number): number {
  const first = block[start] ?? 0
  if (first & 0x80) {
    let value = first & 0x7f
    for (let i = start + 1; i < start + length; i++) value = value * 256 + (block[i] ?? 0)
    return first === 0xff || value > Number.MAX_SAFE_INTEGER ? Number.NaN : value
  }
  const digits = field(block, start, length).trim()
  if (digits === '') return 0
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

/** The header's own check sum: the sum of its bytes with the field itself taken as spaces. Some old tars sum signed bytes. */
function checksumHolds(block: Uint8Array): boolean {
  let unsigned = 0
  let signed = 0
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 32 : (block[i] ?? 0)
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  const sum = number(block, 148, 8)
  return sum === unsigned || sum === signed
}

/** True when a first block of a file is a tar header (v7 tars have no magic, their check sum tells). */
export function isTarHeader(block: Uint8Array): boolean {
  return block.length >= BLOCK && !isZero(block.subarray(0, BLOCK)) && checksumHolds(block)
}

/** True for what an empty tar consists of. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.length >= BLOCK && isZero(block.subarray(0, BLOCK))
}

interface Header {
  name: string
  target: string
  size: number
  typeflag: string
}

function parseHeader(block: Uint8Array): Header {
  const size = number(block, 124, 12)
  if (!checksumHolds(block) || Number.isNaN(size)) throw new AppError('archive-damaged', { detail: 'tar header' })
  const ustar = field(block, 257, 5) === 'ustar'
  // The prefix field is ustar's; GNU tar keeps other things there ("ustar " with a space).
  const prefix = ustar && block[262] === 0 ? field(block, 345, 155) : ''
  const name = field(block, 0, 100)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    target: field(block, 157, 100),
    size,
    typeflag: String.fromCharCode(block[156] ?? 0),
  }
}

/** pax records: `<length> <key>=<value>\n`, where length counts the whole record (POSIX pax, extended header). */
function parsePax(data: Uint8Array): Map<string, string> {
  const records = new Map<string, string>()
  let at = 0
  while (at < data.length && data[at] !== 0) {
    const space = data.indexOf(32, at)
    const length = space < 0 ? Number.NaN : Number(text.decode(data.subarray(at, space)))
    if (!Number.isInteger(length) || length < 5 || at + length > data.length)
      throw new AppError('archive-damaged', { detail: 'pax header' })
    const record = text.decode(data.subarray(space + 1, at + length - 1))
    const equals = record.indexOf('=')
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return records
}

const TYPES: Record<string, TarEntry['type']> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '5': 'folder',
}

function entryOf(header: Header, extended: ReadonlyMap<string, string>, offset: number): TarEntry {
  const written = extended.get('path') ?? header.name
  const size = extended.has('size') ? Number(extended.get('size')) : header.size
  if (!Number.isSafeInteger(size) || size < 0) throw new AppError('archive-damaged', { detail: 'tar header' })
  const parts = written.split('/').filter((part) => part !== '' && part !== '.')
  const sparse = [...extended.keys()].some((key) => key.startsWith('GNU.sparse.'))
  const type = sparse ? 'other' : (TYPES[header.typeflag] ?? 'other')
  return {
    name: parts.join('/'),
    type,
    offset,
    // A link or folder has no data, whatever its size field says (some writers repeat the target's size there).
    size: type === 'file' || type === 'other' ? size : 0,
    target: extended.get('linkpath') ?? header.target,
    unsafe: written.startsWith('/') || parts.includes('..'),
  }
}

/** What is read of pax records; the others (times, owners, attributes) are none of an archive's business. */
const KNOWN = /^(path|linkpath|size|GNU\.sparse\..*)$/

/** Long names and pax records that stand before an entry, gathered until the entry itself comes. */
async function readExtension(
  cursor: Cursor,
  header: Header,
  into: Map<string, string>,
  global: Map<string, string>,
): Promise<void> {
  if (header.size > MAX_RECORD) throw new AppError('archive-hostile', { detail: `a name of ${header.size} bytes` })
  const padded = Math.ceil(header.size / BLOCK) * BLOCK
  const data = (await cursor.take(padded)).slice(0, header.size)
  if (data.length < header.size) throw new AppError('archive-truncated')
  if (header.typeflag === 'L') into.set('path', field(data, 0, data.length))
  else if (header.typeflag === 'K') into.set('linkpath', field(data, 0, data.length))
  else
    for (const [key, value] of parsePax(data)) {
      if (KNOWN.test(key)) (header.typeflag === 'g' ? global : into).set(key, value)
    }
}

/**
 * Yields each entry with the cursor at the start of its data; the caller may take the data before it asks for the next.
 * Ends at the end-of-archive mark. @throws archive-truncated where the input ends without one, archive-damaged
 */
async function* entries(cursor: Cursor): AsyncGenerator<TarEntry> {
  const global = new Map<string, string>()
  let extended = new Map<string, string>()
  for (;;) {
    const block = await cursor.take(BLOCK)
    if (block.length < BLOCK) throw new AppError('archive-truncated')
    if (isZero(block)) return
    const header = parseHeader(block)
    if ('LKxg'.includes(header.typeflag)) {
      await readExtension(cursor, header, extended, global)
      continue
    }
    const entry = entryOf(header, new Map([...global, ...extended]), cursor.position)
    extended = new Map()
    yield entry
    const end = entry.offset + Math.ceil(entry.size / BLOCK) * BLOCK
    if (!(await cursor.skip(end - cursor.position))) throw new AppError('archive-truncated')
  }
}

/** A file that can be read anywhere. */
export interface RandomAccess {
  readonly size: number
  /** Bytes from `offset`, at most `length`; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
}

const WINDOW = 256 << 10

function seekingCursor(file: RandomAccess): Cursor {
  let position = 0
  let start = 0
  let window: Uint8Array = new Uint8Array(0)
  return {
    get position() {
      return position
    },
    async take(length) {
      if (position < start || position + length > start + window.length) {
        start = position
        window = await file.read(position, Math.max(WINDOW, length))
      }
      const taken = window.subarray(position - start, position - start + length)
      position += taken.length
      return taken
    },
    async skip(length) {
      position += length
      return position <= file.size
    },
  }
}

/**
 * The entries of a plain tar by its headers alone: a window is read around each header, data is jumped over.
 * `keep` decides which entries stay in memory.
 */
export async function indexTar(
  file: RandomAccess,
  keep: (entry: TarEntry) => boolean,
  signal: AbortSignal,
): Promise<TarEntry[]> {
  const kept: TarEntry[] = []
  for await (const entry of entries(seekingCursor(file))) {
    signal.throwIfAborted()
    if (keep(entry)) kept.push(entry)
  }
  return kept
}

class StreamCursor implements Cursor {
  position = 0
  readonly #source: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array(0)

  constructor(bytes: Bytes) {
    this.#source = bytes[Symbol.asyncIterator]()
  }

  /** Some bytes, at most `length`; empty at the end of the input. */
  async some(length: number): Promise<Uint8Array> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#source.next()
      if (done) return this.#chunk
      this.#chunk = value
    }
    const part = this.#chunk.subarray(0, length)
    this.#chunk = this.#chunk.subarray(part.length)
    this.position += part.length
    return part
  }

  async take(length: number): Promise<Uint8Array> {
    const first = await this.some(length)
    if (first.length === length) return first
    const whole = new Uint8Array(length)
    whole.set(first)
    let filled = first.length
    while (filled < length) {
      const part = await this.some(length - filled)
      if (part.length === 0) break
      whole.set(part, filled)
      filled += part.length
    }
    return whole.subarray(0, filled)
  }

  async skip(length: number): Promise<boolean> {
    for (let left = length; left > 0; ) {
      const part = await this.some(left)
      if (part.length === 0) return false
      left -= part.length
    }
    return true
  }

  async end(): Promise<void> {
    await this.#source.return?.()
  }

  /** What follows the end-of-archive mark, to its end: padding, as a rule. */
  async drain(): Promise<void> {
    while ((await this.some(1 << 20)).length > 0);
  }
}

/**
 * The entries of a tar that comes as a stream, each with its bytes. Bytes not taken are skipped. The input is read to its
 * end, so that whatever checks it (a compression's own check sum) has its say.
 */
export async function* readTar(bytes: Bytes, signal: AbortSignal): AsyncGenerator<{ entry: TarEntry; bytes: Bytes }> {
  const cursor = new StreamCursor(bytes)
  async function* data(entry: TarEntry): Bytes {
    for (
      let left = entry.offset + entry.size - cursor.position;
      left > 0;
      left = entry.offset + entry.size - cursor.position
    ) {
      signal.throwIfAborted()
      const part = await cursor.some(left)
      if (part.length === 0) throw new AppError('archive-truncated')
      yield part
    }
  }
  try {
    for await (const entry of entries(cursor)) {
      signal.throwIfAborted()
      yield { entry, bytes: data(entry) }
    }
    await cursor.drain()
  } finally {
    await cursor.end()
  }
}

/** All of a small stream, at most `limit` bytes. @throws archive-too-large */
export async function collect(bytes: Bytes, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > limit) throw new AppError('archive-too-large', { detail: `more than ${limit} bytes` })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The name a link leads to, inside the archive; undefined when it leaves it. */
export function linkTarget(entry: TarEntry): string | undefined {
  const base = entry.type === 'symlink' ? entry.name.split('/').slice(0, -1) : []
  if (entry.target.startsWith('/')) return undefined
  const parts = [...base]
  for (const part of entry.target.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}
