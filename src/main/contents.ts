import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContentRow, ImageDetails, PlaceRef, Removal, Spot } from '../shared/contract.ts'
import { AppError, asAppError } from '../shared/errors.ts'
import { byTelling, type Digest, isDigest } from '../shared/reference.ts'
import { isPatient } from './doctor/ward.ts'
import { Feed } from './feed.ts'
import { fileError } from './files.ts'
import { configDetails, manifestLayers, readableConfig } from './format/details.ts'
import { digestOf } from './format/digest.ts'
import type { Opener } from './opener.ts'
import { describeDetails } from './place/archive/describe.ts'
import type { OpenArchive } from './place/archive/open.ts'
import { type Layout, openLayout } from './place/layout/open.ts'
import { watchLayout } from './place/layout/watch.ts'
import { type Image, layerKey, leaves } from './place/place.ts'
import { type Repository, readReference } from './place/registry/source.ts'
import { platformsOf } from './platforms.ts'

/** What is in a layout, a repository or a folder of files, as rows for the window. */

/** Tags read at once. */
const AT_ONCE = 4
/** A folder of files is a stick or a download folder: more files than this are somebody's backup. */
const MOST_FILES = 500
/** Files that may hold images, by name; what they hold is told by content once they are opened. */
const IMAGE_FILE = /\.(?:tar|tgz|tbz2?|txz|tzst|gz|zst|xz|bz2|gpg|pgp|asc)$/i

export function rowOf(image: Image): ContentRow {
  const layers = leaves(image).flatMap((leaf) => leaf.layers)
  const sizes = new Map(layers.map((layer) => [layerKey(layer), layer.stored?.size ?? 0]))
  return {
    id: image.id,
    names: [...image.names],
    platforms: platformsOf(image),
    absent: [...(image.absent ?? [])],
    artifact: leaves(image).every(({ kind }) => kind !== undefined),
    ...(image.digest ? { digest: image.digest } : {}),
    ...(image.config && image.kind === undefined ? { configDigest: digestOf(image.config) } : {}),
    size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    created: image.created,
  }
}

/** Again whenever the layout changes. A Library nobody has used yet is empty. */
export async function* layoutContents(path: string, signal: AbortSignal): AsyncGenerator<ContentRow[]> {
  yield await layoutRows(path, signal)
  for await (const _ of watchLayout(path, signal)) yield await layoutRows(path, signal)
}

async function layoutRows(path: string, signal: AbortSignal): Promise<ContentRow[]> {
  const layout = await layoutAt(path, signal)
  const broken = (layout?.broken ?? []).map(({ digest, names, error }) => brokenRow(digest, names, error))
  return [...(layout?.images ?? []).map(rowOf), ...broken]
}

function brokenRow(id: string, names: readonly string[], error: AppError): ContentRow {
  const bare = { platforms: [], absent: [], artifact: false, size: 0, created: 0 }
  return { id, names: [...names], ...bare, problem: error.data }
}

/** Images of a layout; none where nothing was ever put. */
export async function layoutImages(path: string, signal: AbortSignal): Promise<readonly Image[]> {
  return (await layoutAt(path, signal))?.images ?? []
}

async function layoutAt(path: string, signal: AbortSignal): Promise<Layout | undefined> {
  try {
    return await openLayout(path, signal)
  } catch (error) {
    if (error instanceof AppError && (error.code === 'file-missing' || error.code === 'layout-not-one'))
      return undefined
    throw error
  }
}

/** As `repositoryImages`, as rows. `note` is told what was read. */
export async function* repositoryContents(
  repository: Repository,
  note: (images: readonly Image[]) => void,
  signal: AbortSignal,
): AsyncGenerator<ContentRow[]> {
  for await (const images of repositoryImages(repository, signal)) {
    note(images)
    yield images.map(rowOf)
  }
}

