import type { Bytes } from '../../place/place.ts'
import { disposable, release } from '../bytes.ts'

export interface Block {
  readonly bytes: Uint8Array
  /** Nothing follows. */
  readonly last: boolean
}

async function* cutAll(bytes: Bytes, size: number): AsyncGenerator<Uint8Array> {
  let block: Uint8Array | undefined
  let filled = 0
  for await (const chunk of bytes) {
    let at = 0
    let copied = true
    while (at < chunk.length) {
      if (!block && chunk.length - at >= size) {
        copied = false
        yield chunk.subarray(at, at + size)
        at += size
        continue
      }
      block ??= disposable(Buffer.allocUnsafeSlow(size))
      const count = Math.min(size - filled, chunk.length - at)
      block.set(chunk.subarray(at, at + count), filled)
      filled += count
      at += count
      if (filled === size) {
        yield block
        block = undefined
        filled = 0
      }
    }
    if (copied) release(chunk)
  }
  if (block) yield block.subarray(0, filled)
}

/** The same bytes in blocks of `size`, only the last of them shorter. No bytes at all are one empty block. */
export async function* cut(bytes: Bytes, size: number): AsyncGenerator<Block> {
  let held: Uint8Array | undefined
  for await (const block of cutAll(bytes, size)) {
    if (held) yield { bytes: held, last: false }
    held = block
  }
  yield { bytes: held ?? new Uint8Array(0), last: true }
}

/**
 * Runs `work` on every item, at most `jobs` at a time, and gives the results in the items' order. What is still under way
 * when the reader leaves or something fails is waited for; `cancel` shortens the wait where work can be cancelled.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  jobs: number,
  work: (item: Item) => Promise<Result>,
  { signal, cancel }: { signal?: AbortSignal | undefined; cancel?: (() => void) | undefined } = {},
): AsyncGenerator<Result> {
  const queue: { readonly result: Promise<Result>; settled: boolean }[] = []
  const begin = (item: Item): void => {
    const entry = { result: work(item), settled: false }
    const settle = (): void => {
      entry.settled = true
    }
    entry.result.then(settle, settle)
    queue.push(entry)
  }
  /** The first in line, once it is ready, or at once where `wait` says so. */
  async function* ready(wait: () => boolean): AsyncGenerator<Result> {
    for (let first = queue[0]; first && (first.settled || wait()); first = queue[0]) {
      const result = await first.result
      queue.shift()
      signal?.throwIfAborted()
      yield result
    }
  }
  try {
    for await (const item of items) {
      signal?.throwIfAborted()
      begin(item)
      yield* ready(() => queue.length >= jobs)
    }
    yield* ready(() => true)
  } finally {
    if (queue.length > 0) cancel?.()
    await Promise.allSettled(queue.map((entry) => entry.result))
  }
}
