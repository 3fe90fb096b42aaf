import { z } from 'zod'
import type { Platform } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { type Digest, isDigest } from '../../shared/reference.ts'
import type { Descriptor, Form } from '../place/place.ts'
import { shown } from './shown.ts'

/**
 * The JSON documents of images: docker-archive `manifest.json`, OCI index and manifest, image config. Read leniently in what
 * producers vary (key case, BOM, absent arrays), strictly in what is relied on (digests, sizes).
 */

/** Limits of containers/image (iolimits.go) and of registries: 4 MiB a manifest or config. */
export const MAX_DOCUMENT = 4 << 20
/** `manifest.json` and `index.json` name many images; containerd reads up to 20 MiB. */
export const MAX_LISTING = 16 << 20

export const MEDIA = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  layer: {
    plain: 'application/vnd.oci.image.layer.v1.tar',
    gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
    zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  } satisfies Record<Form, string>,
} as const

/** The form a media type claims; what it is, only the bytes tell (`formOf`). */
export function formOfType(mediaType: string): Form {
  if (/gzip$/.test(mediaType)) return 'gzip'
  return /zstd$/.test(mediaType) ? 'zstd' : 'plain'
}

export const ANNOTATION = {
  /** Full name, as containerd and Docker's containerd store read it. */
  name: 'io.containerd.image.name',
  /** OCI: a tag for most writers, a full reference for some. */
  refName: 'org.opencontainers.image.ref.name',
} as const

/** Engines stop at 127 layers or a few hundred. */
const MAX_LAYERS = 10_000
/** Values (commas and brackets) of one document, and how deep they stand: a few bytes of JSON are many of memory. */
const MAX_VALUES = 100_000
const MAX_LISTED_VALUES = 500_000
const MAX_DEPTH = 64

type Pass = (value: unknown) => { readonly issue?: z.core.$ZodIssue | undefined; readonly value?: unknown }

/** A schema that stops at the first thing it does not like: a file may hold a hundred thousand of them. */
function firstIssue<T>(pass: Pass): z.ZodType<T, unknown> {
  return z.unknown().transform((value, context): T => {
    const { issue, value: passed } = pass(value)
    if (!issue) return passed as T
    context.issues.push({ ...issue, input: undefined })
    return z.NEVER
  })
}

function invalid(expected: 'array' | 'record' | 'string', path: (string | number)[]): z.core.$ZodIssue {
  return { code: 'invalid_type', expected, path, message: `no ${expected}` }
}

function listOf<T>(schema: z.ZodType<T, unknown>, max: number): z.ZodType<T[], unknown> {
  return firstIssue((value) => {
    if (!Array.isArray(value)) return { issue: invalid('array', []) }
    if (value.length > max)
      return { issue: { code: 'too_big', origin: 'array', maximum: max, path: [], message: `more than ${max}` } }
    const list: T[] = []
    for (const [index, item] of value.entries()) {
      const { success, data, error } = schema.safeParse(item)
      const issue = error?.issues[0]
      if (!success) return { issue: issue && { ...issue, path: [index, ...issue.path] } }
      list.push(data)
    }
    return { value: list }
  })
}

/** An object all of whose values are texts. Without `__proto__`, which some writer might take for more than a name. */
const textsSchema = firstIssue<Record<string, string>>((value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { issue: invalid('record', []) }
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__')
  const odd = entries.find(([, held]) => typeof held !== 'string')
  return odd ? { issue: invalid('string', [odd[0]]) } : { value: Object.fromEntries(entries) }
})

const digestSchema = z.custom<Digest>(isDigest)
/** Shown in lists, once an image; the longest word in use has 11 letters. */
const wordSchema = z.string().max(64)
const platformSchema = z.object({
  os: wordSchema.default(''),
  architecture: wordSchema.default(''),
  variant: wordSchema.optional(),
})
const descriptorSchema = z.object({
  mediaType: z.string().default(''),
  digest: digestSchema,
  size: z.int().nonnegative(),
  annotations: textsSchema.nullish(),
  urls: listOf(z.string(), 100).nullish(),
  platform: platformSchema.nullish(),
})
const indexSchema = z.object({ schemaVersion: z.literal(2), manifests: listOf(descriptorSchema, 100_000) })
const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: listOf(descriptorSchema, MAX_LAYERS),
})
function textList(max: number): z.ZodType<string[], unknown> {
  return listOf(z.string(), max)
    .nullish()
    .transform((value) => value ?? [])
}
const dockerManifestSchema = listOf(
  z.object({ config: z.string(), repotags: textList(100_000), layers: textList(MAX_LAYERS) }),
  100_000,
)
const historySchema = z.object({
  created: z.string().nullish(),
  created_by: z.string().nullish(),
  comment: z.string().nullish(),
  empty_layer: z.boolean().nullish(),
})
const runSchema = z.object({
  User: z.string().nullish(),
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Env: listOf(z.string(), 100_000).nullish(),
  Entrypoint: listOf(z.string(), 100_000).nullish(),
  Cmd: listOf(z.string(), 100_000).nullish(),
  Volumes: z.record(z.string(), z.unknown()).nullish(),
  WorkingDir: z.string().nullish(),
  Labels: textsSchema.nullish(),
})
const configSchema = z.object({
  created: z.string().nullish(),
  author: z.string().nullish(),
  architecture: wordSchema.default(''),
  os: wordSchema.default(''),
  variant: wordSchema.optional(),
  config: runSchema.nullish(),
  rootfs: z.object({ diff_ids: listOf(digestSchema, MAX_LAYERS).nullish() }),
  history: listOf(historySchema, 100_000).nullish(),
})

