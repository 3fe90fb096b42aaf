import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { AppError } from '../../../shared/errors.ts'
import { byTelling, type Digest, normaliseName, splitName } from '../../../shared/reference.ts'
import { freeSpace } from '../../files.ts'
import { blobPath, bundleDocuments, manifestDigest } from '../../format/bundle.ts'
import { digestOf } from '../../format/digest.ts'
import { formOfType, platformText } from '../../format/documents.ts'
import { type TarWriter, tarWriter } from '../../format/tar-writer.ts'
import {
  type Bytes,
  type Complete,
  type CompleteImage,
  completeImages,
  type Done,
  type Image,
  type LayerKey,
  type LayerPiece,
  layerKey,
  type PlaceEvent,
  type Planned,
  type Sink,
  type Stored,
  type Write,
} from '../place.ts'
import { type EngineClient, engineError, messages, refusal } from './client.ts'
import { asDigest, inspectImage } from './images.ts'
import { type BlobMemory, NO_BLOBS } from './memory.ts'
import { nameAll } from './naming.ts'
import { fetchItself } from './pull.ts'
import { stacks } from './stacks.ts'

/** What an engine has of an image before anything is sent. */
interface Held {
  readonly image: Image
  /** It has this very image. */
  readonly present: boolean
  /** How many of its layers it has, from the bottom: a classic engine knows layers by chain. */
  readonly prefix: number
}

/** A classic engine's id of an image: its config's digest, which a registry's or folder's image has beside its own. */
function classicId({ config, id }: Image): Digest {
  return config ? digestOf(config) : id
}

/** What an engine with the classic store, or Podman, has of these images. */
async function heldByChain(client: EngineClient, images: readonly Image[]): Promise<Held[]> {
  const known = await stacks(client, true)
  // Podman refuses an archive with layers left out, whatever it has: all of an image, or nothing.
  if (client.podman) return images.map((image) => ({ image, present: known.has(classicId(image)), prefix: 0 }))
  return images.map((image) => {
    const wanted = image.layers.map(({ diffId }) => diffId ?? '')
    const prefixes = [...known.values()].map((held) => {
      const differs = wanted.findIndex((diffId, index) => held[index] !== diffId)
      return differs < 0 ? wanted.length : differs
    })
    return { image, present: known.has(classicId(image)), prefix: Math.max(0, ...prefixes) }
  })
}

/** What an engine has, and what it lacks, of some images. */
interface Inventory {
  readonly missing: ReadonlySet<LayerKey>
  /** In which form it has a layer, where its store keeps layers by form. */
  readonly held: ReadonlyMap<LayerKey, Stored>
  /** Ids of the images that are there as they are. */
  readonly present: ReadonlySet<Digest>
}

async function inventory(client: EngineClient, images: readonly Image[], memory: BlobMemory): Promise<Inventory> {
  if (client.store === 'containerd') return await inventoryByBlob(client, images, memory)
  const chains = await heldByChain(client, images)
  return {
    missing: new Set(
      chains.flatMap(({ image, present, prefix }) => (present ? [] : image.layers.slice(prefix).map(layerKey))),
    ),
    held: new Map(),
    present: new Set(chains.filter(({ present }) => present).map(({ image }) => image.id)),
  }
}

/** The containerd store keeps blobs by digest: those of images it has, as far as those were loaded from here. */
async function inventoryByBlob(client: EngineClient, images: readonly Image[], memory: BlobMemory): Promise<Inventory> {
  const ids = (await client.docker.listImages({ all: true })).map(({ Id }) => Id)
  const blobs = new Map((await memory.layers(client.daemon, ids)).map((layer) => [layer.digest, layer]))
  const present = new Set<Digest>()
  const held = new Map<LayerKey, Stored>()
  const has = new Set<LayerKey>()
  for (const image of images) {
    // Its id there is its manifest's digest, which it keeps when no layer changes its form; another such store calls it so too.
    const there = ids.includes(image.digest ?? image.id)
    if (there) {
      present.add(image.id)
      for (const layer of image.layers) has.add(layerKey(layer))
    }
    for (const layer of image.layers) {
      const { stored, diffId } = layer
      const known = stored && blobs.get(stored.digest)
      if (known) held.set(layerKey(layer), known)
      else if (there && stored)
        held.set(layerKey(layer), { ...stored, diffId: diffId ?? stored.digest, form: formOfType(stored.mediaType) })
    }
  }
  const keys = images.flatMap(({ layers }) => layers.map(layerKey))
  return { missing: new Set(keys.filter((key) => !held.has(key) && !has.has(key))), held, present }
}

