import { Worker } from 'node:worker_threads'
import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'
import { GIVE_UP, type Layout, type Piece, read, type Step, skip, split } from './split.ts'
import type { XzHears, XzSays } from './xz-worker.ts'

/** The .xz file format 1.2.1, section 2.1.1.2: bytes of an integrity check by its id. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]
const MAGIC = 0xfd377a58
const HEADER = 12
const FOOTER = 12

function padding(size: number): Step {
  return skip((4 - (size % 4)) % 4)
}

/** A number of 7 bits a byte, section 1.2; only its bytes are counted unless it is small. */
function* multibyte(): Generator<Step, { value: number; size: number }, Buffer> {
  let value = 0
  for (let size = 0; ; size++) {
    const byte = (yield read(1)).readUInt8()
    value += (byte & 0x7f) * 2 ** (7 * size)
    if (byte < 0x80) return { value, size: size + 1 }
  }
}

/** The chunks of a block, LZMA2 being the last filter of every chain. Gives their size. */
function* lzma2(): Generator<Step, number, Buffer> {
  let size = 0
  for (;;) {
    const control = (yield read(1)).readUInt8()
    size += 1
    if (control === 0) return size
    if (control > 2 && control < 0x80) yield GIVE_UP
    const isPacked = control >= 0x80
    const head = yield read(isPacked ? 4 : 2)
    const properties = control >= 0xc0 ? 1 : 0
    const body = head.readUInt16BE(head.length - 2) + 1 + properties
    yield skip(body)
    size += head.length + body
  }
}

function* index(): Layout {
  const records = yield* multibyte()
  let size = 1 + records.size
  for (let number = 0; number < 2 * records.value; number++) size += (yield* multibyte()).size
  yield padding(size)
  yield skip(4 + FOOTER)
}

/** Section 2: a stream, or four bytes of the padding between streams. */
function* stream(): Layout {
  const magic = (yield read(4)).readUInt32BE()
  if (magic === 0) return
  if (magic !== MAGIC) yield GIVE_UP
  const check = CHECK_SIZES[(yield read(HEADER - 4)).readUInt8(3) & 0x0f] ?? 0
  for (let size = (yield read(1)).readUInt8(); size !== 0; size = (yield read(1)).readUInt8()) {
    yield skip(4 * size + 3)
    yield padding(yield* lzma2())
    yield skip(check)
  }
  yield* index()
}

/** Streams only. @throws archive-damaged for padding before the first one, and for other than zeros */
async function* streams(bytes: Bytes): AsyncGenerator<Piece> {
  let begins = true
  let isPadding = false
  let any = false
  for await (const piece of split(bytes, stream)) {
    if (begins) isPadding = piece.bytes[0] === 0
    begins = piece.ends
    any ||= !isPadding
    if (!isPadding) yield piece
    else if (!any || piece.bytes.some((byte) => byte !== 0)) throw new AppError('archive-damaged')
  }
}

/** xz-embedded's XZ_BUF_ERROR: more input was needed. */
const ENDED_EARLY = /error code 8$/
/** Its XZ_MEM_ERROR and XZ_MEMLIMIT_ERROR: a larger dictionary than it gives. */
const LARGE_DICTIONARY = /error code [34]$/

function explain(raw: string): AppError {
  if (LARGE_DICTIONARY.test(raw)) return new AppError('archive-window', { method: 'xz', most: '64 MiB' }, { raw })
  return new AppError(ENDED_EARLY.test(raw) ? 'archive-truncated' : 'archive-damaged', {}, { raw })
}

/** Speaks with one worker; rejects when it breaks or `signal` fires. */
function listen(worker: Worker, signal: AbortSignal | undefined): () => Promise<XzSays> {
  const said: XzSays[] = []
  let failure: { readonly error: unknown } | undefined
  let waiting: PromiseWithResolvers<XzSays> | undefined
  const fail = (error: unknown): void => {
    failure ??= { error }
    waiting?.reject(error)
  }
  worker.on('message', (message: XzSays) => {
    if (waiting) waiting.resolve(message)
    else said.push(message)
    waiting = undefined
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('the xz worker ended')))
  signal?.addEventListener('abort', () => fail(signal.reason), { once: true })
  return async () => {
    signal?.throwIfAborted()
    const message = said.shift()
    if (message) return message
    if (failure) throw failure.error
    waiting = Promise.withResolvers()
    return await waiting.promise
  }
}

/**
 * Unpacks xz in a worker: streams in a row and the padding between them. What xz-embedded leaves out is refused as
 * damage: SHA-256 checks, filters before LZMA2 (`xz --x86`); dictionaries over 64 MiB (no preset has one) as too large.
 */
export async function* unpackXz(bytes: Bytes, signal?: AbortSignal): Bytes {
  const { workerUrl, WORKER_MARK } = await import('./xz-worker.ts')
  const worker = new Worker(new URL(workerUrl), { workerData: WORKER_MARK, execArgv: [] })
  const hear = listen(worker, signal)
  const say = (message: XzHears, transfer: ArrayBuffer[] = []): void => worker.postMessage(message, transfer)
  const source = streams(bytes)
  let any = false
  try {
    for (;;) {
      const message = await hear()
      if (message.type === 'done') {
        if (!any) throw new AppError('archive-truncated')
        return
      }
      if (message.type === 'error') throw explain(message.raw)
      if (message.type === 'bytes') {
        // The worker goes on while the reader is busy.
        say('taken')
        yield message.bytes
      } else {
        const next = await source.next()
        any ||= !next.done
        if (next.done) say({ ends: true })
        else {
          // A view would be cloned with all of the buffer it looks into.
          const copy = new Uint8Array(next.value.bytes)
          say({ bytes: copy, ends: next.value.ends }, [copy.buffer])
        }
      }
    }
  } finally {
    await worker.terminate()
    await source.return(undefined)
  }
}
