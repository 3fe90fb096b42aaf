import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copy } from '../copy/copy.ts'
import { clientOf } from '../testing/copies.ts'
import { type BuiltImage, buildImage, runImage } from '../testing/images.ts'
import { into, opened } from '../testing/layouts.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import type { EngineClient } from './engine/client.ts'
import { engineSink } from './engine/sink.ts'
import { engineSource, readImage } from './engine/source.ts'
import { checkLayout } from './layout/check.ts'
import { layoutSource } from './layout/source.ts'

const NEVER = new AbortController().signal
const NAME = 'layout-engine/app:1'

describe('an engine and a layout', () => {
  let dir: string
  let engine: SharedEngine
  let client: EngineClient
  let built: BuiltImage

  beforeAll(async () => {
    dir = tempDir()
    engine = await sharedEngine()
    client = await clientOf(engine)
    built = await buildImage(engine, { name: NAME, layers: [{ textBytes: 1 << 20 }] })
  })
  afterAll(() => removeDir(dir))

  it.each([undefined, 'gzip', 'zstd'] as const)('exchange images, and nothing twice (packed: %s)', async (pack) => {
    const lib = join(dir, `library-${pack}`)
    const target = pack ? { pack } : {}
    const image = await readImage(client, NAME)
    const first = await into(engineSource(client), [image], lib, { target })
    expect(first.moved).toBeGreaterThan(0)
    const again = await into(engineSource(client), [image], lib, { target })
    expect(again).toMatchObject({ moved: 0, images: first.images, replaced: [] })
    const layout = await opened(lib)
    expect(layout.images.map(({ names }) => names)).toEqual([[NAME]])
    expect(layout.images[0]?.layers.map(({ diffId }) => diffId)).toEqual(built.diffIds)
    expect(await checkLayout(layout, NEVER)).toEqual([])
    engine.docker('rmi', '--force', NAME)
    const wishes = layout.images.map((one) => ({ image: one, names: [{ name: NAME }] }))
    await copy(layoutSource(layout), wishes, engineSink(client), NEVER, () => undefined)
    expect(runImage(engine, NAME, '/bin/sh', '-c', 'echo runs')).toContain('runs')
  })
})
