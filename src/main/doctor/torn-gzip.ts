import zlib from 'node:zlib'
import type { UnpackHarm } from './harm.ts'
import { type Gap, seek, type TornReader } from './torn.ts'
import { type Fed, Unpacking } from './unpacking.ts'

/**
 * Unpacks gzip that came to harm. pigz and this app end every block with an empty stored one, on a byte boundary: after damage
 * the next of those, or the next member, is where unpacking goes on. What a block refers to in the one before is not known
 * then: some of its bytes are wrong, and their digests say so. Where there are no such blocks, nothing after the damage can be had.
 */

/** Little is lost where an error shows. */
const FED = 16 << 10
const WINDOW = 64 << 10
/** Deflate looks back this far. */
const DICTIONARY: Uint8Array = new Uint8Array(32_768)
const TRAILER = 8
const STREAM = { chunkSize: 256 << 10 }
/** RFC 1951 section 3.2.4: the lengths of an empty stored block. */
const MARK = Buffer.from([0, 0, 0xff, 0xff])
const MEMBER = Buffer.from([0x1f, 0x8b, 8])
/** Flags of RFC 1952 that are reserved. */
const RESERVED = 0xe0

type Start = 'member' | 'block'

function findStart(window: Buffer): { readonly at: number; readonly start: Start } | undefined {
  const block = window.indexOf(MARK)
  let member = window.indexOf(MEMBER)
  while (member >= 0 && ((window[member + 3] ?? RESERVED) & RESERVED) !== 0) member = window.indexOf(MEMBER, member + 1)
  if (block < 0 && member < 0) return undefined
  if (member >= 0 && (block < 0 || member < block)) return { at: member, start: 'member' }
  return { at: block + MARK.length, start: 'block' }
}

type Ended = 'ended' | 'damaged'

/** RFC 1952 section 2.3. */
const FLAG = { headerSum: 2, extra: 4, name: 8, comment: 16 } as const
const FIXED = 10
const LONGEST_TEXT = 1 << 16

async function passText(reader: TornReader): Promise<boolean> {
  for (let passed = 0; passed < LONGEST_TEXT; passed++) {
    const [byte] = await reader.take(1)
    if (byte === undefined) return false
    if (byte === 0) return true
  }
  return false
}

/** Moves behind the header of a member; false where none is there. */
async function passHeader(reader: TornReader): Promise<boolean> {
  const fixed = Buffer.from(await reader.take(FIXED))
  const flags = fixed[3] ?? RESERVED
  if (fixed.length < FIXED || !MEMBER.equals(fixed.subarray(0, MEMBER.length)) || flags & RESERVED) return false
  if (flags & FLAG.extra) {
    const length = Buffer.from(await reader.take(2))
    if (length.length < 2) return false
    await reader.take(length.readUInt16LE())
  }
  if (flags & FLAG.name && !(await passText(reader))) return false
  if (flags & FLAG.comment && !(await passText(reader))) return false
  if (flags & FLAG.headerSum) await reader.take(2)
  return true
}

/** Feeds one piece on and tells the sum of all that came so far. */
async function* feed(
  unpacking: Unpacking,
  part: Uint8Array,
  before: number,
): AsyncGenerator<Uint8Array, { readonly fed: Fed; readonly crc: number }> {
  let crc = before
  const feeding = unpacking.feed(part)
  for (;;) {
    const next = await feeding.next()
    if (next.done) return { fed: next.value, crc }
    crc = zlib.crc32(next.value, crc)
    yield next.value
  }
}

/** Whether the sum at a member's end is right. */
async function passTrailer(reader: TornReader, crc: number): Promise<boolean> {
  const trailer = Buffer.from(await reader.take(TRAILER))
  return trailer.length === TRAILER && trailer.readUInt32LE() === crc
}

/**
 * Unpacks from a start on. Where that fails the reader stands before the bytes in which it failed. A sum that is wrong at the
 * end is no reason to stop: what was unpacked keeps its place.
 */
async function* unpackFrom(start: Start, reader: TornReader, harm: UnpackHarm): AsyncGenerator<Uint8Array, Ended> {
  const isMember = start === 'member'
  if (isMember && !(await passHeader(reader))) return 'damaged'
  const unpacking = new Unpacking(zlib.createInflateRaw(isMember ? STREAM : { ...STREAM, dictionary: DICTIONARY }))
  let skip = 1
  let sum = 0
  try {
    for (;;) {
      const part = await reader.some(FED)
      if (part.length === 0) return 'damaged'
      const { fed, crc } = yield* feed(unpacking, part, sum)
      sum = crc
      if (fed === 'failed') {
        // Not from the same place again.
        reader.unread(part.subarray(skip))
        return 'damaged'
      }
      skip = 0
      if (fed === 'more') continue
      reader.unread(part.subarray(part.length - Math.min(unpacking.unused, part.length)))
      // Of what began in the middle no sum is known.
      const right = await passTrailer(reader, sum)
      if (isMember && !right) harm.places += 1
      return 'ended'
    }
  } finally {
    unpacking.close()
  }
}

/** A file of zeros behind the last member is padding. */
async function passZeros(reader: TornReader): Promise<void> {
  for (;;) {
    const part = await reader.some(WINDOW)
    const at = part.findIndex((byte) => byte !== 0)
    if (part.length === 0) return
    if (at < 0) continue
    reader.unread(part.subarray(at))
    return
  }
}

/** `start`: how the bytes begin, where their own header is not to be trusted. */
export async function* unpackTornGzip(
  reader: TornReader,
  signal: AbortSignal,
  harm: UnpackHarm,
  begin: Start = 'member',
): AsyncGenerator<Uint8Array | Gap> {
  try {
    let start: Start | undefined = begin
    while (start) {
      const outcome: Ended = yield* unpackFrom(start, reader, harm)
      if (outcome === 'ended') {
        await passZeros(reader)
        if (await reader.atEnd()) return
        const head = await reader.take(MEMBER.length)
        reader.unread(head)
        if (MEMBER.equals(head)) {
          start = 'member'
          continue
        }
      }
      harm.places += 1
      if (await reader.atEnd()) {
        harm.cut = true
        return
      }
      yield { gap: undefined }
      start = (await seek(reader, MARK.length, findStart, signal))?.start
    }
  } finally {
    await reader.end()
  }
}
