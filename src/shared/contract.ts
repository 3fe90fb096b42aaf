import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { accountProcedures } from './contract-accounts.ts'
import { besideWishSchema, delivery } from './contract-delivery.ts'
import { doctorProcedures } from './contract-doctor.ts'
import { getProcedures } from './contract-get.ts'
import { own } from './contract-own.ts'
import { portalProcedures } from './contract-portal.ts'
import { publishProcedures } from './contract-publish.ts'
import { tagsProcedures } from './contract-tags.ts'
import {
  containerSchema,
  digest,
  errorSchema,
  nothing,
  placeSchema,
  platformSchema,
  procedure,
  replacedSchema,
  spotSchema,
  wantedSchema,
} from './contract-words.ts'
import { ERROR_CODES } from './errors.ts'
import { REGISTRY_KINDS } from './registry-kinds.ts'

export * from './contract-tags.ts'
export {
  type ContainerRef,
  containerSchema,
  type DonorRef,
  errorSchema,
  type PlaceRef,
  type Platform,
  placeSchema,
  platformSchema,
  type Replaced,
  replacedSchema,
  type Spot,
  spotSchema,
  type Wanted,
  wantedSchema,
} from './contract-words.ts'

/**
 * What the window and its host say to each other. Requests answer once; procedures named `watch…` and `open…` are
 * streams that end when the caller stops listening. Everything here is plain data.
 */

// ---- the host -------------------------------------------------------------------------------------------------------

export const hostSchema = z.object({
  version: z.string(),
  os: z.enum(['linux', 'darwin', 'win32', 'other']),
  computer: z.string(),
  /** Folder of the Library: the layout that is there without Docker. */
  library: z.string(),
  /** What this host can do; the page adapts to what is absent. */
  can: z.object({
    /** Native open and save dialogs (`files.pick`), and real paths of dropped files. */
    dialogs: z.boolean(),
    /** Our own folder chooser (`files.list`), uploads (`PUT /upload?name=`) and downloads (`GET /download/<transfer id>`). */
    browse: z.boolean(),
    /** `files.reveal` shows a file in the system's file manager. */
    reveal: z.boolean(),
    /** `engines.start` may start Docker here: the person sits at this computer, or is its administrator. */
    start: z.boolean(),
  }),
})
export type HostInfo = z.infer<typeof hostSchema>

// ---- engines --------------------------------------------------------------------------------------------------------

/** Docker's states. `too-old` and `ready` carry its version; a state that is not `ready` carries why, as an error code. */
export const engineStateSchema = z.discriminatedUnion('type', [
  /** On another computer, and not looked at yet: `images.watch` connects it. */
  z.object({ type: z.literal('idle') }),
  z.object({ type: z.literal('connecting') }),
  z.object({
    type: z.literal('ready'),
    version: z.string(),
    store: z.enum(['classic', 'containerd']),
    platform: platformSchema,
  }),
  /** `startable`: `engines.start` knows how to start it on this computer. */
  z.object({ type: z.literal('away'), error: errorSchema, startable: z.boolean() }),
])

/**
 * How an engine came to be in the list. `default`: DOCKER_HOST or the platform's own socket; `context`: a docker context;
 * `added`: a computer the person added here; the rest by the socket their product is known to keep.
 */
export const engineKindSchema = z.enum([
  'default',
  'context',
  'added',
  'desktop',
  'rootless',
  'colima',
  'lima',
  'orbstack',
  'rancher',
  'podman',
])
export type EngineKind = z.infer<typeof engineKindSchema>

export const engineSchema = z.object({
  id: z.string(),
  kind: engineKindSchema,
  /** What tells it from others of its kind: a context's name, a profile of Colima, the name a person gave; '' for the only one. */
  name: z.string(),
  /** The engine that `docker` itself would use. */
  current: z.boolean(),
  /** Where it is, for a person: `unix:///var/run/docker.sock`. */
  address: z.string(),
  state: engineStateSchema,
  images: z.number().optional(),
  /** Bytes of all images as the engine counts them, each layer as often as an image has it. */
  bytes: z.number().optional(),
})
export type EngineInfo = z.infer<typeof engineSchema>

