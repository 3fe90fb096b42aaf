import type { REBUILT, SavedLayer } from '../../shared/contract-doctor.ts'
import type { Digest } from '../../shared/reference.ts'
import type { ArchivedImage, Contents } from '../format/contents.ts'
import { layerCommands } from '../format/details.ts'
import { digestOf } from '../format/digest.ts'
import { MEDIA, parseConfig, platformText } from '../format/documents.ts'
import type { Documents, Image, Layer, LayerKey, Source } from '../place/place.ts'
import { layerKey, leaves } from '../place/place.ts'
import type { Carrier } from './carrier.ts'
import type { Pool } from './pool.ts'
import type { Relisted } from './relisting.ts'
import type { Find } from './survey.ts'

/** A place that may have layers which a file lacks. */
export interface Donor {
  readonly name: string
  readonly source: Source
  readonly images: readonly Image[]
}

export interface PatientLayer {
  /** As it will be copied. */
  readonly layer: Layer
  readonly state: SavedLayer['state']
  readonly find?: Find
  readonly given?: { readonly donor: Donor; readonly image: Image; readonly key: LayerKey }
  readonly size: number | undefined
  readonly command: string | undefined
}

export interface PatientImage {
  /** With the layers as they will be copied. */
  readonly image: Image
  readonly documents: Documents
  readonly layers: readonly PatientLayer[]
  readonly state: 'whole' | 'reparable' | 'broken'
  readonly rebuilt: readonly (typeof REBUILT)[number][]
}

/** What became of the images of a file. */
export interface Saved {
  readonly images: readonly PatientImage[]
  /** Attestations that are whole. */
  readonly attestations: readonly PatientImage[]
  /** With the parts that can be copied. */
  readonly indexes: readonly Image[]
  /** Names that stood for two images of one platform; the last one keeps it, as with `docker load`. */
  readonly contested: readonly string[]
}

/** Layers that donors have, by whatever they are known there. */
function donated(donors: readonly Donor[]): ReadonlyMap<Digest, { donor: Donor; image: Image; layer: Layer }> {
  const found = new Map<Digest, { donor: Donor; image: Image; layer: Layer }>()
  for (const donor of donors) {
    for (const image of donor.images.flatMap(leaves)) {
      for (const layer of image.layers) {
        for (const key of [layer.stored?.digest, layer.diffId])
          if (key !== undefined && !layer.foreign && !found.has(key)) found.set(key, { donor, image, layer })
      }
    }
  }
  return found
}

class Judging {
  readonly #relisted: Relisted
  readonly #pool: Pool
  readonly #own: ReadonlySet<Carrier>
  readonly #donated: ReturnType<typeof donated>

  constructor(relisted: Relisted, pool: Pool, own: ReadonlySet<Carrier>, donors: readonly Donor[]) {
    this.#relisted = relisted
    this.#pool = pool
    this.#own = own
    this.#donated = donated(donors)
  }

