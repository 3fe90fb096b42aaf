import type { Compression, Problem } from '../../../shared/contract.ts'
import { AppError, asAppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { aboutFile, type ByteFile, randomAccess, readRange, type Stamp } from '../../files.ts'
import { peek } from '../../format/bytes.ts'
import { sniff, unpack } from '../../format/compression.ts'
import { type Contents, expectations, type Files, isRootfs, readContents } from '../../format/contents.ts'
import { digestOf } from '../../format/digest.ts'
import { formOf, MAX_DOCUMENT, MAX_LISTING } from '../../format/documents.ts'
import { bounded, prove } from '../../format/proof.ts'
import { shown } from '../../format/shown.ts'
import {
  collect,
  indexTar,
  isTarHeader,
  isZeroBlock,
  type RandomAccess,
  readTar,
  type TarEntry,
} from '../../format/tar.ts'
import type { Bytes, Form, Stored } from '../place.ts'
import { type Seal, unlockFile, unsealed } from './sealed.ts'
import { checkParts, openWhole, type Parts, readParts, resumable } from './whole.ts'

/** An image file that was looked into. Holds no open handle: it is opened again, and compared, when it is read. */
export interface OpenArchive {
  /** Of a file in parts: of the one it was asked for by. */
  readonly path: string
  /** Names of the parts it is in, in order; absent for one that is in one piece. */
  readonly parts?: readonly string[]
  readonly stamp: Stamp
  readonly compression: Compression
  /** Of one that is protected by a password: what opens it again. */
  readonly seal?: Seal
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
const MAX_ENTRIES = 200_000
/** Of a compressed one, whose files are all read and each remembered with its proof. */
const MAX_READ_ENTRIES = 20_000
/** Letters in their names, all together; a name may be a megabyte long. */
const MAX_LETTERS = 32 << 20
const MAX_TOP = 1000
const LONGEST_TOP = 64
/** Documents of one compressed archive, kept while it is read once. */
const MAX_DOCUMENTS = 32 << 20
const HEAD = 64 << 10

/** These say whether it is an image file, wherever in it they stand. */
const LISTING = /^(?:[^/]+\/)?(?:manifest\.json|index\.json|oci-layout)$/
/** macOS puts a companion beside every file it copies to a foreign drive. */
const COMPANION = /(?:^|\/)\._|^__MACOSX\//

/** Entries up to a bound, and the first part of every name. */
class Gathered {
  readonly entries = new Map<string, TarEntry>()
  readonly doubled = new Set<string>()
  readonly top = new Set<string>()
  partial = false
  readonly #most: number
  #letters = 0

  constructor(most: number) {
    this.#most = most
  }

  /** False for one that is not kept. */
  add(entry: TarEntry): boolean {
    const { name } = entry
    this.#addTop(name)
    if (COMPANION.test(name)) return false
    const isListing = LISTING.test(name)
    if (isListing && this.entries.has(name)) this.doubled.add(name)
    // So that one folder after another with such a file is no way round the bound.
    const always = isListing && !name.includes('/')
    const letters = name.length + entry.target.length
    if (!always && (this.entries.size >= this.#most || this.#letters + letters > MAX_LETTERS)) {
      this.partial = true
      return false
    }
    this.#letters += letters
    this.entries.set(name, entry)
    return true
  }

  #addTop(name: string): void {
    const slash = name.indexOf('/')
    const length = slash < 0 ? name.length : slash
    if (length <= LONGEST_TOP && this.top.size < MAX_TOP) this.top.add(name.slice(0, length))
  }
}

/** ECMA-119: the first sixteen sectors of 2,048 bytes are anybody's, zeros as a rule. */
function isDisc(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(32_769, 32_774)).toString('latin1') === 'CD001'
}

/** What a file is that is neither a tar nor a compressed one. */
function otherKind(head: Uint8Array): string {
  const ascii = Buffer.from(head.subarray(0, 512)).toString('latin1')
  if (isDisc(head)) return 'iso'
  if (ascii.startsWith('hsqs')) return 'squashfs'
  if (ascii.startsWith('QFI\u00fb')) return 'qcow2'
  if (/^\s*<(!doctype|html)/i.test(ascii)) return 'html'
  if (ascii.startsWith('version https://git-lfs')) return 'lfs'
  if (ascii.startsWith('-----BEGIN PGP SIGNED') || ascii.startsWith('-----BEGIN PGP SIGNATURE')) return 'openpgp-signed'
  if (ascii.startsWith('-----BEGIN PGP P')) return 'openpgp-key'
  if (/^\s*[{[]/.test(ascii)) return 'json'
  return /^[\t\n\r\x20-\x7e\u0080-\u00ff]+$/.test(ascii) ? 'text' : 'binary'
}

/** What a first look at the bytes says. @throws archive-empty, archive-not-images */
function recognised(head: Uint8Array): Compression | 'openpgp' {
  if (head.length === 0) throw new AppError('archive-empty')
  if (isTarHeader(head) || (isZeroBlock(head) && !isDisc(head))) return 'none'
  const found = sniff(head)
  if (found === 'zip' || found === '7z') throw new AppError('archive-not-images', { kind: found })
  if (found !== undefined) return found
  throw new AppError('archive-not-images', { kind: otherKind(head) })
}

async function recognise(file: ByteFile, size: number): Promise<Compression | 'openpgp'> {
  return recognised(await randomAccess(file, size).read(0, HEAD))
}

function tooLarge({ name, size }: TarEntry): AppError {
  return new AppError('archive-too-large', { detail: `${shown(name)}, ${size} bytes` })
}

/** What a plain tar contains, by its headers and small files alone. */
export async function openPlain(access: RandomAccess, signal: AbortSignal): Promise<Contents> {
  const gathered = new Gathered(MAX_ENTRIES)
  await indexTar(access, (entry) => void gathered.add(entry), signal)
  const files: Files = {
    entries: gathered.entries,
    doubled: gathered.doubled,
    partial: gathered.partial,
    async read(entry, limit) {
      if (entry.size > limit) throw tooLarge(entry)
      return await access.read(entry.offset, entry.size)
    },
    form: async (entry) => formOf(await access.read(entry.offset, Math.min(entry.size, 16))),
  }
  return await readContents(files, gathered.top)
}

/** What a file proved to be; an error where its own compression is broken. */
type Proof = Pick<Stored, 'digest' | 'diffId'> | AppError

/** Of one file in the archive. */
interface Seen {
  readonly form: Form
  /** It began as JSON begins; its bytes where there was room for them. */
  readonly isJson: boolean
  readonly document?: Uint8Array
  readonly proof?: Proof
}

/** Files up to this are taken at once. */
const SMALL = 64 << 10

interface Pass {
  readonly gathered: Gathered
  compression: Compression
  /** By where the file stands: two may have one name, and a name may be read without the folder all are in. */
  readonly seen: Map<number, Seen>
  /** Bytes of documents that may still be kept. */
  room: number
  tarSize: number
}

function mayBeDocument(entry: TarEntry, head: Uint8Array): boolean {
  if (entry.name.endsWith('manifest.json') || entry.name.endsWith('index.json')) return entry.size <= MAX_LISTING
  const start = head[0] === 0xef && head[1] === 0xbb ? head[3] : head[0]
  return entry.size <= MAX_DOCUMENT && (start === 0x7b || start === 0x5b || start === 0x0a || start === 0x20)
}

/** `packed`: bytes of the file that were read so far. */
async function passFile(pass: Pass, entry: TarEntry, bytes: Bytes, packed: () => number): Promise<Seen> {
  const { head, whole } = await peek(bytes)
  const form = formOf(head)
  const isJson = mayBeDocument(entry, head)
  const kept = isJson && entry.size <= pass.room
  if (kept || (form === 'plain' && entry.size <= SMALL)) {
    const document = await collect(whole, entry.size)
    // A small layer may look like JSON: the first name in it may begin with a bracket.
    const digest = digestOf(document)
    const proof = { digest, diffId: digest }
    if (!kept) return { form, isJson, proof }
    pass.room -= entry.size
    return { form, isJson, document, proof }
  }
  try {
    const { digest, diffId } = await prove(whole, form, { file: shown(entry.name), packed }, () => undefined)
    return { form, isJson, proof: { digest, diffId } }
  } catch (error) {
    // A broken layer inside a sound file: the rest of it is still to be read. One without end is not gone through.
    const proof = asAppError(error)
    if (proof.code === 'archive-hostile') throw proof
    return { form, isJson, proof }
  }
}

/** How the bytes of a file become its tar: by a method, or behind a seal by whatever is found there. */
type Wrapping = Compression | Seal

/** How what stands behind a seal is packed. */
async function methodBehind(bytes: Bytes): Promise<{ method: Compression; whole: Bytes }> {
  const { head, whole } = await peek(bytes)
  const method = recognised(head)
  if (method === 'openpgp') throw new AppError('archive-not-images', { kind: method })
  return { method, whole }
}

/** One reading of a compressed or protected archive: its index and the proof of every file in it. */
async function readOnce(
  bytes: Bytes,
  size: number,
  wrapping: Wrapping,
  signal: AbortSignal,
  onRead: OnRead,
): Promise<Pass> {
  const pass: Pass = {
    gathered: new Gathered(MAX_READ_ENTRIES),
    compression: typeof wrapping === 'string' ? wrapping : 'none',
    seen: new Map(),
    room: MAX_DOCUMENTS,
    tarSize: 0,
  }
  let packed = 0
  async function* counted(): Bytes {
    for await (const chunk of bytes) {
      packed += chunk.length
      onRead(packed, size)
      yield chunk
    }
  }
  const sealed = typeof wrapping === 'string' ? undefined : resumable(unsealed(counted(), wrapping))
  async function* tar(): Bytes {
    const behind = sealed ? await methodBehind(sealed.bytes) : { method: pass.compression, whole: counted() }
    pass.compression = behind.method
    yield* unpack(behind.whole, behind.method)
  }
  let broken: unknown
  async function* unpacked(): Bytes {
    try {
      yield* bounded(tar(), () => packed)
    } catch (error) {
      broken = error
      throw error
    }
  }
  try {
    for await (const { entry, bytes } of readTar(unpacked(), signal)) {
      if (!pass.gathered.add(entry)) continue
      pass.tarSize = entry.offset + Math.ceil(entry.size / 512) * 512 + 1024
      // Of a system's files only their names tell anything.
      if (isRootfs(pass.gathered.top)) pass.seen.clear()
      else if (entry.type === 'file') pass.seen.set(entry.offset, await passFile(pass, entry, bytes, () => packed))
      if (broken) throw broken
    }
    // The sum of all stands behind the end of the tar: nothing is believed before it was compared.
    await sealed?.finish()
    return pass
  } finally {
    await sealed?.leave()
  }
}

/** What a compressed or protected tar of `size` bytes contains and what is wrong with it, in one reading. */
export async function openCompressed(
  bytes: Bytes,
  size: number,
  wrapping: Wrapping,
  signal: AbortSignal,
  onRead: OnRead,
): Promise<{ contents: Contents; problems: Problem[]; tarSize: number; compression: Compression }> {
  const pass = await readOnce(bytes, size, wrapping, signal, onRead)
  const seen = ({ offset }: TarEntry): Seen => pass.seen.get(offset) ?? { form: 'plain', isJson: false }
  const files: Files = {
    entries: pass.gathered.entries,
    doubled: pass.gathered.doubled,
    partial: pass.gathered.partial,
    async read(entry, limit) {
      const { document, isJson } = seen(entry)
      if (document && document.length <= limit) return document
      if (entry.size > limit || isJson) throw tooLarge(entry)
      throw new AppError('archive-damaged', { detail: `${shown(entry.name)} is no JSON` })
    },
    form: async (entry) => seen(entry).form,
  }
  const contents = await readContents(files, pass.gathered.top)
  const problems = [...structureProblems(contents)]
  for (const { entry, digest, diffId } of expectations(contents)) {
    const { proof } = seen(entry)
    const error = proof instanceof AppError ? proof : mismatch(proof, digest, diffId)
    if (error) problems.push(problemOf(error, entry, diffId ?? digest))
  }
  return { contents, problems, tarSize: pass.tarSize, compression: pass.compression }
}

function mismatch(
  proof: Exclude<Proof, AppError> | undefined,
  digest: Digest | undefined,
  diffId: Digest | undefined,
): AppError | undefined {
  const holds = proof && (digest ?? proof.digest) === proof.digest && (diffId ?? proof.diffId) === proof.diffId
  return holds ? undefined : new AppError('digest-mismatch')
}

function problemOf(error: AppError, { name }: TarEntry, digest: Digest | undefined): Problem {
  return {
    code: error.code,
    file: shown(name),
    ...(digest ? { digest } : {}),
    ...(error.raw ? { detail: error.raw } : {}),
  }
}

/** As `openCompressed`. */
async function openParts(
  file: ByteFile,
  parts: Parts,
  wrapping: Wrapping,
  signal: AbortSignal,
  onRead: OnRead,
): ReturnType<typeof openCompressed> {
  const size = parts.parts.reduce((sum, part) => sum + part.size, 0)
  const reading = readParts(file, parts, signal)
  const opened = await openCompressed(reading.bytes, size, wrapping, signal, onRead)
  await reading.finish()
  if (opened.problems.length > 0) await checkParts(parts, signal)
  return opened
}

/** What fails for what was read is told by the parts that are to blame, all of them. */
async function blaming<T>(parts: Parts | undefined, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    if (parts && error instanceof AppError && /^(?:archive|digest|layer|part|openpgp)-/.test(error.code))
      await checkParts(parts, signal)
    throw error
  }
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
 * Looks into an image file. A plain one is read by its headers; a compressed or protected one whole, and checked on the way.
 * @throws file-*, archive-*, digest-mismatch, password-needed, password-wrong, openpgp-*
 */
export async function openArchive(
  path: string,
  signal: AbortSignal,
  onRead: OnRead = () => undefined,
  password?: string,
): Promise<OpenArchive> {
  const { file, stamp, parts } = await openWhole(path)
  try {
    return await blaming(parts, signal, async () => {
      const found = await recognise(file, stamp.size)
      if (found === 'none' && !parts) {
        const contents = await openPlain(randomAccess(file, stamp.size), signal)
        return { path, stamp, compression: found, tarSize: stamp.size, contents, checked: 'index', problems: [] }
      }
      const wrapping = found === 'openpgp' ? await unlockFile(file, stamp.size, password, signal) : found
      // Parts have been carried, each by itself: they are read whole, too, and compared with their sums on the way.
      const { contents, problems, tarSize, compression } = parts
        ? await openParts(file, parts, wrapping, signal, onRead)
        : await openCompressed(readRange(file, 0, stamp.size, signal), stamp.size, wrapping, signal, onRead)
      return {
        path,
        ...(parts ? { parts: parts.parts.map(({ name }) => name) } : {}),
        stamp,
        compression,
        ...(typeof wrapping === 'string' ? {} : { seal: wrapping }),
        tarSize,
        contents,
        checked: problems.length > 0 ? 'problems' : 'intact',
        problems,
      }
    })
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
  const { file } = await openWhole(archive.path)
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
          { digest, diffId, file: shown(entry.name) },
          (bytes) => {
            done += bytes
            onRead(done, total)
          },
        )
      } catch (error) {
        signal.throwIfAborted()
        const known = aboutFile(error, archive.path)
        if (!(known instanceof AppError) || !/^(archive-|digest-)/.test(known.code)) throw known
        problems.push(problemOf(known, entry, diffId ?? digest))
      }
    }
    return { ...archive, checked: problems.length > 0 ? 'problems' : 'intact', problems }
  } catch (error) {
    throw signal.aborted ? new AppError('cancelled', {}, { cause: error }) : error
  } finally {
    await file.close()
  }
}
