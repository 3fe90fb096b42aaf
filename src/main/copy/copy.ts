import { AppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { unpack } from '../format/compression.ts'
import { digestOf } from '../format/digest.ts'
import { proving } from '../format/proof.ts'
import {
  type Bytes,
  type Complete,
  type Documents,
  type Done,
  type Image,
  type LayerKey,
  type LayerPiece,
  layerKey,
  type Naming,
  type PlaceEvent,
  type Sink,
  type Source,
  type Stored,
  type Write,
} from '../place/place.ts'
import { spool } from './spool.ts'

/** An image to copy, and the names it gets at the destination. */
export interface Wish {
  readonly image: Image
  readonly names: readonly Naming[]
}

/** A layer under way; `done` counts bytes in the form sent. */
export type CopyEvent =
  | PlaceEvent
  | { readonly type: 'preparing' }
  | { readonly type: 'layer'; readonly key: LayerKey; readonly size?: number; readonly done: number }
  | { readonly type: 'layers'; readonly layers: readonly { readonly key: LayerKey; readonly size?: number }[] }

export interface Copied extends Done {
  /** Bytes handed to the destination in the form sent, and bytes of layers it had. */
  readonly moved: number
  readonly skipped: number
  /** Config digests, by the source's image id. */
  readonly configs: ReadonlyMap<Digest, Digest>
  /** Platforms that did not come along, because the source does not hold them. `name` is '' for an image without one. */
  readonly absent: readonly { readonly name: string; readonly platform: string }[]
  /** The layers that were put, by key. */
  readonly stored: ReadonlyMap<LayerKey, Stored>
}

/** Progress is told at most this often, in bytes. */
const STEP = 1 << 20

/**
 * Copies images from a place to a place: asks the destination what it lacks, sends that and nothing else, verifies every
 * byte on its way, and makes it visible only at the end. The only copy loop of the app. On failure or abort the
 * destination is as it was, and nothing is still running when this returns.
 * @throws the first failure; `cancelled` once `signal` is aborted
 */
export async function copy(
  source: Source,
  wishes: readonly Wish[],
  sink: Sink,
  signal: AbortSignal,
  report: (event: CopyEvent) => void,
): Promise<Copied> {
  try {
    report({ type: 'preparing' })
    const images = wishes.map(({ image }) => image)
    const write = await sink.begin(images, signal, report)
    try {
      return await new Copy(source, wishes, sink, write, signal, report).run()
    } finally {
      await write.close()
    }
  } catch (error) {
    throw signal.aborted ? new AppError('cancelled', {}, { cause: error }) : error
  }
}

class Copy {
  readonly #source: Source
  readonly #wishes: readonly Wish[]
  readonly #images: readonly Image[]
  readonly #sink: Sink
  readonly #write: Write
  readonly #signal: AbortSignal
  readonly #report: (event: CopyEvent) => void
  readonly #documents = new Map<Digest, Documents>()
  readonly #stored = new Map<LayerKey, Stored>()
  readonly #absent = new Map<Digest, readonly string[]>()
  #moved = 0

  constructor(
    source: Source,
    wishes: readonly Wish[],
    sink: Sink,
    write: Write,
    signal: AbortSignal,
    report: (event: CopyEvent) => void,
  ) {
    this.#source = source
    this.#wishes = wishes
    this.#images = wishes.map(({ image }) => image)
    this.#sink = sink
    this.#write = write
    this.#signal = signal
    this.#report = report
  }

  async run(): Promise<Copied> {
    const layers = new Map(
      this.#images.flatMap((image) => image.layers.map((layer) => [layerKey(layer), layer] as const)),
    )
    const missing = [...layers].filter(([key]) => this.#write.missing.has(key))
    this.#report({
      type: 'layers',
      layers: missing.map(([key, layer]) => ({ key, ...(layer.stored ? { size: layer.stored.size } : {}) })),
    })
    await this.#bring(this.#write.missing)
    let done = await this.#write.commit(this.#complete())
    let brought: ReadonlySet<LayerKey> = this.#write.missing
    if ('lacking' in done) {
      brought = new Set([...brought, ...done.lacking])
      await this.#bring(brought)
      done = await this.#write.commit(this.#complete())
    }
    if ('lacking' in done) throw new AppError('docker-refused', { reason: 'layers are missing' })
    const skipped = [...layers]
      .filter(([key]) => !brought.has(key))
      .reduce((sum, [, layer]) => sum + (layer.stored?.size ?? 0), 0)
    return {
      ...done,
      moved: this.#moved,
      skipped,
      configs: this.#configs(),
      absent: this.#lacking(),
      stored: this.#stored,
    }
  }

  #lacking(): Copied['absent'] {
    const all = this.#wishes.flatMap(({ image, names }) =>
      (this.#absent.get(image.id) ?? image.absent ?? []).map((platform) => ({
        name: names[0]?.name ?? image.names[0] ?? '',
        platform,
      })),
    )
    return [...new Map(all.map((one) => [`${one.name} ${one.platform}`, one])).values()]
  }

  async #bring(keys: ReadonlySet<LayerKey>): Promise<void> {
    this.#stored.clear()
    for await (const piece of this.#source.walk(this.#images, keys, this.#signal)) {
      if (piece.type === 'layer') await this.#put(piece)
      else {
        this.#documents.set(piece.image.id, piece.documents)
        if (piece.absent) this.#absent.set(piece.image.id, piece.absent)
      }
    }
    this.#signal.throwIfAborted()
    for (const image of this.#images) {
      const absent = image.layers.find((layer) => keys.has(layerKey(layer)) && !this.#stored.has(layerKey(layer)))
      if (absent)
        throw new AppError('layer-missing', { image: image.names[0] ?? image.id, path: image.names[0] ?? image.id })
    }
  }

  async #put(piece: LayerPiece): Promise<void> {
    const { diffId, stored } = piece.layer
    const keep = this.#sink.takes.forms.includes(piece.form)
    // A plain layer is stored under its diffId.
    const digest = stored?.digest ?? (piece.form === 'plain' ? diffId : undefined)
    const told = digest !== undefined && piece.size !== undefined
    const asItIs = keep && (told || !this.#sink.takes.sizeFirst)
    const proof = asItIs ? await this.#handOver(piece, { digest, size: piece.size }) : await this.#convert(piece, keep)
    this.#stored.set(proof.diffId, proof)
    this.#stored.set(layerKey(piece.layer), proof)
    this.#moved += proof.size
  }

  /** Hands a layer over in another form, or through a file where digest and size must come first and are not known. */
  async #convert(piece: LayerPiece, keep: boolean): Promise<Stored> {
    const { diffId, stored } = piece.layer
    const original = proving(piece.bytes, piece.form, {
      digest: stored?.digest,
      diffId,
      file: stored?.digest ?? diffId ?? '',
    })
    const bytes = keep || piece.form === 'plain' ? original.bytes : unpack(original.bytes, piece.form)
    const fitting: LayerPiece = { type: 'layer', layer: piece.layer, form: keep ? piece.form : 'plain', bytes }
    if (!this.#sink.takes.sizeFirst) {
      const proof = await this.#handOver(fitting, { digest: keep ? stored?.digest : diffId })
      // What was unpacked counts only once the bytes it came from are proven too.
      original.proof()
      return proof
    }
    const spooled = await spool(bytes, this.#write.spoolDir)
    try {
      original.proof()
      return await this.#handOver({ ...fitting, bytes: spooled.read(this.#signal) }, spooled)
    } finally {
      await spooled.remove()
    }
  }

  async #handOver(
    piece: LayerPiece,
    known: { digest?: Digest | undefined; size?: number | undefined },
  ): Promise<Stored> {
    const { digest, size } = known
    const { diffId } = piece.layer
    const { bytes, proof } = proving(piece.bytes, piece.form, { digest, diffId, file: digest ?? diffId ?? '' })
    await this.#write.put(
      { ...piece, bytes: this.#metered(bytes, layerKey(piece.layer), size) },
      { ...(digest ? { digest } : {}), ...(size === undefined ? {} : { size }) },
    )
    return proof()
  }

  async *#metered(bytes: Bytes, key: LayerKey, size: number | undefined): Bytes {
    let done = 0
    let told = 0
    const tell = (): void => this.#report({ type: 'layer', key, done, ...(size === undefined ? {} : { size }) })
    for await (const chunk of bytes) {
      this.#signal.throwIfAborted()
      done += chunk.length
      yield chunk
      if (done - told >= STEP) {
        told = done
        tell()
      }
    }
    tell()
  }

  #configs(): Map<Digest, Digest> {
    return new Map([...this.#documents].map(([id, { config }]) => [id, digestOf(config)]))
  }

  #complete(): Complete[] {
    return this.#wishes.map(({ image, names }) => {
      const documents = this.#documents.get(image.id)
      if (!documents) throw new AppError('image-missing', { image: image.names[0] ?? image.id })
      // An engine's own id is a manifest digest in its containerd store: compare configs where the id is one.
      if (image.config && digestOf(documents.config) !== digestOf(image.config))
        throw new AppError('digest-mismatch', { file: image.id })
      return { image, names, documents, layers: image.layers.map((layer) => this.#stored.get(layerKey(layer))) }
    })
  }
}
