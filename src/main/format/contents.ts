import type { ArchiveFormat, Platform } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { byTelling, type Digest, normaliseName } from '../../shared/reference.ts'
import type { Descriptor, Documents, Form, Image, Layer } from '../place/place.ts'
import { digestOf, hex } from './digest.ts'
import {
  ANNOTATION,
  createdOf,
  type DockerManifestEntry,
  diffIds,
  documentKind,
  isDockerManifest,
  MAX_DOCUMENT,
  MAX_LISTING,
  type Manifest,
  MEDIA,
  parseConfig,
  parseDockerManifest,
  parseIndex,
  parseManifest,
  platformOf,
  platformText,
} from './documents.ts'
import { shown } from './shown.ts'
import { linkTarget, type TarEntry } from './tar.ts'

/**
 * What an archive contains, told by its content: docker save in all its forms and OCI layouts in a tar. Works on a list of
 * entries and a way to read small files; where they come from (a plain file, one pass over a compressed one) is not its
 * business.
 */

export interface Files {
  /** The last one of every name, as unpacking would leave it. */
  readonly entries: ReadonlyMap<string, TarEntry>
  /** Names of documents that stand there more than once. */
  readonly doubled: ReadonlySet<string>
  /** There were more entries than are kept. */
  readonly partial: boolean
  /** A whole small file. @throws archive-too-large */
  read(entry: TarEntry, limit: number): Promise<Uint8Array>
  /** What its first bytes say. */
  form(entry: TarEntry): Promise<Form>
}

/** Where an image's layer is: the entry that holds it and its form; undefined when the archive lacks it. */
export interface LayerFile {
  readonly entry: TarEntry
  readonly form: Form
}

export interface ArchivedImage {
  readonly image: Image
  readonly documents: Documents
  /** As `image.layers`, bottom first. */
  readonly files: readonly (LayerFile | undefined)[]
  /** The file the config was read from, and the digest its name promises when that is not what it has. */
  readonly config: { readonly file: string; readonly promised?: Digest }
}

export interface Contents {
  readonly format: ArchiveFormat
  readonly images: readonly ArchivedImage[]
  /** Indexes, whose parts are some of the images, and what speaks of those. For who takes all platforms of a name at once. */
  readonly indexes: readonly Image[]
  /** Attestations that indexes name, by their own digest. */
  readonly attestations: readonly ArchivedImage[]
  /** Every file whose name promises a digest in a layout's way, whether an image needs it or not. */
  readonly blobs: readonly { readonly entry: TarEntry; readonly digest: Digest }[]
  readonly absent: readonly { readonly name: string; readonly platform: string }[]
}

const MAX_LINKS = 16
const MAX_NESTING = 4
/** Of one file, all images together. Somebody's whole engine has some thousands of each. */
const MAX_MANIFESTS = 100_000
const MAX_LAYERS = 200_000
const MAX_NAMES = 20_000
/** Bytes of configs and manifests. */
const MAX_DOCUMENTS = 32 << 20
const BLOB_NAME = /^blobs\/sha256\/([0-9a-f]{64})$/
const HEX_NAME = /(?:^|\/)(?:sha256:)?([0-9a-f]{64})(?:\.json|\.tar|\.tar\.gz|\.tar\.zst)?$/

/** The digest a file's name promises, if it promises one: `blobs/sha256/<hex>`, `<hex>.json`, `<hex>.tar.gz`, `sha256:<hex>`. */
export function promisedDigest(name: string): Digest | undefined {
  const found = HEX_NAME.exec(name)?.[1]
  return found ? `sha256:${found}` : undefined
}

/** Follows links inside the archive. @throws archive-hostile for a cycle or a link that leaves the archive */
function resolve(files: Files, name: string): TarEntry | undefined {
  let entry = files.entries.get(name)
  for (let hops = 0; entry && (entry.type === 'link' || entry.type === 'symlink'); hops++) {
    const target = linkTarget(entry)
    if (target === undefined)
      throw new AppError('archive-hostile', { detail: `a link out of the archive (${shown(entry.name)})` })
    if (hops >= MAX_LINKS) throw new AppError('archive-hostile', { detail: `a circle of links (${shown(entry.name)})` })
    entry = files.entries.get(target)
  }
  if (entry && entry.type !== 'file')
    throw new AppError('archive-hostile', { detail: `${shown(entry.name)} is no ordinary file` })
  return entry
}

