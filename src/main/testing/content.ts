import { createCipheriv, createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import type { Digest } from '../../shared/reference.ts'

/** One moment for everything handmade: archives of the same content are the same bytes. */
export const MADE_AT = new Date('2026-01-02T03:04:05Z')

/** `sha256:…` of bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** The hex digits of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

const CHUNK = 1024 * 1024

/** Bytes that look random and are the same for the same seed; `kind` text shrinks to about a third, random not at all. */
export async function* seededChunks(seed: string, size: number, kind: 'random' | 'text'): AsyncGenerator<Buffer> {
  const key = createHash('sha256').update(seed).digest()
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(CHUNK)
  const words = Array.from({ length: 256 }, (_, index) => `${digestOf(`word ${index}`).slice(7, 10 + (index % 8))} `)
  for (let left = size; left > 0; ) {
    const noise = cipher.update(zeros)
    const chunk =
      kind === 'random' ? noise : Buffer.from(Array.from(noise.subarray(0, CHUNK / 8), (byte) => words[byte]).join(''))
    const part = chunk.subarray(0, Math.min(chunk.length, left))
    left -= part.length
    yield part
  }
}

/** `seededChunks` in one buffer. */
export async function seededBytes(seed: string, size: number, kind: 'random' | 'text' = 'random'): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(seededChunks(seed, size, kind)))
}

/** A file, folder or link of a tar: a file has `content`, a link `linkname` and its type; everything else is a folder. */
export interface TarEntry {
  readonly name: string
  readonly content?: string | Uint8Array | { readonly size: number; readonly chunks: AsyncIterable<Uint8Array> }
  readonly type?: 'symlink' | 'link'
  readonly linkname?: string
  readonly mode?: number
  readonly mtime?: Date
}

async function addEntries(tar: Pack, entries: Iterable<TarEntry>): Promise<void> {
  for (const entry of entries) {
    const { name, content } = entry
    const header = { name, mtime: entry.mtime ?? MADE_AT, ...(entry.mode === undefined ? {} : { mode: entry.mode }) }
    if (content !== undefined && typeof content === 'object' && 'chunks' in content) {
      await pipeline(Readable.from(content.chunks), tar.entry({ ...header, size: content.size }))
    } else if (content !== undefined) {
      tar.entry(header, typeof content === 'string' ? content : Buffer.from(content))
    } else {
      const link = entry.linkname === undefined ? {} : { linkname: entry.linkname }
      tar.entry({ ...header, ...link, type: entry.type ?? 'directory' })
    }
  }
  tar.finalize()
}

/** Writes a tar file with exactly these entries, in this order. */
export async function writeTar(path: string, entries: Iterable<TarEntry>): Promise<void> {
  const tar = pack()
  await Promise.all([pipeline(tar, createWriteStream(path)), addEntries(tar, entries)])
}

/** As `writeTar`, in memory. */
export async function tarBytes(entries: Iterable<TarEntry>): Promise<Buffer> {
  const tar = pack()
  const out = new PassThrough()
  const [chunks] = await Promise.all([
    Array.fromAsync(out as AsyncIterable<Buffer>),
    pipeline(tar, out),
    addEntries(tar, entries),
  ])
  return Buffer.concat(chunks)
}
