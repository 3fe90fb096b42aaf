import type { Digest } from '../../../shared/reference.ts'
import type { Stored } from '../place.ts'

/**
 * What is known of layers beyond one copy: the forms a diffId was proven to have, and the repositories a blob was seen in.
 * A layer that was packed once is not packed again, and one that a registry has elsewhere is not sent again. Only a hint:
 * whoever uses it asks the registry.
 */
export interface LayerMemory {
  /** Forms proven by reading their bytes, the newest first. */
  forms(diffId: Digest): Promise<readonly Stored[]>
  /** Repositories of a registry where a blob was seen. */
  repositories(host: string, digest: Digest): Promise<readonly string[]>
  /** `there`: blobs a repository has. `proven`: forms whose bytes were read, which hold for every registry. */
  remember(host: string, repository: string, there: readonly Digest[], proven: readonly Stored[]): Promise<void>
}

/** Remembers nothing. */
export const NO_MEMORY: LayerMemory = {
  forms: async () => [],
  repositories: async () => [],
  remember: async () => undefined,
}
