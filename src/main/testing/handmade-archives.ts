import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Platform } from '../../shared/contract.ts'
import { type Digest, full, isProblem, parseReference, splitName } from '../../shared/reference.ts'
import { digestOf, hexOf, MADE_AT, type TarEntry, tarBytes, writeTar } from './content.ts'
import { busyboxEntries, type ExpectedImage, type LayerSpec, layerEntries } from './images.ts'

/**
 * Image files as other programs write them, made byte for byte without those programs, so that every form can be read on
 * every machine and is the same each time. What their producers write is described in the readers' own documents; here
 * only what tells one form from another is kept.
 */

/** An archive and what is in it. */
export interface MadeArchive {
  readonly path: string
  /** Every image, and of an image for several platforms each platform that is there. */
  readonly images: readonly ExpectedImage[]
  /** Platforms an index names whose layers are not in the file: legal, not damage. */
  readonly absent?: readonly Platform[]
}

interface MadeLayer {
  readonly tar: Buffer
  readonly diffId: Digest
}

/** An image in memory. */
export interface MadeImage extends ExpectedImage {
  readonly config: Buffer
  readonly layers: readonly MadeLayer[]
}

export interface MadeSpec {
  readonly names?: readonly string[]
  /** Equal specs make equal layers, so that images can share them. `busybox` is the layer that lets an image run. */
  readonly layers: readonly (LayerSpec | 'busybox')[]
  readonly cmd?: readonly string[]
  readonly env?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  /** linux on this machine's architecture when not given. */
  readonly platform?: Platform
  /** Every layer ends with the table of contents that eStargz puts into it. */
  readonly toc?: boolean
}

export interface ArchiveOptions {
  /** File name in the folder. */
  readonly file?: string
  /** Before every entry's name, as some packers leave it: `./` or `folder/`. */
  readonly prefix?: string
}

type StoredForm = 'plain' | 'gzip' | 'zstd' | 'stargz'

const OCI = 'application/vnd.oci.image'
const LAYER_TYPE: Readonly<Record<StoredForm, string>> = {
  plain: `${OCI}.layer.v1.tar`,
  gzip: `${OCI}.layer.v1.tar+gzip`,
  zstd: `${OCI}.layer.v1.tar+zstd`,
  stargz: `${OCI}.layer.v1.tar+gzip`,
}

/** https://github.com/containerd/stargz-snapshotter/blob/main/docs/estargz.md */
const TOC = 'stargz.index.json'
const TOC_DIGEST = 'containerd.io/snapshot/stargz/toc.digest'

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

/** Makes an image in memory: same spec, same bytes. */
export async function makeImage(spec: MadeSpec): Promise<MadeImage> {
  const platform = spec.platform ?? { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch }
  const layers = await Promise.all(
    spec.layers.map(async (layer, position): Promise<MadeLayer> => {
      const entries = layer === 'busybox' ? busyboxEntries() : layerEntries(layer, position)
      const toc = {
        name: TOC,
        content: json({ version: 1, entries: entries.map(({ name }) => ({ name, type: 'reg' })) }),
      }
      const tar = await tarBytes(spec.toc ? [...entries, toc] : entries)
      return { tar, diffId: digestOf(tar) }
    }),
  )
  const diffIds = layers.map((layer) => layer.diffId)
  const created = MADE_AT.toISOString()
  const config = json({
    ...platform,
    created,
    config: {
      Env: spec.env ?? ['PATH=/bin'],
      Cmd: spec.cmd ?? ['/bin/sh', '-c', `echo ${spec.names?.[0] ?? 'untagged'} runs`],
      ...(spec.labels ? { Labels: spec.labels } : {}),
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map((_, index) => ({ created, created_by: `layer ${index}` })),
  })
  return { names: spec.names ?? [], configDigest: digestOf(config), diffIds, platform, config, layers }
}

function expectedOf({ names, configDigest, diffIds, platform }: MadeImage): ExpectedImage {
  return { names, configDigest, diffIds, platform }
}

async function writeArchive(
  dir: string,
  file: string,
  entries: readonly TarEntry[],
  images: readonly MadeImage[],
  options: ArchiveOptions,
): Promise<MadeArchive> {
  const path = join(dir, options.file ?? file)
  await writeTar(
    path,
    entries.map((entry) => ({ ...entry, name: `${options.prefix ?? ''}${entry.name}` })),
  )
  return { path, images: images.map(expectedOf) }
}

/** Files in the order of their names, each name once. */
function sorted(files: ReadonlyMap<string, Buffer>): TarEntry[] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, content]) => ({ name, content }))
}

