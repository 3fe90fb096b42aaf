import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'
import { dearmored } from './armor.ts'
import { CIPHERS, decryptShort } from './cfb.ts'
import { sessionKeyElsewhere } from './elsewhere.ts'
import { ByteReader, damaged, nextPacket, small, TAG } from './packets.ts'
import { derive, readDerivation } from './passwords.ts'

/** What stands before the encrypted bytes of a message: for whom it is, and what a password is tried on. */

/** What opens one message. In memory only. */
export interface SessionKey {
  /** OpenPGP's number. */
  readonly cipher: number
  readonly bytes: Uint8Array
}

export interface Lock {
  /** Of this one message: by it a kept password is found again, whatever the file is called. */
  readonly id: string
  /** Session keys by password: the bodies of their packets. */
  readonly sessions: readonly Uint8Array[]
  /** Key ids it can be opened with; empty ones are hidden. */
  readonly recipients: readonly string[]
  /** How what follows is protected: by a sum at its end (RFC 9580 section 5.13.1), or piece by piece. */
  readonly kind: 'sum' | 'pieces'
  /** First encrypted bytes. */
  readonly start: Uint8Array
}

/** Bytes. A session key by password takes a hundred, one for a key a thousand. */
const MOST_PACKET = 16_384
/** Each try of a password may take a tenth of a second for each. */
const MOST_SESSIONS = 16
const MOST_PACKETS = 1000
/** The random block, its last two bytes once more, and where the first packet inside begins. */
const START = 24

/** RFC 9580 section 5.1: the key a session key is for. */
function recipientOf(body: Uint8Array): string {
  const id = body[0] === 3 ? body.subarray(1, 9) : body.subarray(3, 3 + Math.max(0, (body[1] ?? 0) - 1))
  return id.every((byte) => byte === 0) ? '' : Buffer.from(id).toString('hex').toUpperCase()
}

function unsupported(method: string): AppError {
  return new AppError('openpgp-unsupported', { method })
}

/** How the encrypted packet protects what is in it, and its first bytes. @throws openpgp-unsupported */
async function startOf(tag: number, body: Bytes): Promise<Pick<Lock, 'kind' | 'start'>> {
  if (tag === TAG.unprotected) throw unsupported('no protection against changes')
  if (tag === TAG.aead) return { kind: 'pieces', start: new Uint8Array(0) }
  const inside = new ByteReader(body)
  const [version] = await inside.exactly(1)
  if (version === 2) return { kind: 'pieces', start: new Uint8Array(0) }
  if (version !== 1) throw damaged()
  return { kind: 'sum', start: await inside.exactly(START) }
}

/**
 * Reads a message up to its first encrypted bytes, and leaves it.
 * @throws openpgp-signed (nothing in it is encrypted), openpgp-unsupported, archive-damaged, archive-truncated
 */
export async function readLock(bytes: Bytes): Promise<Lock> {
  const reader = new ByteReader(dearmored(bytes))
  const sessions: Uint8Array[] = []
  const recipients: string[] = []
  const id = createHash('sha256')
  try {
    for (let count = 0; count < MOST_PACKETS; count++) {
      const packet = await nextPacket(reader)
      if (!packet) throw new AppError('archive-truncated')
      const { tag, body } = packet
      switch (tag) {
        case TAG.passwordSession:
        case TAG.publicKeySession: {
          const content = await small(body, MOST_PACKET)
          id.update(content)
          if (tag === TAG.publicKeySession) recipients.push(recipientOf(content))
          else if (sessions.length < MOST_SESSIONS) sessions.push(content)
          break
        }
        case TAG.marker:
        case TAG.padding:
          await small(body, MOST_PACKET)
          break
        case TAG.protected:
        case TAG.aead:
        case TAG.unprotected:
          return { ...(await startOf(tag, body)), id: id.digest('hex').slice(0, 32), sessions, recipients }
        case TAG.signature:
        case TAG.onePassSignature:
        case TAG.compressed:
        case TAG.literal:
          throw new AppError('openpgp-signed')
        default:
          throw damaged()
      }
    }
    throw damaged()
  } finally {
    await reader.leave()
  }
}

const VERSION = 4

/** RFC 9580 section 5.3.1; undefined where the password gives none that could be one. */
function sessionKey(body: Uint8Array, password: string): SessionKey | undefined {
  const cipher = CIPHERS.get(body[1] ?? 0)
  const read = readDerivation(body.subarray(2))
  if (body[0] !== VERSION || !cipher || !read) return undefined
  const key = derive(read.derivation, password, cipher.key)
  const encrypted = body.subarray(2 + read.size)
  if (encrypted.length === 0) return { cipher: body[1] ?? 0, bytes: key }
  const [inside = 0, ...bytes] = decryptShort(cipher, key, encrypted)
  return CIPHERS.get(inside)?.key === bytes.length ? { cipher: inside, bytes: Uint8Array.from(bytes) } : undefined
}

/** Packets that may be the first inside. */
const FIRST: ReadonlySet<number> = new Set([
  TAG.compressed,
  TAG.literal,
  TAG.onePassSignature,
  TAG.signature,
  TAG.marker,
  TAG.padding,
])

/** The random block ends with two bytes that stand behind it again, and then a packet begins. */
function fits({ start }: Lock, { cipher, bytes }: SessionKey): boolean {
  const known = CIPHERS.get(cipher)
  if (!known) return false
  const plain = decryptShort(known, bytes, start)
  const { block } = known
  const first = plain[block + 2] ?? 0
  const tag = first & 0x40 ? first & 0x3f : (first >> 2) & 0x0f
  return plain[block - 2] === plain[block] && plain[block - 1] === plain[block + 1] && first >= 0x80 && FIRST.has(tag)
}

function same(left: SessionKey, right: SessionKey): boolean {
  return left.cipher === right.cipher && Buffer.compare(left.bytes, right.bytes) === 0
}

/** Whether something that this code does not read itself stands in the way of a password. */
function isElsewhere({ kind, sessions }: Lock): boolean {
  return kind === 'pieces' || sessions.every((body) => body[0] !== VERSION || !readDerivation(body.subarray(2)))
}

/**
 * Tries a password; no more than the first bytes are needed for it.
 * @throws password-wrong, openpgp-keys (no password opens it), openpgp-unsupported,
 * archive-damaged: the password is right, and what it opens is not what was written
 */
export async function unlock(lock: Lock, password: string): Promise<SessionKey> {
  if (lock.sessions.length === 0) throw forKeys(lock)
  if (isElsewhere(lock)) return await sessionKeyElsewhere(lock, password)
  const found: SessionKey[] = []
  for (const body of lock.sessions) {
    const key = sessionKey(body, password)
    if (!key) continue
    if (fits(lock, key)) return key
    // Two that were encrypted each by itself do not give the same by chance: it is the rest that is not as it was.
    if (found.some((other) => same(key, other))) throw damaged()
    found.push(key)
  }
  if (lock.sessions.every((body) => !CIPHERS.has(body[1] ?? 0)))
    throw unsupported(`cipher ${lock.sessions[0]?.[1] ?? 0}`)
  throw new AppError('password-wrong')
}

/** No password opens it. */
export function forKeys({ recipients }: Lock): AppError {
  return new AppError('openpgp-keys', { keys: recipients.map((id) => id || '?').join(', ') })
}
