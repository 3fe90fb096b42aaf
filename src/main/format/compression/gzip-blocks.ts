import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Bytes } from '../../place/place.ts'
import { disposable, release } from '../bytes.ts'
import { type Block, cut, inOrder } from './blocks.ts'

const deflateRaw = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.deflateRaw)

const BLOCK = 2 ** 20
/** Deflate looks back this far. */
const WINDOW = 32_768
/** Of a block, this much in as many pieces tells whether it shrinks at all. */
const SAMPLE = 4096
const SAMPLES = 8
/** Shrinking by less than this is what codes do to noise. */
const WORTH = 0.99
/** RFC 1952 section 2.3: no name, no time, system unknown, so that the same bytes always give the same file. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)

/** How a block is packed: `level` 0 keeps it as it is. */
interface Way {
  readonly level: number
  readonly strategy: number
}

/**
 * What serves a block, tried on samples of it, so told by its bytes alone. Deflate takes as long for what is packed or
 * encrypted already as for text, and keeps it as it is. Where few letters make many words (hexadecimal numbers), zlib
 * spends more on naming short repetitions than on spelling them; its `Z_FILTERED` spells them.
 */
async function wayOf(block: Uint8Array, level: number): Promise<Way> {
  const { Z_DEFAULT_STRATEGY, Z_FILTERED } = zlib.constants
  const step = Math.floor((block.length - SAMPLE) / (SAMPLES - 1))
  if (step < SAMPLE) return { level, strategy: Z_DEFAULT_STRATEGY }
  const samples = Array.from({ length: SAMPLES }, (_, index) => block.subarray(index * step, index * step + SAMPLE))
  const sample = Buffer.concat(samples)
  const tried = async (strategy: number): Promise<number> =>
    (await deflateRaw(sample, { level, strategy, chunkSize: 2 * sample.length })).length
  const usual = await tried(Z_DEFAULT_STRATEGY)
  if (usual > sample.length * WORTH) return { level: 0, strategy: Z_DEFAULT_STRATEGY }
  return { level, strategy: (await tried(Z_FILTERED)) < usual ? Z_FILTERED : Z_DEFAULT_STRATEGY }
}

/**
 * One gzip member, its blocks compressed side by side the way pigz does: each block has the end of the one before as its
 * dictionary and ends on a byte boundary. The result depends on the bytes and the level only, never on `jobs`.
 */
export async function* packGzip(bytes: Bytes, level: number, jobs: number, signal?: AbortSignal): Bytes {
  let crc = 0
  let size = 0
  let before: Uint8Array | undefined
  const work = async ({ bytes: block, last }: Block): Promise<Uint8Array> => {
    const dictionary = before
    // A copy: the block itself is given back once it is packed.
    before = Uint8Array.from(block.subarray(Math.max(0, block.length - WINDOW)))
    crc = zlib.crc32(block, crc)
    size += block.length
    const packed = await deflateRaw(block, {
      ...(await wayOf(block, level)),
      chunkSize: BLOCK / 4,
      finishFlush: last ? zlib.constants.Z_FINISH : zlib.constants.Z_SYNC_FLUSH,
      ...(dictionary ? { dictionary } : {}),
    })
    release(block)
    return disposable(packed)
  }
  yield HEADER.slice()
  yield* inOrder(cut(bytes, BLOCK), jobs, work, { signal })
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(size % 2 ** 32, 4)
  yield trailer
}