/** The offset of every header of a tar of ordinary entries, and of its end mark. */
function headers(tar: Buffer): number[] {
  const offsets = [0]
  for (let at = 0; tar[at] !== 0; offsets.push(at)) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    at += 512 + Math.ceil(size / 512) * 512
  }
  return offsets
}

/** A gzip member for every file, the table of contents with the end mark the last of them, and an empty one that says where that is. */
function stargz(tar: Buffer): Buffer {
  const offsets = headers(tar)
  const starts = offsets.slice(0, -1)
  const members = starts.map((start, index) => gzipSync(tar.subarray(start, starts[index + 1])))
  const before = members.slice(0, -1).reduce((sum, member) => sum + member.length, 0)
  const footer = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 26, 0, 0x53, 0x47, 22, 0]),
    Buffer.from(`${before.toString(16).padStart(16, '0')}STARGZ`),
    Buffer.from([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]),
  ])
  return Buffer.concat([...members, footer])
}

function tocDigest(tar: Buffer): Digest {
  const at = headers(tar).at(-2) ?? 0
  const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
  return digestOf(tar.subarray(at + 512, at + 512 + size))
}

function compressed(layer: MadeLayer, form: StoredForm): Buffer {
  if (form === 'plain') return layer.tar
  if (form === 'stargz') return stargz(layer.tar)
  return form === 'gzip' ? gzipSync(layer.tar) : zstdCompressSync(layer.tar)
}

function fullName(name: string): string {
  const parsed = parseReference(name)
  return isProblem(parsed) ? name : full(parsed)
}

// ---- docker save up to 24 -------------------------------------------------------------------------------------------

const ZERO_CONFIG =
  '{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,' +
  '"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"",' +
  '"Entrypoint":null,"OnBuild":null,"Labels":null}'

/** The folder names of the layers below the top one in a legacy save, from their diffIds alone, bottom first. */
export function legacyIds(diffIds: readonly Digest[]): string[] {
  let chain = ''
  let parent = ''
  return diffIds.map((diffId) => {
    chain = chain ? digestOf(`${chain} ${diffId}`) : diffId
    const above = parent ? `,"parent":"sha256:${parent}"` : ''
    parent = hexOf(
      digestOf(
        `{"container_config":${ZERO_CONFIG},"created":"1970-01-01T00:00:00Z","layer_id":${JSON.stringify(chain)}${above}}`,
      ),
    )
    return parent
  })
}

function legacyFolder(
  id: string,
  parent: string | undefined,
  layer: MadeLayer,
  first: Map<Digest, string>,
): TarEntry[] {
  const before = first.get(layer.diffId)
  first.set(layer.diffId, before ?? id)
  const name = `${id}/layer.tar`
  const link = before !== undefined && before !== id
  return [
    { name: `${id}/` },
    { name: `${id}/VERSION`, content: '1.0' },
    { name: `${id}/json`, content: json({ id, ...(parent ? { parent } : {}), created: MADE_AT.toISOString() }) },
    link ? { name, type: 'symlink', linkname: `../${before}/layer.tar` } : { name, content: layer.tar },
  ]
}

