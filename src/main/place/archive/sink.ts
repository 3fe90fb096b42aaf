import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import type { z } from 'zod'
import type { saveTargetSchema } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import { fileError, freeSpace } from '../../files.ts'
import { blobPath, bundleDocuments } from '../../format/bundle.ts'
import { pack } from '../../format/compression.ts'
import { protect } from '../../format/openpgp/protect.ts'
import { tarWriter } from '../../format/tar-writer.ts'
import {
  type Complete,
  type Done,
  type Image,
  type LayerKey,
  layerKey,
  leaves,
  type PlaceEvent,
  type Sink,
  type Write,
} from '../place.ts'
import { reopening } from './sealed.ts'
import type { Written } from './write-file.ts'
import { type SavedFile, savedInParts, savedWhole } from './write-set.ts'

export type SaveTarget = z.infer<typeof saveTargetSchema> & {
  /** Encrypts the file: OpenPGP, as `gpg --symmetric` does. */
  readonly password?: string | undefined
}

/** Files being written by this process: two transfers must not race for one name. */
const writing = new Set<string>()

function allLayers(images: readonly Image[]): Set<LayerKey> {
  return new Set(images.flatMap(leaves).flatMap((image) => image.layers.map(layerKey)))
}

/** What the layers need at least, where their sizes are told. */
function knownSize(images: readonly Image[]): number {
  const sizes = new Map(
    images
      .flatMap(leaves)
      .flatMap((image) => image.layers.map((layer) => [layerKey(layer), layer.stored?.size ?? 0] as const)),
  )
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

/** What can be told before a byte is written. @throws file-is-folder, disk-full */
async function refuseUnfit(path: string, needed: number): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw fileError(error, path)
  })
  if (found?.isDirectory()) throw new AppError('file-is-folder', { path })
  const free = await freeSpace(dirname(path))
  if (free !== undefined && needed > free) throw new AppError('disk-full', { path, needed, free })
}

/** Images into a new file of exactly this name: OCI layout and docker-archive in one tar, compressed as a whole. */
export function archiveSink(path: string, target: SaveTarget): Sink {
  return {
    takes: { forms: ['plain', 'gzip', 'zstd'], sizeFirst: true, platforms: 'many', parallel: 1 },
    async plan(wishes) {
      const images = wishes.map(({ image }) => image)
      const free = await freeSpace(dirname(path))
      return {
        missing: allLayers(images),
        exact: true,
        present: new Set(),
        replaces: [],
        same: new Set(),
        ...(free === undefined ? {} : { free }),
      }
    },
    async begin(wishes, signal, report): Promise<Write> {
      const images = wishes.map(({ image }) => image)
      if (writing.has(path)) throw new AppError('file-in-use', { path })
      writing.add(path)
      const file = target.split === undefined ? savedWhole(path) : savedInParts(path, target.split)
      try {
        await refuseUnfit(path, target.method === 'none' ? knownSize(images) : 0)
        await file.open()
      } catch (error) {
        writing.delete(path)
        throw error
      }
      return writeArchive(file, target, allLayers(images), signal, report)
    },
  }
}

/** Reads back what was written, and opens it on the way where it is protected. @throws file-damaged-on-disk */
async function readBackOf(
  file: SavedFile,
  written: Written,
  password: string | undefined,
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
): Promise<'disk' | 'cache'> {
  const total = written.size
  const opens = password === undefined ? undefined : reopening(password)
  try {
    const way = await file.verify(written, signal, async (done, chunk) => {
      report({ type: 'checking', done, total })
      await opens?.take(done, chunk)
    })
    await opens?.finish()
    return way
  } catch (error) {
    const doesNotOpen = error instanceof AppError && /^(?:archive|password|openpgp)-/.test(error.code)
    throw doesNotOpen ? new AppError('file-damaged-on-disk', { path: file.path }, { cause: error }) : error
  } finally {
    opens?.leave()
  }
}

function writeArchive(
  file: SavedFile,
  target: SaveTarget,
  missing: ReadonlySet<LayerKey>,
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
): Write {
  const tar = tarWriter()
  const put = new Set<string>()
  let failure: { readonly error: unknown } | undefined
  const packed = pack(tar.bytes, target.method, target.level)
  const written = file.write(target.password === undefined ? packed : protect(packed, target.password))
  written.catch((error: unknown) => {
    failure = { error }
    tar.fail(error)
  })
  /** An entry fails when the file cannot be written: the file's own error is the one to tell. */
  async function entry(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      // The writer's error may come a moment after the entry's.
      await Promise.race([written.catch(() => undefined), new Promise((resolve) => setImmediate(resolve))])
      throw failure ? failure.error : error
    }
  }
  return {
    missing,
    // What is to be protected is never on the stick as it is, not even for a moment.
    spoolDir: target.password === undefined ? dirname(file.path) : tmpdir(),
    async put({ bytes }, { digest, size }) {
      if (!digest || size === undefined) throw new TypeError('an archive needs digest and size first')
      // One blob may be two layers (a different diffId cannot be: it was proven), one entry of it is enough.
      if (put.has(digest)) for await (const _ of bytes);
      else await entry(async () => await tar.file(blobPath(digest), size, bytes))
      put.add(digest)
    },
    async commit(images: readonly Complete[]): Promise<Done> {
      for (const { name, content } of bundleDocuments(images))
        await entry(async () => await tar.document(name, content))
      tar.finish()
      const result = await written
      signal.throwIfAborted()
      const readBack = await readBackOf(file, result, target.password, signal, report)
      signal.throwIfAborted()
      const parts = await file.publish(result)
      return {
        images: images.map(({ image, names }) => ({ id: image.id, names: names.map(({ name }) => name) })),
        replaced: [],
        file: {
          path: file.path,
          ...result,
          readBack,
          ...(target.password === undefined ? {} : { protected: true }),
          ...(parts ? { parts } : {}),
        },
      }
    },
    async close() {
      tar.fail(new AppError('cancelled'))
      await written.catch(() => undefined)
      await file.discard()
      writing.delete(file.path)
    },
  }
}
