import { constants } from 'node:fs'
import { type FileHandle, open, readFile, stat, statfs } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { AppError, type ErrorCode } from '../shared/errors.ts'
import { disposable } from './format/bytes.ts'
import type { RandomAccess } from './format/tar.ts'
import type { Bytes } from './place/place.ts'

/** Reading and writing files with the app's errors, for every place that lives in files. */

const FILE_CODES: Record<string, ErrorCode> = {
  ENOENT: 'file-missing',
  ENOTDIR: 'file-missing',
  EACCES: 'file-denied',
  EPERM: 'file-denied',
  EISDIR: 'file-is-folder',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'disk-full',
  EROFS: 'drive-read-only',
  EIO: 'drive-gone',
  ENXIO: 'drive-gone',
  ENODEV: 'drive-gone',
  ENOTCONN: 'drive-gone',
  ESTALE: 'drive-gone',
}

/** An error of the file system in the app's words; any other error is handed back as it is. */
export function fileError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? FILE_CODES[String(error.code)] : undefined
  return code ? new AppError(code, { path }, { cause: error, raw: error instanceof Error ? error.message : '' }) : error
}

/** An error about a file's content, with the file's name in it. */
export function aboutFile(error: unknown, path: string): unknown {
  if (error instanceof AppError && error.parts['path'] === undefined) {
    return new AppError(
      error.code,
      { ...error.parts, path: basename(path) },
      { cause: error, ...(error.raw ? { raw: error.raw } : {}) },
    )
  }
  return fileError(error, path)
}

/** Large reads are few system calls; 1 MiB is where reading stops getting faster. */
export const CHUNK = 1 << 20

/** What can be read anywhere, as an open file can. */
export interface ByteFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>
  close(): Promise<void>
}

/** Bytes `start` to `end` (exclusive) of an open file. @throws archive-truncated when it ends before */
export async function* readRange(file: Pick<ByteFile, 'read'>, start: number, end: number, signal: AbortSignal): Bytes {
  for (let position = start; position < end; ) {
    signal.throwIfAborted()
    // Not from the pool: the consumer may keep it while the next is being read.
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, end - position))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) throw new AppError('archive-truncated')
    position += bytesRead
    yield disposable(buffer.subarray(0, bytesRead))
  }
}

/** An open file as something that can be read anywhere. */
export function randomAccess(file: Pick<ByteFile, 'read'>, size: number): RandomAccess {
  return {
    size,
    async read(offset, length, into) {
      const wanted = Math.max(0, Math.min(length, size - offset))
      const buffer = into && into.length >= wanted ? into : Buffer.allocUnsafeSlow(wanted)
      let filled = 0
      while (filled < wanted) {
        const { bytesRead } = await file.read(buffer, filled, wanted - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return buffer.subarray(0, filled)
    },
  }
}

/** What a file was when it was looked at: another answer later means that it was changed. */
export interface Stamp {
  readonly size: number
  readonly modified: number
  readonly inode: number
}

export function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.modified === b.modified && a.inode === b.inode
}

/** Opens an ordinary file for reading. A fifo or device is refused before it can block. @throws file-missing, file-denied, file-is-folder */
export async function openFile(path: string): Promise<{ file: FileHandle; stamp: Stamp }> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = await file.stat()
    if (stat.isFile()) return { file, stamp: { size: stat.size, modified: stat.mtimeMs, inode: stat.ino } }
    await file.close()
    throw new AppError(
      stat.isDirectory() ? 'file-is-folder' : 'archive-not-images',
      stat.isDirectory() ? { path } : { path, kind: 'binary' },
    )
  } catch (error) {
    throw fileError(error, path)
  }
}

/** Free bytes for an ordinary user where `path` is or will be; undefined where the system does not say. */
export async function freeSpace(path: string): Promise<number | undefined> {
  try {
    const stats = await statfs(path)
    return stats.bavail * stats.bsize
  } catch {
    const parent = dirname(path)
    return parent === path ? undefined : await freeSpace(parent)
  }
}

/** statfs types (linux/magic.h) whose files have a length of 32 bits. */
const FAT = 0x4d44
const FAT_LARGEST = 2 ** 32 - 1

/** The largest file the file system takes where `path` is or will be, in bytes; undefined where none is known. */
export async function largestFile(path: string): Promise<number | undefined> {
  try {
    return (await statfs(path)).type === FAT ? FAT_LARGEST : undefined
  } catch {
    const parent = dirname(path)
    return parent === path ? undefined : await largestFile(parent)
  }
}

/** A registry's host that every computer takes for itself: `localhost:5000`, `127.0.0.1`. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|[^/:]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host)
}

/** A small file beside another, whole; undefined where there is none, or one of more than `most` bytes. */
export async function readSmall(path: string, most: number): Promise<Buffer | undefined> {
  const about = await stat(path).catch(() => undefined)
  if (!about?.isFile() || about.size > most) return undefined
  return await readFile(path).catch(() => undefined)
}
