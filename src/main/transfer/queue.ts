import { randomUUID } from 'node:crypto'
import type { CopyRequest, PlaceRef, Transfer } from '../../shared/contract.ts'
import { AppError, asAppError, ended } from '../../shared/errors.ts'
import { Feed } from '../feed.ts'
import { newRow, type Row, type RowEvent, reduceRow } from './row.ts'

/** Work of one transfer. Must stop soon after `signal` aborts, and leave nothing running when it returns. */
export type Work = (signal: AbortSignal, report: (event: RowEvent) => void) => Promise<NonNullable<Transfer['result']>>

interface Entry {
  row: Row
  readonly request: CopyRequest
  readonly work: Work
  readonly abort: AbortController
}

/** Transfers of this run, one at a time, in the order they were asked for. */
export class TransferQueue {
  readonly transfers = new Feed<readonly Transfer[]>([])
  readonly #entries: Entry[] = []
  #running: Promise<void> | undefined

  /** `to`: where it really goes, when the request leaves that to the host. */
  add(request: CopyRequest, to: PlaceRef, titles: string[], expected: number | undefined, work: Work): string {
    const id = randomUUID()
    const row = newRow({ id, from: request.from, to, titles }, expected, Date.now())
    this.#entries.push({ row, request, work, abort: new AbortController() })
    this.#tell()
    this.#running ??= this.#run()
    return id
  }

  /** True while anything is queued or under way: closing the app would break it off. */
  get busy(): boolean {
    return this.#running !== undefined
  }

  /** A queued one ends at once; a running one undoes what it did first. */
  cancel(id: string): void {
    const entry = this.#entries.find(({ row }) => row.transfer.id === id)
    if (!entry) return
    entry.abort.abort()
    if (entry.row.transfer.phase === 'queued')
      this.#take(entry, { type: 'failed', error: new AppError('cancelled').data })
  }

  /** What was asked for; undefined for one that is not here. */
  request(id: string): CopyRequest | undefined {
    return this.#entries.find(({ row }) => row.transfer.id === id)?.request
  }

  /** Is a file still to be read, by a transfer other than `but`? */
  needs(path: string, but?: string): boolean {
    return this.#entries.some(
      ({ row, request: { from } }) =>
        row.transfer.endedAt === undefined && row.transfer.id !== but && from.type === 'archive' && from.path === path,
    )
  }

  /** Forgets the ended ones, and tells what they were asked for. */
  clear(): readonly CopyRequest[] {
    const ended = this.#entries.filter(({ row }) => row.transfer.endedAt !== undefined)
    this.#entries.splice(
      0,
      this.#entries.length,
      ...this.#entries.filter(({ row }) => row.transfer.endedAt === undefined),
    )
    this.#tell()
    return ended.map(({ request }) => request)
  }

  /** Cancels everything and waits until nothing runs. */
  async close(): Promise<void> {
    for (const { row } of this.#entries) if (row.transfer.endedAt === undefined) this.cancel(row.transfer.id)
    await this.#running
  }

  async #run(): Promise<void> {
    for (let entry = this.#next(); entry; entry = this.#next()) await this.#work(entry)
    this.#running = undefined
  }

  #next(): Entry | undefined {
    return this.#entries.find(({ row }) => row.transfer.phase === 'queued')
  }

  async #work(entry: Entry): Promise<void> {
    const report = (event: RowEvent): void => this.#take(entry, event)
    try {
      report({ type: 'preparing' })
      report({ type: 'done', result: await entry.work(entry.abort.signal, report) })
    } catch (error) {
      report({ type: 'failed', error: asAppError(ended(error, entry.abort.signal.aborted)).data })
    }
  }

  #take(entry: Entry, event: RowEvent): void {
    entry.row = reduceRow(entry.row, event, Date.now())
    this.#tell()
  }

  #tell(): void {
    this.transfers.set(this.#entries.map(({ row }) => row.transfer))
  }
}
