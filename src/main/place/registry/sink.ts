import { tmpdir } from 'node:os'
import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { isLoopbackHost } from '../../files.ts'
import { documentsOf, type Root, wholeDigest } from '../../format/bundle.ts'
import { digestOf } from '../../format/digest.ts'
import { documentKind, parseManifest } from '../../format/documents.ts'
import {
  type Complete,
  type CompleteImage,
  completeImages,
  type Done,
  type Image,
  type LayerKey,
  type LayerPiece,
  type SignIn,
  type Sink,
  type Stored,
  type Wish,
  type Write,
} from '../place.ts'
import type { RegistryClient } from './client.ts'
import type { Referrer } from './listing.ts'
import { type LayerMemory, NO_MEMORY } from './memory.ts'
import { Names, targetOf } from './naming.ts'
import { negotiate } from './negotiate.ts'
import { landed, weighed } from './receive.ts'
import type { Repository } from './source.ts'

export interface RegistrySinkOptions {
  /** The form for layers that arrive plain; without it they stay plain. */
  readonly pack?: 'gzip' | 'zstd'
  readonly memory?: LayerMemory
  /** Repositories of this same registry where the images come from. */
  readonly from?: readonly string[]
  /** Sources may put images here themselves: nobody need sign in, or the person said that they may know this. */
  readonly receives?: { readonly signIn?: SignIn }
}

/** Blobs sent at once. */
const PARALLEL = 3

/** The repositories of some images, by the names they get there. @throws name-invalid where none has any */
function repositoriesOf(host: string, wishes: readonly Wish[]): string[] {
  const paths = wishes.flatMap(({ names }) => names.map(({ name }) => targetOf(host, name).path))
  // What has no name is pushed by its digest, beside those that have one.
  if (paths.length === 0) throw new AppError('name-invalid', { name: wishes[0]?.image.names[0] ?? '' })
  return [...new Set(paths)]
}

/**
 * Images into a registry, under names that begin with its host. Layers go to the repository of the first name and are taken
 * over by the others. A tag moves with the manifest it is put with, which is the last thing sent.
 */
export function registrySink(client: RegistryClient, host: string, options: RegistrySinkOptions = {}): Sink {
  const { pack, memory = NO_MEMORY, from = [], receives } = options
  return {
    ...(receives && !isLoopbackHost(host)
      ? {
          receive: async (give, wishes, signal, report) => {
            const [path, ...others] = repositoriesOf(host, wishes)
            if (path === undefined) return undefined
            const repository: Repository = { client, host, path }
            const received = await landed(repository, wishes, give, receives.signIn, signal, report)
            if (!received) return undefined
            const nothing = { missing: new Set<LayerKey>(), held: new Map<LayerKey, Stored>() }
            const write = new RegistryWrite(repository, others, nothing, memory, signal)
            const done = await write.commit(received.map(({ complete }) => complete))
            if ('lacking' in done) return undefined
            const configs = new Map(
              received.map(({ complete: { image, documents } }) => [image.id, digestOf(documents.config)] as const),
            )
            return { ...done, ...weighed(received), configs }
          },
        }
      : {}),
    takes: {
      forms: ['plain', 'gzip', 'zstd'],
      sizeFirst: false,
      platforms: 'many',
      parallel: PARALLEL,
      ...(pack ? { pack } : {}),
    },
    async plan(wishes, signal) {
      const [first] = repositoriesOf(host, wishes)
      if (first === undefined) throw new AppError('name-invalid', { name: '' })
      const images = wishes.map(({ image }) => image)
      const options = { from, packs: pack !== undefined, memory, look: true }
      const { missing } = await negotiate({ client, host, path: first }, images, options, signal)
      const names = await Promise.all(
        wishes.flatMap(({ image, names: wanted }) =>
          wanted.map(async ({ name }) => ({ name, image, ...(await nameNow(client, host, name, image, signal)) })),
        ),
      )
      const others = names.flatMap(({ name, now, same }) => (now && !same ? [{ name, id: now }] : []))
      return {
        missing,
        // What is packed on its way has a digest nobody knows before.
        exact: pack === undefined || missing.size === 0,
        present: new Set(names.filter(({ same }) => same).map(({ image }) => image.id)),
        replaces: others,
        same: new Set(names.filter(({ same }) => same).map(({ name }) => name)),
      }
    },
    async begin(wishes, signal) {
      const [first, ...others] = repositoriesOf(host, wishes)
      if (first === undefined) throw new AppError('name-invalid', { name: '' })
      const repository: Repository = { client, host, path: first }
      const images = wishes.map(({ image }) => image)
      const { missing, held } = await negotiate(
        repository,
        images,
        { from, packs: pack !== undefined, memory, look: false },
        signal,
      )
      return new RegistryWrite(repository, others, { missing, held }, memory, signal)
    },
  }
}

