import { basename, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { openFile, readRange, sameStamp } from '../files.ts'
import { linkTarget, type TarEntry } from '../format/tar.ts'
import type { Bytes } from '../place/place.ts'
import { type FileHarm, filesBelow, type RawFile, rawFile } from './files.ts'
import type { UnpackHarm } from './harm.ts'
import { openTape, type Tape } from './tape.ts'
import type { Torn } from './torn.ts'
import { salvageTar, type TarHarm } from './torn-tar.ts'

/** Something with files in it: an image file, one inside another, a folder. Read in one go, any number of times. */
export interface Carrier {
  /** What a person knows it by. */
  readonly name: string
  readonly kind: 'file' | 'folder' | 'nested'
  /** Its entries; `harm` says what was wrong once they are through. The same each time, unless it was changed. @throws file-changed */
  entries(signal: AbortSignal, onRead: (bytes: number) => void): AsyncGenerator<CarriedEntry>
  /** Bytes of what it is made of, to tell progress by. */
  readonly size: number
  readonly harm: Harm
  /** Whether its files are what they were. */
  isUnchanged(): Promise<boolean>
  /** What of it can be read at its place, without all before it; known once it was read through. */
  open(entry: { readonly at: number; readonly size: number }, signal: AbortSignal): Bytes | undefined
}

export interface CarriedEntry {
  readonly name: string
  readonly type: TarEntry['type']
  /** Stands for it. */
  readonly at: number
  readonly size: number
  /** Of a link: the entry it leads to, inside the carrier. */
  readonly target: string | undefined
  readonly straight: boolean
  readonly bytes: Bytes
}

export interface Harm {
  file: FileHarm | undefined
  tar: TarHarm
  unpack: UnpackHarm
  methods: Tape['methods']
  /** Bytes before the file itself. */
  before: number
}

function noHarm(): Harm {
  return {
    file: undefined,
    tar: { strayed: 0, holes: [], before: 0, after: 0, endless: false },
    unpack: { places: 0, cut: false },
    methods: [],
    before: 0,
  }
}

/** Only a reading that came to its end tells what is wrong. */
async function* carried(torn: Torn, harm: Harm, signal: AbortSignal): AsyncGenerator<CarriedEntry> {
  const { unpack, tar } = noHarm()
  const { reader, methods, before } = await openTape(torn, signal, unpack)
  try {
    for await (const { entry, bytes, straight } of salvageTar(reader, signal, tar)) {
      const { name, type, offset, size } = entry
      const isLink = type === 'link' || type === 'symlink'
      yield { name, type, at: offset, size, target: isLink ? linkTarget(entry) : undefined, straight, bytes }
    }
    Object.assign(harm, { unpack, tar, methods, before })
  } finally {
    await reader.end()
  }
}

/** An image file, or its parts. @throws file-*, archive-empty */
export async function fileCarrier(path: string, name = basename(path)): Promise<Carrier> {
  const raw = await rawFile(path)
  const harm: Harm = { ...noHarm(), file: raw.harm }
  return {
    name,
    kind: 'file',
    size: raw.size,
    harm,
    isUnchanged: async () => await isStill(path, raw),
    async *entries(signal, onRead) {
      if (!(await isStill(path, raw))) throw new AppError('file-changed', { path })
      yield* carried(raw.read(signal, onRead), harm, signal)
    },
    open({ at, size }, signal) {
      return harm.methods.length === 0 && harm.before === 0 ? raw.range?.(at, at + size, signal) : undefined
    },
  }
}

async function isStill(path: string, { stamps }: RawFile): Promise<boolean> {
  const now = await rawFile(path).catch(() => undefined)
  return (
    now?.stamps.length === stamps.length && now.stamps.every((stamp, index) => sameStamp(stamp, stamps[index] ?? stamp))
  )
}

/** A file inside a carrier, as a carrier of its own. */
export function nestedCarrier(
  parent: Carrier,
  inside: { readonly name: string; readonly at: number; readonly size: number },
): Carrier {
  const harm = noHarm()
  async function* torn(signal: AbortSignal, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytesOf(parent, inside, signal)) {
        onRead(chunk.length)
        yield chunk
      }
    } catch (error) {
      // It is cut: what there is of it counts.
      if (!(error instanceof AppError && error.code === 'archive-truncated')) throw error
    }
  }
  return {
    name: inside.name,
    kind: 'nested',
    size: inside.size,
    harm,
    isUnchanged: async () => await parent.isUnchanged(),
    entries: (signal, onRead) => carried(torn(signal, onRead), harm, signal),
    open({ at, size }, signal) {
      if (harm.methods.length > 0 || harm.before > 0) return undefined
      return parent.open({ at: inside.at + at, size }, signal)
    },
  }
}

/** One entry's bytes, at its place or by reading all before it. */
export async function* bytesOf(
  carrier: Carrier,
  wanted: { readonly name: string; readonly at: number; readonly size: number },
  signal: AbortSignal,
): Bytes {
  const direct = carrier.open(wanted, signal)
  if (direct) {
    yield* direct
    return
  }
  for await (const entry of carrier.entries(signal, () => undefined)) {
    if (entry.at !== wanted.at || entry.name !== wanted.name) continue
    yield* entry.bytes
    return
  }
  throw new AppError('file-changed', { path: carrier.name })
}

/** The files of a folder, as somebody unpacked them there. @throws file-* */
export async function folderCarrier(folder: string, signal: AbortSignal): Promise<Carrier> {
  const files = await filesBelow(folder, signal)
  async function* read(index: number, stop: AbortSignal, onRead: (bytes: number) => void): Bytes {
    const { name, stamp } = files[index] ?? { name: '', stamp: undefined }
    const path = join(folder, name)
    const { file, stamp: now } = await openFile(path)
    try {
      if (!stamp || !sameStamp(stamp, now)) throw new AppError('file-changed', { path })
      for await (const chunk of readRange(file, 0, stamp.size, stop)) {
        onRead(chunk.length)
        yield chunk
      }
    } finally {
      await file.close()
    }
  }
  return {
    name: basename(folder),
    kind: 'folder',
    size: files.reduce((sum, { stamp }) => sum + stamp.size, 0),
    harm: noHarm(),
    async isUnchanged() {
      const now = await filesBelow(folder, new AbortController().signal).catch(() => [])
      return (
        now.length === files.length &&
        now.every(({ name, stamp }, index) => name === files[index]?.name && sameStamp(stamp, files[index].stamp))
      )
    },
    async *entries(stop, onRead) {
      for (const [index, { name, stamp, target }] of files.entries()) {
        yield {
          name,
          type: target === undefined ? 'file' : 'symlink',
          at: index,
          size: stamp.size,
          target: target === undefined ? undefined : linkTarget(asLink(name, target)),
          straight: true,
          bytes: read(index, stop, onRead),
        }
      }
    },
    open: ({ at }, stop) => read(at, stop, () => undefined),
  }
}

function asLink(name: string, target: string): TarEntry {
  return { name, type: 'symlink', offset: 0, size: 0, target, unsafe: false }
}
