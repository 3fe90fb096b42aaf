import { z } from 'zod'
import { nothing, placeSchema, procedure } from './contract-words.ts'

/** A registry of one's own: the `registry` program, run as a container of a Docker one has. */

/** `store`: keeps what is pushed to it. `cache`: keeps what Docker Hub was asked for through it, and takes no push. */
export const ownModeSchema = z.enum(['store', 'cache'])

export const ownRegistrySchema = z.object({
  /** Of its container. */
  id: z.string(),
  engine: z.string(),
  name: z.string(),
  running: z.boolean(),
  mode: ownModeSchema,
  port: z.number(),
  /** `here`: this computer alone reaches it. */
  reach: z.enum(['here', 'network']),
  /** Names and addresses people type, the first is the one its images are named by. */
  addresses: z.array(z.string()),
  tls: z.boolean(),
  /** `address:port`, as in the names of its images. */
  host: z.string(),
  /** Why it does not run, in the words of the engine or the program. */
  problem: z.string().optional(),
})
export type OwnRegistry = z.infer<typeof ownRegistrySchema>

/** An image that can run as a registry, in the engine itself, or in the Library, from where it is copied first. */
export const ownImageSchema = z.object({
  place: placeSchema,
  id: z.string(),
  names: z.array(z.string()),
  size: z.number(),
})
export type OwnImage = z.infer<typeof ownImageSchema>

export const ownFormSchema = z.object({
  engine: z.string(),
  /** Of an image of that engine. */
  image: z.string(),
  name: z.string(),
  mode: ownModeSchema,
  port: z.number().int().min(1).max(65535),
  reach: z.enum(['here', 'network']),
  addresses: z.array(z.string()),
  tls: z.boolean(),
  /** Without any, everybody who reaches it may read and write. */
  users: z.array(z.object({ name: z.string(), password: z.string() })),
})
export type OwnForm = z.infer<typeof ownFormSchema>

const one = z.object({ engine: z.string(), id: z.string() })

/** What goes when only the newest versions stay. */
export const ownCleanupSchema = z.object({
  repositories: z.array(z.object({ name: z.string(), goes: z.array(z.string()), stays: z.number() })),
})
export type OwnCleanup = z.infer<typeof ownCleanupSchema>

export const own = {
  list: procedure.input(z.object({ engine: z.string() })).output(
    z.object({
      registries: z.array(ownRegistrySchema),
      /** Names of registries that were removed and whose images are kept: one made again by this name has them. */
      kept: z.array(z.string()),
    }),
  ),
  /** Images to run one from, those of the engine first. */
  images: procedure.input(z.object({ engine: z.string() })).output(z.array(ownImageSchema)),
  /** What a form may begin with: a free port, and how other computers may call the engine's. */
  suggest: procedure
    .input(z.object({ engine: z.string() }))
    .output(z.object({ port: z.number(), addresses: z.array(z.string()) })),
  /** Makes it, starts it, waits until it answers, and adds it to the places. Leaves nothing when that fails. @throws own-port, own-image, own-name, own-start */
  create: procedure.input(ownFormSchema).output(z.object({ place: placeSchema, remembered: z.boolean() })),
  start: procedure.input(one).output(nothing),
  stop: procedure.input(one).output(nothing),
  /** `data` false keeps what is in it, for one of the same name made later. */
  remove: procedure.input(one.extend({ data: z.boolean() })).output(nothing),
  users: procedure.input(one).output(z.object({ names: z.array(z.string()) })),
  /** Adds a user, or gives one another password. */
  setUser: procedure.input(one.extend({ name: z.string(), password: z.string() })).output(nothing),
  /** @throws own-last-user: without any it would be open to everybody */
  removeUser: procedure.input(one.extend({ name: z.string() })).output(nothing),
  /** Bytes its images take on the disk of the engine; undefined where the engine does not tell. */
  size: procedure.input(one).output(z.object({ bytes: z.number().optional() })),
  cleanup: procedure.input(one.extend({ keep: z.number().int().min(1) })).output(ownCleanupSchema),
  /** Does what `cleanup` announced, and frees the space: the registry stands still meanwhile. */
  clean: procedure
    .input(one.extend({ keep: z.number().int().min(1) }))
    .output(z.object({ removed: z.number(), won: z.number().optional() })),
  /** One file for another computer: opened, it says what to do; dropped on Caboteur there, it adds the registry. */
  kit: procedure
    .input(one.extend({ language: z.enum(['fr', 'en']) }))
    .output(z.object({ name: z.string(), html: z.string() })),
}
