import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../shared/reference.ts'
import { type Copied, copy } from '../copy/copy.ts'
import { openArchive } from '../place/archive/open.ts'
import { archiveSource } from '../place/archive/source.ts'
import { type Layout, openLayout } from '../place/layout/open.ts'
import { type LayoutTarget, layoutSink } from '../place/layout/sink.ts'
import { layoutSource } from '../place/layout/source.ts'
import type { Image, Naming, Source } from '../place/place.ts'
import { requireCommand } from './commands.ts'
import { digestOf, hexOf } from './content.ts'
import type { Watching } from './copies.ts'

/** Layout folders: copies into and out of them in one call, and layouts that somebody else made. */

const NEVER = new AbortController().signal

export interface Into extends Watching {
  readonly target?: LayoutTarget
  /** Under these names, one image only; else under their own. */
  readonly names?: readonly Naming[]
}

/** Images of any place into a layout. */
export async function into(
  source: Source,
  images: readonly Image[],
  dir: string,
  { signal = NEVER, report = () => undefined, target = {}, names }: Into = {},
): Promise<Copied> {
  const wishes = images.map((image) => ({ image, names: names ?? image.names.map((name) => ({ name })) }))
  return await copy(source, wishes, layoutSink(dir, target), signal, report)
}

/** All images of a file into a layout. */
export async function archiveInto(path: string, dir: string, options: Into = {}): Promise<Copied> {
  const archive = await openArchive(path, NEVER)
  const images = archive.contents.images.map(({ image }) => image)

  return await into(archiveSource(archive), images, dir, options)
}

/** All images of a layout into another. */
export async function layoutInto(from: string, dir: string, options: Into = {}): Promise<Copied> {
  const layout = await openLayout(from, options.signal ?? NEVER)
  return await into(layoutSource(layout), layout.images, dir, options)
}

export async function opened(dir: string): Promise<Layout> {
  return await openLayout(dir, NEVER)
}

/** An OCI archive unpacked by the system's tar: a layout as its producer wrote it. */
export function unpackedLayout(archive: string, dir: string): string {
  mkdirSync(dir, { recursive: true })
  execFileSync(requireCommand('tar'), ['-xf', archive, '-C', dir])
  return dir
}

export function skopeo(...args: string[]): Buffer {
  return execFileSync(requireCommand('skopeo'), ['--insecure-policy', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  })
}

/** Every path of a folder and what is in it, as one text. */
export function tree(dir: string): string {
  if (!existsSync(dir)) return 'nothing'
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return `${path} ${entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder'}`
  })
  return entries.sort().join('\n')
}

export function blobPath(dir: string, digest: string): string {
  return join(dir, 'blobs', 'sha256', digest.slice('sha256:'.length))
}

interface RawEntry {
  readonly digest: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** What index.json lists, as it stands there. */
export function listed(dir: string): RawEntry[] {
  return (JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8')) as { manifests: RawEntry[] }).manifests
}

/** A layout made by hand, blob by blob. */
export class HandmadeLayout {
  readonly dir: string
  readonly #manifests: unknown[] = []

  constructor(dir: string) {
    this.dir = dir
    mkdirSync(join(dir, 'blobs', 'sha256'), { recursive: true })
    writeFileSync(join(dir, 'oci-layout'), '{"imageLayoutVersion": "1.0.0"}')
  }

  blob(content: string | Uint8Array | object): { digest: Digest; size: number } {
    const bytes = Buffer.from(
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    )
    const digest = digestOf(bytes)
    writeFileSync(join(this.dir, 'blobs', 'sha256', hexOf(digest)), bytes)
    return { digest, size: bytes.length }
  }

  list(entry: object): void {
    this.#manifests.push(entry)
  }

  done(): string {
    writeFileSync(join(this.dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: this.#manifests }))
    return this.dir
  }
}
