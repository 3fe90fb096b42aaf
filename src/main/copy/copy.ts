import { AppError, ended } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { pack, unpack } from '../format/compression.ts'
import { digestOf } from '../format/digest.ts'
import { formOfType, platformText } from '../format/documents.ts'
import { proving } from '../format/proof.ts'
import {
  type Bytes,
  type Complete,
  type CompleteImage,
  type Documents,
  type Done,
  type Form,
  type Image,
  type Layer,
  type LayerKey,
  type LayerPiece,
  layerKey,
  leaves,
  type Naming,
  type Piece,
  type PlaceEvent,
  type Sink,
  type Source,
  type Stored,
  type Taken,
  type Wish,
  type Write,
} from '../place/place.ts'
import { spool } from './spool.ts'

export type { Wish }

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
 * @throws the first failure; `cancelled` once `signal` is aborted; `names-left` where names could not be put back
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
    for (const { names, parts, id } of images) {
      if (parts && sink.takes.platforms === 'one')
        throw new AppError('platform-unchosen', { image: names[0] ?? id, have: parts.map(describe).join(', ') })
    }
    const taken = await pastUs(source, wishes, sink, signal, report)
    if (taken) return { configs: configsOf(images), ...taken, absent: [], stored: new Map() }
    const write = await sink.begin(wishes, signal, report)
    try {
      return await new Copy(source, wishes, sink, write, signal, report).run()
    } finally {
      await write.close()
    }
  } catch (error) {
    throw ended(error, signal.aborted)
  }
}

/** The shorter way, where the two places have one. */
async function pastUs(
  source: Source,
  wishes: readonly Wish[],
  sink: Sink,
  signal: AbortSignal,
  report: (event: CopyEvent) => void,
): Promise<Taken | undefined> {
  if (source.origin && sink.take) return await sink.take(source.origin, wishes, signal, report)
  if (source.give && sink.receive) return await sink.receive(source.give, wishes, signal, report)
  return undefined
}

function configsOf(images: readonly Image[]): Map<Digest, Digest> {
  return new Map(images.flatMap(({ id, config }) => (config ? [[id, digestOf(config)] as const] : [])))
}

function describe({ platform }: Image): string {
  return platformText(platform)
}

