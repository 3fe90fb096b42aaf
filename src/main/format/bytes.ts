import type { Bytes } from '../place/place.ts'

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
      buffer ??= Buffer.allocUnsafeSlow(size)
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
