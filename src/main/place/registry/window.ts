import type { Digest } from '../../../shared/reference.ts'
import { createSha256, type Sha256 } from '../../format/hash.ts'
import type { Bytes } from '../place.ts'

/**
 * The part of a one-way stream that can still be read again: what came last, `keep` bytes at least. Positions are counted
 * from the stream's beginning.
 */
export class Window {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #keep: number
  readonly #hash: Sha256 | undefined
  #pieces: Uint8Array[] = []
  /** How many pieces were forgotten, so that one keeps its number. */
  #forgotten = 0
  #start = 0
  #end = 0
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #filling: Promise<void> = Promise.resolve()
  /** Told apart from readers that were left and have not noticed. */
  #reader = 0

  /** `hashing`: of all bytes that pass, for `digest`. */
  constructor(bytes: Bytes, keep: number, hashing: boolean) {
    this.#source = bytes[Symbol.asyncIterator]()
    this.#keep = keep
    this.#hash = hashing ? createSha256() : undefined
  }

  /** The first byte that is still there. */
  get start(): number {
    return this.#start
  }

  /** After the last byte that came. */
  get end(): number {
    return this.#end
  }

  /** Nothing comes after `end`. */
  get ended(): boolean {
    return this.#ended
  }

  /** What the source threw, to be told from an error of whoever reads here. */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error
  }

  /** Takes from the source until byte `to` is there, or the source has ended. @throws what the source throws */
  async fill(to: number): Promise<void> {
    const turn = this.#filling.then(async () => await this.#fill(to))
    this.#filling = turn.catch(() => undefined)
    await turn
  }

  async #fill(to: number): Promise<void> {
    while (this.#end < to && !this.#ended) {
      this.throwIfFailed()
      try {
        const next = await this.#source.next()
        if (next.done) this.#ended = true
        else if (next.value.length > 0) {
          await this.#hash?.update(next.value)
          this.#pieces.push(next.value)
          this.#end += next.value.length
        }
      } catch (error) {
        this.#failure = { error }
        throw error
      }
    }
  }

  /** The bytes from `from` to `to` (exclusive), which must be there. */
  *pieces(from: number, to: number): Generator<Uint8Array> {
    let at = this.#start
    for (const piece of this.#pieces) {
      const after = at + piece.length
      if (after > from && at < to) yield piece.subarray(Math.max(0, from - at), to - at)
      at = after
    }
  }

  /** Everything from `from` on, to the source's end; what is behind the reader by more than `keep` is forgotten. */
  async *from(from: number): AsyncGenerator<Uint8Array> {
    this.#reader += 1
    const me = this.#reader
    let number = this.#forgotten
    let before = this.#start
    while (before + (this.#pieces[number - this.#forgotten]?.length ?? Number.POSITIVE_INFINITY) <= from) {
      before += this.#pieces[number - this.#forgotten]?.length ?? 0
      number += 1
    }
    for (let at = from; ; number += 1) {
      await this.fill(at + 1)
      const piece = this.#pieces[number - this.#forgotten]
      if (me !== this.#reader || !piece) return
      const rest = piece.subarray(at - before)
      before += piece.length
      at = before
      this.forget(at)
      yield rest
    }
  }

  /** Nobody needs what is before `before` any more, except to go back by up to `keep` bytes. */
  forget(before: number): void {
    for (let first = this.#pieces[0]; first; first = this.#pieces[0]) {
      const after = this.#start + first.length
      if (after > before || this.#end - after < this.#keep) return
      this.#pieces.shift()
      this.#forgotten += 1
      this.#start = after
    }
  }

  /** Of everything, once it has ended. */
  async digest(): Promise<Digest> {
    if (!this.#hash) throw new TypeError('not hashing')
    return await this.#hash.digest()
  }

  /** Leaves the source. */
  async close(): Promise<void> {
    this.#reader += 1
    if (!this.#ended && !this.#failure) await this.#source.return?.()
  }
}
