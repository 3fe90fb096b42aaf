import { z } from 'zod'

/**
 * The delivery note that lies beside a saved file as `FILE.note.json`: what is in the file, by digests that any tool can
 * compare, and how to know that it is whole. A change that older readers would misread makes another `version`.
 */

/** So that a file of a stranger's cannot fill the memory. */
const text = z.string().max(4096)
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const size = z.number().int().nonnegative()

export const noteLayerSchema = z.object({
  diffId: digest,
  /** As the file keeps it; absent of a layer that is not in the file, because the receiver has it. */
  digest: digest.optional(),
  size: size.optional(),
})

/** One image that runs, on one platform. */
export const notePlatformSchema = z.object({
  /** `linux/arm64/v8` */
  platform: text,
  /** Its id in a classic engine, and what proves its layers: it names every diffId. */
  config: digest,
  /** Its id in a containerd store; absent where layers are missing, for then the file has none. */
  manifest: digest.optional(),
  /** Bytes of its layers in the file. */
  size,
  /** When it was built, as it says itself. */
  created: text.optional(),
  labels: z.record(text, z.string().max(1 << 20)),
  /** Bottom first. */
  layers: z.array(noteLayerSchema).max(10_000),
})
export type NotePlatform = z.infer<typeof notePlatformSchema>

export const noteImageSchema = z.object({
  /** Familiar, `repo:tag`; none for an image without a name. */
  names: z.array(text).max(1000),
  /** Of its manifest or index; absent where that is not in the file. */
  digest: digest.optional(),
  platforms: z.array(notePlatformSchema).max(100),
})
export type NoteImage = z.infer<typeof noteImageSchema>

const pieceSchema = z.object({ name: text, size, sha256 })

export const deliveryNoteSchema = z.object({
  kind: z.literal('caboteur-delivery-note'),
  version: z.literal(1),
  made: z.object({
    /** ISO 8601, UTC. */
    at: text,
    /** What the machine is called: its host name, unless a person said otherwise. */
    computer: text,
    /** `Caboteur 1.0.0` */
    by: text,
  }),
  file: pieceSchema.extend({
    compression: z.enum(['none', 'gzip', 'zstd', 'bzip2']),
    /** OpenPGP with a password around all of it. */
    protected: z.boolean(),
    /** In the order of their bytes; absent for a file in one piece. */
    parts: z.array(pieceSchema).max(100_000).optional(),
    /** The file of sums beside it. */
    sums: text,
  }),
  images: z.array(noteImageSchema).max(100_000),
  /** Who signed it, where `FILE.note.json.asc` lies beside: an armored OpenPGP key. */
  signer: z.object({ fingerprint: z.string().regex(/^[0-9A-F]{40}$/), key: z.string().max(65_536) }).optional(),
})
export type DeliveryNote = z.infer<typeof deliveryNoteSchema>

/** A fingerprint in groups of four, as it is read aloud. */
export function groupedFingerprint(fingerprint: string): string {
  return fingerprint.replaceAll(/(.{4})(?=.)/g, '$1 ')
}

/** What lies beside a file of this name. */
export const BESIDE = {
  text: (file: string): string => `${file}.note.txt`,
  json: (file: string): string => `${file}.note.json`,
  signature: (file: string): string => `${file}.note.json.asc`,
  key: (file: string): string => `${file}.note.key.asc`,
  inspection: (file: string): string => `${file}.inspect.json`,
  inspectionText: (file: string): string => `${file}.inspect.txt`,
} as const

const BESIDE_NAME = /^(.+)\.(?:note\.(?:txt|json|json\.asc|key\.asc)|inspect\.(?:json|txt))$/i

/** The file that a note, its signature or an inspection lies beside; undefined for any other name. */
export function besideOf(name: string): string | undefined {
  return BESIDE_NAME.exec(name)?.[1]
}
