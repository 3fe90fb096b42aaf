import type { Platform } from '../../shared/contract.ts'
import { type Digest, full, isProblem, parseReference } from '../../shared/reference.ts'
import { type Complete, type CompleteImage, type CompleteIndex, completeImages, type Image } from '../place/place.ts'
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

/** A manifest or index as the destination will hold it. */
export interface Root {
  readonly mediaType: string
  readonly digest: Digest
  readonly bytes: Uint8Array
}

function root(bytes: Uint8Array, mediaType: string): Root {
  return { mediaType, digest: digestOf(bytes), bytes }
}

/**
 * The source's own manifest, byte for byte, where no layer changed its form; else one made anew. Every layer's form at the
 * destination must be known.
 */
export function manifestOf({ documents, layers }: CompleteImage): Root {
  const held = layers.filter((layer) => layer !== undefined)
  if (documents.manifest) {
    const kept = parseManifest(documents.manifest, 'manifest')
    if (
      kept.layers.length === layers.length &&
      kept.layers.every((layer, index) => layer.digest === layers[index]?.digest)
    )
      return root(documents.manifest, kept.mediaType ?? MEDIA.manifest)
  }
  if (held.length !== layers.length) throw new TypeError('a manifest names every layer in the form it is held')
  return root(
    encode({
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config: { mediaType: MEDIA.config, digest: digestOf(documents.config), size: documents.config.length },
      layers: held.map(({ form, digest, size }) => ({ mediaType: MEDIA.layer[form], digest, size })),
    }),
    MEDIA.manifest,
  )
}

/** The id a containerd store gives an image of this bundle: its manifest's digest. */
export function manifestDigest(complete: CompleteImage): Digest {
  return manifestOf(complete).digest
}

/** What an index says of one of its parts, beyond what is relied on here. */
interface Entry {
  readonly mediaType?: string
  readonly digest: Digest
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

/** An attestation speaks of one manifest by its digest: beside another it would be a lie. */
const ATTESTS = 'vnd.docker.reference.digest'

/**
 * The source's own index, byte for byte, where all its parts came along unchanged; else one made anew of those that did,
 * each entry as it was but for what changed. `parts`: as the destination holds them, in the order of `complete.parts`.
 */
export function indexOf({ image, parts: images }: CompleteIndex, parts: readonly Root[]): Root {
  const original = image.manifest
  if (!original) throw new TypeError('an index has its bytes')
  const parsed = JSON.parse(new TextDecoder().decode(original)) as { mediaType?: string; manifests: readonly Entry[] }
  const came = new Map(images.map(({ image: part }, index) => [part.digest ?? part.id, parts[index]]))
  const whole = parsed.manifests.every(({ digest }) => came.get(digest)?.digest === digest)
  const mediaType = parsed.mediaType ?? MEDIA.index
  if (whole) return root(original, mediaType)
  const unchanged = new Set(
    [...came].filter(([digest, part]) => part?.digest === digest).map(([digest]) => String(digest)),
  )
  const manifests = parsed.manifests.flatMap((entry) => {
    const part = came.get(entry.digest)
    const attests = entry.annotations?.[ATTESTS]
    if (!part || (attests !== undefined && !unchanged.has(attests))) return []
    return [{ ...entry, mediaType: part.mediaType, digest: part.digest, size: part.bytes.length }]
  })
  return root(encode({ ...parsed, manifests }), mediaType)
}

/** The digest a place will give an image, where that is known before: of an index only when all it names comes along. */
export function wholeDigest({ digest, manifest, parts }: Image): Digest | undefined {
  if (!parts || !manifest) return digest
  const came = new Set(parts.map((part) => String(part.digest ?? part.id)))
  const { manifests } = JSON.parse(new TextDecoder().decode(manifest)) as { manifests: readonly Entry[] }
  return manifests.every((entry) => came.has(entry.digest)) ? digest : undefined
}

/**
 * All documents of an image, those it names before it, and itself last: a registry takes a manifest only when it has what
 * that names.
 */
export function documentsOf(complete: Complete): {
  readonly configs: readonly Uint8Array[]
  readonly roots: readonly Root[]
  readonly root: Root
} {
  const images = completeImages([complete])
  const configs = images.map(({ documents }) => documents.config)
  const manifests = images.map(manifestOf)
  const top = complete.type === 'index' ? indexOf(complete, manifests) : manifests[0]
  if (!top) throw new TypeError('an image has a manifest')
  // What was left out of an index made anew (an attestation of a manifest that changed) is not sent either.
  const named = new TextDecoder().decode(top.bytes)
  const roots = complete.type === 'index' ? manifests.filter(({ digest }) => named.includes(digest)) : []
  return { configs, roots: [...roots, top], root: top }
}

interface Listed {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly platform?: Platform
}

/** How index.json names an image: in full for containerd and Docker, familiar for everybody else. */
export function annotations(name: string): Record<string, string> {
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
    const { configs, roots, root: top } = documentsOf(complete)
    for (const { bytes } of roots) add(bytes)
    for (const config of configs) add(config)
    const listed: Listed = {
      mediaType: top.mediaType,
      digest: top.digest,
      size: top.bytes.length,
      ...(complete.type === 'image' ? { platform: complete.image.platform } : {}),
    }
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

/** An image and the names it shares with its index. */
interface Loadable {
  readonly image: CompleteImage
  readonly names: readonly string[]
}

/** Images Docker can load: no attestations, no artifacts. */
function loadable(images: readonly Complete[]): Loadable[] {
  return images.flatMap((complete) =>
    completeImages([complete])
      .filter(({ image }) => image.kind === undefined)
      .map((image) => ({ image, names: complete.names.map(({ name }) => name) })),
  )
}

/** manifest.json holds one platform a name: docker's own is 64-bit PC where there is one. */
function dockerNames(all: readonly Loadable[], one: Loadable): string[] {
  return one.names.filter((name) => {
    const sharing = all.filter((other) => other.names.includes(name))
    const best = sharing.find(({ image }) => image.image.platform.architecture === 'amd64') ?? sharing[0]
    return best === one
  })
}

function dockerManifest(images: readonly Complete[]): Document {
  const all = loadable(images)
  const entries = all.map((one) => {
    const { documents, layers, image } = one.image
    return {
      Config: blobPath(digestOf(documents.config)),
      RepoTags: dockerNames(all, one),
      // A classic engine that has the chain of a layer never opens its file: any path serves for one that was not sent.
      Layers: layers.map((layer, index) => blobPath(layer?.digest ?? image.layers[index]?.diffId ?? digestOf(''))),
    }
  })
  return { name: 'manifest.json', content: encode(entries) }
}

/**
 * Everything but the layers. Without the OCI part where a layer was left out: only a classic engine takes such a tar, and
 * it reads manifest.json alone.
 */
export function bundleDocuments(images: readonly Complete[]): Document[] {
  const all = completeImages(images)
  if (all.every(({ layers }) => layers.every((layer) => layer !== undefined)))
    return [...ociDocuments(images), dockerManifest(images)]
  const configs = new Map(all.map(({ documents }) => [digestOf(documents.config), documents.config]))
  return [...[...configs].map(([digest, content]) => ({ name: blobPath(digest), content })), dockerManifest(images)]
}