/** As Docker up to 24 saves. A layer that an image has twice is a link to its first place, before or after it in the file. */
export async function legacyArchive(
  dir: string,
  images: readonly MadeImage[],
  options: ArchiveOptions & { readonly manifest?: boolean } = {},
): Promise<MadeArchive> {
  const folders = new Map<string, TarEntry[]>()
  const first = new Map<Digest, string>()
  const repositories: Record<string, Record<string, string>> = {}
  const manifest = images.map((image) => {
    // The top layer's folder depends on the whole config.
    const ids = [...legacyIds(image.diffIds).slice(0, -1), hexOf(digestOf(`top ${image.configDigest}`))]
    for (const [index, layer] of image.layers.entries()) {
      const id = ids[index] ?? ''
      if (!folders.has(id)) folders.set(id, legacyFolder(id, ids[index - 1], layer, first))
    }
    const config = `${hexOf(image.configDigest)}.json`
    if (options.manifest !== false) folders.set(config, [{ name: config, content: image.config }])
    for (const name of image.names) {
      const { repository, tag } = splitName(name)
      repositories[repository] = { ...repositories[repository], [tag]: ids.at(-1) ?? '' }
    }
    const tags = image.names.length > 0 ? image.names : null
    return { Config: config, RepoTags: tags, Layers: ids.map((id) => `${id}/layer.tar`) }
  })
  const epoch = new Date(0)
  const tagged = images.some((image) => image.names.length > 0)
  const entries: TarEntry[] = [
    ...[...folders].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, files]) => files),
    ...(options.manifest === false ? [] : [{ name: 'manifest.json', content: json(manifest), mtime: epoch }]),
    ...(tagged ? [{ name: 'repositories', content: json(repositories), mtime: epoch }] : []),
  ]
  return writeArchive(dir, 'legacy.tar', entries, images, options)
}

/** As Docker before 1.10 saved: no manifest.json, the config in the top layer's folder. */
export function v1Archive(
  dir: string,
  images: readonly MadeImage[],
  options: ArchiveOptions = {},
): Promise<MadeArchive> {
  return legacyArchive(dir, images, { file: 'v1.tar', ...options, manifest: false })
}

// ---- OCI layouts ----------------------------------------------------------------------------------------------------

interface MadeDescriptor {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
}

/** The blobs of a layout while it is put together. */
class Blobs {
  readonly files = new Map<string, Buffer>()

  add(mediaType: string, bytes: Buffer): MadeDescriptor {
    const digest = digestOf(bytes)
    this.files.set(Blobs.path(digest), bytes)
    return { mediaType, digest, size: bytes.length }
  }

  static path(digest: Digest): string {
    return `blobs/sha256/${hexOf(digest)}`
  }

  /** An image's manifest with its config and layers; without them when `contents` is false. */
  addImage(image: MadeImage, form: StoredForm, contents = true): MadeDescriptor & { layers: MadeDescriptor[] } {
    const into = contents ? this : new Blobs()
    const config = into.add(`${OCI}.config.v1+json`, image.config)
    const layers = image.layers.map((layer) => ({
      ...into.add(LAYER_TYPE[form], compressed(layer, form)),
      ...(form === 'stargz' ? { annotations: { [TOC_DIGEST]: tocDigest(layer.tar) } } : {}),
    }))
    const mediaType = `${OCI}.manifest.v1+json`
    return { ...this.add(mediaType, json({ schemaVersion: 2, mediaType, config, layers })), layers }
  }

  /** What buildx adds beside every platform: a manifest that is no image, of a bill of materials and a provenance. */
  addAttestation(manifest: Digest): MadeDescriptor {
    const layers = ['https://spdx.dev/Document', 'https://slsa.dev/provenance/v0.2'].map((predicateType) => ({
      ...this.add(
        'application/vnd.in-toto+json',
        json({ _type: 'https://in-toto.io/Statement/v0.1', subject: [], predicateType }),
      ),
      annotations: { 'in-toto.io/predicate-type': predicateType },
    }))
    const ids = layers.map(({ digest }) => digest)
    const config = this.add(
      `${OCI}.config.v1+json`,
      json({ os: 'unknown', architecture: 'unknown', rootfs: { type: 'layers', diff_ids: ids } }),
    )
    const mediaType = `${OCI}.manifest.v1+json`
    return {
      ...this.add(mediaType, json({ schemaVersion: 2, mediaType, config, layers })),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': manifest,
      },
    }
  }

  addIndex(manifests: readonly MadeDescriptor[]): MadeDescriptor {
    const mediaType = `${OCI}.index.v1+json`
    return this.add(mediaType, json({ schemaVersion: 2, mediaType, manifests }))
  }
}

