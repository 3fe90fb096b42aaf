import { AppError } from '../../../shared/errors.ts'
import { type ByteFile, readRange } from '../../files.ts'
import { ConduitClosed, conduit } from '../../format/conduit.ts'
import { forKeys, type Lock, readLock, type SessionKey, unlock } from '../../format/openpgp/lock.ts'
import { openMessage } from '../../format/openpgp/opened.ts'
import type { Bytes } from '../place.ts'
import { openWhole } from './whole.ts'

/** A file protected by a password: one more wrapping, below the compression. */

/** What opens one file that was opened before. In memory only, as long as the file is remembered as opened. */
export interface Seal {
  readonly key: SessionKey
  readonly kind: Lock['kind']
}

async function lockIn(file: Pick<ByteFile, 'read'>, size: number, signal: AbortSignal): Promise<Lock> {
  return await readLock(readRange(file, 0, size, signal))
}

/**
 * Tries a password on the first bytes of a file.
 * @throws password-needed where none is given; `lock` in its parts is what a kept one is known by. password-wrong, openpgp-*
 */
export async function unlockFile(
  file: Pick<ByteFile, 'read'>,
  size: number,
  password: string | undefined,
  signal: AbortSignal,
): Promise<Seal> {
  const lock = await lockIn(file, size, signal)
  if (lock.sessions.length === 0) throw forKeys(lock)
  if (password === undefined) throw new AppError('password-needed', { lock: lock.id })
  return { key: await unlock(lock, password), kind: lock.kind }
}

/** What a kept password of a protected file is known by. @throws as opening it does */
export async function lockOf(path: string, signal: AbortSignal): Promise<string> {
  const { file, stamp } = await openWhole(path)
  try {
    return (await lockIn(file, stamp.size, signal)).id
  } finally {
    await file.close()
  }
}

/** The bytes behind a seal; without one, as they are. */
export function unsealed(bytes: Bytes, seal: Seal | undefined): Bytes {
  return seal ? openMessage(bytes, seal.key, seal.kind) : bytes
}

/** What was written is opened again while it is read back, with the password that was typed. */
export interface Reopening {
  /** As `OnReadBack`. */
  take(done: number, chunk: Uint8Array): Promise<void>
  /** @throws archive-damaged, archive-truncated, password-wrong: it does not open */
  finish(): Promise<void>
  leave(): void
}

export function reopening(password: string): Reopening {
  const pipe = conduit()
  let seen = 0
  let reading: Promise<void> | undefined
  async function read(seal: Seal): Promise<void> {
    for await (const _ of unsealed(pipe.bytes, seal));
  }
  return {
    async take(done, chunk) {
      // Read once more from its beginning.
      if (done <= seen) return
      seen = done
      if (!reading) {
        const lock = await readLock(only(chunk))
        reading = read({ key: await unlock(lock, password), kind: lock.kind })
        reading.catch(() => undefined)
      }
      try {
        await pipe.write(chunk)
      } catch (error) {
        if (!(error instanceof ConduitClosed)) throw error
        await reading
      }
    },
    async finish() {
      pipe.end()
      await reading
    },
    leave: () => pipe.fail(new AppError('cancelled')),
  }
}

async function* only(chunk: Uint8Array): Bytes {
  yield chunk
}
