import { pack } from 'tar-stream'
import type { Bytes } from '../place/place.ts'

/**
 * Writes a tar as a stream of bytes. Every entry is an ordinary file of 1970, so that the same images give the same tar.
 * One entry at a time; `file` and `document` resolve when the reader has taken the bytes, so the reader sets the pace.
 */
export interface TarWriter {
  readonly bytes: Bytes
  /** @throws when `bytes` are not `size` long */
  file(name: string, size: number, bytes: Bytes): Promise<void>
  document(name: string, content: Uint8Array): Promise<void>
  /** The end-of-archive mark. */
  finish(): void
  /** The reader's next read throws this, and so does an entry being written. */
  fail(error: unknown): void
}

export function tarWriter(): TarWriter {
  const tar = pack({ highWaterMark: 1 })
  // An 'error' without a listener would end the process; the reader and the writer each learn of it on their own.
  tar.on('error', () => undefined)
  const header = { mode: 0o644, mtime: new Date(0), type: 'file' as const }

  async function file(name: string, size: number, bytes: Bytes): Promise<void> {
    const done = Promise.withResolvers<void>()
    const entry = tar.entry({ ...header, name, size }, (error) => (error ? done.reject(error) : done.resolve()))
    entry.on('error', done.reject)
    done.promise.catch(() => undefined)
    let written = 0
    for await (const chunk of bytes) {
      written += chunk.length
      if (written > size) throw new RangeError(`${name} is longer than the ${size} bytes announced`)
      if (!entry.write(chunk)) {
        const drained = Promise.withResolvers<void>()
        entry.once('drain', drained.resolve)
        await Promise.race([drained.promise, done.promise])
      }
    }
    if (written !== size) throw new RangeError(`${name} has ${written} of the ${size} bytes announced`)
    entry.end(undefined)
    await done.promise
  }

  return {
    bytes: tar as unknown as Bytes,
    file,
    async document(name, content) {
      await file(
        name,
        content.length,
        (async function* () {
          yield content
        })(),
      )
    },
    finish: () => tar.finalize(),
    fail: (error) => void tar.destroy(error instanceof Error ? error : new Error(String(error))),
  }
}
