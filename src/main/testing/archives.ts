import { execFileSync } from 'node:child_process'
import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Digest, normaliseName } from '../../shared/reference.ts'
import { findCommand, fullPath, requireCommand } from './commands.ts'
import { digestOf } from './content.ts'
import type { SharedEngine } from './engine.ts'
import type { MadeArchive } from './handmade-archives.ts'
import { type ExpectedImage, expected } from './images.ts'
import { removeDir, tempDir } from './temp.ts'

/** Image files by the programs that people use, and files that came to harm. */

function run(command: string, ...args: string[]): void {
  const env = { ...process.env, PATH: fullPath() }
  execFileSync(requireCommand(command), args, { stdio: ['ignore', 'ignore', 'pipe'], env, maxBuffer: 64 * 1024 * 1024 })
}

/** One entry of a plain tar, by the system's tar. */
export function tarEntry(path: string, name: string): Buffer {
  return execFileSync(requireCommand('tar'), ['-xOf', path, name], { maxBuffer: 1024 * 1024 * 1024 })
}

/** `docker save` of these images, by name or, for an untagged one, by id. */
export function dockerSave(engine: SharedEngine, dir: string, refs: readonly string[], file = 'save.tar'): MadeArchive {
  const path = join(dir, file)
  engine.docker('save', '--output', path, ...refs)
  const images = new Map<string, ExpectedImage>()
  for (const ref of refs) {
    const { id, configDigest, diffIds, platform } = expected(engine, ref)
    const name = ref.startsWith('sha256:') ? undefined : normaliseName(ref)
    const names = [...(images.get(id)?.names ?? []), ...(name ? [name] : [])]
    images.set(id, { names, configDigest, diffIds, platform })
  }
  return { path, images: [...images.values()] }
}

/** `docker export` of a container made from an image: files without an image. */
export function dockerExport(engine: SharedEngine, dir: string, ref: string, file = 'export.tar'): MadeArchive {
  const path = join(dir, file)
  const container = engine.docker('create', '--network', 'none', ref)
  engine.docker('export', '--output', path, container)
  engine.docker('rm', container)
  return { path, images: [] }
}

/** `skopeo copy` of an engine's image to a docker-archive. */
export function skopeoDockerArchive(engine: SharedEngine, dir: string, name: string, file = 'skopeo.tar'): MadeArchive {
  const path = join(dir, file)
  const from = ['--src-daemon-host', engine.host, `docker-daemon:${name}`]
  run('skopeo', '--insecure-policy', 'copy', '--quiet', ...from, `docker-archive:${path}:${name}`)
  const { configDigest, diffIds, platform } = expected(engine, name)
  return { path, images: [{ names: [name], configDigest, diffIds, platform }] }
}

interface OciConfig {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly rootfs: { readonly diff_ids: readonly Digest[] }
}

/** `skopeo copy` of an engine's image to an OCI archive. It writes the config anew, so the digest is read from the file. */
export function skopeoOciArchive(
  engine: SharedEngine,
  dir: string,
  name: string,
  file = 'skopeo-oci.tar',
): MadeArchive {
  const path = join(dir, file)
  const from = ['--src-daemon-host', engine.host, `docker-daemon:${name}`]
  run('skopeo', '--insecure-policy', 'copy', '--quiet', ...from, `oci-archive:${path}:${name}`)
  const blob = (digest: string): Buffer => tarEntry(path, `blobs/${digest.replace(':', '/')}`)
  const index = JSON.parse(tarEntry(path, 'index.json').toString()) as { manifests: [{ digest: Digest }] }
  const manifest = JSON.parse(blob(index.manifests[0].digest).toString()) as { config: { digest: Digest } }
  const bytes = blob(manifest.config.digest)
  const { os, architecture, variant, rootfs } = JSON.parse(bytes.toString()) as OciConfig
  const platform = { os, architecture, ...(variant ? { variant } : {}) }
  return { path, images: [{ names: [name], configDigest: digestOf(bytes), diffIds: rootfs.diff_ids, platform }] }
}

/** `podman save` of the only image of an archive; undefined where podman is not installed. */
export function podmanSave(archive: MadeArchive, dir: string, file = 'podman.tar'): MadeArchive | undefined {
  const name = archive.images[0]?.names[0]
  if (!findCommand('podman') || !name) return undefined
  const path = join(dir, file)
  const store = tempDir()
  const podman = (...args: string[]): void =>
    run('podman', '--root', join(store, 'root'), '--runroot', join(store, 'run'), '--storage-driver', 'vfs', ...args)
  try {
    podman('load', '--quiet', '--input', archive.path)
    podman('save', '--quiet', '--output', path, name)
  } finally {
    removeDir(store)
  }
  return { path, images: archive.images }
}

/**
 * What `buildah commit` makes of the only image of an archive, one layer and one label more; undefined where buildah is
 * not installed. It is another image, so what is in it is read from the file.
 */