function bare({ mediaType, digest, size }: MadeDescriptor): MadeDescriptor {
  return { mediaType, digest, size }
}

/** One descriptor a name; one without a name for an untagged image. */
function named(descriptor: MadeDescriptor, names: readonly string[]): MadeDescriptor[] {
  if (names.length === 0) return [bare(descriptor)]
  return names.map((name) => ({
    ...bare(descriptor),
    annotations: {
      'io.containerd.image.name': fullName(name),
      'org.opencontainers.image.ref.name': splitName(name).tag,
    },
  }))
}

function layoutFiles(blobs: Blobs, manifests: readonly MadeDescriptor[]): Map<string, Buffer> {
  return new Map([
    ...blobs.files,
    ['index.json', json({ schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests })],
    ['oci-layout', Buffer.from('{"imageLayoutVersion": "1.0.0"}')],
  ])
}

const BLOB_FOLDERS: readonly TarEntry[] = [{ name: 'blobs/' }, { name: 'blobs/sha256/' }]

/** As Docker from 25 on saves from its classic store: a layout with plain layers, manifest.json and repositories. */
export async function hybridArchive(
  dir: string,
  images: readonly MadeImage[],
  options: ArchiveOptions = {},
): Promise<MadeArchive> {
  const blobs = new Blobs()
  const repositories: Record<string, Record<string, string>> = {}
  const manifest: unknown[] = []
  const descriptors = images.flatMap((image) => {
    const descriptor = blobs.addImage(image, 'plain')
    for (const [index, diffId] of image.diffIds.entries()) {
      // Leftovers of the older form that nothing refers to.
      blobs.add('', json({ created: '1970-01-01T00:00:00Z', layer_id: diffId, position: index }))
    }
    manifest.push({
      Config: Blobs.path(image.configDigest),
      RepoTags: image.names.length > 0 ? image.names : null,
      Layers: image.diffIds.map((diffId) => Blobs.path(diffId)),
      LayerSources: Object.fromEntries(descriptor.layers.map((layer) => [layer.digest, layer])),
    })
    for (const name of image.names) {
      const { repository, tag } = splitName(name)
      repositories[repository] = { ...repositories[repository], [tag]: hexOf(image.diffIds.at(-1) ?? 'sha256:') }
    }
    return named(descriptor, image.names)
  })
  const files = layoutFiles(blobs, descriptors)
  files.set('manifest.json', json(manifest))
  if (images.some((image) => image.names.length > 0)) files.set('repositories', json(repositories))
  return writeArchive(dir, 'hybrid.tar', [...BLOB_FOLDERS, ...sorted(files)], images, options)
}

export interface LayoutOptions extends ArchiveOptions {
  /** How layers are kept; gzip when not given. */
  readonly form?: StoredForm
  /** A platform of the image whose manifest is there and whose layers are not. */
  readonly absent?: readonly MadeImage[]
  /** Adds an attestation beside every platform. */
  readonly attestations?: boolean
}

function platformIndex(blobs: Blobs, platforms: readonly MadeImage[], options: LayoutOptions): MadeDescriptor {
  const form = options.form ?? 'gzip'
  const present = platforms.map((image) => ({ ...bare(blobs.addImage(image, form)), platform: image.platform }))
  const absent = (options.absent ?? []).map((image) => ({
    ...bare(blobs.addImage(image, form, false)),
    platform: image.platform,
  }))
  const attestations = options.attestations ? present.map(({ digest }) => blobs.addAttestation(digest)) : []
  return blobs.addIndex([...present, ...absent, ...attestations])
}

/**
 * As a containerd store saves: a layout with compressed layers and a manifest.json for the first platform. The platforms
 * are one image; alone, without attestations and absent ones, it is named directly and not through an index.
 */
