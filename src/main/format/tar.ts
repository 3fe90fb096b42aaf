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

const BLOCK = 512
/** pax and GNU long-name records are names; a megabyte of them is an attack. */
const MAX_RECORD = 1 << 20
/** Records before one entry: a long name, a long target, pax. */
const MAX_EXTENSIONS = 16

const text = new TextDecoder()

function field(block: Uint8Array, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return text.decode(block.subarray(start, end < 0 || end > start + length ? start + length : end))
}

function isZero(block: Uint8Array): boolean {
  for (let i = 0; i < block.length; i++) if (block[i] !== 0) return false
  return true
}

function damaged(): AppError {
  return new AppError('archive-damaged', { detail: 'tar header' })
}

/** Octal text between spaces, up to the first NUL. NaN for anything else. */
function octal(block: Uint8Array, start: number, length: number): number {
  const end = start + length
  let at = start
  while (at < end && block[at] === 0x20) at++
  let value = 0
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  while (at < end && block[at] === 0x20) at++
  return at === end || block[at] === 0 ? value : Number.NaN
}

/** Octal text, or base-256 when the first bit is set (GNU). NaN for anything else, negative numbers among it. */
function number(block: Uint8Array, start: number, length: number): number {
  const first = block[start] ?? 0
  if ((first & 0x80) === 0) return octal(block, start, length)
  let value = first & 0x7f
  for (let i = start + 1; i < start + length; i++) value = value * 256 + (block[i] ?? 0)
  return value > Number.MAX_SAFE_INTEGER ? Number.NaN : value
}

function sum(block: Uint8Array, start: number, end: number): number {
  let all = 0
  for (let i = start; i < end; i++) all += block[i] ?? 0
  return all
}

/** The header's own check sum: the sum of its bytes with the field itself taken as spaces. Some old tars sum signed bytes. */
function checksumHolds(block: Uint8Array): boolean {
  const written = number(block, 148, 8)
  const unsigned = sum(block, 0, 148) + 8 * 0x20 + sum(block, 156, BLOCK)
  if (written === unsigned) return true
  let negative = 0
  for (let i = 0; i < BLOCK; i++) if ((i < 148 || i >= 156) && (block[i] ?? 0) > 0x7f) negative++
  return written === unsigned - 256 * negative
}

/** True when a first block of a file is a tar header (v7 tars have no magic, their check sum tells). */
export function isTarHeader(block: Uint8Array): boolean {
  return block.length >= BLOCK && !isZero(block.subarray(0, BLOCK)) && checksumHolds(block)
}

/** True for what an empty tar consists of. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.length >= BLOCK && isZero(block.subarray(0, BLOCK))
}

/** `ustar` and its NUL; GNU tar writes a space there and keeps other things in the prefix field. */
function isUstar(block: Uint8Array): boolean {
  return (
    block[257] === 0x75 &&
    block[258] === 0x73 &&
    block[259] === 0x74 &&
    block[260] === 0x61 &&
    block[261] === 0x72 &&
    block[262] === 0
  )
}

/** What stands before an entry and overrules its header. */
interface Extended {
  path?: string | undefined
  linkpath?: string | undefined
  size?: number | undefined
  sparse?: boolean | undefined
}

function setPax(into: Extended, key: string, value: string): void {
  // An empty value takes back what was said before (POSIX pax, extended header keywords).
  if (key === 'path' || key === 'linkpath') into[key] = value === '' ? undefined : value
  else if (key === 'size') {
    if (!/^\d{0,16}$/.test(value)) throw damaged()
    into.size = value === '' ? undefined : Number(value)
  } else if (key.startsWith('GNU.sparse.')) into.sparse = true
}

/** pax records: `<length> <key>=<value>\n`, where length counts the whole record (POSIX pax, extended header). */
function readPax(data: Uint8Array, into: Extended): void {
  for (let at = 0; at < data.length && data[at] !== 0; ) {
    const space = data.indexOf(32, at)
    const digits = space < 0 || space > at + 8 ? '' : text.decode(data.subarray(at, space))
    const end = at + (/^\d+$/.test(digits) ? Number(digits) : Number.NaN)
    if (!(end > space + 1 && end <= data.length && data[end - 1] === 0x0a))
      throw new AppError('archive-damaged', { detail: 'pax header' })
    const equals = data.indexOf(0x3d, space)
    if (equals > space + 1 && equals < end)
      setPax(into, text.decode(data.subarray(space + 1, equals)), text.decode(data.subarray(equals + 1, end - 1)))
    at = end
  }
}

const TYPES: Record<string, TarEntry['type']> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '5': 'folder',
}
/** Devices and pipes: like links and folders they have no data, whatever their size field says. */
const BARE = '346'

