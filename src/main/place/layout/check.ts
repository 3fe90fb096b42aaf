import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../../shared/contract.ts'
import { AppError, asAppError } from '../../../shared/errors.ts'
import { type Digest, isDigest } from '../../../shared/reference.ts'
import { fileError, readRange } from '../../files.ts'
import { prove } from '../../format/proof.ts'
import { shown } from '../../format/shown.ts'
import { leaves } from '../place.ts'
import { blobName, blobSize, ifThere, openBlob } from './folder.ts'
import type { Layout } from './open.ts'

/** Every file of blobs/sha256, and the diffIds that images promise of it. */
async function expectations(layout: Layout): Promise<Map<Digest, Set<Digest>>> {
  const expected = new Map<Digest, Set<Digest>>()
  for (const name of (await ifThere(readdir(join(layout.path, 'blobs', 'sha256')))) ?? []) {
    const digest = `sha256:${name}`
    if (isDigest(digest)) expected.set(digest, new Set())
  }
  for (const { layers } of layout.images.flatMap(leaves)) {
    for (const { diffId, stored } of layers) if (stored && diffId) expected.get(stored.digest)?.add(diffId)
  }
  return expected
}

function* structureProblems({ images, broken, sizes }: Layout): Generator<Problem> {
  for (const { digest, names, error } of broken)
    yield {
      code: error.code,
      ...(isDigest(digest) ? { digest } : {}),
      image: names[0] ?? digest,
      ...(error.raw ? { detail: error.raw } : {}),
    }
  for (const image of images.flatMap(leaves)) {
    for (const layer of image.layers) {
      const { stored, foreign } = layer
      if (!stored || foreign) continue
      const size = sizes.get(stored.digest)
      if (size === undefined) yield { code: 'layer-missing', digest: stored.digest, image: image.names[0] ?? image.id }
    }
  }
}

/** @throws digest-mismatch, archive-hostile */
async function proveBlob(
  root: string,
  digest: Digest,
  diffIds: ReadonlySet<Digest>,
  signal: AbortSignal,
  read: (bytes: number) => void,
): Promise<void> {
  const blob = await openBlob(root, digest)
  if (!blob) return
  const { file, size, form } = blob
  try {
    const [diffId, other] = diffIds
    // What no image unpacks is not unpacked here either: nothing says what would come out.
    const as = diffId === undefined ? 'plain' : form
    const bytes = readRange(file, 0, size, signal)
    await prove(bytes, as, { digest, ...(diffId ? { diffId } : {}), file: blobName(digest) }, read)
    if (other) throw new AppError('digest-mismatch', { file: blobName(digest) })
  } finally {
    await file.close()
  }
}

/**
 * Reads every blob there is, whether an image needs it or not, and proves its name and the diffIds that images promise of
 * it. @param onRead is told bytes read, of how many
 */
export async function checkLayout(
  layout: Layout,
  signal: AbortSignal,
  onRead: (done: number, total: number) => void = () => undefined,
): Promise<Problem[]> {
  const problems = [...structureProblems(layout)]
  try {
    const expected = await expectations(layout)
    let total = 0
    for (const digest of expected.keys()) total += (await blobSize(layout.path, digest)) ?? 0
    let done = 0
    for (const [digest, diffIds] of expected) {
      try {
        await proveBlob(layout.path, digest, diffIds, signal, (bytes) => {
          done += bytes
          onRead(done, total)
        })
      } catch (error) {
        signal.throwIfAborted()
        const known = asAppError(fileError(error, layout.path))
        if (!/^(archive-|digest-)/.test(known.code)) throw known
        problems.push({
          code: known.code,
          file: shown(blobName(digest)),
          digest,
          ...(known.raw ? { detail: known.raw } : {}),
        })
      }
    }
    return problems
  } catch (error) {
    throw signal.aborted ? new AppError('cancelled', {}, { cause: error }) : fileError(error, layout.path)
  }
}
