import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { besideOf } from '../../../shared/delivery-note.ts'
import { AppError } from '../../../shared/errors.ts'
import { type FileSet, isSumsName, partName, setOf, sumsStem } from '../../../shared/sets.ts'
import { type ByteFile, fileError, openFile, readRange, type Stamp } from '../../files.ts'
import { type SumsBeside, sumsBeside } from './sums-beside.ts'

/** An image file as a whole: one file, or the parts it was cut into, of which the path names any. */

interface Part {
  readonly name: string
  readonly path: string
  readonly size: number
  /** What its sum is said to be, where a file of sums beside it says so. */
  readonly sha256?: string
}

/** The parts of a file that was cut, in the order of its bytes; `base`: what it was called. */
export interface Parts {
  readonly base: string
  readonly parts: readonly Part[]
  /** What the sum of all of them together is said to be. */
  readonly sha256?: string
}

export interface Whole {
  readonly file: ByteFile
  /** Of all parts together. */
  readonly stamp: Stamp
  /** Absent for a file that is in one piece. */
  readonly parts?: Parts
}

/** The set a path is of; undefined for a file in one piece. */
export async function setAt(path: string): Promise<{ set: FileSet; sums: SumsBeside } | undefined> {
  const folder = dirname(path)
  const name = basename(path)
  // Without its neighbours the name must say it: most files are asked about for nothing otherwise.
  const names = await readdir(folder).catch(() => [name])
  const alone = setOf(name, [...names, name], [name])
  if (!alone) return undefined
  const sums = await sumsBeside(folder, names, alone.base)
  const set = setOf(name, names, [...sums.keys()])
  return set && { set, sums }
}

/** Parts but the last are of one size: a shorter one was not copied to its end. */
function shorter(parts: readonly Part[]): Part[] {
  const full = Math.max(...parts.map(({ size }) => size))
  return parts.slice(0, -1).filter(({ size }) => size < full)
}

async function partsAt(path: string): Promise<{ parts: Parts; stamp: Stamp } | undefined> {
  const found = await setAt(path)
  if (!found) return undefined
  const { set, sums } = found
  const { base, missing } = set
  if (missing.length > 0)
    throw new AppError('set-incomplete', { path: base, missing: listed(missing), count: missing.length })
  const parts: Part[] = []
  let [modified, inode] = [0, 0]
  for (const name of set.parts) {
    const at = join(dirname(path), name)
    const about = await stat(at).catch((error: unknown) => {
      throw fileError(error, at)
    })
    const sha256 = sums.get(name)
    parts.push({ name, path: at, size: about.size, ...(sha256 === undefined ? {} : { sha256 }) })
    // Together: whichever of them is changed, the sum is another.
    modified += about.mtimeMs
    inode += about.ino
  }
  const cut = shorter(parts)
  if (cut.length > 0) throw new AppError('part-damaged', { path: base, parts: listed(cut.map(({ name }) => name)) })
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  const sha256 = sums.get(base)
  return {
    parts: { base, parts, ...(sha256 === undefined ? {} : { sha256 }) },
    stamp: { size, modified, inode },
  }
}

const NAMED = 20

function listed(names: readonly string[]): string {
  return [...names.slice(0, NAMED), ...(names.length > NAMED ? ['…'] : [])].join(', ')
}

