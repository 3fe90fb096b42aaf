import { AppError, asAppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { peek } from '../format/bytes.ts'
import { isRootfs } from '../format/contents.ts'
import { digestOf } from '../format/digest.ts'
import { formOf, MAX_DOCUMENT, MAX_LISTING } from '../format/documents.ts'
import { prove } from '../format/proof.ts'
import { shown } from '../format/shown.ts'
import { collect, isTarHeader, isZeroBlock } from '../format/tar.ts'
import type { Bytes, Form } from '../place/place.ts'
import type { CarriedEntry, Carrier } from './carrier.ts'

/** One file that was found and read to its end. */
export interface Find {
  readonly carrier: Carrier
  readonly name: string
  /** Stands for it in its carrier. */
  readonly at: number
  /** As its header says. */
  readonly size: number
  readonly form: Form
  /** `cut`: its end is not there. `broken`: it does not unpack. */
  readonly state: 'read' | 'cut' | 'broken'
  /** Of the bytes as they are; absent where they could not be read to their end. */
  readonly digest?: Digest
  /** Of what they unpack to. */
  readonly diffId?: Digest
  /** Those of a file that begins as JSON begins. */
  readonly document?: Uint8Array
}

/** All that was found in a carrier. */
export interface Survey {
  readonly carrier: Carrier
  readonly finds: readonly Find[]
  /** Where links lead, by their names. */
  readonly links: ReadonlyMap<string, string>
  /** It has the folders of a system, and is none of an image's files. */
  readonly rootfs: boolean
  /** Entries of any kind. */
  readonly entries: number
  /** There were more than are remembered. */
  readonly partial: boolean
}

const MOST_FINDS = 50_000
const MOST_LETTERS = 16 << 20
/** Documents that are kept, of one carrier. */
const ROOM = 32 << 20
const MOST_TOP = 1000
const LONGEST_TOP = 64
const SMALL = 64 << 10

function isDocument(name: string, size: number, head: Uint8Array): boolean {
  const start = head[0] === 0xef && head[1] === 0xbb ? head[3] : head[0]
  const limit = /(?:manifest|index)\.json$/.test(name) ? MAX_LISTING : MAX_DOCUMENT
  return size <= limit && (start === 0x7b || start === 0x5b || start === 0x0a || start === 0x20)
}

/** Only what may be a layer or a document is worth remembering: inside a damaged layer there are many others. */
function mayMatter(head: Uint8Array, form: Form, size: number): boolean {
  return form !== 'plain' || size === 0 || isTarHeader(head) || isZeroBlock(head)
}

/** Names that belong to an image file, whatever came to harm. */
const TELLING =
  /(?:^|\/)(?:manifest\.json|index\.json|oci-layout|repositories|layer\.tar|[0-9a-f]{64}(?:\.json|\.tar(?:\.gz)?)?)$/

class Surveying {
  readonly finds: Find[] = []
  readonly links = new Map<string, string>()
  readonly top = new Set<string>()
  entries = 0
  partial = false
  #room = ROOM
  #letters = 0
  readonly #carrier: Carrier
  readonly #packed: () => number

  constructor(carrier: Carrier, packed: () => number) {
    this.#carrier = carrier
    this.#packed = packed
  }

  async take(entry: CarriedEntry): Promise<void> {
    this.entries += 1
    if (entry.straight) this.#addTop(entry.name)
    if (entry.target !== undefined) this.#link(entry.name, entry.target)
    if (entry.type !== 'file') return
    const found = await this.#read(entry)
    if (found) this.#keep(found)
  }

  #addTop(name: string): void {
    const top = name.split('/', 1)[0] ?? ''
    if (top.length <= LONGEST_TOP && this.top.size < MOST_TOP) this.top.add(top)
  }

  #link(name: string, target: string): void {
    if (!TELLING.test(name) || this.links.size >= MOST_FINDS) return
    this.links.set(name, target)
  }

  #keep(found: Find): void {
    this.#letters += found.name.length
    if (this.finds.length >= MOST_FINDS || this.#letters > MOST_LETTERS) this.partial = true
    else this.finds.push(found)
  }

  async #read(entry: CarriedEntry): Promise<Find | undefined> {
    const { name, at, size } = entry
    const known = { carrier: this.#carrier, name, at, size }
    let form: Form = 'plain'
    let matters = TELLING.test(name)
    try {
      const { head, whole } = await peek(entry.bytes)
      form = formOf(head)
      matters ||= mayMatter(head, form, size)
      if (isDocument(name, size, head)) return await this.#document(known, whole)
      if (!matters) return undefined
      return { ...known, form, ...(await this.#proven(name, size, form, whole)) }
    } catch (error) {
      const failed = asAppError(error)
      if (
        !(error instanceof AppError) ||
        !/^(?:archive-(?:truncated|damaged|window|hostile)|digest-)/.test(failed.code)
      )
        throw error
      const state = failed.code === 'archive-truncated' ? 'cut' : 'broken'
      return matters ? { ...known, form, state } : undefined
    }
  }

  async #proven(
    name: string,
    size: number,
    form: Form,
    bytes: Bytes,
  ): Promise<Pick<Find, 'state' | 'digest' | 'diffId'>> {
    if (form === 'plain' && size <= SMALL) {
      const digest = digestOf(await collect(bytes, size))
      return { state: 'read', digest, diffId: digest }
    }
    const { digest, diffId } = await prove(bytes, form, { file: shown(name), packed: this.#packed }, () => undefined)
    return { state: 'read', digest, diffId }
  }

  async #document(known: Pick<Find, 'carrier' | 'name' | 'at' | 'size'>, bytes: Bytes): Promise<Find> {
    const document = await collect(bytes, known.size)
    const digest = digestOf(document)
    const kept = document.length <= this.#room
    if (kept) this.#room -= document.length
    else this.partial = true
    return { ...known, form: 'plain', state: 'read', digest, diffId: digest, ...(kept ? { document } : {}) }
  }
}

/** Reads a carrier to its end, and remembers what may be of use. Takes the same memory whatever its size. */
export async function survey(carrier: Carrier, signal: AbortSignal, onRead: (bytes: number) => void): Promise<Survey> {
  let packed = 0
  const surveying = new Surveying(carrier, () => packed)
  const count = (bytes: number): void => {
    packed += bytes
    onRead(bytes)
  }
  for await (const entry of carrier.entries(signal, count)) await surveying.take(entry)
  const { finds, links, top, entries, partial } = surveying
  const telling = finds.some(({ name }) => TELLING.test(name))
  return { carrier, finds, links, rootfs: !telling && isRootfs(top), entries, partial }
}
