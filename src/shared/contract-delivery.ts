import { z } from 'zod'
import { nothing, procedure } from './contract-words.ts'

/** What lies beside a saved file, who made one that is opened, and lists of images that are dropped. */

/** What a save puts beside its file, beside the sums. */
export const besideWishSchema = z.object({
  /** Of what a person reads there. */
  language: z.enum(['en', 'fr']),
  /** The delivery note. */
  note: z.enum(['none', 'text', 'json', 'both']),
  /** What the note calls this machine; its host name where nothing is said. */
  computer: z.string().trim().min(1).max(100).optional(),
  /** `charger.sh` and `charger.cmd`: they check, join and load without this app. */
  scripts: z.boolean(),
  /** Everything the images say of themselves, as JSON and for a person. */
  inspection: z.boolean(),
  /** The JSON note is signed by this machine's key. */
  sign: z.boolean(),
})
export type BesideWish = z.infer<typeof besideWishSchema>

/** This machine's key, without its secret. */
export const signerSchema = z.object({
  /** 40 hex digits. */
  fingerprint: z.string(),
  /** The machine's name when the key was made. */
  name: z.string(),
  /** Armored; the key that others verify with. */
  key: z.string(),
})
export type Signer = z.infer<typeof signerSchema>

/** A machine whose signature the person trusts. */
export const trustedSignerSchema = z.object({ fingerprint: z.string(), name: z.string(), since: z.number() })
export type TrustedSigner = z.infer<typeof trustedSignerSchema>

export const aboutNoteSchema = z.object({
  computer: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  by: z.string(),
  /** `own`: this machine's key. `known`: the person trusts it. `unknown`: right, by a key nobody here knows. `bad`: not of this note. */
  signature: z.discriminatedUnion('type', [
    z.object({ type: z.literal('none') }),
    z.object({ type: z.literal('own'), fingerprint: z.string() }),
    z.object({ type: z.literal('known'), fingerprint: z.string(), name: z.string() }),
    z.object({ type: z.literal('unknown'), fingerprint: z.string() }),
    z.object({ type: z.literal('bad') }),
  ]),
  /** Names of files and images that are not as the note says. */
  changed: z.array(z.string()),
})
export type AboutNote = z.infer<typeof aboutNoteSchema>

export const listedSchema = z.object({
  /** `service`: of a compose file. */
  images: z.array(z.object({ name: z.string(), service: z.string().optional() })),
  /** Services that are built and name no image. */
  built: z.array(z.string()),
  /** Variables without a value here and without a default: what they name is left out. */
  unset: z.array(z.string()),
  /** Lines or values that name no image. */
  unread: z.array(z.string()),
})
export type Listed = z.infer<typeof listedSchema>

export const delivery = {
  /**
   * What the delivery note beside an image file says, compared with the file as it was opened; absent where there is none.
   * `otherSums`: files beside it whose sums are of a kind that is not compared.
   */
  about: procedure
    .input(z.object({ path: z.string() }))
    .output(z.object({ note: aboutNoteSchema.optional(), otherSums: z.array(z.string()) })),
  /** Trusts the key that signed the note beside this file. @throws signature-changed when it is another by now */
  trust: procedure.input(z.object({ path: z.string(), fingerprint: z.string() })).output(nothing),
  trusted: procedure.input(nothing).output(z.array(trustedSignerSchema)),
  distrust: procedure.input(z.object({ fingerprint: z.string() })).output(nothing),
  /** This machine's key; absent where none was made. */
  signer: procedure.input(nothing).output(z.object({ signer: signerSchema.optional() })),
  /** Makes this machine's key where there is none. @throws signature-keychain */
  makeSigner: procedure.input(z.object({ name: z.string().trim().min(1).max(100) })).output(signerSchema),
  /** Deletes this machine's key; what it signed stays signed. */
  forgetSigner: procedure.input(nothing).output(nothing),
  /** The images that a compose file or a list names. `env`: lines of a `.env` that was given with it. */
  listed: procedure
    .input(
      z.object({
        name: z.string(),
        text: z.string().max(4 << 20),
        env: z
          .string()
          .max(1 << 20)
          .optional(),
      }),
    )
    .output(listedSchema),
}
