import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'

/**
 * The worker side of bzip2.ts: libbzip2 1.0.8 as WebAssembly, one block at a time. The module serves both sides. Imported
 * dynamically by bzip2.ts it only says where it is, which the bundler keeps true by giving it a chunk of its own; started
 * as a worker it works. So it must import nothing that other modules of ours import too.
 */

/**
 * `pack`: bytes to a stream. `unpack`: `bits` bits from bit `from`, one block with its magic, to its bytes; those that
 * grow beyond the usual only where `greatest` says so, and then a piece at a time: `more` asks for the next.
 */
export type Bzip2Task =
  | { readonly type: 'pack'; readonly bytes: Uint8Array }
  | {
      readonly type: 'unpack'
      readonly bytes: Uint8Array
      readonly from: number
      readonly bits: number
      readonly greatest: boolean
    }
  | { readonly type: 'more' }

/** Undefined where libbzip2 refused the block; `large` where it wants `greatest`. */
export type Bzip2Result =
  | { readonly bytes: Uint8Array<ArrayBuffer> | 'large' | undefined; readonly more?: boolean }
  | { readonly error: string }

export const WORKER_MARK = 'caboteur bzip2 worker'
export const workerUrl = import.meta.url

const BLOCK_SIZE = 9
const STREAM_HEADER = Uint8Array.of(0x42, 0x5a, 0x68, 0x39)
const END_MAGIC = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]
const CRC_AT = 48
const OUTBUFF_FULL = -8
/** Most blocks hold 900 kB; runs make more of it, 259 bytes of 5 at most. */
const USUAL_OUTPUT = 2 * 2 ** 20
const GREATEST_OUTPUT = Math.ceil((900_000 / 5) * 259)
const PIECE = 2 ** 20
const PAGE = 65_536

/** The part used here: neither ES2025 nor @types/node declares it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

interface Library {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  malloc(size: number): number
  free(pointer: number): void
  BZ2_bzBuffToBuffCompress(
    to: number,
    toLength: number,
    from: number,
    length: number,
    blockSize: number,
    verbosity: number,
    workFactor: number,
  ): number
  BZ2_bzBuffToBuffDecompress(
    to: number,
    toLength: number,
    from: number,
    length: number,
    small: number,
    verbosity: number,
  ): number
}

/** Without the package's own loader, which writes to globals and copies into memory that has since moved. */
function load(): Library {
  const file = createRequire(import.meta.url).resolve('bzip2-wasm/bzip2-1.0.8/bzip2.wasm')
  const ignored = (): number => 8
  const imports = {
    env: {
      exit(code: number): void {
        throw new Error(`libbzip2 gave up with ${code}`)
      },
      emscripten_memcpy_big(to: number, from: number, length: number): void {
        new Uint8Array(library.memory.buffer).copyWithin(to, from, from + length)
      },
      emscripten_resize_heap(wanted: number): number {
        library.memory.grow(Math.ceil((wanted - library.memory.buffer.byteLength) / PAGE))
        return 1
      },
    },
    wasi_snapshot_preview1: { fd_close: ignored, fd_write: ignored, fd_seek: ignored },
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), imports)
  const library = instance.exports as Library
  return library
}

type Call = (library: Library, to: number, toLength: number, from: number) => number

/** Calls the library with `input` and room for `room` bytes of output. */
function run(library: Library, input: Uint8Array, room: number, call: Call): Uint8Array<ArrayBuffer> | number {
  const from = library.malloc(input.length)
  const to = library.malloc(room)
  const toLength = library.malloc(4)
  try {
    if (from === 0 || to === 0 || toLength === 0) throw new Error('no memory for libbzip2')
    new Uint8Array(library.memory.buffer).set(input, from)
    new DataView(library.memory.buffer).setUint32(toLength, room, true)
    const code = call(library, to, toLength, from)
    if (code !== 0) return code
    const length = new DataView(library.memory.buffer).getUint32(toLength, true)
    return new Uint8Array(library.memory.buffer).slice(to, to + length)
  } finally {
    library.free(from)
    library.free(to)
    library.free(toLength)
  }
}

function pack(library: Library, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // libbzip2's manual: one per cent and 600 bytes more than the input are always enough.
  const room = Math.ceil(bytes.length * 1.01) + 600
  const packed = run(library, bytes, room, ({ BZ2_bzBuffToBuffCompress }, to, toLength, from) =>
    BZ2_bzBuffToBuffCompress(to, toLength, from, bytes.length, BLOCK_SIZE, 0, 0),
  )
  if (typeof packed === 'number') throw new Error(`libbzip2 answered ${packed}`)
  return packed
}

