import { createHash, randomBytes } from 'node:crypto'
import type { Bytes } from '../../place/place.ts'
import { release } from '../bytes.ts'
import { CIPHERS, encryptor, encryptShort } from './cfb.ts'
import { packetOf, TAG } from './packets.ts'
import { derive, readDerivation, writeDerivation } from './passwords.ts'

/**
 * Bytes protected by a password, as every GnuPG since 2002 opens them: AES-256, a key derived with as much work as the format
 * has room for, and a sum of all at the end (RFC 9580 section 5.13.1). What GnuPG 2.2 does not know is not used: no AEAD.
 */

const AES_256 = 9

function cipher() {
  const found = CIPHERS.get(AES_256)
  if (!found) throw new TypeError('no AES-256')
  return found
}

function short(tag: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(0xc0 | tag, content.length), content])
}

/** RFC 9580 section 5.3.1: the session key, encrypted with what the password gives. */
function session(key: Uint8Array, password: string): Uint8Array {
  const how = writeDerivation(randomBytes(8))
  const read = readDerivation(how)
  if (!read) throw new TypeError('no derivation')
  const encrypted = encryptShort(
    cipher(),
    derive(read.derivation, password, cipher().key),
    Buffer.concat([Uint8Array.of(AES_256), key]),
  )
  return short(TAG.passwordSession, Buffer.concat([Uint8Array.of(4, AES_256), how, encrypted]))
}

/** RFC 9580 section 5.9: bytes as they are, without a name or a date. */
async function* literal(bytes: Bytes): Bytes {
  yield Uint8Array.of(0x62, 0, 0, 0, 0, 0)
  yield* bytes
}

/** Section 5.13.1: a random block that ends twice, the packets, and the sum of all that. */
async function* encrypted(bytes: Bytes, key: Uint8Array): Bytes {
  const cfb = encryptor(cipher(), key)
  const sum = createHash('sha1')
  const pass = (plain: Uint8Array): Uint8Array => {
    sum.update(plain)
    return cfb.update(plain)
  }
  const random = randomBytes(cipher().block)
  yield Uint8Array.of(1)
  yield pass(Buffer.concat([random, random.subarray(-2)]))
  for await (const chunk of packetOf(TAG.literal, literal(bytes))) {
    const out = pass(chunk)
    release(chunk)
    yield out
  }
  yield pass(Uint8Array.of(0xd3, 20))
  yield cfb.update(sum.digest())
  yield cfb.end()
}

/**
 * The session key stands there twice, each encrypted by itself: so a wrong password can be told from a damaged file by the
 * first bytes alone, and the file opens when one of the two is damaged. Memory: a few pieces of a mebibyte.
 */
export async function* protect(bytes: Bytes, password: string): AsyncGenerator<Uint8Array> {
  const key = randomBytes(cipher().key)
  yield session(key, password)
  yield session(key, password)
  yield* packetOf(TAG.protected, encrypted(bytes, key))
}
