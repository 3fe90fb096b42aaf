import type { Found, PlaceRef } from '../shared/contract.ts'
import { AppError, type ErrorCode } from '../shared/errors.ts'
import { type Digest, familiar } from '../shared/reference.ts'
import { kindOfHost } from '../shared/registry-kinds.ts'
import type { LookedAt } from './looked-at.ts'
import type { Image } from './place/place.ts'
import type { RegistryClient } from './place/registry/client.ts'
import { readReference } from './place/registry/source.ts'
import { byDigest, byWords, found, type Met } from './search-match.ts'

/**
 * Finding images in a registry, which has no search of its own: repositories by their names, tags of those that are known
 * or may be meant, digests asked of known ones. What it costs is bounded, and asks by HEAD what HEAD tells: registries
 * count what is read.
 */

/** Repositories looked at of one registry's catalogue, and how many it may have to be asked one by one. */
const MOST_REPOSITORIES = 5000
const FEW_REPOSITORIES = 20
/** Repositories asked of one registry, tags of one that are looked through, and those of them that are found. */
const MOST_ASKED = 20
const MOST_TAGS = 1000
const TAGS_FOUND = 10
/** Of one repository: images whose labels and layers are looked at. */
const IMAGES_OF = 5
/** Questions beside the catalogue that one search puts to one registry. */
const MOST_QUESTIONS = 100
/** Questions at once to one registry: copies need it too. */
const AT_ONCE = 3
/** A config is smaller, a layer mostly larger, in bytes. */
const CONFIG = 1 << 18

type RegistryPlace = Extract<PlaceRef, { type: 'registry' }>

export interface SearchedRegistry {
  readonly place: RegistryPlace
  readonly client: RegistryClient
  readonly looked: LookedAt
  /** Repositories that are known from copies, the newest first. */
  readonly known: readonly string[]
}

/** What somebody looks for: words that all have to be met, or a digest. */
export type Sought =
  | { readonly type: 'words'; readonly words: readonly string[] }
  | { readonly type: 'digest'; readonly digest: Digest }

type Tell = (found: Found) => void

function has(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.toLowerCase().includes(word))
}

/** What a registry says to who has asked too much. */
const TOO_MUCH: readonly ErrorCode[] = ['registry-too-many-requests', 'registry-pull-limit']

/** Whatever one question is answered, the others are asked: but nobody asks on who was told that it is too much. */
async function orNothing<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError && !TOO_MUCH.includes(error.code)) return undefined
    throw error
  }
}

class RegistrySearch {
  readonly #at: SearchedRegistry
  readonly #tell: Tell
  readonly #signal: AbortSignal
  #questions = 0

  constructor(at: SearchedRegistry, tell: Tell, signal: AbortSignal) {
    this.#at = at
    this.#tell = tell
    this.#signal = signal
  }

