import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerSave } from '../testing/archives.ts'
import { findCommand } from '../testing/commands.ts'
import { clientOf, load, save } from '../testing/copies.ts'
import { type BuiltImage, buildImage } from '../testing/images.ts'
import { type PodmanService, startPodman } from '../testing/podman.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import type { EngineClient } from './engine/client.ts'
import { imageDetails, listImages, removeImage, tagImage } from './engine/images.ts'

const NEVER = new AbortController().signal

describe.runIf(findCommand('podman'))('Podman in the place of Docker', () => {
  let engine: SharedEngine
  let podman: PodmanService | undefined
  let client: EngineClient
  let built: BuiltImage
  let dir: string

  beforeAll(async () => {
    engine = await sharedEngine()
    dir = tempDir()
    built = await buildImage(engine, {
      name: 'acme/pod:1.0',
      layers: [{ randomBytes: 200_000 }, { textBytes: 60_000 }],
    })
    podman = await startPodman()
    client = await clientOf({ host: podman?.host ?? '' })
  })
  afterAll(async () => {
    client.close()
    await podman?.stop()
    removeDir(dir)
  })

  it('loads, names, saves, and keeps the former image of a name, as Docker does', async () => {
    expect(client.podman).toBe(true)
    const archive = dockerSave(engine, dir, ['acme/pod:1.0'])
    const copied = await load(archive.path, client)
    expect(copied.images).toEqual([{ id: built.id, names: ['acme/pod:1.0'] }])
    const [row] = await listImages(client)
    expect(row).toMatchObject({ id: built.id, names: ['acme/pod:1.0'] })
    expect((await imageDetails(client, built.id)).layers.map(({ diffId }) => diffId)).toEqual(built.diffIds)

    const path = join(dir, 'again.tar')
    await save(client, ['acme/pod:1.0'], path)
    const [saved] = (await openArchive(path, NEVER)).contents.images
    expect(saved?.image.id).toBe(built.configDigest)
    expect(saved?.image.layers.map(({ diffId }) => diffId)).toEqual(built.diffIds)

    // A second image on the same base: Podman takes no archive with layers left out, so all of it goes.
    const next = await buildImage(engine, { name: 'acme/pod:2.0', from: 'acme/pod:1.0', layers: [{ textBytes: 1000 }] })
    const second = await load(dockerSave(engine, dir, ['acme/pod:2.0'], 'two.tar').path, client)
    expect(second.images[0]?.id).toBe(next.id)
    const { former, keptAs } = await tagImage(client, {
      id: next.id,
      name: 'acme/pod:1.0',
      keepAs: 'acme/pod:1.0-20261120-1430',
      expected: built.id,
    })
    expect([former, keptAs]).toEqual([built.id, 'acme/pod:1.0-20261120-1430'])
    const byName = new Map((await listImages(client)).flatMap(({ id, names }) => names.map((name) => [name, id])))
    expect(byName.get('acme/pod:1.0')).toBe(next.id)
    expect(byName.get('acme/pod:1.0-20261120-1430')).toBe(built.id)
    await removeImage(client, built.id)
    expect((await listImages(client)).map(({ id }) => id)).toEqual([next.id])
  })
})