/** The images of a repository as they are read, tags of one image together, the newest tags first. */
export async function* repositoryImages(repository: Repository, signal: AbortSignal): AsyncGenerator<Image[]> {
  const tags: string[] = []
  for await (const tag of repository.client.tags(repository.path, signal)) tags.push(tag)
  const images = new Map<Digest, Image>()
  const changed = new Feed(0)
  const stop = new AbortController()
  const left = tags.toReversed().values()
  const read = async (): Promise<void> => {
    for (const tag of left) {
      if (signal.aborted) return
      const image = await readReference(repository, { tag }, signal).catch((error: unknown) => {
        // One version that cannot be read must not hide the others.
        if (asAppError(error).code.startsWith('registry-') || signal.aborted) throw error
        return undefined
      })
      if (!image) continue
      const names = [...(images.get(image.id)?.names ?? []), ...image.names].sort(byTelling)
      images.set(image.id, { ...image, names })
      changed.set(changed.value + 1)
    }
  }
  const work = Promise.all(Array.from({ length: AT_ONCE }, read)).finally(() => stop.abort())
  work.catch(() => undefined)
  for await (const _ of changed.watch(AbortSignal.any([signal, stop.signal]), 200)) yield [...images.values()]
  await work
  yield [...images.values()]
}

function fileRow(path: string, archive: OpenArchive): ContentRow[] {
  return archive.contents.images.map(({ image }) => ({ ...rowOf(image), configDigest: image.id, path }))
}

/** The image files of a folder. A compressed one is only named: it would have to be read whole to be looked into. */
export async function* fileContents(path: string, opener: Opener, signal: AbortSignal): AsyncGenerator<ContentRow[]> {
  const names = (
    await readdir(path).catch((error: unknown) => {
      throw fileError(error, path)
    })
  )
    .filter((name) => IMAGE_FILE.test(name) && !name.includes('.part-'))
    .sort()
    .slice(0, MOST_FILES)
  const rows: ContentRow[] = []
  for (const name of names) {
    signal.throwIfAborted()
    rows.push(...(await oneFile(join(path, name), opener, signal)))
    yield [...rows]
  }
  if (names.length === 0) yield []
}

async function oneFile(path: string, opener: Opener, signal: AbortSignal): Promise<ContentRow[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return []
  const bare: ContentRow = {
    id: path,
    names: [],
    platforms: [],
    absent: [],
    artifact: false,
    size: found.size,
    created: found.mtimeMs,
    path,
  }
  if (!path.toLowerCase().endsWith('.tar')) return [bare]
  try {
    return fileRow(path, await opener.archive(path, signal))
  } catch {
    signal.throwIfAborted()
    // Whatever it is, opening it says so.
    return [bare]
  }
}

/** One image of a place that keeps manifests. @throws image-missing */
export async function readImage(opener: Opener, { place, id }: Spot, signal: AbortSignal): Promise<Image> {
  if (!isDigest(id)) throw new AppError('image-missing', { image: id })
  const [image] = await (await opener.source(place, signal)).read([id], signal)
  if (!image) throw new AppError('image-missing', { image: id })
  return image
}

/** Everything about one image; of an index, about the first platform, under the index's names. */
export async function contentDetails(opener: Opener, spot: Spot, signal: AbortSignal): Promise<ImageDetails> {
  if (spot.place.type === 'archive' && !isPatient(spot.place))
    return describeDetails(await opener.archive(spot.place.path, signal), spot.id)
  const image = await readImage(opener, spot, signal)
  const [leaf = image] = leaves(image)
  const config = readableConfig(leaf)
  const bytes = leaf.config ?? new Uint8Array()
  return configDetails({ ...leaf, names: image.names }, config, digestOf(bytes), manifestLayers(leaf, config))
}

/**
 * What taking images off a registry would do: manifests go, with all their tags; the room is the registry's to win. One that
 * is a platform of an image that stays, stays too: that image could no longer be had for it.
 */
export async function registryRemoval(
  opener: Opener,
  place: PlaceRef,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Removal> {
  if (place.type !== 'registry') throw new TypeError('a registry’s removal')
  let all: readonly Image[] = []
  for await (const images of repositoryImages(await opener.repository(place), signal)) all = images
  const needed = new Set<string>(
    all.filter(({ id }) => !ids.includes(id)).flatMap(({ parts = [] }) => parts.map(({ id }) => id)),
  )
  const images = all
    .filter(({ id }) => ids.includes(id))
    .map(rowOf)
    .map(({ id, names, size }): Removal['images'][number] => {
      const outcome = needed.has(id) ? 'parent' : 'remove'
      return { id, names, outcome, containers: [], size }
    })
  const going = images.filter(({ outcome }) => outcome === 'remove')
  return { images, space: going.reduce((sum, { size }) => sum + size, 0), exact: false }
}
