import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Bytes } from '../../place/place.ts'
import { type Block, cut, inOrder } from './blocks.ts'

const deflateRaw = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.deflateRaw)

const BLOCK = 2 ** 20
/** Deflate looks back this far. */
const WINDOW = 32_768
/** RFC 1952 section 2.3: no name, no time, system unknown, so that the same bytes always give the same file. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)

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
    before = block.subarray(Math.max(0, block.length - WINDOW))
    crc = zlib.crc32(block, crc)
    size += block.length
    return await deflateRaw(block, {
      level,
      chunkSize: BLOCK / 4,
      finishFlush: last ? zlib.constants.Z_FINISH : zlib.constants.Z_SYNC_FLUSH,
      ...(dictionary ? { dictionary } : {}),
    })
  }
  yield HEADER.slice()
  yield* inOrder(cut(bytes, BLOCK), jobs, work, { signal })
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(size % 2 ** 32, 4)
  yield trailer
}