function lookup(files: Files, name: string): TarEntry | undefined {
  const clean = name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
  if (name.startsWith('/') || clean.split('/').includes('..'))
    throw new AppError('archive-hostile', { detail: `a name out of the archive (${shown(name)})` })
  return resolve(files, clean)
}

function blobName(digest: Digest): string {
  return `blobs/sha256/${hex(digest)}`
}

async function document(files: Files, name: string, limit: number): Promise<Uint8Array | undefined> {
  const entry = lookup(files, name)
  return entry ? await files.read(entry, limit) : undefined
}

/** What a config says, as far as an image needs it. */
interface Described {
  readonly digest: Digest
  readonly ids: readonly Digest[]
  readonly platform: Platform
  readonly created: number
}

/** What is found while documents lead to documents. */
interface Found {
  readonly images: Map<Digest, { archived: ArchivedImage; readonly names: Set<string> }>
  readonly absent: { name: string; platform: string }[]
  /** What was read, by digest: a file may name one manifest a hundred thousand times, or an index that does. */
  readonly documents: Map<Digest, ArchivedImage | readonly Descriptor[] | 'absent' | 'other'>
  readonly described: Map<Uint8Array, Described>
  /** Media types of what is no image. */
  readonly others: Set<string>
  /** How much of it there is. */
  visits: number
  layers: number
  names: number
}

function tooLarge(detail: string): AppError {
  return new AppError('archive-too-large', { detail })
}

function count(found: Found, what: 'visits' | 'layers' | 'names', more: number): void {
  found[what] += more
  if (found.visits > MAX_MANIFESTS) throw tooLarge(`more than ${MAX_MANIFESTS} images`)
  if (found.layers > MAX_LAYERS) throw tooLarge(`more than ${MAX_LAYERS} layers`)
  if (found.names > MAX_NAMES) throw tooLarge(`more than ${MAX_NAMES} names`)
}

/** Reads nothing twice, and not without end. */
function remembering(files: Files): Files {
  const documents = new Map<TarEntry, Uint8Array>()
  const forms = new Map<TarEntry, Form>()
  let room = MAX_DOCUMENTS
  return {
    ...files,
    async read(entry, limit) {
      const known = documents.get(entry)
      if (known && known.length <= limit) return known
      const bytes = await files.read(entry, limit)
      room -= bytes.length
      if (room < 0) throw tooLarge(`more than ${MAX_DOCUMENTS} bytes of documents`)
      documents.set(entry, bytes)
      return bytes
    },
    async form(entry) {
      const form = forms.get(entry) ?? (await files.form(entry))
      forms.set(entry, form)
      return form
    },
  }
}

/** A document addressed by digest: its bytes must be what the digest says before anything in them is believed. */
async function addressed(files: Files, digest: Digest): Promise<Uint8Array | undefined> {
  const bytes = await document(files, blobName(digest), MAX_DOCUMENT)
  if (bytes && digestOf(bytes) !== digest) throw new AppError('digest-mismatch', { file: blobName(digest) })
  return bytes
}

/** The config of that digest. */
async function addressedConfig(
  files: Files,
  found: Found,
  digest: Digest,
): Promise<{ bytes: Uint8Array; config: Described } | undefined> {
  const bytes = await document(files, blobName(digest), MAX_DOCUMENT)
  const config = bytes && describe(found, bytes, blobName(digest))
  if (config && config.digest !== digest) throw new AppError('digest-mismatch', { file: blobName(digest) })
  return bytes && config && { bytes, config }
}

async function layerFile(files: Files, name: string): Promise<LayerFile | undefined> {
  const entry = lookup(files, name)
  return entry ? { entry, form: await files.form(entry) } : undefined
}

/** What can be said of a layer that stands in a docker-archive: a plain one is stored under its diffId. */
function dockerLayer(diffId: Digest, file: LayerFile | undefined): Layer {
  if (!file) return { diffId }
  const digest = file.form === 'plain' ? diffId : promisedDigest(file.entry.name)
  if (!digest) return { diffId }
  return { diffId, stored: { mediaType: MEDIA.layer[file.form], digest, size: file.entry.size } }
}

function describe(found: Found, bytes: Uint8Array, file: string): Described {
  const known = found.described.get(bytes)
  if (known) return known
  const config = parseConfig(bytes, file)
  const digest = digestOf(bytes)
  const described = { digest, ids: diffIds(config), platform: platformOf(config), created: createdOf(config) }
  found.described.set(bytes, described)
  return described
}

