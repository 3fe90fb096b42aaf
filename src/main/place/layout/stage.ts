import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Digest } from '../../../shared/reference.ts'
import { fileError } from '../../files.ts'
import { release } from '../../format/bytes.ts'
import type { Bytes } from '../place.ts'
import { blobFile, blobSize, errno, syncFolder } from './folder.ts'

/** Files written where nobody looks, and then moved to where they are seen. */

/** Progress must not run ahead of a slow stick by what the system's write cache holds. */
const FLUSH_EVERY = 128 << 20

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written)
    written += bytesWritten
  }
}

/** Writes bytes into a file of its own and flushes it; leaves none when that fails. */
export async function stage(folder: string, bytes: Bytes, root: string): Promise<string> {
  const path = join(folder, `blob-${randomBytes(8).toString('hex')}`)
  let file: FileHandle | undefined
  let flushing: Promise<void> = Promise.resolve()
  try {
    file = await open(path, 'wx')
    let unflushed = 0
    for await (const chunk of bytes) {
      await writeAll(file, chunk)
      unflushed += chunk.length
      release(chunk)
      if (unflushed < FLUSH_EVERY) continue
      await flushing
      flushing = file.datasync()
      flushing.catch(() => undefined)
      unflushed = 0
    }
    await flushing
    await file.sync()
    await file.close()
    return path
  } catch (error) {
    await flushing.catch(() => undefined)
    await file?.close().catch(() => undefined)
    await unlink(path).catch(() => undefined)
    throw fileError(error, root)
  }
}

/** The moves of one commit, all of which can be taken back until the image is listed. Under the lock. */
export class Moves {
  readonly #root: string
  readonly #undo: (() => Promise<unknown>)[] = []
  readonly #touched = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  async #folder(path: string): Promise<void> {
    try {
      await mkdir(path)
      this.#undo.push(async () => await rmdir(path))
      this.#touched.add(dirname(path))
    } catch (error) {
      if (errno(error) !== 'EEXIST') throw error
    }
  }

  /** What makes a folder a layout; first of all, so that a half-made one is known for what it is. */
  async layout(staged: string | undefined): Promise<void> {
    if (staged !== undefined) await this.#move(staged, join(this.#root, 'oci-layout'), false)
    await this.#folder(join(this.#root, 'blobs'))
    await this.#folder(join(this.#root, 'blobs', 'sha256'))
  }

  /**
   * Gives a staged file its digest for a name. One that is there gives way: it may be damaged, and this one was just
   * proven. It is not taken back then: it is what the other claimed to be.
   */
  async blob(staged: string, digest: Digest): Promise<void> {
    const before = await blobSize(this.#root, digest)
    await this.#move(staged, blobFile(this.#root, digest), before !== undefined)
  }

  async #move(from: string, to: string, wasThere: boolean): Promise<void> {
    try {
      await rename(from, to)
    } catch (error) {
      // Windows replaces no file that somebody has open: it is being read, so it is there.
      const open = wasThere && ['EPERM', 'EACCES', 'EBUSY'].includes(errno(error) ?? '')
      if (!open || process.platform !== 'win32') throw error
      await unlink(from)
    }
    if (!wasThere) this.#undo.push(async () => await rm(to, { force: true }))
    this.#touched.add(dirname(to))
  }

  async flush(): Promise<void> {
    for (const folder of this.#touched) await syncFolder(folder)
  }

  /** Never throws: the drive may be gone. */
  async takeBack(): Promise<void> {
    for (const step of this.#undo.reverse()) await step().catch(() => undefined)
  }
}
