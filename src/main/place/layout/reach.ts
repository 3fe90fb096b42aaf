import type { Digest } from '../../../shared/reference.ts'
import { isDigest } from '../../../shared/reference.ts'
import { documentKind, parseIndex, parseManifest } from '../../format/documents.ts'
import type { Descriptor } from '../place.ts'
import { blobName, readAddressed } from './folder.ts'
import type { Entry } from './listing.ts'

/** Which blobs entries of index.json need. */
export interface Reach {
  readonly digests: ReadonlySet<Digest>
  /** A document is there and cannot be read: what it names is not known, so nothing can be said to be needed by nobody. */
  readonly unknown: boolean
}

const DIGESTS = /sha256:[0-9a-f]{64}/g

function children(bytes: Uint8Array, file: string): { readonly inner: readonly Descriptor[]; readonly leaf: Digest[] } {
  const kind = documentKind(bytes, file)
  if (kind === 'index') return { inner: parseIndex(bytes, file), leaf: [] }
  if (kind === 'manifest') {
    const { config, layers } = parseManifest(bytes, file)
    return { inner: [], leaf: [config, ...layers].map(({ digest }) => digest) }
  }
  // Some other kind of manifest: what looks like a blob of it is kept.
  return {
    inner: [],
    leaf: [...(new TextDecoder().decode(bytes).match(DIGESTS) ?? [])].filter((text) => isDigest(text)),
  }
}

/** @param entries of index.json; what a digest of an unknown algorithm leads to is unknown too */
export async function reach(root: string, entries: readonly Entry[]): Promise<Reach> {
  const digests = new Set<Digest>()
  const visited = new Set<Digest>()
  const left: Digest[] = []
  let unknown = false
  for (const { descriptor } of entries) {
    if (descriptor) left.push(descriptor.digest)
    else unknown = true
  }
  for (let digest = left.pop(); digest !== undefined; digest = left.pop()) {
    if (visited.has(digest)) continue
    visited.add(digest)
    digests.add(digest)
    try {
      const bytes = await readAddressed(root, digest)
      if (!bytes) continue
      const { inner, leaf } = children(bytes, blobName(digest))
      for (const one of leaf) digests.add(one)
      for (const one of inner) left.push(one.digest)
    } catch {
      unknown = true
    }
  }
  return { digests, unknown }
}
