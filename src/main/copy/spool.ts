import { createHash, randomBytes } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../shared/reference.ts'
import { fileError, readRange } from '../files.ts'
import { release } from '../format/bytes.ts'
import type { Bytes } from '../place/place.ts'

/** One layer kept in a file for a moment, because its digest or size must be known before its first byte is sent. */
export interface Spooled {
  readonly digest: Digest
  readonly size: number
  read(signal: AbortSignal): Bytes
  remove(): Promise<void>
}

/** Reads bytes to their end into a file of its own in `folder`. Leaves no file behind when that fails. */
export async function spool(bytes: Bytes, folder: string): Promise<Spooled> {
  const path = join(folder, `layer.${randomBytes(4).toString('hex')}.partial`)
  const file = await open(path, 'wx+').catch((error: unknown) => {
    throw fileError(error, path)
  })
  const remove = async (): Promise<void> => {
    await file.close()
    await unlink(path)
  }
  try {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of bytes) {
      hash.update(chunk)
      await file.writeFile(chunk)
      size += chunk.length
      release(chunk)
    }
    return { digest: `sha256:${hash.digest('hex')}`, size, read: (signal) => readRange(file, 0, size, signal), remove }
  } catch (error) {
    await remove()
    throw fileError(error, path)
  }
}
