import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileError } from '../../files.ts'
import { parseSums, sumLine } from '../../format/sums.ts'
import type { Bytes } from '../place.ts'
import { type OnReadBack, PartialFile, type Written } from './write-file.ts'

/**
 * What a save writes: one file with its sum beside it, or parts with their sums in `SHA256SUMS`. There under its names only
 * when it is whole, and what had those names stays until then.
 */
export interface SavedFile {
  readonly path: string
  open(): Promise<void>
  /** Writes all bytes and flushes them to the medium. */
  write(bytes: Bytes): Promise<Written>
  /** Reads back what was written, and compares. `readBack` as `PartialFile.verify`. */
  verify(written: Written, signal: AbortSignal, read: OnReadBack): Promise<'disk' | 'cache'>
  /** Gives it its names; they of the parts, in order, where there are parts. */
  publish(written: Written): Promise<readonly string[] | undefined>
  /** Removes what was not published. Never throws: the drive may be gone. */
  discard(): Promise<void>
}

async function* text(content: string): Bytes {
  yield new TextEncoder().encode(content)
}

const nobody = (): void => undefined

/** Writes a small file whole, in place of one of its name. */
export async function writeText(path: string, content: string): Promise<void> {
  const file = new PartialFile(path)
  try {
    await file.open()
    await file.write(text(content), nobody)
    await file.publish()
  } finally {
    await file.discard()
  }
}

/** Names a file, and its sum in `FILE.sha256`. */
async function publishWhole(file: PartialFile, path: string, sha256: string): Promise<undefined> {
  const sum = new PartialFile(`${path}.sha256`)
  try {
    // Written first, as long as nothing has a name; named last: a sum of what is not there would be a lie.
    await sum.open()
    await sum.write(text(sumLine(sha256, basename(path))), nobody)
    await file.publish(path)
    await sum.publish()
  } finally {
    await sum.discard()
  }
}

/** One file, and `FILE.sha256`. */
export function savedWhole(path: string): SavedFile {
  const file = new PartialFile(path)
  return {
    path,
    open: async () => await file.open(),
    write: async (bytes) => await file.write(bytes, nobody),
    verify: async (written, signal, read) => await file.verify(written, signal, read),
    publish: async ({ sha256 }) => await publishWhole(file, path, sha256),
    discard: async () => await file.discard(),
  }
}

const SUMS = 'SHA256SUMS'
/** Digits of a part's number: `cat name.part-*` joins as many in their order. */
const WIDTH = 3

/** Splits bytes where a part is full. `next` gives the bytes of one more part; undefined when there are none left. */
class Cutter {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #most: number
  #rest: Uint8Array | undefined

  constructor(bytes: Bytes, most: number) {
    this.#chunks = bytes[Symbol.asyncIterator]()
    this.#most = most
  }

  async next(): Promise<Bytes | undefined> {
    this.#rest ??= await this.#chunk()
    return this.#rest && this.#part()
  }

  async #chunk(): Promise<Uint8Array | undefined> {
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done) return undefined
      if (value.length > 0) return value
    }
  }

  async *#part(): Bytes {
    for (let room = this.#most; room > 0; ) {
      const chunk = this.#rest ?? (await this.#chunk())
      if (!chunk) return
      const piece = chunk.subarray(0, room)
      this.#rest = piece.length < chunk.length ? chunk.subarray(piece.length) : undefined
      room -= piece.length
      yield piece
    }
  }

  /** Whoever makes the bytes is told that nobody takes them any more. */
  async leave(): Promise<void> {
    await this.#chunks.return?.()
  }
}

interface Part {
  readonly file: PartialFile
  readonly written: Written
}

