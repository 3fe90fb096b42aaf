import { type Patience, pauseOf } from './patience.ts'

/** Settles as `promise` does, or rejects with the signal's reason; what is behind the promise goes on for others. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Nobody may be left to hear that it failed.
  promise.catch(() => undefined)
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** So many at a time to one host, and nobody before the moment the host asked everybody to wait for. */
export class Gate {
  #free: number
  /** Milliseconds since the epoch. */
  #closedUntil = 0
  readonly #waiting: (() => void)[] = []
  readonly #patience: Patience

  constructor(limit: number, patience: Patience) {
    this.#free = limit
    this.#patience = patience
  }

  /** Resolves to the function that leaves again; calling it twice is harmless. */
  async enter(signal: AbortSignal): Promise<() => void> {
    await this.#slot(signal)
    let inside = true
    const leave = (): void => {
      if (!inside) return
      inside = false
      this.#free += 1
      this.#waiting.shift()?.()
    }
    const wait = this.#closedUntil - Date.now()
    if (wait > 0) {
      // Those who waited together must not come back together.
      await this.#patience.wait(wait + pauseOf(this.#patience, 1), signal)
    }
    if (signal.aborted) leave()
    signal.throwIfAborted()
    return leave
  }

  close(milliseconds: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, Date.now() + milliseconds)
  }

  async #slot(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    while (this.#free === 0) {
      const called = Promise.withResolvers<void>()
      this.#waiting.push(called.resolve)
      try {
        await unlessAborted(called.promise, signal)
      } catch (error) {
        const at = this.#waiting.indexOf(called.resolve)
        if (at >= 0) this.#waiting.splice(at, 1)
        // Called and gone at the same moment: the next one is called instead.
        else this.#waiting.shift()?.()
        throw error
      }
    }
    this.#free -= 1
  }
}
