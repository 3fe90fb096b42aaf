import { oc } from '@orpc/contract'
import { z } from 'zod'
import { ERROR_CODES } from './errors.ts'
import { OCI_LABELS } from './labels.ts'

/** The words that all parts of the contract use. */

export const digest = z.string()

export const platformSchema = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
export type Platform = z.infer<typeof platformSchema>

/** A place that may have what a damaged file lacks: another copy of it, a Docker, a folder, a version in a registry. */
export const donorSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('archive'), path: z.string() }),
  z.object({ type: z.literal('engine'), engine: z.string() }),
  z.object({ type: z.literal('layout'), path: z.string() }),
  z.object({
    type: z.literal('registry'),
    host: z.string(),
    account: z.string().optional(),
    repository: z.string(),
    reference: z.string(),
  }),
])
export type DonorRef = z.infer<typeof donorSchema>

/** A place, as the window names it. An engine by the name of its docker context (`default` for the one docker uses). */
export const placeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('engine'), engine: z.string() }),
  /** `beside`: what can be saved of it, damaged as it may be, with what these places have of it. */
  z.object({ type: z.literal('archive'), path: z.string(), beside: z.array(donorSchema).optional() }),
  /** A folder in OCI image layout: the Library, or one on a drive. */
  z.object({ type: z.literal('layout'), path: z.string() }),
  /**
   * Names begin with the host. As the source of a copy, and for its contents, the repository is named too. `account`: who is
   * asked to sign in, of those kept for this host; without it the first of them, else docker's own, else nobody.
   */
  z.object({
    type: z.literal('registry'),
    host: z.string(),
    account: z.string().optional(),
    repository: z.string().optional(),
  }),
  /** A folder of image files: shown and searched; what is copied is copied from the file (`archive`). */
  z.object({ type: z.literal('files'), path: z.string() }),
])
export type PlaceRef = z.infer<typeof placeSchema>

/** One image in one place. */
export const spotSchema = z.object({ place: placeSchema, id: z.string() })
export type Spot = z.infer<typeof spotSchema>

/** A container, where images are spoken of. */
export const containerSchema = z.object({ id: z.string(), name: z.string(), running: z.boolean() })
export type ContainerRef = z.infer<typeof containerSchema>

/** A name that moved to another image. `keptAs`: the name the former image kept; `containers`: those still made from it. */
export const replacedSchema = z.object({
  name: z.string(),
  former: z.string().optional(),
  keptAs: z.string().optional(),
  containers: z.array(containerSchema),
  /** Older kept versions of this name that were removed because more than the wished number had gathered. */
  dropped: z.array(z.string()),
})
export type Replaced = z.infer<typeof replacedSchema>
/** One image of a copy, and the names it gets there. `keepAs`: the name the image that has `name` now keeps instead. */
export const wantedSchema = z.object({
  id: z.string(),
  /** Where it is, when it comes from a place of several: a repository of the registry, a file of the folder. */
  place: placeSchema.optional(),
  names: z.array(z.object({ name: z.string(), keepAs: z.string().optional() })),
  /** Labels it gets on the way where it has none of that name: by them it becomes another image. @throws labels-refused */
  labels: z.partialRecord(z.enum(OCI_LABELS), z.string().max(1000)).optional(),
})
export type Wanted = z.infer<typeof wantedSchema>

export const errorSchema = z.object({
  code: z.enum(ERROR_CODES),
  parts: z.record(z.string(), z.union([z.string(), z.number()])),
  raw: z.string().optional(),
})

/** Every procedure may fail with an AppError, carried as the typed error FAILED. */
export const procedure = oc.errors({ FAILED: { data: errorSchema } })
export const nothing = z.object({})
