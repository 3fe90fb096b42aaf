import { createServer } from 'node:net'
import { join } from 'node:path'
import type { SharedEngine } from '../src/main/testing/engine.ts'
import { legacyArchive, type MadeArchive, type MadeImage, makeImage } from '../src/main/testing/handmade-archives.ts'
import { type ExpectedImage, expected, type LayerSpec } from '../src/main/testing/images.ts'
import { removeDir, tempDir } from '../src/main/testing/temp.ts'

/** What a test finds before it begins. */

/** A small image that runs and prints `<name> runs`; `text` makes it another one. */
export async function runnable(name: string | readonly string[], text = String(name)): Promise<MadeImage> {
  const names = typeof name === 'string' ? [name] : name
  return await makeImage({ names, layers: ['busybox', { files: { 'app/text': text }, textBytes: 40_000, seed: text }] })
}

/** Puts images into an engine, as `docker load` does. */
export async function loaded(engine: SharedEngine, ...images: readonly MadeImage[]): Promise<void> {
  const dir = tempDir()
  try {
    const { path } = await legacyArchive(dir, images)
    engine.docker('load', '--quiet', '--input', path)
  } finally {
    removeDir(dir)
  }
}

const MEBI = 1 << 20

/** Large enough that a person could cancel it while it goes; the slower the way, the less it takes. */
export async function large(name: string, mebibytes: number): Promise<MadeImage> {
  const layers = [1, 2, 3, 4].map(
    (layer): LayerSpec => ({ randomBytes: (mebibytes / 4) * MEBI, seed: `${name} ${layer}` }),
  )
  return await makeImage({ names: [name], layers })
}

export async function archiveOf(folder: string, file: string, ...images: readonly MadeImage[]): Promise<MadeArchive> {
  return await legacyArchive(folder, images, { file })
}

/** What makes two images the same wherever they are. */
export function identity(engine: SharedEngine, name: string): Pick<ExpectedImage, 'configDigest' | 'diffIds'> {
  const { configDigest, diffIds } = expected(engine, name)
  return { configDigest, diffIds }
}

/** Every name in an engine and every image without one, for before and after. */
export function everything(engine: SharedEngine): string[] {
  return engine
    .docker('images', '--all', '--no-trunc', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}')
    .split('\n')
    .filter(Boolean)
    .sort()
}

export function inFolder(folder: string, file: string): string {
  return join(folder, file)
}

/** One nobody listens on, as long as nobody takes it meanwhile. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
