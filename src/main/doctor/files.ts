import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir, readlink, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { type ByteFile, CHUNK, fileError, openFile, readRange, type Stamp } from '../files.ts'
import { setAt } from '../place/archive/whole.ts'
import type { Bytes } from '../place/place.ts'
import type { Gap, Torn } from './torn.ts'

/** Files as they lie there, whatever of them is missing. */

/** What is wrong with them before anything in them is looked at. */
export interface FileHarm {
  readonly missing: readonly string[]
  /** Parts that are shorter than the others, or not what their sum says. */
  readonly damaged: Set<string>
  /** Bytes the drive could not read. */
  unreadable: number
}

export interface RawFile {
  readonly size: number
  /** Of every file it is in. */
  readonly stamps: readonly Stamp[]
  readonly harm: FileHarm
  read(signal: AbortSignal, onRead: (bytes: number) => void): Torn
  /** Bytes at a place, where it is one file. */
  readonly range?: (start: number, end: number, signal: AbortSignal) => Bytes
}

/** Read anew in such pieces where a large read failed. */
const SMALL = 64 << 10

/** The bytes of a file to its end; what the drive cannot read is a gap of known length. */
export async function* readTorn(
  file: Pick<ByteFile, 'read'>,
  size: number,
  signal: AbortSignal,
  unreadable: (bytes: number) => void,
): AsyncGenerator<Uint8Array | Gap> {
  let step = CHUNK
  for (let position = 0; position < size; ) {
    signal.throwIfAborted()
    const buffer = Buffer.allocUnsafeSlow(Math.min(step, size - position))
    try {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
      step = CHUNK
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EIO')) throw error
      if (step > SMALL && buffer.length > SMALL) {
        step = SMALL
        continue
      }
      unreadable(buffer.length)
      position += buffer.length
      yield { gap: buffer.length }
    }
  }
}

interface PartFile {
  readonly name: string
  readonly path: string
  /** Undefined: it is not there. */
  readonly stamp: Stamp | undefined
  readonly sha256: string | undefined
}

async function stampAt(path: string): Promise<Stamp | undefined> {
  const about = await stat(path).catch(() => undefined)
  return about && { size: about.size, modified: about.mtimeMs, inode: about.ino }
}

/** Names of parts in the order of their bytes: numbers of one width, or letters that widen. */
function inOrder(names: readonly string[]): string[] {
  return names.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
}

async function partsAt(path: string): Promise<readonly PartFile[] | undefined> {
  const found = await setAt(path)
  if (!found) return undefined
  return await Promise.all(
    inOrder([...found.set.parts, ...found.set.missing]).map(async (name) => {
      const at = join(dirname(path), name)
      return { name, path: at, stamp: await stampAt(at), sha256: found.sums.get(name) }
    }),
  )
}

function rawParts(parts: readonly PartFile[]): RawFile {
  const sizes = parts.map(({ stamp }) => stamp?.size)
  const full = Math.max(...sizes.map((size) => size ?? 0))
  const harm: FileHarm = {
    missing: parts.filter(({ stamp }) => !stamp).map(({ name }) => name),
    damaged: new Set(parts.slice(0, -1).flatMap(({ name, stamp }) => (stamp && stamp.size < full ? [name] : []))),
    unreadable: 0,
  }
  async function* read(signal: AbortSignal, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array | Gap> {
    let unreadable = 0
    for (const [index, part] of parts.entries()) {
      const last = index === parts.length - 1
      const lost = yield* readPart(part, signal, onRead)
      unreadable += lost.bytes
      if (lost.bytes > 0 || lost.other) harm.damaged.add(part.name)
      const missing = full - (part.stamp?.size ?? 0)
      // How long the last one was, nobody knows.
      if (!last && missing > 0) yield { gap: missing }
    }
    harm.unreadable = unreadable
  }
  return {
    size: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    stamps: parts.flatMap(({ stamp }) => stamp ?? []),
    harm,
    read,
  }
}

/** `other`: it is not what its sum says. */
async function* readPart(
  { path, stamp, sha256 }: PartFile,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array | Gap, { readonly bytes: number; readonly other: boolean }> {
  if (!stamp) return { bytes: 0, other: false }
  const hash = createHash('sha256')
  let unreadable = 0
  const { file } = await openFile(path)
  try {
    for await (const piece of readTorn(file, stamp.size, signal, (bytes) => (unreadable += bytes))) {
      if (!('gap' in piece)) {
        onRead(piece.length)
        hash.update(piece)
      }
      yield piece
    }
  } finally {
    await file.close()
  }
  return { bytes: unreadable, other: sha256 !== undefined && hash.digest('hex') !== sha256 }
}

function rawSingle(path: string, stamp: Stamp): RawFile {
  const harm: FileHarm = { missing: [], damaged: new Set(), unreadable: 0 }
  async function* read(signal: AbortSignal, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array | Gap> {
    let unreadable = 0
    const { file } = await openFile(path)
    try {
      for await (const piece of readTorn(file, stamp.size, signal, (bytes) => (unreadable += bytes))) {
        if (!('gap' in piece)) onRead(piece.length)
        yield piece
      }
      harm.unreadable = unreadable
    } finally {
      await file.close()
    }
  }
  async function* range(start: number, end: number, signal: AbortSignal): Bytes {
    const { file } = await openFile(path)
    try {
      yield* readRange(file, start, end, signal)
    } finally {
      await file.close()
    }
  }
  return { size: stamp.size, stamps: [stamp], harm, read, range }
}

/** A file, or as much of its parts as there is. @throws file-*, archive-empty */
export async function rawFile(path: string): Promise<RawFile> {
  const parts = await partsAt(path)
  if (parts) return rawParts(parts)
  const { file, stamp } = await openFile(path)
  await file.close()
  if (stamp.size === 0) throw new AppError('archive-empty', { path })
  return rawSingle(path, stamp)
}

export interface FolderFile {
  /** Below the folder. */
  readonly name: string
  readonly stamp: Stamp
  /** Of a link: where it leads, as written. */
  readonly target?: string
}

const MOST_FILES = 20_000
const DEEPEST = 8
const NO_FILE: Stamp = { size: 0, modified: 0, inode: 0 }

/** The files below a folder, in the order of their names. */
export async function filesBelow(folder: string, signal: AbortSignal): Promise<FolderFile[]> {
  const found: FolderFile[] = []
  const left: { below: string; depth: number }[] = [{ below: '', depth: 0 }]
  for (let next = left.shift(); next; next = left.shift()) {
    signal.throwIfAborted()
    const { below, depth } = next
    const at = join(folder, below)
    const entries = await readdir(at, { withFileTypes: true }).catch((error: unknown) => {
      throw fileError(error, at)
    })
    for (const entry of entries) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory() && depth < DEEPEST) left.push({ below: name, depth: depth + 1 })
      const file = await folderFile(folder, name, entry)
      if (file && found.length < MOST_FILES) found.push(file)
    }
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

async function folderFile(folder: string, name: string, entry: Dirent): Promise<FolderFile | undefined> {
  const path = join(folder, name)
  if (entry.isSymbolicLink()) return { name, stamp: NO_FILE, target: await readlink(path).catch(() => '') }
  const stamp = entry.isFile() ? await stampAt(path) : undefined
  return stamp && { name, stamp }
}
