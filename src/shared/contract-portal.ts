import { z } from 'zod'

/** What a registry's own web says of repositories, beside the images in them: who sees them, who uses them. */

export const visibilitySchema = z.enum(['public', 'private', 'internal', 'unknown'])
/** `internal`: everybody with an account there. `unknown`: the registry does not tell. */
export type Visibility = z.infer<typeof visibilitySchema>

export const repositoryInfoSchema = z.object({
  /** Below the host: `acme/shop`. */
  path: z.string(),
  visibility: visibilitySchema,
  description: z.string().optional(),
  /** Markdown, as written there. */
  readme: z.string().optional(),
  pulls: z.number().optional(),
  stars: z.number().optional(),
  /** Milliseconds since the epoch. */
  pushed: z.number().optional(),
  /** Bytes of everything in it, where that is told. */
  size: z.number().optional(),
  /** Addresses on the registry's web, for what is done there. */
  pages: z.object({
    page: z.string().optional(),
    settings: z.string().optional(),
    members: z.string().optional(),
    webhooks: z.string().optional(),
  }),
})
export type RepositoryInfo = z.infer<typeof repositoryInfoSchema>

/** A name or an organisation whose repositories an account may have. */
export const namespaceSchema = z.object({
  name: z.string(),
  own: z.boolean(),
  /** How many private repositories it has and may have, where that is limited and told. */
  privates: z.object({ used: z.number(), limit: z.number() }).optional(),
})
export type Namespace = z.infer<typeof namespaceSchema>
