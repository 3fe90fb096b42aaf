import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copy } from '../copy/copy.ts'
import { together } from '../platforms.ts'
import {
  buildahCommit,
  dockerSave,
  podmanSave,
  skopeoDockerArchive,
  skopeoOciArchive,
  wrap,
} from '../testing/archives.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { handmadeArchives, type MadeArchive } from '../testing/handmade-archives.ts'
import { buildImage, expected, runImage } from '../testing/images.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSource } from './archive/source.ts'
import { leaves } from './place.ts'
import { RegistryClient } from './registry/client.ts'
import { registrySink } from './registry/sink.ts'

const NEVER = new AbortController().signal

/** A file of every kind goes to a registry while no engine runs; a real engine pulls it from there, and it runs. */
describe('files to a registry without Docker', { timeout: 180_000 }, () => {
  let dir: string
  let registry: Registry
  let client: RegistryClient
  let engine: Engine
  const archives: Record<string, MadeArchive> = {}

  beforeAll(async () => {
    dir = tempDir()
    engine = await startEngine()
    await buildImage(engine, { name: 'up/app:1', layers: [{ textBytes: 30_000 }] })
    archives['docker save'] = dockerSave(engine, dir, ['up/app:1'])
    archives['skopeo docker-archive'] = skopeoDockerArchive(engine, dir, 'up/app:1')
    archives['skopeo oci-archive'] = skopeoOciArchive(engine, dir, 'up/app:1')
    const podman = podmanSave(archives['docker save'], dir)
    if (podman) archives['podman save'] = podman
    for (const form of ['docker-archive', 'oci-archive'] as const) {
      const buildah = buildahCommit(archives['docker save'], dir, form, `up/buildah-${form}:1`)
      if (buildah) archives[`buildah, ${form}`] = buildah
    }
    const { rootfs: _, v1: __, ...handmade } = await handmadeArchives(dir)
    Object.assign(archives, handmade)
    for (const method of ['gzip', 'zstd', 'xz', 'bzip2'] as const)
      archives[`docker save, ${method}`] = wrap(archives['docker save'], method)
    await engine.halt()
    registry = await startRegistry({})
    client = new RegistryClient({ host: registry.host })
  })
  afterAll(async () => {
    await client.close()
    await registry.close()
    await engine.stop()
    removeDir(dir)
  })

  it('sends each kind, and docker pull gives the same images', async () => {
    const sent: { kind: string; name: string; diffIds: readonly string[]; here: boolean }[] = []
    for (const [index, [kind, { path }]] of Object.entries(archives).entries()) {
      const archive = await openArchive(path, NEVER)
      const source = archiveSource(archive)
      const images = together(
        archive.contents.images.map(({ image }) => image),
        source.indexes ?? [],
      )
      const wishes = images.map((image, at) => ({
        image,
        names: [{ name: `${registry.host}/up/kind-${index}:${at}` }],
      }))
      await copy(source, wishes, registrySink(client, registry.host, { pack: 'gzip' }), NEVER, () => undefined)
      for (const { image, names } of wishes) {
        const own = leaves(image).find(({ platform }) => platform.os === 'linux' && platform.architecture === 'amd64')
        const diffIds = (own ?? image).layers.map(({ diffId }) => diffId ?? '')
        // Docker 20.10 takes no layers in zstd: they go up as they are, for those that do.
        const zstd = (own ?? image).layers.some(({ stored }) => stored?.mediaType.endsWith('zstd'))
        sent.push({ kind, name: names[0]?.name ?? '', diffIds, here: own !== undefined && !zstd })
      }
    }
    expect(sent.length).toBeGreaterThan(10)
    await engine.resume()
    let ran = 0
    for (const { kind, name, diffIds } of sent.filter(({ here }) => here)) {
      engine.docker('pull', '--quiet', name)
      expect(expected(engine, name).diffIds, kind).toEqual(diffIds)
      // The hand-made ones hold files and no program.
      if (/^(?:docker|skopeo)/.test(kind)) {
        expect(runImage(engine, name), kind).toContain('runs')
        ran += 1
      }
      engine.docker('rmi', name)
    }
    expect(ran).toBe(7)
  })
})
