import type { ArchiveFormat } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { byTelling, type Digest, normaliseName } from '../../shared/reference.ts'
import type { Descriptor, Documents, Form, Image, Layer } from '../place/place.ts'
import { digestOf, hex } from './digest.ts'
import {
  ANNOTATION,
  type Config,
  createdOf,
  diffIds,
  documentKind,
  formOf,
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
import { linkTarget, type TarEntry } from './tar.ts'

/**
 * What an archive contains, told by its content: docker save in all its forms and OCI layouts in a tar. Works on a list of
 * entries and a way to read small files; where they come from (a plain file, one pass over a compressed one) is not its
 * business.
 */

export interface Files {
  readonly entries: ReadonlyMap<string, TarEntry>
  /** A whole small file. @throws archive-too-large */
  read(entry: TarEntry, limit: number): Promise<Uint8Array>
  /** Its first bytes, at least six where it has as many. */
  head(entry: TarEntry): Promise<Uint8Array>
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
  readonly absent: readonly { readonly name: string; readonly platform: string }[]
}

const MAX_LINKS = 16
const MAX_NESTING = 4
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
      throw new AppError('archive-hostile', { detail: `a link out of the archive (${entry.name})` })
    if (hops >= MAX_LINKS) throw new AppError('archive-hostile', { detail: `a circle of links (${entry.name})` })
    entry = files.entries.get(target)
  }
  if (entry && entry.type !== 'file')
    throw new AppError('archive-hostile', { detail: `${entry.name} is no ordinary file` })
  return entry
}

function lookup(files: Files, name: string): TarEntry | undefined {
  const clean = name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
  if (name.startsWith('/') || clean.split('/').includes('..'))
    throw new AppError('archive-hostile', { detail: `a name out of the archive (${name})` })
  return resolve(files, clean)
}

function blobName(digest: Digest): string {
  return `blobs/sha256/${hex(digest)}`
}

async function document(files: Files, name: string, limit: number): Promise<Uint8Array | undefined> {
  const entry = lookup(files, name)
  return entry ? await files.read(entry, limit) : undefined
}

/** A document addressed by digest: its bytes must be what the digest says before anything in them is believed. */
async function addressed(files: Files, digest: Digest): Promise<Uint8Array | undefined> {
  const bytes = await document(files, blobName(digest), MAX_DOCUMENT)
  if (bytes && digestOf(bytes) !== digest) throw new AppError('digest-mismatch', { file: blobName(digest) })
  return bytes
}

async function layerFile(files: Files, name: string): Promise<LayerFile | undefined> {
  const entry = lookup(files, name)
  return entry ? { entry, form: formOf(await files.head(entry)) } : undefined
}

/** What can be said of a layer that stands in a docker-archive: a plain one is stored under its diffId. */
function dockerLayer(diffId: Digest, file: LayerFile | undefined): Layer {
  if (!file) return { diffId }
  const digest = file.form === 'plain' ? diffId : promisedDigest(file.entry.name)
  if (!digest) return { diffId }
  return { diffId, stored: { mediaType: MEDIA.layer[file.form], digest, size: file.entry.size } }
}

async function dockerImage(
  files: Files,
  entry: { config: string; layers: readonly string[] },
  names: readonly string[],
): Promise<ArchivedImage> {
  const bytes = await document(files, entry.config, MAX_DOCUMENT)
  if (!bytes) throw new AppError('archive-damaged', { detail: `${entry.config} is missing` })
  const config = parseConfig(bytes, entry.config)
  const ids = diffIds(config)
  if (ids.length !== entry.layers.length) {
    throw new AppError('archive-damaged', {
      detail: `${entry.config}: ${entry.layers.length} layers listed, ${ids.length} described`,
    })
  }
  const layerFiles: (LayerFile | undefined)[] = []
  for (const name of entry.layers) layerFiles.push(await layerFile(files, name))
  const digest = digestOf(bytes)
  const promised = promisedDigest(entry.config)
  return {
    image: image(
      digest,
      config,
      names,
      ids.map((diffId, index) => dockerLayer(diffId, layerFiles[index])),
      bytes,
    ),
    documents: { config: bytes },
    files: layerFiles,
    config: { file: entry.config, ...(promised && promised !== digest ? { promised } : {}) },
  }
}