/** A Docker on another computer, reached by the user's own ssh. */
export const computerSchema = z.object({
  /** What the person calls it; its name in the list. */
  name: z.string(),
  /** A host name, an address or an alias of ~/.ssh/config. */
  host: z.string(),
  port: z.number().int().min(1).max(65535).optional(),
  user: z.string().optional(),
  /** `usual`: as `ssh` itself would, by agent and default keys. `key`: this key file alone. `password`: asked for, kept in the keychain. */
  signIn: z.discriminatedUnion('type', [
    z.object({ type: z.literal('usual') }),
    z.object({ type: z.literal('key'), path: z.string() }),
    z.object({ type: z.literal('password') }),
  ]),
})
export type Computer = z.infer<typeof computerSchema>

/** A computer not yet added, or an engine of the list whose address is ssh. */
export const sshTargetSchema = z.union([z.object({ computer: computerSchema }), z.object({ engine: z.string() })])
export type SshTarget = z.infer<typeof sshTargetSchema>

/** What a computer says it is. `known`: its key is one that ssh or the person trusts already. `changed`: another one is. */
export const hostKeysSchema = z.object({
  state: z.enum(['known', 'new', 'changed']),
  /** As `ssh` shows it, for comparing by eye: type and `SHA256:…`. Empty when known. */
  keys: z.array(z.object({ type: z.string(), fingerprint: z.string() })),
})
export type HostKeys = z.infer<typeof hostKeysSchema>

export const engineTestSchema = z.object({
  version: z.string(),
  store: z.enum(['classic', 'containerd']),
  platform: platformSchema,
  images: z.number(),
})

export type EngineTest = z.infer<typeof engineTestSchema>

/** The image a name named before, kept under a name of its own: `back` makes it the name's again. */
export const backupSchema = z.object({
  /** The name it has now, `acme/shop:1.0-20261120-1430`. */
  name: z.string(),
  /** The name it had. */
  of: z.string(),
  id: z.string(),
  size: z.number(),
  /** When the name moved on, milliseconds since the epoch. */
  at: z.number(),
})
export type Backup = z.infer<typeof backupSchema>

export const preferencesSchema = z.object({
  /** How many versions before are kept of a name; 0 for all. */
  keepBackups: z.number().int().min(0).max(100),
  /** Registries are asked now and then, by themselves, whether they have newer images. */
  lookForNewer: z.boolean(),
})
export type Preferences = z.infer<typeof preferencesSchema>

export const imageRowSchema = z.object({
  id: z.string(),
  /** Familiar names, `repo:tag`, the most telling first; empty for an untagged image. */
  names: z.array(z.string()),
  /** Repositories known by digest only (pulled by digest, or whose tag has moved on). */
  repositories: z.array(z.string()),
  size: z.number(),
  /** Milliseconds since the epoch; 0 or less for images that say no date. */
  created: z.number(),
})
export type ImageRow = z.infer<typeof imageRowSchema>

/** What needs an inspect of its own; asked for visible rows only. */
export const imageFactsSchema = z.object({
  id: z.string(),
  platform: platformSchema,
  containers: z.array(containerSchema),
})
export type ImageFacts = z.infer<typeof imageFactsSchema>

export const layerRowSchema = z.object({
  diffId: digest.optional(),
  digest: digest.optional(),
  mediaType: z.string().optional(),
  size: z.number().optional(),
  /** The build step that made it, as the history says. */
  command: z.string().optional(),
})
export const imageDetailsSchema = z.object({
  id: z.string(),
  configDigest: digest.optional(),
  names: z.array(z.string()),
  platform: platformSchema,
  created: z.number(),
  size: z.number(),
  author: z.string().optional(),
  /** Bottom first. */
  layers: z.array(layerRowSchema),
  /** Oldest first; steps without a layer too. */
  history: z.array(
    z.object({
      created: z.number(),
      command: z.string(),
      comment: z.string(),
      size: z.number().optional(),
      empty: z.boolean(),
    }),
  ),
  command: z.array(z.string()),
  entrypoint: z.array(z.string()),
  env: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  ports: z.array(z.string()),
  volumes: z.array(z.string()),
  user: z.string(),
  workingDir: z.string(),
  containers: z.array(containerSchema),
})
export type ImageDetails = z.infer<typeof imageDetailsSchema>

/** What removing would do, image by image, before anything is removed. */
export const removalSchema = z.object({
  images: z.array(
    z.object({
      id: z.string(),
      names: z.array(z.string()),
      /** `remove`: all its names and its data go. `in-use`: containers use it, it stays. `parent`: other images are built on it. */
      outcome: z.enum(['remove', 'in-use', 'parent']),
      containers: z.array(z.string()),
      size: z.number(),
    }),
  ),
  /** Bytes that will be free at most: layers shared with images that stay are not counted where the engine tells. */
  space: z.number(),
  exact: z.boolean(),
})
export type Removal = z.infer<typeof removalSchema>