interface Referring {
  readonly subject?: { readonly digest?: Digest }
  readonly artifactType?: string
}

/** A referrer to be named under its subject. */
interface Unlisted {
  readonly path: string
  readonly subject: Digest
  readonly referrer: Referrer
}

interface NameNow {
  readonly now?: Digest
  /** It is this very image. */
  readonly same: boolean
}

/** What a name names now. A repository that is not there names nothing. */
async function nameNow(
  client: RegistryClient,
  host: string,
  name: string,
  image: Image,
  signal: AbortSignal,
): Promise<NameNow> {
  const { path, tag } = targetOf(host, name)
  try {
    const now = (await client.head(path, tag, signal))?.digest
    if (now === undefined) return { same: false }
    const digest = wholeDigest(image)
    if (digest !== undefined || image.parts) return { now, same: now === digest }
    // An engine's or a file's image has no manifest yet: its id is its config's digest.
    const { bytes } = await client.manifest(path, now, signal)
    const config = documentKind(bytes, now) === 'manifest' ? parseManifest(bytes, now).config.digest : undefined
    return { now, same: config === image.id }
  } catch (error) {
    if (error instanceof AppError && error.code === 'registry-name-unknown') return { same: false }
    throw error
  }
}

class RegistryWrite implements Write {
  readonly missing: ReadonlySet<LayerKey>
  readonly held: ReadonlyMap<LayerKey, Stored>
  readonly spoolDir = tmpdir()
  readonly #repository: Repository
  readonly #others: readonly string[]
  readonly #memory: LayerMemory
  readonly #signal: AbortSignal
  readonly #sent = new Map<Digest, Promise<void>>()
  #again = false

  constructor(
    repository: Repository,
    others: readonly string[],
    { missing, held }: { missing: ReadonlySet<LayerKey>; held: ReadonlyMap<LayerKey, Stored> },
    memory: LayerMemory,
    signal: AbortSignal,
  ) {
    this.#repository = repository
    this.#others = others
    this.missing = missing
    this.held = held
    this.#memory = memory
    this.#signal = signal
  }

