import { type Digest, normaliseName } from '../../shared/reference.ts'
import { blobPath } from '../format/bundle.ts'
import {
  annotatedName,
  type Contents,
  type Files,
  isAttestation,
  promisedDigest,
  readContents,
} from '../format/contents.ts'
import { digestOf, hex } from '../format/digest.ts'
import { type Config, type DockerManifestEntry, diffIds, MEDIA } from '../format/documents.ts'
import type { TarEntry } from '../format/tar.ts'
import type { Descriptor } from '../place/place.ts'
import { type Documents, sortDocuments } from './documents.ts'
import { legacyImages } from './legacy.ts'
import type { Pool } from './pool.ts'
import type { Find, Survey } from './survey.ts'

/**
 * What was found, listed anew: as a file that holds exactly that, every blob under its own digest. So it is read by the same
 * code that reads a sound one, and names, platforms and attestations mean there what they mean everywhere.
 */
export interface Relisted {
  readonly contents: Contents
  /** What stands for an entry; undefined for one that is not there. */
  find(entry: TarEntry): Find | undefined
  /** Ids of images that no listing names any more. */
  readonly unlisted: ReadonlySet<Digest>
  /** Ids of images whose config was made anew, with the layers that nothing proves. */
  readonly remade: ReadonlyMap<Digest, ReadonlySet<Digest>>
  /** What stood where a layer should be, by the layer's diffId or digest. */
  readonly suspects: ReadonlyMap<Digest, Find>
  /** Names of listed images of which nothing can be told any more. */
  readonly lost: readonly string[]
  readonly documents: Documents
}

interface Listed {
  readonly Config: string
  readonly RepoTags: readonly string[]
  readonly Layers: readonly string[]
}

class Relisting {
  readonly unlisted = new Set<Digest>()
  readonly remade = new Map<Digest, ReadonlySet<Digest>>()
  readonly suspects = new Map<Digest, Find>()
  readonly lost: string[] = []
  readonly documents: Documents
  readonly #pool: Pool
  readonly #lossy: boolean
  readonly #entries = new Map<string, TarEntry>()
  readonly #finds: Find[] = []
  readonly #made = new Map<string, Uint8Array>()
  readonly #listed: Listed[] = []
  /** Configs that some image has. */
  readonly #described = new Set<Digest>()
  /** Folders of top layers that a listing speaks of. */
  readonly #describedFolders = new Set<string>()

  constructor(pool: Pool, lossy: boolean) {
    this.#pool = pool
    this.#lossy = lossy
    this.documents = sortDocuments(pool.surveys)
  }

  async run(): Promise<Relisted> {
    for (const find of this.#pool.finds) this.#addBlob(find)
    const roots = this.#ociRoots()
    this.#dockerListings()
    this.#lonelyConfigs()
    this.#legacyFolders()
    this.#add('oci-layout', new TextEncoder().encode('{"imageLayoutVersion":"1.0.0"}'))
    this.#add('index.json', encode({ schemaVersion: 2, manifests: roots }))
    this.#add('manifest.json', encode(this.#listed))
    const { unlisted, remade, suspects, lost, documents } = this
    const contents = await readContents(this.#files(), new Set(['blobs']))
    return { contents, find: ({ offset }) => this.#finds[offset], unlisted, remade, suspects, lost, documents }
  }

  #files(): Files {
    const pool = this.#pool
    return {
      entries: this.#entries,
      doubled: new Set(),
      partial: false,
      read: async ({ name, offset }) => this.#made.get(name) ?? this.#finds[offset]?.document ?? new Uint8Array(0),
      form: async ({ name, offset }) =>
        this.#finds[offset]?.form ?? pool.byDigest(promisedDigest(name) ?? digestOf(''))?.form ?? 'plain',
    }
  }

  #enter(name: string, offset: number, size: number): void {
    this.#entries.set(name, { name, type: 'file', offset, size, target: '', unsafe: false })
  }

  #add(name: string, content: Uint8Array): void {
    this.#made.set(name, content)
    this.#enter(name, -1, content.length)
  }

