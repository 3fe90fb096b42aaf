import { AppError, asAppError } from '../../../shared/errors.ts'
import { byTelling, type Digest } from '../../../shared/reference.ts'
import { aboutFile } from '../../files.ts'
import type { Image } from '../place.ts'
import { folderState } from './folder.ts'
import { ImageReader } from './image.ts'
import { type Entry, nameOf, rawDigest, readListing, wordOf } from './listing.ts'
import { sweep } from './run.ts'

/** An image of which something is wrong or not there. The others are none the worse for it. */
export interface BrokenImage {
  readonly digest: string
  readonly names: readonly string[]
  readonly error: AppError
}

/** A layout folder that was looked into. Holds no open handle. */
export interface Layout {
  readonly path: string
  /** One for each manifest or index that index.json lists; its id is that one's digest. */
  readonly images: readonly Image[]
  /**
   * Words that index.json lists images under without saying a repository (`skopeo copy … oci:DIR:1.0` writes so). They are
   * no names here, as in a file: which repository they belong to is not known.
   */
  readonly words: ReadonlyMap<Digest, readonly string[]>
  readonly broken: readonly BrokenImage[]
  /** Bytes of every blob that a manifest names and that is there. */
  readonly sizes: ReadonlyMap<Digest, number>
}

/** These are about one image's documents; any other (the drive, the person's cancel) is about all. */
const ABOUT_ONE = /^(?:archive-|digest-|layout-|layer-)/

/** Images read at once. */
const AT_ONCE = 16

async function readOne(
  reader: ImageReader,
  path: string,
  entry: Entry,
  names: readonly string[],
): Promise<Image | AppError | undefined> {
  const digest = rawDigest(entry)
  if (!entry.descriptor) return new AppError('layout-unsupported', { path, detail: digest.split(':')[0] ?? digest })
  try {
    return await reader.read(entry.descriptor, names)
  } catch (error) {
    const known = asAppError(aboutFile(error, path))
    if (reader.exhausted || !ABOUT_ONE.test(known.code)) throw error
    return known
  }
}

function gather(entries: readonly Entry[], of: (entry: Entry) => string | undefined): string[] {
  return [...new Set(entries.map(of).filter((name) => name !== undefined))]
}

/**
 * Looks into a layout: index.json and the documents it leads to; of layers only whether they are there. Leftovers of dead
 * processes are removed where the folder can be written.
 * @throws layout-not-one (an empty folder too), layout-unsupported, file-*, drive-*, archive-*
 */
export async function openLayout(path: string, signal: AbortSignal): Promise<Layout> {
  try {
    const state = await folderState(path)
    if (state === 'absent') throw new AppError('file-missing', { path })
    if (state === 'empty') throw new AppError('layout-not-one', { path })
    await sweep(path, signal)
    const { entries } = await readListing(path)
    const reader = new ImageReader(path, signal)
    const images: Image[] = []
    const words = new Map<Digest, readonly string[]>()
    const broken: BrokenImage[] = []
    const groups = [...Map.groupBy(entries, rawDigest)]
    for (let at = 0; at < groups.length; at += AT_ONCE) {
      signal.throwIfAborted()
      const reading = groups.slice(at, at + AT_ONCE).map(async ([digest, same]) => {
        const names = gather(same, nameOf).sort(byTelling)
        const [first] = same
        return { digest, names, same, read: first && (await readOne(reader, path, first, names)) }
      })
      // None is left running when one fails.
      await Promise.allSettled(reading)
      for (const { digest, names, same, read } of await Promise.all(reading)) {
        if (!read) continue
        if (read instanceof AppError) {
          broken.push({ digest, names, error: read })
          continue
        }
        images.push(read)
        const bare = gather(same, wordOf)
        if (bare.length > 0) words.set(read.id, bare)
      }
    }
    return { path, images, words, broken, sizes: reader.sizes }
  } catch (error) {
    throw signal.aborted ? new AppError('cancelled', {}, { cause: error }) : aboutFile(error, path)
  }
}
