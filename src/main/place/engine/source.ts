import type { Readable } from 'node:stream'
import type { Platform } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { CHUNK } from '../../files.ts'
import { gather, naming, peek } from '../../format/bytes.ts'
import { digestOf, hex } from '../../format/digest.ts'
import {
  diffIds,
  documentKind,
  formOf,
  MAX_DOCUMENT,
  MEDIA,
  parseConfig,
  parseIndex,
  parseManifest,
  platformText,
} from '../../format/documents.ts'

import { collect, readTar, type TarEntry } from '../../format/tar.ts'
import { type Bytes, type Documents, type Image, type LayerKey, layerKey, type Piece, type Source } from '../place.ts'
import { type EngineClient, engineError } from './client.ts'
import { asDigest, inspectedPlatform, inspectImage, listImages } from './images.ts'
import { type LegacyNames, legacyNames, tellable } from './legacy-save.ts'
import { mayPush, pushItself } from './push.ts'

/** Images out of an engine, by its save stream: one way, in the engine's own order. */
export function engineSource(client: EngineClient): Source {
  return {
    ...(mayPush(client) ? { give: async (...asked) => await pushItself(client, ...asked) } : {}),
    parallel: 1,
    async read(ids) {
      return await Promise.all(ids.map(async (id) => await readImage(client, id)))
    },
    async *walk(images, wanted, signal) {
      const seen = new Set<LayerKey>()
      for (const group of tellable(images)) {
        for await (const piece of saved(client, group, wanted, signal)) {
          if (piece.type === 'layer') {
            const key = layerKey(piece.layer)
            if (seen.has(key)) continue
            seen.add(key)
          }
          yield piece
        }
      }
    },
  }
}

/** All images of an engine, as far as it can still tell them. */
export async function allImages(client: EngineClient): Promise<Image[]> {
  const rows = await listImages(client)
  const images = await Promise.all(
    // One may be removed meanwhile.
    rows.map(async ({ id }) => await readImage(client, id).catch(() => undefined)),
  )
  return images.filter((image) => image !== undefined)
}

/** An image as the engine knows it: diffIds, no sizes. Any name the engine takes will do. @throws image-missing */
export async function readImage(client: EngineClient, name: string): Promise<Image> {
  const image = await inspectImage(client, name)
  return {
    id: asDigest(image.Id),
    names: image.RepoTags ?? [],
    platform: inspectedPlatform(image),
    layers: (image.RootFS.Layers ?? []).map((diffId) => ({ diffId: asDigest(diffId) })),
    created: Date.parse(image.Created) || 0,
    ...(await absentPlatforms(client, name)),
  }
}

/** What an engine says of the platforms of an image (API 1.48, containerd store only); older ones do not tell. */
interface WithManifests {
  readonly Manifests?: readonly {
    readonly Available: boolean
    readonly Kind: string
    readonly Descriptor?: { readonly platform?: Platform }
  }[]
}

/** dockerode's own inspect drops what is asked of it (the query needs a path that ends in “?”). */
async function inspectManifests({ docker }: EngineClient, name: string): Promise<WithManifests> {
  const done = Promise.withResolvers<WithManifests>()
  docker.modem.dial(
    {
      path: `/images/${name}/json?`,
      method: 'GET',
      options: { manifests: true },
      statusCodes: { 200: true, 404: 'no such image', 500: 'server error' },
    },
    (error: unknown, image: unknown) => {
      if (error instanceof Error) done.reject(error)
      else done.resolve(image as WithManifests)
    },
  )
  return await done.promise
}

async function absentPlatforms(client: EngineClient, name: string): Promise<{ absent?: readonly string[] }> {
  const [major, minor] = client.api
  if (client.store === 'classic' || major < 1 || minor < 48) return {}
  try {
    const image = await inspectManifests(client, name)
    const absent = (image.Manifests ?? []).filter(({ Kind, Available }) => Kind !== 'attestation' && !Available)
    const platforms = absent.flatMap(({ Descriptor }) =>
      Descriptor?.platform ? [platformText(Descriptor.platform)] : [],
    )
    return platforms.length > 0 ? { absent: platforms } : {}
  } catch (error) {
    throw engineError(error, name)
  }
}

