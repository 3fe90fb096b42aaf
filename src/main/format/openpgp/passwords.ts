import { createHash } from 'node:crypto'

/** A password to a key: string-to-key, RFC 9580 section 3.7.1. */

/** Their numbers (section 9.5), as `node:crypto` calls them. */
const HASHES: Readonly<Record<number, string>> = {
  1: 'md5',
  2: 'sha1',
  3: 'ripemd160',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
}
const SHA256 = 8

export interface Derivation {
  readonly hash: number
  /** Empty for the oldest kind. */
  readonly salt: Uint8Array
  /** Bytes that go through the hash; 0: the salted password once. */
  readonly count: number
}

/** The coded count of section 3.7.1.3. */
function countOf(code: number): number {
  return (16 + (code & 15)) << ((code >> 4) + 6)
}

const SALT = 8
/** The highest there is: 65,011,712 bytes. */
export const MOST = 0xff

/** As `readDerivation` reads it: iterated, salted, SHA-256. */
export function writeDerivation(salt: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(3, SHA256), salt, Uint8Array.of(MOST)])
}

/** Reads one at the beginning of `bytes`; undefined for a kind that is not known here. */
export function readDerivation(
  bytes: Uint8Array,
): { readonly derivation: Derivation; readonly size: number } | undefined {
  const [kind = -1, hash = 0, ...rest] = bytes.subarray(0, 2 + SALT + 1)
  if (HASHES[hash] === undefined) return undefined
  const salt = Uint8Array.from(rest.slice(0, SALT))
  switch (kind) {
    case 0:
      return { derivation: { hash, salt: new Uint8Array(0), count: 0 }, size: 2 }
    case 1:
      return { derivation: { hash, salt, count: 0 }, size: 2 + SALT }
    case 3:
      return { derivation: { hash, salt, count: countOf(rest[SALT] ?? 0) }, size: 2 + SALT + 1 }
    default:
      return undefined
  }
}

/** Bytes that are hashed at once. */
const BLOCK = 1 << 18

/** Salt and password over and over, `count` bytes of them, behind `zeros` zeros. */
function hashed({ hash, salt, count }: Derivation, password: Uint8Array, zeros: number): Uint8Array {
  const once = Buffer.concat([salt, password])
  const sum = createHash(HASHES[hash] ?? '')
  sum.update(new Uint8Array(zeros))
  const total = Math.max(count, once.length)
  const block = Buffer.concat(
    Array.from({ length: Math.max(1, Math.floor(BLOCK / Math.max(1, once.length))) }, () => once),
  )
  let left = total
  for (; left >= block.length && block.length > 0; left -= block.length) sum.update(block)
  sum.update(block.subarray(0, left))
  return sum.digest()
}

/** `size` bytes of key. A few dozen milliseconds with the highest count. */
export function derive(derivation: Derivation, password: string, size: number): Uint8Array {
  const bytes = Buffer.from(password, 'utf8')
  const parts: Uint8Array[] = []
  for (let have = 0, zeros = 0; have < size; zeros++) {
    const part = hashed(derivation, bytes, zeros)
    parts.push(part)
    have += part.length
  }
  return Buffer.concat(parts).subarray(0, size)
}