function image(
  id: Digest,
  config: Config,
  names: readonly string[],
  layers: readonly Layer[],
  bytes: Uint8Array,
): Image {
  return { id, names, platform: platformOf(config), layers, created: createdOf(config), config: bytes }
}

/** The familiar name an index entry carries, if it carries a whole one. */
function annotatedName(annotations: Readonly<Record<string, string>> | undefined): string | undefined {
  const name = annotations?.[ANNOTATION.name]
  if (name !== undefined) return normaliseName(name)
  const ref = annotations?.[ANNOTATION.refName]
  // A bare word is a tag by the specification: which repository it belongs to is not said.
  return ref !== undefined && /[/:]/.test(ref) ? normaliseName(ref) : undefined
}

interface Found {
  readonly images: Map<Digest, ArchivedImage>
  readonly absent: { name: string; platform: string }[]
}

function addNames(found: Found, archived: ArchivedImage): void {
  const known = found.images.get(archived.image.id)
  const base = known ?? archived
  const names = [...new Set([...(known?.image.names ?? []), ...archived.image.names])].sort(byTelling)
  const manifest = known?.documents.manifest ?? archived.documents.manifest
  found.images.set(archived.image.id, {
    ...base,
    image: { ...base.image, names },
    documents: { config: base.documents.config, ...(manifest ? { manifest } : {}) },
  })
}

const IMAGE_CONFIGS: readonly string[] = [MEDIA.config, MEDIA.dockerConfig, '']

/** Pairs a manifest's layers with the config's diffIds. A plain layer's digest is its diffId, whatever the order it is listed in. */
function orderedLayers(manifest: Manifest, ids: readonly Digest[], file: string): readonly Descriptor[] {
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
  digest: Digest,
  bytes: Uint8Array,
  names: readonly string[],
): Promise<ArchivedImage | 'absent' | 'other'> {
  const manifest = parseManifest(bytes, blobName(digest))
  if (!IMAGE_CONFIGS.includes(manifest.config.mediaType)) return 'other'
  const configBytes = await addressed(files, manifest.config.digest)
  if (!configBytes) return 'absent'
  const config = parseConfig(configBytes, blobName(manifest.config.digest))
  const ids = diffIds(config)
  const descriptors = orderedLayers(manifest, ids, blobName(digest))
  const layerFiles: (LayerFile | undefined)[] = []
  for (const layer of descriptors) layerFiles.push(await layerFile(files, blobName(layer.digest)))
  // A platform that was not on the machine that saved: its manifest and perhaps its config are here, no layer is.
  if (descriptors.length > 0 && layerFiles.every((file) => file === undefined)) return 'absent'
  const layers = descriptors.map((stored, index): Layer => ({ diffId: ids[index] ?? stored.digest, stored }))
  return {
    image: image(manifest.config.digest, config, names, layers, configBytes),
    documents: { config: configBytes, manifest: bytes },
    files: layerFiles,
    config: { file: blobName(manifest.config.digest) },
  }
}

