import type { Platform } from '../../shared/contract.ts'
import type { Digest } from '../../shared/reference.ts'

/**
 * # What a place is
 *
 * A place holds images: an engine, an archive file, a layout folder, a registry. Each is a `Source`, a `Sink` or both, and `copy()` (../copy/copy.ts) is the only code that moves an image from one to the other. To add a place,
 * implement these interfaces; this page says all that is asked of it.
 *
 * ## The order of calls
 *
 * 1. `source.read(ids)`: what can be said before a byte moves.
 * 2. `sink.begin(wishes)`: the destination looks at what it has, and answers with a `Write` whose `missing` names the
 *    layers it lacks. Everything that goes together is one write: one file, one load stream.
 * 3. `source.walk(images, missing)`: pieces, each wanted layer once, in the source's own order (an engine's stream and a
 *    compressed file cannot be asked twice), and the documents of every image, anywhere between.
 * 4. `write.put(piece)` for every layer, as many at once as both sides say (`parallel`). Its bytes are read to their end
 *    or the put fails: verification rides on the bytes, so the last chunk may throw.
 * 5. `write.commit(images)`, once, with config and manifest. Here, and nowhere else, anything becomes visible and names
 *    move. It answers `lacking` when the destination turns out not to have a layer it said it had: copy() walks again for
 *    those, puts them, and commits again, once.
 * 6. `write.close()`, always, after success too. Without a successful commit it leaves no trace.
 *
 * Two places may know a shorter way, and copy() asks them first: a destination that fetches by itself (`take`), a source that
 * puts images at its destination by itself (`give`, `receive`). Neither knows the other; anything in the way, and the
 * ordinary copy does it.
 *
 * ## What failure leaves
 *
 * Nothing under a name, at any time before a commit has succeeded. A place that cannot un-send what it was sent (an engine
 * that has the last byte) waits in `close()` for the outcome and removes what came.
 */

/** How a layer's bytes are kept. A stored form is told by its content, never by its media type. */
export type Form = 'plain' | 'gzip' | 'zstd'

/** Bytes under way. Consumed once; leaving the loop early releases what is behind it. */
export type Bytes = AsyncIterable<Uint8Array>

/** OCI image-spec, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
  readonly urls?: readonly string[]
  readonly platform?: Platform
}

/**
 * A layer. At least one of the two is known: its `diffId` (digest of the uncompressed tar, its identity) or the form one
 * place keeps it in. Compare layers by `layerKey`, never by object.
 */
export interface Layer {
  readonly diffId?: Digest
  readonly stored?: Descriptor
  /** To be had from elsewhere (`stored.urls`), not to be spread: a manifest may name it where its bytes are not. */
  readonly foreign?: boolean
}

/** What a layer is known by: its stored digest, else its diffId. */
export type LayerKey = Digest

/**
 * An image, as far as its place can tell without moving layers. An index (several platforms under one name) is one whose
 * `parts` are the images it names; it has no layers of its own.
 */
export interface Image {
  /** The place's own handle: the id of an engine's image, the config digest in a file, else the digest of its manifest. */
  readonly id: Digest
  /** The id it has at its source, where labels were added on the way: by them it is another image. */
  readonly was?: Digest
  /** Of its manifest or index, where its place keeps one. */
  readonly digest?: Digest
  /** Its manifest or index, byte for byte, where it is at hand before the walk. Always for an index. */
  readonly manifest?: Uint8Array
  readonly parts?: readonly Image[]
  /** What is no image one can run: carried as it is, byte for byte. */
  readonly kind?: 'attestation' | 'artifact'
  /** Familiar names, `repo:tag`. */
  readonly names: readonly string[]
  readonly platform: Platform
  /** Bottom first. */
  readonly layers: readonly Layer[]
  /** Milliseconds since the epoch. */
  readonly created: number
  /** The config's bytes where they are at hand; an engine gives them only in its stream. */
  readonly config?: Uint8Array
  /** Platforms (`linux/arm64`) that its index names and this place does not hold, where that can be told beforehand. */
  readonly absent?: readonly string[]
}

/** An image's config, and its manifest where the source has one (an engine's older stream has none). Bytes as kept. */
export interface Documents {
  readonly config: Uint8Array
  readonly manifest?: Uint8Array
}

/** What a source hands over, in its own order. */
export type Piece =
  | {
      readonly type: 'layer'
      readonly layer: Layer
      readonly form: Form /** Bytes of this form, when told before. */
      readonly size?: number
      readonly bytes: Bytes
    }
  | {
      readonly type: 'documents'
      readonly image: Image
      readonly documents: Documents
      /** As `Image.absent`, where only the bytes tell. */
      readonly absent?: readonly string[]
    }