/** What this engine calls an image, as far as that is known before it is there. */
function idAt({ store }: EngineClient, image: Image): Digest {
  return store === 'classic' ? classicId(image) : (image.digest ?? image.id)
}

/** Who has a name now: undefined for nobody, the name itself where it is this very image. */
async function nameNow(
  client: EngineClient,
  id: Digest,
  name: string,
): Promise<Planned['replaces'][number] | string | undefined> {
  const now = await inspectImage(client, name).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'image-missing') return undefined
    throw error
  })
  if (!now) return undefined
  if (now.Id === id) return name
  const alias = telling(now.RepoTags ?? [], name)
  return { name, id: asDigest(now.Id), created: Date.parse(now.Created) || 0, ...(alias ? { alias } : {}) }
}

/** Another name of the same image: of the same repository if there is one, the most telling first. */
function telling(tags: readonly string[], but: string): string | undefined {
  const { repository } = splitName(but)
  const others = tags
    .map((tag) => normaliseName(tag) ?? tag)
    .filter((name) => name !== but)
    .sort(byTelling)
  return others.find((name) => splitName(name).repository === repository) ?? others[0]
}

/** Images into an engine. */
export function engineSink(client: EngineClient, memory: BlobMemory = NO_BLOBS): Sink {
  return {
    take: async (origin, wishes, signal, report) => await fetchItself(client, origin, wishes, signal, report),
    takes: {
      forms: client.zstd ? ['plain', 'gzip', 'zstd'] : ['plain', 'gzip'],
      sizeFirst: true,
      platforms: 'one',
      parallel: 1,
    },
    async plan(wishes) {
      const images = wishes.map(({ image }) => image)
      const { missing, present } = await inventory(client, images, memory)
      const names = await Promise.all(
        wishes.flatMap(({ image, names: wanted }) =>
          wanted.map(async ({ name }) => await nameNow(client, idAt(client, image), name)),
        ),
      )
      const free = client.root === '' ? undefined : await freeSpace(client.root)
      return {
        missing,
        exact: client.store === 'classic' && !client.podman,
        present,
        replaces: names.flatMap((now) => (typeof now === 'object' ? [now] : [])),
        same: new Set(names.filter((now) => typeof now === 'string')),
        ...(free === undefined ? {} : { free }),
      }
    },
    async begin(wishes, signal, report) {
      const images = wishes.map(({ image }) => image)
      for (const { platform, names, id } of images) {
        if (platform.os !== '' && platform.os !== client.platform.os) {
          throw new AppError('platform-refused', {
            engine: client.platform.os,
            image: names[0] ?? id,
            platform: platformText(platform),
          })
        }
      }
      try {
        const has = await inventory(client, images, memory)
        const before = new Set((await client.docker.listImages({ all: true })).map(({ Id }) => Id))
        return new EngineWrite(client, has, before, memory, signal, report)
      } catch (error) {
        throw engineError(error)
      }
    },
  }
}

/** One load stream under way. */
interface Load {
  readonly tar: TarWriter
  readonly abort: AbortController
  readonly answer: Promise<void>
  /** The engine may have all it needs: breaking the connection no longer stops it. */
  sent: boolean
}

class EngineWrite implements Write {
  readonly missing: ReadonlySet<LayerKey>
  readonly held: ReadonlyMap<LayerKey, Stored>
  readonly spoolDir = tmpdir()
  readonly #client: EngineClient
  readonly #present: ReadonlySet<Digest>
  readonly #memory: BlobMemory
  readonly #before: ReadonlySet<string>
  readonly #signal: AbortSignal
  readonly #report: (event: PlaceEvent) => void
  readonly #put = new Set<string>()
  #load: Load | undefined
  /** Ids that the load under way brings, as this engine will call them. */
  #coming: readonly Digest[] = []
  #committed = false
  /** Everything is being sent once more: what the engine refuses now is its last word. */
  #again = false

  constructor(
    client: EngineClient,
    has: Inventory,
    before: ReadonlySet<string>,
    memory: BlobMemory,
    signal: AbortSignal,
    report: (event: PlaceEvent) => void,
  ) {
    this.#client = client
    this.#present = has.present
    this.#memory = memory
    this.held = has.held
    this.#before = before
    this.#signal = signal
    this.#report = report
    this.missing = has.missing
  }