async function dockerImage(
  files: Files,
  found: Found,
  entry: { config: string; layers: readonly string[] },
): Promise<ArchivedImage> {
  count(found, 'visits', 1)
  count(found, 'layers', entry.layers.length)
  const bytes = await document(files, entry.config, MAX_DOCUMENT)
  if (!bytes) throw new AppError('archive-damaged', { detail: `${shown(entry.config)} is missing` })
  const config = describe(found, bytes, entry.config)
  const { ids, digest } = config
  if (ids.length !== entry.layers.length) {
    throw new AppError('archive-damaged', {
      detail: `${shown(entry.config)}: ${entry.layers.length} layers listed, ${ids.length} described`,
    })
  }
  const layerFiles: (LayerFile | undefined)[] = []
  for (const name of entry.layers) layerFiles.push(await layerFile(files, name))
  const promised = promisedDigest(entry.config)
  return {
    image: image(
      config,
      ids.map((diffId, index) => dockerLayer(diffId, layerFiles[index])),
      bytes,
    ),
    documents: { config: bytes },
    files: layerFiles,
    config: { file: shown(entry.config), ...(promised && promised !== digest ? { promised } : {}) },
  }
}

/** Its names are gathered apart: several places of a file may give it some. */
function image({ digest, platform, created }: Described, layers: readonly Layer[], bytes: Uint8Array): Image {
  return { id: digest, names: [], platform, layers, created, config: bytes }
}

/** The familiar name an index entry carries, if it carries a whole one. */
export function annotatedName(annotations: Readonly<Record<string, string>> | undefined): string | undefined {
  const name = annotations?.[ANNOTATION.name]
  if (name !== undefined) return normaliseName(name)
  const ref = annotations?.[ANNOTATION.refName]
  // A bare word is a tag by the specification: which repository it belongs to is not said.
  return ref !== undefined && /[/:]/.test(ref) ? normaliseName(ref) : undefined
}

function addNames(found: Found, archived: ArchivedImage, names: readonly string[]): void {
  let known = found.images.get(archived.image.id)
  if (!known) {
    known = { archived, names: new Set() }
    found.images.set(archived.image.id, known)
  }
  const before = known.names.size
  for (const name of names) known.names.add(name)
  count(found, 'names', known.names.size - before)
  const { manifest } = archived.documents
  // A manifest says more than none: the forms of the layers as they are kept.
  if (manifest && !known.archived.documents.manifest)
    known.archived = { ...known.archived, documents: { ...known.archived.documents, manifest } }
}

function* images(found: Found): Generator<ArchivedImage> {
  for (const { archived, names } of found.images.values()) {
    yield { ...archived, image: { ...archived.image, names: [...names].sort(byTelling) } }
  }
}

const IMAGE_CONFIGS: readonly string[] = [MEDIA.config, MEDIA.dockerConfig, '']

/** Pairs a manifest's layers with the config's diffIds. A plain layer's digest is its diffId, whatever the order it is listed in. */
export function orderedLayers(manifest: Manifest, ids: readonly Digest[], file: string): readonly Descriptor[] {
  if (manifest.layers.length !== ids.length) {
    throw new AppError('archive-damaged', {
      detail: `${file}: ${manifest.layers.length} layers listed, ${ids.length} described`,
    })
  }
  // Docker 25.0.0 wrote the layers of a generated manifest in random order (moby/moby#47241 fixed it in 25.0.1).
  const byDigest = new Map(manifest.layers.map((layer) => [layer.digest, layer]))
  const inOrder = ids.map((id) => byDigest.get(id))
  return inOrder.every((layer) => layer !== undefined) ? inOrder : manifest.layers
}

