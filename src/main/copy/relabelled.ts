import { AppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { digestOf } from '../format/digest.ts'
import { parseConfig } from '../format/documents.ts'
import type { Documents, Image, Piece, Source } from '../place/place.ts'

/**
 * Labels added on the way, without a rebuild: another config, and by it another manifest and another digest. No layer is
 * touched, so that a destination that has them is sent a few kilobytes. Whoever made the image is not asked: what it says
 * of itself already stays as it is said.
 */

/** Labels by their whole names. */
export type Labels = Readonly<Record<string, string>>

function decode(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function labelledConfig(bytes: Uint8Array, labels: Labels): Uint8Array {
  const had = parseConfig(bytes, 'config').config?.Labels ?? {}
  const added = Object.entries(labels).filter(([name]) => !had[name])
  const config = decode(bytes)
  return encode({
    ...config,
    config: { ...(config['config'] as object | null), Labels: { ...had, ...Object.fromEntries(added) } },
  })
}

/** The same manifest for another config; its fields keep their order. */
function manifestFor(config: Uint8Array, before: Uint8Array): Uint8Array {
  const manifest = decode(before)
  return encode({
    ...manifest,
    config: { ...(manifest['config'] as object), digest: digestOf(config), size: config.length },
  })
}

function labelledDocuments({ config, manifest }: Documents, labels: Labels): Documents {
  const changed = labelledConfig(config, labels)
  return { config: changed, ...(manifest ? { manifest: manifestFor(changed, manifest) } : {}) }
}

/** The handle of an image that nobody can name before its config has come. */
function futureId(id: Digest, labels: Labels): Digest {
  return digestOf(JSON.stringify([id, Object.entries(labels).sort()]))
}

/** `inIndex`: a part is found in its index by the digest it had there. */
function labelledImage(image: Image, labels: Labels, inIndex: boolean): Image {
  const { config, manifest, digest, ...rest } = image
  if (!config) return { ...image, id: futureId(image.id, labels), was: image.id }
  const documents = labelledDocuments({ config, ...(manifest ? { manifest } : {}) }, labels)
  const own = documents.manifest && digestOf(documents.manifest)
  const kept = inIndex ? digest : own
  return {
    ...rest,
    ...documents,
    ...(digest && kept ? { digest: kept } : {}),
    // A file's image goes by its config, any other by its manifest.
    id: own && digest === image.id ? own : digestOf(documents.config),
    was: image.id,
  }
}

/** All platforms of an index. What attests to one of them by its digest does not speak of the new one. */
function labelledIndex({ digest: _, ...index }: Image, parts: readonly Image[], labels: Labels): Image {
  return {
    ...index,
    id: futureId(index.id, labels),
    was: index.id,
    parts: parts.flatMap((part) => {
      if (part.kind === 'attestation') return []
      return [part.kind === undefined ? labelledImage(part, labels, true) : part]
    }),
  }
}

/** @throws labels-refused where only some of its platforms are there, or it is no image one runs */
function relabel(image: Image, labels: Labels): Image {
  const name = image.names[0] ?? image.id.slice(7, 19)
  if (image.kind !== undefined) throw new AppError('labels-refused', { image: name })
  if (!image.parts) return labelledImage(image, labels, false)
  if (image.absent && image.absent.length > 0)
    throw new AppError('labels-refused', { image: name, absent: image.absent.join(', ') })
  return labelledIndex(image, image.parts, labels)
}

/**
 * A source whose images of these ids say more of themselves than they do there. `became`: config digests of images that had
 * none at hand before and were copied since, by the id they got here: the same labels make the same image.
 */
export function relabelled(
  source: Source,
  wanted: ReadonlyMap<Digest, Labels>,
  became: ReadonlyMap<Digest, Digest> = new Map(),
): Source {
  /** By the ids they get here. */
  const originals = new Map<Digest, Image>()
  const labelsOf = new Map<Digest, Labels>()
  const note = (image: Image, of: readonly Image[], labels: Labels): void => {
    for (const leaf of image.parts ?? [image]) {
      const original = of.find(({ id }) => id === leaf.was)
      if (!original) continue
      originals.set(leaf.id, original)
      labelsOf.set(leaf.id, labels)
    }
  }
  const changed = (image: Image): Image => {
    const labels = wanted.get(image.id)
    if (!labels) return image
    const planned = relabel(image, labels)
    const other = { ...planned, id: became.get(planned.id) ?? planned.id }
    note(other, image.parts ?? [image], labels)
    return other
  }
  // Of an index whose parts are asked for one by one, those that were relabelled go in place of what they were.
  const gathered = (index: Image): Image => {
    const parts = index.parts ?? []
    if (!parts.some(({ id }) => wanted.has(id))) return index
    const { digest: _, ...rest } = index
    return {
      ...rest,
      parts: parts
        .filter(({ kind }) => kind !== 'attestation')
        .map((part) => {
          const labels = wanted.get(part.id)
          return labels ? labelledImage(part, labels, true) : part
        }),
    }
  }
  const { referrers } = source
  return {
    parallel: source.parallel,
    ...(source.indexes ? { indexes: source.indexes.map(gathered) } : {}),
    ...(referrers
      ? {
          // What refers to an image means it by its digest.
          referrers: async (image: Image, signal: AbortSignal) =>
            image.was === undefined ? await referrers(image, signal) : [],
        }
      : {}),
    async read(ids, signal) {
      return (await source.read(ids, signal)).map(changed)
    },
    async *walk(images, missing, signal) {
      const back = (image: Image): Image =>
        image.parts ? { ...image, parts: image.parts.map(back) } : (originals.get(image.id) ?? image)
      const byOriginal = new Map<Digest, Image[]>()
      for (const leaf of images.flatMap((image) => image.parts ?? [image])) {
        const id = originals.get(leaf.id)?.id
        if (id !== undefined) byOriginal.set(id, [...(byOriginal.get(id) ?? []), leaf])
      }
      for await (const piece of source.walk(images.map(back), missing, signal)) {
        const leaves = piece.type === 'documents' ? byOriginal.get(piece.image.id) : undefined
        if (piece.type !== 'documents' || !leaves) {
          yield piece
          continue
        }
        for (const leaf of leaves) yield labelledPiece(piece, leaf, labelsOf.get(leaf.id) ?? {})
      }
    },
  }
}

function labelledPiece(piece: Extract<Piece, { type: 'documents' }>, image: Image, labels: Labels): Piece {
  return { ...piece, image, documents: labelledDocuments(piece.documents, labels) }
}
