import type { Platform } from '../../../shared/contract.ts'
import type { ErrorData } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { parseManifest } from '../../format/documents.ts'
import { type Image, leaves } from '../place.ts'
import type { Layout } from './open.ts'

/** A line of the window's list. */
export interface LayoutRow {
  readonly id: string
  readonly names: readonly string[]
  /** As `Layout.words`. */
  readonly words: readonly string[]
  readonly platforms: readonly Platform[]
  /** Platforms its index names and that are not here. */
  readonly absent: readonly string[]
  readonly kind?: 'attestation' | 'artifact'
  /** Bytes of its blobs, each once; what it shares with others counts for each of them. */
  readonly size: number
  readonly created: number
  /** Why it can be removed and nothing else. */
  readonly problem?: ErrorData
}

/** Every blob of an image, itself first. */
export function blobsOf(image: Image): Set<Digest> {
  const digests = new Set<Digest>([image.id])
  for (const part of leaves(image)) {
    digests.add(part.id)
    if (part.manifest) digests.add(parseManifest(part.manifest, part.id).config.digest)
    for (const { stored } of part.layers) if (stored) digests.add(stored.digest)
  }
  return digests
}

/** @returns a row for each image, in the order of index.json, and then one for each that is broken */
export function listLayout({ images, words, broken, sizes }: Layout): LayoutRow[] {
  const rows = images.map(
    (image): LayoutRow => ({
      id: image.id,
      names: image.names,
      words: words.get(image.id) ?? [],
      platforms: leaves(image)
        .filter(({ kind }) => kind === undefined)
        .map(({ platform }) => platform),
      absent: image.absent ?? [],
      ...(image.kind ? { kind: image.kind } : {}),
      size: [...blobsOf(image)].reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0),
      created: image.created,
    }),
  )
  const others = broken.map(
    ({ digest, names, error }): LayoutRow => ({
      id: digest,
      names,
      words: [],
      platforms: [],
      absent: [],
      size: 0,
      created: 0,
      problem: error.data,
    }),
  )
  return [...rows, ...others]
}
