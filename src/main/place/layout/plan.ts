import { freeSpace } from '../../files.ts'
import { wholeDigest } from '../../format/bundle.ts'
import { digestOf } from '../../format/digest.ts'
import { type Image, layerKey, leaves, type Planned, type Wish } from '../place.ts'
import { inventory } from './held.ts'
import type { Layout } from './open.ts'

/**
 * Whether an image is one that is there. Where it has no manifest yet, or will get another because its layers are packed,
 * its config says so.
 */
function isSame(image: Image, there: Image, packs: boolean): boolean {
  const digest = wholeDigest(image)
  if (digest !== undefined && digest === there.digest) return true
  if (image.parts || (digest !== undefined && !packs)) return false
  // An engine's or a file's image is known by its config's digest.
  if (digest === undefined && there.config !== undefined && digestOf(there.config) === image.id) return true
  return image.config !== undefined && there.config !== undefined && digestOf(image.config) === digestOf(there.config)
}

/** What writing these images would bring and replace. */
export async function planned(
  root: string,
  layout: Layout | undefined,
  wishes: readonly Wish[],
  packs: boolean,
): Promise<Planned> {
  const there = layout?.images ?? []
  const { missing } = await inventory(
    root,
    layout,
    wishes.map(({ image }) => image),
    packs,
  )
  const present = wishes.filter(
    ({ image }) =>
      there.some((one) => isSame(image, one, packs)) &&
      !leaves(image).some(({ layers }) => layers.some((layer) => missing.has(layerKey(layer)))),
  )
  const replaces: Planned['replaces'][number][] = []
  const same = new Set<string>()
  for (const { image, names } of wishes) {
    for (const { name } of names) {
      const holder = there.find((one) => one.names.includes(name))
      if (holder && isSame(image, holder, packs)) same.add(name)
      else if (holder) {
        const alias = holder.names.find((other) => other !== name)
        replaces.push({ name, id: holder.id, created: holder.created, ...(alias ? { alias } : {}) })
      }
    }
  }
  const free = await freeSpace(root)
  return {
    missing,
    exact: true,
    present: new Set(present.map(({ image }) => image.id)),
    replaces,
    same,
    ...(free === undefined ? {} : { free }),
  }
}