export type Manifest = Omit<z.infer<typeof manifestSchema>, 'config' | 'layers'> & {
  config: Descriptor
  layers: Descriptor[]
}
export type Config = z.infer<typeof configSchema>
export interface DockerManifestEntry {
  readonly config: string
  readonly repotags: readonly string[]
  readonly layers: readonly string[]
}

/** Counts what JSON would become before it does. @throws archive-too-large, archive-hostile */
function weigh(bytes: Uint8Array, file: string, most: number): void {
  let values = 0
  let depth = 0
  let quoted = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === 0x22) quoted = !quoted
    else if (quoted) {
      if (byte === 0x5c) at++
    } else if (byte === 0x2c) values++
    else if (byte === 0x5b || byte === 0x7b) {
      values++
      depth++
      if (depth > MAX_DEPTH)
        throw new AppError('archive-hostile', { detail: `${shown(file)}, more than ${depth} deep` })
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  if (values > most) throw new AppError('archive-too-large', { detail: `${shown(file)}, ${values} values` })
}

function json(bytes: Uint8Array, file: string, most = MAX_LISTED_VALUES): unknown {
  weigh(bytes, file, most)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new AppError('archive-damaged', { detail: shown(file) }, { cause: error })
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const { data, error } = schema.safeParse(value)
  const issue = error?.issues[0]
  if (!issue) return data as T
  const where = shown(`${file}${issue.path.length > 0 ? `: ${z.core.toDotPath(issue.path)}` : ''}`)
  if (issue.code === 'too_big') throw new AppError('archive-too-large', { detail: where })
  throw new AppError('archive-damaged', { detail: where }, { cause: error, raw: issue.message })
}

type ParsedDescriptor = z.infer<typeof descriptorSchema>

function descriptor(from: ParsedDescriptor): Descriptor {
  return {
    mediaType: from.mediaType,
    digest: from.digest,
    size: from.size,
    ...(from.annotations ? { annotations: from.annotations } : {}),
    ...(from.urls ? { urls: from.urls } : {}),
    ...(from.platform ? { platform: plainPlatform(from.platform) } : {}),
  }
}

function plainPlatform(from: { os: string; architecture: string; variant?: string | undefined }): Platform {
  return { os: from.os, architecture: from.architecture, ...(from.variant ? { variant: from.variant } : {}) }
}

/** What kind of document a JSON file is, by its shape: media types are absent often enough. */
export function documentKind(bytes: Uint8Array, file: string): 'index' | 'manifest' | 'other' {
  const value = json(bytes, file)
  if (typeof value !== 'object' || value === null) return 'other'
  if ('manifests' in value) return 'index'
  return 'config' in value && 'layers' in value ? 'manifest' : 'other'
}

export function parseIndex(bytes: Uint8Array, file: string): Descriptor[] {
  return parsed(indexSchema, json(bytes, file), file).manifests.map(descriptor)
}

export function parseManifest(bytes: Uint8Array, file: string): Manifest {
  const manifest = parsed(manifestSchema, json(bytes, file, MAX_VALUES), file)
  return { ...manifest, config: descriptor(manifest.config), layers: manifest.layers.map(descriptor) }
}

/** Is it docker-archive's `manifest.json` (an array), as against an image manifest of the same name? */
export function isDockerManifest(bytes: Uint8Array, file: string): boolean {
  return Array.isArray(json(bytes, file))
}

/** docker-archive `manifest.json`; keys in any case (jib writes them lower-case). */
export function parseDockerManifest(bytes: Uint8Array, file: string): DockerManifestEntry[] {
  const value = json(bytes, file)
  const lowered = Array.isArray(value)
    ? value.map((entry: unknown) =>
        typeof entry === 'object' && entry !== null
          ? Object.fromEntries(Object.entries(entry).map(([key, held]) => [key.toLowerCase(), held]))
          : entry,
      )
    : value
  return parsed(dockerManifestSchema, lowered, file)
}

export function parseConfig(bytes: Uint8Array, file: string): Config {
  return parsed(configSchema, json(bytes, file, MAX_VALUES), file)
}

/** The diffIds of a config, bottom first. */
export function diffIds(config: Config): readonly Digest[] {
  return config.rootfs.diff_ids ?? []
}

export function platformOf(config: Config): Platform {
  return plainPlatform(config)
}

/** Milliseconds since the epoch; 0 where the config says nothing. */
export function createdOf(config: Config): number {
  const time = Date.parse(config.created ?? '')
  return Number.isNaN(time) ? 0 : time
}

/** `os/architecture[/variant]`, as `--platform` takes it. */
export function platformText(platform: Platform): string {
  return [platform.os, platform.architecture, ...(platform.variant ? [platform.variant] : [])].join('/')
}

/**
 * Whether an image for `platform` is what `wanted` asks for. A variant left out of either means any; arm64 is v8.
 */
export function platformMatches(platform: Platform, wanted: Platform): boolean {
  const variant = (of: Platform): string | undefined => of.variant ?? (of.architecture === 'arm64' ? 'v8' : undefined)
  return (
    platform.os === wanted.os &&
    platform.architecture === wanted.architecture &&
    (variant(platform) === undefined || variant(wanted) === undefined || variant(platform) === variant(wanted))
  )
}

/** A stored form by its first bytes; content decides, media types and file names lie. */
export function formOf(head: Uint8Array): Form {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd'
  // zstd:chunked may start with a skippable frame (RFC 8878, section 3.1.2).
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd'
  return 'plain'
}
