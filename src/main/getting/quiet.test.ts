import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Feed } from '../feed.ts'
import { State } from '../state.ts'
import { Quiet } from './quiet.ts'

const HOUR = 3_600_000

let state: State
let looks = 0
let stop: AbortController
let running: Promise<void>
const preferences = new Feed({ lookForNewer: false })

function begin(): void {
  stop = new AbortController()
  const quiet = new Quiet(state, preferences, async () => {
    looks += 1
  })
  running = quiet.run(stop.signal)
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  state = new State(':memory:')
  looks = 0
  begin()
})
afterEach(async () => {
  stop.abort()
  await running
  state.close()
  vi.useRealTimers()
})

it('looks seldom, and only while the person wants it', async () => {
  await vi.advanceTimersByTimeAsync(48 * HOUR)
  expect(looks).toBe(0)
  preferences.set({ lookForNewer: true })
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(looks).toBe(1)
  await vi.advanceTimersByTimeAsync(5 * HOUR)
  expect(looks).toBe(1)
  await vi.advanceTimersByTimeAsync(24 * HOUR)
  expect(looks).toBeGreaterThanOrEqual(2)
  expect(looks).toBeLessThanOrEqual(4)
  preferences.set({ lookForNewer: false })
  const before = looks
  await vi.advanceTimersByTimeAsync(48 * HOUR)
  expect(looks).toBe(before)
})

it('knows after a restart when it looked last', async () => {
  preferences.set({ lookForNewer: true })
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(looks).toBe(1)
  stop.abort()
  await running
  begin()
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(looks).toBe(1)
  preferences.set({ lookForNewer: false })
})
