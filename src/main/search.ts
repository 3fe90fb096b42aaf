import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Comparison, ContentRow, Found, PlaceInfo, PlaceRef, Spot } from '../shared/contract.ts'
import { type Digest, isDigest } from '../shared/reference.ts'
import { contentDetails, fileContents, layoutImages, readImage } from './contents.ts'
import { Feed } from './feed.ts'
import { platformText } from './format/documents.ts'
import type { LookedAt } from './looked-at.ts'
import type { Opener } from './opener.ts'
import type { OtherPlaces } from './other-places.ts'
import type { Engines } from './place/engine/engines.ts'
import { imageDetails } from './place/engine/images.ts'
import type { Registries } from './registries.ts'
import { byDigest, byWords, found, type Met } from './search-match.ts'
import { type Sought, searchRegistry } from './search-registries.ts'

/** Finding images in all places at once, and telling two of them apart. */

interface Parts {
  readonly engines: Engines
  readonly others: OtherPlaces
  readonly registries: Registries
  readonly opener: Opener
  readonly looked: LookedAt
  /** Repositories of a registry that images were copied to, the newest first. */
  readonly known: (host: string) => Promise<readonly string[]>
}

const MOST_FOUND = 200
/** What registries are found to have is told at most this often, in milliseconds. */
const PACE = 100

/** A digest as people paste it: with or without `sha256:`. */
function digestIn(text: string): Digest | undefined {
  const digest = /^[0-9a-f]{64}$/i.test(text) ? `sha256:${text.toLowerCase()}` : text.toLowerCase()
  return isDigest(digest) ? digest : undefined
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

async function inRegistries(
  { others, registries, looked, known }: Parts,
  sought: Sought,
  tell: (hit: Found) => void,
  signal: AbortSignal,
): Promise<void> {
  const ask = async ({ place }: PlaceInfo): Promise<void> => {
    if (place.type !== 'registry') return
    const client = await registries.client(place.host, place.account)
    await searchRegistry({ place, client, looked, known: await known(place.host) }, sought, tell, signal)
  }
  // Side by side: one that is slow must not hold up the others.
  await Promise.all(others.list.value.map(ask))
}

/** Hits of registries as they come, all of them each time. */
async function* asTheyCome(
  work: (tell: (hit: Found) => void, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<readonly Found[]> {
  const hits = new Feed<readonly Found[]>([])
  const ended = new AbortController()
  const stop = new AbortController()
  const until = AbortSignal.any([signal, stop.signal])
  const working = work((hit) => hits.set([...hits.value, hit]), until).finally(() => ended.abort())
  working.catch(() => undefined)
  try {
    for await (const some of hits.watch(AbortSignal.any([signal, ended.signal]), PACE)) yield some
    await working
    yield hits.value
  } finally {
    // Whoever leaves takes the questions along.
    stop.abort()
    await working.catch(() => undefined)
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
  const sought: Sought = digest ? { type: 'digest', digest } : { type: 'words', words }
  const registries = asTheyCome(async (tell, until) => await inRegistries(parts, sought, tell, until), signal)
  for await (const hits of registries) {
    yield [...all, ...hits].slice(0, MOST_FOUND)
    if (all.length + hits.length > MOST_FOUND) return
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
