import { AppError } from '../../shared/errors.ts'
import { isTarHeader, isZeroBlock, type TarEntry, walkHeaders } from '../format/tar.ts'
import type { Bytes } from '../place/place.ts'
import { seek, type TornReader } from './torn.ts'

/**
 * The entries of a tar that came to harm. Where a header is expected and none stands, the next one is looked for, byte by
 * byte: it has a magic, and a sum of its own. What is found so may as well be a file inside a layer; its digest says what
 * it is good for.
 */

export interface TarHarm {
  /** How often a header had to be looked for. */
  strayed: number
  /** Where headers should have stood, the first few. */
  readonly holes: number[]
  /** Bytes before the first header, and after the last entry, that are of no tar. */
  before: number
  after: number
  /** The mark at the end was not there: the file was longer. */
  endless: boolean
}

export interface SalvagedEntry {
  readonly entry: TarEntry
  /** @throws archive-truncated where a gap or the end comes before its own */
  readonly bytes: Bytes
  /** No header was looked for before it: it is an entry of this very tar. */
  readonly straight: boolean
}

const BLOCK = 512
const MAGIC = Buffer.from('ustar')
const MAGIC_AT = 257
const MOST_HOLES = 16
const TYPES = '\u000001234567LKxgSVD'

function isPlausible(block: Uint8Array): boolean {
  return isTarHeader(block) && block[0] !== 0 && TYPES.includes(String.fromCharCode(block[156] ?? 0))
}

function findHeader(window: Buffer): { readonly at: number } | undefined {
  for (let at = window.indexOf(MAGIC, MAGIC_AT); at >= 0; at = window.indexOf(MAGIC, at + 1)) {
    const start = at - MAGIC_AT
    if (start + BLOCK > window.length) return undefined
    if (isPlausible(window.subarray(start, start + BLOCK))) return { at: start }
  }
  return undefined
}

/** The entry whose header (and what belongs to it) comes now; undefined where it makes no sense after all. */
async function readEntry(reader: TornReader): Promise<TarEntry | undefined> {
  const walk = walkHeaders()
  try {
    for (let step = walk.next(new Uint8Array(0)); !step.done; ) {
      if (step.value.type === 'entry') return { ...step.value.entry, offset: reader.position }
      step = walk.next(await reader.take(step.value.length))
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
  return undefined
}

/** The data of one entry, and what moves on to its end whoever has read how much of it. */
class EntryData {
  readonly #reader: TornReader
  readonly #signal: AbortSignal
  #left: number

  constructor(reader: TornReader, size: number, signal: AbortSignal) {
    this.#reader = reader
    this.#left = size
    this.#signal = signal
  }

  async *bytes(): Bytes {
    while (this.#left > 0) {
      this.#signal.throwIfAborted()
      const part = await this.#reader.some(this.#left)
      if (part.length === 0) throw new AppError('archive-truncated')
      this.#left -= part.length
      yield part
    }
  }

  /** False where the end of the data cannot be told any more. */
  async pass(padding: number): Promise<boolean> {
    this.#left += padding
    while (this.#left > 0) {
      this.#signal.throwIfAborted()
      const part = await this.#reader.some(this.#left)
      if (part.length > 0) {
        this.#left -= part.length
        continue
      }
      if (!(await this.#reader.atGap())) return false
      const passed = this.#reader.passGap(this.#left)
      if (passed === undefined) return false
      this.#left -= passed
    }
    return true
  }
}

/** Where a reading of a damaged tar stands. */
class Salvage {
  readonly #reader: TornReader
  readonly #signal: AbortSignal
  readonly #harm: TarHarm
  #zeros = 0
  #any = false
  /** Where the mark at the end has been. */
  #marked = 0
  straight = true

  constructor(reader: TornReader, signal: AbortSignal, harm: TarHarm) {
    this.#reader = reader
    this.#signal = signal
    this.#harm = harm
    harm.endless = true
  }

  /** Moves on to the next header that makes sense; false at the end. */
  async toHeader(): Promise<boolean> {
    for (;;) {
      this.#signal.throwIfAborted()
      const block = await this.#reader.take(BLOCK)
      if (block.length < BLOCK && (await this.#reader.atEnd())) {
        this.#endsAfterMark()
        return false
      }
      if (isZeroBlock(block)) this.#passZeros()
      else if (isPlausible(block)) {
        this.#reader.unread(block)
        return true
      } else if (!(await this.#seek(block.length))) return false
    }
  }

  #passZeros(): void {
    this.#zeros += 1
    if (this.#zeros < 2) return
    this.#harm.endless = false
    this.#marked = this.#reader.position
    this.#reader.forget()
  }

  #endsAfterMark(): void {
    if (this.#zeros >= 2) this.#harm.after = this.#reader.position - this.#marked
  }

  /** Looks for a header, from the entry before on: what swallowed this one may be that. */
  async #seek(read: number): Promise<boolean> {
    const hole = this.#reader.position - read
    if (this.#zeros < 2 && this.#harm.holes.length < MOST_HOLES && !this.#harm.holes.includes(hole))
      this.#harm.holes.push(hole)
    this.#reader.rewind()
    const from = this.#reader.position
    const found = (await seek(this.#reader, BLOCK, findHeader, this.#signal)) !== undefined
    if (found && !this.#any) this.#harm.before = this.#reader.position - from
    else if (!found && this.#zeros >= 2) this.#endsAfterMark()
    else this.#harm.strayed += 1
    if (this.#any) this.straight = false
    this.#zeros = 0
    return found
  }

  /** An entry begins. */
  enter(): void {
    this.#zeros = 0
    this.#any = true
    this.#harm.endless = true
    this.#reader.forget()
  }
}

/** `harm` is written to while the entries come. */
export async function* salvageTar(
  reader: TornReader,
  signal: AbortSignal,
  harm: TarHarm,
): AsyncGenerator<SalvagedEntry> {
  const salvage = new Salvage(reader, signal, harm)
  while (await salvage.toHeader()) {
    const entry = await readEntry(reader)
    if (!entry) continue
    salvage.enter()
    const data = new EntryData(reader, entry.size, signal)
    yield { entry, bytes: data.bytes(), straight: salvage.straight }
    const padding = (BLOCK - (entry.size % BLOCK)) % BLOCK
    if (await data.pass(padding)) continue
    if (await reader.atEnd()) return
    reader.forget()
  }
}
