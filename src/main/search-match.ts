import type { Found, PlaceRef } from '../shared/contract.ts'
import type { Digest } from '../shared/reference.ts'
import { readableConfig } from './format/details.ts'
import { digestOf } from './format/digest.ts'
import { type Image, leaves } from './place/place.ts'

/** What of an image words or a digest meet. */

export type Met = Found['met']

export function byDigest(image: Image, digest: Digest): Met | undefined {
  if (image.id === digest || image.digest === digest) return 'manifest'
  for (const leaf of leaves(image)) {
    if (leaf.id === digest || leaf.digest === digest) return 'manifest'
    if (leaf.config && digestOf(leaf.config) === digest) return 'config'
    if (leaf.layers.some(({ diffId, stored }) => diffId === digest || stored?.digest === digest)) return 'layer'
  }
  return undefined
}

export function byWords(image: Image, words: readonly string[]): Met | undefined {
  const has = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word))
  if (has(image.names.join(' '))) return 'name'
  if (has(image.id)) return 'id'
  const labels = leaves(image).flatMap((leaf) => Object.entries(readableConfig(leaf)?.config?.Labels ?? {}))
  return labels.some(([label, value]) => has(`${label}=${value}`)) ? 'label' : undefined
}

export function found(place: PlaceRef, image: Image, met: Met): Found {
  const sizes = new Map(
    leaves(image).flatMap(({ layers }) =>
      layers.map(({ stored, diffId }) => [stored?.digest ?? diffId, stored?.size ?? 0]),
    ),
  )
  return {
    place,
    id: image.id,
    names: [...image.names],
    size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    created: image.created,
    ...(image.digest ? { digest: image.digest } : {}),
    ...(image.config && image.kind === undefined ? { configDigest: digestOf(image.config) } : {}),
    met,
  }
}
