import { AppError } from '../../../shared/errors.ts'
import { type ByteFile, readRange } from '../../files.ts'
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