/** Reused: see the shared buffers in bzip2.ts. */
let scratch = new Uint8Array(PAGE)

/** The block as a stream of its own: moved to a byte's edge, between a header and the end that its checksum asks for. */
function asStream(bytes: Uint8Array, from: number, bits: number): Uint8Array {
  const whole = Math.ceil(bits / 8)
  const length = STREAM_HEADER.length + whole + END_MAGIC.length + 5
  if (scratch.length < length) scratch = new Uint8Array(length)
  const stream = scratch.subarray(0, length)
  stream.set(STREAM_HEADER)
  const block = stream.subarray(STREAM_HEADER.length)
  for (let index = 0; index < whole; index++) {
    const pair = ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)
    block[index] = pair >> (8 - from)
  }
  block.fill(0, whole)
  const used = bits % 8
  if (used > 0) block[whole - 1] = (block[whole - 1] ?? 0) & (0xff00 >> used)
  const crc = block.slice(CRC_AT / 8, CRC_AT / 8 + 4)
  let at = Math.floor(bits / 8)
  for (const byte of [...END_MAGIC, ...crc]) {
    block[at] = (block[at] ?? 0) | (byte >> used)
    at += 1
    block[at] = (byte << (8 - used)) & 0xff
  }
  return stream
}

function unpack(
  library: Library,
  bytes: Uint8Array,
  from: number,
  bits: number,
): Uint8Array<ArrayBuffer> | 'large' | undefined {
  const stream = asStream(bytes, from, bits)
  const unpacked = run(library, stream, USUAL_OUTPUT, ({ BZ2_bzBuffToBuffDecompress }, to, toLength, at) =>
    BZ2_bzBuffToBuffDecompress(to, toLength, at, stream.length, 0, 0),
  )
  if (unpacked === OUTBUFF_FULL) return 'large'
  return typeof unpacked === 'number' ? undefined : unpacked
}

/** What a large block was unpacked to, as far as nobody has asked for it. It stays in the library's memory until then. */
let held: { readonly pointer: number; at: number; readonly end: number } | undefined

function nextPiece(library: Library): Bzip2Result {
  if (!held) return { bytes: undefined }
  const { pointer, at, end } = held
  held.at = Math.min(end, at + PIECE)
  const bytes = new Uint8Array(library.memory.buffer).slice(pointer + at, pointer + held.at)
  const more = held.at < end
  if (!more) {
    library.free(pointer)
    held = undefined
  }
  return { bytes, more }
}

function unpackGreatest(library: Library, bytes: Uint8Array, from: number, bits: number): Bzip2Result {
  const stream = asStream(bytes, from, bits)
  const pointer = library.malloc(GREATEST_OUTPUT)
  if (pointer === 0) throw new Error('no memory for libbzip2')
  // Where it goes is chosen here; what `run` makes room for is not needed then, and as good as nothing.
  let length = 0
  const done = run(library, stream, 1, ({ BZ2_bzBuffToBuffDecompress, memory }, _, toLength, at) => {
    new DataView(memory.buffer).setUint32(toLength, GREATEST_OUTPUT, true)
    const code = BZ2_bzBuffToBuffDecompress(pointer, toLength, at, stream.length, 0, 0)
    length = new DataView(memory.buffer).getUint32(toLength, true)
    new DataView(memory.buffer).setUint32(toLength, 0, true)
    return code
  })
  if (typeof done === 'number') {
    library.free(pointer)
    return { bytes: undefined }
  }
  held = { pointer, at: 0, end: length }
  return nextPiece(library)
}

function work(library: Library, task: Bzip2Task): Bzip2Result {
  try {
    if (task.type === 'pack') return { bytes: pack(library, task.bytes) }
    if (task.type === 'more') return nextPiece(library)
    if (task.greatest) return unpackGreatest(library, task.bytes, task.from, task.bits)
    return { bytes: unpack(library, task.bytes, task.from, task.bits) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

if (!isMainThread && workerData === WORKER_MARK && parentPort) {
  const port = parentPort
  const library = load()
  port.on('message', (task: Bzip2Task) => {
    const result = work(library, task)
    port.postMessage(result, 'bytes' in result && typeof result.bytes === 'object' ? [result.bytes.buffer] : [])
  })
}
