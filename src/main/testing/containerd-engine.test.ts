import { describe, expect, it } from 'vitest'
import { startContainerdEngine } from './containerd-engine.ts'
import { handmadeArchives, type MadeArchive } from './handmade-archives.ts'
import { buildImage, runImage } from './images.ts'
import { removeDir, tempDir } from './temp.ts'

describe('an engine with the containerd store', () => {
  it('builds, runs, and loads what the classic store does not', { timeout: 600_000 }, async () => {
    const engine = await startContainerdEngine()
    const dir = tempDir()
    try {
      const image = await buildImage(engine, { name: 'ground/newer:1', layers: [{ files: { a: 'a' } }] })
      expect(runImage(engine, 'ground/newer:1')).toBe('ground/newer:1 runs')
      expect(image.configDigest).not.toBe(image.id)
      const { rootfs, v1, ...loadable } = await handmadeArchives(dir)
      for (const [kind, archive] of Object.entries<MadeArchive>(loadable)) {
        expect(engine.docker('load', '--input', archive.path), kind).toContain('Loaded image')
      }
      for (const { path } of [rootfs, v1]) expect(() => engine.docker('load', '--input', path)).toThrow()
    } finally {
      await engine.stop()
      removeDir(dir)
    }
  })
})