function isAttestation(descriptor: Descriptor): boolean {
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
  if (isAttestation(descriptor)) return
  const own = annotatedName(descriptor.annotations)
  const names = own === undefined ? inherited : [own]
  const bytes = await addressed(files, descriptor.digest)
  const absent = (): void => {
    const platform = descriptor.platform ? platformText(descriptor.platform) : ''
    found.absent.push({ name: names[0] ?? '', platform })
  }
  if (!bytes) return absent()
  const kind = documentKind(bytes, blobName(descriptor.digest))
  if (kind === 'index') {
    if (depth >= MAX_NESTING) throw new AppError('archive-hostile', { detail: 'an index within an index, and so on' })
    for (const child of parseIndex(bytes, blobName(descriptor.digest)))
      await visit(files, found, child, names, depth + 1)
  } else if (kind === 'manifest') {
    const archived = await ociImage(files, descriptor.digest, bytes, names)
    if (archived === 'absent') absent()
    else if (archived !== 'other') addNames(found, archived)
  }
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

/** What a tar without images is. */
function otherKind(files: Files, top: ReadonlySet<string>): 'rootfs' | AppError {
  const kind = (name: string): AppError => new AppError('archive-not-images', { kind: name })
  const names = [...files.entries.keys()]
  if (names.some((name) => /^[^/]+\.ovf$/.test(name))) return kind('ova')
  if (top.has('repositories') && names.some((name) => /^[0-9a-f]{64}\/json$/.test(name))) return kind('docker-v1')
  if (names.some((name) => /^[^/]+\/Chart\.yaml$/.test(name))) return kind('helm')
  if (names.some((name) => /^([^/]+\/)?(docker-)?compose\.ya?ml$/.test(name))) return kind('compose')
  if (top.has('.dockerenv') || ROOT_FOLDERS.filter((folder) => top.has(folder)).length >= 3) return 'rootfs'
  if (WINDOWS_ROOT.filter((folder) => top.has(folder)).length >= 2) return 'rootfs'
  return kind(names.some((name) => /(^|\/)\.wh\./.test(name)) ? 'layer' : 'tar')
}

/** Some tools put everything in one folder: look for the documents one level down then. */
function withoutParent(files: Files): Files {
  if (files.entries.has('manifest.json') || files.entries.has('index.json')) return files
  const marker = [...files.entries.keys()].find((name) => /^[^/]+\/(manifest|index)\.json$/.test(name))
  if (!marker) return files
  const parent = `${marker.split('/')[0]}/`
  const entries = new Map<string, TarEntry>()
  for (const [name, entry] of files.entries) {
    if (name.startsWith(parent)) entries.set(name.slice(parent.length), { ...entry, name: name.slice(parent.length) })
  }
  return { ...files, entries }
}

/**
 * Reads what an archive holds. `top`: the first part of every entry's name, kept or not.
 * @throws archive-not-images, archive-damaged, archive-hostile, archive-too-large, digest-mismatch
 */
export async function readContents(all: Files, top: ReadonlySet<string>): Promise<Contents> {
  const files = withoutParent(all)
  const listing = await document(files, 'manifest.json', MAX_LISTING)
  const index = await document(files, 'index.json', MAX_LISTING)
  const docker =
    listing && isDockerManifest(listing, 'manifest.json') ? parseDockerManifest(listing, 'manifest.json') : undefined
  const oci = index && files.entries.has('oci-layout') ? parseIndex(index, 'index.json') : undefined
  if (!docker && !oci) {
    const kind = otherKind(files, top)
    if (kind !== 'rootfs') throw kind
    return { format: 'rootfs', images: [], absent: [] }
  }
  for (const entry of files.entries.values()) {
    if (entry.unsafe) throw new AppError('archive-hostile', { detail: `a name out of the archive (${entry.name})` })
  }
  const found: Found = { images: new Map(), absent: [] }
  for (const descriptor of oci ?? []) await visit(files, found, descriptor, [], 0)
  // manifest.json knows untagged images that some engines leave out of index.json, and the order of the layers.
  for (const entry of docker ?? []) {
    const names = entry.repotags.map((name) => normaliseName(name)).filter((name) => name !== undefined)
    addNames(found, await dockerImage(files, entry, [...new Set(names)].sort(byTelling)))
  }
  return {
    format: docker ? 'docker-archive' : 'oci-archive',
    images: [...found.images.values()],
    absent: found.absent,
  }
}

/** A layer's bytes, and all that is promised of them. */
export interface Expectation extends LayerFile {
  readonly digest?: Digest
  readonly diffId?: Digest
}

/** Every layer file an intact archive consists of, each once for each thing it must be. */
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
  return [...expected.values()]
}