export async function containerdArchive(
  dir: string,
  platforms: readonly [MadeImage, ...MadeImage[]],
  options: LayoutOptions = {},
): Promise<MadeArchive> {
  const blobs = new Blobs()
  const [best] = platforms
  const alone = platforms.length === 1 && !options.attestations && !options.absent
  const form = options.form ?? 'gzip'
  const descriptor = alone ? blobs.addImage(best, form) : platformIndex(blobs, platforms, options)
  const { layers } = blobs.addImage(best, form)
  const manifest = [
    {
      Config: Blobs.path(best.configDigest),
      RepoTags: best.names,
      Layers: layers.map((layer) => Blobs.path(layer.digest)),
    },
  ]
  const files = layoutFiles(blobs, named(descriptor, best.names))
  files.set('manifest.json', json(manifest))
  const made = await writeArchive(dir, 'containerd.tar', sorted(files), platforms, options)
  return { ...made, absent: (options.absent ?? []).map((image) => image.platform) }
}

/** A layout and nothing else, as `docker buildx build --output type=oci` writes it: all platforms of one image. No Docker before the containerd store loads it. */
export async function ociArchive(
  dir: string,
  platforms: readonly [MadeImage, ...MadeImage[]],
  options: LayoutOptions = {},
): Promise<MadeArchive> {
  const blobs = new Blobs()
  const descriptor = platformIndex(blobs, platforms, options)
  const files = layoutFiles(blobs, named(descriptor, platforms[0].names))
  const made = await writeArchive(dir, 'oci.tar', [...BLOB_FOLDERS, ...sorted(files)], platforms, options)
  return { ...made, absent: (options.absent ?? []).map((image) => image.platform) }
}

// ---- other builders -------------------------------------------------------------------------------------------------

async function gzipArchive(
  dir: string,
  file: string,
  image: MadeImage,
  config: string,
  layerName: (digest: Digest) => string,
  options: ArchiveOptions,
): Promise<MadeArchive> {
  const layers = image.layers.map((layer): TarEntry & { name: string } => {
    const content = compressed(layer, 'gzip')
    return { name: layerName(digestOf(content)), content }
  })
  const once = [...new Map(layers.map((layer) => [layer.name, layer])).values()]
  const manifest = [{ Config: config, RepoTags: image.names, Layers: layers.map((layer) => layer.name) }]
  const entries = [{ name: config, content: image.config }, ...once, { name: 'manifest.json', content: json(manifest) }]
  return writeArchive(dir, file, entries, [image], options)
}

/** As crane, ko and kaniko write: the config's name holds a colon, layers are gzip files at the root. */
export function kanikoArchive(dir: string, image: MadeImage, options: ArchiveOptions = {}): Promise<MadeArchive> {
  return gzipArchive(dir, 'kaniko.tar', image, image.configDigest, (digest) => `${hexOf(digest)}.tar.gz`, options)
}

/** As jib writes: the config's name is not its digest. */
export function jibArchive(dir: string, image: MadeImage, options: ArchiveOptions = {}): Promise<MadeArchive> {
  return gzipArchive(dir, 'jib.tar', image, 'config.json', (digest) => `${hexOf(digest)}.tar.gz`, options)
}

/** As Bazel's rules_oci write: blobs without a layout around them. */
export function bazelArchive(dir: string, image: MadeImage, options: ArchiveOptions = {}): Promise<MadeArchive> {
  const config = Blobs.path(image.configDigest)
  return gzipArchive(dir, 'bazel.tar', image, config, (digest) => `${Blobs.path(digest)}.tar.gz`, options)
}

/** A root file system as `docker export` gives it: no image at all. */
export async function rootfsArchive(dir: string, options: ArchiveOptions = {}): Promise<MadeArchive> {
  const folders = ['dev/', 'etc/', 'proc/', 'root/', 'sys/', 'usr/', 'var/'].map((name): TarEntry => ({ name }))
  const entries = [{ name: '.dockerenv', content: '' }, ...busyboxEntries(), ...folders]
  return writeArchive(dir, 'rootfs.tar', [...entries, { name: 'etc/hostname', content: 'box\n' }], [], options)
}

// ---- a set ----------------------------------------------------------------------------------------------------------

const SMALL: readonly LayerSpec[] = [
  { files: { 'etc/app.conf': 'a=1\n' }, textBytes: 60_000, seed: 'base' },
  { files: { 'app/main': 'main\n' }, randomBytes: 200_000, seed: 'app' },
]

