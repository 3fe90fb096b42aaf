import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { CHUNK, fileError } from '../../files.ts'
import { release } from '../../format/bytes.ts'
import type { Bytes } from '../place.ts'

/** A file written beside its place, and there only when it is whole: on the medium, read back, and under its name. */

export interface Written {
  readonly size: number
  readonly sha256: string
}

/**
 * Told of bytes that were read back: how many so far, and the last of them, whose memory is used again. When the medium refuses
 * to be read past the system's cache it begins anew.
 */
export type OnReadBack = (done: number, chunk: Uint8Array) => void | Promise<void>

/**
 * Progress must not run ahead of a slow stick by what the system's write cache holds: what was written is flushed this
 * often, while writing goes on.
 */
const FLUSH_EVERY = 128 << 20

/** In every JavaScript engine, in no type library but the DOM's. */
declare const WebAssembly: { readonly Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer } }

export class PartialFile {
  readonly path: string
  readonly #partial: string
  #file: FileHandle | undefined

  constructor(path: string) {
    this.path = path
    this.#partial = join(dirname(path), `${basename(path)}.${randomBytes(3).toString('hex')}.partial`)
  }

  /** Creates it; nothing else may have that name. @throws file-missing (no such folder), file-denied, drive-read-only */
  async open(): Promise<void> {
    try {
      this.#file = await open(this.#partial, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o666)
    } catch (error) {
      throw fileError(error, this.path)
    }
  }

  get #handle(): FileHandle {
    if (!this.#file) throw new TypeError('the file is not open')
    return this.#file
  }

  /** Writes all bytes and flushes them to the medium. `wrote` is told how many of them were taken. */
  async write(bytes: Bytes, wrote: (count: number) => void): Promise<Written> {
    const file = this.#handle
    const hash = createHash('sha256')
    let size = 0
    let unflushed = 0
    let flushing: Promise<void> = Promise.resolve()
    const ahead = new WritesAhead(file)
    try {
      for await (const chunk of bytes) {
        const { length } = chunk
        hash.update(chunk)
        await ahead.write(chunk, size)
        size += length
        unflushed += length
        wrote(length)
        if (unflushed >= FLUSH_EVERY) {
          await flushing
          flushing = file.datasync()
          flushing.catch(() => undefined)
          unflushed = 0
        }
      }
      await ahead.settled()
      await flushing
      await file.sync()
      return { size, sha256: hash.digest('hex') }
    } catch (error) {
      await Promise.allSettled([ahead.settled(), flushing])
      throw fileError(error, this.path)
    }
  }

  /**
   * Reads the file again and compares. From the medium itself where the system allows it (O_DIRECT), else what the
   * system remembers of it: `readBack` says which. @throws file-damaged-on-disk
   */
  async verify(written: Written, signal: AbortSignal, read: OnReadBack): Promise<'disk' | 'cache'> {
    try {
      const direct = await open(this.#partial, constants.O_RDONLY | (constants.O_DIRECT ?? 0)).catch(() => undefined)
      if (direct && constants.O_DIRECT !== undefined) {
        try {
          await this.#compare(direct, written, signal, read)
          return 'disk'
        } catch (error) {
          // Some file systems take the flag and refuse the read.
          if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error
        } finally {
          await direct.close()
        }
      }
      await this.#compare(this.#handle, written, signal, read)
      return 'cache'
    } catch (error) {
      throw fileError(error, this.path)
    }
  }

  async #compare(file: FileHandle, { size, sha256 }: Written, signal: AbortSignal, read: OnReadBack): Promise<void> {
    // O_DIRECT wants memory aligned to the medium's blocks: WebAssembly's pages are, Node's buffers are not.
    const pages = new WebAssembly.Memory({ initial: (2 * CHUNK) >> 16 }).buffer
    const blocks = [Buffer.from(pages, 0, CHUNK), Buffer.from(pages, CHUNK, CHUNK)] as const
    const hash = createHash('sha256')
    let done = 0
    let current = 0
    const next = (at: number): Promise<number> =>
      file.read(blocks[current] ?? blocks[0], 0, CHUNK, at).then(({ bytesRead }) => bytesRead)
    let reading = next(0)
    for (;;) {
      const count = await reading
      signal.throwIfAborted()
      if (count === 0) break
      const block = blocks[current] ?? blocks[0]
      current = 1 - current
      done += count
      if (done < size) reading = next(done)
      hash.update(block.subarray(0, count))
      await read(done, block.subarray(0, count))
      if (done >= size) break
    }
    if (done !== size || hash.digest('hex') !== sha256) throw new AppError('file-damaged-on-disk', { path: this.path })
  }

  /** Gives the file its name (or another of the same folder), in place of one that had it, and makes that lasting. */
  async publish(path: string = this.path): Promise<void> {
    try {
      await this.#file?.close()
      this.#file = undefined
      await rename(this.#partial, path)
      await syncFolder(dirname(path))
    } catch (error) {
      throw fileError(error, this.path)
    }
  }

  /** Removes what was not published. Never throws: the drive may be gone. */
  async discard(): Promise<void> {
    await this.#file?.close().catch(() => undefined)
    this.#file = undefined
    await unlink(this.#partial).catch(() => undefined)
  }
}

/** Writes under way may hold this many bytes. */
const AHEAD = 8 << 20

/**
 * Writes that nobody waits for, up to a bound: a write shares Node's few threads with the compression, and whoever made
 * the next chunk only when the last was written would have the two take turns.
 */
class WritesAhead {
  readonly #file: FileHandle
  readonly #writes = new Set<Promise<void>>()
  #bytes = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** Returns once there is room for more. @throws what an earlier write failed with */
  async write(chunk: Uint8Array, at: number): Promise<void> {
    const { length } = chunk
    const write = this.#write(chunk, at)
    this.#writes.add(write)
    this.#bytes += length
    write.then(
      () => {
        this.#writes.delete(write)
        this.#bytes -= length
      },
      // Stays: whoever waits next is told.
      () => undefined,
    )
    while (this.#bytes > AHEAD) await Promise.race(this.#writes)
  }

  async settled(): Promise<void> {
    await Promise.all(this.#writes)
  }

  async #write(chunk: Uint8Array, at: number): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await this.#file.write(chunk, written, chunk.length - written, at + written)
      written += bytesWritten
    }
    release(chunk)
  }
}

/** A rename is lasting once its folder is flushed; Windows neither needs nor allows it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, constants.O_RDONLY)
  try {
    await folder.sync()
  } catch {
    // Some file systems (FUSE, network) have no fsync for folders: the file itself is flushed.
  } finally {
    await folder.close()
  }
}