  async put({ bytes }: LayerPiece, known: { readonly digest?: Digest; readonly size?: number }): Promise<void> {
    const { client, path } = this.#repository
    const before = known.digest && this.#sent.get(known.digest)
    if (before !== undefined) {
      // The same blob is on its way as another layer: these bytes are proven, and left.
      for await (const _ of bytes);
      return await before
    }
    const sending = client.upload(path, bytes, known, this.#signal).then(() => undefined)
    if (known.digest) this.#sent.set(known.digest, sending)
    sending.catch(() => undefined)
    await sending
  }

  async commit(images: readonly Complete[]): Promise<Done | { readonly lacking: readonly LayerKey[] }> {
    const layers = completeImages(images).flatMap((image) => image.layers.filter((layer) => layer !== undefined))
    await this.#spread(layers.map(({ digest }) => digest))
    const documents = new Map(images.map((complete) => [complete, documentsOf(complete)] as const))
    const unlisted: Unlisted[] = []
    try {
      for (const { configs, roots } of documents.values())
        for (const path of this.#paths) unlisted.push(...(await this.#documents(path, configs, roots)))
    } catch (error) {
      const lost = error instanceof AppError && error.code === 'registry-blob-unknown'
      if (!lost || this.#again || this.held.size === 0) throw error
      // What it had when asked, its clean-up has removed since.
      this.#again = true
      return { lacking: [...this.held.keys()] }
    }
    const done = await this.#name(documents, unlisted)
    await this.#remember(completeImages(images))
    return done
  }

  get #paths(): readonly string[] {
    return [this.#repository.path, ...this.#others]
  }

  /** All names, or none. */
  async #name(documents: ReadonlyMap<Complete, { readonly root: Root }>, unlisted: readonly Unlisted[]): Promise<Done> {
    const names = new Names(this.#repository)
    const done: Done['images'][number][] = []
    const replaced: Done['replaced'][number][] = []
    try {
      for (const { path, subject, referrer } of unlisted) await names.list(path, subject, referrer, this.#signal)
      for (const [complete, { root }] of documents) {
        for (const naming of complete.names) replaced.push(...(await names.give(root, naming, this.#signal)))
        done.push({ id: complete.image.id, names: complete.names.map(({ name }) => name), digest: root.digest })
      }
      this.#signal.throwIfAborted()
      return { images: done, replaced }
    } catch (error) {
      return await names.takeBack(error)
    }
  }

  /** The copy is done: a memory that fails undoes none of it. What a manifest says of a layer that was not read stays here. */
  async #remember(images: readonly CompleteImage[]): Promise<void> {
    const layers = images.flatMap(({ layers, came }) =>
      layers.flatMap((stored, index) => (stored ? [{ stored, proven: came[index] !== undefined }] : [])),
    )
    const there = layers.map(({ stored }) => stored.digest)
    const proven = layers.flatMap((one) => (one.proven ? [one.stored] : []))
    for (const path of this.#paths) {
      await this.#memory
        .remember(this.#repository.host, path, there, proven)
        .catch((error: unknown) => console.error(error))
    }
  }

  /** Makes blobs known in the other repositories too, through this computer where the registry does not do it alone. */
  async #spread(digests: readonly Digest[]): Promise<void> {
    const { client, path } = this.#repository
    for (const other of this.#others) {
      for (const digest of new Set(digests)) {
        if (await client.hasBlob(other, digest, this.#signal)) continue
        if (await client.mount(other, digest, path, this.#signal)) continue
        await client.upload(other, client.blob(path, { digest }, this.#signal), { digest }, this.#signal)
      }
    }
  }

  /**
   * Configs, then manifests by digest, those named before those that name them. Gives the referrers that the registry does
   * not list by itself: it leaves the list to its clients.
   */
  async #documents(path: string, configs: readonly Uint8Array[], roots: readonly Root[]): Promise<Unlisted[]> {
    const { client } = this.#repository
    const unlisted: Unlisted[] = []
    for (const config of configs) {
      const digest = digestOf(config)
      if (await client.hasBlob(path, digest, this.#signal)) continue
      const bytes = [config].values()
      await client.upload(path, fromOne(bytes), { digest, size: config.length }, this.#signal)
    }
    for (const { digest, bytes, mediaType } of roots) {
      if (await client.head(path, digest, this.#signal)) continue
      const { subject: listed } = await client.putManifest(path, digest, bytes, mediaType, this.#signal)
      const { subject, artifactType } = JSON.parse(new TextDecoder().decode(bytes)) as Referring
      if (!subject?.digest || listed) continue
      const referrer = { mediaType, digest, size: bytes.length, ...(artifactType ? { artifactType } : {}) }
      unlisted.push({ path, subject: subject.digest, referrer })
    }
    return unlisted
  }

  async close(): Promise<void> {
    // An upload that fails is taken back by itself; blobs that no manifest names are the registry's to collect.
    await Promise.allSettled(this.#sent.values())
  }
}

async function* fromOne(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}