export function buildahCommit(
  archive: MadeArchive,
  dir: string,
  form: 'docker-archive' | 'oci-archive',
  name: string,
): MadeArchive | undefined {
  if (!findCommand('buildah')) return undefined
  const path = join(dir, `buildah-${form}.tar`)
  const store = tempDir()
  const own = ['--root', join(store, 'root'), '--runroot', join(store, 'run'), '--storage-driver', 'vfs']
  const buildah = (...args: string[]): void => run('buildah', ...own, ...args)
  try {
    buildah('from', '--quiet', '--name', 'work', `docker-archive:${archive.path}`)
    buildah('config', '--label', 'made=by buildah', 'work')
    buildah('copy', '--quiet', 'work', requireCommand('true'), '/added')
    buildah('commit', '--quiet', 'work', `${form}:${path}:${name}`)
  } finally {
    removeDir(store)
  }
  const read = (file: string): { layers: unknown; config: { digest: Digest } } =>
    JSON.parse(tarEntry(path, file).toString())
  let file: string
  if (form === 'docker-archive') [{ Config: file }] = read('manifest.json') as unknown as [{ Config: string }]
  else {
    const { manifests } = read('index.json') as unknown as { manifests: [{ digest: Digest }] }
    const blob = (digest: Digest): string => `blobs/${digest.replace(':', '/')}`
    file = blob(read(blob(manifests[0].digest)).config.digest)
  }
  const bytes = tarEntry(path, file)
  const { os, architecture, variant, rootfs } = JSON.parse(bytes.toString()) as OciConfig
  const platform = { os, architecture, ...(variant ? { variant } : {}) }
  return { path, images: [{ names: [name], configDigest: digestOf(bytes), diffIds: rootfs.diff_ids, platform }] }
}

// ---- what happens to files ------------------------------------------------------------------------------------------

export type Wrapping = 'gzip' | 'zstd' | 'xz' | 'bzip2'

const WRAPPERS: Readonly<Record<Wrapping, readonly [extension: string, command: string, ...args: string[]]>> = {
  gzip: ['gz', 'gzip', '-n', '-c'],
  zstd: ['zst', 'zstd', '-q', '-c'],
  xz: ['xz', 'xz', '-1', '-c'],
  bzip2: ['bz2', 'bzip2', '-c'],
}

/** The archive compressed as a whole by the system's own tool, beside it: `save.tar.gz`. */
export function wrap(archive: MadeArchive, wrapping: Wrapping): MadeArchive {
  const [extension, command, ...args] = WRAPPERS[wrapping]
  const path = `${archive.path}.${extension}`
  const out = openSync(path, 'w')
  try {
    execFileSync(requireCommand(command), [...args, archive.path], { stdio: ['ignore', out, 'pipe'] })
  } finally {
    closeSync(out)
  }
  return { ...archive, path }
}

/** A copy that ends after a part of the file, as a copy ends that was interrupted; half of it when not said. */
export function truncated(archive: MadeArchive, part = 0.5): MadeArchive {
  const path = `${archive.path}.truncated`
  copyFileSync(archive.path, path)
  truncateSync(path, Math.floor(statSync(path).size * part))
  return { ...archive, path }
}

/** A file in a plain tar: its name and where its bytes are. */
export interface TarPlace {
  readonly name: string
  readonly offset: number
  readonly size: number
}

/** The regular files of a plain tar with names short enough for its headers. */
export function tarPlaces(path: string): TarPlace[] {
  const places: TarPlace[] = []
  const file = openSync(path, 'r')
  const header = Buffer.alloc(512)
  const text = (from: number, to: number): string => header.toString('utf8', from, to).split('\0')[0]?.trim() ?? ''
  try {
    for (let at = 0; readSync(file, header, 0, 512, at) === 512 && header[0] !== 0; ) {
      const size = Number.parseInt(text(124, 136) || '0', 8)
      const prefix = text(345, 500)
      const type = text(156, 157)
      if (type === '0' || type === '') {
        places.push({ name: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100), offset: at + 512, size })
      }
      at += 512 + Math.ceil(size / 512) * 512
    }
  } finally {
    closeSync(file)
  }
  return places
}

/** A copy of a plain archive with one bit turned in the middle of its largest file, which is a layer. */
export function damaged(archive: MadeArchive): MadeArchive & { readonly place: TarPlace } {
  const path = `${archive.path}.damaged`
  copyFileSync(archive.path, path)
  const place = tarPlaces(path).reduce((largest, next) => (next.size > largest.size ? next : largest))
  const at = place.offset + Math.floor(place.size / 2)
  const file = openSync(path, 'r+')
  try {
    const byte = Buffer.alloc(1)
    readSync(file, byte, 0, 1, at)
    byte[0] = (byte[0] ?? 0) ^ 1
    writeSync(file, byte, 0, 1, at)
  } finally {
    closeSync(file)
  }
  return { ...archive, path, place }
}
