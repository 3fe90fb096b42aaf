import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Platform } from '../../shared/contract.ts'
import type { Digest } from '../../shared/reference.ts'
import { requireCommand } from './commands.ts'
import { digestOf, seededChunks, type TarEntry, writeTar } from './content.ts'
import type { SharedEngine } from './engine.ts'
import { removeDir, tempDir } from './temp.ts'

/** What an image is, in words that hold on every engine and in every file: compare these, never an engine's image id. */
export interface ExpectedImage {
  /** Familiar names, `repo:tag`, in the order they were given. */
  readonly names: readonly string[]
  readonly configDigest: Digest
  /** Bottom first. */
  readonly diffIds: readonly Digest[]
  readonly platform: Platform
}

/** An image in an engine: `id` is that engine's own. */
export interface BuiltImage extends ExpectedImage {
  readonly id: Digest
}

/** One layer. Its files and its sizes together make the content; equal specs make equal layers. */
export interface LayerSpec {
  /** Path to content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** A file `/random-<seed>` of this size that no compressor shrinks. */
  readonly randomBytes?: number
  /** A file `/text-<seed>` of this size that shrinks to about a third. */
  readonly textBytes?: number
  /** Seed of the two above; the layer's position when not given. */
  readonly seed?: string
  /** Paths to take away in this layer (a container runs `rm` for it). A layer has files or removals, not both. */
  readonly remove?: readonly string[]
}

