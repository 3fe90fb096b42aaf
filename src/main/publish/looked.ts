import type { ImageDetails, PlaceRef } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { type Digest, isDigest } from '../../shared/reference.ts'
import { configDetails, manifestLayers, readableConfig } from '../format/details.ts'
import { digestOf } from '../format/digest.ts'
import { formOfType } from '../format/documents.ts'
import type { Opener } from '../opener.ts'
import { describeDetails } from '../place/archive/describe.ts'
import type { EngineClient } from '../place/engine/client.ts'
import { imageDetails } from '../place/engine/images.ts'
import { type Image, leaves } from '../place/place.ts'

/** An image as far as it can be looked at before its layers move. */
export interface Looked {
  readonly id: Digest
  readonly names: readonly string[]
  /** One a platform; none of what is no image one runs. */
  readonly parts: readonly ImageDetails[]
  /** Platforms its index names and that are not here. */
  readonly absent: readonly string[]
  /** Sizes of layers are of their plain bytes: what is sent is packed, and smaller. */
  readonly unpacked: boolean
}

/** What looking takes of the app. */
export interface Looking {
  readonly opener: Opener
  readonly engines: { client(engine: string): Promise<EngineClient> }
}

/** @throws image-missing */
export async function lookAt(looking: Looking, place: PlaceRef, id: string, signal: AbortSignal): Promise<Looked> {
  if (!isDigest(id)) throw new AppError('image-missing', { image: id })
  const [image] = await (await looking.opener.source(place, signal)).read([id], signal)
  if (!image) throw new AppError('image-missing', { image: id })
  return {
    id,
    names: image.names,
    parts: await partsOf(looking, place, image, signal),
    absent: image.absent ?? [],
    unpacked: place.type === 'engine' || (place.type === 'archive' && leaves(image).some(hasPlainLayer)),
  }
}

function hasPlainLayer({ layers }: Image): boolean {
  return layers.some(({ stored }) => !stored || formOfType(stored.mediaType) === 'plain')
}

async function partsOf(
  { opener, engines }: Looking,
  place: PlaceRef,
  image: Image,
  signal: AbortSignal,
): Promise<ImageDetails[]> {
  if (place.type === 'engine') return [await imageDetails(await engines.client(place.engine), image.id)]
  const runnable = leaves(image).filter(({ kind }) => kind === undefined)
  if (place.type === 'archive') {
    const archive = await opener.archive(place.path, signal)
    return runnable.map(({ id }) => describeDetails(archive, id))
  }
  return runnable.flatMap((leaf) => {
    const config = readableConfig(leaf)
    return config && leaf.config
      ? [configDetails(leaf, config, digestOf(leaf.config), manifestLayers(leaf, config))]
      : []
  })
}
