import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { FuzzResult, FuzzTask } from '../../testing/fuzz-worker.ts'

/** `CABOTEUR_FUZZ=100000` for the long run; `CABOTEUR_FUZZ_SEED` for a run that failed. */
const ATTEMPTS = Number(process.env['CABOTEUR_FUZZ'] ?? 3000)
const SEED = Number(process.env['CABOTEUR_FUZZ_SEED'] ?? 20_261_121)
const WORKERS = 2
/** Nothing that small may take longer. */
const LIMIT = 2000
const LOOK = 100

/** Runs a part in a thread that can be stopped, whatever it does, when one attempt takes too long. */
async function runPart(from: number, to: number): Promise<FuzzResult> {
  const progress = new Int32Array(new SharedArrayBuffer(4))
  const workerData: FuzzTask = { seed: SEED, from, to, progress }
  const worker = new Worker(new URL('../../testing/fuzz-worker.ts', import.meta.url), { workerData, execArgv: [] })
  const stuck = Promise.withResolvers<FuzzResult>()
  let number = -1
  let since = performance.now()
  await once(worker, 'online')
  const watchdog = setInterval(() => {
    const now = Atomics.load(progress, 0)
    if (now !== number) since = performance.now()
    number = now
    if (performance.now() - since > LIMIT) stuck.resolve({ type: 'failed', number, reason: `more than ${LIMIT} ms` })
  }, LOOK)
  try {
    const [result] = await Promise.race([once(worker, 'message'), stuck.promise.then((failed) => [failed])])
    return result as FuzzResult
  } finally {
    clearInterval(watchdog)
    await worker.terminate()
  }
}

describe('archives changed at random', () => {
  it(`${ATTEMPTS} of them are read or refused, each in its own words`, { timeout: 3_600_000 }, async () => {
    const part = Math.ceil(ATTEMPTS / WORKERS)
    const results = await Promise.all(
      Array.from({ length: WORKERS }, (_, index) => runPart(index * part, Math.min(ATTEMPTS, (index + 1) * part))),
    )
    const outcomes = new Set<string>()
    for (const result of results) {
      expect(result, `CABOTEUR_FUZZ_SEED=${SEED} CABOTEUR_FUZZ=${ATTEMPTS}`).toMatchObject({ type: 'done' })
      if (result.type === 'done') for (const outcome of Object.keys(result.outcomes)) outcomes.add(outcome)
    }
    // The changes reach what they are meant to reach.
    expect([...outcomes]).toEqual(
      expect.arrayContaining(['read', 'archive-damaged', 'archive-truncated', 'archive-hostile', 'digest-mismatch']),
    )
  })
})
