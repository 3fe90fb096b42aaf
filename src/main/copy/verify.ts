import { tmpdir } from 'node:os'
import { layerKey, leaves, type Sink } from '../place/place.ts'

/**
 * A destination that lacks everything and keeps nothing: copying there reads and proves every byte of an image, and that
 * is what verifying a place is.
 */
export function verifyingSink(): Sink {
  return {
    takes: { forms: ['plain', 'gzip', 'zstd'], sizeFirst: false, platforms: 'many', parallel: 2 },
    async begin(wishes) {
      const images = wishes.map(({ image }) => image)
      return {
        missing: new Set(images.flatMap(leaves).flatMap((image) => image.layers.map(layerKey))),
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
