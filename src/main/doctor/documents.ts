import { AppError } from '../../shared/errors.ts'
import { type Digest, normaliseName } from '../../shared/reference.ts'
import { promisedDigest } from '../format/contents.ts'
import {
  type Config,
  type DockerManifestEntry,
  diffIds,
  documentKind,
  isDockerManifest,
  type Manifest,
  parseConfig,
  parseDockerManifest,
  parseIndex,
  parseManifest,
} from '../format/documents.ts'
import type { Descriptor } from '../place/place.ts'
import type { Find, Survey } from './survey.ts'

/** The documents of images among what was found, told by what they say, each by its own digest. */
export interface Documents {
  /** docker's `manifest.json`, wherever they stand. */
  readonly listings: readonly {
    readonly survey: Survey
    readonly folder: string
    readonly entries: readonly DockerManifestEntry[]
  }[]
  /** What `index.json` lists. */
  readonly roots: readonly Descriptor[]
  readonly indexes: ReadonlyMap<Digest, readonly Descriptor[]>
  readonly manifests: ReadonlyMap<Digest, { readonly manifest: Manifest; readonly find: Find }>
  readonly configs: ReadonlyMap<Digest, { readonly config: Config; readonly find: Find }>
  /** `repositories`: names, and the folder or layer on top of what they name. */
  readonly tops: readonly { readonly name: string; readonly top: string }[]
  /** `<id>/json`. */
  readonly legacy: readonly LegacyFolder[]
  /** Manifests and indexes by their keys that cannot be read as such. */
  readonly senseless: ReadonlySet<Digest>
  /** Names of listings that make no sense any more. */
  readonly damaged: readonly string[]
  /** Names of listings of which there are two that differ. */
  readonly doubled: readonly string[]
}

/** What Docker before 1.10 said of a layer, and of an image by its top one. Docker up to 24 still writes it. */
export interface LegacyFolder {
  readonly survey: Survey
  readonly folder: string
  readonly id: string
  readonly said: Readonly<Record<string, unknown>>
}

const LEGACY = /^((?:.*\/)?([0-9a-f]{64}))\/json$/
const LISTING = /^((?:.*\/)?)(manifest\.json|index\.json|repositories)$/

function record(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Undefined where the document is not what it should be. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

class Sorting implements Documents {
  readonly listings: { survey: Survey; folder: string; entries: readonly DockerManifestEntry[] }[] = []
  readonly roots: Descriptor[] = []
  readonly indexes = new Map<Digest, readonly Descriptor[]>()
  readonly manifests = new Map<Digest, { manifest: Manifest; find: Find }>()
  readonly configs = new Map<Digest, { config: Config; find: Find }>()
  readonly tops: { name: string; top: string }[] = []
  readonly legacy: LegacyFolder[] = []
  readonly senseless = new Set<Digest>()
  readonly damaged: string[] = []
  readonly doubled: string[] = []
  readonly #seen = new Map<string, Digest>()

  take(survey: Survey, find: Find): void {
    const { name, document, digest } = find
    const [, folder, listing] = LISTING.exec(name) ?? []
    if (listing !== undefined && folder !== undefined) {
      this.#noteTwice(find)
      const read = document && this.#listing(survey, folder, listing, name, document)
      if (!read) this.damaged.push(name)
      return
    }
    if (!document || digest === undefined) return
    const [, legacyFolder, id] = LEGACY.exec(name) ?? []
    if (legacyFolder !== undefined && id !== undefined) {
      const said = record(document)
      if (said) this.legacy.push({ survey, folder: legacyFolder, id, said })
      return
    }
    const promised = promisedDigest(name)
    // Nothing in a document that was changed can be believed.
    if (promised === undefined || promised === digest) this.#sort(find, document, digest)
  }

  #noteTwice({ name, carrier, digest }: Find): void {
    const key = `${carrier.name} ${name}`
    const before = this.#seen.get(key)
    if (before !== undefined && before !== digest) this.doubled.push(name)
    if (digest !== undefined) this.#seen.set(key, digest)
  }

  #listing(survey: Survey, folder: string, listing: string, name: string, document: Uint8Array): boolean {
    if (listing === 'repositories') return this.#repositories(document)
    const read = readable(() => {
      if (listing === 'index.json') this.roots.push(...parseIndex(document, name))
      else if (isDockerManifest(document, name))
        this.listings.push({ survey, folder, entries: parseDockerManifest(document, name) })
      return true
    })
    return read ?? false
  }

  #repositories(document: Uint8Array): boolean {
    const said = record(document)
    for (const [repository, tags] of Object.entries(said ?? {})) {
      if (typeof tags !== 'object' || tags === null) continue
      for (const [tag, top] of Object.entries(tags)) {
        const name = normaliseName(`${repository}:${tag}`)
        if (name !== undefined && typeof top === 'string') this.tops.push({ name, top })
      }
    }
    return said !== undefined
  }

  #sort(find: Find, document: Uint8Array, digest: Digest): void {
    const { name } = find
    const kind = readable(() => documentKind(document, name))
    const read = readable(() => {
      if (kind === 'index') this.indexes.set(digest, parseIndex(document, name))
      else if (kind === 'manifest') this.manifests.set(digest, { manifest: parseManifest(document, name), find })
      else {
        const config = parseConfig(document, name)
        if (diffIds(config).length > 0) this.configs.set(digest, { config, find })
      }
      return true
    })
    if (!read && kind !== 'other') this.senseless.add(digest)
  }
}

export function sortDocuments(surveys: readonly Survey[]): Documents {
  const sorting = new Sorting()
  for (const survey of surveys) {
    for (const find of survey.finds) {
      if (find.document || LISTING.test(find.name)) sorting.take(survey, find)
    }
  }
  return sorting
}
