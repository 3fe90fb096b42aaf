import { describe, expect, it } from 'vitest'
import type { CopyRequest } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { TransferQueue, type Work } from './queue.ts'
import { newRow, type Row, type RowEvent, reduceRow } from './row.ts'

const REQUEST: CopyRequest = {
  from: { type: 'archive', path: '/a.tar' },
  to: { type: 'engine', engine: 'default' },
  images: [{ id: 'x', names: [] }],
}
const RESULT = { images: [], moved: 0, skipped: 0, replaced: [], absent: [], download: false }
const [A, B] = ['a', 'b'].map((letter): Digest => `sha256:${letter.repeat(64)}`) as [Digest, Digest]

function fold(events: readonly [at: number, event: RowEvent][], expected?: number): Row {
  return events.reduce(
    (row, [at, event]) => reduceRow(row, event, at),
    newRow({ id: '1', from: REQUEST.from, to: REQUEST.to, titles: ['app:1'] }, expected, 0),
  )
}

describe('a transfer’s row', () => {
  it('adds up layers, and knows its speed and the time left from the last seconds', () => {
    const { transfer } = fold([
      [0, { type: 'preparing' }],
      [
        0,
        {
          type: 'layers',
          layers: [
            { key: A, size: 1000 },
            { key: B, size: 3000 },
          ],
        },
      ],
      [0, { type: 'layer', key: A, done: 0, size: 1000 }],
      [1000, { type: 'layer', key: A, done: 1000, size: 1000 }],
      [2000, { type: 'layer', key: B, done: 1000, size: 3000 }],
    ])
    expect(transfer).toMatchObject({ phase: 'copying', done: 2000, total: 4000, speed: 1000, left: 2 })
  })

  it('takes the estimate for a total while sizes are unknown, and never shows more done than there is', () => {
    const { transfer } = fold([[0, { type: 'layer', key: A, done: 700 }]], 500)
    expect(transfer).toMatchObject({ done: 700, total: 700 })
    expect(fold([[0, { type: 'layer', key: A, done: 700 }]]).transfer.total).toBeUndefined()
  })

  it('begins to count anew with each phase', () => {
    const { transfer } = fold([
      [0, { type: 'layer', key: A, done: 5000, size: 5000 }],
      [1000, { type: 'checking', done: 100, total: 5000 }],
    ])
    expect(transfer).toMatchObject({ phase: 'checking', done: 100, total: 5000 })
    expect(transfer.speed).toBeUndefined()
  })

  it('ends done, failed with its error, or cancelled without one', () => {
    expect(fold([[5, { type: 'done', result: RESULT }]]).transfer).toMatchObject({
      phase: 'done',
      endedAt: 5,
      result: RESULT,
    })
    const full = new AppError('disk-full', { path: 'x' }).data
    expect(fold([[5, { type: 'failed', error: full }]]).transfer).toMatchObject({ phase: 'failed', error: full })
    const cancelled = fold([[5, { type: 'failed', error: new AppError('cancelled').data }]]).transfer
    expect(cancelled).toMatchObject({ phase: 'cancelled', endedAt: 5 })
    expect(cancelled.error).toBeUndefined()
  })
})

describe('the queue', () => {
  const phases = (queue: TransferQueue): string[] => queue.transfers.value.map(({ phase }) => phase)

  it('does one thing at a time, in order, and goes on after a failure', async () => {
    const queue = new TransferQueue()
    const order: string[] = []
    const work =
      (name: string, fails = false): Work =>
      async () => {
        order.push(`${name} begins`)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`${name} ends`)
        if (fails) throw new AppError('disk-full', { path: name })
        return RESULT
      }
    queue.add(REQUEST, REQUEST.to, ['a'], undefined, work('a', true))
    queue.add(REQUEST, REQUEST.to, ['b'], undefined, work('b'))
    expect(queue.busy).toBe(true)
    for await (const rows of queue.transfers.watch(AbortSignal.timeout(5000)))
      if (rows.every(({ endedAt }) => endedAt !== undefined)) break
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
    expect(phases(queue)).toEqual(['failed', 'done'])
    queue.clear()
    expect(phases(queue)).toEqual([])
  })

  it('cancels the running one by its signal, a waiting one at once, and waits for both when it closes', async () => {
    const queue = new TransferQueue()
    let undone = false
    const patient: Work = async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await new Promise((resolve) => setImmediate(resolve))
      undone = true
      throw new AppError('internal')
    }
    queue.add(REQUEST, REQUEST.to, ['a'], undefined, patient)
    const second = queue.add(REQUEST, REQUEST.to, ['b'], undefined, patient)
    queue.cancel(second)
    expect(phases(queue)).toEqual(['preparing', 'cancelled'])
    await queue.close()
    expect(undone).toBe(true)
    expect(phases(queue)).toEqual(['cancelled', 'cancelled'])
    expect(queue.busy).toBe(false)
  })
})
