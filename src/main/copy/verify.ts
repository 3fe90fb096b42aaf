import { tmpdir } from 'node:os'
import { type LayerKey, layerKey, leaves, type Sink, type Wish } from '../place/place.ts'

function missing(wishes: readonly Wish[]): Set<LayerKey> {
  const layers = wishes.flatMap(({ image }) => leaves(image)).flatMap((image) => image.layers)
  // A foreign layer is read where its maker gives it, not where it is only named.
  return new Set(layers.filter(({ foreign }) => !foreign).map(layerKey))
}

/**
 * A destination that lacks everything and keeps nothing: copying there reads and proves every byte of an image, and that
 * is what verifying a place is.
 */
export function verifyingSink(): Sink {
  return {
    takes: { forms: ['plain', 'gzip', 'zstd'], sizeFirst: false, platforms: 'many', parallel: 2 },
    async plan(wishes) {
      return { missing: missing(wishes), exact: true, present: new Set(), replaces: [], same: new Set() }
    },
    async begin(wishes) {
      return {
        missing: missing(wishes),
        spoolDir: tmpdir(),
        async put({ bytes }) {
          for await (const _ of bytes);
        },
        async commit(complete) {
          return { images: complete.map(({ image }) => ({ id: image.id, names: image.names })), replaced: [] }
        },
        async close() {
          // Nothing was kept.
        },
      }
    },
  }
}