/** A small image that no other test's images share a layer with unless they ask for the same `seed`. */
export function smallImage(name: string, seed = name): Promise<MadeImage> {
  return makeImage({ names: [name], layers: [...SMALL, { files: { 'app/version': `${seed}\n` } }] })
}

/** One archive of every handmade kind, of small images, in a folder. Their layers do not run; use `busybox` layers for that. */
export async function handmadeArchives(dir: string) {
  const one = await smallImage('demo/app:1.0.0')
  const two = await smallImage('demo/app:2.0.0')
  const repeated = await makeImage({
    names: ['demo/repeated:1'],
    layers: [
      ...SMALL,
      { files: { 'etc/same': 'same\n' } },
      { files: { 'etc/other': '1\n' } },
      { files: { 'etc/same': 'same\n' } },
    ],
  })
  const untagged = await makeImage({ layers: SMALL })
  const arm = await makeImage({
    names: one.names,
    layers: [...SMALL, { files: { 'app/version': 'arm\n' } }],
    platform: { os: 'linux', architecture: one.platform.architecture === 'arm64' ? 'amd64' : 'arm64' },
  })
  const armv7 = await makeImage({
    names: one.names,
    layers: SMALL,
    platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
  })
  return {
    legacy: await legacyArchive(dir, [one]),
    legacyShared: await legacyArchive(dir, [one, two], { file: 'legacy-shared.tar' }),
    legacyRepeated: await legacyArchive(dir, [repeated], { file: 'legacy-repeated.tar' }),
    legacyUntagged: await legacyArchive(dir, [untagged], { file: 'legacy-untagged.tar' }),
    legacyDotted: await legacyArchive(dir, [one], { file: 'legacy-dotted.tar', prefix: './' }),
    v1: await v1Archive(dir, [one]),
    hybrid: await hybridArchive(dir, [one, two]),
    containerd: await containerdArchive(dir, [one]),
    containerdPlatforms: await containerdArchive(dir, [one], {
      file: 'containerd-platforms.tar',
      absent: [arm],
      attestations: true,
    }),
    containerdZstd: await containerdArchive(dir, [one], { file: 'containerd-zstd.tar', form: 'zstd' }),
    oci: await ociArchive(dir, [one]),
    ociPlatforms: await ociArchive(dir, [one, arm], {
      file: 'oci-platforms.tar',
      absent: [armv7],
      attestations: true,
    }),
    ociZstd: await ociArchive(dir, [one], { file: 'oci-zstd.tar', form: 'zstd' }),
    kaniko: await kanikoArchive(dir, one),
    jib: await jibArchive(dir, one),
    bazel: await bazelArchive(dir, one),
    rootfs: await rootfsArchive(dir),
  }
}

/** More kinds, which a reader should know and not every Docker does. */
export async function furtherArchives(dir: string) {
  const one = await smallImage('demo/built:1.0.0')
  const layers = [...SMALL, { files: { 'etc/other': '1\n' } }, ...SMALL]
  const repeated = await makeImage({ names: ['demo/folder:1'], layers })
  const stargzImage = await makeImage({ names: ['demo/stargz:1'], layers: SMALL, toc: true })
  const [arm, armv7] = await Promise.all(
    [
      { os: 'linux', architecture: one.platform.architecture === 'arm64' ? 'amd64' : 'arm64' },
      { os: 'linux', architecture: 'arm', variant: 'v7' },
    ].map((platform) =>
      makeImage({
        names: one.names,
        layers: [...SMALL, { files: { 'app/version': `${platform.architecture}\n` } }],
        platform,
      }),
    ),
  )
  const others = [arm, armv7].filter((image) => image !== undefined)
  return {
    buildkit: await ociArchive(dir, [one, ...others], { file: 'buildkit.tar', attestations: true }),
    buildkitDocker: await containerdArchive(dir, [one], { file: 'buildkit-docker.tar', attestations: true }),
    stargz: await ociArchive(dir, [stargzImage], { file: 'stargz.tar', form: 'stargz' }),
    legacyFolder: await legacyArchive(dir, [repeated], { file: 'legacy-folder.tar', prefix: 'delivery/' }),
  }
}
