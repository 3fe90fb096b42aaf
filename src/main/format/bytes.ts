import type { Bytes } from '../place/place.ts'

const disposables = new WeakSet<ArrayBufferLike>()

/** A chunk as its maker hands it over who keeps nothing of it: whoever reads it last may `release` it. */
export function disposable<Chunk extends Uint8Array>(chunk: Chunk): Chunk {
  disposables.add(chunk.buffer)
  return chunk
}

/** A chunk that will be looked at again: whoever reads it next must not give it back. */
export function kept<Chunk extends Uint8Array>(chunk: Chunk): Chunk {
  disposables.delete(chunk.buffer)
  return chunk
}

/**
 * Gives back the memory of a chunk that nobody looks at any more, where its maker allowed that. The collector lets a
 * hundred megabytes of them pile up before it comes, and then looks at everything else that lives, too: a quarter of the
 * processor time of a copy. A chunk that is not all of its buffer is left to it.
 */
export function release({ buffer, byteOffset, length }: Uint8Array): void {
  if (byteOffset !== 0 || length !== buffer.byteLength) return
  if (buffer instanceof ArrayBuffer && disposables.delete(buffer)) buffer.transfer(0)
}

/**
 * Joins small chunks to larger ones. An engine's stream comes in pieces of 32 KiB; every step after it costs as much for
 * a small chunk as for a large one.
 */
export async function* gather(bytes: Bytes, size: number): AsyncGenerator<Uint8Array> {
  let buffer: Buffer | undefined
  let filled = 0
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      // Not reused: the consumer may hold on to what it was given.
      buffer ??= disposable(Buffer.allocUnsafeSlow(size))
      const part = chunk.subarray(at, at + size - filled)
      buffer.set(part, filled)
      filled += part.length
      at += part.length
      if (filled === size) {
        yield buffer
        buffer = undefined
        filled = 0
      }
    }
    release(chunk)
  }
  if (buffer && filled > 0) yield buffer.subarray(0, filled)
}

/** The same bytes; an error on their way is thrown as `named` calls it. */
export async function* naming(bytes: Bytes, named: (error: unknown) => unknown): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    throw named(error)
  }
}

/** First bytes of a stream, which stays whole in `whole`. Empty for an empty stream. */
export async function peek(bytes: Bytes): Promise<{ head: Uint8Array; whole: Bytes }> {
  const reader = bytes[Symbol.asyncIterator]()
  const first = await reader.next()
  const head = first.done ? new Uint8Array(0) : first.value
  async function* whole(): Bytes {
    if (head.length > 0) yield head
    for (let next = await reader.next(); !next.done; next = await reader.next()) yield next.value
  }
  return { head, whole: whole() }
}
