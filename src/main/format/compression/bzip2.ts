import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'
import { cut, inOrder } from './blocks.ts'
import { bits32, isHeader, join, type Segment, segments } from './bzip2-segments.ts'
import type { Bzip2Result, Bzip2Task } from './bzip2-worker.ts'

/** What fits in one block of bzip2 -9 (900,000 less 19) unless runs of four make it grow; then a second, small one follows. */
const BLOCK = 878 * 1024
const CHUNK = 256 * 1024
/** A small heap: its collections are what frees the blocks a worker is done with. */
const RESOURCES = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 }
/** Checksums of block and stream: 32 bits after the magic. */
const CRC_AT = 48
const END_BITS = 80

/** Blocks in flight: the cores' share, and what waits to follow it and to be read. */
export function bzip2Jobs(): number {
  return 2 * workerCount() + 2
}

function workerCount(): number {
  return Math.min(8, availableParallelism())
}

interface Workers {
  run(task: Bzip2Task): Promise<Exclude<Bzip2Result, { error: string }>>
  /** What still runs is stopped and rejects. */
  close(): Promise<void>
}

/** Worker threads, started as they are needed. Tasks wait their turn. */
async function startWorkers(most = workerCount()): Promise<Workers> {
  const { workerUrl, WORKER_MARK } = await import('./bzip2-worker.ts')
  const idle: Worker[] = []
  const all = new Set<Worker>()
  const queue: PromiseWithResolvers<Worker>[] = []
  const start = (): Worker => {
    const worker = new Worker(new URL(workerUrl), { workerData: WORKER_MARK, execArgv: [], resourceLimits: RESOURCES })
    all.add(worker)
    // A worker that breaks while idle is noticed by the next task; without a listener it would end the process.
    worker.on('error', () => undefined)
    return worker
  }
  /** One shared buffer a worker, reused: buffers sent to it would pile up there until its next collection. */
  const inputs = new Map<Worker, SharedArrayBuffer>()
  const share = (worker: Worker, bytes: Uint8Array): Uint8Array => {
    let buffer = inputs.get(worker)
    if (!buffer || buffer.byteLength < bytes.length) {
      buffer = new SharedArrayBuffer(Math.max(BLOCK, bytes.length))
      inputs.set(worker, buffer)
    }
    const shared = new Uint8Array(buffer, 0, bytes.length)
    shared.set(bytes)
    return shared
  }
  const acquire = async (): Promise<Worker> => {
    const worker = idle.pop()
    if (worker) return worker
    if (all.size < most) return start()
    const turn = Promise.withResolvers<Worker>()
    queue.push(turn)
    return await turn.promise
  }
  const release = (worker: Worker): void => {
    const turn = queue.shift()
    if (turn) turn.resolve(worker)
    else idle.push(worker)
  }
  const close = async (): Promise<void> => {
    for (const turn of queue.splice(0)) turn.reject(new Error('the bzip2 workers were stopped'))
    await Promise.all([...all].map((worker) => worker.terminate()))
  }
  return {
    async run(task) {
      const worker = await acquire()
      const { promise, resolve, reject } = Promise.withResolvers<Bzip2Result>()
      const onExit = (): void => reject(new Error('the bzip2 worker ended'))
      try {
        worker.once('message', resolve).once('error', reject).once('exit', onExit)
        worker.postMessage('bytes' in task ? { ...task, bytes: share(worker, task.bytes) } : task)
        const result = await promise
        release(worker)
        if ('error' in result) throw new AppError('internal', {}, { raw: result.error })
        return result
      } catch (error) {
        // One that broke, or was stopped, takes the others along: nobody may wait for its turn.
        void close()
        throw error
      } finally {
        worker.off('message', resolve).off('error', reject).off('exit', onExit)
      }
    },
    close,
  }
}

