import { availableParallelism } from 'node:os'
import type { Bytes } from '../../place/place.ts'
import { bzip2Jobs, packBzip2 } from './bzip2.ts'
import { packGzip } from './gzip-blocks.ts'
import { packZstd } from './zstd-frames.ts'

/** `layer`: for layers on their way to a registry, within a hundredth of what its usual clients send. */
export type Level = 'fast' | 'layer' | 'normal' | 'small'

export interface PackOptions {
  /** Blocks in flight. The bytes that come out do not depend on it. */
  readonly jobs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The tools' own numbers. bzip2 has no level worth the name: its number is the block's size, and less is only less. */
const LEVELS = {
  gzip: { fast: 4, layer: 5, normal: 6, small: 9 },
  zstd: { fast: 1, layer: 3, normal: 3, small: 12 },
} as const

/** Two blocks a core keep the cores busy while the reader is; the libuv pool has four threads, more only waits. */
function inFlight(most: number): number {
  return Math.min(most, Math.max(4, 2 * availableParallelism()))
}

/** Packs bytes on all cores. The same bytes give the same result, everywhere. No bytes give a valid empty file. */
export function pack(
  bytes: Bytes,
  method: 'none' | 'gzip' | 'zstd' | 'bzip2',
  level: Level,
  { jobs, signal }: PackOptions = {},
): Bytes {
  switch (method) {
    case 'none':
      return bytes
    case 'gzip':
      return packGzip(bytes, LEVELS.gzip[level], jobs ?? inFlight(16), signal)
    case 'zstd':
      return packZstd(bytes, LEVELS.zstd[level], jobs ?? inFlight(8), signal)
    case 'bzip2':
      return packBzip2(bytes, jobs ?? bzip2Jobs(), signal)
  }
}
