import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'
import { disposable, release } from '../bytes.ts'

/** The frame of OpenPGP (RFC 9580 section 4): packets, whose length may come in pieces, read as their bytes come. */

export const TAG = {
  publicKeySession: 1,
  signature: 2,
  passwordSession: 3,
  onePassSignature: 4,
  compressed: 8,
  /** Without any integrity: from before 2000. */
  unprotected: 9,
  marker: 10,
  literal: 11,
  protected: 18,
  /** GnuPG's own before RFC 9580, and still what its 2.4 writes for OCB. */
  aead: 20,
  padding: 21,
} as const

const ALL = Number.POSITIVE_INFINITY

/** Bytes that are asked for by number. Leaves the source when it is told to. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(bytes: Bytes) {
    this.#source = bytes[Symbol.asyncIterator]()
  }

  /** What comes next, `most` bytes at most; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next()
      if (done) return undefined
      this.#rest = value
    }
    const piece = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(piece.length)
    return piece
  }

  /** Undefined at the end. */
  async byte(): Promise<number | undefined> {
    return (await this.some(1))?.[0]
  }

  /** @throws archive-truncated when there are not as many */
  async exactly(count: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for (let left = count; left > 0; ) {
      const piece = await this.some(left)
      if (!piece) throw new AppError('archive-truncated')
      // Copied: whoever makes the bytes may use their memory again.
      pieces.push(new Uint8Array(piece))
      left -= piece.length
    }
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
  }

  /** All that comes, as it comes. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (let piece = await this.some(ALL); piece; piece = await this.some(ALL)) yield piece
  }

  async leave(): Promise<void> {
    await this.#source.return?.()
  }
}

export interface Packet {
  readonly tag: number
  /** To be read to its end before the next packet is asked for. */
  readonly body: Bytes
}

export function damaged(): AppError {
  return new AppError('archive-damaged')
}

function number(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** A length, and whether more pieces follow; undefined: up to the end of what it is in. */
type Length = { readonly bytes: number; readonly more: boolean } | undefined

async function newLength(reader: ByteReader): Promise<Length> {
  const [first = 0] = await reader.exactly(1)
  if (first < 192) return { bytes: first, more: false }
  if (first < 224) return { bytes: ((first - 192) << 8) + number(await reader.exactly(1)) + 192, more: false }
  if (first < 255) return { bytes: 2 ** (first & 0x1f), more: true }
  return { bytes: number(await reader.exactly(4)), more: false }
}

async function oldLength(reader: ByteReader, type: number): Promise<Length> {
  return type === 3 ? undefined : { bytes: number(await reader.exactly(2 ** type)), more: false }
}

async function* pieces(reader: ByteReader, first: Length): Bytes {
  if (!first) {
    yield* reader.rest()
    return
  }
  let { bytes, more } = first
  for (;;) {
    while (bytes > 0) {
      const piece = await reader.some(bytes)
      if (!piece) throw new AppError('archive-truncated')
      bytes -= piece.length
      yield piece
    }
    if (!more) return
    const next = await newLength(reader)
    if (!next) return
    ;({ bytes, more } = next)
  }
}

/** The next packet; undefined at the end. @throws archive-damaged: no packet begins here */
export async function nextPacket(reader: ByteReader): Promise<Packet | undefined> {
  const first = await reader.byte()
  if (first === undefined) return undefined
  if (!(first & 0x80)) throw damaged()
  if (first & 0x40) return { tag: first & 0x3f, body: pieces(reader, await newLength(reader)) }
  return { tag: (first >> 2) & 0x0f, body: pieces(reader, await oldLength(reader, first & 3)) }
}

/** The whole of a small packet. @throws archive-damaged: it is larger than any of its kind */
export async function small(body: Bytes, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const piece of body) {
    size += piece.length
    if (size > most) throw damaged()
    parts.push(new Uint8Array(piece))
  }
  return Buffer.concat(parts)
}

/** log2 of the bytes of a piece. */
const PIECE_BITS = 20
const PIECE = 2 ** PIECE_BITS

function lastLength(length: number): Uint8Array {
  if (length < 192) return Uint8Array.of(length)
  const bytes = Buffer.alloc(5, 0xff)
  bytes.writeUInt32BE(length, 1)
  return bytes
}

/** A packet of bytes whose number nobody knows before: pieces of one size, and a last one. */
export async function* packetOf(tag: number, bytes: Bytes): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(0xc0 | tag)
  let piece = disposable(Buffer.allocUnsafeSlow(PIECE + 1))
  let filled = 0
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      // A full piece goes when there is more: the last one is told with its own length.
      if (filled === PIECE) {
        piece[0] = 0xe0 | PIECE_BITS
        yield piece
        piece = disposable(Buffer.allocUnsafeSlow(PIECE + 1))
        filled = 0
      }
      const part = chunk.subarray(at, at + PIECE - filled)
      piece.set(part, filled + 1)
      filled += part.length
      at += part.length
    }
    release(chunk)
  }
  yield lastLength(filled)
  yield piece.subarray(1, filled + 1)
}