export interface ImageSpec {
  /** One name, or several that all get the same image; none leaves it untagged. */
  readonly name?: string | readonly string[]
  /** `scratch` when not given. */
  readonly from?: string
  /** The bottom layer of an image from scratch is busybox, so that it runs; say false to leave it out. */
  readonly busybox?: boolean
  readonly layers?: readonly LayerSpec[]
  /** Run in busybox's shell. Prints `<first name> runs` when not given. */
  readonly cmd?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

const APPLETS = ['sh', 'echo', 'cat', 'ls', 'rm', 'sleep', 'sha256sum', 'env', 'true', 'false']

/** The entries of a layer that holds a static busybox and its usual commands. */
export function busyboxEntries(): TarEntry[] {
  const path = requireCommand('busybox')
  const binary = readFileSync(path)
  // A dynamic program names its loader, which no image from scratch has.
  if (binary.includes('/ld-linux')) throw new Error(`${path} is not static: install busybox-static`)
  return [
    { name: 'bin/' },
    { name: 'bin/busybox', content: binary, mode: 0o755 },
    ...APPLETS.map((name): TarEntry => ({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' })),
  ]
}

/** The entries of a layer's tar. */
export function layerEntries(spec: LayerSpec, position: number): TarEntry[] {
  const seed = spec.seed ?? String(position)
  const made = (kind: 'random' | 'text', size: number): TarEntry => ({
    name: `${kind}-${seed}`,
    content: { size, chunks: seededChunks(`${kind} ${seed}`, size, kind) },
  })
  return [
    ...Object.entries(spec.files ?? {}).map(
      ([name, content]): TarEntry => ({ name: name.replace(/^\//, ''), content }),
    ),
    ...(spec.randomBytes ? [made('random', spec.randomBytes)] : []),
    ...(spec.textBytes ? [made('text', spec.textBytes)] : []),
  ]
}

function namesOf(spec: ImageSpec): readonly string[] {
  if (spec.name === undefined) return []
  return typeof spec.name === 'string' ? [spec.name] : spec.name
}

async function writeContext(dir: string, spec: ImageSpec): Promise<void> {
  const from = spec.from ?? 'scratch'
  const lines = [`FROM ${from}`]
  if (from === 'scratch' && spec.busybox !== false) {
    await writeTar(join(dir, 'busybox.tar'), busyboxEntries())
    lines.push('ADD busybox.tar /')
  }
  for (const [position, layer] of (spec.layers ?? []).entries()) {
    if (layer.remove) {
      lines.push(`RUN ${JSON.stringify(['/bin/busybox', 'rm', '-rf', ...layer.remove])}`)
      continue
    }
    await writeTar(join(dir, `layer-${position}.tar`), layerEntries(layer, position))
    lines.push(`ADD layer-${position}.tar /`)
  }
  for (const [name, value] of Object.entries(spec.env ?? {})) lines.push(`ENV ${name}=${JSON.stringify(value)}`)
  for (const [name, value] of Object.entries(spec.labels ?? {})) {
    lines.push(`LABEL ${JSON.stringify(name)}=${JSON.stringify(value)}`)
  }
  const cmd = spec.cmd ?? ['/bin/sh', '-c', `echo ${namesOf(spec)[0] ?? 'untagged'} runs`]
  lines.push(`CMD ${JSON.stringify(cmd)}`)
  writeFileSync(join(dir, 'Dockerfile'), `${lines.join('\n')}\n`)
}

/** Builds an image with `docker build`, without network. Layers of files are the same every time; its config holds the date. */
export async function buildImage(engine: SharedEngine, spec: ImageSpec): Promise<BuiltImage> {
  const dir = tempDir()
  try {
    await writeContext(dir, spec)
    const names = namesOf(spec)
    const tags = names.flatMap((name) => ['--tag', name])
    const id =
      engine
        .docker('build', '--quiet', '--network', 'none', ...tags, dir)
        .split('\n')
        .at(-1) ?? ''
    return { ...expected(engine, id), names }
  } finally {
    removeDir(dir)
  }
}

/** About `bytes` in `layers` layers above busybox, of which half is random and half like text. For benchmarks. */
export function bigImage(engine: SharedEngine, name: string, bytes: number, layers: number): Promise<BuiltImage> {
  const half = Math.floor(bytes / layers / 2)
  const specs = Array.from({ length: layers }, (_, index) => ({
    randomBytes: half,
    textBytes: half,
    seed: `${name.replaceAll(/\W/g, '-')}-${index}`,
  }))
  return buildImage(engine, { name, layers: specs })
}

interface Inspected {
  readonly Id: Digest
  readonly RepoTags: readonly string[] | null
  readonly RootFS: { readonly Layers?: readonly Digest[] }
  readonly Os: string
  readonly Architecture: string
  readonly Variant?: string
}

/** A containerd store's image id is a manifest's digest; only what it saves tells the config. */
function savedConfigDigest(engine: SharedEngine, id: Digest): Digest {
  const dir = tempDir()
  try {
    const path = join(dir, 'saved.tar')
    engine.docker('save', '--output', path, id)
    const read = (name: string): Buffer => execFileSync(requireCommand('tar'), ['-xOf', path, name])
    const manifest = JSON.parse(read('manifest.json').toString()) as readonly { readonly Config: string }[]
    return digestOf(read(manifest[0]?.Config ?? ''))
  } finally {
    removeDir(dir)
  }
}

/** What an engine says of an image, by name or id. @throws when it has no such image */
export function expected(engine: SharedEngine, ref: string): BuiltImage {
  const [image] = JSON.parse(engine.docker('image', 'inspect', ref)) as readonly Inspected[]
  if (!image) throw new Error(`no image ${ref}`)
  return {
    id: image.Id,
    names: image.RepoTags ?? [],
    configDigest: engine.store === 'classic' ? image.Id : savedConfigDigest(engine, image.Id),
    diffIds: image.RootFS.Layers ?? [],
    platform: {
      os: image.Os,
      architecture: image.Architecture,
      ...(image.Variant ? { variant: image.Variant } : {}),
    },
  }
}

/** Runs an image in a container without network and gives what it printed. */
export function runImage(engine: SharedEngine, ref: string, ...command: string[]): string {
  return engine.docker('run', '--rm', '--network', 'none', ref, ...command)
}
