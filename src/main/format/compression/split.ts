import type { Bytes } from '../../place/place.ts'

/** What a layout asks for next: so many bytes, to read them or to pass over them. */
export interface Step {
  readonly count: number
  readonly read: boolean
}

export const read = (count: number): Step => ({ count, read: true })
export const skip = (count: number): Step => ({ count, read: false })
/** For what makes no sense: the decoder gets all the rest and finds out. */
export const GIVE_UP = skip(Number.POSITIVE_INFINITY)

/** Walks one part of a file by the lengths in it. */
export type Layout = Generator<Step, void, Buffer>

export interface Piece {
  readonly bytes: Uint8Array
  /** A part ends here. */
  readonly ends: boolean
}

/** The same bytes, no piece across two parts. */
export async function* split(bytes: Bytes, layout: () => Layout): AsyncGenerator<Piece> {
  let walk = layout()
  let step = skip(0)
  let missing = 0
  let seen: number[] = []
  /** Takes the step that is complete; true at the end of a part. */
  const advance = (): boolean => {
    const next = walk.next(Buffer.from(seen))
    seen = []
    if (next.done) {
      walk = layout()
      return true
    }
    step = next.value
    missing = step.count
    return false
  }
  advance()
  for await (const chunk of bytes) {
    let start = 0
    let at = 0
    while (at < chunk.length) {
      const count = Math.min(missing, chunk.length - at)
      if (step.read) seen.push(...chunk.subarray(at, at + count))
      at += count
      missing -= count
      while (missing === 0) {
        if (!advance()) continue
        yield { bytes: chunk.subarray(start, at), ends: true }
        start = at
      }
    }
    if (start < at) yield { bytes: chunk.subarray(start, at), ends: false }
  }
}