export type LayerPiece = Extract<Piece, { type: 'layer' }>

/** A repository that anybody may read. */
export interface Origin {
  readonly host: string
  /** Path below the host: `library/nginx`. */
  readonly path: string
}

/** What a registry is shown by whoever signs in. */
export type SignIn =
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  | { readonly type: 'identity-token'; readonly token: string }
  | { readonly type: 'bearer'; readonly token: string }

/** Where a source may put an image by itself, past this computer: under a tag that its destination takes away again. */
export interface Landing extends Origin {
  readonly tag: string
  /** Only where the person said that the source may know it. */
  readonly signIn?: SignIn
}

export interface Landed {
  /** Of the manifest that is under the tag now. */
  readonly digest: Digest
  /** DiffIds of layers that were there, as far as it was told. */
  readonly there: ReadonlySet<Digest>
}

/** Undefined: it could not, whatever the reason. Of its own it leaves nothing, under the tag it may have left anything. */
export type Give = (
  image: Image,
  landing: Landing,
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
) => Promise<Landed | undefined>

export interface Source {
  /** Puts an image at a registry by itself; present where its bytes would cross the line to this computer and back. */
  readonly give?: Give
  /** Where a destination may fetch the images by itself; absent where a sign-in is needed. */
  readonly origin?: Origin
  /** Indexes whose parts `read` gives one by one, for a destination that takes all platforms of a name at once. */
  readonly indexes?: readonly Image[]
  /** How many pieces may be in work at once; 1 where the bytes come in one stream. */
  readonly parallel: number
  /** What refers to an image (OCI 1.1 `subject`): signatures, attestations, bills of materials. Without names. */
  referrers?(image: Image, signal: AbortSignal): Promise<readonly Image[]>
  /** The images of these ids, in the order asked. @throws image-missing */
  read(ids: readonly Digest[], signal: AbortSignal): Promise<readonly Image[]>
  /**
   * The documents of every image (of an index: of its parts), and the layers whose key is in `wanted`, each once. A source
   * that cannot know a layer's key before its bytes (an engine's containerd store) hands it over all the same. With
   * `parallel` 1 the consumer takes a piece's bytes to their end before it asks for the next piece.
   */
  walk(images: readonly Image[], wanted: ReadonlySet<LayerKey>, signal: AbortSignal): AsyncIterable<Piece>
}

/** A name an image gets, and the name that whoever has it now keeps instead. Familiar form, `repo:tag`. */
export interface Naming {
  readonly name: string
  readonly keepAs?: string
}

/** An image to copy, and the names it gets at the destination. */
export interface Wish {
  readonly image: Image
  readonly names: readonly Naming[]
}

/** An image ready to be shown: everything the destination needs to make it visible. */
export interface CompleteImage {
  readonly type: 'image'
  readonly image: Image
  readonly names: readonly Naming[]
  readonly documents: Documents
  /** Bottom first, as the destination now holds them, or undefined where it held them before and says only that. */
  readonly layers: readonly (Stored | undefined)[]
  /**
   * Under which key each of them was put, undefined where it was not: an engine's containerd store names layers by diffId, and
   * hands them over by the digest of their form.
   */
  readonly came: readonly (LayerKey | undefined)[]
}

/** An index ready to be shown. Its parts have no names. */
export interface CompleteIndex {
  readonly type: 'index'
  readonly image: Image
  readonly names: readonly Naming[]
  readonly parts: readonly CompleteImage[]
}

export type Complete = CompleteImage | CompleteIndex

/** A layer that was put: both identities, proven by reading its bytes. */
export interface Stored {
  readonly diffId: Digest
  readonly form: Form
  readonly digest: Digest
  readonly size: number
}

/** What the copy made visible. */
export interface Done {
  /** `digest`: of the manifest or index it has there, where the place keeps one. */
  readonly images: readonly { readonly id: Digest; readonly names: readonly string[]; readonly digest?: Digest }[]
  /** Names that moved: who had them, by the place's own handle, and what that image is called instead. */
  readonly replaced: readonly { readonly name: string; readonly former?: string; readonly keptAs?: string }[]
  readonly file?: {
    readonly path: string
    readonly size: number
    readonly sha256: string
    readonly readBack: 'disk' | 'cache'
    /** By a password. */
    readonly protected?: boolean
    /** Paths of the parts it is in, in order; absent for one file. */
    readonly parts?: readonly string[]
  }
}

