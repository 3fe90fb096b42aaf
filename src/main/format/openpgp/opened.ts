import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'
import { gather, release } from '../bytes.ts'
import { inflate, unpack } from '../compression.ts'
import { dearmored } from './armor.ts'
import { CIPHERS, decryptor } from './cfb.ts'
import { openedElsewhere } from './elsewhere.ts'
import type { SessionKey } from './lock.ts'
import { ByteReader, damaged, nextPacket, type Packet, TAG } from './packets.ts'

/** The bytes in a protected message. They come before the sum at their end is compared: nothing of them may be shown until the last was read. */

/** Bytes that are decrypted at once. */
const CHUNK = 1 << 20
/** Of a packet of the sum: header and SHA-1. */
const SUM = 22

/** Holds the last bytes back, which may be the sum: what is known to stand before it is handed on. */
function heldBack(): { push(bytes: Uint8Array): readonly Uint8Array[]; readonly tail: Uint8Array } {
  let tail: Uint8Array = new Uint8Array(0)
  return {
    push(bytes) {
      const ready = tail.length + bytes.length - SUM
      if (ready <= 0) {
        tail = Buffer.concat([tail, bytes])
        return []
      }
      const before = tail.subarray(0, ready)
      const here = bytes.subarray(0, ready - before.length)
      tail = Buffer.concat([tail.subarray(before.length), bytes.subarray(here.length)])
      return [before, here]
    },
    get tail() {
      return tail
    },
  }
}

/**
 * RFC 9580 section 5.13.1: what is encrypted, without the block before and the sum behind it.
 * @throws archive-damaged as the last: it is not what was written
 */
async function* decrypted(body: Bytes, key: SessionKey): Bytes {
  const cipher = CIPHERS.get(key.cipher)
  if (!cipher) throw new AppError('openpgp-unsupported', { method: `cipher ${key.cipher}` })
  const reader = new ByteReader(body)
  const [version] = await reader.exactly(1)
  if (version !== 1) throw damaged()
  const cfb = decryptor(cipher, key.bytes)
  const sum = createHash('sha1')
  const held = heldBack()
  let skip = cipher.block + 2
  function* told(plain: Uint8Array): Generator<Uint8Array> {
    for (const piece of held.push(plain)) {
      sum.update(piece)
      const shown = piece.subarray(skip)
      skip -= piece.length - shown.length
      if (shown.length > 0) yield shown
    }
  }
  for await (const chunk of gather(reader.rest(), CHUNK)) {
    const plain = cfb.update(chunk)
    release(chunk)
    yield* told(plain)
  }
  yield* told(cfb.end())
  const { tail } = held
  sum.update(tail.subarray(0, 2))
  if (tail.length < SUM || tail[0] !== 0xd3 || tail[1] !== 20 || !sum.digest().equals(tail.subarray(2))) throw damaged()
}

/** Messages are put into each other by no program that is known; a hostile one could, without end. */
const DEEPEST = 4

function decompressed(method: number, bytes: Bytes): Bytes {
  switch (method) {
    case 0:
      return bytes
    case 1:
      return inflate(bytes, 'raw')
    case 2:
      return inflate(bytes, 'zlib')
    case 3:
      return unpack(bytes, 'bzip2')
    default:
      throw new AppError('openpgp-unsupported', { method: `compression ${method}` })
  }
}

/** Section 5.9. */
async function* ofLiteral(body: Bytes): Bytes {
  const reader = new ByteReader(body)
  const [, name = 0] = await reader.exactly(2)
  await reader.exactly(name + 4)
  yield* reader.rest()
}

async function* ofCompressed(body: Bytes, depth: number): Bytes {
  if (depth > DEEPEST) throw damaged()
  const reader = new ByteReader(body)
  const [method = 0] = await reader.exactly(1)
  yield* content(decompressed(method, reader.rest()), depth + 1)
}

function contentOf({ tag, body }: Packet, depth: number): Bytes | undefined {
  if (tag === TAG.literal) return ofLiteral(body)
  return tag === TAG.compressed ? ofCompressed(body, depth) : undefined
}

/** Packets that say nothing of the content: who signed it is not asked here. */
const BESIDE: ReadonlySet<number> = new Set([TAG.onePassSignature, TAG.signature, TAG.marker, TAG.padding])

/** The literal data among packets; they are read to their end. */
async function* content(bytes: Bytes, depth: number): Bytes {
  const reader = new ByteReader(bytes)
  let found = false
  try {
    for (let packet = await nextPacket(reader); packet; packet = await nextPacket(reader)) {
      const inside = contentOf(packet, depth)
      if (inside) {
        if (found) throw damaged()
        found = true
        yield* inside
      } else if (!BESIDE.has(packet.tag)) throw damaged()
      for await (const _ of packet.body);
    }
  } finally {
    await reader.leave()
  }
  if (!found) throw damaged()
}

async function* opened(bytes: Bytes, key: SessionKey): Bytes {
  const reader = new ByteReader(dearmored(bytes))
  try {
    for (let packet = await nextPacket(reader); packet; packet = await nextPacket(reader)) {
      if (packet.tag === TAG.protected) {
        yield* content(decrypted(packet.body, key), 1)
        // Nothing may follow: what is not in the sum could be anybody's.
        if ((await reader.byte()) !== undefined) throw damaged()
        return
      }
      for await (const _ of packet.body);
    }
  } finally {
    await reader.leave()
  }
  throw new AppError('archive-truncated')
}

/** What is handed on is in pieces of this, whatever the message was written in. */
const GATHERED = 1 << 18

/**
 * What is in a message. Whoever leaves before the end has to know by himself that the bytes are right.
 * @throws archive-damaged, archive-truncated
 */
export function openMessage(bytes: Bytes, key: SessionKey, kind: 'sum' | 'pieces'): Bytes {
  return gather(kind === 'pieces' ? openedElsewhere(bytes, key) : opened(bytes, key), GATHERED)
}