// ---- image files ----------------------------------------------------------------------------------------------------

export const compressionSchema = z.enum(['none', 'gzip', 'zstd', 'bzip2', 'xz'])
export type Compression = z.infer<typeof compressionSchema>
/** What a save can write. */
export const saveCompressionSchema = z.enum(['none', 'gzip', 'zstd', 'bzip2'])
/** Level in words; the host knows the number for each method. */
export const levelSchema = z.enum(['fast', 'normal', 'small'])

export const archiveImageSchema = z.object({
  /** Stands for the image in `plan` and `start`: its config digest. */
  id: z.string(),
  names: z.array(z.string()),
  platform: platformSchema,
  created: z.number(),
  /** Bytes of its layers as kept in the file. */
  size: z.number(),
  layers: z.array(layerRowSchema),
})
export type ArchiveImage = z.infer<typeof archiveImageSchema>

export const archiveFormatSchema = z.enum(['docker-archive', 'oci-archive', 'rootfs'])
export type ArchiveFormat = z.infer<typeof archiveFormatSchema>

export const problemSchema = z.object({
  code: z.enum(ERROR_CODES),
  file: z.string().optional(),
  digest: digest.optional(),
  /** The image it concerns, where that is not all of the file. */
  image: z.string().optional(),
  detail: z.string().optional(),
})
export type Problem = z.infer<typeof problemSchema>

/** A platform (`linux/arm64`) an image has elsewhere, but not here. */
export const absentSchema = z.object({ name: z.string(), platform: z.string() })
export type Absent = z.infer<typeof absentSchema>

export const archiveSchema = z.object({
  path: z.string(),
  format: archiveFormatSchema,
  compression: compressionSchema,
  /** Encrypted with a password (OpenPGP). */
  protected: z.boolean().optional(),
  /** Bytes of the file, and of the tar inside it (the same for a plain one). */
  fileSize: z.number(),
  tarSize: z.number(),
  /** `index`: only names were read. `intact`: every blob, config and layer was read and is right. `problems`: read, and not right. */
  checked: z.enum(['index', 'intact', 'problems']),
  problems: z.array(problemSchema),
  images: z.array(archiveImageSchema),
  /** Names of the parts it is in, in order; absent for a file in one piece. */
  parts: z.array(z.string()).optional(),
  /** Platforms an image names but whose content is not in the file. */
  absent: z.array(absentSchema),
})
export type Archive = z.infer<typeof archiveSchema>

export const openEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reading'), done: z.number(), total: z.number() }),
  z.object({ type: z.literal('opened'), archive: archiveSchema }),
])
export type OpenEvent = z.infer<typeof openEventSchema>

// ---- other places ---------------------------------------------------------------------------------------------------

/** A place beside the engines. The Library is always there; folders and registries as they were added. */
export const placeInfoSchema = z.object({
  place: placeSchema,
  kind: z.enum(['library', 'layout', 'files', 'registry']),
  /** For a person: the folder's name, the registry's host. */
  name: z.string(),
  /** `away`: a folder whose drive is gone, a registry that does not answer. */
  state: z.discriminatedUnion('type', [
    z.object({ type: z.literal('ready'), images: z.number().optional(), bytes: z.number().optional() }),
    /** Not asked yet: looking at it asks. */
    z.object({ type: z.literal('idle') }),
    z.object({ type: z.literal('away'), error: errorSchema }),
  ]),
  /** Of a registry: who is signed in, as far as this app keeps it; the `account` of its place. */
  username: z.string().optional(),
  plain: z.boolean().optional(),
  registry: z.enum(REGISTRY_KINDS).optional(),
})
export type PlaceInfo = z.infer<typeof placeInfoSchema>

/** An image of a layout, of a repository, or of a file in a folder. */
export const contentRowSchema = z.object({
  /** Stands for it in `plan` and `start`. */
  id: z.string(),
  names: z.array(z.string()),
  /** `linux/amd64`; several for an index. */
  platforms: z.array(z.string()),
  /** Platforms its index names and that are not here. */
  absent: z.array(z.string()),
  /** No image one can run: a chart, a signature. */
  artifact: z.boolean(),
  /** Of its manifest or index. */
  digest: digest.optional(),
  configDigest: digest.optional(),
  size: z.number(),
  created: z.number(),
  /** In a folder of files: the file it is in. */
  path: z.string().optional(),
  /** It cannot be read: it can be removed, and nothing else. */
  problem: errorSchema.optional(),
})
export type ContentRow = z.infer<typeof contentRowSchema>