/** A blob by its digest; Podman has its layers at the top, by diffId. */
const BLOB = /^(?:blobs\/sha256\/([0-9a-f]{64})|([0-9a-f]{64})\.tar)$/
const FOLDER = /^([0-9a-f]{64})\/(json|layer\.tar)$/
const CONFIG = /^([0-9a-f]{64})\.json$/

async function* saved(
  client: EngineClient,
  images: readonly Image[],
  wanted: ReadonlySet<LayerKey>,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const stream = await saveStream(client, images, signal)
  const reading = new SaveReading(client, images, wanted)
  try {
    for await (const { entry, bytes } of readTar(gather(stream as AsyncIterable<Uint8Array>, CHUNK), signal)) {
      const piece = await reading.take(entry, bytes)
      if (piece) yield piece
    }
    yield* reading.documents()
  } catch (error) {
    throw saveError(error)
  } finally {
    stream.destroy()
  }
}

/** In dockerode, not in its types. */
interface SavesImages {
  getImages(request: { names: readonly string[]; abortSignal: AbortSignal }): Promise<Readable>
}

async function saveStream(client: EngineClient, images: readonly Image[], signal: AbortSignal): Promise<Readable> {
  try {
    // By id: what is saved is what was shown, though a name may move meanwhile. Names are ours to write.
    const request = { names: images.map(({ id }) => id), abortSignal: signal }
    return await (client.docker as unknown as SavesImages).getImages(request)
  } catch (error) {
    throw engineError(error, images[0]?.names[0] ?? images[0]?.id)
  }
}

/** An engine that fails while it saves breaks its tar off, or writes its complaint into it as JSON (HTTP has said 200). */
function saveError(error: unknown): unknown {
  if (error instanceof AppError) {
    return error.code.startsWith('archive-')
      ? new AppError('docker-refused', { reason: 'the image could not be read to its end' }, { cause: error })
      : error
  }
  return error instanceof Error && 'code' in error ? engineError(error) : error
}

/** Tells the entries of one save stream apart: legacy folders, or blobs by digest (Docker 25 and later, both stores). */
class SaveReading {
  readonly #client: EngineClient
  readonly #images: readonly Image[]
  readonly #byId: ReadonlyMap<string, Image>
  readonly #wanted: ReadonlySet<LayerKey>
  readonly #diffIds: ReadonlySet<LayerKey>
  readonly #legacy: LegacyNames
  /** JSON blobs of a containerd store's save, whose index and manifests say which is what. */
  readonly #blobs = new Map<Digest, Uint8Array>()

  constructor(client: EngineClient, images: readonly Image[], wanted: ReadonlySet<LayerKey>) {
    this.#client = client
    this.#images = images
    this.#byId = new Map(images.map((image) => [hex(image.id), image]))
    this.#wanted = wanted
    this.#diffIds = new Set(images.flatMap((image) => image.layers.map(layerKey)))
    this.#legacy = legacyNames(images)
  }

  async take(entry: TarEntry, bytes: Bytes): Promise<Piece | undefined> {
    if (entry.type !== 'file') return undefined
    const config = CONFIG.exec(entry.name)?.[1]
    if (config !== undefined) return await this.#config(config, entry, bytes)
    const [, folder, kind] = FOLDER.exec(entry.name) ?? []
    if (folder !== undefined) return await this.#folder(folder, kind === 'json', entry, bytes)
    const [, inBlobs, atTop] = BLOB.exec(entry.name) ?? []
    const blob = inBlobs ?? atTop
    return blob === undefined ? undefined : await this.#blob(blob, entry, bytes)
  }

