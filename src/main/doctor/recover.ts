import { createHash } from 'node:crypto'
import type { Digest } from '../../shared/reference.ts'
import { cut } from '../format/compression/blocks.ts'
import { digestOf } from '../format/digest.ts'
import { formOf, MAX_DOCUMENT } from '../format/documents.ts'
import { prove } from '../format/proof.ts'
import { isTarHeader, isZeroBlock } from '../format/tar.ts'
import type { Bytes, Form } from '../place/place.ts'
import type { Carrier } from './carrier.ts'
import type { Find, Survey } from './survey.ts'

/**
 * Files whose tar header came to harm and whose bytes did not: how long they are is tried, and their digest says whether it was
 * right. Only where a carrier can be read at any place.
 */

const BLOCK = 512
const PIECE = 256 << 10
/** Zero blocks at the end of a layer: two as a rule, up to twenty where a tar was made for a tape. */
const MOST_ENDS = 64

/** What the documents that were found speak of. */
interface Spoken {
  readonly digests: ReadonlySet<Digest>
  readonly sizes: ReadonlySet<number>
}

/** Digests and sizes in documents, wherever in them they stand. */
function spokenOf({ finds }: Survey): Spoken {
  const digests = new Set<Digest>()
  const sizes = new Set<number>()
  for (const { document } of finds) {
    if (!document) continue
    const text = new TextDecoder().decode(document)
    for (const [, hex] of text.matchAll(/([0-9a-f]{64})/g)) digests.add(`sha256:${hex}`)
    for (const [, size] of text.matchAll(/"size":\s*(\d{1,15})\b/g)) sizes.add(Number(size))
  }
  return { digests, sizes }
}

/** Hashes on, and looks at the sum at every length a file may have: those that are spoken of, and where a tar ends. */
class Lengths {
  readonly #hash = createHash('sha256')
  readonly #digests: ReadonlySet<Digest>
  /** Those that are still to come, the next one last. */
  readonly #sizes: number[]
  readonly #isTar: boolean
  #length = 0
  #zeros = 0

  constructor({ digests, sizes }: Spoken, isTar: boolean) {
    this.#digests = digests
    this.#sizes = [...sizes].filter((size) => size > 0).toSorted((a, b) => b - a)
    this.#isTar = isTar
  }

  /** Nothing more can come of it: the tar is over and something else begins, or no length is left. */
  isOver(block: Uint8Array): boolean {
    return this.#isTar ? this.#zeros >= 2 && isTarHeader(block) : this.#sizes.length === 0
  }

  /** The length and digest that are spoken of, once they are reached. */
  take(block: Uint8Array): { readonly size: number; readonly digest: Digest } | undefined {
    this.#zeros = this.#isTar && isZeroBlock(block) ? this.#zeros + 1 : 0
    const end = this.#length + block.length
    let done = 0
    for (let size = this.#sizes.at(-1); size !== undefined && size <= end; size = this.#sizes.at(-1)) {
      this.#sizes.pop()
      if (size < this.#length) continue
      this.#hash.update(block.subarray(done, size - this.#length))
      done = size - this.#length
      const found = this.#sum(size)
      if (found) return found
    }
    this.#hash.update(block.subarray(done))
    this.#length = end
    return this.#zeros >= 2 && this.#zeros <= MOST_ENDS ? this.#sum(end) : undefined
  }

  #sum(size: number): { readonly size: number; readonly digest: Digest } | undefined {
    const digest: Digest = `sha256:${this.#hash.copy().digest('hex')}`
    return this.#digests.has(digest) ? { size, digest } : undefined
  }
}

/** Where a file ends whose digest is spoken of. */
async function endOf(bytes: Bytes, spoken: Spoken): Promise<{ size: number; digest: Digest; form: Form } | undefined> {
  let lengths: Lengths | undefined
  let form: Form = 'plain'
  for await (const { bytes: piece } of cut(bytes, PIECE)) {
    if (!lengths) {
      form = formOf(piece)
      if (form === 'plain' && !isTarHeader(piece)) return undefined
      lengths = new Lengths(spoken, form === 'plain')
    }
    for (let at = 0; at < piece.length; at += BLOCK) {
      const block = piece.subarray(at, at + BLOCK)
      if (lengths.isOver(block)) return undefined
      const found = lengths.take(block)
      if (found) return { ...found, form }
    }
  }
  return undefined
}

async function recovered(
  carrier: Carrier,
  hole: number,
  spoken: Spoken,
  signal: AbortSignal,
): Promise<Find | undefined> {
  const at = hole + BLOCK
  const open = (size: number): Bytes | undefined =>
    size > 0 ? carrier.open({ at, size: Math.min(size, carrier.size - at) }, signal) : undefined
  const known = { carrier, name: '', at, state: 'read' as const }
  const start = open(carrier.size - at)
  if (!start) return undefined
  const document = await documentAt(open(MAX_DOCUMENT) ?? start, spoken)
  if (document) return { ...known, ...document }
  const end = await endOf(start, spoken)
  if (!end) return undefined
  const { digest, form } = end
  if (form === 'plain') return { ...known, ...end, diffId: digest }
  const again = open(end.size)
  const proof = again && (await prove(again, form, { digest, file: digest }, () => undefined).catch(() => undefined))
  return proof && { ...known, ...end, diffId: proof.diffId }
}

/** A document begins with a brace, and zeros fill its last block. */
async function documentAt(
  bytes: Bytes,
  spoken: Spoken,
): Promise<Pick<Find, 'size' | 'form' | 'digest' | 'diffId' | 'document'> | undefined> {
  const parts: Uint8Array[] = []
  for await (const part of bytes) {
    if (parts.length === 0 && part[0] !== 0x7b) return undefined
    const end = part.indexOf(0)
    parts.push(end < 0 ? part : part.subarray(0, end))
    if (end >= 0) break
  }
  const document = Buffer.concat(parts)
  const digest = digestOf(document)
  if (!spoken.digests.has(digest)) return undefined
  return { size: document.length, form: 'plain', digest, diffId: digest, document }
}

/** The survey with what was found behind damaged headers, without names. */
export async function recover(found: Survey, signal: AbortSignal): Promise<Survey> {
  const { carrier } = found
  const { tar } = carrier.harm
  if (tar.holes.length === 0) return found
  const spoken = spokenOf(found)
  const finds: Find[] = []
  for (const hole of tar.holes) {
    const one = await recovered(carrier, hole, spoken, signal)
    if (!one) continue
    finds.push(one)
    // What stands before the first header was a header, too.
    if (hole !== 0 || tar.before === 0) continue
    tar.before = 0
    tar.strayed += 1
  }
  return { ...found, finds: [...found.finds, ...finds] }
}
