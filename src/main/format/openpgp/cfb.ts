import { createCipheriv } from 'node:crypto'
import { disposable } from '../bytes.ts'

/**
 * Cipher feedback as OpenPGP means it (RFC 9580 section 12.9): a zero vector, and no resynchronisation. Made of two modes that
 * OpenSSL and BoringSSL have in assembler, four times as fast as their own CFB, which works a block at a time in C:
 *
 * With K(i) = E(C(i-1)) and C(i) = P(i) xor K(i), encrypting asks for K(i+1) = E(P(i) xor K(i)): that is CBC over the plain
 * blocks. Decrypting asks for K(i+1) = E(C(i)): that is ECB over the encrypted ones.
 */

export interface BlockCipher {
  /** As `node:crypto` calls it: `aes-256`, `des-ede3`. */
  readonly name: string
  /** Bytes. */
  readonly key: number
  readonly block: number
}

/** OpenPGP's numbers of ciphers (RFC 9580 section 9.3) that `node:crypto` has. */
export const CIPHERS: ReadonlyMap<number, BlockCipher> = new Map([
  [2, { name: 'des-ede3', key: 24, block: 8 }],
  [7, { name: 'aes-128', key: 16, block: 16 }],
  [8, { name: 'aes-192', key: 24, block: 16 }],
  [9, { name: 'aes-256', key: 32, block: 16 }],
  [11, { name: 'camellia-128', key: 16, block: 16 }],
  [12, { name: 'camellia-192', key: 24, block: 16 }],
  [13, { name: 'camellia-256', key: 32, block: 16 }],
])

/** Bytes in pieces of any length. What comes out lags behind by less than a block, until `end`. */
export interface Feedback {
  update(bytes: Uint8Array): Uint8Array
  end(): Uint8Array
}

/** The bytes where words of four may be read: a view of the same, or a copy. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
}

function words({ buffer, byteOffset, length }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4)
}

/** Whole blocks of `bytes` mixed with the stream: with `first`, then with what `others` give. In the memory of `others`. */
function mixed(bytes: Uint8Array, first: Uint8Array, others: Uint8Array): Uint8Array {
  const [from, lead, into] = [words(bytes), words(first), words(others)]
  const shift = lead.length
  // From the end: each word is read before the one that takes its place is written.
  for (let at = into.length - 1; at >= shift; at--) into[at] = (from[at] ?? 0) ^ (into[at - shift] ?? 0)
  for (let at = 0; at < shift; at++) into[at] = (from[at] ?? 0) ^ (lead[at] ?? 0)
  return others
}

function feedback({ name, block }: BlockCipher, key: Uint8Array, encrypts: boolean): Feedback {
  const cipher = encrypts
    ? createCipheriv(`${name}-cbc`, key, new Uint8Array(block))
    : createCipheriv(name === 'des-ede3' ? 'des-ede3' : `${name}-ecb`, key, null)
  cipher.setAutoPadding(false)
  /** What the next block is mixed with. */
  let next = new Uint8Array(cipher.update(new Uint8Array(block)))
  let held = new Uint8Array(0)
  return {
    update(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes])
      const whole = all.length - (all.length % block)
      held = new Uint8Array(all.subarray(whole))
      if (whole === 0) return new Uint8Array(0)
      const input = aligned(all.subarray(0, whole))
      const stream = aligned(cipher.update(input))
      const last = new Uint8Array(stream.subarray(-block))
      const out = disposable(mixed(input, next, stream))
      next = last
      return out
    },
    end() {
      return held.map((byte, at) => byte ^ (next[at] ?? 0))
    },
  }
}

export function encryptor(cipher: BlockCipher, key: Uint8Array): Feedback {
  return feedback(cipher, key, true)
}

export function decryptor(cipher: BlockCipher, key: Uint8Array): Feedback {
  return feedback(cipher, key, false)
}

/** A few bytes at once. */
export function decryptShort(cipher: BlockCipher, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const cfb = decryptor(cipher, key)
  return Buffer.concat([cfb.update(bytes), cfb.end()])
}

export function encryptShort(cipher: BlockCipher, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const cfb = encryptor(cipher, key)
  return Buffer.concat([cfb.update(bytes), cfb.end()])
}
