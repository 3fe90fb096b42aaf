import type { PlaceRef } from '../../shared/contract.ts'
import type {
  HubAnswer,
  HubQuestion,
  HubRepository,
  Looked,
  Newer,
  Offered,
  Offers,
  PullLimit,
  RepositoryRef,
} from '../../shared/contract-get.ts'
import { AppError, asAppError } from '../../shared/errors.ts'
import { type Digest, isDigest, type Reference } from '../../shared/reference.ts'
import { kindOfHost } from '../../shared/registry-kinds.ts'
import { delay, Feed } from '../feed.ts'
import { MEDIA } from '../format/documents.ts'
import type { Opener } from '../opener.ts'
import type { Engines } from '../place/engine/engines.ts'
import type { Repository } from '../place/registry/source.ts'
import type { Registries } from '../registries.ts'
import type { State } from '../state.ts'
import type { TransferQueue } from '../transfer/queue.ts'
import { Came } from './came.ts'
import { Hub } from './hub.ts'
import { type NameHere, namesInEngine, namesInLayout } from './names-here.ts'
import { lookForNewer, type There } from './newer.ts'
import { digestOfTag, lookInto, offersOf, partsOf } from './offers.ts'
import { Quiet } from './quiet.ts'

export interface Parts {
  readonly registries: Registries
  readonly opener: Opener
  readonly engines: Engines
  readonly state: State
  readonly queue: TransferQueue
  /** Folder of the Library. */
  readonly library: string
  /** Whether registries are asked by themselves. */
  readonly preferences: Feed<{ readonly lookForNewer: boolean }>
}

/** Where Docker Hub tells how much it still allows, without that being a download (docs.docker.com, "Pull usage and limits"). */
const PROBE = { path: 'ratelimitpreview/test', tag: 'latest' }
const HUB = 'docker.io'

