import type { Digest } from '../../shared/reference.ts'
import { type Image, type LayerKey, layerKey, leaves, type Piece, type Source } from '../place/place.ts'

/** A source, and the images that are to be read from it. */
export interface Joined {
  readonly source: Source
  readonly images: readonly Image[]
}

/**
 * Several sources as one, so that what is in the repositories of a registry or the files of a folder goes in one copy. An
 * image that two of them have is read from the first.
 */
export function joined(parts: readonly Joined[]): Source {
  const owners = new Map<Digest, Source>()
  for (const { source, images } of parts) {
    // Platforms that were read one by one may become their index again.
    for (const image of [...images, ...(source.indexes ?? [])])
      for (const { id } of [image, ...leaves(image)]) if (!owners.has(id)) owners.set(id, source)
  }
  const ownerOf = ({ id }: Image): Source | undefined => owners.get(id)
  const indexes = parts.flatMap(({ source }) => source.indexes ?? [])
  return {
    parallel: Math.min(...parts.map(({ source }) => source.parallel)),
    ...(indexes.length > 0 ? { indexes } : {}),
    async referrers(image, signal) {
      const owner = ownerOf(image)
      const found = (await owner?.referrers?.(image, signal)) ?? []
      if (owner) for (const { id } of found) owners.set(id, owner)
      return found
    },
    async read(ids, signal) {
      const all = await Promise.all(
        ids.map(async (id) => await (owners.get(id) ?? parts[0]?.source)?.read([id], signal)),
      )
      return all.flatMap((images) => images ?? [])
    },
    async *walk(images, wanted, signal): AsyncGenerator<Piece> {
      const left = new Set<LayerKey>(wanted)
      for (const [source, own] of Map.groupBy(images.flatMap(leaves), ownerOf)) {
        if (!source) continue
        for await (const piece of source.walk(own, left, signal)) {
          // What a source cannot tell beforehand it may hand over though another one has.
          if (piece.type === 'layer' && wanted.has(layerKey(piece.layer)) && !left.delete(layerKey(piece.layer)))
            continue
          yield piece
        }
      }
    },
  }
}
