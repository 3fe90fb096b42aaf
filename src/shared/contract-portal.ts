import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { errorSchema, nothing, procedure } from './contract-words.ts'
import { REGISTRY_KINDS } from './registry-kinds.ts'

/** What a registry's own web says of repositories, beside the images in them: who sees them, who uses them. */

export const visibilitySchema = z.enum(['public', 'private', 'internal', 'unknown'])
/** `internal`: everybody with an account there. `unknown`: the registry does not tell. */
export type Visibility = z.infer<typeof visibilitySchema>

/** What one may choose between; `internal` is a registry's own and is chosen on its web. */
export const choiceSchema = z.enum(['public', 'private'])
export type VisibilityChoice = z.infer<typeof choiceSchema>

/** Addresses on the registry's web, for what is done there. */
const pagesSchema = z.object({
  page: z.string().optional(),
  settings: z.string().optional(),
  members: z.string().optional(),
  webhooks: z.string().optional(),
})
export type Pages = z.infer<typeof pagesSchema>

export const repositoryInfoSchema = z.object({
  /** Below the host: `acme/shop`. */
  path: z.string(),
  visibility: visibilitySchema,
  /** The project or owner that the visibility is of, with all its repositories; absent: of this repository alone. */
  shared: z.string().optional(),
  description: z.string().optional(),
  /** Markdown, as written there; a list may leave it out. */
  readme: z.string().optional(),
  pulls: z.number().optional(),
  stars: z.number().optional(),
  /** Milliseconds since the epoch. */
  pushed: z.number().optional(),
  /** Bytes of everything in it, where that is told. */
  size: z.number().optional(),
  pages: pagesSchema,
})
export type RepositoryInfo = z.infer<typeof repositoryInfoSchema>

/** How many private repositories a name has and may have. */
const quotaSchema = z.object({ used: z.number(), limit: z.number() })
export type Quota = z.infer<typeof quotaSchema>

/** A name or an organisation whose repositories an account may have. */
export const namespaceSchema = z.object({
  /** '' where names are free: a registry that is all one's own. */
  name: z.string(),
  own: z.boolean(),
  /** Where private repositories are limited, and that is told. */
  privates: quotaSchema.optional(),
})
export type Namespace = z.infer<typeof namespaceSchema>

/** What of a registry's web this account can be offered here; what is absent is done on `pages`, or not at all. */
export const abilitiesSchema = z.object({
  kind: z.enum(REGISTRY_KINDS),
  /** `portal.mine` has namespaces and repositories. */
  list: z.boolean(),
  /** `portal.create`, and what may be chosen there; [] where it is absent. */
  create: z.array(choiceSchema),
  /** `project`: what is made is what repositories are below, and they come with a push. */
  makes: z.enum(['repository', 'project']),
  /** `portal.change` of the visibility. */
  visibility: z.boolean(),
  /** `portal.change` of these texts; the most characters they may have, where that is known. */
  description: z.object({ limit: z.number().optional() }).optional(),
  readme: z.object({ limit: z.number().optional() }).optional(),
  pages: z.object({
    /** Where repositories are made by hand. */
    create: z.string().optional(),
    /** The account's own repositories on the registry's web. */
    home: z.string().optional(),
  }),
})
export type Abilities = z.infer<typeof abilitiesSchema>

/** How a repository comes to be that is not there yet. */
export const creationSchema = z.discriminatedUnion('by', [
  /** A push makes it, and this is who sees it then. */
  z.object({ by: z.literal('push'), visibility: visibilitySchema }),
  /**
   * `portal.create` makes it, before a push; the first of `choices` is the one to propose. `push`: who would see it if a push
   * alone made it; absent: a push alone is refused.
   */
  z.object({ by: z.literal('api'), choices: z.array(choiceSchema).min(1), push: visibilitySchema.optional() }),
  /** A person makes it on the registry's web (`page`), before a push. */
  z.object({ by: z.literal('hand'), page: z.string().optional() }),
])
export type Creation = z.infer<typeof creationSchema>

/** Where an image would be sent, before it is. */
export const standingSchema = z.object({
  /** `unknown`: the registry does not tell, or not to this account. */
  exists: z.union([z.boolean(), z.literal('unknown')]),
  info: repositoryInfoSchema.optional(),
  /** What to do where it does not exist, or nobody knows. */
  creation: creationSchema,
  /** Who sees the repository; where there is none, who would if a push alone made it. */
  visibility: visibilitySchema,
  /** Whether the account may push below this name: its own or its organisations', somebody else's, or nobody knows. */
  namespace: z.enum(['mine', 'other', 'unknown']),
  /** Of the namespace. Full when `used >= limit`: a private repository is refused. */
  privates: quotaSchema.optional(),
  abilities: abilitiesSchema,
})
export type Standing = z.infer<typeof standingSchema>

export const mineEventSchema = z.discriminatedUnion('type', [
  /** The first, always. */
  z.object({ type: z.literal('abilities'), abilities: abilitiesSchema }),
  /** All of them. */
  z.object({ type: z.literal('namespaces'), namespaces: z.array(namespaceSchema) }),
  /** More of them. */
  z.object({ type: z.literal('repositories'), repositories: z.array(repositoryInfoSchema) }),
  /** The repositories of one namespace could not be read; those of the others are. Without one: the sign-in opens no list. */
  z.object({ type: z.literal('failed'), namespace: z.string().optional(), error: errorSchema }),
])
export type MineEvent = z.infer<typeof mineEventSchema>

/** A registry as one of its accounts sees it; without one, as in a place. */
const atSchema = z.object({ host: z.string(), account: z.string().optional() })
const repositoryAtSchema = atSchema.extend({ path: z.string() })

export const portalProcedures = {
  /** The repositories of an account and of its organisations, as they come. Ends with `abilities` where there is no list. */
  mine: procedure.input(atSchema).output(eventIterator(mineEventSchema)),
  /** One repository, there or not yet: asked before anything is sent. What a registry does not tell is `unknown`. */
  repository: procedure.input(repositoryAtSchema).output(standingSchema),
  /** Makes an empty repository. @throws registry-refused; registry-unsupported where `abilities.create` is empty */
  create: procedure
    .input(repositoryAtSchema.extend({ visibility: choiceSchema, description: z.string().optional() }))
    .output(nothing),
  /** Changes what is given and nothing else. @throws registry-unsupported for what `abilities` does not have */
  change: procedure
    .input(
      repositoryAtSchema.extend({
        visibility: choiceSchema.optional(),
        description: z.string().optional(),
        readme: z.string().optional(),
      }),
    )
    .output(nothing),
}
