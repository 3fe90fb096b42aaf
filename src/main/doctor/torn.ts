import { kept } from '../format/bytes.ts'

/**
 * Bytes of something that came to harm: what can be read of it, in order, and the gaps between. A gap whose length is known
 * keeps what follows in its place.
 */
export interface Gap {
  /** Bytes that are missing; undefined where nobody knows. */
  readonly gap: number | undefined
}
export type Torn = AsyncIterable<Uint8Array | Gap>

function isGap(piece: Uint8Array | Gap): piece is Gap {
  return 'gap' in piece
}

/** Bytes looked at again where what follows them makes no sense. */
const HISTORY = 1 << 20

/** Reads torn bytes with a way back. Whoever gets nothing stands before a gap, or at the end. */
export class TornReader {
  /** Bytes passed, gaps of known length among them. */
  position = 0
  readonly #source: AsyncIterator<Uint8Array | Gap>
  /** What comes before the source goes on. */
  readonly #next: (Uint8Array | Gap)[] = []
  #history: Uint8Array[] = []
  #remembered = 0
  #ended = false

  constructor(torn: Torn) {
    this.#source = torn[Symbol.asyncIterator]()
  }

  async #fill(): Promise<Uint8Array | Gap | undefined> {
    while (this.#next.length === 0) {
      if (this.#ended) return undefined
      const { value, done } = await this.#source.next()
      if (done) this.#ended = true
      else if (isGap(value)) this.#next.push(value)
      // There is a way back to it.
      else if (value.length > 0) this.#next.push(kept(value))
    }
    return this.#next[0]
  }

  /** Some bytes, at most `length`; none before a gap and at the end. */
  async some(length: number): Promise<Uint8Array> {
    const first = await this.#fill()
    if (!first || isGap(first)) return new Uint8Array(0)
    const part = first.subarray(0, length)
    if (part.length === first.length) this.#next.shift()
    else this.#next[0] = first.subarray(part.length)
    this.position += part.length
    this.#remember(part)
    return part
  }

  /** `length` bytes, or fewer before a gap and at the end. */
  async take(length: number): Promise<Uint8Array> {
    const first = await this.some(length)
    if (first.length === length || first.length === 0) return first
    const parts = [first]
    for (let left = length - first.length; left > 0; ) {
      const part = await this.some(left)
      if (part.length === 0) break
      parts.push(part)
      left -= part.length
    }
    return Buffer.concat(parts)
  }

  /** Whether a gap is next. */
  async atGap(): Promise<boolean> {
    const first = await this.#fill()
    return first !== undefined && isGap(first)
  }

  /** Whether nothing is next. */
  async atEnd(): Promise<boolean> {
    return (await this.#fill()) === undefined
  }

  /** Moves over the gap that is next, at most `most` bytes of it; undefined for one of unknown length. */
  passGap(most = Number.POSITIVE_INFINITY): number | undefined {
    const first = this.#next[0]
    if (!first || !isGap(first)) return 0
    this.forget()
    this.#next.shift()
    const { gap } = first
    if (gap === undefined) return undefined
    const passed = Math.min(gap, most)
    if (passed < gap) this.#next.unshift({ gap: gap - passed })
    this.position += passed
    return passed
  }

  /** Puts bytes back that were just given. */
  unread(bytes: Uint8Array): void {
    this.forget()
    if (bytes.length > 0) this.#next.unshift(bytes)
    this.position -= bytes.length
  }

  /** Goes back to where `forget` was called, or as far as is remembered. */
  rewind(): void {
    const history = this.#history
    this.position -= this.#remembered
    this.#next.unshift(...history)
    this.forget()
  }

  /** There is no way back from here. */
  forget(): void {
    this.#history = []
    this.#remembered = 0
  }

  #remember(part: Uint8Array): void {
    this.#history.push(part)
    this.#remembered += part.length
    for (let first = this.#history[0]; first && this.#remembered - first.length >= HISTORY; first = this.#history[0]) {
      this.#history.shift()
      this.#remembered -= first.length
    }
  }

  async end(): Promise<void> {
    await this.#source.return?.()
  }

  /** What is left, as torn bytes again. */
  async *rest(): AsyncGenerator<Uint8Array | Gap> {
    try {
      for (let next = await this.#fill(); next; next = await this.#fill()) {
        this.#next.shift()
        yield next
      }
    } finally {
      await this.end()
    }
  }
}

/** Looked through at once. */
const WINDOW = 64 << 10

/**
 * Moves on to the first place that `find` sees, whatever gaps come before it; undefined at the end. `most`: bytes that what is
 * looked for takes, at most.
 */
export async function seek<T extends { readonly at: number }>(
  reader: TornReader,
  most: number,
  find: (window: Buffer) => T | undefined,
  signal: AbortSignal,
): Promise<T | undefined> {
  let carried = Buffer.alloc(0)
  for (;;) {
    signal.throwIfAborted()
    const part = await reader.some(WINDOW)
    if (part.length === 0) {
      if (!(await reader.atGap())) return undefined
      reader.passGap()
      carried = Buffer.alloc(0)
      continue
    }
    const window = Buffer.concat([carried, part])
    const found = find(window)
    if (found) {
      reader.unread(window.subarray(found.at))
      return found
    }
    carried = window.subarray(Math.max(0, window.length - most + 1))
  }
}

/** Bytes that end at the first gap, for who cannot go on after one. */
export async function* untilGap(torn: Torn): AsyncGenerator<Uint8Array> {
  for await (const piece of torn) {
    if (isGap(piece)) return
    yield piece
  }
}
