import type { Transform } from 'node:stream'
import { bell } from '../format/compression/through.ts'

/** One zlib stream, fed by hand: what it gives for each piece, and whether it goes on. */
export type Fed = 'more' | 'ended' | 'failed'

export class Unpacking {
  readonly #stream: Transform & { readonly bytesWritten?: number }
  readonly #bell = bell()
  #failure: Error | undefined
  #ended = false
  #given = 0

  constructor(stream: Transform & { readonly bytesWritten?: number }) {
    this.#stream = stream
    const { ring } = this.#bell
    stream.on('readable', ring)
    stream.on('end', () => {
      this.#ended = true
      ring()
    })
    stream.on('error', (error) => {
      this.#failure = error
      ring()
    })
  }

  /** Bytes it was given and had no use for, once it has ended. */
  get unused(): number {
    return this.#given - (this.#stream.bytesWritten ?? this.#given)
  }

  async *feed(bytes: Uint8Array): AsyncGenerator<Uint8Array, Fed> {
    let taken = false
    this.#given += bytes.length
    this.#stream.write(bytes, () => {
      taken = true
      this.#bell.ring()
    })
    return yield* this.#what(() => taken)
  }

  /** Nothing more comes. */
  async *finish(): AsyncGenerator<Uint8Array, Fed> {
    this.#stream.end()
    return yield* this.#what(() => false)
  }

  async *#what(taken: () => boolean): AsyncGenerator<Uint8Array, Fed> {
    for (;;) {
      if (this.#failure) return 'failed'
      const chunk = this.#stream.read() as Buffer | null
      if (chunk) yield chunk
      else if (this.#ended) return 'ended'
      // What it does not want comes after its end.
      else if (taken()) return this.unused > 0 ? 'ended' : 'more'
      else await this.#bell.rung()
    }
  }

  close(): void {
    this.#stream.destroy()
  }
}