/** Finding images in registries: search, pages, versions, what is newer than here. */
export class Getting {
  /** What was found newer and not been asked about since. */
  readonly newer = new Feed<readonly Newer[]>([])
  readonly #parts: Parts
  readonly #hub = new Hub()
  readonly #came: Came
  readonly #ended = new AbortController()
  #working: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#came = new Came(parts.state)
  }

  /** Begins to note what copies bring, and to look by itself where that is wished. */
  open(): void {
    const { signal } = this.#ended
    const quiet = new Quiet(this.#parts.state, this.#parts.preferences, async () => await this.#lookAround(signal))
    this.#working = Promise.all([this.#came.follow(this.#parts.queue, signal), quiet.run(signal)]).catch(
      (error: unknown) => {
        if (!signal.aborted) console.error(error)
      },
    )
  }

  async close(): Promise<void> {
    this.#ended.abort()
    await this.#working
    await this.#hub.close()
  }

  async search(question: HubQuestion, signal: AbortSignal): Promise<HubAnswer> {
    return await this.#hub.search(question, signal)
  }

  /** Undefined where the registry has no page that is read, or none of this name. */
  async repository({ host, repository }: RepositoryRef, signal: AbortSignal): Promise<HubRepository | undefined> {
    return isHub(host) ? await this.#hub.repository(repository, signal) : undefined
  }

  async offers(
    at: RepositoryRef,
    page: { readonly filter?: string | undefined; readonly from?: number | undefined },
    signal: AbortSignal,
  ): Promise<Offers> {
    const free = isHub(at.host)
    const told = free ? await unlessSilent(this.#hub.tags(at.repository, page, signal)) : undefined
    // A private repository has no page for everybody, and a network may let through the registry alone.
    return told ?? (await offersOf(await this.#repository(at), { ...page, free }, signal))
  }

  /** @throws registry-manifest-unknown … */
  async resolve(
    at: RepositoryRef,
    { tag, digest }: { readonly tag?: string | undefined; readonly digest?: string | undefined },
    signal: AbortSignal,
  ): Promise<Offered & { digest: Digest }> {
    const repository = await this.#repository(at)
    if (digest !== undefined && !isDigest(digest)) throw new AppError('name-invalid', { name: digest })
    const found = await digestOfTag(repository, digest ?? tag ?? 'latest', signal)
    const named = tag === undefined ? {} : { tag }
    if (!isHub(at.host)) return { ...named, digest: found, ...(await lookInto(repository, found, signal)) }
    const told = tag === undefined ? undefined : await unlessSilent(this.#hub.tag(at.repository, tag, signal))
    // The page may be behind the registry.
    return told?.digest === found ? { ...told, digest: found } : { ...named, digest: found, platforms: [] }
  }

  /** What was told last; Docker Hub is asked where it has told nothing yet, which costs nothing. */
  async limit(host: string, account: string | undefined, signal: AbortSignal): Promise<PullLimit | undefined> {
    const { limits } = this.#parts.registries
    const told = limits.of(host, account, Date.now())
    if (told || !isHub(host)) return told
    const client = await this.#parts.registries.client(host, account)
    await client.head(PROBE.path, PROBE.tag, signal)
    return limits.of(host, account, Date.now())
  }

  /** Asks the registries about the names of a place; `ids`: of these images alone. */
  async look(place: PlaceRef, ids: readonly string[] | undefined, signal: AbortSignal): Promise<Looked> {
    const all = await this.#names(place, signal)
    const names = ids ? all.filter(({ id }) => ids.includes(id)) : all
    const looked = await lookForNewer(names, async (reference, until) => await this.#there(reference, until), signal)
    const asked = new Set(names.map(({ id, name }) => key(place, id, name)))
    const others = this.newer.value.filter((one) => !asked.has(key(one.place, one.id, one.name)))
    this.newer.set([...others, ...looked.newer])
    return looked
  }

  async #lookAround(signal: AbortSignal): Promise<void> {
    const engines = this.#parts.engines.list.value.filter(({ state }) => state.type === 'ready')
    const places: PlaceRef[] = [
      ...engines.map(({ id }) => ({ type: 'engine', engine: id }) as const),
      { type: 'layout', path: this.#parts.library },
    ]
    for (const place of places) {
      // Nobody asked: what fails is tried the next time.
      await this.look(place, undefined, signal).catch(() => undefined)
      if (signal.aborted) return
      await delay(1000, signal)
    }
  }

  async #names(place: PlaceRef, signal: AbortSignal): Promise<NameHere[]> {
    if (place.type === 'engine')
      return await namesInEngine(await this.#parts.engines.client(place.engine), place, this.#came)
    if (place.type !== 'layout') throw new TypeError('an engine or a layout')
    await this.#parts.opener.admit(place.path)
    return await namesInLayout(place, signal)
  }

  async #there({ domain, path, tag = 'latest' }: Reference, signal: AbortSignal): Promise<There | undefined> {
    const repository = await this.#repository({ host: domain, repository: path })
    const found = await repository.client.head(path, tag, signal)
    if (!found) return undefined
    const { digest } = found
    const single = found.mediaType !== MEDIA.index && found.mediaType !== MEDIA.dockerIndex
    const parts = async (): Promise<readonly Digest[] | undefined> => {
      if (single) return []
      if (!isHub(domain))
        return digestsOf(partsOf((await repository.client.manifest(path, digest, signal)).bytes, digest))
      const told = await unlessSilent(this.#hub.tag(path, tag, signal))
      return told?.digest === digest ? digestsOf(told.platforms) : undefined
    }
    return { digest, parts }
  }

  async #repository({ host, account, repository }: RepositoryRef): Promise<Repository> {
    return await this.#parts.opener.repository({
      type: 'registry',
      host,
      repository,
      ...(account === undefined ? {} : { account }),
    })
  }
}

function isHub(host: string): boolean {
  return host === HUB || kindOfHost(host) === 'hub'
}

function key(place: PlaceRef, id: string, name: string): string {
  return `${JSON.stringify(place)} ${id} ${name}`
}

function digestsOf(platforms: Offered['platforms']): Digest[] {
  return platforms.flatMap(({ digest }) => (isDigest(digest) ? [digest] : []))
}

/** The web beside the registry may be silent, or have had enough: the registry itself is another one. */
async function unlessSilent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (asAppError(error).code.startsWith('registry-')) return undefined
    throw error
  }
}
