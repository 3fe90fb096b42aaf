import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'
import { dearmored } from './armor.ts'
import type { Lock, SessionKey } from './lock.ts'

/**
 * What newer programs write, by openpgp.js: messages that are protected piece by piece (AEAD: RFC 9580 section 5.13.2, and what
 * GnuPG 2.4 writes), passwords derived by Argon2. Its errors are its own; here they become ours.
 */

async function elsewhere(): Promise<typeof import('openpgp')> {
  return await import('openpgp')
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Ciphers by OpenPGP's numbers, as openpgp.js calls them. */
const names: ReadonlyMap<number, 'tripledes' | 'cast5' | 'blowfish' | 'aes128' | 'aes192' | 'aes256' | 'twofish'> =
  new Map([
    [2, 'tripledes'],
    [3, 'cast5'],
    [4, 'blowfish'],
    [7, 'aes128'],
    [8, 'aes192'],
    [9, 'aes256'],
    [10, 'twofish'],
  ] as const)

/** log2 of KiB that a message may ask for: 2 GiB, the most that RFC 9106 has a use for. */
const MOST_MEMORY = 21

/** @throws password-wrong, openpgp-unsupported */
export async function sessionKeyElsewhere({ sessions }: Lock, password: string): Promise<SessionKey> {
  const { SymEncryptedSessionKeyPacket, Message, PacketList, decryptSessionKeys, enums } = await elsewhere()
  const packets = new PacketList<InstanceType<typeof SymEncryptedSessionKeyPacket>>()
  let unreadable: unknown
  for (const body of sessions) {
    const packet = new SymEncryptedSessionKeyPacket()
    try {
      packet.read(body)
      packets.push(packet)
    } catch (error) {
      unreadable = error
    }
  }
  if (packets.length === 0)
    throw new AppError('openpgp-unsupported', { method: reason(unreadable) }, { cause: unreadable })
  const message = new Message(packets)
  const config = { maxArgon2MemoryExponent: MOST_MEMORY }
  const [found] = await decryptSessionKeys({ message, passwords: password, config }).catch((error: unknown) => {
    if (/Argon2/.test(reason(error))) throw new AppError('openpgp-unsupported', { method: reason(error) })
    // Whatever else it says: each of them is encrypted with a sum of its own, and a wrong password opens none.
    return []
  })
  if (!found) throw new AppError('password-wrong')
  // The newest session keys leave it to the message which cipher they are for: then the name counts for nothing.
  return { cipher: enums.symmetric[found.algorithm ?? 'aes256'], bytes: found.data }
}

/** Every piece is proven before it is handed on. @throws archive-damaged */
export async function* openedElsewhere(bytes: Bytes, { cipher, bytes: data }: SessionKey): Bytes {
  const { decrypt, readMessage } = await elsewhere()
  // An error on the way here is the one to tell, not what openpgp.js makes of it.
  let failure: unknown
  async function* noted(): Bytes {
    try {
      yield* dearmored(bytes)
    } catch (error) {
      failure = error
      throw error
    }
  }
  try {
    const message = await readMessage({ binaryMessage: ReadableStream.from(noted()) })
    const { data: inside } = await decrypt({
      message,
      sessionKeys: [{ data, algorithm: names.get(cipher) ?? 'aes256' }],
      format: 'binary',
    })
    yield* inside
  } catch (error) {
    if (failure !== undefined) throw failure
    throw new AppError('archive-damaged', {}, { cause: error, raw: reason(error) })
  }
}
