import type { Transfer } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import type { CopyEvent } from '../copy/copy.ts'

/** A transfer's row: what has happened to it so far, folded from its events. Pure; time comes from outside. */
export interface Row {
  readonly transfer: Transfer
  /** (time, bytes) of the current phase over the last seconds, for its speed. */
  readonly samples: readonly { readonly at: number; readonly done: number }[]
  /** What the layers were expected to be together, before their sizes were known. */
  readonly expected: number | undefined
}

export type RowEvent =
  | CopyEvent
  | { readonly type: 'done'; readonly result: NonNullable<Transfer['result']> }
  | { readonly type: 'failed'; readonly error: ErrorData }

/** Speed is taken over this long, in milliseconds; a shorter time says nothing. */
const WINDOW = 4000
const LEAST = 400

export function newRow(
  what: Pick<Transfer, 'id' | 'from' | 'to' | 'titles'>,
  expected: number | undefined,
  now: number,
): Row {
  return { transfer: { ...what, phase: 'queued', done: 0, layers: [], startedAt: now }, samples: [], expected }
}

function paced(row: Row, change: Pick<Transfer, 'phase' | 'done'> & { total?: number | undefined }, now: number): Row {
  const { speed: _, left: __, total: ___, ...rest } = row.transfer
  const same = row.transfer.phase === change.phase
  const samples = [...(same ? row.samples.filter(({ at }) => now - at <= WINDOW) : []), { at: now, done: change.done }]
  const first = samples[0]
  const elapsed = first ? now - first.at : 0
  const speed = first && elapsed >= LEAST ? ((change.done - first.done) / elapsed) * 1000 : undefined
  const total = change.total === undefined ? undefined : Math.max(change.total, change.done)
  return {
    ...row,
    samples,
    transfer: {
      ...rest,
      phase: change.phase,
      done: change.done,
      ...(total === undefined ? {} : { total }),
      ...(speed === undefined ? {} : { speed }),
      ...(speed && total !== undefined ? { left: (total - change.done) / speed } : {}),
    },
  }
}

function withLayer(row: Row, key: Digest, done: number, size: number | undefined, now: number): Row {
  const before = row.transfer.layers
  const layer = { diffId: key, done, ...(size === undefined ? {} : { size }) }
  const known = before.some(({ diffId }) => diffId === key)
  const layers = known ? before.map((one) => (one.diffId === key ? { ...one, ...layer } : one)) : [...before, layer]
  const sum = layers.reduce((all, one) => all + one.done, 0)
  const sizes = layers.every((one) => one.size !== undefined)
    ? layers.reduce((all, one) => all + (one.size ?? 0), 0)
    : row.expected
  return paced({ ...row, transfer: { ...row.transfer, layers } }, { phase: 'copying', done: sum, total: sizes }, now)
}

function ended(row: Row, change: Pick<Transfer, 'phase'> & Partial<Transfer>, now: number): Row {
  const { speed: _, left: __, ...rest } = row.transfer
  return { ...row, samples: [], transfer: { ...rest, ...change, endedAt: now } }
}

export function reduceRow(row: Row, event: RowEvent, now: number): Row {
  switch (event.type) {
    case 'preparing':
      return paced({ ...row, transfer: { ...row.transfer, startedAt: now } }, { phase: 'preparing', done: 0 }, now)
    case 'layers':
      return {
        ...row,
        transfer: {
          ...row.transfer,
          layers: event.layers.map(({ key, size }) => ({
            diffId: key,
            done: 0,
            ...(size === undefined ? {} : { size }),
          })),
        },
      }
    case 'layer':
      return withLayer(row, event.key, event.done, event.size, now)
    case 'storing':
    case 'checking':
      return paced(row, { phase: event.type, done: event.done, total: event.total }, now)
    case 'undoing':
      return paced(row, { phase: 'undoing', done: 0 }, now)
    case 'done':
      return ended(row, { phase: 'done', result: event.result }, now)
    case 'failed':
      return ended(
        row,
        event.error.code === 'cancelled'
          ? { phase: 'cancelled' }
          : { phase: 'failed', error: { ...event.error, parts: { ...event.error.parts } } },
        now,
      )
    default:
      return event satisfies never
  }
}