async function ociImage(
  files: Files,
  found: Found,
  digest: Digest,
  bytes: Uint8Array,
): Promise<ArchivedImage | 'absent' | 'other'> {
  const manifest = parseManifest(bytes, blobName(digest))
  if (!IMAGE_CONFIGS.includes(manifest.config.mediaType)) {
    found.others.add(manifest.config.mediaType)
    return 'other'
  }
  count(found, 'layers', manifest.layers.length)
  const read = await addressedConfig(files, found, manifest.config.digest)
  if (!read) return 'absent'
  const { ids } = read.config
  const descriptors = orderedLayers(manifest, ids, blobName(digest))
  const layerFiles: (LayerFile | undefined)[] = []
  for (const layer of descriptors) layerFiles.push(await layerFile(files, blobName(layer.digest)))
  // A platform that was not on the machine that saved: its manifest and perhaps its config are here, no layer is.
  if (descriptors.length > 0 && layerFiles.every((file) => file === undefined)) return 'absent'
  const layers = descriptors.map((stored, index): Layer => ({ diffId: ids[index] ?? stored.digest, stored }))
  return {
    image: image(read.config, layers, read.bytes),
    documents: { config: read.bytes, manifest: bytes },
    files: layerFiles,
    config: { file: blobName(manifest.config.digest) },
  }
}

export function isAttestation(descriptor: Descriptor): boolean {
  return (
    descriptor.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' ||
    descriptor.platform?.os === 'unknown'
  )
}

async function visit(
  files: Files,
  found: Found,
  descriptor: Descriptor,
  inherited: readonly string[],
  depth: number,
): Promise<void> {
  // An index may name one and the same below it any number of times, and that one again.
  count(found, 'visits', 1)
  if (isAttestation(descriptor)) return
  const own = annotatedName(descriptor.annotations)
  const names = own === undefined ? inherited : [own]
  const { digest } = descriptor
  const what = found.documents.get(digest) ?? (await readAddressed(files, found, digest))
  found.documents.set(digest, what)
  if (what === 'absent') {
    const platform = descriptor.platform ? platformText(descriptor.platform) : ''
    found.absent.push({ name: names[0] ?? '', platform })
  } else if (typeof what === 'object' && 'image' in what) addNames(found, what, names)
  else if (what !== 'other') {
    if (depth >= MAX_NESTING) throw new AppError('archive-hostile', { detail: 'an index within an index, and so on' })
    for (const child of what) await visit(files, found, child, names, depth + 1)
  }
}

/** An image, or what an index names, or that it is neither or not there. */
async function readAddressed(
  files: Files,
  found: Found,
  digest: Digest,
): Promise<ArchivedImage | readonly Descriptor[] | 'absent' | 'other'> {
  const bytes = await addressed(files, digest)
  if (!bytes) return 'absent'
  const kind = documentKind(bytes, blobName(digest))
  if (kind === 'manifest') return await ociImage(files, found, digest, bytes)
  if (kind === 'other') return 'other'
  const children = parseIndex(bytes, blobName(digest))
  count(found, 'visits', children.length)
  return children
}

async function attestation(files: Files, found: Found, { digest }: Descriptor): Promise<ArchivedImage | undefined> {
  const bytes = await addressed(files, digest)
  if (!bytes || documentKind(bytes, blobName(digest)) !== 'manifest') return undefined
  const manifest = parseManifest(bytes, blobName(digest))
  count(found, 'layers', manifest.layers.length)
  const config = await addressed(files, manifest.config.digest)
  if (!config) return undefined
  const layerFiles: (LayerFile | undefined)[] = []
  for (const layer of manifest.layers) {
    const entry = lookup(files, blobName(layer.digest))
    // Whatever its bytes are, they are carried as they are.
    layerFiles.push(entry && { entry, form: 'plain' })
  }
  const platform = { os: 'unknown', architecture: 'unknown' }
  const layers = manifest.layers.map((stored): Layer => ({ stored }))
  return {
    image: {
      id: digest,
      digest,
      names: [],
      platform,
      layers,
      created: 0,
      config,
      manifest: bytes,
      kind: 'attestation',
    },
    documents: { config, manifest: bytes },
    files: layerFiles,
    config: { file: blobName(manifest.config.digest) },
  }
}

/** The indexes that index.json lists, with the parts that are here. */
async function gatherIndexes(
  files: Files,
  found: Found,
  descriptors: readonly Descriptor[],
): Promise<Pick<Contents, 'indexes' | 'attestations'>> {
  const indexes = new Map<Digest, Image>()
  const attestations = new Map<Digest, ArchivedImage>()
  for (const { digest, annotations } of descriptors) {
    const index = indexes.get(digest) ?? (await readIndex(files, found, digest, attestations))
    if (!index) continue
    const name = annotatedName(annotations)
    indexes.set(digest, name === undefined ? index : { ...index, names: [...new Set([...index.names, name])] })
  }
  return { indexes: [...indexes.values()], attestations: [...attestations.values()] }
}

