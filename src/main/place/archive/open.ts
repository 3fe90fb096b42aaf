import type { FileHandle } from 'node:fs/promises'
import type { Compression, Problem } from '../../../shared/contract.ts'
import { AppError, asAppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { aboutFile, openFile, randomAccess, readRange, type Stamp } from '../../files.ts'
import { peek } from '../../format/bytes.ts'
import { sniff, unpack } from '../../format/compression.ts'
import { type Contents, expectations, type Files, readContents } from '../../format/contents.ts'
import { formOf, MAX_DOCUMENT, MAX_LISTING } from '../../format/documents.ts'
import { prove } from '../../format/proof.ts'
import { collect, indexTar, isTarHeader, isZeroBlock, readTar, type TarEntry } from '../../format/tar.ts'
import type { Bytes, Stored } from '../place.ts'

/** An image file that was looked into. Holds no open handle: it is opened again, and compared, when it is read. */
export interface OpenArchive {
  readonly path: string
  readonly stamp: Stamp
  readonly compression: Compression
  /** Bytes of the tar inside. */
  readonly tarSize: number
  readonly contents: Contents
  /** `index`: contents not checked yet; else whether every blob, config and diffId was read and found right. */
  readonly checked: 'index' | 'intact' | 'problems'
  readonly problems: readonly Problem[]
}

/** How far reading has come, in bytes of the file. */
export type OnRead = (done: number, total: number) => void

/** An archive holds a few thousand entries; a root file system may hold a million, of which only the first tell anything. */
const MAX_ENTRIES = 100_000
const MAX_TOP = 1000
/** Documents of one compressed archive, kept while it is read once. */
const MAX_DOCUMENTS = 64 << 20
const HEAD = 64 << 10

/** Keeps entries up to a bound, and the first part of every name. */
function gathering(): { keep: (entry: TarEntry) => boolean; top: Set<string> } {
  const top = new Set<string>()
  let kept = 0
  return {
    top,
    keep(entry) {
      if (top.size < MAX_TOP) top.add(entry.name.split('/')[0] ?? '')
      // macOS puts a companion beside every file it copies to a foreign drive.
      if (/(^|\/)\._/.test(entry.name) || entry.name.startsWith('__MACOSX/')) return false
      kept += 1
      return kept <= MAX_ENTRIES
    },
  }
}

function byName(entries: readonly TarEntry[]): Map<string, TarEntry> {
  return new Map(entries.map((entry) => [entry.name, entry]))
}

/** What a file is that is neither a tar nor a compressed one. */
function otherKind(head: Uint8Array): string {
  const ascii = Buffer.from(head.subarray(0, 512)).toString('latin1')
  if (Buffer.from(head.subarray(32769, 32774)).toString('latin1') === 'CD001') return 'iso'
  if (ascii.startsWith('hsqs')) return 'squashfs'
  if (ascii.startsWith('QFI\u00fb')) return 'qcow2'
  if (/^\s*<(!doctype|html)/i.test(ascii)) return 'html'
  if (ascii.startsWith('version https://git-lfs')) return 'lfs'
  if (ascii.startsWith('-----BEGIN PGP MESSAGE')) return 'openpgp'
  if (/^\s*[{[]/.test(ascii)) return 'json'
  return /^[\t\n\r\x20-\x7e\u0080-\u00ff]+$/.test(ascii) ? 'text' : 'binary'
}

/** What a first look at the bytes says. @throws archive-empty, archive-not-images */
async function recognise(file: FileHandle, size: number): Promise<Compression> {
  if (size === 0) throw new AppError('archive-empty')
  const head = await randomAccess(file, size).read(0, HEAD)
  if (isTarHeader(head) || isZeroBlock(head)) return 'none'
  const found = sniff(head)
  if (found === 'zip' || found === '7z' || found === 'openpgp')
    throw new AppError('archive-not-images', { kind: found })
  if (found !== undefined) return found
  throw new AppError('archive-not-images', { kind: otherKind(head) })
}

async function openPlain(file: FileHandle, size: number, signal: AbortSignal): Promise<Contents> {
  const access = randomAccess(file, size)
  const { keep, top } = gathering()
  const entries = await indexTar(access, keep, signal)
  const files: Files = {
    entries: byName(entries),
    async read(entry, limit) {
      if (entry.size > limit) throw new AppError('archive-too-large', { detail: `${entry.name}, ${entry.size} bytes` })
      return await access.read(entry.offset, entry.size)
    },
    head: async (entry) => await access.read(entry.offset, Math.min(entry.size, 16)),
  }
  return await readContents(files, top)
}

interface Pass {
  readonly entries: TarEntry[]
  readonly documents: Map<string, Uint8Array>
  readonly heads: Map<string, Uint8Array>
  /** What each file proved to be; an error where its own compression is broken. */
  readonly proofs: Map<string, Stored | AppError>
  readonly top: Set<string>
  tarSize: number
}

function mayBeDocument(entry: TarEntry, head: Uint8Array): boolean {
  if (entry.name.endsWith('manifest.json') || entry.name.endsWith('index.json')) return entry.size <= MAX_LISTING
  const start = head[0] === 0xef && head[1] === 0xbb ? head[3] : head[0]
  return entry.size <= MAX_DOCUMENT && (start === 0x7b || start === 0x5b || start === 0x0a || start === 0x20)
}

async function passFile(pass: Pass, entry: TarEntry, bytes: Bytes, room: number): Promise<number> {
  const { head, whole } = await peek(bytes)
  // A copy: a view would keep the whole chunk it looks at.
  pass.heads.set(entry.name, Uint8Array.from(head.subarray(0, 16)))
  if (mayBeDocument(entry, head)) {
    if (entry.size > room) throw new AppError('archive-too-large', { detail: `${entry.name}, ${entry.size} bytes` })
    pass.documents.set(entry.name, await collect(whole, entry.size))
    return entry.size
  }
  try {
    pass.proofs.set(entry.name, await prove(whole, formOf(head), { file: entry.name }, () => undefined))
  } catch (error) {
    // A broken layer inside a sound file: the rest of it is still to be read.
    pass.proofs.set(entry.name, asAppError(error))
  }
  return 0
}

/** One reading of a compressed archive: its index and the proof of every file in it. */
async function readOnce(
  file: FileHandle,
  size: number,
  method: Compression,
  signal: AbortSignal,
  onRead: OnRead,
): Promise<Pass> {
  const { keep, top } = gathering()
  const pass: Pass = { entries: [], documents: new Map(), heads: new Map(), proofs: new Map(), top, tarSize: 0 }
  let room = MAX_DOCUMENTS
  async function* counted(): Bytes {
    let done = 0
    for await (const chunk of readRange(file, 0, size, signal)) {
      done += chunk.length
      onRead(done, size)
      yield chunk
    }
  }
  let broken: unknown
  async function* unpacked(): Bytes {
    try {
      yield* unpack(counted(), method)
    } catch (error) {
      broken = error
      throw error
    }
  }
  for await (const { entry, bytes } of readTar(unpacked(), signal)) {
    if (!keep(entry)) continue
    pass.entries.push(entry)
    pass.tarSize = entry.offset + Math.ceil(entry.size / 512) * 512 + 1024
    if (entry.type === 'file') room -= await passFile(pass, entry, bytes, room)
    if (broken) throw broken
  }
  return pass
}

async function openCompressed(
  file: FileHandle,
  size: number,
  method: Compression,
  signal: AbortSignal,
  onRead: OnRead,
): Promise<{ contents: Contents; problems: Problem[]; tarSize: number }> {
  const pass = await readOnce(file, size, method, signal, onRead)
  const files: Files = {
    entries: byName(pass.entries),
    async read(entry, limit) {
      const document = pass.documents.get(entry.name)
      if (!document && entry.size > limit)
        throw new AppError('archive-too-large', { detail: `${entry.name}, ${entry.size} bytes` })
      if (!document) throw new AppError('archive-damaged', { detail: `${entry.name} is no JSON` })
      return document
    },
    head: async (entry) => pass.heads.get(entry.name) ?? pass.documents.get(entry.name) ?? new Uint8Array(0),
  }
  const contents = await readContents(files, pass.top)
  const problems = [...structureProblems(contents)]
  for (const expected of expectations(contents)) {
    const proof = pass.proofs.get(expected.entry.name)
    const { name } = expected.entry
    if (proof instanceof AppError) problems.push(problemOf(proof, name, expected.diffId ?? expected.digest))
    else if (
      proof &&
      ((expected.digest && expected.digest !== proof.digest) || (expected.diffId && expected.diffId !== proof.diffId))
    ) {
      problems.push({ code: 'digest-mismatch', file: name, digest: expected.diffId ?? expected.digest ?? '' })
    }
  }
  return { contents, problems, tarSize: pass.tarSize }
}

function problemOf(error: AppError, file: string, digest: Digest | undefined): Problem {
  return { code: error.code, file, ...(digest ? { digest } : {}), ...(error.raw ? { detail: error.raw } : {}) }
}

/** What is wrong without reading a layer: configs that are not what their name says, layers that are not there. */
function* structureProblems(contents: Contents): Generator<Problem> {
  for (const { image, files, config } of contents.images) {
    if (config.promised) yield { code: 'digest-mismatch', file: config.file, digest: config.promised }
    for (const [index, file] of files.entries()) {
      const layer = image.layers[index]
      if (!file && !layer?.stored?.urls?.length) {
        yield {
          code: 'layer-missing',
          digest: layer?.diffId ?? layer?.stored?.digest ?? '',
          image: image.names[0] ?? image.id,
        }
      }
    }
  }
}

/**
 * Looks into an image file. A plain one is read by its headers; a compressed one whole, and checked on the way.
 * @throws file-*, archive-*, digest-mismatch
 */
export async function openArchive(
  path: string,
  signal: AbortSignal,
  onRead: OnRead = () => undefined,
): Promise<OpenArchive> {
  const { file, stamp } = await openFile(path)
  try {
    const compression = await recognise(file, stamp.size)
    if (compression === 'none') {
      const contents = await openPlain(file, stamp.size, signal)
      return { path, stamp, compression, tarSize: stamp.size, contents, checked: 'index', problems: [] }
    }
    const { contents, problems, tarSize } = await openCompressed(file, stamp.size, compression, signal, onRead)
    return {
      path,
      stamp,
      compression,
      tarSize,
      contents,
      checked: problems.length > 0 ? 'problems' : 'intact',
      problems,
    }
  } catch (error) {
    throw signal.aborted ? new AppError('cancelled', {}, { cause: error }) : aboutFile(error, path)
  } finally {
    await file.close()
  }
}

/** Reads and verifies every blob, config and diffId. A compressed archive was verified when it was opened. */
export async function checkArchive(
  archive: OpenArchive,
  signal: AbortSignal,
  onRead: OnRead = () => undefined,
): Promise<OpenArchive> {
  if (archive.checked !== 'index') return archive
  const { file } = await openFile(archive.path)
  const problems = [...structureProblems(archive.contents)]
  const expected = expectations(archive.contents)
  const total = expected.reduce((sum, { entry }) => sum + entry.size, 0)
  let done = 0
  try {
    for (const { entry, form, digest, diffId } of expected) {
      try {
        await prove(
          readRange(file, entry.offset, entry.offset + entry.size, signal),
          form,
          { digest, diffId, file: entry.name },
          (bytes) => {
            done += bytes
            onRead(done, total)
          },
        )
      } catch (error) {
        signal.throwIfAborted()
        const known = aboutFile(error, archive.path)
        if (!(known instanceof AppError) || !/^(archive-|digest-)/.test(known.code)) throw known
        problems.push(problemOf(known, entry.name, diffId ?? digest))
      }
    }
    return { ...archive, checked: problems.length > 0 ? 'problems' : 'intact', problems }
  } catch (error) {
    throw signal.aborted ? new AppError('cancelled', {}, { cause: error }) : error
  } finally {
    await file.close()
  }
}
