import type { Compression } from '../../../shared/contract.ts'

export type Sniffed = Compression | 'zip' | '7z' | 'openpgp'

const MAGICS: readonly (readonly [Sniffed, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['openpgp', [...Buffer.from('-----BEGIN PGP MESSAGE-----')]],
]
/** What follows `BZh1`: a block, or the end of an empty stream. */
const BZIP2_NEXT: readonly (readonly number[])[] = [
  [0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
  [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
]

function has(head: Uint8Array, magic: readonly number[], at = 0): boolean {
  return magic.every((byte, index) => head[at + index] === byte)
}

function isBzip2(head: Uint8Array): boolean {
  const level = head[3] ?? 0
  return (
    has(head, [0x42, 0x5a, 0x68]) && level >= 0x31 && level <= 0x39 && BZIP2_NEXT.some((next) => has(head, next, 4))
  )
}

/** Zstandard skippable frame, RFC 8878 section 3.1.2: pzstd begins with one. */
function isSkippable(head: Uint8Array): boolean {
  return ((head[0] ?? 0) & 0xf0) === 0x50 && has(head, [0x2a, 0x4d, 0x18], 1)
}

/** Bytes of an OpenPGP packet's header, RFC 9580 section 4.2; 0 for lengths nobody begins a message with. */
function packetHeader(head: Uint8Array): number {
  const [first = 0, second = 0] = head
  if (first & 0x40) return second < 192 ? 2 : 3
  return [2, 3, 5, 0][first & 3] ?? 0
}

/**
 * An encrypted message begins with a session key: tag 3 (by password, versions 4 to 6) or tag 1 (by public key, 3 or 6).
 * The version is asked for because a tar may begin with these bytes too, as the UTF-8 name of its first entry.
 */
function isOpenPgp(head: Uint8Array): boolean {
  const first = head[0] ?? 0
  if (!(first & 0x80)) return false
  const tag = first & 0x40 ? first & 0x3f : (first >> 2) & 0x0f
  const header = packetHeader(head)
  const version = header > 0 ? (head[header] ?? 0) : 0
  return (tag === 3 && version >= 4 && version <= 6) || (tag === 1 && (version === 3 || version === 6))
}

/**
 * What a file is by its first bytes, at least 32 of them where it has that many. Undefined for everything else, a plain
 * tar among it.
 */
export function sniff(head: Uint8Array): Sniffed | undefined {
  const found = MAGICS.find(([, magic]) => has(head, magic))
  if (found) return found[0]
  if (isSkippable(head)) return 'zstd'
  if (isBzip2(head)) return 'bzip2'
  return isOpenPgp(head) ? 'openpgp' : undefined
}