/** An index with the parts that are here; undefined for what is none, or has none. */
async function readIndex(
  files: Files,
  found: Found,
  digest: Digest,
  attestations: Map<Digest, ArchivedImage>,
): Promise<Image | undefined> {
  const children = found.documents.get(digest)
  const manifest = Array.isArray(children) ? await addressed(files, digest) : undefined
  if (!manifest) return undefined
  const parts: Image[] = []
  for (const child of children as readonly Descriptor[]) {
    const attests = isAttestation(child)
    const part = attests
      ? (attestations.get(child.digest) ?? (await attestation(files, found, child)))
      : partOf(found, child.digest)
    if (!part) continue
    if (attests) attestations.set(child.digest, part)
    parts.push({ ...part.image, digest: child.digest })
  }
  const first = parts.find(({ kind }) => kind === undefined)
  if (!first) return undefined
  const { platform, created } = first
  return { id: digest, digest, names: [], platform, created, layers: [], manifest, parts }
}

/** The image of this very manifest: one config may have several. */
function partOf(found: Found, digest: Digest): ArchivedImage | undefined {
  const what = found.documents.get(digest)
  if (typeof what !== 'object' || !('image' in what)) return undefined
  const { manifest } = found.images.get(what.image.id)?.archived.documents ?? {}
  return manifest && digestOf(manifest) === digest ? what : undefined
}

/** Top-level folders of a root file system; three of them make one. */
const ROOT_FOLDERS = [
  'bin',
  'usr',
  'etc',
  'lib',
  'var',
  'dev',
  'proc',
  'root',
  'sbin',
  'home',
  'tmp',
  'opt',
  'sys',
  'run',
]
const WINDOWS_ROOT = ['Files', 'Hives', 'UtilityVM']

const KINDS: readonly (readonly [string, RegExp])[] = [
  ['ova', /^[^/]+\.ovf$/],
  ['helm', /^[^/]+\/Chart\.yaml$/],
  ['compose', /^([^/]+\/)?(docker-)?compose\.ya?ml$/],
]

/** Whether these first parts of names are a system's: whatever comes after them, it stays one. */
export function isRootfs(top: ReadonlySet<string>): boolean {
  if (top.has('.dockerenv') || ROOT_FOLDERS.filter((folder) => top.has(folder)).length >= 3) return true
  return WINDOWS_ROOT.filter((folder) => top.has(folder)).length >= 2
}

/** What a tar without images is. */
function otherKind(files: Files, top: ReadonlySet<string>): 'rootfs' | AppError {
  const some = (pattern: RegExp): boolean => {
    for (const name of files.entries.keys()) if (pattern.test(name)) return true
    return false
  }
  const kind = (name: string): AppError => new AppError('archive-not-images', { kind: name })
  if (top.has('repositories') && some(/^[0-9a-f]{64}\/json$/)) return kind('docker-v1')
  // Files taken away below: only a layer has them. It may look like a root file system otherwise.
  if (some(/(^|\/)\.wh\./)) return kind('layer')
  if (isRootfs(top)) return 'rootfs'
  return kind(KINDS.find(([, pattern]) => some(pattern))?.[0] ?? 'tar')
}

/** Some tools put everything in one folder: look for the documents one level down then. */
function withoutParent(files: Files): Files {
  if (files.entries.has('manifest.json') || files.entries.has('index.json')) return files
  let marker: string | undefined
  for (const name of files.entries.keys()) {
    if (!/^[^/]+\/(manifest|index)\.json$/.test(name)) continue
    marker = name
    break
  }
  if (!marker) return files
  const parent = `${marker.split('/')[0]}/`
  const entries = new Map<string, TarEntry>()
  for (const [name, entry] of files.entries) {
    if (!name.startsWith(parent)) continue
    // A hard link names an entry from the top on; a symbolic one begins where it stands.
    const target = entry.type === 'link' ? linkTarget(entry) : undefined
    entries.set(name.slice(parent.length), {
      ...entry,
      name: name.slice(parent.length),
      ...(target?.startsWith(parent) ? { target: target.slice(parent.length) } : {}),
    })
  }
  const doubled = new Set([...files.doubled].map((name) => (name.startsWith(parent) ? name.slice(parent.length) : '')))
  return { ...files, entries, doubled }
}

/** The documents that say what images there are; neither of them where it is no image file. */
interface Listings {
  readonly docker: readonly DockerManifestEntry[] | undefined
  readonly oci: readonly Descriptor[] | undefined
}

