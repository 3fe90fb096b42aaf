import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Network drives and FUSE tell nothing, and some say so and some do not: asked for as well. */
const ASK_EVERY = 2_000

async function signOf(path: string): Promise<string> {
  // A drive that has gone is a change as well.
  const about = await stat(path).catch(() => undefined)
  return about ? `${about.ino} ${about.mtimeMs} ${about.size}` : ''
}

/** Says each time that a layout's list of images is another, whoever changed it; until `signal`. */
export async function* watchLayout(path: string, signal: AbortSignal): AsyncGenerator<void> {
  const index = join(path, 'index.json')
  let wake = (): void => undefined
  const stir = (): void => wake()
  let watcher: FSWatcher | undefined
  try {
    watcher = watch(path, { persistent: false }, stir)
    watcher.on('error', () => watcher?.close())
  } catch {
    // Not there, or more watchers than the system allows: asking will do.
  }
  signal.addEventListener('abort', stir)
  const timer = setInterval(stir, ASK_EVERY)
  timer.unref()
  try {
    let sign = await signOf(index)
    for (;;) {
      // Made before looking: what happens meanwhile is not missed.
      const stirred = new Promise<void>((resolve) => {
        wake = resolve
      })
      if (signal.aborted) return
      const now = await signOf(index)
      if (now !== sign) {
        sign = now
        yield
      } else await stirred
    }
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', stir)
    watcher?.close()
  }
}