  #start(): Load {
    if (this.#load) return this.#load
    const tar = tarWriter()
    const abort = new AbortController()
    const load: Load = { tar, abort, sent: false, answer: this.#send(tar, abort.signal) }
    load.answer.catch((error: unknown) => tar.fail(error))
    // An engine that takes no more bytes must not hold up a cancel.
    this.#signal.addEventListener('abort', () => breakOff(load), { once: true })
    this.#load = load
    return load
  }

  /** Sends the tar and reads the engine's whole answer: it says 200 first and fails in its progress stream. */
  async #send(tar: TarWriter, signal: AbortSignal): Promise<void> {
    try {
      const request = { quiet: 0, abortSignal: signal }
      const stream = await this.#client.docker.loadImage(
        Readable.from(tar.bytes, { objectMode: false, highWaterMark: 1 << 20 }),
        request,
      )
      await this.#judge(messages(stream as AsyncIterable<Uint8Array>))
    } catch (error) {
      throw engineError(error)
    }
  }

  async #judge(answer: AsyncIterable<Record<string, unknown>>): Promise<void> {
    const layers = new Map<string, { done: number; total: number }>()
    let failure: AppError | undefined
    for await (const { errorDetail, error, stream, status, id, progressDetail } of answer) {
      const text = errorText(errorDetail, error)
      if (text !== undefined) failure ??= refusal(text)
      // The containerd store says so in plain text, even after "Loaded image".
      else if (typeof stream === 'string' && stream.includes('Error unpacking')) failure ??= refusal(stream)
      else if (status === 'Loading layer' && typeof id === 'string') {
        const { current, total } = progressOf(progressDetail)
        layers.set(id, { done: current, total })
        const sum = [...layers.values()].reduce((all, one) => ({
          done: all.done + one.done,
          total: all.total + one.total,
        }))
        this.#report({ type: 'storing', ...sum })
      }
    }
    if (failure) throw failure
  }

  async put(
    { bytes }: LayerPiece,
    { digest, size }: { readonly digest?: Digest; readonly size?: number },
  ): Promise<void> {
    if (!digest || size === undefined) throw new TypeError('an engine needs digest and size first')
    const load = this.#start()
    let own: { readonly error: unknown } | undefined
    async function* watched(): Bytes {
      try {
        yield* bytes
      } catch (error) {
        own = { error }
        throw error
      }
    }
    try {
      if (this.#put.has(digest)) for await (const _ of bytes);
      else await load.tar.file(blobPath(digest), size, watched())
    } catch (error) {
      throw own ? own.error : await this.#brokenOff(load, error)
    }
    this.#put.add(digest)
  }

  /** A tar entry failed though its bytes did not: the engine broke off, and its words come after the broken pipe. */
  async #brokenOff(load: Load, error: unknown): Promise<unknown> {
    if (this.#signal.aborted) return error
    return await load.answer.then(
      () => error,
      (said: unknown) => said,
    )
  }

  async commit(all: readonly Complete[]): Promise<Done | { readonly lacking: readonly LayerKey[] }> {
    const images = completeImages(all)
    const loading = images.filter(({ image }) => !this.#present.has(image.id))
    if (loading.length > 0) {
      const lacking = await this.#finish(loading)
      if (lacking) return { lacking }
    }
    const ids = new Map(images.map((complete) => [complete, this.#idOf(complete)]))
    for (const complete of loading) await this.#verify(complete, ids.get(complete) ?? complete.image.id)
    const arrived = images.map((complete) => ({
      id: ids.get(complete) ?? complete.image.id,
      names: complete.names,
    }))
    const done = await nameAll(this.#client, arrived, this.#before)
    this.#committed = true
    if (this.#client.store === 'containerd') {
      for (const complete of loading) {
        const layers = complete.layers.filter((layer) => layer !== undefined)
        const id = ids.get(complete) ?? complete.image.id
        // The load is done: a memory that fails undoes none of it.
        await this.#memory.remember(this.#client.daemon, id, layers).catch((error: unknown) => console.error(error))
      }
    }
    return done
  }

  /** The id this engine gives an image: the config's digest, or the manifest's in the containerd store. */
  #idOf(complete: CompleteImage): Digest {
    if (this.#client.store === 'classic') return digestOf(complete.documents.config)
    const { id, digest } = complete.image
    return this.#present.has(id) ? (digest ?? id) : manifestDigest(complete)
  }

  async #finish(loading: readonly CompleteImage[]): Promise<readonly LayerKey[] | undefined> {
    const load = this.#start()
    const undoing = (): void => this.#report({ type: 'undoing' })
    try {
      this.#signal.throwIfAborted()
      this.#coming = loading.map((complete) => this.#idOf(complete))
      load.sent = true
      // Without names, whatever happens to this load it touches nobody's tag.
      const nameless = loading.map((complete) => ({ ...complete, names: [] }))
      try {
        for (const { name, content } of bundleDocuments(nameless)) await load.tar.document(name, content)
      } catch (error) {
        throw await this.#brokenOff(load, error)
      }
      load.tar.finish()
      this.#signal.addEventListener('abort', undoing, { once: true })
      await load.answer
      this.#signal.throwIfAborted()
      return undefined
    } catch (error) {
      this.#signal.throwIfAborted()
      const keys = loading.flatMap(({ image }) => image.layers.map(layerKey))
      const spared = keys.some((key) => !this.missing.has(key))
      if (this.#again || !lostLayers(error, spared)) throw error
      this.#again = true
      // It may have lost a layer it had when asked: once more, with everything.
      await this.#undo()
      this.#load = undefined
      this.#put.clear()
      return keys
    } finally {
      this.#signal.removeEventListener('abort', undoing)
    }
  }

  async #verify({ image, documents }: CompleteImage, id: Digest): Promise<void> {
    const loaded = await inspectImage(this.#client, id)
    const expected = image.layers.map(({ diffId }) => diffId)
    const came = loaded.RootFS.Layers ?? []
    if (
      came.length !== expected.length ||
      expected.some((diffId, index) => diffId !== undefined && diffId !== came[index])
    ) {
      throw new AppError('digest-mismatch', { file: digestOf(documents.config) })
    }
  }

  /**
   * Removes by id what this load brought: also what the engine's list hides. An image that was there before stays, and so
   * does one that has a name: ours come without, so somebody else wants it.
   */
  async #undo(): Promise<void> {
    for (const id of this.#coming) {
      try {
        // A broken image of the containerd store cannot be inspected, and is removed by its id all the same.
        const came = await inspectImage(this.#client, id).catch(() => undefined)
        const named = (came?.RepoTags ?? []).some((tag) => tag !== '<none>:<none>')
        if (!this.#before.has(id) && !named) await this.#client.docker.getImage(id).remove({ force: false })
      } catch {
        // Not there, in use, or the engine went away: what it had begun it drops by itself, and nothing of it has a name.
      }
    }
  }

  async close(): Promise<void> {
    const load = this.#load
    if (!load || this.#committed) return
    if (load.sent) this.#report({ type: 'undoing' })
    else breakOff(load)
    await load.answer.catch(() => undefined)
    await this.#undo()
  }
}

/** Ends a load that the engine cannot finish yet. Nothing for one that was sent to its end: that one is waited for. */
function breakOff(load: Load): void {
  if (load.sent) return
  load.abort.abort()
  load.tar.fail(new AppError('cancelled'))
}

/**
 * Did the engine miss a layer that it had, or was given? Where layers were left out, any refusal may mean that. A containerd
 * store also drops a blob while it takes it: after a load that was broken off, its clean-up may remove what the next load
 * found there already (seen on 26.1.5: "content digest sha256:…: not found").
 */
function lostLayers(error: unknown, spared: boolean): boolean {
  if (!(error instanceof AppError) || error.code !== 'docker-refused') return false
  return spared || /content digest sha256:[0-9a-f]+: not found/.test(error.raw ?? '')
}

function errorText(detail: unknown, error: unknown): string | undefined {
  const message = typeof detail === 'object' && detail !== null && 'message' in detail ? detail.message : error
  return typeof message === 'string' ? message : undefined
}

function progressOf(detail: unknown): { current: number; total: number } {
  const field = (name: string): number => {
    const value: unknown = typeof detail === 'object' && detail !== null ? Reflect.get(detail, name) : undefined
    return typeof value === 'number' ? value : 0
  }
  return { current: field('current'), total: field('total') }
}