class Copy {
  readonly #source: Source
  readonly #wishes: readonly Wish[]
  readonly #images: readonly Image[]
  /** Those with layers: the images, and the parts of indexes. */
  readonly #leaves: readonly Image[]
  /** Keys of the blobs of attestations and artifacts. */
  readonly #opaque: ReadonlySet<LayerKey>
  readonly #sink: Sink
  readonly #write: Write
  readonly #signal: AbortSignal
  /** Stops what else is under way once one piece has failed. */
  readonly #stop = new AbortController()
  readonly #report: (event: CopyEvent) => void
  readonly #documents = new Map<Digest, Documents>()
  readonly #stored = new Map<LayerKey, Stored>()
  /** Keys that layers were put under, by the keys they may be asked for. */
  readonly #came = new Map<LayerKey, LayerKey>()
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
    this.#leaves = this.#images.flatMap(leaves)
    this.#opaque = new Set(
      this.#leaves.filter(({ kind }) => kind !== undefined).flatMap((image) => image.layers.map(layerKey)),
    )
    this.#sink = sink
    this.#write = write
    this.#signal = AbortSignal.any([signal, this.#stop.signal])
    this.#report = report
  }

  async run(): Promise<Copied> {
    const layers = new Map(
      this.#leaves.flatMap((image) => image.layers.map((layer) => [layerKey(layer), layer] as const)),
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
    this.#came.clear()
    await this.#takeAll(keys)
    this.#signal.throwIfAborted()
    for (const image of this.#leaves) {
      const absent = image.layers.find((layer) => keys.has(layerKey(layer)) && !this.#stored.has(layerKey(layer)))
      if (absent)
        throw new AppError('layer-missing', { image: image.names[0] ?? image.id, path: image.names[0] ?? image.id })
    }
  }

  /** Walks the source and puts what comes, as much at once as both sides bear. The first failure ends all of it. */
  async #takeAll(keys: ReadonlySet<LayerKey>): Promise<void> {
    const atOnce = Math.min(this.#source.parallel, this.#sink.takes.parallel)
    const running = new Set<Promise<void>>()
    let failure: { readonly error: unknown } | undefined
    const fail = (error: unknown): void => {
      failure ??= { error }
      this.#stop.abort(error)
    }
    const held = this.#heldBut(keys)
    try {
      for await (const piece of this.#source.walk(this.#images, keys, this.#signal)) {
        if (piece.type === 'documents') this.#note(piece)
        else if (keys.size === 0 || (!keys.has(layerKey(piece.layer)) && held.has(layerKey(piece.layer)))) {
          // Handed over because its source could not tell what it is: the destination has it.
          for await (const _ of piece.bytes);
        } else {
          const work = this.#put(piece)
            .catch(fail)
            .finally(() => running.delete(work))
          running.add(work)
        }
        while (running.size >= atOnce) await Promise.race(running)
        if (failure) break
      }
    } catch (error) {
      fail(error)
    }
    await Promise.all(running)
    if (failure) throw failure.error
  }

  /** All that the destination's layers are known by, but those that are brought. */
  #heldBut(keys: ReadonlySet<LayerKey>): Set<LayerKey> {
    const held = [...(this.#write.held ?? [])].filter(([key]) => !keys.has(key))
    return new Set(held.flatMap(([key, { digest, diffId }]) => [key, digest, diffId]))
  }

  #note({ image, documents, absent }: Extract<Piece, { type: 'documents' }>): void {
    this.#documents.set(image.id, documents)
    if (absent) this.#absent.set(image.id, absent)
  }

  async #put(piece: LayerPiece): Promise<void> {
    const { diffId, stored } = piece.layer
    const { forms, sizeFirst, pack: packed } = this.#sink.takes
    // A blob of what is no image is no layer of files: it is carried as it is.
    const opaque = this.#opaque.has(layerKey(piece.layer))
    const form = packed && piece.form === 'plain' && !opaque ? packed : piece.form
    const target = forms.includes(form) || opaque ? form : 'plain'
    // A plain layer is stored under its diffId.
    const digest = stored?.digest ?? (piece.form === 'plain' ? diffId : undefined)
    const told = digest !== undefined && piece.size !== undefined
    const asItIs = target === piece.form && (told || !sizeFirst)
    const proof = asItIs
      ? await this.#handOver(piece, { digest, size: piece.size })
      : await this.#convert(piece, target)
    const own = layerKey(piece.layer)
    for (const key of [proof.diffId, own]) {
      this.#stored.set(key, proof)
      this.#came.set(key, own)
    }
    this.#moved += proof.size
  }

  /** Hands a layer over in another form, or through a file where digest and size must come first and are not known. */
  async #convert(piece: LayerPiece, form: Form): Promise<Stored> {
    const { diffId, stored } = piece.layer
    const original = proving(piece.bytes, piece.form, {
      digest: stored?.digest,
      diffId,
      file: stored?.digest ?? diffId ?? '',
    })
    const bytes = converted(original.bytes, piece.form, form)
    const fitting: LayerPiece = { type: 'layer', layer: piece.layer, form, bytes }
    const same = form === piece.form
    const packed = form !== 'plain' && !same
    if (!this.#sink.takes.sizeFirst) {
      const proof = await this.#handOver(fitting, { digest: same ? stored?.digest : plainDigest(form, diffId) }, packed)
      // What was changed counts only once the bytes it came from are proven too.
      const { diffId: proven } = original.proof()
      return { ...proof, form, diffId: proven }
    }
    const spooled = await spool(bytes, this.#write.spoolDir)
    try {
      const { diffId: proven } = original.proof()
      const proof = await this.#handOver({ ...fitting, bytes: spooled.read(this.#signal) }, spooled, packed)
      return { ...proof, form, diffId: proven }
    } finally {
      await spooled.remove()
    }
  }

  async #handOver(
    piece: LayerPiece,
    known: { digest?: Digest | undefined; size?: number | undefined },
    packedHere = false,
  ): Promise<Stored> {
    const { digest, size } = known
    const { diffId } = piece.layer
    const file = digest ?? diffId ?? ''
    // What was packed here, from bytes that are being proven, need not be unpacked to be known.
    const { bytes, proof } = packedHere
      ? proving(piece.bytes, 'plain', { digest, file })
      : proving(piece.bytes, piece.form, { digest, diffId, file })
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
    return this.#wishes.map(
      ({ image, names }): Complete =>
        image.parts
          ? { type: 'index', image, names, parts: image.parts.map((part) => this.#completeImage(part, [])) }
          : this.#completeImage(image, names),
    )
  }

  #completeImage(image: Image, names: readonly Naming[]): CompleteImage {
    const documents = this.#documents.get(image.id)
    if (!documents) throw new AppError('image-missing', { image: image.names[0] ?? image.id })
    // An engine's own id is a manifest digest in its containerd store: compare configs where the id is one.
    if (image.config && digestOf(documents.config) !== digestOf(image.config))
      throw new AppError('digest-mismatch', { file: image.id })
    const layers = image.layers.map((layer) => {
      const key = layerKey(layer)
      return this.#stored.get(key) ?? this.#write.held?.get(key) ?? elsewhere(layer)
    })
    const came = image.layers.map((layer) => this.#came.get(layerKey(layer)))
    return { type: 'image', image, names, documents, layers, came }
  }
}

/** A foreign layer that was not moved is named as the source names it. */
function elsewhere({ foreign, stored, diffId }: Layer): Stored | undefined {
  if (!foreign || !stored) return undefined
  const { digest, size, mediaType } = stored
  return { diffId: diffId ?? digest, form: formOfType(mediaType), digest, size }
}

function plainDigest(form: Form, diffId: Digest | undefined): Digest | undefined {
  return form === 'plain' ? diffId : undefined
}

function converted(bytes: Bytes, from: Form, to: Form): Bytes {
  if (from === to) return bytes
  const plain = from === 'plain' ? bytes : unpack(bytes, from)
  return to === 'plain' ? plain : pack(plain, to, 'layer')
}