export const foundSchema = z.object({
  place: placeSchema,
  id: z.string(),
  names: z.array(z.string()),
  size: z.number(),
  created: z.number(),
  digest: digest.optional(),
  configDigest: digest.optional(),
  /** What of it the words or the fingerprint met. */
  met: z.enum(['name', 'id', 'config', 'manifest', 'layer', 'label', 'file']),
})
export type Found = z.infer<typeof foundSchema>

const sideSchema = z.object({
  names: z.array(z.string()),
  platform: z.string(),
  digest: digest.optional(),
  configDigest: digest.optional(),
  created: z.number(),
  size: z.number(),
  /** Bottom first. `shared`: the other one has this very layer. */
  layers: z.array(z.object({ diffId: digest.optional(), size: z.number().optional(), shared: z.boolean() })),
})
export const comparisonSchema = z.object({
  /** `manifest`: byte for byte the same. `config`: the same image, kept in another form. `layers`: the same files, other settings. */
  same: z.enum(['manifest', 'config', 'layers', 'different']),
  left: sideSchema,
  right: sideSchema,
})
export type Comparison = z.infer<typeof comparisonSchema>

// ---- copies ---------------------------------------------------------------------------------------------------------

export const planSchema = z.object({
  /** The destination holds one platform only: these are to choose from (`platforms` of the request). Empty: nothing to choose. */
  choose: z.array(z.string()).optional(),
  images: z.array(
    z.object({
      id: z.string(),
      /** The destination has this very image: only names may change. */
      present: z.boolean(),
      /** Bottom first. `move` false: the destination has it already. */
      layers: z.array(z.object({ diffId: digest.optional(), size: z.number().optional(), move: z.boolean() })),
      names: z.array(
        z.object({
          name: z.string(),
          /** The image that has this name at the destination now, when it is another one. `alias`: another of its names. */
          replaces: z.object({ id: z.string(), created: z.number(), alias: z.string().optional() }).optional(),
          /** This very image has this name there already. */
          same: z.boolean(),
        }),
      ),
    }),
  ),
  /** Bytes of layers that will move, and of all layers; shared layers once. */
  move: z.number(),
  total: z.number(),
  /** False: what the destination has is not known for sure, `move` is an upper bound. */
  exact: z.boolean(),
  /** Free bytes at the destination, where that can be told. */
  free: z.number().optional(),
  /** Platforms an image names but whose content is not at the source: they will be missing from the copy. */
  absent: z.array(absentSchema),
})
export type Plan = z.infer<typeof planSchema>

export const saveTargetSchema = z.object({
  method: saveCompressionSchema,
  level: levelSchema,
  /** Bytes of a part at most; without it one file. */
  split: z.number().int().min(65_536).optional(),
})

export const copyRequestSchema = z.object({
  from: placeSchema,
  to: placeSchema,
  images: z.array(wantedSchema).min(1),
  /** For a file: how the whole of it is compressed. */
  compress: saveTargetSchema.optional(),
  /** For a file: what is put beside it. */
  note: besideWishSchema.optional(),
  /** For a file: protects it. Held until the copy has ended well, and in nothing that is told. */
  password: z.string().min(1).optional(),
  /** Puts that password into the keychain. */
  remember: z.boolean().optional(),
  /** Of images with several platforms: these alone (`linux/arm64`); without it all that the destination can hold. */
  platforms: z.array(z.string()).optional(),
  /** What is there already under all its names is left out, and told in the result. */
  onlyNew: z.boolean().optional(),
  /** What refers to the images goes along: signatures, attestations, bills of materials. */
  referrers: z.boolean().optional(),
  /**
   * From Docker on another computer to a registry one signs in to: that Docker may be given the sign-in, so that it sends by
   * itself what would else cross the line twice. Never without the person's word.
   */
  engineMaySignIn: z.boolean().optional(),
  /** Headless host: the file is made in the data folder, downloaded by the browser, then deleted. `to.path` is its name only. */
  download: z.boolean().optional(),
})
export type CopyRequest = z.infer<typeof copyRequestSchema>