/** Streams of one block each, in a row, as pbzip2 writes them. An empty file is one empty stream. */
export async function* packBzip2(bytes: Bytes, jobs: number, signal?: AbortSignal): Bytes {
  const workers = await startWorkers()
  try {
    const work = async (block: Uint8Array): Promise<Uint8Array> => {
      const { bytes: packed } = await workers.run({ type: 'pack', bytes: block })
      if (typeof packed !== 'object') throw new AppError('internal', {}, { raw: 'bzip2 gave nothing' })
      return packed
    }
    const cancel = (): void => void workers.close()
    yield* inOrder(cut(bytes, BLOCK), jobs, ({ bytes: block }) => work(block), { signal, cancel })
  } finally {
    await workers.close()
  }
}

/** What comes after a stream's end, from the next whole byte on. */
function afterEnd({ bytes, from }: Segment): Uint8Array {
  return bytes.subarray(Math.ceil((from + END_BITS) / 8))
}

function startsHeader(rest: Uint8Array): boolean {
  return rest.length > 0 && isHeader(rest)
}

/**
 * Checks an end and says whether another stream follows. Anything but a header is ignored, as bzip2 does.
 * @throws archive-truncated, archive-damaged
 */
function another(end: Segment, combined: number): boolean {
  if (end.bits < END_BITS) throw new AppError('archive-truncated')
  if (bits32(end.bytes, end.from + CRC_AT) !== combined) throw new AppError('archive-damaged')
  const rest = afterEnd(end)
  if (!end.last) return rest.length === 4 && isHeader(rest)
  if (startsHeader(rest) && rest.length <= 10) throw new AppError('archive-truncated')
  return false
}

function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK)
}

/**
 * Unpacks bzip2 on all cores, a block a worker, whoever wrote it. One block is in memory whole: 900 kB as a rule. Where it
 * is all zeros it is 47 MB: those are unpacked one after the other, when it is their turn, and by one worker alone, whose
 * memory grows with them.
 */
export async function* unpackBzip2(bytes: Bytes, signal?: AbortSignal): Bytes {
  const workers = await startWorkers()
  let single: Workers | undefined
  const task = ({ bytes: packed, from, bits }: Segment, greatest: boolean): Bzip2Task => ({
    type: 'unpack',
    bytes: packed,
    from,
    bits,
    greatest,
  })
  const work = async (segment: Segment): Promise<{ segment: Segment; unpacked: Uint8Array | 'large' | undefined }> => {
    const whole = segment.type === 'block' && !segment.last
    return { segment, unpacked: whole ? (await workers.run(task(segment, false))).bytes : undefined }
  }
  /** Gives the bytes of one block; false where it is none. */
  async function* block(
    segment: Segment,
    unpacked: Uint8Array | 'large' | undefined,
  ): AsyncGenerator<Uint8Array, boolean> {
    if (typeof unpacked === 'object') yield* chunks(unpacked)
    if (unpacked !== 'large') return unpacked !== undefined
    single ??= await startWorkers(1)
    let piece = await single.run(task(segment, true))
    if (typeof piece.bytes !== 'object') return false
    yield* chunks(piece.bytes)
    while (piece.more) {
      piece = await single.run({ type: 'more' })
      if (typeof piece.bytes === 'object') yield* chunks(piece.bytes)
    }
    return true
  }
  const close = async (): Promise<void> => {
    await Promise.all([workers.close(), single?.close()])
  }
  /** The stream's checksum, of its blocks' checksums. */
  let combined = 0
  /** Blocks that a magic inside them has cut; how many pieces are together again. */
  let torn: Segment | undefined
  let pieces = 0
  try {
    for await (let { segment, unpacked } of inOrder(segments(bytes), bzip2Jobs(), work, {
      signal,
      cancel: () => void close(),
    })) {
      if (torn) segment = join(torn, segment)
      else if (segment.type === 'end') {
        if (!another(segment, combined)) return
        combined = 0
        continue
      }
      if (yield* block(segment, torn ? 'large' : unpacked)) {
        const crc = bits32(segment.bytes, segment.from + CRC_AT)
        combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0
        torn = undefined
        pieces = 0
        continue
      }
      pieces += 1
      if (segment.last && pieces === 1) throw new AppError('archive-truncated')
      if (segment.last || pieces > 2) throw new AppError('archive-damaged')
      torn = segment
    }
    throw new AppError('archive-truncated')
  } finally {
    await close()
  }
}
