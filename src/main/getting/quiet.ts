import { delay, type Feed } from '../feed.ts'
import type { State } from '../state.ts'

/** Milliseconds between two looks, and before the first: registries are asked seldom, and not by all computers at once. */
const PAUSE = 12 * 3_600_000
const FIRST = 5 * 60_000
const NAME = 'lookedForNewer'

/** Somewhere around a time. */
function about(milliseconds: number): number {
  return milliseconds * (0.75 + Math.random() / 2)
}

/** Looks for newer images now and then, as long as the preference says so. What was asked last is known after a restart. */
export class Quiet {
  readonly #state: State
  readonly #preferences: Feed<{ readonly lookForNewer: boolean }>
  readonly #look: () => Promise<void>

  constructor(state: State, preferences: Feed<{ readonly lookForNewer: boolean }>, look: () => Promise<void>) {
    this.#state = state
    this.#preferences = preferences
    this.#look = look
  }

  /** Until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    for await (const { lookForNewer } of this.#preferences.watch(signal)) if (lookForNewer) await this.#while(signal)
  }

  /** Looks, and looks again, until the preference says otherwise. */
  async #while(signal: AbortSignal): Promise<void> {
    const off = new AbortController()
    const until = AbortSignal.any([signal, off.signal])
    const watching = (async (): Promise<void> => {
      for await (const { lookForNewer } of this.#preferences.watch(until)) if (!lookForNewer) off.abort()
    })()
    try {
      while (!until.aborted) {
        await delay(Math.max(about(FIRST), (await this.#last()) + about(PAUSE) - Date.now()), until)
        if (until.aborted) return
        await this.#note()
        await this.#look()
      }
    } finally {
      off.abort()
      await watching
    }
  }

  async #last(): Promise<number> {
    const [row] = await this.#state.all('SELECT at FROM done WHERE name = ?', NAME)
    return Number(row?.['at'] ?? 0)
  }

  async #note(): Promise<void> {
    await this.#state.run('INSERT OR REPLACE INTO done (name, at) VALUES (?, ?)', NAME, Date.now())
  }
}
