import type { Digest } from '../../../shared/reference.ts'
import type { Stored } from '../place.ts'

/**
 * Which blobs an image of a containerd store consists of: its API names none. Known of images that were loaded here. Only a
 * hint: a store that turns out to lack one is sent everything.
 */
export interface BlobMemory {
  /** Layers of the images of these ids, as far as they are known. `daemon`: see `EngineClient.daemon`. */
  layers(daemon: string, ids: readonly string[]): Promise<readonly Stored[]>
  remember(daemon: string, id: Digest, layers: readonly Stored[]): Promise<void>
}

/** Remembers nothing. */
export const NO_BLOBS: BlobMemory = {
  layers: async () => [],
  remember: async () => undefined,
}
