import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { repositoryInfoSchema } from './contract-portal.ts'
import { digest, nothing, placeSchema, procedure } from './contract-words.ts'

/** Finding images in registries, and what is newer there. Nothing asked here counts as a download at Docker Hub. */

/** Docker's own list of what is official; a publisher it has verified; open source it sponsors. */
export const badgeSchema = z.enum(['official', 'verified', 'sponsored'])
export type Badge = z.infer<typeof badgeSchema>

export const hubFindSchema = z.object({
  /** At Docker Hub: `library/nginx`. */
  path: z.string(),
  description: z.string(),
  publisher: z.string().optional(),
  badge: badgeSchema.optional(),
  stars: z.number(),
  /** `least`: it says only that there are that many or more. */
  pulls: z.object({ count: z.number(), least: z.boolean() }).optional(),
  /** Milliseconds since the epoch. */
  updated: z.number().optional(),
  /** As docker writes them, `arm64`; empty where it is not told. */
  architectures: z.array(z.string()),
  archived: z.boolean(),
})
export type HubFind = z.infer<typeof hubFindSchema>

export const hubQuestionSchema = z.object({
  words: z.string().max(200),
  badges: z.array(badgeSchema).optional(),
  /** `linux/arm64`: only what runs there. */
  platform: z.string().optional(),
  /** At least so many. */
  stars: z.number().int().min(0).optional(),
  sort: z.enum(['best', 'pulls', 'updated']).optional(),
  /** Where the page before ended (`next`). */
  from: z.number().int().min(0).optional(),
})
export type HubQuestion = z.infer<typeof hubQuestionSchema>

export const hubAnswerSchema = z.object({
  found: z.array(hubFindSchema),
  total: z.number().optional(),
  /** There are more. */
  next: z.number().optional(),
  /** Docker Hub's older search answered: it knows which are official, no other badge and no platform. */
  older: z.boolean(),
})
export type HubAnswer = z.infer<typeof hubAnswerSchema>

/** A repository as one of the accounts of its registry sees it. */
export const repositoryRefSchema = z.object({
  host: z.string(),
  account: z.string().optional(),
  repository: z.string(),
})
export type RepositoryRef = z.infer<typeof repositoryRefSchema>

/** What its page tells. `source`: where the people who make it work, as the page itself says. */
export const hubRepositorySchema = repositoryInfoSchema.extend({ source: z.string().optional(), archived: z.boolean() })
export type HubRepository = z.infer<typeof hubRepositorySchema>

export const offeredSchema = z.object({
  /** Absent for what was asked for by its digest. */
  tag: z.string().optional(),
  /** Of the manifest or index. */
  digest: digest.optional(),
  /** `linux/arm64`, with the digest of that platform's own manifest; empty where it is not told without a download. */
  platforms: z.array(z.object({ platform: z.string(), digest: digest.optional(), size: z.number().optional() })),
  /** Bytes of its layers as kept there, of all platforms. */
  size: z.number().optional(),
  /** Milliseconds since the epoch. */
  pushed: z.number().optional(),
})
/** A version as a registry offers it. */
export type Offered = z.infer<typeof offeredSchema>

export const offersSchema = z.object({
  offers: z.array(offeredSchema),
  total: z.number().optional(),
  /** There are more: where this page ended. */
  next: z.number().optional(),
})
export type Offers = z.infer<typeof offersSchema>

export const pullLimitSchema = z.object({
  limit: z.number(),
  remaining: z.number(),
  /** Seconds in which so many are allowed. */
  window: z.number().optional(),
  /** Milliseconds since the epoch: when it begins anew, where that is told. */
  until: z.number().optional(),
  /** When it was told. */
  at: z.number(),
})
export type PullLimit = z.infer<typeof pullLimitSchema>

/** A name whose image at its registry is another one than here. */
export const newerSchema = z.object({
  place: placeSchema,
  /** The image that has the name here. */
  id: z.string(),
  name: z.string(),
  /** What the registry has under it now. */
  digest,
})
export type Newer = z.infer<typeof newerSchema>

export const lookedSchema = z.object({
  newer: z.array(newerSchema),
  /** Names whose image is the same there. */
  same: z.number(),
  /** Names nobody can tell of: it is not known which image there it was. */
  unclear: z.number(),
  /** Names that are in no registry, or in none one may look into. */
  absent: z.number(),
  /** Registries that did not answer, or had enough; nothing more was asked there. */
  silent: z.array(z.string()),
  /** Names left out: there were more than are asked about at once. */
  left: z.number(),
})
export type Looked = z.infer<typeof lookedSchema>

export const getProcedures = {
  /** @throws registry-… of Docker Hub */
  search: procedure.input(hubQuestionSchema).output(hubAnswerSchema),
  /** Docker Hub's page of a repository; absent where there is none, or another registry's. */
  repository: procedure.input(repositoryRefSchema).output(z.object({ page: hubRepositorySchema.optional() })),
  /** Versions of a repository, the newest first; `filter`: tags with these letters in them. */
  offers: procedure
    .input(repositoryRefSchema.extend({ filter: z.string().optional(), from: z.number().int().min(0).optional() }))
    .output(offersSchema),
  /** One version by tag or digest. @throws registry-manifest-unknown, registry-name-unknown, registry-denied … */
  resolve: procedure
    .input(repositoryRefSchema.extend({ tag: z.string().optional(), digest: digest.optional() }))
    .output(offeredSchema.extend({ digest })),
  /** How many downloads a registry still allows, where it tells. */
  limit: procedure
    .input(z.object({ host: z.string(), account: z.string().optional() }))
    .output(z.object({ limit: pullLimitSchema.optional() })),
  /** Asks the registries what they have under the names of a place's images. `ids`: of these alone. */
  look: procedure.input(z.object({ place: placeSchema, ids: z.array(z.string()).optional() })).output(lookedSchema),
  /** What was found newer, again whenever that changes. */
  watchNewer: procedure.input(nothing).output(eventIterator(z.array(newerSchema))),
}
