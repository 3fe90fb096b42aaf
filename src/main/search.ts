import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Comparison, ContentRow, Found, PlaceRef, Spot } from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'
import { type Digest, isDigest } from '../shared/reference.ts'
import { contentDetails, fileContents, layoutImages, readImage } from './contents.ts'
import { readableConfig } from './format/details.ts'
import { digestOf } from './format/digest.ts'
import { platformText } from './format/documents.ts'
import type { Opener } from './opener.ts'
import type { OtherPlaces } from './other-places.ts'
import type { Engines } from './place/engine/engines.ts'
import { imageDetails } from './place/engine/images.ts'
import { type Image, leaves } from './place/place.ts'
import type { Registries } from './registries.ts'

/** Finding images in all places at once, and telling two of them apart. */

interface Parts {
  readonly engines: Engines
  readonly others: OtherPlaces
  readonly registries: Registries
  readonly opener: Opener
}

/** Repositories looked at of one registry's catalogue. */
const MOST_REPOSITORIES = 5000
const MOST_FOUND = 200

/** A digest as people paste it: with or without `sha256:`. */
function digestIn(text: string): Digest | undefined {
  const digest = /^[0-9a-f]{64}$/i.test(text) ? `sha256:${text.toLowerCase()}` : text.toLowerCase()
  return isDigest(digest) ? digest : undefined
}

type Met = Found['met']

function byDigest(image: Image, digest: Digest): Met | undefined {
  if (image.id === digest || image.digest === digest) return 'manifest'
  for (const leaf of leaves(image)) {
    if (leaf.id === digest || leaf.digest === digest) return 'manifest'
    if (leaf.config && digestOf(leaf.config) === digest) return 'config'
    if (leaf.layers.some(({ diffId, stored }) => diffId === digest || stored?.digest === digest)) return 'layer'
  }
  return undefined
}

function byWords(image: Image, words: readonly string[]): Met | undefined {
  const has = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word))
  if (has(image.names.join(' '))) return 'name'
  if (has(image.id)) return 'id'
  const labels = leaves(image).flatMap((leaf) => Object.entries(readableConfig(leaf)?.config?.Labels ?? {}))
  return labels.some(([label, value]) => has(`${label}=${value}`)) ? 'label' : undefined
}

function found(place: PlaceRef, image: Image, met: Met): Found {
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

async function inEngines({ engines }: Parts, words: readonly string[], digest: Digest | undefined): Promise<Found[]> {
  const all: Found[] = []
  for (const { id: engine, state } of engines.list.value) {
    if (state.type !== 'ready') continue
    for (const row of engines.images(engine).value) {
      const text = [...row.names, row.id].join(' ').toLowerCase()
      const named: Met | undefined = words.every((word) => text.includes(word)) ? 'name' : undefined
      const met = row.id === digest ? 'config' : named
      if (!met) continue
      const { id, names, size, created } = row
      all.push({
        place: { type: 'engine', engine },
        id,
        names,
        size,
        created,
        met,
        ...(state.store === 'classic' ? { configDigest: id } : { digest: id }),
      })
    }
  }
  return all
}

async function inLayouts(
  { others }: Parts,
  words: readonly string[],
  digest: Digest | undefined,
  signal: AbortSignal,
): Promise<Found[]> {
  const all: Found[] = []
  for (const { place, state } of others.list.value) {
    if (place.type !== 'layout' || state.type === 'away') continue
    for (const image of await layoutImages(place.path, signal)) {
      const met = digest ? byDigest(image, digest) : byWords(image, words)
      if (met) all.push(found(place, image, met))
    }
  }
  return all
}

/** Image files of the folders that were opened: what plain ones hold, and the sums beside them. */
async function inFiles(
  { others, opener }: Parts,
  words: readonly string[],
  digest: Digest | undefined,
  signal: AbortSignal,
): Promise<Found[]> {
  const all: Found[] = []
  for (const { place, state } of others.list.value) {
    if (place.type !== 'files' || state.type !== 'ready') continue
    let rows: ContentRow[] = []
    for await (const more of fileContents(place.path, opener, signal)) rows = more
    const sums = digest ? await sumsOf(place.path) : new Map<string, Digest>()
    for (const row of rows) {
      const met = metInFile(row, words, digest, sums)
      if (met) all.push({ ...foundRow(place, row), met })
    }
  }
  return all
}

function metInFile(
  row: ContentRow,
  words: readonly string[],
  digest: Digest | undefined,
  sums: ReadonlyMap<string, Digest>,
): Met | undefined {
  const file = basename(row.path ?? '')
  if (digest) {
    if (sums.get(file) === digest) return 'file'
    return row.configDigest === digest ? 'config' : undefined
  }
  const text = [...row.names, file].join(' ').toLowerCase()
  return words.every((word) => text.includes(word)) ? 'name' : undefined
}

function foundRow(place: PlaceRef, { id, names, size, created, configDigest, path }: ContentRow): Omit<Found, 'met'> {
  const shown = names.length > 0 ? names : [basename(path ?? '')]
  return { place, id, names: shown, size, created, ...(configDigest ? { configDigest } : {}) }
}

/** What `sha256sum` files beside image files say of them; which the files may since have become untrue to. */
async function sumsOf(folder: string): Promise<Map<string, Digest>> {
  const sums = new Map<string, Digest>()
  const names = await readdir(folder).catch((): string[] => [])
  for (const name of names.filter((one) => one.endsWith('.sha256') || one === 'SHA256SUMS')) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    for (const [, sum = '', file = ''] of text.slice(0, 1 << 20).matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm))
      sums.set(basename(file), `sha256:${sum}`)
  }
  return sums
}

