import type { DeliveryNote, NoteImage, NotePlatform } from '../../shared/delivery-note.ts'
import { documentsOf, manifestOf } from '../format/bundle.ts'
import { digestOf } from '../format/digest.ts'
import { type Config, diffIds, parseConfig, platformText } from '../format/documents.ts'
import { type Complete, type CompleteImage, completeImages } from '../place/place.ts'

/** What was written, in the words of a delivery note. */

function layersOf({ image, layers }: CompleteImage, config: Config): NotePlatform['layers'] {
  return layers.map((stored, index) => {
    const diffId = stored?.diffId ?? image.layers[index]?.diffId ?? diffIds(config)[index]
    if (!diffId) throw new TypeError('a config names every diffId')
    return { diffId, ...(stored ? { digest: stored.digest, size: stored.size } : {}) }
  })
}

function sizeOf(layers: NotePlatform['layers']): number {
  const sizes = new Map(layers.map(({ diffId, size }) => [diffId, size ?? 0]))
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

/** Whether everything it names is in the file. */
function isWhole({ layers }: CompleteImage): boolean {
  return layers.every((layer) => layer !== undefined)
}

function platformOf(complete: CompleteImage): NotePlatform {
  const { image, documents } = complete
  const config = parseConfig(documents.config, image.id)
  const layers = layersOf(complete, config)
  return {
    platform: platformText(image.platform),
    config: digestOf(documents.config),
    ...(isWhole(complete) ? { manifest: manifestOf(complete).digest } : {}),
    size: sizeOf(layers),
    ...(config.created ? { created: config.created } : {}),
    labels: config.config?.Labels ?? {},
    layers,
  }
}

/** Images one can run: attestations and the like go along without being told of. */
function runnable(complete: Complete): readonly CompleteImage[] {
  return completeImages([complete]).filter(({ image }) => image.kind === undefined)
}

export function imagesOf(images: readonly Complete[]): NoteImage[] {
  return images.flatMap((complete) => {
    const own = runnable(complete)
    if (own.length === 0) return []
    return [
      {
        names: complete.names.map(({ name }) => name),
        ...(completeImages([complete]).every(isWhole) ? { digest: documentsOf(complete).root.digest } : {}),
        platforms: own.map(platformOf),
      },
    ]
  })
}

/** Every layer of the note that is not in the file: whoever loads it must have them. */
export function layersElsewhere({ images }: DeliveryNote): number {
  const all = images.flatMap(({ platforms }) => platforms).flatMap(({ layers }) => layers)
  return new Set(all.filter(({ digest }) => digest === undefined).map(({ diffId }) => diffId)).size
}
