import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { choiceSchema } from './contract-portal.ts'
import { errorSchema, placeSchema, platformSchema, procedure, wantedSchema } from './contract-words.ts'

/** Publishing: what is known of images and of the repositories they go to, what is checked before, and the start. */

/** A registry as one of its accounts sees it. */
const targetSchema = z.object({ host: z.string(), account: z.string().optional() })

/** An image that may be published. */
export const publishableSchema = z.object({
  id: z.string(),
  /** Of an index: of its first platform. */
  labels: z.record(z.string(), z.string()),
  platforms: z.array(platformSchema),
  created: z.number(),
  /** No image one runs: it gets no labels. */
  artifact: z.boolean(),
})
export type Publishable = z.infer<typeof publishableSchema>

/** Where images of a repository were published last. */
export const publishedSchema = z.object({
  /** What the repository is called where the images come from: `acme/shop`. */
  source: z.string(),
  destinations: z.array(targetSchema.extend({ path: z.string() })),
})
export type Published = z.infer<typeof publishedSchema>

/** A tag that is there, of those asked about. */
export const tagThereSchema = z.object({
  tag: z.string(),
  digest: z.string(),
  /** Milliseconds since the epoch; 0 where the image says no date. */
  created: z.number(),
  /** Another tag of that very image, the most telling one that was found. */
  alias: z.string().optional(),
  /** What the image calls its own version. */
  version: z.string().optional(),
})
export type TagThere = z.infer<typeof tagThereSchema>

export const thereSchema = z.object({
  /** The tags of the repository; absent where it does not tell, or not to this account. */
  tags: z.array(z.string()).optional(),
  named: z.array(tagThereSchema),
})
export type There = z.infer<typeof thereSchema>

/** What is looked at before something is sent, in the order it is shown. */
export const CHECKS = ['name', 'tag', 'visibility', 'size', 'platform', 'secrets', 'labels'] as const
export type CheckId = (typeof CHECKS)[number]

/** Everything a check may find. */
export const FINDINGS = [
  'name-wrong',
  'tag-wrong',
  'tag-latest',
  'tag-latest-alone',
  'repository-by-hand',
  'repository-quota',
  'repository-other',
  'repository-public',
  'repository-seen',
  'layer-too-large',
  'layer-maybe-too-large',
  'size',
  'platforms',
  'platform-arm',
  'platform-windows',
  'platform-absent',
  'secret-env',
  'secret-label',
  'secret-step',
  'labels-missing',
] as const
export type FindingId = (typeof FINDINGS)[number]

export const findingSchema = z.object({
  id: z.enum(FINDINGS),
  /** `stop`: it cannot be sent so. `warn`: it can, and a person should have read this. */
  level: z.enum(['info', 'warn', 'stop']),
  /** The image it is about, where that is not all of them. */
  image: z.string().optional(),
  /** What its sentence is made of; never a secret's value. */
  parts: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Finding = z.infer<typeof findingSchema>

export const checkEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('checked'), check: z.enum(CHECKS), findings: z.array(findingSchema) }),
  /** It could not be looked at. */
  z.object({ type: z.literal('failed'), check: z.enum(CHECKS), error: errorSchema }),
])
export type CheckEvent = z.infer<typeof checkEventSchema>

/** Repositories to be made before anything is sent, where there are none. */
const createSchema = z.array(z.object({ path: z.string(), visibility: choiceSchema }))

const destinationSchema = z.object({ to: targetSchema, images: z.array(wantedSchema).min(1), create: createSchema })
export type PublishDestination = z.infer<typeof destinationSchema>

export const publishProcedures = {
  look: procedure
    .input(z.object({ from: placeSchema, ids: z.array(z.string()).min(1), sources: z.array(z.string()) }))
    .output(z.object({ images: z.array(publishableSchema), published: z.array(publishedSchema) })),
  /** What a repository has of these tags. One that does not exist has none. */
  there: procedure
    .input(targetSchema.extend({ path: z.string(), wanted: z.array(z.string()).max(100) }))
    .output(thereSchema),
  /** One event for each check, as it ends. */
  checks: procedure
    .input(destinationSchema.extend({ from: placeSchema, platforms: z.array(z.string()).optional() }))
    .output(eventIterator(checkEventSchema)),
  /**
   * Makes the repositories that are not there, and starts a copy to each destination. One that cannot begin does not keep
   * the others from it. A repository that was made stays, empty, when its copy fails: another try uses it.
   */
  start: procedure
    .input(
      z.object({
        from: placeSchema,
        platforms: z.array(z.string()).optional(),
        destinations: z.array(destinationSchema).min(1),
        /** To be proposed the next time. */
        published: z.array(publishedSchema),
      }),
    )
    .output(
      z.array(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('started'), id: z.string(), created: z.array(z.string()) }),
          z.object({ type: z.literal('refused'), error: errorSchema, created: z.array(z.string()) }),
        ]),
      ),
    ),
}
