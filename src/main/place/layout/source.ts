import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { fileError, readRange } from '../../files.ts'
import { naming } from '../../format/bytes.ts'
import { parseManifest } from '../../format/documents.ts'
import {
  type Bytes,
  type Image,
  type Layer,
  type LayerKey,
  type LayerPiece,
  layerKey,
  leaves,
  type Piece,
  type Source,
} from '../place.ts'
import { blobName, openBlob } from './folder.ts'
import { locked } from './lock.ts'
import type { Layout } from './open.ts'
import { type Run, startRun } from './run.ts'

/** Every blob that reading these images needs. */
function needed(images: readonly Image[]): Set<Digest> {
  const digests = new Set<Digest>()
  for (const image of images) {
    if (image.digest) digests.add(image.digest)
    if (image.parts) for (const digest of needed(image.parts)) digests.add(digest)
    if (image.manifest && !image.parts) digests.add(parseManifest(image.manifest, 'manifest').config.digest)
    for (const { stored } of image.layers) if (stored) digests.add(stored.digest)
  }
  return digests
}

/** Undefined on a drive that cannot be written, or is full: reading it must go on, and nobody removes anything there. */
async function pin(path: string, images: readonly Image[], signal: AbortSignal): Promise<Run | undefined> {
  try {
    return await locked(path, signal, async () => await startRun(path, needed(images)))
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError) return undefined
    throw error
  }
}

/** Pieces handed out and not yet read to their end: with several at once the walk would be over before them. */
class Taken {
  readonly #open = new Set<Promise<void>>()

  /** @returns to be called once the piece is done with */
  add(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#open.add(promise)
    promise.then(() => this.#open.delete(promise)).catch(() => undefined)
    return resolve
  }

  /** Once all are read, or nobody will read them any more. */
  async settled(signal: AbortSignal): Promise<void> {
    const { promise: aborted, resolve } = Promise.withResolvers<void>()
    const stop = (): void => resolve()
    signal.addEventListener('abort', stop)
    if (!signal.aborted) await Promise.race([Promise.all(this.#open), aborted])
    signal.removeEventListener('abort', stop)
  }
}

/**
 * Images out of a layout, several layers at once. While they are read no process of ours removes what they need. A layer
 * that is to be had from elsewhere (`foreign`) and is not there is passed over: a destination that wants it says so.
 */
/** What an image's manifest refers to, if to anything. */
function subjectOf({ manifest }: Image): string | undefined {
  if (!manifest) return undefined
  const { subject } = JSON.parse(new TextDecoder().decode(manifest)) as { subject?: { digest?: string } }
  return subject?.digest
}

export function layoutSource({ path, images }: Layout): Source {
  const byId = new Map<Digest, Image>()
  for (const image of images.flatMap(leaves)) byId.set(image.id, image)
  for (const image of images) byId.set(image.id, image)
  const named = (error: unknown): unknown => fileError(error, path)

  async function piece(
    layer: Layer,
    digest: Digest,
    signal: AbortSignal,
    taken: Taken,
  ): Promise<LayerPiece | undefined> {
    const blob = await openBlob(path, digest)
    if (!blob) return undefined
    const { file, size, form } = blob
    await file.close()
    if (size !== layer.stored?.size) throw new AppError('digest-mismatch', { file: blobName(digest) })
    const over = taken.add()
    // Opened again when it is read: a piece that nobody takes leaves nothing open.
    const read = async function* (): Bytes {
      try {
        const again = await openBlob(path, digest)
        if (!again) throw new AppError('file-changed', { path })
        try {
          yield* readRange(again.file, 0, size, signal)
        } finally {
          await again.file.close()
        }
      } finally {
        over()
      }
    }
    // What has no diffId is no layer of files, whatever its first bytes look like.
    return {
      type: 'layer',
      layer,
      form: layer.diffId === undefined ? 'plain' : form,
      size,
      bytes: naming(read(), named),
    }
  }

  async function* layers(
    of: readonly Image[],
    wanted: ReadonlySet<LayerKey>,
    signal: AbortSignal,
    taken: Taken,
  ): AsyncGenerator<Piece> {
    const given = new Set<LayerKey>()
    for (const image of of) {
      for (const layer of image.layers) {
        const key = layerKey(layer)
        if (!wanted.has(key) || given.has(key) || !layer.stored) continue
        given.add(key)
        const found = await piece(layer, layer.stored.digest, signal, taken)
        if (found) yield found
        else if (!layer.foreign) throw new AppError('layer-missing', { image: image.names[0] ?? image.id, path })
      }
    }
  }

  return {
    parallel: 4,
    referrers: async (image) => images.filter((one) => subjectOf(one) === image.digest),
    async read(ids) {
      return ids.map((id) => {
        const image = byId.get(id)
        if (!image) throw new AppError('image-missing', { image: id })
        return image
      })
    },
    async *walk(asked, wanted, signal): AsyncGenerator<Piece> {
      const all = asked.flatMap(leaves)
      const run = await pin(path, asked, signal)
      const taken = new Taken()
      try {
        for (const image of all) {
          const { config, manifest } = byId.get(image.id) ?? image
          if (!config || !manifest) throw new AppError('image-missing', { image: image.id })
          yield { type: 'documents', image, documents: { config, manifest } }
        }
        yield* layers(all, wanted, signal, taken)
        await taken.settled(signal)
      } catch (error) {
        throw named(error)
      } finally {
        await run?.end()
      }
    },
  }
}
