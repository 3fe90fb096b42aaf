import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { formOfType } from '../../format/documents.ts'
import { type Descriptor, type Image, type Layer, type LayerKey, layerKey, leaves, type Stored } from '../place.ts'
import type { LayerMemory } from './memory.ts'
import { type Repository, readReference } from './source.ts'

/** What a repository has of some images, before anything is sent. */
export interface Held {
  readonly missing: ReadonlySet<LayerKey>
  readonly held: ReadonlyMap<LayerKey, Stored>
}

/** Questions at once. */
const AT_ONCE = 6
/** Tags whose images are read to learn in which form the repository keeps a layer: the newest are mostly the last. */
const LEARNT_TAGS = 8

function asStored({ digest, size, mediaType }: Descriptor, diffId: Digest | undefined): Stored {
  return { diffId: diffId ?? digest, form: formOfType(mediaType), digest, size }
}

/** Pairs of a diffId and its stored form, as the repository's own images tell: good for this registry only. */
async function learn(
  repository: Repository,
  wanted: ReadonlySet<Digest>,
  signal: AbortSignal,
): Promise<Map<Digest, Stored>> {
  const pairs = new Map<Digest, Stored>()
  const tags: string[] = []
  try {
    for await (const tag of repository.client.tags(repository.path, signal)) {
      tags.push(tag)
      if (tags.length > 10 * LEARNT_TAGS) tags.splice(0, LEARNT_TAGS)
    }
  } catch (error) {
    signal.throwIfAborted()
    // A repository that is not there yet, or one that may be written and not listed: nothing to learn.
    if (error instanceof AppError) return pairs
    throw error
  }
  for (const tag of tags.slice(-LEARNT_TAGS)) {
    if ([...wanted].every((diffId) => pairs.has(diffId))) break
    const image = await readReference(repository, { tag }, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      if (error instanceof AppError) return undefined
      throw error
    })
    for (const { diffId, stored } of image ? leaves(image).flatMap(({ layers }) => layers) : [])
      if (diffId && stored) pairs.set(diffId, asStored(stored, diffId))
  }
  return pairs
}

/** Asks whether one of these blobs is in the repository, or can be taken over from another one of the registry. */
async function find(
  repository: Repository,
  candidates: readonly Stored[],
  { from, memory, look }: { from: readonly string[]; memory: LayerMemory; look: boolean },
  signal: AbortSignal,
): Promise<Stored | undefined> {
  const { client, path, host } = repository
  const mayHave = async (other: string, digest: Digest): Promise<boolean> =>
    await client.hasBlob(other, digest, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      // Remembered from a sign-in that may no longer look there: then it is not to be had.
      if (error instanceof AppError) return false
      throw error
    })
  const takeOver = async (digest: Digest, other: string): Promise<boolean> =>
    look ? await mayHave(other, digest) : await client.mount(path, digest, other, signal)
  for (const stored of candidates) {
    if (await client.hasBlob(path, stored.digest, signal)) return stored
    const known = [...from, ...(await memory.repositories(host, stored.digest))]
    for (const other of new Set(known)) {
      if (other !== path && (await takeOver(stored.digest, other))) return stored
    }
  }
  return undefined
}

/**
 * What a repository has of these images, and what it takes over from others of its registry without their bytes crossing
 * the line. `from`: repositories of the same registry where the images come from. `packs`: plain layers will be packed, so
 * that a packed form will do for them. `look`: nothing is taken over, only asked for.
 */
export async function negotiate(
  repository: Repository,
  images: readonly Image[],
  options: {
    readonly from: readonly string[]
    readonly packs: boolean
    readonly memory: LayerMemory
    readonly look: boolean
  },
  signal: AbortSignal,
): Promise<Held> {
  const { from, packs, memory, look } = options
  const layers = new Map<LayerKey, Layer>()
  for (const layer of images.flatMap(leaves).flatMap((image) => image.layers)) layers.set(layerKey(layer), layer)
  const held = new Map<LayerKey, Stored>()
  const unknown: { key: LayerKey; diffId: Digest }[] = []
  const left = layers.entries()
  const ask = async (): Promise<void> => {
    for (const [key, layer] of left) {
      const { stored, diffId } = layer
      const open = diffId !== undefined && (stored === undefined || (packs && formOfType(stored.mediaType) === 'plain'))
      const own = stored ? [asStored(stored, diffId)] : []
      const candidates = open ? await memory.forms(diffId) : own
      const found = await find(repository, candidates, { from, memory, look }, signal)
      if (found) held.set(key, found)
      else if (open) unknown.push({ key, diffId })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, ask))
  if (unknown.length > 0) {
    const pairs = await learn(repository, new Set(unknown.map(({ diffId }) => diffId)), signal)
    for (const { key, diffId } of unknown) {
      const pair = pairs.get(diffId)
      if (pair) held.set(key, pair)
    }
  }
  const missing = [...layers].filter(([key, { foreign }]) => !foreign && !held.has(key)).map(([key]) => key)
  return { missing: new Set(missing), held }
}
