import zlib from 'node:zlib'
import type { Compression } from '../../shared/contract.ts'
import { sniff, unpack } from '../format/compression.ts'
import { isTarHeader, isZeroBlock } from '../format/tar.ts'
import type { UnpackHarm } from './harm.ts'
import { type Gap, type Torn, TornReader, untilGap } from './torn.ts'
import { unpackTornGzip } from './torn-gzip.ts'
import { unpackTornZstd } from './torn-zstd.ts'

/** What is inside a torn file, its compression taken off, however often it was put on. */
export interface Tape {
  readonly reader: TornReader
  /** Outermost first; empty for a plain one. */
  readonly methods: readonly Exclude<Compression, 'none'>[]
  /** Bytes before the compressed file begins. */
  readonly before: number
}

type Method = Exclude<Compression, 'none'>

const HEAD = 1 << 20
/** Enough of a compressed file to see what is in it. */
const TRIAL = 256 << 10
const MOST_LAYERS = 4
/** Looked at where no file begins as it should; each costs a trial. */
const MOST_TRIALS = 50
/** A gzip header without a name, as most are. */
const GZIP_HEADER = 10
const MAGICS: readonly Buffer[] = [
  Buffer.from([0x1f, 0x8b, 8]),
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
  Buffer.from('BZh'),
]

function methodOf(head: Uint8Array): Method | undefined {
  const found = sniff(head)
  return found === 'gzip' || found === 'zstd' || found === 'xz' || found === 'bzip2' ? found : undefined
}

/** xz and bzip2: what comes before the damage. */
async function* unpackToDamage(
  reader: TornReader,
  method: Method,
  signal: AbortSignal,
  harm: UnpackHarm,
): AsyncGenerator<Uint8Array | Gap> {
  try {
    yield* unpack(untilGap(reader.rest()), method, signal)
  } catch (error) {
    signal.throwIfAborted()
    void error
    harm.places += 1
    harm.cut = true
    yield { gap: undefined }
  }
}

function unpackTorn(reader: TornReader, method: Method, signal: AbortSignal, harm: UnpackHarm): Torn {
  if (method === 'gzip') return unpackTornGzip(reader, signal, harm)
  if (method === 'zstd') return unpackTornZstd(reader, signal, harm)
  return unpackToDamage(reader, method, signal, harm)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Whether these bytes unpack to something that begins as a tar or a compressed file does. */
async function holdsSomething(bytes: Uint8Array, method: Method, signal: AbortSignal): Promise<boolean> {
  const harm = { places: 0, cut: false }
  const reader = new TornReader(unpackTorn(new TornReader(once(bytes)), method, signal, harm))
  const head = await reader.take(512)
  await reader.end()
  return isTarHeader(head) || methodOf(head) !== undefined
}

/** Where in a head a compressed file begins that is not at its start. */
async function hiddenStart(head: Buffer, signal: AbortSignal): Promise<number | undefined> {
  const places = MAGICS.flatMap((magic) => {
    const found: number[] = []
    for (let at = head.indexOf(magic, 1); at >= 0 && found.length < MOST_TRIALS; at = head.indexOf(magic, at + 1))
      found.push(at)
    return found
  })
  for (const at of places.toSorted((a, b) => a - b).slice(0, MOST_TRIALS)) {
    const rest = head.subarray(at, at + TRIAL)
    const method = methodOf(rest)
    if (method && (await holdsSomething(rest, method, signal))) return at
  }
  return undefined
}

/** Whether this is gzip whose own header came to harm. */
async function isHeadless(head: Buffer, method: Method | undefined, signal: AbortSignal): Promise<boolean> {
  if (method && (await holdsSomething(head.subarray(0, TRIAL), method, signal))) return false
  try {
    const start = zlib.inflateRawSync(head.subarray(GZIP_HEADER, TRIAL), {
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
      maxOutputLength: 16 << 20,
    })
    return isTarHeader(start.subarray(0, 512))
  } catch {
    return false
  }
}

function holdsTar(head: Buffer): boolean {
  return isTarHeader(head) || isZeroBlock(head) || (head.indexOf('ustar') >= 0 && tarIn(head))
}

function tarIn(head: Buffer): boolean {
  for (let at = head.indexOf('ustar', 257); at >= 0; at = head.indexOf('ustar', at + 1)) {
    if (isTarHeader(head.subarray(at - 257, at + 255))) return true
  }
  return false
}

/** Takes off what compression there is. `harm` is of all of it. */
export async function openTape(torn: Torn, signal: AbortSignal, harm: UnpackHarm): Promise<Tape> {
  let reader = new TornReader(torn)
  const methods: Method[] = []
  let before = 0
  while (methods.length < MOST_LAYERS) {
    const head = Buffer.from(await reader.take(HEAD))
    reader.unread(head)
    let method = methodOf(head)
    const isTar = !method && holdsTar(head)
    if (!isTar && (!method || method === 'gzip') && (await isHeadless(head, method, signal))) {
      await reader.take(GZIP_HEADER)
      harm.places += 1
      methods.push('gzip')
      reader = new TornReader(unpackTornGzip(reader, signal, harm, 'block'))
      continue
    }
    const at = method || isTar ? undefined : await hiddenStart(head, signal)
    if (at !== undefined) {
      await reader.take(at)
      method = methodOf(head.subarray(at))
      if (methods.length === 0) before = at
    }
    if (!method) break
    methods.push(method)
    reader = new TornReader(unpackTorn(reader, method, signal, harm))
  }
  return { reader, methods, before }
}
