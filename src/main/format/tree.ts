import { AppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import type { Descriptor, Image, Layer } from '../place/place.ts'
import { orderedLayers } from './contents.ts'
import { digestOf } from './digest.ts'
import {
  createdOf,
  diffIds,
  documentKind,
  MEDIA,
  parseConfig,
  parseIndex,
  parseManifest,
  platformOf,
  platformText,
} from './documents.ts'

/** Images of a place that keeps manifests by digest: an index, a manifest, a config, one naming the next. */

/** How a place gives its documents; undefined for one it does not hold. What they return is checked here. */
export interface Documents {
  manifest(descriptor: Descriptor): Promise<Uint8Array | undefined>
  config(descriptor: Descriptor): Promise<Uint8Array | undefined>
}

const IMAGE_CONFIGS: readonly string[] = [MEDIA.config, MEDIA.dockerConfig, '']
/** docker's `foreign` and OCI's `nondistributable` layers: bases of Windows, mostly. */
const FOREIGN = /nondistributable|\.foreign\./
/** A layer of files: OCI's and docker's. What is none (an in-toto statement, a signature) is an artifact's, whatever its config. */
const FILE_LAYER = /^application\/vnd\.(?:oci\.image\.layer|docker\.image\.rootfs)\./
/** Platforms asked for at once. */
const AT_ONCE = 4
const UNKNOWN = { os: 'unknown', architecture: 'unknown' } as const

function isAttestation({ annotations, platform }: Descriptor): boolean {
  return annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' || platform?.os === 'unknown'
}

function proven(bytes: Uint8Array | undefined, digest: Digest): Uint8Array | undefined {
  if (bytes && digestOf(bytes) !== digest) throw new AppError('digest-mismatch', { file: digest })
  return bytes
}

function layerOf(stored: Descriptor, diffId: Digest | undefined): Layer {
  const foreign = FOREIGN.test(stored.mediaType) || (stored.urls !== undefined && stored.urls.length > 0)
  return { ...(diffId ? { diffId } : {}), stored, ...(foreign ? { foreign } : {}) }
}

/** An image whose manifest is at hand; undefined when its config is not. */
async function leaf(
  digest: Digest,
  bytes: Uint8Array,
  names: readonly string[],
  attestation: boolean,
  documents: Documents,
): Promise<Image | undefined> {
  const manifest = parseManifest(bytes, digest)
  const config = proven(await documents.config(manifest.config), manifest.config.digest)
  if (!config) return undefined
  const known = { id: digest, digest, names, manifest: bytes, config }
  const files = manifest.layers.every(({ mediaType }) => mediaType === '' || FILE_LAYER.test(mediaType))
  if (attestation || !files || !IMAGE_CONFIGS.includes(manifest.config.mediaType)) {
    const layers = manifest.layers.map((stored) => layerOf(stored, undefined))
    return { ...known, layers, platform: UNKNOWN, created: 0, kind: attestation ? 'attestation' : 'artifact' }
  }
  const parsed = parseConfig(config, manifest.config.digest)
  const ids = diffIds(parsed)
  const layers = orderedLayers(manifest, ids, digest).map((stored, index) => layerOf(stored, ids[index]))
  return { ...known, layers, platform: platformOf(parsed), created: createdOf(parsed) }
}

/**
 * The image or index of this digest, with all that is known before a layer moves. Parts whose documents the place does not
 * hold are `absent`. @throws digest-mismatch, archive-damaged, image-missing
 */
export async function readTree(
  digest: Digest,
  bytes: Uint8Array,
  names: readonly string[],
  documents: Documents,
): Promise<Image> {
  if (documentKind(bytes, digest) !== 'index') {
    const image = await leaf(digest, bytes, names, false, documents)
    if (!image) throw new AppError('image-missing', { image: names[0] ?? digest })
    return image
  }
  const children = parseIndex(bytes, digest)
  const parts: (Image | undefined)[] = []
  const left = children.entries()
  const work = async (): Promise<void> => {
    for (const [index, child] of left) parts[index] = await part(child, documents)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const held = parts.filter((image) => image !== undefined)
  const first = held.find(({ kind }) => kind === undefined) ?? held[0]
  if (!first) throw new AppError('image-missing', { image: names[0] ?? digest })
  const absent = children.flatMap((child, index) =>
    parts[index] || isAttestation(child) ? [] : [child.platform ? platformText(child.platform) : child.digest],
  )
  return {
    id: digest,
    digest,
    names,
    manifest: bytes,
    parts: held,
    layers: [],
    platform: first.platform,
    created: Math.max(...held.map(({ created }) => created)),
    ...(absent.length > 0 ? { absent } : {}),
  }
}

async function part(child: Descriptor, documents: Documents): Promise<Image | undefined> {
  const bytes = proven(await documents.manifest(child), child.digest)
  // An index within an index is carried by nobody who builds images; its platforms would be lost without a word.
  if (!bytes) return undefined
  if (documentKind(bytes, child.digest) === 'index')
    throw new AppError('archive-hostile', { detail: 'an index within an index' })
  return await leaf(child.digest, bytes, [], isAttestation(child), documents)
}