  #addBlob(find: Find): void {
    if (find.digest === undefined || this.#entries.has(blobPath(find.digest))) return
    // What looks like a manifest or an index and makes no sense would be in the way of the others.
    if (this.documents.senseless.has(find.digest) || this.#isMisfit(find.digest)) return
    this.#enter(blobPath(find.digest), this.#finds.length, find.size)
    this.#finds.push(find)
  }

  #isMisfit(digest: Digest): boolean {
    return this.documents.manifests.has(digest) && !this.#fits(digest)
  }

  /** Whether a manifest says of its layers what its config says, as far as that is there. */
  #fits(digest: Digest): boolean {
    const manifest = this.documents.manifests.get(digest)?.manifest
    if (!manifest) return false
    const held = this.#pool.byDigest(manifest.config.digest)
    if (held && !held.document) return false
    const config = this.documents.configs.get(manifest.config.digest)?.config
    return !config || diffIds(config).length === manifest.layers.length
  }

  /** A place for what is not there, so that an image is told with all its layers. */
  #ghost(digest: Digest, size: number): void {
    if (!this.#entries.has(blobPath(digest))) this.#enter(blobPath(digest), -1, size)
  }

  #ociRoots(): Descriptor[] {
    const { roots } = this.documents
    const listed = roots.filter((root) => this.#isThere(root))
    const lonely = this.#lonelyRoots()
    this.#expectLayers(new Set(roots.map(({ digest }) => digest)))
    return [...listed, ...lonely]
  }

  /** Indexes and manifests that nothing speaks of. */
  #lonelyRoots(): Descriptor[] {
    const { roots, indexes, manifests } = this.documents
    const referred = new Set([...roots, ...[...indexes.values()].flat()].map(({ digest }) => digest))
    const lonely: Descriptor[] = []
    for (const [digest, children] of indexes) {
      if (referred.has(digest)) continue
      lonely.push({ mediaType: MEDIA.index, digest, size: 0 })
      for (const config of this.#configsOf(children)) this.unlisted.add(config)
    }
    for (const digest of manifests.keys()) {
      if (referred.has(digest) || !this.#isImage(digest)) continue
      lonely.push({ mediaType: MEDIA.manifest, digest, size: 0 })
      for (const config of this.#configsOf([{ digest }])) this.unlisted.add(config)
    }
    return lonely
  }

  /** `direct`: manifests that an index.json lists by themselves. */
  #expectLayers(direct: ReadonlySet<Digest>): void {
    const { manifests, configs } = this.documents
    for (const [digest, { manifest }] of manifests) {
      if (!this.#fits(digest) || !configs.has(manifest.config.digest)) continue
      this.#described.add(manifest.config.digest)
      const isHere = ({ digest: layer }: Descriptor): boolean =>
        this.#entries.has(blobPath(layer)) || this.#pool.spoilt(layer) !== undefined
      // Of a platform that was never in the file nothing but its manifest is there, and that is as it should be.
      if (!direct.has(digest) && !this.#lossy && !manifest.layers.some(isHere)) continue
      for (const layer of manifest.layers) this.#ghost(layer.digest, layer.size)
    }
  }

  /** Whether a manifest is an image's, as against an attestation or an artifact. */
  #isImage(digest: Digest): boolean {
    const manifest = this.documents.manifests.get(digest)?.manifest
    const config = manifest && this.documents.configs.get(manifest.config.digest)?.config
    return this.#fits(digest) && config !== undefined && config.os !== 'unknown'
  }

  #configsOf(descriptors: readonly Pick<Descriptor, 'digest'>[]): Digest[] {
    return descriptors.flatMap(({ digest }) => this.documents.manifests.get(digest)?.manifest.config.digest ?? [])
  }

  #isThere(root: Descriptor): boolean {
    const { indexes, manifests, configs } = this.documents
    if (indexes.has(root.digest)) return true
    const known = manifests.get(root.digest)
    const name = annotatedName(root.annotations)
    if (isAttestation(root)) return known !== undefined
    const isReadable =
      known !== undefined &&
      this.#fits(root.digest) &&
      (configs.has(known.manifest.config.digest) || !isImageConfig(known.manifest.config.mediaType))
    if (!isReadable && name !== undefined) this.lost.push(name)
    return isReadable
  }

  #dockerListings(): void {
    for (const { survey, folder, entries } of this.documents.listings)
      for (const entry of entries) this.#dockerEntry(survey, folder, entry)
  }

  #dockerEntry(survey: Survey, folder: string, { config, repotags, layers }: DockerManifestEntry): void {
    const names = repotags.map((tag) => normaliseName(tag)).filter((name) => name !== undefined)
    const digest = this.#configOf(survey, folder, config)
    const known = digest && this.documents.configs.get(digest)
    if (!digest || !known) {
      this.lost.push(...names)
      return
    }
    for (const [index, diffId] of diffIds(known.config).entries()) {
      const found = this.#pool.named(survey, clean(folder, layers[index] ?? ''))
      if (found && found.diffId !== diffId) this.suspects.set(diffId, found)
    }
    this.unlisted.delete(digest)
    const top = layers.at(-1)
    if (top !== undefined) this.#describedFolders.add(clean(folder, top).replace(/\/layer\.tar$/, ''))
    this.#list(digest, known.config, names)
  }

  /** The config a listing names: the file of that name, if it is what the name says, or another of that digest. */
  #configOf(survey: Survey, folder: string, name: string): Digest | undefined {
    const promised = promisedDigest(name)
    const found = this.#pool.named(survey, clean(folder, name))
    if (found?.digest !== undefined && (promised === undefined || promised === found.digest)) return found.digest
    return promised
  }

  #list(digest: Digest, config: Config, names: readonly string[]): void {
    this.#described.add(digest)
    const layers = diffIds(config).map((diffId) => {
      const found = this.#pool.byDiffId(diffId)
      if (found?.digest !== undefined && this.#entries.has(blobPath(found.digest))) return blobPath(found.digest)
      this.#ghost(diffId, (this.suspects.get(diffId) ?? this.#pool.spoilt(diffId))?.size ?? 0)
      return blobPath(diffId)
    })
    this.#listed.push({ Config: blobPath(digest), RepoTags: names, Layers: layers })
  }

  /** Configs that no listing and no manifest speaks of. */
  #lonelyConfigs(): void {
    for (const [digest, { config }] of this.documents.configs) {
      if (config.os === 'unknown') continue
      const names = this.#topNames(config)
      if (this.#described.has(digest)) {
        // It may have lost its names all the same.
        if (this.unlisted.has(digest) && names.length > 0) this.#list(digest, config, names)
        continue
      }
      this.unlisted.add(digest)
      this.#list(digest, config, names)
    }
  }

  /** Names that `repositories` gives the image with this layer on top; none where it may be several. */
  #topNames(config: Config): string[] {
    const top = diffIds(config).at(-1)
    const same = [...this.documents.configs.values()].filter((other) => diffIds(other.config).at(-1) === top)
    if (top === undefined || same.length > 1) return []
    const ids = new Set(
      this.documents.legacy
        .filter(({ survey, folder }) => this.#pool.named(survey, `${folder}/layer.tar`)?.diffId === top)
        .map(({ id }) => id),
    )
    return this.documents.tops.filter((one) => one.top === hex(top) || ids.has(one.top)).map(({ name }) => name)
  }

  #legacyFolders(): void {
    const { legacy, tops, configs } = this.documents
    const known = [...configs.values()].map(({ config }) => diffIds(config))
    const others = { described: this.#describedFolders, known }
    for (const { names, config, layers } of legacyImages(legacy, tops, this.#pool, others)) {
      const digest = digestOf(config)
      this.#add(blobPath(digest), config)
      this.remade.set(digest, new Set(layers.filter(({ proven }) => !proven).map(({ diffId }) => diffId)))
      const paths = layers.map(({ diffId }) => blobPath(this.#pool.byDiffId(diffId)?.digest ?? diffId))
      this.#listed.push({ Config: blobPath(digest), RepoTags: names, Layers: paths })
    }
  }
}

function isImageConfig(mediaType: string): boolean {
  return mediaType === '' || mediaType === MEDIA.config || mediaType === MEDIA.dockerConfig
}

function clean(folder: string, name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  return `${folder}${parts.join('/')}`
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

/** `lossy`: something of the file is missing, so that what is not there may have been. */
export async function relist(pool: Pool, lossy: boolean): Promise<Relisted> {
  return await new Relisting(pool, lossy).run()
}