  judge(archived: ArchivedImage): PatientImage {
    const { image, documents, files, config } = archived
    const commands = layerCommands(parseConfig(documents.config, config.file), image.layers.length)
    const unproven = this.#relisted.remade.get(image.id)
    const layers = image.layers.map((layer, index) => {
      const file = files[index]
      const found = file && this.#relisted.find(file.entry)
      return this.#layer(layer, found, layer.diffId !== undefined && unproven?.has(layer.diffId), commands[index])
    })
    const broken = layers.some(({ state }) => state === 'bad' || state === 'cut' || state === 'missing')
    const reformed = layers.some(({ layer }, index) => layer !== image.layers[index])
    const fromCopy = layers.some(({ find, given }) => given || (find && !this.#own.has(find.carrier)))
    const foreignConfig = !this.#isOwn(image.id) && !this.#relisted.remade.has(image.id)
    const rebuilt = [
      ...(this.#relisted.unlisted.has(image.id) ? ['listing' as const] : []),
      ...(reformed && documents.manifest ? ['form' as const] : []),
      ...(this.#relisted.remade.has(image.id) ? ['config' as const] : []),
      ...(fromCopy || foreignConfig ? ['copy' as const] : []),
    ]
    const { digest: _digest, manifest: _manifest, ...unlike } = image
    return {
      image: reformed ? { ...unlike, layers: layers.map(({ layer }) => layer) } : image,
      documents: reformed ? { config: documents.config } : documents,
      layers,
      state: broken ? 'broken' : whole(rebuilt),
      rebuilt,
    }
  }

  #isOwn(digest: Digest): boolean {
    const found = this.#pool.byDigest(digest)
    return found !== undefined && this.#own.has(found.carrier)
  }

  #layer(
    layer: Layer,
    found: Find | undefined,
    unproven: boolean | undefined,
    command: string | undefined,
  ): PatientLayer {
    const about = { command, size: found?.size ?? layer.stored?.size }
    if (found && found.diffId === layer.diffId)
      return { layer, state: unproven ? 'unproven' : 'whole', find: found, ...about }
    const other = layer.diffId === undefined ? undefined : this.#pool.byDiffId(layer.diffId)
    if (other?.digest !== undefined) {
      const { size, form, digest } = other
      const stored = { mediaType: MEDIA.layer[form], digest, size }
      return { layer: { ...layer, stored }, state: 'whole', find: other, command, size }
    }
    return this.#fromDonor(layer, about) ?? { layer, state: this.#harmOf(layer, found), ...about }
  }

  #fromDonor(layer: Layer, about: Pick<PatientLayer, 'command' | 'size'>): PatientLayer | undefined {
    const { stored, diffId } = layer
    const isKept = stored !== undefined && stored.digest !== diffId
    const exact = isKept ? this.#donated.get(stored.digest) : undefined
    const given = exact ?? (diffId === undefined ? undefined : this.#donated.get(diffId))
    if (!given || diffId === undefined) return undefined
    const { donor, image } = given
    const own = given.layer.stored
    const size = own?.size ?? about.size
    const key = layerKey(given.layer)
    const state = 'elsewhere'
    if (exact) return { layer, state, given: { donor, image, key }, ...about }
    return { layer: { diffId, ...(own ? { stored: own } : {}) }, state, given: { donor, image, key }, ...about, size }
  }

  #harmOf({ stored, diffId }: Layer, found: Find | undefined): 'bad' | 'cut' | 'missing' {
    const { suspects } = this.#relisted
    const suspect =
      found ??
      (diffId && (suspects.get(diffId) ?? this.#pool.spoilt(diffId))) ??
      (stored && this.#pool.spoilt(stored.digest))
    if (!suspect) return 'missing'
    return suspect.state === 'cut' ? 'cut' : 'bad'
  }
}

function whole(rebuilt: readonly unknown[]): 'whole' | 'reparable' {
  return rebuilt.length === 0 ? 'whole' : 'reparable'
}

/** Each name of one platform is one image's: the last that is listed with it. */
function withoutRivals(images: readonly PatientImage[]): { images: PatientImage[]; contested: string[] } {
  const owners = new Map<string, Digest>()
  const contested = new Set<string>()
  const key = (name: string, { platform }: Image): string => `${name} ${platformText(platform)}`
  for (const { image } of images) {
    for (const name of image.names) {
      if (owners.has(key(name, image))) contested.add(name)
      owners.set(key(name, image), image.id)
    }
  }
  const cleared = images.map((one) => ({
    ...one,
    image: { ...one.image, names: one.image.names.filter((name) => owners.get(key(name, one.image)) === one.image.id) },
  }))
  return { images: cleared, contested: [...contested] }
}

/** An image is the file's own where something that is its alone was found in it. */
function isOf({ image, documents, layers }: PatientImage, pool: Pool, own: ReadonlySet<Carrier>): boolean {
  const isOwn = (digest: Digest | undefined): boolean => {
    const found = digest && (pool.byDigest(digest) ?? pool.byDiffId(digest) ?? pool.spoilt(digest))
    return found !== undefined && own.has(found.carrier)
  }
  const top = layers.at(-1)
  return (
    isOwn(image.id) ||
    (documents.manifest !== undefined && isOwn(digestOf(documents.manifest))) ||
    isOwn(top?.layer.diffId) ||
    isOwn(top?.layer.stored?.digest)
  )
}

export function judged(relisted: Relisted, pool: Pool, own: ReadonlySet<Carrier>, donors: readonly Donor[]): Saved {
  const judging = new Judging(relisted, pool, own, donors)
  const { contents } = relisted
  const all = contents.images.map((archived) => judging.judge(archived)).filter((one) => isOf(one, pool, own))
  const { images, contested } = withoutRivals(all)
  const attestations = contents.attestations
    .filter(({ files }) => files.every((file) => file && relisted.find(file.entry)))
    .map((archived) => asItIs(archived, relisted))
  return { images, attestations, indexes: indexesOf(contents, images, attestations), contested }
}

/** What is no image: its blobs are what their digests say, and mean nothing more. */
function asItIs({ image, documents, files }: ArchivedImage, relisted: Relisted): PatientImage {
  const layers = image.layers.map((layer, index): PatientLayer => {
    const file = files[index]
    const find = file && relisted.find(file.entry)
    return { layer, state: 'whole', ...(find ? { find } : {}), size: layer.stored?.size, command: undefined }
  })
  return { image, documents, layers, state: 'whole', rebuilt: [] }
}

function indexesOf(
  { indexes }: Contents,
  images: readonly PatientImage[],
  attestations: readonly PatientImage[],
): Image[] {
  const good = new Map(
    [...images, ...attestations].filter(({ state }) => state !== 'broken').map(({ image }) => [image.id, image]),
  )
  return indexes.flatMap((index) => {
    const parts = (index.parts ?? []).flatMap((part) => {
      const image = good.get(part.id)
      return image ? [{ ...image, ...(part.digest ? { digest: part.digest } : {}) }] : []
    })
    return parts.some(({ kind }) => kind === undefined) ? [{ ...index, parts }] : []
  })
}
