import { parentPort, workerData } from 'node:worker_threads'
import { attempt } from './fuzz.ts'

/** Attempts `from` to `to`, one after the other; the number under way stands in `progress`, for whoever watches. */
export interface FuzzTask {
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly progress: Int32Array
}

/** How often each outcome came, or what came that should not. */
export type FuzzResult =
  | { readonly type: 'done'; readonly outcomes: Readonly<Record<string, number>> }
  | { readonly type: 'failed'; readonly number: number; readonly reason: string }

async function run({ seed, from, to, progress }: FuzzTask): Promise<FuzzResult> {
  const outcomes: Record<string, number> = {}
  for (let number = from; number < to; number++) {
    Atomics.store(progress, 0, number)
    try {
      const outcome = await attempt(seed, number)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    } catch (error) {
      return { type: 'failed', number, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }
  return { type: 'done', outcomes }
}

parentPort?.postMessage(await run(workerData as FuzzTask))
