import { join } from 'node:path'
import type { Digest } from '../../../shared/reference.ts'
import { fileError } from '../../files.ts'
import { documentsOf, type Root } from '../../format/bundle.ts'
import { digestOf } from '../../format/digest.ts'
import { documentKind, parseManifest } from '../../format/documents.ts'
import {
  type Bytes,
  type Complete,
  completeImages,
  type Descriptor,
  type Done,
  type LayerKey,
  layerKey,
  type PlaceEvent,
} from '../place.ts'
import { blobName, blobSize, readAddressed, readSmall } from './folder.ts'
import { changeListing, withNames } from './listing.ts'
import { type Held, locked } from './lock.ts'
import { Moves, stage } from './stage.ts'

/** A writing at its end. */
export interface Writing {
  readonly root: string
  /** Its staging folder, and where in it each layer is that was put. */
  readonly folder: string
  readonly staged: ReadonlyMap<LayerKey, string>
  readonly signal: AbortSignal
  readonly report: (event: PlaceEvent) => void
}

/** Layers that were there at the beginning and are not any more: another program removed them. */
async function lackingOf({ root, staged }: Writing, images: readonly Complete[]): Promise<LayerKey[]> {
  const lacking = new Set<LayerKey>()
  for (const { image, layers, came } of completeImages(images)) {
    for (const [index, layer] of image.layers.entries()) {
      const key = layerKey(layer)
      const stored = layers[index]
      if (staged.has(came[index] ?? key) || (layer.foreign && stored)) continue
      if (!stored || (await blobSize(root, stored.digest)) !== stored.size) lacking.add(key)
    }
  }
  return [...lacking]
}

/** What is to stand in blobs/ for an image to be whole, and what index.json says of it. */
interface Shape {
  readonly complete: Complete
  readonly listed: Descriptor
  readonly documents: ReadonlyMap<Digest, Uint8Array>
  /** Blobs that its manifests name: an attestation that an index made anew leaves out is not written. */
  readonly named: ReadonlySet<Digest>
}

function namedBy({ bytes, digest }: Root): Digest[] {
  if (documentKind(bytes, blobName(digest)) === 'index') return []
  const { config, layers } = parseManifest(bytes, blobName(digest))
  return [config, ...layers].map((one) => one.digest)
}

function shapeOf(complete: Complete): Shape {
  const { configs, roots, root } = documentsOf(complete)
  const named = new Set(roots.flatMap(namedBy))
  const documents = new Map(roots.map(({ digest, bytes }) => [digest, bytes] as const))
  for (const config of configs) if (named.has(digestOf(config))) documents.set(digestOf(config), config)
  const { kind, platform } = complete.image
  const listed: Descriptor = {
    mediaType: root.mediaType,
    digest: root.digest,
    size: root.bytes.length,
    ...(complete.type === 'image' && kind === undefined ? { platform } : {}),
  }
  return { complete, listed, documents, named }
}

async function* once(bytes: Uint8Array): Bytes {
  yield bytes
}

async function isThere(root: string, digest: Digest): Promise<boolean> {
  // One that is damaged gives way to a good one.
  return (await readAddressed(root, digest).catch(() => undefined)) !== undefined
}

/** All that must be moved into blobs/: where it is staged, by digest. Documents are staged here. */
async function toMove(writing: Writing, shapes: readonly Shape[]): Promise<Map<Digest, string>> {
  const { root, folder, staged } = writing
  const moves = new Map<Digest, string>()
  const named = new Set(shapes.flatMap((shape) => [...shape.named]))
  for (const { image, layers, came } of completeImages(shapes.map(({ complete }) => complete))) {
    for (const [index, layer] of image.layers.entries()) {
      const path = staged.get(came[index] ?? layerKey(layer))
      const digest = layers[index]?.digest
      if (path !== undefined && digest !== undefined && named.has(digest)) moves.set(digest, path)
    }
  }
  for (const [digest, bytes] of shapes.flatMap(({ documents }) => [...documents])) {
    if (moves.has(digest) || (await isThere(root, digest))) continue
    moves.set(digest, await stage(folder, once(bytes), root))
  }
  return moves
}

async function stagedVersion({ root, folder }: Writing): Promise<string | undefined> {
  if (await readSmall(root, join(root, 'oci-layout'), 64 << 10)) return undefined
  return await stage(folder, once(Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' }))), root)
}

async function place(writing: Writing, shapes: readonly Shape[], lock: Held): Promise<Done> {
  const { root, signal, report } = writing
  const moves = new Moves(root)
  try {
    const blobs = await toMove(writing, shapes)
    const version = await stagedVersion(writing)
    const total = shapes.reduce((sum, { listed }) => sum + listed.size, 0)
    report({ type: 'storing', done: 0, total })
    signal.throwIfAborted()
    await moves.layout(version)
    for (const [digest, path] of blobs) await moves.blob(path, digest)
    await moves.flush()
    report({ type: 'storing', done: total, total })
    signal.throwIfAborted()
    const { replaced } = await changeListing(root, lock, (before) => {
      let entries = before
      const moved: Done['replaced'][number][] = []
      for (const { complete, listed } of shapes) {
        const named = withNames(entries, listed, complete.names)
        entries = named.entries
        moved.push(...named.replaced)
      }
      return { entries, replaced: moved }
    })
    const images = shapes.map(({ complete: { image, names }, listed: { digest } }) => ({
      id: image.id,
      names: names.map(({ name }) => name),
      digest,
    }))
    return { images, replaced }
  } catch (error) {
    await moves.takeBack()
    throw fileError(error, root)
  }
}

/** @throws layout-busy, disk-full, drive-*, file-* */
export async function commitImages(
  writing: Writing,
  images: readonly Complete[],
): Promise<Done | { readonly lacking: readonly LayerKey[] }> {
  return await locked(writing.root, writing.signal, async (lock) => {
    const lacking = await lackingOf(writing, images)
    return lacking.length > 0 ? { lacking } : await place(writing, images.map(shapeOf), lock)
  })
}
