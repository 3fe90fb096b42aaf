import type { Bytes } from '../place/place.ts'

/**
 * A pipe between one writer and one reader of bytes, holding one chunk: `write` resolves when the reader asks for the
 * next. A reader that leaves makes this and every later `write` reject with `ConduitClosed`; why it left is its own story.
 */
export interface Conduit {
  readonly bytes: Bytes
  write(chunk: Uint8Array): Promise<void>
  /** No more bytes. */
  end(): void
  /** The reader's next read throws this. */
  fail(error: unknown): void
}

export class ConduitClosed extends Error {
  override readonly name = 'ConduitClosed'
}

export function conduit(): Conduit {
  let offered: { readonly chunk: Uint8Array; readonly taken: PromiseWithResolvers<void> } | undefined
  /** Handed to the reader, who has not asked for more yet. */
  let held: PromiseWithResolvers<void> | undefined
  let asked: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined
  let state: { readonly type: 'open' | 'ended' | 'left' } | { readonly type: 'failed'; readonly error: unknown } = {
    type: 'open',
  }

  const drop = (): void => {
    const closed = new ConduitClosed('nobody reads')
    held?.reject(closed)
    offered?.taken.reject(closed)
    held = undefined
    offered = undefined
  }
  const answer = (): void => {
    if (!asked) return
    const waiting = asked
    if (state.type === 'failed') waiting.reject(state.error)
    else if (offered) {
      held = offered.taken
      waiting.resolve({ done: false, value: offered.chunk })
      offered = undefined
    } else if (state.type !== 'open') waiting.resolve({ done: true, value: undefined })
    else return
    asked = undefined
  }
  // Not a generator: one that was never started would not run its `finally`, and the writer would wait for ever.
  const reader: AsyncIterator<Uint8Array> = {
    next() {
      held?.resolve()
      held = undefined
      asked = Promise.withResolvers()
      const { promise } = asked
      answer()
      return promise
    },
    async return() {
      if (state.type === 'open' || state.type === 'ended') state = { type: 'left' }
      drop()
      answer()
      return { done: true, value: undefined }
    },
  }
  return {
    bytes: { [Symbol.asyncIterator]: () => reader },
    async write(chunk) {
      if (state.type !== 'open') throw new ConduitClosed('nobody reads')
      if (chunk.length === 0) return
      const taken = Promise.withResolvers<void>()
      offered = { chunk, taken }
      answer()
      await taken.promise
    },
    end() {
      if (state.type === 'open') state = { type: 'ended' }
      answer()
    },
    fail(error) {
      if (state.type === 'open' || state.type === 'ended') state = { type: 'failed', error }
      drop()
      answer()
    },
  }
}
