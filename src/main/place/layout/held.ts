import type { Digest } from '../../../shared/reference.ts'
import { type Image, type Layer, type LayerKey, layerKey, leaves, type Stored } from '../place.ts'
import { blobForm, blobSize } from './folder.ts'
import type { Layout } from './open.ts'

/** What a layout already has of what is to come. */

/** By diffId, the blobs that the layout's own manifests say hold it. */
type Pairs = ReadonlyMap<Digest, readonly { readonly digest: Digest; readonly size: number }[]>

function pairsOf(layout: Layout | undefined): Pairs {
  const pairs = new Map<Digest, { readonly digest: Digest; readonly size: number }[]>()
  for (const { layers } of layout?.images.flatMap(leaves) ?? []) {
    for (const { diffId, stored } of layers) {
      if (!diffId || !stored || layout?.sizes.get(stored.digest) !== stored.size) continue
      const known = pairs.get(diffId) ?? []
      if (!known.some(({ digest }) => digest === stored.digest)) pairs.set(diffId, [...known, stored])
    }
  }
  return pairs
}

/** Whether any form will do. A plain layer (its digest is its diffId) would be packed here: then it has no form of its own. */
function formless({ diffId, stored }: Layer, packs: boolean): boolean {
  return stored === undefined || (packs && stored.digest === diffId)
}

async function heldLayer(root: string, layer: Layer, pairs: Pairs, packs: boolean): Promise<Stored | undefined> {
  const { diffId, stored } = layer
  const here = async (digest: Digest, size: number): Promise<Stored | undefined> => {
    if ((await blobSize(root, digest)) !== size) return undefined
    const form = diffId === undefined ? 'plain' : await blobForm(root, digest)
    return form && { diffId: diffId ?? digest, form, digest, size }
  }
  const exact = stored && (await here(stored.digest, stored.size))
  if (exact) return exact
  if (!diffId || !formless(layer, packs)) return undefined
  for (const { digest, size } of pairs.get(diffId) ?? []) {
    const found = await here(digest, size)
    if (found) return found
  }
  return undefined
}

export interface Inventory {
  /** What is there, by key. A foreign layer that is not there is not asked for: a manifest may name it all the same. */
  readonly held: ReadonlyMap<LayerKey, Stored>
  readonly missing: ReadonlySet<LayerKey>
  /** Bytes to come, as far as they are told. */
  readonly bytes: number
}

/** @param layout undefined where there is none yet */
export async function inventory(
  root: string,
  layout: Layout | undefined,
  images: readonly Image[],
  packs: boolean,
): Promise<Inventory> {
  const pairs = pairsOf(layout)
  const held = new Map<LayerKey, Stored>()
  const missing = new Map<LayerKey, number>()
  for (const layer of images.flatMap(leaves).flatMap((image) => image.layers)) {
    const key = layerKey(layer)
    if (held.has(key) || missing.has(key)) continue
    const found = await heldLayer(root, layer, pairs, packs)
    if (found) held.set(key, found)
    else if (!layer.foreign) missing.set(key, layer.stored?.size ?? 0)
  }
  const bytes = [...missing.values()].reduce((sum, size) => sum + size, 0)
  return { held, missing: new Set(missing.keys()), bytes }
}