/** What is under way inside a place, for the progress row. `bytes`: of the phase it names. */
export type PlaceEvent =
  | { readonly type: 'storing'; readonly done: number; readonly total: number }
  | { readonly type: 'checking'; readonly done: number; readonly total: number }
  | { readonly type: 'undoing' }

/** What a copy would bring and replace, asked before one is begun. */
export interface Planned {
  /** Keys of the layers that would be brought. */
  readonly missing: ReadonlySet<LayerKey>
  /** False: what the place has is not known for sure, `missing` is an upper bound. */
  readonly exact: boolean
  /** Ids of the images that are there as they are: only names may change. */
  readonly present: ReadonlySet<Digest>
  /** Names that another image has there now, by the place's own handle. `alias`: another name of that image. */
  readonly replaces: readonly {
    readonly name: string
    readonly id: Digest
    readonly created?: number
    readonly alias?: string
  }[]
  /** Names that these very images have there already. */
  readonly same: ReadonlySet<string>
  /** Free bytes there, where that can be told. */
  readonly free?: number
}

/** What went past this computer: bytes that moved, and bytes that were there, as far as those who moved them tell. */
export interface Taken extends Done {
  readonly moved: number
  readonly skipped: number
  /** Config digests, by the source's image id, where they were learnt. */
  readonly configs?: ReadonlyMap<Digest, Digest>
}

export interface Sink {
  /** Fetches the images itself, names and all; undefined when copy() is to bring them. Leaves nothing when it fails. */
  take?(
    origin: Origin,
    wishes: readonly Wish[],
    signal: AbortSignal,
    report: (event: PlaceEvent) => void,
  ): Promise<Taken | undefined>
  /**
   * Has the source put the images here itself, looks at what came, and names it at the end as `commit` does; undefined when
   * copy() is to bring them. Leaves nothing when it fails.
   */
  receive?(
    give: Give,
    wishes: readonly Wish[],
    signal: AbortSignal,
    report: (event: PlaceEvent) => void,
  ): Promise<Taken | undefined>
  readonly takes: {
    /** Stored forms it accepts. A piece in another form is unpacked by copy(). */
    readonly forms: readonly Form[]
    /** The digest and size of a layer must be known before its bytes (a tar header comes first): copy() spools where they are not. */
    readonly sizeFirst: boolean
    /** Whether it can hold an index; else copy() is given one platform. */
    readonly platforms: 'one' | 'many'
    /** How many puts it takes at once. */
    readonly parallel: number
    /** The form it wants layers in that arrive plain: copy() packs them on the way. */
    readonly pack?: 'gzip' | 'zstd'
  }
  /** Looks, and changes nothing. */
  plan(wishes: readonly Wish[], signal: AbortSignal): Promise<Planned>
  begin(wishes: readonly Wish[], signal: AbortSignal, report: (event: PlaceEvent) => void): Promise<Write>
}

export interface Write {
  /** Keys of the layers to bring. */
  readonly missing: ReadonlySet<LayerKey>
  /** In which form it has layers that are not missing, where it knows: what a manifest made anew says of them. */
  readonly held?: ReadonlyMap<LayerKey, Stored>
  /** A folder for copy() to spool one layer in, beside the destination where it has one. */
  readonly spoolDir: string
  /** Takes a layer's bytes to their end. `known`: what is told before the bytes; complete when the sink is `sizeFirst`. */
  put(piece: LayerPiece, known: { readonly digest?: Digest; readonly size?: number }): Promise<void>
  commit(images: readonly Complete[]): Promise<Done | { readonly lacking: readonly LayerKey[] }>
  /** Leaves no trace of what was not committed; also after a failed commit. Never throws. */
  close(): Promise<void>
}

/** The key a layer is compared by: an image keeps its digest only where its layers keep the form they are stored in. */
export function layerKey(layer: Layer): LayerKey {
  const key = layer.stored?.digest ?? layer.diffId
  if (!key) throw new TypeError('a layer is known by its diffId or its stored digest')
  return key
}

/** The images that have layers: the parts of an index, or the image itself. */
export function leaves(image: Image): readonly Image[] {
  return image.parts ?? [image]
}

/** Images and their parts, each by the names it is shown under. */
export function completeImages(images: readonly Complete[]): CompleteImage[] {
  return images.flatMap((complete) => (complete.type === 'index' ? complete.parts : [complete]))
}
