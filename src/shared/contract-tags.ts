import { z } from 'zod'
import { errorSchema, placeSchema, procedure, replacedSchema } from './contract-words.ts'
import { STRATEGIES } from './versions.ts'

/** The tags of one repository in one place: what they named, what changing them would do, and doing it. */

/** `repository` in familiar form, as in the names of images: `acme/shop`, `localhost:5000/shop`. */
const repositorySchema = z.object({ place: placeSchema, repository: z.string() })

export const tagOperationSchema = z.discriminatedUnion('type', [
  /** Gives a tag to an image, new or from another. `keepAs`: the tag its former image keeps instead. */
  z.object({ type: z.literal('give'), tag: z.string(), id: z.string(), keepAs: z.string().optional() }),
  z.object({ type: z.literal('rename'), tag: z.string(), to: z.string(), keepAs: z.string().optional() }),
  z.object({ type: z.literal('remove'), tag: z.string() }),
])

/** How a tag came to name what it named. `seen`: something else did it, and it was seen at that time. */
export const TAG_DEEDS = ['seen', 'tagged', 'copied', 'published', 'back', 'kept', 'removed'] as const
export type TagDeed = (typeof TAG_DEEDS)[number]

export const tagPastSchema = z.object({
  tag: z.string(),
  /** The image it named, by the place's own handle; '' while there was no such tag. */
  id: z.string(),
  how: z.enum(TAG_DEEDS),
  /** Milliseconds since the epoch. For `seen`: at the latest since then. */
  since: z.number(),
  /** Absent for what it names now. */
  until: z.number().optional(),
  /** The image is still there: the tag can go back to it. */
  there: z.boolean(),
  /** What that image is called now, the most telling first. */
  names: z.array(z.string()),
})
export type TagPast = z.infer<typeof tagPastSchema>

/** What becomes of one tag. Without `from` it is new, without `to` it goes. */
export const tagChangeSchema = z.object({
  tag: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  /** It is what an image keeps instead of this tag. */
  keeps: z.string().optional(),
})
export type TagChanged = z.infer<typeof tagChangeSchema>

/**
 * What an image without a name comes to. `nameless`: it stays, known by its id alone, until somebody makes room. `removed`:
 * Docker removes an image with its last name. `untagged`: the registry keeps it by its digest until its clean-up.
 */
export const lostSchema = z.object({
  id: z.string(),
  /** Its names now. */
  names: z.array(z.string()),
  fate: z.enum(['nameless', 'removed', 'untagged']),
  /** Containers made from it: Docker then refuses to remove it. */
  containers: z.array(z.string()),
})
export type LostImage = z.infer<typeof lostSchema>

export const tagsPlanSchema = z.object({
  changes: z.array(tagChangeSchema),
  images: z.array(
    z.object({
      id: z.string(),
      /** Tags of this repository. */
      before: z.array(z.string()),
      after: z.array(z.string()),
      elsewhere: z.array(z.string()),
    }),
  ),
  lost: z.array(lostSchema),
  /** Whether a tag alone can be taken away here. `denied`: not by this account. */
  removes: z.enum(['yes', 'no', 'denied']),
})
export type TagsPlan = z.infer<typeof tagsPlanSchema>

/** What the person was shown: who has each tag that changes ('' for nobody), and which images lose their last name. */
const shownSchema = z.object({ expected: z.record(z.string(), z.string()), accepted: z.array(z.string()) })

export const tagsDoneSchema = z.object({
  /** What was done. Of a failure: nothing, or what could not be taken back. */
  changes: z.array(tagChangeSchema),
  /** Tags that moved from an image which is still there. */
  replaced: z.array(replacedSchema),
  /** Why it was not all done. What had been done was taken back, but for `changes`. */
  error: errorSchema.optional(),
})
export type TagsDone = z.infer<typeof tagsDoneSchema>

/** How a repository was tagged last. */
export const tagSchemeSchema = z.object({
  strategies: z.array(z.enum(STRATEGIES)),
  /** The environments that were chosen. */
  environments: z.array(z.string()),
  /** Dates with their minute. */
  minutes: z.boolean(),
})
export type TagScheme = z.infer<typeof tagSchemeSchema>

export const tagsProcedures = {
  /** What tags named, newest first; of one tag, or of all of the repository. */
  history: procedure.input(repositorySchema.extend({ tag: z.string().optional() })).output(z.array(tagPastSchema)),
  /** Every tag that was ever seen or given in a repository, those that are gone too. */
  known: procedure.input(repositorySchema).output(z.array(z.string())),
  /** What operations, meant of the tags as they are now, do together. Changes nothing. @throws name-invalid, name-unclear, image-changed */
  plan: procedure.input(repositorySchema.extend({ operations: z.array(tagOperationSchema) })).output(tagsPlanSchema),
  /** Does them all, or takes back what it did and says why. @throws image-changed, tag-last before anything is done */
  apply: procedure
    .input(repositorySchema.extend({ operations: z.array(tagOperationSchema).min(1) }).extend(shownSchema.shape))
    .output(tagsDoneSchema),
  /** A tag back to an image it named before. @throws tag-gone when that image is not there any more; as `apply` */
  rollBack: procedure
    .input(
      repositorySchema
        .extend({ tag: z.string(), id: z.string(), keepAs: z.string().optional() })
        .extend(shownSchema.shape),
    )
    .output(tagsDoneSchema),
  /** How a repository was tagged last, in whichever place; absent where it never was. */
  scheme: procedure
    .input(z.object({ repository: z.string() }))
    .output(z.object({ scheme: tagSchemeSchema.optional() })),
  keepScheme: procedure.input(z.object({ repository: z.string(), scheme: tagSchemeSchema })).output(z.object({})),
}
