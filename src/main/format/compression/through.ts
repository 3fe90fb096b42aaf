import type { Transform } from 'node:stream'
import type { Bytes } from '../../place/place.ts'
import { disposable } from '../bytes.ts'

/** Something happened, once or more often, since it was last waited for. */
export interface Bell {
  ring(): void
  rung(): Promise<void>
}

export function bell(): Bell {
  let next = Promise.withResolvers<void>()
  return {
    ring: () => next.resolve(),
    async rung() {
      await next.promise
      next = Promise.withResolvers()
    },
  }
}

/**
 * Bytes through a zlib stream. It works ahead on what it was given while the reader is busy, but asks the source for more
 * only when the reader asks, and when all it was given is used up: when the reader leaves, nothing is waiting in the source,
 * and nothing looks at a chunk any more once the next one is asked for. `explain` names its errors.
 */
export async function* through(
  bytes: Bytes,
  stream: Transform,
  explain: (error: Error) => Error,
  signal?: AbortSignal,
): Bytes {
  const source = bytes[Symbol.asyncIterator]()
  const { ring, rung } = bell()
  let sourceEnded = false
  let ended = false
  let failure: Error | undefined
  stream.on('readable', ring)
  stream.on('end', () => {
    ended = true
    ring()
  })
  stream.on('error', (error) => {
    failure = error
    ring()
  })
  signal?.addEventListener('abort', ring)
  const feed = async (): Promise<void> => {
    const next = await source.next()
    if (next.done) {
      sourceEnded = true
      stream.end()
    } else if (next.value.length > 0) stream.write(next.value, ring)
  }
  try {
    while (!ended) {
      signal?.throwIfAborted()
      if (failure) throw explain(failure)
      const chunk = stream.read() as Buffer | null
      if (chunk) yield disposable(chunk)
      else if (!sourceEnded && stream.writableLength === 0) await feed()
      else await rung()
    }
  } finally {
    signal?.removeEventListener('abort', ring)
    stream.destroy()
    if (!sourceEnded) await source.return?.()
  }
}