/** Repositories whose name has the words; a digest is not asked of registries: they look it up by repository only. */
async function* inRegistries(
  { others, registries }: Parts,
  words: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Found> {
  for (const { place } of others.list.value) {
    if (place.type !== 'registry') continue
    let seen = 0
    try {
      const client = await registries.client(place.host, place.account)
      for await (const repository of client.catalog(signal)) {
        seen += 1
        if (seen > MOST_REPOSITORIES) break
        const name = `${place.host}/${repository}`
        if (!words.every((word) => name.toLowerCase().includes(word))) continue
        yield { place: { ...place, repository }, id: '', names: [name], size: 0, created: 0, met: 'name' }
      }
    } catch (error) {
      signal.throwIfAborted()
      // A registry that is away or keeps its list to itself has nothing to say here.
      if (!(error instanceof AppError)) throw error
    }
  }
}

/** Over all places that are there. More come as they are found. */
export async function* search(parts: Parts, text: string, signal: AbortSignal): AsyncGenerator<Found[]> {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return
  const digest = digestIn(text.trim())
  const all = await inEngines(parts, words, digest)
  yield all.slice(0, MOST_FOUND)
  all.push(...(await inLayouts(parts, words, digest, signal)))
  yield all.slice(0, MOST_FOUND)
  all.push(...(await inFiles(parts, words, digest, signal)))
  yield all.slice(0, MOST_FOUND)
  if (digest) return
  for await (const one of inRegistries(parts, words, signal)) {
    all.push(one)
    if (all.length > MOST_FOUND) return
    yield [...all]
  }
}

interface Side {
  readonly names: readonly string[]
  readonly platform: string
  readonly digest?: Digest
  readonly configDigest?: Digest
  readonly created: number
  readonly size: number
  readonly layers: readonly { readonly diffId?: string | undefined; readonly size?: number | undefined }[]
}

async function sideOf({ engines, opener }: Parts, spot: Spot, signal: AbortSignal): Promise<Side> {
  const { place } = spot
  if (place.type === 'engine') {
    const client = await engines.client(place.engine)
    const { names, platform, configDigest, created, size, layers } = await imageDetails(client, spot.id)
    const config = configDigest as Digest | undefined
    return {
      names,
      platform: platformText(platform),
      created,
      size,
      layers,
      ...(config ? { configDigest: config } : {}),
    }
  }
  const details = await contentDetails(opener, spot, signal)
  const digest = place.type === 'archive' ? undefined : (await readImage(opener, spot, signal)).digest
  return {
    names: details.names,
    platform: platformText(details.platform),
    created: details.created,
    size: details.size,
    layers: details.layers,
    ...(digest ? { digest } : {}),
    ...(isDigest(details.configDigest) ? { configDigest: details.configDigest } : {}),
  }
}

function diffIdsOf({ layers }: Side): string {
  return layers.map(({ diffId }) => diffId ?? '?').join(' ')
}

function sameness(left: Side, right: Side): Comparison['same'] {
  if (left.digest !== undefined && left.digest === right.digest) return 'manifest'
  if (left.configDigest !== undefined && left.configDigest === right.configDigest) return 'config'
  return left.layers.length > 0 && diffIdsOf(left) === diffIdsOf(right) ? 'layers' : 'different'
}

function withShared(side: Side, other: Side): Comparison['left'] {
  const theirs = new Set(other.layers.map(({ diffId }) => diffId))
  return {
    ...side,
    names: [...side.names],
    layers: side.layers.map(({ diffId, size }) => ({
      ...(diffId ? { diffId } : {}),
      ...(size === undefined ? {} : { size }),
      shared: diffId !== undefined && theirs.has(diffId),
    })),
  }
}

/** Two images beside each other, wherever each is. */
export async function compare(parts: Parts, left: Spot, right: Spot, signal: AbortSignal): Promise<Comparison> {
  const [one, other] = await Promise.all([sideOf(parts, left, signal), sideOf(parts, right, signal)])
  return { same: sameness(one, other), left: withShared(one, other), right: withShared(other, one) }
}