/** A part of a name that is empty, `.` or `..`: a leading and a trailing slash make an empty one too. */
const ODD_PART = /(?:^|\/)\.{0,2}(?:\/|$)/

/** The name as it is written. */
function nameOf(block: Uint8Array): string {
  const prefix = isUstar(block) ? field(block, 345, 155) : ''
  const name = field(block, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

function typeOf(typeflag: string, written: string, isSparse: boolean): TarEntry['type'] {
  if (isSparse) return 'other'
  // Before POSIX there was no type for a folder: its name ended with a slash.
  return typeflag === '\0' && written.endsWith('/') ? 'folder' : (TYPES[typeflag] ?? 'other')
}

/** The entry of a header whose data begins at `offset`. */
function entryOf(block: Uint8Array, extended: Extended, global: Extended, offset: number): TarEntry {
  const typeflag = String.fromCharCode(block[156] ?? 0)
  const written = extended.path ?? global.path ?? nameOf(block)
  const size = extended.size ?? global.size ?? number(block, 124, 12)
  if (!Number.isSafeInteger(size)) throw damaged()
  const type = typeOf(typeflag, written, extended.sparse ?? global.sparse ?? false)
  const parts = ODD_PART.test(written) ? written.split('/').filter((part) => part !== '' && part !== '.') : undefined
  const isLink = type === 'link' || type === 'symlink'
  const hasData = (type === 'file' || type === 'other') && !BARE.includes(typeflag)
  return {
    name: parts ? parts.join('/') : written,
    type,
    offset,
    // Some writers repeat the target's size in a link.
    size: hasData ? size : 0,
    target: isLink ? (extended.linkpath ?? global.linkpath ?? field(block, 157, 100)) : '',
    unsafe: parts !== undefined && (written.startsWith('/') || parts.includes('..')),
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** Where the next header is. */
function endOf(entry: TarEntry): number {
  return entry.offset + padded(entry.size)
}

/** What the walk over headers asks for (so many bytes, or fewer where the input ends), or has found. */
type Step = { readonly type: 'take'; readonly length: number } | { readonly type: 'entry'; readonly entry: TarEntry }

const HEADER: Step = { type: 'take', length: BLOCK }
const EXTENSIONS = 'LKxg'

/** One record of names before an entry. */
function* readExtension(block: Uint8Array, extended: Extended, global: Extended): Generator<Step, number, Uint8Array> {
  const typeflag = String.fromCharCode(block[156] ?? 0)
  const size = number(block, 124, 12)
  if (Number.isNaN(size)) throw damaged()
  if (size > MAX_RECORD) throw new AppError('archive-hostile', { detail: `a name of ${size} bytes` })
  const data = (yield { type: 'take', length: padded(size) }).subarray(0, size)
  if (data.length < size) throw new AppError('archive-truncated')
  if (typeflag === 'L') extended.path = field(data, 0, size)
  else if (typeflag === 'K') extended.linkpath = field(data, 0, size)
  else readPax(data, typeflag === 'g' ? global : extended)
  return padded(size)
}

/** The blocks of its map that old GNU tar puts between the header of a file with holes and its data. */
function* passSparseMap(block: Uint8Array): Generator<Step, number, Uint8Array> {
  let length = 0
  for (let more = block[482] ?? 0; more !== 0; length += BLOCK) {
    const map = yield HEADER
    if (map.length < BLOCK) throw new AppError('archive-truncated')
    more = map[504] ?? 0
  }
  return length
}

/**
 * Walks over headers without a source of its own, so that a file that can be sought and a stream are read by one and the
 * same code and neither waits where its bytes are at hand. What is given for `take` is looked at before the next step;
 * after an entry the walk goes on at `endOf` it. Ends at the end-of-archive mark.
 * @throws archive-truncated where the input ends without one, archive-damaged, archive-hostile
 */
export function* walkHeaders(): Generator<Step, void, Uint8Array> {
  const global: Extended = {}
  let extended: Extended = {}
  let extensions = 0
  let position = 0
  for (;;) {
    const block = yield HEADER
    if (block.length < BLOCK) throw new AppError('archive-truncated')
    if (isZero(block)) return
    if (!checksumHolds(block)) throw damaged()
    position += BLOCK
    const typeflag = String.fromCharCode(block[156] ?? 0)
    if (EXTENSIONS.includes(typeflag)) {
      extensions += 1
      if (extensions > MAX_EXTENSIONS) throw new AppError('archive-hostile', { detail: 'names without end' })
      position += yield* readExtension(block, extended, global)
      continue
    }
    // The header's bytes may be gone once more of them were asked for.
    let entry = entryOf(block, extended, global, position)
    if (typeflag === 'S') entry = { ...entry, offset: position + (yield* passSparseMap(block)) }
    if (extensions > 0) extended = {}
    extensions = 0
    yield { type: 'entry', entry }
    position = endOf(entry)
  }
}

/** A file that can be read anywhere. */
export interface RandomAccess {
  readonly size: number
  /** Bytes from `offset`, at most `length`; fewer only at the end of the file. May read them into what is given for it. */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>
}

/** Headers near each other are read many at a time; between far ones lies data that nobody wants. */
const WINDOW = 256 << 10
const SMALL_WINDOW = 4 << 10
const FAR = 64 << 10

/** A part of a file in memory that moves on, and reads ahead as long as it only moves on. */
class Windows {
  readonly #file: RandomAccess
  #start = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #spare = new Uint8Array(WINDOW)
  #current = new Uint8Array(WINDOW)
  #ahead: { readonly start: number; readonly bytes: Promise<Uint8Array> } | undefined
  /** Where it was asked for last. */
  #before = 0

  constructor(file: RandomAccess) {
    this.#file = file
  }

  /** `length` bytes from `position`, or fewer at the end of the file; undefined where `move` must come first. */
  at(position: number, length: number): Uint8Array | undefined {
    const from = position - this.#start
    if (from < 0 || from + length > this.#bytes.length) return undefined
    this.#before = position
    return this.#bytes.subarray(from, from + length)
  }

  /** As `at`; the bytes that `at` gave before are gone then. */
  async move(position: number, length: number): Promise<Uint8Array> {
    const isNear = position - this.#before < FAR
    const end = this.#start + this.#bytes.length
    const ahead = this.#ahead
    this.#ahead = undefined
    const read = await ahead?.bytes
    if (ahead && read && position >= ahead.start && position + length <= ahead.start + read.length) {
      this.#bytes = read
      this.#start = ahead.start
    } else {
      this.#bytes = await this.#file.read(position, Math.max(isNear ? WINDOW : SMALL_WINDOW, length), this.#spare)
      this.#start = position
    }
    const free = this.#current
    this.#current = this.#spare
    this.#spare = free
    // Twice in a row: what follows will be wanted too.
    const next = this.#start + this.#bytes.length
    if (isNear && this.#start - end < FAR && next < this.#file.size) {
      const bytes = this.#file.read(next, WINDOW, free)
      bytes.catch(() => undefined)
      this.#ahead = { start: next, bytes }
    }
    return this.at(position, length) ?? this.#bytes.subarray(position - this.#start)
  }

  /** Nothing is being read any more. */
  async settled(): Promise<void> {
    await this.#ahead?.bytes.catch(() => undefined)
  }
}

/**
 * The entries of a plain tar by its headers alone: a window is read around each header, data is jumped over.
 * `visit` is told of each.
 */
export async function indexTar(
  file: RandomAccess,
  visit: (entry: TarEntry) => void,
  signal: AbortSignal,
): Promise<void> {
  const windows = new Windows(file)
  let position = 0
  const walk = walkHeaders()
  let given: Uint8Array = new Uint8Array(0)
  try {
    for (let step = walk.next(given); !step.done; step = walk.next(given)) {
      if (step.value.type === 'entry') {
        visit(step.value.entry)
        position = endOf(step.value.entry)
        if (position > file.size) throw new AppError('archive-truncated')
        continue
      }
      const { length } = step.value
      const atHand = windows.at(position, length)
      if (!atHand) signal.throwIfAborted()
      given = atHand ?? (await windows.move(position, length))
      position += given.length
    }
  } finally {
    await windows.settled()
  }
}

class StreamCursor {
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

  /** What of the input is at hand: `length` bytes of it, or undefined where more would have to be waited for. */
  atHand(length: number): Uint8Array | undefined {
    if (this.#chunk.length < length) return undefined
    const part = this.#chunk.subarray(0, length)
    this.#chunk = this.#chunk.subarray(length)
    this.position += length
    return part
  }

  /** Exactly `length` bytes, or fewer at the end of the input. */
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

  /** Moves on; false when the input ends before. */
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
    const walk = walkHeaders()
    let given: Uint8Array = new Uint8Array(0)
    for (let step = walk.next(given); !step.done; step = walk.next(given)) {
      signal.throwIfAborted()
      if (step.value.type === 'take') {
        given = cursor.atHand(step.value.length) ?? (await cursor.take(step.value.length))
        continue
      }
      const { entry } = step.value
      yield { entry, bytes: data(entry) }
      const left = endOf(entry) - cursor.position
      if (!cursor.atHand(left) && !(await cursor.skip(left))) throw new AppError('archive-truncated')
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