export const phaseSchema = z.enum([
  'queued',
  'preparing',
  'copying',
  'storing',
  'checking',
  'undoing',
  'done',
  'failed',
  'cancelled',
])
export type Phase = z.infer<typeof phaseSchema>

export const transferSchema = z.object({
  id: z.string(),
  from: placeSchema,
  to: placeSchema,
  /** Names (or short ids) of what is copied, for the row's title. */
  titles: z.array(z.string()),
  phase: phaseSchema,
  /** Bytes of the current phase; `total` is absent while it is not known. */
  done: z.number(),
  total: z.number().optional(),
  /** Bytes a second over the last seconds, and seconds left; absent while not known. */
  speed: z.number().optional(),
  left: z.number().optional(),
  layers: z.array(
    z.object({ diffId: digest.optional(), digest: digest.optional(), done: z.number(), size: z.number().optional() }),
  ),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  error: errorSchema.optional(),
  /** Only with phase `done`. */
  result: z
    .object({
      images: z.array(
        z.object({
          id: z.string(),
          names: z.array(z.string()),
          /** Of the manifest or index it has there, where the place keeps one. */
          digest: digest.optional(),
          /** `names`: it was there, and got names. `same`: it was there under all of them. */
          outcome: z.enum(['copied', 'names', 'same']),
          /** Bytes of its layers, as far as they were known beforehand. */
          size: z.number(),
        }),
      ),
      moved: z.number(),
      skipped: z.number(),
      file: z
        .object({
          path: z.string(),
          size: z.number(),
          sha256: z.string(),
          readBack: z.enum(['disk', 'cache']),
          /** By a password. */
          protected: z.boolean().optional(),
          /** Whether the keychain took its password; absent where nobody wanted it to. */
          remembered: z.boolean().optional(),
          /** The parts it was cut into, in order; absent for one file. */
          parts: z.array(z.string()).readonly().optional(),
          /** Names of what was put beside it; `error`: why there is not all of it. The file is good all the same. */
          beside: z.object({ names: z.array(z.string()).readonly(), error: errorSchema.optional() }).optional(),
        })
        .optional(),
      replaced: z.array(replacedSchema),
      /** From a registry to Docker: whether `name@sha256:…` works there, as it does after a pull (moby/moby#43570). */
      pinned: z.object({ name: z.string(), holds: z.boolean() }).optional(),
      /** Platforms that could not come along: the source did not have them. */
      absent: z.array(absentSchema),
      download: z.boolean(),
    })
    .optional(),
})
export type Transfer = z.infer<typeof transferSchema>

// ---- files of the host ----------------------------------------------------------------------------------------------

export const folderSchema = z.object({
  path: z.string(),
  parent: z.string().optional(),
  free: z.number(),
  writable: z.boolean(),
  entries: z.array(
    z.object({ name: z.string(), path: z.string(), folder: z.boolean(), size: z.number(), modified: z.number() }),
  ),
})
export type Folder = z.infer<typeof folderSchema>

// ---- the contract ---------------------------------------------------------------------------------------------------

