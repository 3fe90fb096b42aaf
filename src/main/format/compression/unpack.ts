import zlib from 'node:zlib'
import type { Compression } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'
import { unpackBzip2 } from './bzip2.ts'
import { through } from './through.ts'
import { unpackXz } from './xz.ts'
import { byFrame } from './zstd-frames.ts'

const CHUNK = 256 * 1024
const AHEAD = 2 ** 20
const STREAM = { chunkSize: CHUNK, readableHighWaterMark: AHEAD, writableHighWaterMark: AHEAD }
/**
 * log2 of bytes: 128 MiB, all that `zstd -d` takes unless told otherwise, whatever level wrote it. A file can ask for a
 * window of any size, and get that memory; Docker's decoder (klauspost/compress) gives 512 MiB.
 */
const ZSTD_WINDOW = 27

function explain(error: Error): AppError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ZSTD_error_frameParameter_windowTooLarge')
    return new AppError('archive-window', { method: 'zstd', most: '128 MiB' }, { cause: error, raw: error.message })
  return new AppError(
    code === 'Z_BUF_ERROR' ? 'archive-truncated' : 'archive-damaged',
    {},
    { cause: error, raw: error.message },
  )
}

/**
 * Unpacks bytes of one method, checked by whatever the format has for it. Members, frames and streams in a row are one.
 * After the end: zeros are padding in gzip and bzip2; other bytes are ignored in bzip2 and damage elsewhere (Docker's
 * gzip reader refuses them too). Errors of the source come through as they are, `signal` throws its reason.
 * @throws archive-truncated, archive-damaged
 */
export function unpack(bytes: Bytes, method: Compression, signal?: AbortSignal): Bytes {
  switch (method) {
    case 'none':
      return bytes
    case 'gzip':
      return through(bytes, zlib.createGunzip(STREAM), explain, signal)
    case 'zstd': {
      const params = { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW }
      return through(byFrame(bytes), zlib.createZstdDecompress({ ...STREAM, params }), explain, signal)
    }
    case 'xz':
      return unpackXz(bytes, signal)
    case 'bzip2':
      return unpackBzip2(bytes, signal)
  }
}

/** Deflate without gzip's frame, as OpenPGP packs: `raw` (RFC 1951), or in zlib's (RFC 1950). @throws as `unpack` */
export function inflate(bytes: Bytes, form: 'raw' | 'zlib', signal?: AbortSignal): Bytes {
  return through(bytes, form === 'raw' ? zlib.createInflateRaw(STREAM) : zlib.createInflate(STREAM), explain, signal)
}
