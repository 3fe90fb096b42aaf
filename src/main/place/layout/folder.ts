import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { fileError, openFile, randomAccess } from '../../files.ts'
import { digestOf, hex } from '../../format/digest.ts'
import { formOf, MAX_DOCUMENT } from '../../format/documents.ts'
import { shown } from '../../format/shown.ts'
import type { Form } from '../place.ts'

/**
 * The files of an OCI image layout (image-spec, image-layout.md), read with no belief in them: names are made from checked
 * digests alone, and no link is followed out of the folder.
 */

/** What we keep in a layout while something runs, and nothing otherwise; other files beside a layout's own are allowed. */
export const CONTROL = '.caboteur'

/** What systems put at the top of a drive by themselves: a folder with nothing else in it is empty. */
const LITTER = new Set([
  CONTROL,
  'lost+found',
  'System Volume Information',
  '$RECYCLE.BIN',
  'desktop.ini',
  '.DS_Store',
  '.Spotlight-V100',
  '.Trashes',
  '.fseventsd',
  '.TemporaryItems',
])

export function blobFile(root: string, digest: Digest): string {
  return join(root, 'blobs', 'sha256', hex(digest))
}

/** How an error calls a blob. */
export function blobName(digest: Digest): string {
  return `blobs/sha256/${hex(digest)}`
}

export function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** What `work` gives; undefined where the file is not there. */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Refuses what leads out of the folder: a stick of somebody else's may point anywhere. @throws archive-hostile */
async function refuseStray(root: string, path: string): Promise<void> {
  const [base, real] = await Promise.all([realpath(root), realpath(path)])
  if (real !== base && !real.startsWith(base.endsWith(sep) ? base : base + sep))
    throw new AppError('archive-hostile', { path: root, detail: `a link out of the folder (${shown(basename(path))})` })
}

/** Refuses folders of a layout that are links out of it, and a control folder that is any link. @throws archive-hostile */
export async function refuseStrayFolders(root: string): Promise<void> {
  for (const path of [join(root, 'blobs'), join(root, 'blobs', 'sha256')]) await ifThere(refuseStray(root, path))
  const control = await ifThere(lstat(join(root, CONTROL)))
  if (control && !control.isDirectory())
    throw new AppError('archive-hostile', { path: root, detail: `${CONTROL} is no folder` })
}

/** Bytes of an ordinary file of the layout, through a link inside it too; undefined where there is none. */
async function sizeOf(root: string, path: string): Promise<number | undefined> {
  const found = await ifThere(lstat(path))
  if (!found?.isSymbolicLink()) return found?.isFile() ? found.size : undefined
  const target = await ifThere(stat(path))
  if (!target) return undefined
  await refuseStray(root, path)
  return target.isFile() ? target.size : undefined
}

export async function blobSize(root: string, digest: Digest): Promise<number | undefined> {
  try {
    return await sizeOf(root, blobFile(root, digest))
  } catch (error) {
    throw fileError(error, root)
  }
}

export interface OpenBlob {
  readonly file: FileHandle
  readonly size: number
  readonly form: Form
}

/** Opens a blob; undefined where it is not there. Its form is told by its content. */
export async function openBlob(root: string, digest: Digest): Promise<OpenBlob | undefined> {
  const path = blobFile(root, digest)
  if ((await blobSize(root, digest)) === undefined) return undefined
  const { file, stamp } = await openFile(path)
  try {
    return { file, size: stamp.size, form: formOf(await randomAccess(file, stamp.size).read(0, 16)) }
  } catch (error) {
    await file.close()
    throw fileError(error, root)
  }
}

export async function blobForm(root: string, digest: Digest): Promise<Form | undefined> {
  const blob = await openBlob(root, digest)
  await blob?.file.close()
  return blob?.form
}

/** A small file of the layout, whole. @throws archive-too-large */
export async function readSmall(root: string, path: string, limit: number): Promise<Uint8Array | undefined> {
  try {
    const size = await sizeOf(root, path)
    if (size === undefined) return undefined
    const { file, stamp } = await openFile(path)
    try {
      if (stamp.size > limit)
        throw new AppError('archive-too-large', { path: root, detail: `${basename(path)}, ${stamp.size} bytes` })
      return await randomAccess(file, stamp.size).read(0, stamp.size)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw fileError(error, root)
  }
}

/** A document by its digest; undefined where it is not there. @throws archive-too-large, digest-mismatch */
export async function readAddressed(root: string, digest: Digest): Promise<Uint8Array | undefined> {
  const bytes = await readSmall(root, blobFile(root, digest), MAX_DOCUMENT)
  if (bytes && digestOf(bytes) !== digest) throw new AppError('digest-mismatch', { file: blobName(digest) })
  return bytes
}

/** What a folder is to somebody who wants to write images there. */
export type FolderState = 'absent' | 'empty' | 'layout'

/** @throws layout-not-one, layout-unsupported (another version), file-missing (no parent either) */
export async function folderState(root: string): Promise<FolderState> {
  let names: string[]
  try {
    const found = await ifThere(readdir(root))
    if (!found) return 'absent'
    names = found
  } catch (error) {
    if (errno(error) === 'ENOTDIR') throw new AppError('layout-not-one', { path: root }, { cause: error })
    throw fileError(error, root)
  }
  if (!names.includes('oci-layout')) {
    if (names.every((name) => LITTER.has(name) || name.startsWith('.Trash-'))) return 'empty'
    throw new AppError('layout-not-one', { path: root })
  }
  await refuseStrayFolders(root)
  await refuseOtherVersion(root)
  return 'layout'
}

async function refuseOtherVersion(root: string): Promise<void> {
  const bytes = await readSmall(root, join(root, 'oci-layout'), 64 << 10)
  let version: unknown
  try {
    version = (JSON.parse(new TextDecoder().decode(bytes)) as { imageLayoutVersion?: unknown }).imageLayoutVersion
  } catch (error) {
    throw new AppError('archive-damaged', { path: root, detail: 'oci-layout' }, { cause: error })
  }
  // image-spec: "1.0.0" since the first release; what another number changes is not known.
  if (typeof version !== 'string' || !/^1\./.test(version))
    throw new AppError('layout-unsupported', { path: root, detail: `imageLayoutVersion ${shown(String(version))}` })
}

/** Digests of other algorithms are legal (descriptor.md) and nothing here can prove them. @throws layout-unsupported */
export function refuseAlgorithms(bytes: Uint8Array, root: string): void {
  const found = /"digest"\s*:\s*"(?!sha256:)([a-z0-9]+(?:[+._-][a-z0-9]+)*):/.exec(new TextDecoder().decode(bytes))
  if (found?.[1]) throw new AppError('layout-unsupported', { path: root, detail: shown(found[1]) })
}

/** A rename is lasting once its folder is flushed; Windows neither needs nor allows it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, constants.O_RDONLY)
  try {
    await folder.sync()
  } catch {
    // Some file systems (FUSE, network) have no fsync for folders: the file itself is flushed.
  } finally {
    await folder.close()
  }
}