async function listings(files: Files): Promise<Listings> {
  const listing = await document(files, 'manifest.json', MAX_LISTING)
  const index = files.entries.has('oci-layout') ? await document(files, 'index.json', MAX_LISTING) : undefined
  return {
    docker:
      listing && isDockerManifest(listing, 'manifest.json') ? parseDockerManifest(listing, 'manifest.json') : undefined,
    oci: index && parseIndex(index, 'index.json'),
  }
}

/** What is refused whatever the images are. */
function refuseHostile(files: Files): void {
  for (const entry of files.entries.values()) {
    if (entry.unsafe)
      throw new AppError('archive-hostile', { detail: `a name out of the archive (${shown(entry.name)})` })
  }
  for (const name of ['manifest.json', 'index.json', 'oci-layout']) {
    // Skopeo reads the first of two, Docker the last: what was looked at would not be what is loaded.
    if (files.doubled.has(name)) throw new AppError('archive-hostile', { detail: `two files ${name}` })
  }
  if (files.partial) throw tooLarge(`more than ${files.entries.size} files`)
}

function* blobs(files: Files): Generator<Contents['blobs'][number]> {
  for (const entry of files.entries.values()) {
    const found = entry.type === 'file' ? BLOB_NAME.exec(entry.name)?.[1] : undefined
    if (found) yield { entry, digest: `sha256:${found}` }
  }
}

/**
 * Reads what an archive holds. `top`: the first part of every entry's name, kept or not.
 * @throws archive-not-images, archive-damaged, archive-hostile, archive-too-large, digest-mismatch
 */
export async function readContents(all: Files, top: ReadonlySet<string>): Promise<Contents> {
  const files = remembering(withoutParent(all))
  // A system may have files of those names, with whatever in them.
  const { docker, oci } = isRootfs(top) ? { docker: undefined, oci: undefined } : await listings(files)
  if (!docker && !oci) {
    const kind = otherKind(files, top)
    if (kind !== 'rootfs') throw kind
    return { format: 'rootfs', images: [], indexes: [], attestations: [], blobs: [], absent: [] }
  }
  refuseHostile(files)
  const found: Found = {
    images: new Map(),
    absent: [],
    documents: new Map(),
    described: new Map(),
    others: new Set(),
    visits: 0,
    layers: 0,
    names: 0,
  }
  for (const descriptor of oci ?? []) await visit(files, found, descriptor, [], 0)
  // manifest.json knows untagged images that some engines leave out of index.json, and the order of the layers.
  for (const entry of docker ?? []) {
    const names = entry.repotags.map((name) => normaliseName(name)).filter((name) => name !== undefined)
    addNames(found, await dockerImage(files, found, entry), names)
  }
  if (found.images.size === 0 && found.absent.length === 0 && found.others.size > 0)
    throw new AppError('archive-not-images', { kind: [...found.others].some(isHelm) ? 'helm' : 'tar' })
  const gathered = await gatherIndexes(files, found, oci ?? [])
  return {
    format: docker ? 'docker-archive' : 'oci-archive',
    images: [...images(found)],
    ...gathered,
    blobs: [...blobs(files)],
    absent: found.absent,
  }
}

function isHelm(mediaType: string): boolean {
  return mediaType.startsWith('application/vnd.cncf.helm.')
}

/** A layer's bytes, and all that is promised of them. */
export interface Expectation extends LayerFile {
  readonly digest?: Digest
  readonly diffId?: Digest
}

/** Every file an intact archive consists of, each once for each thing it must be. */
export function expectations(contents: Contents): Expectation[] {
  const expected = new Map<string, Expectation>()
  for (const { image: of, files } of contents.images) {
    for (const [index, file] of files.entries()) {
      const layer = of.layers[index]
      if (!file || !layer) continue
      const digest = layer.stored?.digest
      const { diffId } = layer
      expected.set(`${file.entry.name} ${digest} ${diffId}`, {
        ...file,
        ...(digest ? { digest } : {}),
        ...(diffId ? { diffId } : {}),
      })
    }
  }
  const layers = new Set([...expected.values()].map(({ entry }) => entry))
  for (const { entry, digest } of contents.blobs) {
    // What no image needs is not unpacked: nothing says what would come out.
    if (!layers.has(entry)) expected.set(entry.name, { entry, form: 'plain', digest })
  }
  return [...expected.values()]
}
