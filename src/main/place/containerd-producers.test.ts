import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerExport, dockerSave } from '../testing/archives.ts'
import { startContainerdEngine } from '../testing/containerd-engine.ts'
import { clientOf, load, save } from '../testing/copies.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { buildImage, expected, runImage } from '../testing/images.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { checkArchive, type OpenArchive, openArchive } from './archive/open.ts'

const NEVER = new AbortController().signal

function facts({ contents }: OpenArchive): unknown[] {
  return contents.images
    .map(({ image }) => ({ id: image.id, diffIds: image.layers.map(({ diffId }) => diffId) }))
    .sort((a, b) => a.id.localeCompare(b.id))
}

/** What the newer Docker saves from either of its stores: inspect, check, load into the older one, save again. */
describe.each(['classic', 'containerd'] as const)('files that Docker 26 saves from its %s store', (store) => {
  let dir: string
  let older: Engine
  let newer: Engine

  beforeAll(async () => {
    dir = tempDir()
    older = await startEngine()
    newer = await startContainerdEngine(store === 'classic' ? { store } : {})
    await buildImage(newer, { name: ['newer/app:1.0', 'newer/app:latest'], layers: [{ textBytes: 200_000 }] })
    await buildImage(newer, { name: 'newer/app:2.0', from: 'newer/app:1.0', layers: [{ randomBytes: 50_000 }] })
  }, 600_000)
  afterAll(async () => {
    await newer.stop()
    await older.stop()
    removeDir(dir)
  })

  it('are read, checked, loaded and saved again', { timeout: 600_000 }, async () => {
    const untagged = expected(newer, 'newer/app:2.0').id
    const made = {
      'one of two names': dockerSave(newer, dir, ['newer/app:1.0', 'newer/app:latest'], 'one.tar'),
      'two images': dockerSave(newer, dir, ['newer/app:1.0', 'newer/app:2.0'], 'two.tar'),
      'by id': dockerSave(newer, dir, [untagged], 'id.tar'),
    }
    const client = await clientOf(older)
    for (const [what, { path, images }] of Object.entries(made)) {
      const opened = await checkArchive(await openArchive(path, NEVER), NEVER)
      expect(opened, what).toMatchObject({ checked: 'intact', problems: [] })
      const wanted = images.map(({ configDigest, diffIds }) => ({ id: configDigest, diffIds }))
      expect(facts(opened), what).toEqual(wanted.toSorted((a, b) => a.id.localeCompare(b.id)))
      const names = images.flatMap((image) => image.names).sort()
      expect(opened.contents.images.flatMap(({ image }) => image.names).sort(), what).toEqual(names)
      await load(path, client)
      for (const { id, diffIds } of wanted) expect(expected(older, id).diffIds, what).toEqual(diffIds)
      for (const name of names) expect(runImage(older, name), what).toMatch(/^newer\/app:[12]\.0 runs$/)
      const again = join(dir, 'again.tar')
      if (names.length === 0) older.docker('tag', wanted[0]?.id ?? '', 'newer/untagged:1')
      await save(client, names.length > 0 ? names : ['newer/untagged:1'], again)
      expect(facts(await openArchive(again, NEVER)), what).toEqual(facts(opened))
    }
    expect((await openArchive(dockerExport(newer, dir, 'newer/app:1.0').path, NEVER)).contents.format).toBe('rootfs')
  })
})
