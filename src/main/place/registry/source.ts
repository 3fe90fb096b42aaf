import { AppError } from '../../../shared/errors.ts'
import { type Digest, familiar, familiarRepository, type Reference } from '../../../shared/reference.ts'
import { gather, peek } from '../../format/bytes.ts'
import { formOf, MAX_DOCUMENT } from '../../format/documents.ts'
import { readTree } from '../../format/tree.ts'
import {
  type Descriptor,
  type Image,
  type Layer,
  type LayerKey,
  layerKey,
  leaves,
  type Piece,
  type Source,
} from '../place.ts'
import type { RegistryClient } from './client.ts'

/** A repository of a registry: where images are read from and put. */
export interface Repository {
  readonly client: RegistryClient
  /** As in a reference: `docker.io`, `localhost:5000`. */
  readonly host: string
  /** Path below the host: `library/nginx`, `acme/shop`. */
  readonly path: string
  /** Nobody is signed in: an engine may fetch from here by itself. */
  readonly open?: boolean
}

/** Blobs read at once. */
const PARALLEL = 4

export function named({ host, path }: Repository, tag: string): string {
  return familiar({ domain: host, path, tag })
}

/** The repository of a reference, as a person reads it. */
export function repositoryName({ host, path }: Pick<Repository, 'host' | 'path'>): string {
  return familiarRepository({ domain: host, path })
}

/** As `repository.client.manifest`; a missing one is an image that is missing. */
async function manifest(
  repository: Repository,
  reference: string,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; digest: Digest } | undefined> {
  try {
    return await repository.client.manifest(repository.path, reference, signal)
  } catch (error) {
    if (error instanceof AppError && error.code === 'registry-manifest-unknown') return undefined
    throw error
  }
}

async function blob(repository: Repository, wanted: Descriptor, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (wanted.size > MAX_DOCUMENT) throw new AppError('archive-too-large', { path: wanted.digest })
  try {
    const chunks = await Array.fromAsync(repository.client.blob(repository.path, wanted, signal))
    return new Uint8Array(Buffer.concat(chunks))
  } catch (error) {
    if (error instanceof AppError && error.code === 'registry-blob-unknown') return undefined
    throw error
  }
}

/** An image or index by tag or digest. A tag becomes its name. @throws image-missing, registry-… */
export async function readReference(
  repository: Repository,
  reference: Pick<Reference, 'tag' | 'digest'>,
  signal: AbortSignal,
): Promise<Image> {
  const wanted = reference.digest ?? reference.tag ?? 'latest'
  const found = await manifest(repository, wanted, signal)
  const name = familiar({ domain: repository.host, path: repository.path, ...reference })
  if (!found) throw new AppError('image-missing', { image: name, place: repository.host })
  const names = reference.tag === undefined ? [] : [named(repository, reference.tag)]
  return await readTree(found.digest, found.bytes, names, {
    manifest: async ({ digest }) => (await manifest(repository, digest, signal))?.bytes,
    config: async (descriptor) => await blob(repository, descriptor, signal),
  })
}

async function layerPiece(repository: Repository, layer: Layer, signal: AbortSignal): Promise<Piece> {
  const { stored, foreign, diffId } = layer
  if (!stored) throw new TypeError('a registry’s layer has a stored form')
  try {
    // What it is, its first bytes tell: media types are what its maker believed.
    const bytes = gather(repository.client.blob(repository.path, stored, signal), 1 << 20)
    if (diffId === undefined) return { type: 'layer', layer, form: 'plain', size: stored.size, bytes }
    const { head, whole } = await peek(bytes)
    return { type: 'layer', layer, form: formOf(head), size: stored.size, bytes: whole }
  } catch (error) {
    if (foreign && error instanceof AppError && error.code === 'registry-blob-unknown')
      throw new AppError(
        'layer-foreign',
        { image: repositoryName(repository), url: stored.urls?.[0] ?? '' },
        { cause: error },
      )
    throw error
  }
}

/** Images out of a repository; several layers at once. Ids are digests of manifests and indexes. */
export function registrySource(repository: Repository, known: readonly Image[] = []): Source {
  const read = new Map<Digest, Image>(known.map((image) => [image.id, image]))
  return {
    ...(repository.open ? { origin: { host: repository.host, path: repository.path } } : {}),
    parallel: PARALLEL,
    async referrers(image, signal) {
      if (!image.digest) return []
      const found: Image[] = []
      for await (const { digest } of repository.client.referrers(repository.path, image.digest, signal))
        found.push(await readReference(repository, { digest }, signal))
      for (const one of found) read.set(one.id, one)
      return found
    },
    async read(ids, signal) {
      const images: Image[] = []
      for (const id of ids) {
        const image = read.get(id) ?? (await readReference(repository, { digest: id }, signal))
        read.set(id, image)
        images.push(image)
      }
      return images
    },
    async *walk(images: readonly Image[], wanted: ReadonlySet<LayerKey>, signal: AbortSignal): AsyncGenerator<Piece> {
      const seen = new Set<LayerKey>()
      for (const image of images.flatMap(leaves)) {
        const { config, manifest: bytes } = image
        if (!config || !bytes) throw new TypeError('a registry’s image has its documents')
        yield { type: 'documents', image, documents: { config, manifest: bytes } }
        for (const layer of image.layers) {
          const key = layerKey(layer)
          if (!wanted.has(key) || seen.has(key)) continue
          seen.add(key)
          yield await layerPiece(repository, layer, signal)
        }
      }
    },
  }
}