  async #config(hexId: string, entry: TarEntry, bytes: Bytes): Promise<Piece | undefined> {
    const image = this.#byId.get(hexId)
    if (!image) return undefined
    const content = await collect(bytes, Math.min(entry.size, MAX_DOCUMENT))
    if (digestOf(content) !== image.id) throw new AppError('digest-mismatch', { file: entry.name })
    return { type: 'documents', image, documents: { config: content } }
  }

  async #folder(folder: string, isJson: boolean, entry: TarEntry, bytes: Bytes): Promise<Piece | undefined> {
    if (isJson) {
      this.#legacy.learn(folder, await collect(bytes, MAX_DOCUMENT))
      return undefined
    }
    const diffId = this.#legacy.diffId(folder)
    if (diffId === undefined || !this.#wanted.has(diffId)) return undefined
    return { type: 'layer', layer: { diffId }, form: 'plain', size: entry.size, bytes: naming(bytes, saveError) }
  }

  async #blob(hexId: string, entry: TarEntry, bytes: Bytes): Promise<Piece | undefined> {
    const digest: Digest = `sha256:${hexId}`
    if (this.#client.store === 'classic') {
      if (this.#byId.has(hexId)) return await this.#config(hexId, entry, bytes)
      if (!this.#diffIds.has(digest) || !this.#wanted.has(digest)) return undefined
      return {
        type: 'layer',
        layer: { diffId: digest },
        form: 'plain',
        size: entry.size,
        bytes: naming(bytes, saveError),
      }
    }
    const { head, whole } = await peek(bytes)
    if (head[0] === 0x7b && entry.size <= MAX_DOCUMENT) {
      const content = await collect(whole, entry.size)
      if (digestOf(content) !== digest) throw new AppError('digest-mismatch', { file: entry.name })
      this.#blobs.set(digest, content)
      return undefined
    }
    const form = formOf(head)
    // Which diffId it is, only its bytes tell: the engine's API names no blobs.
    const layer = { stored: { mediaType: MEDIA.layer[form], digest, size: entry.size } }
    return { type: 'layer', layer, form, size: entry.size, bytes: naming(whole, saveError) }
  }

  /** At the end of a containerd store's stream: config and manifest of each image, by digest from its id down. */
  *documents(): Generator<Piece> {
    if (this.#client.store === 'classic') return
    for (const image of this.#images) {
      const documents = this.#resolve(image, image.id)
      if (!documents)
        throw new AppError('docker-refused', { reason: `the engine holds ${image.names[0] ?? image.id} only in part` })
      const absent = this.#leftOut(image, image.id)
      yield { type: 'documents', image, documents, ...(absent.length > 0 ? { absent } : {}) }
    }
  }

  /** Platforms of an image's index beside the one the engine spoke of. */
  #leftOut(image: Image, digest: Digest): string[] {
    const content = this.#blobs.get(digest)
    if (!content || documentKind(content, digest) !== 'index') return []
    return parseIndex(content, digest)
      .filter(({ platform }) => platform !== undefined && platform.os !== 'unknown')
      .filter((child) => !this.#resolve(image, child.digest))
      .map(({ platform }) => (platform ? platformText(platform) : ''))
  }

  #resolve(image: Image, digest: Digest): Documents | undefined {
    const content = this.#blobs.get(digest)
    if (!content) return undefined
    if (documentKind(content, digest) === 'index') {
      for (const child of parseIndex(content, digest)) {
        const found = child.platform?.os === 'unknown' ? undefined : this.#resolve(image, child.digest)
        if (found) return found
      }
      return undefined
    }
    const config = this.#blobs.get(parseManifest(content, digest).config.digest)
    if (!config) return undefined
    // Of several platforms, the one the engine spoke of: the one with these layers.
    const same = diffIds(parseConfig(config, digest)).join() === image.layers.map(layerKey).join()
    return same ? { config, manifest: content } : undefined
  }
}
