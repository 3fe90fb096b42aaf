import { type Digest, full, isProblem, parseReference } from '../../shared/reference.ts'
import type { Complete, Stored } from '../place/place.ts'
import { digestOf, hex } from './digest.ts'
import { ANNOTATION, MEDIA, parseManifest } from './documents.ts'

/**
 * The documents around the layers of an archive: OCI layout and docker-archive manifest in one tar, which Docker 20.10 to 29
 * (both stores), podman and skopeo all load.
 */

export interface Document {
  readonly name: string
  readonly content: Uint8Array
}

/** Where a blob stands in the tar. */
export function blobPath(digest: Digest): string {
  return `blobs/sha256/${hex(digest)}`
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

/** The id a containerd store gives an image of this bundle: its manifest's digest. Every layer must have been put. */
export function manifestDigest(complete: Complete): Digest {
  return digestOf(
    manifestFor(
      complete,
      complete.layers.filter((layer) => layer !== undefined),
    ).bytes,
  )
}

/** The source's own manifest, byte for byte, where no layer changed its form; else one made anew. */
function manifestFor(
  { documents, layers }: Complete,
  stored: readonly Stored[],
): { bytes: Uint8Array; mediaType: string } {
  if (documents.manifest) {
    const kept = parseManifest(documents.manifest, 'manifest')
    if (
      kept.layers.length === layers.length &&
      kept.layers.every((layer, index) => layer.digest === stored[index]?.digest)
    ) {
      return { bytes: documents.manifest, mediaType: kept.mediaType ?? MEDIA.manifest }
    }
  }
  const bytes = encode({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: { mediaType: MEDIA.config, digest: digestOf(documents.config), size: documents.config.length },
    layers: stored.map(({ form, digest, size }) => ({ mediaType: MEDIA.layer[form], digest, size })),
  })
  return { bytes, mediaType: MEDIA.manifest }
}

interface Listed {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly platform: Complete['image']['platform']
}

function annotations(name: string): Record<string, string> {
  const parsed = parseReference(name)
  return { [ANNOTATION.name]: isProblem(parsed) ? name : full(parsed), [ANNOTATION.refName]: name }
}

/** index.json: a descriptor a name; several platforms of one name stand in an index of their own. */
function ociDocuments(images: readonly Complete[]): Document[] {
  const blobs = new Map<Digest, Uint8Array>()
  const add = (content: Uint8Array): Digest => {
    const digest = digestOf(content)
    blobs.set(digest, content)
    return digest
  }
  const named = new Map<string, Listed[]>()
  const nameless: Listed[] = []
  for (const complete of images) {
    const stored = complete.layers.filter((layer) => layer !== undefined)
    const { bytes, mediaType } = manifestFor(complete, stored)
    const listed: Listed = { mediaType, digest: add(bytes), size: bytes.length, platform: complete.image.platform }
    add(complete.documents.config)
    for (const { name } of complete.names) named.set(name, [...(named.get(name) ?? []), listed])
    if (complete.names.length === 0) nameless.push(listed)
  }
  const manifests: unknown[] = [...nameless]
  for (const [name, listed] of named) {
    const [only, ...others] = listed
    if (!only) continue
    if (others.length === 0) {
      manifests.push({ ...only, annotations: annotations(name) })
      continue
    }
    const index = encode({ schemaVersion: 2, mediaType: MEDIA.index, manifests: listed })
    manifests.push({ mediaType: MEDIA.index, digest: add(index), size: index.length, annotations: annotations(name) })
  }
  return [
    ...[...blobs].map(([digest, content]) => ({ name: blobPath(digest), content })),
    { name: 'index.json', content: encode({ schemaVersion: 2, mediaType: MEDIA.index, manifests }) },
    { name: 'oci-layout', content: encode({ imageLayoutVersion: '1.0.0' }) },
  ]
}

/** manifest.json holds one platform a name: docker's own is 64-bit PC where there is one. */
function dockerNames(images: readonly Complete[], complete: Complete): string[] {
  return complete.names
    .map(({ name }) => name)
    .filter((name) => {
      const sharing = images.filter((other) => other.names.some((naming) => naming.name === name))
      const best = sharing.find(({ image }) => image.platform.architecture === 'amd64') ?? sharing[0]
      return best === complete
    })
}

function dockerManifest(images: readonly Complete[]): Document {
  const entries = images.map((complete) => ({
    Config: blobPath(digestOf(complete.documents.config)),
    RepoTags: dockerNames(images, complete),
    // A classic engine that has the chain of a layer never opens its file: any path serves for one that was not sent.
    Layers: complete.layers.map((layer, index) =>
      blobPath(layer?.digest ?? complete.image.layers[index]?.diffId ?? digestOf('')),
    ),
  }))
  return { name: 'manifest.json', content: encode(entries) }
}

/**
 * Everything but the layers. Without the OCI part where a layer was left out: only a classic engine takes such a tar, and
 * it reads manifest.json alone.
 */
export function bundleDocuments(images: readonly Complete[]): Document[] {
  if (images.every(({ layers }) => layers.every((layer) => layer !== undefined)))
    return [...ociDocuments(images), dockerManifest(images)]
  const configs = new Map(images.map(({ documents }) => [digestOf(documents.config), documents.config]))
  return [...[...configs].map(([digest, content]) => ({ name: blobPath(digest), content })), dockerManifest(images)]
}
