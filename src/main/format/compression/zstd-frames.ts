import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Bytes } from '../../place/place.ts'
import { disposable, release } from '../bytes.ts'
import { cut, inOrder } from './blocks.ts'
import { GIVE_UP, type Layout, read, skip, split } from './split.ts'

const zstdCompress = promisify<zlib.InputType, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)

const FRAME = 4 * 2 ** 20
const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50

/**
 * Frames of 4 MiB, independent of each other, each with its size and a checksum. One-shot calls on purpose:
 * createZstdCompress gives other bytes at other times (https://github.com/nodejs/node/issues/66078) and its own workers
 * do not work (https://github.com/nodejs/node/issues/59899).
 */
export function packZstd(bytes: Bytes, level: number, jobs: number, signal?: AbortSignal): Bytes {
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: level, [zlib.constants.ZSTD_c_checksumFlag]: 1 }
  return inOrder(
    cut(bytes, FRAME),
    jobs,
    async ({ bytes: frame }) => {
      const packed = await zstdCompress(frame, { params, chunkSize: FRAME / 2, pledgedSrcSize: frame.length })
      release(frame)
      return disposable(packed)
    },
    { signal },
  )
}

function header(descriptor: number): number {
  const single = (descriptor >> 5) & 1
  const contentSize = [single, 2, 4, 8][descriptor >> 6] ?? 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  return 1 - single + dictionary + contentSize
}

/** RFC 8878 section 3.1. */
function* frame(): Layout {
  const magic = (yield read(4)).readUInt32LE()
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
    yield skip((yield read(4)).readUInt32LE())
    return
  }
  if (magic !== FRAME_MAGIC) yield GIVE_UP
  const descriptor = (yield read(1)).readUInt8()
  yield skip(header(descriptor))
  for (let last = false; !last; ) {
    const block = (yield read(3)).readUIntLE(0, 3)
    const isRle = ((block >> 1) & 3) === 1
    yield skip(isRle ? 1 : block >> 3)
    last = (block & 1) === 1
  }
  if (descriptor & 4) yield skip(4)
}

/**
 * The same bytes, no chunk across two frames. Node's decoder stops without an error after a frame when more bytes follow
 * in the same write, so that `cat a.zst b.zst`, pzstd and zstd:chunked files would end early and look whole.
 */
export async function* byFrame(bytes: Bytes): Bytes {
  for await (const piece of split(bytes, frame)) yield piece.bytes
}