/** Parts of at most `most` bytes, `path.part-001` and on, and their lines in `SHA256SUMS`. What fits in one part is one file. */
export function savedInParts(path: string, most: number): SavedFile {
  const folder = dirname(path)
  const base = basename(path)
  const nameOf = (index: number): string => `${base}.part-${String(index + 1).padStart(WIDTH, '0')}`
  const parts: Part[] = []
  let next: PartialFile | undefined

  async function part(index: number): Promise<PartialFile> {
    const file = new PartialFile(join(folder, nameOf(index)))
    await file.open()
    return file
  }

  return {
    path,
    async open() {
      next = await part(0)
    },
    async write(bytes) {
      const hash = createHash('sha256')
      let size = 0
      async function* counted(): Bytes {
        for await (const chunk of bytes) {
          hash.update(chunk)
          size += chunk.length
          yield chunk
        }
      }
      const cutter = new Cutter(counted(), most)
      try {
        for (let piece = await cutter.next(); piece; piece = await cutter.next()) {
          const file = next ?? (await part(parts.length))
          next = file
          parts.push({ file, written: await file.write(piece, nobody) })
          next = undefined
        }
      } catch (error) {
        await cutter.leave()
        throw error
      }
      return { size, sha256: hash.digest('hex') }
    },
    async verify(_, signal, read) {
      let [before, answer]: [number, 'disk' | 'cache'] = [0, 'disk']
      for (const { file, written } of parts) {
        const way = await file.verify(written, signal, (done, chunk) => read(before + done, chunk))
        if (way === 'cache') answer = 'cache'
        before += written.size
      }
      return answer
    },
    async publish({ sha256 }) {
      const [only, ...others] = parts
      if (only && others.length === 0) return await publishWhole(only.file, path, sha256)
      const former = await aside(folder, base)
      try {
        await writeText(join(folder, SUMS), await sumsWith(folder, base, parts))
        // The last first: until the first one is there, too, the set says itself that it is not whole.
        for (const { file } of parts.toReversed()) await file.publish()
      } catch (error) {
        for (const { file } of parts) await unlink(file.path).catch(nobody)
        await former.back()
        throw fileError(error, path)
      }
      await former.forget()
      return parts.map(({ file }) => file.path)
    },
    async discard() {
      await next?.discard()
      for (const { file } of parts) await file.discard()
    },
  }
}

/** Parts of a former file of this name stand aside until the new ones are there. */
async function aside(
  folder: string,
  base: string,
): Promise<{ back: () => Promise<void>; forget: () => Promise<void> }> {
  const mark = randomBytes(3).toString('hex')
  const names = (await readdir(folder)).filter((name) => isPartOf(name, base))
  const moved: { readonly from: string; readonly to: string }[] = []
  const sums = join(folder, SUMS)
  const before = await readFile(sums, 'utf8').catch(() => undefined)
  const back = async (): Promise<void> => {
    for (const { from, to } of moved) await rename(to, from).catch(nobody)
    if (before !== undefined && moved.length > 0) await writeText(sums, before).catch(nobody)
  }
  try {
    for (const name of names) {
      const one = { from: join(folder, name), to: join(folder, `${name}.${mark}.former`) }
      await rename(one.from, one.to)
      moved.push(one)
    }
  } catch (error) {
    await back()
    throw error
  }
  return {
    back,
    async forget() {
      for (const { to } of moved) await unlink(to).catch(nobody)
    },
  }
}

function isPartOf(name: string, base: string): boolean {
  return name.startsWith(`${base}.part-`) && /^\d{3,}$/.test(name.slice(base.length + 6))
}

/** The folder's sums with those of these parts; lines of other files stay as they are. */
async function sumsWith(folder: string, base: string, parts: readonly Part[]): Promise<string> {
  const before = await readFile(join(folder, SUMS), 'utf8').catch(() => '')
  const others = before
    .split('\n')
    .filter((line) => line !== '' && !parseSums(line).some(({ name }) => name !== undefined && isPartOf(name, base)))
    .map((line) => `${line}\n`)
  const own = parts.map(({ file, written }) => sumLine(written.sha256, basename(file.path)))
  return [...others, ...own].join('')
}