  async forWords(words: readonly string[]): Promise<void> {
    const { place } = this.#at
    const named = (repository: string): string => `${place.host}/${repository}`
    const all: string[] = []
    for await (const repository of this.#catalogue()) {
      all.push(repository)
      if (has(named(repository), words)) this.#tell(this.#hit(repository, '', [named(repository)], 'name'))
    }
    // A person names a repository by one word and a version by another.
    const meant = all.filter((one) => words.some((word) => has(named(one), [word])))
    const asked = this.#toAsk(meant)
    const tags = new Map<string, readonly string[]>()
    await this.#each(asked, async (repository) => {
      const own = await this.#tags(repository)
      tags.set(repository, own)
      if (!has(named(repository), words)) await this.#tagsOf(repository, own, words)
      // The list of a registry that keeps it to itself did not name it.
      else if (!all.includes(repository)) this.#tell(this.#hit(repository, '', [named(repository)], 'name'))
    })
    await this.#each([...tags.keys()], async (repository) => {
      await this.#labelsOf(repository, tags.get(repository) ?? [], words)
    })
  }

  async forDigest(digest: Digest): Promise<void> {
    const all: string[] = []
    for await (const repository of this.#catalogue()) {
      all.push(repository)
      if (all.length > FEW_REPOSITORIES) break
    }
    const asked = this.#toAsk(all.length > FEW_REPOSITORIES ? [] : all)
    await this.#each(asked, async (repository) => await this.#digestIn(repository, digest))
  }

  /** False once enough was asked. */
  #mayAsk(): boolean {
    this.#questions += 1
    return this.#questions <= MOST_QUESTIONS
  }

  async #head(repository: string, reference: string): Promise<Digest | undefined> {
    if (!this.#mayAsk()) return undefined
    return (await this.#at.client.head(repository, reference, this.#signal))?.digest
  }

  /** Those that were looked at or copied to, then those that may be meant. */
  #toAsk(meant: readonly string[]): string[] {
    const { looked, place, known } = this.#at
    return [...new Set([...looked.repositories(place.host), ...known, ...meant])].slice(0, MOST_ASKED)
  }

  async #each(repositories: readonly string[], ask: (repository: string) => Promise<void>): Promise<void> {
    const left = repositories.values()
    const work = async (): Promise<void> => {
      for (const repository of left) {
        this.#signal.throwIfAborted()
        await orNothing(ask(repository), this.#signal)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }

  /** A registry that keeps its list to itself has nothing to say here. */
  async *#catalogue(): AsyncGenerator<string> {
    let seen = 0
    try {
      for await (const repository of this.#at.client.catalog(this.#signal)) {
        seen += 1
        if (seen > MOST_REPOSITORIES) return
        yield repository
      }
    } catch (error) {
      this.#signal.throwIfAborted()
      if (!(error instanceof AppError) || TOO_MUCH.includes(error.code)) throw error
    }
  }

  /** The newest first, as most registries have them in the order they were made. */
  async #tags(repository: string): Promise<string[]> {
    const tags: string[] = []
    if (!this.#mayAsk()) return tags
    for await (const tag of this.#at.client.tags(repository, this.#signal)) {
      tags.push(tag)
      if (tags.length === MOST_TAGS) break
    }
    return tags.reverse()
  }

  #nameOf(repository: string, tag: string): string {
    return familiar({ domain: this.#at.place.host, path: repository, tag })
  }

  async #tagsOf(repository: string, tags: readonly string[], words: readonly string[]): Promise<void> {
    const meant = tags.filter((tag) => has(`${this.#at.place.host}/${repository}:${tag}`, words)).slice(0, TAGS_FOUND)
    const byId = new Map<string, string[]>()
    for (const tag of meant) {
      const id = (await orNothing(this.#head(repository, tag), this.#signal)) ?? ''
      byId.set(id, [...(byId.get(id) ?? []), this.#nameOf(repository, tag)])
    }
    for (const [id, names] of byId) this.#tell(this.#hit(repository, id, names, 'name'))
  }

  /** Labels are in the config, which has to be read once: never where each reading counts (Docker Hub). */
  async #labelsOf(repository: string, tags: readonly string[], words: readonly string[]): Promise<void> {
    const reads = kindOfHost(this.#at.place.host) !== 'hub'
    for (const tag of tags.slice(0, IMAGES_OF)) {
      const digest = await this.#head(repository, tag)
      if (!digest) continue
      const image = this.#at.looked.image(digest) ?? (reads ? await this.#read(repository, digest) : undefined)
      if (image && byWords({ ...image, names: [], id: 'sha256:' }, words) === 'label')
        this.#tell(this.#hit(repository, digest, [this.#nameOf(repository, tag)], 'label'))
    }
  }

  async #read(repository: string, digest: Digest): Promise<Image | undefined> {
    const { client, place, looked } = this.#at
    if (!this.#mayAsk()) return undefined
    const at = { client, host: place.host, path: repository }
    const image = await orNothing(readReference(at, { digest }, this.#signal), this.#signal)
    if (image) looked.keep([image])
    return image
  }

  async #digestIn(repository: string, digest: Digest): Promise<void> {
    const { client } = this.#at
    const blob = this.#mayAsk() && (await client.hasBlob(repository, digest, this.#signal))
    // As a manifest only what is no blob: docker-registry fails when a config is asked for as one.
    const met = blob ? await this.#metIn(repository, digest) : (await this.#head(repository, digest)) && 'manifest'
    if (!met) return
    const name = familiar({ domain: this.#at.place.host, path: repository, digest })
    if (met === 'manifest') return this.#tell(this.#hit(repository, digest, [name], met))
    for (const tag of (await orNothing(this.#tags(repository), this.#signal))?.slice(0, IMAGES_OF) ?? []) {
      const id = await this.#head(repository, tag)
      const image = id && this.#at.looked.image(id)
      const exact = image && byDigest(image, digest)
      if (id && exact) return this.#tell(this.#hit(repository, id, [this.#nameOf(repository, tag)], exact))
    }
    this.#tell(this.#hit(repository, '', [`${this.#at.place.host}/${repository}`], met))
  }

  /** What a blob is, by its content: blobs are read freely, of a layer only its beginning. */
  async #metIn(repository: string, digest: Digest): Promise<'config' | 'manifest' | 'layer'> {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of this.#at.client.blob(repository, { digest }, this.#signal)) {
      size += chunk.length
      if ((chunks[0] ?? chunk)[0] !== 0x7b || size > CONFIG) return 'layer'
      chunks.push(chunk)
    }
    const bytes = new Uint8Array(Buffer.concat(chunks))
    try {
      const { schemaVersion, rootfs } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
      if (schemaVersion !== undefined) return 'manifest'
      return rootfs === undefined ? 'layer' : 'config'
    } catch {
      return 'layer'
    }
  }

  #hit(repository: string, id: string, names: string[], met: Met): Found {
    const place = { ...this.#at.place, repository }
    const image = this.#at.looked.image(id as Digest)
    if (image) return { ...found(place, image, met), names }
    return { place, id, names, size: 0, created: 0, ...(id === '' ? {} : { digest: id }), met }
  }
}

/** Tells what one registry has of what is looked for, as it is found. One that is away or refuses has nothing to say. */
export async function searchRegistry(
  at: SearchedRegistry,
  sought: Sought,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const search = new RegistrySearch(at, tell, signal)
  await orNothing(
    sought.type === 'words' ? search.forWords(sought.words) : search.forDigest(sought.digest),
    signal,
  ).catch((error: unknown) => {
    signal.throwIfAborted()
    if (!(error instanceof AppError)) throw error
  })
}
