import zlib from 'node:zlib'
import type { UnpackHarm } from './harm.ts'
import { type Gap, seek, type TornReader } from './torn.ts'
import { Unpacking } from './unpacking.ts'

/**
 * Unpacks zstd that came to harm. Frames are independent of each other (RFC 8878 section 3.1): a bad one is passed over by the
 * lengths in it, or by looking for the next. Most say how long they are unpacked, so that what follows stays in its place.
 */

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const SKIPPABLE = Buffer.from([0x2a, 0x4d, 0x18])
const FED = 64 << 10
/** RFC 8878 section 3.1.1.2.4. */
const LARGEST_BLOCK = 128 << 10
const PARAMS = { params: { [zlib.constants.ZSTD_d_windowLogMax]: 27 }, chunkSize: 256 << 10 }

function isSkippable(head: Uint8Array): boolean {
  return ((head[0] ?? 0) & 0xf0) === 0x50 && SKIPPABLE.equals(head.subarray(1, 4))
}

interface Header {
  readonly bytes: Buffer
  /** Unpacked bytes, where it tells. */
  readonly size: number | undefined
  readonly checksum: boolean
}

/** Section 3.1.1.1; undefined for one that is cut or that nobody writes. */
async function readHeader(reader: TornReader): Promise<Header | undefined> {
  const [descriptor] = await reader.take(1)
  if (descriptor === undefined || descriptor & 8) return undefined
  const single = (descriptor >> 5) & 1
  const sizeLength = [single, 2, 4, 8][descriptor >> 6] ?? 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const length = 1 - single + dictionary + sizeLength
  const rest = Buffer.from(await reader.take(length))
  if (rest.length < length) return undefined
  const bytes = Buffer.concat([MAGIC, Uint8Array.of(descriptor), rest])
  return { bytes, size: sizeOf(rest.subarray(length - sizeLength)), checksum: (descriptor & 4) !== 0 }
}

function sizeOf(field: Buffer): number | undefined {
  if (field.length === 0) return undefined
  if (field.length === 8) {
    const size = Number(field.readBigUInt64LE())
    return Number.isSafeInteger(size) ? size : undefined
  }
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0)
}

/** One frame under way: what it has given, and whether it still unpacks. */
class Frame {
  given = 0
  sound = true
  readonly #unpacking = new Unpacking(zlib.createZstdDecompress(PARAMS))

  async *feed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    if (this.sound) yield* this.#counted(this.#unpacking.feed(bytes))
  }

  async *finish(): AsyncGenerator<Uint8Array> {
    if (this.sound) yield* this.#counted(this.#unpacking.finish())
  }

  async *#counted(fed: AsyncGenerator<Uint8Array, string>): AsyncGenerator<Uint8Array> {
    for (let next = await fed.next(); ; next = await fed.next()) {
      if (next.done) {
        if (next.value === 'failed') this.sound = false
        return
      }
      this.given += next.value.length
      yield next.value
    }
  }

  close(): void {
    this.#unpacking.close()
  }
}

/** Feeds so many bytes; false where they end before. */
async function* feed(frame: Frame, reader: TornReader, count: number): AsyncGenerator<Uint8Array, boolean> {
  for (let left = count; left > 0; ) {
    const part = await reader.some(Math.min(left, FED))
    if (part.length === 0) return false
    left -= part.length
    yield* frame.feed(part)
  }
  return true
}

/** The blocks of a frame to its last one; false where they make no sense. */
async function* feedBlocks(
  frame: Frame,
  reader: TornReader,
  checksum: boolean,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, boolean> {
  for (let last = false; !last; ) {
    signal.throwIfAborted()
    const head = Buffer.from(await reader.take(3))
    if (head.length < 3) return false
    const block = head.readUIntLE(0, 3)
    const type = (block >> 1) & 3
    if (type === 3 || block >> 3 > LARGEST_BLOCK) {
      reader.unread(head)
      return false
    }
    yield* frame.feed(head)
    if (!(yield* feed(frame, reader, type === 1 ? 1 : block >> 3))) return false
    last = (block & 1) === 1
  }
  return checksum ? yield* feed(frame, reader, 4) : true
}

function findFrame(window: Buffer): { readonly at: number } | undefined {
  const at = window.indexOf(MAGIC)
  return at < 0 ? undefined : { at }
}

/** A frame, from behind its magic; false where the next one has to be looked for. */
async function* unpackFrame(
  reader: TornReader,
  signal: AbortSignal,
  harm: UnpackHarm,
): AsyncGenerator<Uint8Array | Gap, boolean> {
  const header = await readHeader(reader)
  if (!header) {
    harm.places += 1
    yield { gap: undefined }
    return false
  }
  const frame = new Frame()
  try {
    yield* frame.feed(header.bytes)
    const whole = yield* feedBlocks(frame, reader, header.checksum, signal)
    if (whole) yield* frame.finish()
    if (whole && frame.sound) return true
    harm.places += 1
    if (!whole && (await reader.atEnd())) harm.cut = true
    const missing = header.size === undefined ? undefined : header.size - frame.given
    // A frame that says less than it has is not believed.
    if (missing !== 0) yield { gap: missing !== undefined && missing > 0 ? missing : undefined }
    return whole
  } finally {
    frame.close()
  }
}

export async function* unpackTornZstd(
  reader: TornReader,
  signal: AbortSignal,
  harm: UnpackHarm,
): AsyncGenerator<Uint8Array | Gap> {
  try {
    for (;;) {
      const magic = Buffer.from(await reader.take(4))
      if (magic.length === 0 && (await reader.atEnd())) return
      if (isSkippable(magic)) {
        const length = Buffer.from(await reader.take(4))
        if (length.length === 4) await skip(reader, length.readUInt32LE())
        continue
      }
      if (MAGIC.equals(magic)) {
        if (yield* unpackFrame(reader, signal, harm)) continue
      } else {
        // What comes after the last frame and is none of them is no harm to those.
        reader.unread(magic.subarray(1))
        yield { gap: undefined }
        harm.places += 1
      }
      await seek(reader, MAGIC.length, findFrame, signal)
    }
  } finally {
    await reader.end()
  }
}

async function skip(reader: TornReader, count: number): Promise<void> {
  for (let left = count; left > 0; ) {
    const part = await reader.some(left)
    if (part.length === 0) return
    left -= part.length
  }
}