export const contract = {
  host: procedure.input(nothing).output(hostSchema),
  portal: portalProcedures,
  publish: publishProcedures,
  doctor: doctorProcedures,
  engines: {
    /** All engines found, again whenever one changes. */
    watch: procedure.input(nothing).output(eventIterator(z.array(engineSchema))),
    /** Try to connect now instead of at the next attempt. */
    retry: procedure.input(z.object({ engine: z.string() })).output(nothing),
    /** Starts Docker on this computer, where `startable`. Answers when the system has taken it up; the list then changes by itself. */
    start: procedure.input(z.object({ engine: z.string() })).output(nothing),
    /** Asks another computer for its host keys, without any sign-in. */
    hostKeys: procedure.input(sshTargetSchema).output(hostKeysSchema),
    /** Trusts the keys that were shown, and no others. @throws ssh-host-changed when the computer now shows others */
    trust: procedure
      .input(z.object({ target: sshTargetSchema, fingerprints: z.array(z.string()).min(1) }))
      .output(nothing),
    /** Connects once, as the form says, and keeps nothing. `engine`: the added one that is being changed, whose password stays unless one is typed. */
    test: procedure
      .input(z.object({ engine: z.string().optional(), computer: computerSchema, password: z.string().optional() }))
      .output(engineTestSchema),
    /** Adds a computer, or changes the one of this engine. `remembered` false: there is no keychain, the password is good for this run. */
    add: procedure
      .input(z.object({ engine: z.string().optional(), computer: computerSchema, password: z.string().optional() }))
      .output(z.object({ engine: z.string(), remembered: z.boolean() })),
    /** What was typed for an added computer; the password stays where it is. */
    computer: procedure.input(z.object({ engine: z.string() })).output(computerSchema),
    /** Forgets an added computer, its password and nothing else. */
    forget: procedure.input(z.object({ engine: z.string() })).output(nothing),
  },
  images: {
    /** The images of an engine, again whenever they change (by its events); [] while it is away. */
    watch: procedure.input(z.object({ engine: z.string() })).output(eventIterator(z.array(imageRowSchema))),
    facts: procedure
      .input(z.object({ engine: z.string(), ids: z.array(z.string()).max(200) }))
      .output(z.array(imageFactsSchema)),
    details: procedure.input(z.object({ engine: z.string(), id: z.string() })).output(imageDetailsSchema),
    /** Gives an image a name. `keepAs`: what the image that has it now keeps. `expected`: the id that has it now, as the person was shown ('' for none). */
    tag: procedure
      .input(
        z.object({
          engine: z.string(),
          id: z.string(),
          name: z.string(),
          keepAs: z.string().optional(),
          expected: z.string(),
        }),
      )
      .output(z.object({ replaced: replacedSchema.optional() })),
    /** The versions before that are still there, newest first, again whenever they change. */
    watchBackups: procedure.input(z.object({ engine: z.string() })).output(eventIterator(z.array(backupSchema))),
    /**
     * Gives a kept version its former name back. The image that has the name now is kept likewise; the kept version's own
     * dated name goes. `expected`: the id that has the name now, as the person was shown ('' for none). @throws image-changed
     */
    back: procedure
      .input(z.object({ engine: z.string(), backup: z.string(), expected: z.string() }))
      .output(z.object({ replaced: replacedSchema.optional() })),
    /** Takes a name away; never the last one (that would remove the image: `remove` says so). */
    untag: procedure.input(z.object({ engine: z.string(), id: z.string(), name: z.string() })).output(nothing),
    removal: procedure.input(z.object({ engine: z.string(), ids: z.array(z.string()).min(1) })).output(removalSchema),
    /** Removes what `removal` announced; what a container took meanwhile stays and is listed. */
    remove: procedure
      .input(z.object({ engine: z.string(), ids: z.array(z.string()).min(1) }))
      .output(
        z.object({ removed: z.array(z.string()), kept: z.array(z.object({ id: z.string(), error: errorSchema })) }),
      ),
  },
  places: {
    /** The Library, folders and registries, again whenever one changes. */
    watch: procedure.input(nothing).output(eventIterator(z.array(placeInfoSchema))),
    /** Opens a folder as what it is: a layout, or a folder of image files. `create`: an empty one becomes a layout. @throws layout-not-one, file-missing */
    open: procedure.input(z.object({ path: z.string(), create: z.boolean() })).output(z.object({ place: placeSchema })),
    /** Takes a folder or registry off the list, and forgets its password. Nothing in it changes. */
    forget: procedure.input(z.object({ place: placeSchema })).output(nothing),
    /** Repositories of a registry as they come; most public registries keep that list to themselves. @throws registry-unsupported, registry-denied */
    repositories: procedure
      .input(z.object({ host: z.string(), account: z.string().optional() }))
      .output(eventIterator(z.array(z.string()))),
    /** The images of a layout (again whenever it changes), of a repository (as they are read), of a folder of files (likewise). */
    contents: procedure.input(z.object({ place: placeSchema })).output(eventIterator(z.array(contentRowSchema))),
    details: procedure.input(spotSchema).output(imageDetailsSchema),
    /** In a layout or repository: gives a name. As `images.tag`. */
    tag: procedure
      .input(spotSchema.extend({ name: z.string(), keepAs: z.string().optional(), expected: z.string() }))
      .output(z.object({ replaced: replacedSchema.optional() })),
    /** Takes a name away; the image stays. A registry may not offer it. @throws registry-unsupported */
    untag: procedure.input(spotSchema.extend({ name: z.string() })).output(nothing),
    /** What removing from a layout or repository would do; in a repository every tag of the manifest goes with it. */
    removal: procedure.input(z.object({ place: placeSchema, ids: z.array(z.string()).min(1) })).output(removalSchema),
    remove: procedure
      .input(z.object({ place: placeSchema, ids: z.array(z.string()).min(1) }))
      .output(
        z.object({ removed: z.array(z.string()), kept: z.array(z.object({ id: z.string(), error: errorSchema })) }),
      ),
  },
  /** Over all places that are there: names, tags, digests, labels; a whole digest meets configs, manifests, layers and the sums of files. More come as they are found. */
  search: procedure.input(z.object({ text: z.string() })).output(eventIterator(z.array(foundSchema))),
  compare: procedure.input(z.object({ left: spotSchema, right: spotSchema })).output(comparisonSchema),
  get: getProcedures,
  preferences: {
    watch: procedure.input(nothing).output(eventIterator(preferencesSchema)),
    set: procedure.input(preferencesSchema.partial()).output(nothing),
  },
  archives: {
    /** What is inside a file. A compressed one is read whole, and checked on the way. */
    open: procedure
      .input(
        z.object({
          path: z.string(),
          /** Of a protected one; without it, and not opened before, `password-needed`, with `kept` in its parts where one is kept. */
          password: z.string().optional(),
          /** Puts it into the keychain once it has opened the file. */
          remember: z.boolean().optional(),
          /** The one in the keychain is meant. */
          kept: z.boolean().optional(),
        }),
      )
      .output(eventIterator(openEventSchema)),
    /** Takes the password of a protected file out of the keychain. */
    forgetPassword: procedure.input(z.object({ path: z.string() })).output(nothing),
    /** Reads and verifies every blob, config and diffId of a file. */
    check: procedure.input(z.object({ path: z.string() })).output(eventIterator(openEventSchema)),
    details: procedure.input(z.object({ path: z.string(), id: z.string() })).output(imageDetailsSchema),
  },
  copies: {
    /** What a copy would move and replace; moves nothing. */
    plan: procedure
      .input(
        z.object({
          from: placeSchema,
          to: placeSchema,
          images: z.array(wantedSchema),
          platforms: z.array(z.string()).optional(),
          referrers: z.boolean().optional(),
        }),
      )
      .output(planSchema),
    start: procedure.input(copyRequestSchema).output(z.object({ id: z.string() })),
    cancel: procedure.input(z.object({ id: z.string() })).output(nothing),
    /** Starts one that failed or was cancelled once more, as it was asked for. */
    retry: procedure.input(z.object({ id: z.string() })).output(z.object({ id: z.string() })),
    /** Forget the ended ones. */
    clear: procedure.input(nothing).output(nothing),
    /** All transfers of this run, oldest first, again whenever one changes (at most about five times a second). */
    watch: procedure.input(nothing).output(eventIterator(z.array(transferSchema))),
  },
  files: {
    /** Native dialog (host.can.dialogs); [] when the person closed it. */
    pick: procedure
      .input(z.object({ kind: z.enum(['open', 'save', 'folder']), suggested: z.string().optional() }))
      .output(z.object({ paths: z.array(z.string()) })),
    /** A folder of the host (host.can.browse); without a path, where the person was last or home. */
    list: procedure.input(z.object({ path: z.string().optional() })).output(folderSchema),
    /** Where a person may start: home, mounted drives. */
    roots: procedure
      .input(nothing)
      .output(z.array(z.object({ path: z.string(), label: z.string(), free: z.number() }))),
    makeFolder: procedure
      .input(z.object({ path: z.string(), name: z.string() }))
      .output(z.object({ path: z.string() })),
    /** Is there a file of this name, or one in parts? Asked before a save replaces it. `free`: bytes free where it would be. */
    target: procedure.input(z.object({ path: z.string() })).output(
      z.object({
        exists: z.boolean(),
        size: z.number().optional(),
        free: z.number().optional(),
        /** Bytes of the largest file that its file system takes, where there is such a bound. */
        largest: z.number().optional(),
      }),
    ),
    /** A file sent by the browser is not needed any more; any other is none of the host's to delete and stays. */
    release: procedure.input(z.object({ path: z.string() })).output(nothing),
    reveal: procedure.input(z.object({ path: z.string() })).output(nothing),
    /** Files the system asked the app to open (double click, "Open with"), as they come. */
    watchOpened: procedure.input(nothing).output(eventIterator(z.object({ paths: z.array(z.string()) }))),
  },
  own,
  accounts: accountProcedures,
  tags: tagsProcedures,
  delivery,
}

export type Contract = typeof contract
