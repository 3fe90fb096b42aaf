import { hash } from 'node:crypto'
import type { Digest } from '../../shared/reference.ts'

/** SHA-256 of bytes at hand. For layers, which are never at hand, see hash.ts. */
export function digestOf(bytes: Uint8Array | string): Digest {
  // One call leaves nothing behind; a hundred thousand hash objects are memory until the collector comes.
  return `sha256:${hash('sha256', bytes, 'hex')}`
}

/** The 64 hex digits of a digest. */
export function hex(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

/**
 * The chain ids of a stack of diffIds, bottom first: what a classic engine knows a layer by (OCI image-spec config.md,
 * "Layer ChainID").
 */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
  const chain: Digest[] = []
  for (const diffId of diffIds) {
    const below = chain.at(-1)
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`))
  }
  return chain
}
