import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { documentKind, platformText } from '../../format/documents.ts'
import { type Documents, readTree } from '../../format/tree.ts'
import { type Descriptor, type Image, leaves } from '../place.ts'
import { blobName, blobSize, readAddressed, refuseAlgorithms } from './folder.ts'

/** Bytes of manifests, indexes and configs of one layout. The library of years has some thousand images of 10 KB each. */
const MAX_DOCUMENTS = 128 << 20
const MAX_READINGS = 200_000

/** Reads the documents of images one after the other, each file once, and not without end. */
export class ImageReader {
  readonly #root: string
  readonly #signal: AbortSignal
  readonly #known = new Map<Digest, Uint8Array | undefined>()
  /** Bytes of every blob that a manifest names and that is there. */
  readonly sizes = new Map<Digest, number>()
  #room = MAX_DOCUMENTS
  #readings = 0

  constructor(root: string, signal: AbortSignal) {
    this.#root = root
    this.#signal = signal
  }

  /** More than any layout of images: then it is not one of them that is broken. */
  get exhausted(): boolean {
    return this.#room < 0 || this.#readings > MAX_READINGS
  }

  /** The image or index; undefined for what is neither (image-layout.md: not an error). @throws layer-missing, … */
  async read({ digest }: Descriptor, names: readonly string[]): Promise<Image | undefined> {
    const bytes = await this.#document(digest)
    if (!bytes) throw this.#missing(digest)
    if (documentKind(bytes, blobName(digest)) === 'other') return undefined
    refuseAlgorithms(bytes, this.#root)
    const documents: Documents = {
      manifest: async (descriptor) => {
        const part = await this.#document(descriptor.digest)
        if (part) refuseAlgorithms(part, this.#root)
        return part
      },
      config: async (descriptor) => await this.#document(descriptor.digest),
    }
    try {
      return await this.#measured(await readTree(digest, bytes, names, documents))
    } catch (error) {
      throw error instanceof AppError && error.code === 'image-missing' ? this.#missing(digest) : error
    }
  }

  #missing(digest: Digest): AppError {
    return new AppError('layer-missing', { image: digest, path: this.#root })
  }

  /** Counts a document as often as it is asked for: an index may name one a hundred thousand times. */
  async #document(digest: Digest): Promise<Uint8Array | undefined> {
    this.#signal.throwIfAborted()
    if (!this.#known.has(digest)) {
      const bytes = await readAddressed(this.#root, digest)
      this.#known.set(digest, bytes)
      if (bytes) this.sizes.set(digest, bytes.length)
    }
    const bytes = this.#known.get(digest)
    this.#readings += 1
    this.#room -= bytes?.length ?? 0
    if (this.exhausted)
      throw new AppError('archive-too-large', { path: this.#root, detail: `more than ${MAX_DOCUMENTS} bytes of JSON` })
    return bytes
  }

  /** Which layers are there. A platform without any was never on the computer that wrote this: its manifest alone was. */
  async #measured(image: Image): Promise<Image> {
    for (const { layers } of leaves(image)) for (const { stored } of layers) if (stored) await this.#size(stored.digest)
    if (!image.parts) return image
    const parts = image.parts.filter(
      ({ layers }) =>
        layers.length === 0 ||
        layers.some(({ stored, foreign }) => foreign || (stored && this.sizes.has(stored.digest))),
    )
    if (parts.length === image.parts.length) return image
    if (parts.length === 0) throw this.#missing(image.id)
    const others = image.parts.filter((part) => !parts.includes(part) && part.kind === undefined)
    const absent = [...(image.absent ?? []), ...others.map(({ platform }) => platformText(platform))]
    return { ...image, parts, absent }
  }

  async #size(digest: Digest): Promise<void> {
    const size = this.sizes.get(digest) ?? (await blobSize(this.#root, digest))
    if (size !== undefined) this.sizes.set(digest, size)
  }
}
