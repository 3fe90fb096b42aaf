import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'

/**
 * Where the pieces of a bzip2 file are. Its blocks begin at any bit, with a 48-bit magic, and are independent of each
 * other; a stream's end has a magic of its own. The format has no specification but its program.
 */

/** From one magic up to the next, of whatever kind. */
export interface Segment {
  readonly type: 'block' | 'end'
  readonly bytes: Uint8Array
  /** The magic's first bit in `bytes`, 0 to 7. */
  readonly from: number
  readonly bits: number
  /** Nothing follows. */
  readonly last: boolean
}

const BLOCK_MAGIC = [0x314159, 0x265359] as const
const END_MAGIC = [0x177245, 0x385090] as const
const HEADER = 4
const MAGIC_BITS = 48
/** Bytes after a position that must be there to tell whether a magic begins in it. */
const LOOK = 8
/** A block is never longer: 900,000 symbols of 20 bits, and its tables. */
const LONGEST = 2.5 * 2 ** 20

/** 24 bits from any bit on. */
export function bits24(bytes: Uint8Array, bit: number): number {
  const at = bit >> 3
  const word =
    ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
  return (word << (bit & 7)) >>> 8
}

/** 32 bits from any bit on. */
export function bits32(bytes: Uint8Array, bit: number): number {
  return ((bits24(bytes, bit) << 8) | (bits24(bytes, bit + 8) & 0xff)) >>> 0
}

function magicAt(bytes: Uint8Array, bit: number): Segment['type'] | undefined {
  const high = bits24(bytes, bit)
  const low = bits24(bytes, bit + 24)
  if (high === BLOCK_MAGIC[0] && low === BLOCK_MAGIC[1]) return 'block'
  return high === END_MAGIC[0] && low === END_MAGIC[1] ? 'end' : undefined
}

/** For two bytes in a row: whether they can be the second and third that a magic touches. */
const CANDIDATE = ((): Uint8Array => {
  const table = new Uint8Array(65_536)
  for (const [high, low] of [BLOCK_MAGIC, END_MAGIC]) {
    const magic = Uint8Array.of(high >> 16, high >> 8, high, low >> 16, low >> 8, low)
    for (let shift = 0; shift < 8; shift++) table[bits24(magic, 8 - shift) >> 8] = 1
  }
  return table
})()

/** The first magic that begins in a byte from `start` up to `end`. */
function findMagic(bytes: Uint8Array, start: number, end: number): { bit: number; type: Segment['type'] } | undefined {
  for (let at = start; at < end; at++) {
    if (CANDIDATE[((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)] === 0) continue
    for (let bit = at * 8; bit < at * 8 + 8; bit++) {
      const type = magicAt(bytes, bit)
      if (type) return { bit, type }
    }
  }
  return undefined
}

/** A stream's header, as far as it is there: `BZh` and a digit. */
export function isHeader(bytes: Uint8Array): boolean {
  const [first = 0x42, second = 0x5a, third = 0x68, level = 0x39] = bytes
  return first === 0x42 && second === 0x5a && third === 0x68 && level >= 0x31 && level <= 0x39
}

interface Hold {
  bytes: Uint8Array
  length: number
}

function append(hold: Hold, chunk: Uint8Array): void {
  const needed = hold.length + chunk.length
  if (needed > hold.bytes.length) {
    const grown = new Uint8Array(Math.max(needed, hold.bytes.length * 2))
    grown.set(hold.bytes.subarray(0, hold.length))
    hold.bytes = grown
  }
  hold.bytes.set(chunk, hold.length)
  hold.length = needed
}

function drop(hold: Hold, count: number): void {
  hold.bytes.copyWithin(0, count, hold.length)
  hold.length -= count
}

/**
 * Cuts a file at every magic. A magic can also come up inside a block by chance, once in 2^48 bits: joining what it cut
 * is up to the reader. What follows the last stream is part of the last segment, or left out when it is long.
 * @throws archive-truncated, archive-damaged: before the first magic only, or for a block that does not end
 */
export async function* segments(bytes: Bytes): AsyncGenerator<Segment> {
  const hold: Hold = { bytes: new Uint8Array(2 ** 20), length: 0 }
  let open: Segment['type'] | undefined
  /** Of the open segment, in `hold`; then the next byte to look at. */
  let from = HEADER * 8
  let next = HEADER

  const cutAt = (bit: number, last: boolean): Segment => ({
    type: open ?? 'block',
    bytes: hold.bytes.slice(from >> 3, Math.ceil(bit / 8)),
    from: from & 7,
    bits: bit - from,
    last,
  })
  function* cutUpTo(limit: number): Generator<Segment> {
    let end = limit
    for (let found = findMagic(hold.bytes, next, end); found; found = findMagic(hold.bytes, next, end)) {
      if (open) yield cutAt(found.bit, false)
      else if (found.bit !== from) throw new AppError('archive-damaged')
      open = found.type
      drop(hold, found.bit >> 3)
      end -= found.bit >> 3
      from = found.bit & 7
      next = 1
    }
    next = Math.max(next, end)
  }
  const check = (): void => {
    if (!open && hold.length >= HEADER + MAGIC_BITS / 8 + LOOK) throw new AppError('archive-damaged')
    if (open === 'block' && hold.length > LONGEST) throw new AppError('archive-damaged')
  }

  for await (const chunk of bytes) {
    append(hold, chunk)
    if (!open && !isHeader(hold.bytes.subarray(0, Math.min(HEADER, hold.length)))) throw new AppError('archive-damaged')
    yield* cutUpTo(hold.length - LOOK)
    check()
    if (open === 'end' && hold.length > LONGEST) break
  }
  const { length } = hold
  append(hold, new Uint8Array(LOOK))
  yield* cutUpTo(length)
  if (!open) throw new AppError(length < HEADER + MAGIC_BITS / 8 ? 'archive-truncated' : 'archive-damaged')
  hold.length -= LOOK
  yield cutAt(hold.length * 8, true)
}

/** The two as one, where a magic came up by chance between them. */
export function join(first: Segment, second: Segment): Segment {
  const shared = (first.from + first.bits) % 8 === 0 ? 0 : 1
  const bytes = Buffer.concat([first.bytes.subarray(0, first.bytes.length - shared), second.bytes])
  return { ...first, bytes, bits: first.bits + second.bits, last: second.last }
}