/** Parts as one file. Each is opened when it is read from, and one at a time stays open. */
class JoinedFile implements ByteFile {
  readonly #parts: readonly Part[]
  #open: { readonly part: Part; readonly file: Promise<ByteFile> } | undefined
  /** Reads come one after the other: two that cross from part to part would close each other's. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: readonly Part[]) {
    this.#parts = parts
  }

  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }> {
    const read = this.#turn.then(async () => await this.#read(buffer, offset, length, position))
    this.#turn = read.catch(() => undefined)
    return read
  }

  async #read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    let start = 0
    for (const part of this.#parts) {
      const at = position - start
      start += part.size
      if (at >= part.size) continue
      const file = await this.#file(part)
      return await file.read(buffer, offset, Math.min(length, part.size - at), at)
    }
    return { bytesRead: 0 }
  }

  async #file(part: Part): Promise<ByteFile> {
    if (this.#open?.part !== part) {
      await this.#shut()
      this.#open = { part, file: openFile(part.path).then(({ file }) => file) }
    }
    return await this.#open.file
  }

  async #shut(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await (await open?.file.catch(() => undefined))?.close()
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#shut()
  }
}

/** A file of this name, or the first of the parts it was cut into. */
function fileOrPart(name: string, names: readonly string[]): string | undefined {
  return names.includes(name) ? name : names.find((other) => partName(other)?.base === name)
}

/** What lies beside a file stands for it: its note, and sums for the first file they tell of. */
async function meant(path: string): Promise<string> {
  const [folder, name] = [dirname(path), basename(path)]
  const of = besideOf(name)
  if (of === undefined && !isSumsName(name)) return path
  const names = await readdir(folder).catch(() => [])
  const told = of === undefined ? [...(await sumsBeside(folder, [name])).keys()] : [of]
  const candidates = [...told, ...(of === undefined ? [sumsStem(name)] : [])]
  const found = candidates.flatMap((one) => fileOrPart(one, names) ?? [])[0] ?? told[0]
  return found === undefined ? path : join(folder, found)
}

/** Opens an image file, whichever of its parts (or the file of their sums) the path names. @throws set-incomplete, part-damaged, file-* */
export async function openWhole(path: string): Promise<Whole> {
  const file = await meant(path)
  const found = await partsAt(file)
  if (!found) return await openFile(file)
  return { file: new JoinedFile(found.parts.parts), stamp: found.stamp, parts: found.parts }
}

/** What it is now, without opening it. @throws as `openWhole` */
export async function stampOf(path: string): Promise<Stamp> {
  const file = await meant(path)
  const found = await partsAt(file)
  if (found) return found.stamp
  const about = await stat(file).catch((error: unknown) => {
    throw fileError(error, file)
  })
  return { size: about.size, modified: about.mtimeMs, inode: about.ino }
}

/** Where every part has a sum of its own, that of all together tells nothing more. */
function wholeSum({ parts, sha256 }: Parts): string | undefined {
  return parts.every((part) => part.sha256 !== undefined) ? undefined : sha256
}

function otherSum({ base, parts }: Parts): AppError {
  return new AppError('sum-mismatch', { path: base, count: parts.length })
}

/** Reads a part, and gives its sum; undefined for one that ends too early. */
async function sumOfPart(
  { path, size }: Part,
  signal: AbortSignal,
  read: (chunk: Uint8Array) => void,
): Promise<string | undefined> {
  const { file } = await openFile(path)
  try {
    const hash = createHash('sha256')
    for await (const chunk of readRange(file, 0, size, signal)) {
      hash.update(chunk)
      read(chunk)
    }
    return hash.digest('hex')
  } catch (error) {
    if (error instanceof AppError && error.code === 'archive-truncated') return undefined
    throw error
  } finally {
    await file.close()
  }
}

/**
 * Reads every part whose sum is told, and compares. Of a file whose reading failed, it tells which parts are to blame.
 * @throws part-damaged with all of them; sum-mismatch where only the sum of all together is told
 */
export async function checkParts(
  all: Parts,
  signal: AbortSignal,
  read: (bytes: number) => void = () => undefined,
): Promise<void> {
  const { base, parts } = all
  const damaged: string[] = []
  const whole = wholeSum(all)
  const together = createHash('sha256')
  for (const part of parts.filter(({ sha256 }) => (sha256 ?? whole) !== undefined)) {
    const sum = await sumOfPart(part, signal, (chunk) => {
      if (whole !== undefined) together.update(chunk)
      read(chunk.length)
    })
    if (sum === undefined || (part.sha256 ?? sum) !== sum) damaged.push(part.name)
  }
  if (damaged.length > 0) throw new AppError('part-damaged', { path: base, parts: listed(damaged) })
  if (whole !== undefined && together.digest('hex') !== whole) throw otherSum(all)
}

/** Bytes under way, whose reader may leave them: what is left is read all the same, for what is proven at its end. */
export interface Reading {
  readonly bytes: AsyncIterable<Uint8Array>
  /** Reads what was left. */
  finish(): Promise<void>
  /** Nobody reads any more. */
  leave(): Promise<void>
}

export function resumable(bytes: AsyncIterable<Uint8Array>): Reading {
  const reading = bytes[Symbol.asyncIterator]()
  return {
    // A tar ends before its file does, as a rule.
    bytes: { [Symbol.asyncIterator]: () => ({ next: async () => await reading.next() }) },
    async finish() {
      for (let next = await reading.next(); !next.done; ) next = await reading.next()
    },
    async leave() {
      await reading.return?.()
    },
  }
}

/** The bytes of all parts in order, each compared with its sum as it ends. @throws part-damaged */
export function readParts(file: ByteFile, parts: Parts, signal: AbortSignal): Reading {
  return resumable(compared(file, parts, signal))
}

async function* compared(file: ByteFile, all: Parts, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { base, parts } = all
  const whole = wholeSum(all)
  const together = createHash('sha256')
  let start = 0
  for (const { name, size, sha256 } of parts) {
    const hash = createHash('sha256')
    for await (const chunk of readRange(file, start, start + size, signal)) {
      if (sha256 !== undefined) hash.update(chunk)
      if (whole !== undefined) together.update(chunk)
      yield chunk
    }
    if (sha256 !== undefined && hash.digest('hex') !== sha256)
      throw new AppError('part-damaged', { path: base, parts: name })
    start += size
  }
  if (whole !== undefined && together.digest('hex') !== whole) throw otherSum(all)
}
