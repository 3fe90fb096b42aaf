import { AppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import type { Bytes, Form, Stored } from '../place/place.ts'
import { release } from './bytes.ts'
import { unpack } from './compression.ts'
import { ConduitClosed, conduit } from './conduit.ts'
import { createSha256 } from './hash.ts'

/**
 * Verification rides on the bytes: they pass through, are hashed as stored and as unpacked, and the last step throws when
 * they are not what was promised. So every byte is read once, and nothing is believed that was not read.
 */

export interface Promised {
  /** Digest of the bytes as stored, and of the unpacked tar, where something promises one. */
  readonly digest?: Digest | undefined
  readonly diffId?: Digest | undefined
  /** What the error names: a file in the archive, or a digest. */
  readonly file: string
  /** Bytes of a compressed file that all this comes out of, as far as it was read. */
  readonly packed?: (() => number) | undefined
}

/** Refused: more than this unpacked, from a thousandth of it. Nothing honest compresses so (gzip's best is 1,032 to 1). */
const BOMB_BYTES = 4 * 2 ** 30
const BOMB_RATIO = 1100

/** The same bytes, unless they are far too many for the `packed` ones they come out of. @throws archive-hostile */
export async function* bounded(bytes: Bytes, packed: () => number): Bytes {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > BOMB_BYTES && size > packed() * BOMB_RATIO)
      throw new AppError('archive-hostile', { detail: 'it unpacks without end' })
    yield chunk
  }
}

/** Bytes that prove themselves. `proof` may be called once they were read to their end. */
export interface Proving {
  readonly bytes: Bytes
  proof(): Stored
}

interface Unpacked {
  write(chunk: Uint8Array): Promise<void>
  digest(): Promise<Digest>
}

/** Unpacks and hashes what is written to it. */
function unpackedHash(form: Exclude<Form, 'plain'>, stored: () => number, file: string): Unpacked {
  const pipe = conduit()
  const hashing = (async (): Promise<Digest> => {
    const sha = createSha256()
    try {
      for await (const chunk of bounded(unpack(pipe.bytes, form), stored)) {
        await sha.update(chunk)
        release(chunk)
      }
    } catch (error) {
      // A layer that does not unpack is not what anything promised of it, whatever the rest of its file is.
      if (error instanceof AppError && (error.code === 'archive-damaged' || error.code === 'archive-truncated'))
        throw new AppError('digest-mismatch', { file }, { cause: error })
      throw error
    }
    return await sha.digest()
  })()
  // Whoever awaits it sees the failure; without this line Node takes an early one for unhandled.
  hashing.catch(() => undefined)
  return {
    async write(chunk) {
      try {
        await pipe.write(chunk)
      } catch (error) {
        if (!(error instanceof ConduitClosed)) throw error
        // What follows a complete stream is padding; a broken one says so here.
        await hashing
      }
    },
    async digest() {
      pipe.end()
      return await hashing
    },
  }
}

export function proving(bytes: Bytes, form: Form, promised: Promised): Proving {
  let stored: Stored | undefined
  async function* pass(): Bytes {
    let size = 0
    const sha = createSha256()
    const unpacked = form === 'plain' ? undefined : unpackedHash(form, promised.packed ?? (() => size), promised.file)
    try {
      for await (const chunk of bytes) {
        size += chunk.length
        await Promise.all([sha.update(chunk), unpacked?.write(chunk)])
        yield chunk
      }
      const digest = await sha.digest()
      const diffId = unpacked ? await unpacked.digest() : digest
      if (promised.digest !== undefined && promised.digest !== digest)
        throw new AppError('digest-mismatch', { file: promised.file })
      if (promised.diffId !== undefined && promised.diffId !== diffId)
        throw new AppError('digest-mismatch', { file: promised.file })
      stored = { diffId, form, digest, size }
    } finally {
      // Releases the unpacking when the reader leaves early; its outcome no longer matters then.
      if (!stored) unpacked?.digest().catch(() => undefined)
    }
  }
  return {
    bytes: pass(),
    proof() {
      if (!stored) throw new TypeError('a proof is there once the bytes were read to their end')
      return stored
    },
  }
}

/** Reads bytes for their digests alone. `read` is told how many bytes were read. */
export async function prove(
  bytes: Bytes,
  form: Form,
  promised: Promised,
  read: (bytes: number) => void,
): Promise<Stored> {
  const { bytes: passing, proof } = proving(bytes, form, promised)
  for await (const chunk of passing) {
    read(chunk.length)
    release(chunk)
  }
  return proof()
}
