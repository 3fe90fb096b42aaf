import { mkdir, rmdir } from 'node:fs/promises'
import { AppError } from '../../../shared/errors.ts'
import { fileError, freeSpace } from '../../files.ts'
import { type Image, type LayerKey, layerKey, type PlaceEvent, type Sink, type Write } from '../place.ts'
import { commitImages } from './commit.ts'
import { folderState } from './folder.ts'
import { type Inventory, inventory } from './held.ts'
import { locked } from './lock.ts'
import { type Layout, openLayout } from './open.ts'
import { planned } from './plan.ts'
import { type Run, startRun } from './run.ts'
import { stage } from './stage.ts'

export interface LayoutTarget {
  /** The form for layers that arrive plain; without it they stay as they come. */
  readonly pack?: 'gzip' | 'zstd'
}

/**
 * Images into a layout: a folder that is one, an empty one, or one to be made in a folder that is there.
 *
 * Every blob is written into the layout's staging folder (our own, swept when its process dies), hashed by copy() on the
 * way, and flushed. At the end, under the lock, blobs get their names, then index.json is replaced by one rename, all of it
 * flushed before: what index.json lists is on the medium, as far as its system tells the truth. Blobs are not read back
 * (`checkLayout` does). Until that rename nothing is seen, and a failure takes every step back.
 *
 * Only our processes know the lock. Another program's writing at the same moment is noticed up to the last rename.
 */
export function layoutSink(path: string, { pack }: LayoutTarget = {}): Sink {
  return {
    takes: {
      forms: ['plain', 'gzip', 'zstd'],
      sizeFirst: false,
      platforms: 'many',
      parallel: 4,
      ...(pack ? { pack } : {}),
    },
    async plan(wishes, signal) {
      const state = await folderState(path)
      const layout = state === 'layout' ? await openLayout(path, signal) : undefined
      return await planned(path, layout, wishes, pack !== undefined)
    },
    async begin(wishes, signal, report) {
      const images = wishes.map(({ image }) => image)
      const state = await folderState(path)
      const layout = state === 'layout' ? await openLayout(path, signal) : undefined
      const made = state === 'absent' && (await makeFolder(path))
      const undo = async (): Promise<void> => {
        if (made) await rmdir(path).catch(() => undefined)
      }
      try {
        const begun = await locked(path, signal, async () => await start(path, layout, images, pack !== undefined))
        return writing(path, begun, signal, report, undo)
      } catch (error) {
        await undo()
        throw error
      }
    },
  }
}

/** In a folder that is there: a path mistyped makes no tree of folders. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    throw fileError(error, path)
  }
}

interface Begun extends Inventory {
  readonly run: Run
}

/** Under the lock: from here on nobody of ours removes what was found to be there. @throws disk-full */
async function start(
  path: string,
  layout: Layout | undefined,
  images: readonly Image[],
  packs: boolean,
): Promise<Begun> {
  const found = await inventory(path, layout, images, packs)
  const free = await freeSpace(path)
  if (free !== undefined && found.bytes > free) throw new AppError('disk-full', { path, needed: found.bytes, free })
  return {
    ...found,
    run: await startRun(
      path,
      [...found.held.values()].map(({ digest }) => digest),
    ),
  }
}

function writing(
  path: string,
  { run, missing, held }: Begun,
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
  undo: () => Promise<void>,
): Write {
  const staged = new Map<LayerKey, string>()
  return {
    missing,
    held,
    spoolDir: run.folder,
    async put({ layer, bytes }) {
      staged.set(layerKey(layer), await stage(run.folder, bytes, path))
    },
    commit: async (images) => await commitImages({ root: path, folder: run.folder, staged, signal, report }, images),
    async close() {
      await run.end()
      await undo()
    },
  }
}
