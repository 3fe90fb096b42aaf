/**
 * A value that changes, for watchers who want the newest one: a slow watcher skips what it missed (the transport has no
 * back-pressure, so it must not be sent more than it takes).
 */
export class Feed<T> {
  #value: T
  #version = 0
  readonly #waiting = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    this.#value = value
    this.#version += 1
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  /** The value now, then again after each change, at most once every `pause` milliseconds. Ends when `signal` aborts. */
  async *watch(signal: AbortSignal, pause = 0): AsyncGenerator<T> {
    let seen = -1
    while (!signal.aborted) {
      if (seen === this.#version) await this.#change(signal)
      if (signal.aborted) return
      seen = this.#version
      yield this.#value
      if (pause > 0) await delay(pause, signal)
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    const changed = Promise.withResolvers<void>()
    this.#waiting.add(changed.resolve)
    const abort = (): void => changed.resolve()
    signal.addEventListener('abort', abort, { once: true })
    await changed.promise
    signal.removeEventListener('abort', abort)
    this.#waiting.delete(changed.resolve)
  }
}

/** Something happens whenever one of two feeds has changed. */
export async function* either(one: Feed<unknown>, other: Feed<unknown>, signal: AbortSignal): AsyncGenerator<void> {
  const changed = new Feed(0)
  const ended = new AbortController()
  const until = AbortSignal.any([signal, ended.signal])
  const follow = async (feed: Feed<unknown>): Promise<void> => {
    for await (const _ of feed.watch(until)) changed.set(changed.value + 1)
  }
  const following = Promise.all([follow(one), follow(other)])
  try {
    for await (const _ of changed.watch(until)) yield
  } finally {
    ended.abort()
    await following
  }
}

/** Waits, or returns at once when aborted. Never rejects. */
export async function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const done = Promise.withResolvers<void>()
  const timer = setTimeout(done.resolve, milliseconds)
  const abort = (): void => done.resolve()
  signal.addEventListener('abort', abort, { once: true })
  await done.promise
  clearTimeout(timer)
  signal.removeEventListener('abort', abort)
}
