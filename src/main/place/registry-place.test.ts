import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../shared/reference.ts'
import { type Copied, copy } from '../copy/copy.ts'
import { layerMemory } from '../memory.ts'
import { State } from '../state.ts'
import { dockerSave, skopeoOciArchive } from '../testing/archives.ts'
import { requireCommand } from '../testing/commands.ts'
import { clientOf } from '../testing/copies.ts'
import { makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { type BuiltImage, buildImage, expected, runImage } from '../testing/images.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSink } from './archive/sink.ts'
import { archiveSource } from './archive/source.ts'
import type { EngineClient } from './engine/client.ts'
import { imageDetails } from './engine/images.ts'
import { engineSink } from './engine/sink.ts'
import { engineSource, readImage } from './engine/source.ts'
import { type Image, leaves, type Sink, type Source } from './place.ts'
import { RegistryClient } from './registry/client.ts'
import { registrySink } from './registry/sink.ts'
import { readReference, registrySource } from './registry/source.ts'

const NEVER = new AbortController().signal
const NAME = 'reg/app:1.0'

describe('a registry as a place', () => {
  let engine: SharedEngine
  let docker: EngineClient
  let registry: Registry
  let client: RegistryClient
  let dir: string
  let built: BuiltImage
  let state: State

  beforeAll(async () => {
    engine = await sharedEngine()
    docker = await clientOf(engine)
    registry = await startRegistry({})
    client = new RegistryClient({ host: registry.host })
    dir = tempDir()
    state = new State(join(dir, 'state.db'))
    built = await buildImage(engine, { name: NAME, layers: [{ textBytes: 400_000 }, { randomBytes: 100_000 }] })
  })
  afterAll(async () => {
    state.close()
    await client.close()
    await registry.close()
    removeDir(dir)
  })

  function there(path: string): string {
    return `${registry.host}/${path}`
  }
  async function send(source: Source, image: Image, sink: Sink, name: string, keepAs?: string): Promise<Copied> {
    return await copy(
      source,
      [{ image, names: [{ name, ...(keepAs ? { keepAs } : {}) }] }],
      sink,
      NEVER,
      () => undefined,
    )
  }
  async function fromEngine(name: string, to: string, memory = true): Promise<Copied> {
    const sink = registrySink(client, registry.host, {
      pack: 'gzip',
      ...(memory ? { memory: layerMemory(state) } : {}),
    })
    return await send(engineSource(docker), await readImage(docker, name), sink, there(to))
  }
  /** What skopeo, which knows nothing of us, finds there. */
  function foreign(path: string): { digest: Digest; layers: number; config: string } {
    const skopeo = (...args: string[]): string =>
      execFileSync(requireCommand('skopeo'), [...args, '--tls-verify=false', `docker://${there(path)}`], {
        encoding: 'utf8',
      })
    const { Digest: digest, Layers: layers } = JSON.parse(skopeo('inspect')) as { Digest: Digest; Layers: string[] }
    return { digest, layers: layers.length, config: skopeo('inspect', '--config', '--raw') }
  }

  it('takes an engine’s image, packed on its way, and sends nothing the second time', async () => {
    const copied = await fromEngine(NAME, 'one/app:1.0')
    expect(copied.moved).toBeGreaterThan(100_000)
    expect(copied.moved).toBeLessThan((await imageDetails(docker, built.id)).size)
    const seen = foreign('one/app:1.0')
    expect(seen.digest).toBe(copied.images[0]?.digest)
    expect(seen.layers).toBe(built.diffIds.length)
    expect((await fromEngine(NAME, 'one/app:again')).moved).toBe(0)
    // Another repository of the same registry takes the layers over.
    expect((await fromEngine(NAME, 'two/app:1.0')).moved).toBe(0)
    // Without a memory the repository's own images tell what it has.
    expect((await fromEngine(NAME, 'one/app:third', false)).moved).toBe(0)
  })

  it('gives an engine the image it was given, and what is there is not sent', async () => {
    await fromEngine(NAME, 'one/back:1.0')
    engine.docker('rmi', '--force', NAME)
    const repository = { client, host: registry.host, path: 'one/back' }
    const image = await readReference(repository, { tag: '1.0' }, NEVER)
    const copied = await send(registrySource(repository, [image]), image, engineSink(docker), NAME)
    expect(expected(engine, NAME)).toMatchObject({ configDigest: built.configDigest, diffIds: built.diffIds })
    expect(runImage(engine, NAME)).toBe(`${NAME} runs`)
    expect(copied.moved).toBeGreaterThan(0)
    expect((await send(registrySource(repository, [image]), image, engineSink(docker), NAME)).moved).toBe(0)
  })

  it('is fetched from by the engine itself where nobody has to sign in, and copied from in the ordinary way elsewhere', async () => {
    const sent = await fromEngine(NAME, 'one/fetched:1.0')
    engine.docker('rmi', '--force', NAME)
    const repository = { client, host: registry.host, path: 'one/fetched', open: true }
    const image = await readReference(repository, { tag: '1.0' }, NEVER)
    const source = registrySource(repository, [image])
    const copied = await send(source, image, engineSink(docker), NAME)
    expect(copied.moved).toBeGreaterThan(100_000)
    expect(copied.configs.get(image.id)).toBe(built.configDigest)
    expect(runImage(engine, NAME)).toBe(`${NAME} runs`)
    const digests = engine.docker('image', 'inspect', '--format', '{{join .RepoDigests " "}}', NAME)
    expect(digests).toContain(`${there('one/fetched')}@${sent.images[0]?.digest}`)
    expect((await send(source, image, engineSink(docker), NAME)).moved).toBe(0)
    engine.docker('rmi', '--force', built.id)
    // An engine that does not reach it: a registry of that name is nowhere.
    const nowhere = { ...repository, host: 'registry.invalid:5000' }
    const unreachable = { ...registrySource(nowhere, [image]), walk: source.walk }
    await send(unreachable, image, engineSink(docker), NAME)
    expect(expected(engine, NAME)).toMatchObject({ configDigest: built.configDigest })
    expect(engine.docker('image', 'inspect', '--format', '{{len .RepoDigests}}', NAME)).toBe('0')
  })

  it('goes into a file and comes out of one with the same manifest', async () => {
    const oci = await openArchive(skopeoOciArchive(engine, dir, NAME).path, NEVER)
    const [archived] = oci.contents.images
    if (!archived) throw new Error('no image')
    const sink = registrySink(client, registry.host)
    const up = await send(archiveSource(oci), archived.image, sink, there('one/file:1'))
    const repository = { client, host: registry.host, path: 'one/file' }
    const image = await readReference(repository, { tag: '1' }, NEVER)
    expect(image.digest).toBe(up.images[0]?.digest)
    const path = join(dir, 'down.tar')
    await send(registrySource(repository), image, archiveSink(path, { method: 'none', level: 'normal' }), NAME)
    const [down] = (await openArchive(path, NEVER)).contents.images
    expect(down?.image.id).toBe(archived.image.id)
    expect(Buffer.from(down?.documents.manifest ?? []).equals(Buffer.from(image.manifest ?? []))).toBe(true)
    const again = await openArchive(path, NEVER)
    const back = await send(archiveSource(again), again.contents.images[0]?.image ?? image, sink, there('one/file:2'))
    expect([back.moved, back.images[0]?.digest]).toEqual([0, image.digest])
  })

  it('copies every platform with its index, byte for byte, from repository to repository without a byte of layers', async () => {
    const amd64 = await makeImage({ names: ['multi/app:1'], layers: ['busybox', { textBytes: 5000 }] })
    const arm64 = await makeImage({
      names: ['multi/app:1'],
      layers: [{ textBytes: 7000 }],
      platform: { os: 'linux', architecture: 'arm64' },
    })
    const { path } = await ociArchive(dir, [amd64, arm64], { file: 'multi.tar', attestations: true })
    const skopeo = [
      'copy',
      '--quiet',
      '--all',
      '--dest-tls-verify=false',
      `oci-archive:${path}`,
      `docker://${there('multi/app:1')}`,
    ]
    execFileSync(requireCommand('skopeo'), skopeo)
    const repository = { client, host: registry.host, path: 'multi/app' }
    const image = await readReference(repository, { tag: '1' }, NEVER)
    expect(
      leaves(image)
        .map(({ kind, platform }) => kind ?? platform.architecture)
        .sort(),
    ).toEqual(['amd64', 'arm64', 'attestation', 'attestation'])
    const other = registrySink(client, registry.host, { from: ['multi/app'] })
    const copied = await send(registrySource(repository), image, other, there('multi/copy:1'))
    expect([copied.moved, copied.images[0]?.digest]).toEqual([0, image.digest])
    await expect(send(registrySource(repository), image, engineSink(docker), 'multi/app:1')).rejects.toMatchObject({
      code: 'platform-unchosen',
    })
    const [part] = leaves(image)
    if (!part) throw new Error('no part')
    await send(registrySource(repository), part, engineSink(docker), 'multi/app:1')
    expect(expected(engine, 'multi/app:1').configDigest).toBe(amd64.configDigest)
    // In a file too, index and attestations stay what they were.
    const file = join(dir, 'multi-down.tar')
    await send(registrySource(repository), image, archiveSink(file, { method: 'none', level: 'normal' }), 'multi/app:1')
    execFileSync(requireCommand('skopeo'), [
      'copy',
      '--quiet',
      '--all',
      `oci-archive:${file}`,
      `oci:${join(dir, 'multi-oci')}:1`,
    ])
    const raw = execFileSync(requireCommand('skopeo'), ['inspect', '--raw', `oci:${join(dir, 'multi-oci')}:1`])
    expect(raw.equals(Buffer.from(image.manifest ?? []))).toBe(true)
  })

  it('keeps the former image of a tag under the name asked for', async () => {
    const first = await fromEngine(NAME, 'kept/app:1')
    const next = await buildImage(engine, { name: 'reg/next:1', from: NAME, layers: [{ textBytes: 100 }] })
    const sink = registrySink(client, registry.host, { pack: 'gzip', memory: layerMemory(state) })
    const image = await readImage(docker, 'reg/next:1')
    const copied = await send(engineSource(docker), image, sink, there('kept/app:1'), there('kept/app:1-20261121-1200'))
    expect(copied.replaced).toEqual([
      { name: there('kept/app:1'), former: first.images[0]?.digest, keptAs: there('kept/app:1-20261121-1200') },
    ])
    expect(foreign('kept/app:1-20261121-1200').digest).toBe(first.images[0]?.digest)
    expect(foreign('kept/app:1').layers).toBe(next.diffIds.length)
    expect(copied.moved).toBeLessThan(10_000)
  })

  it('gives one image names in several repositories', async () => {
    const archive = await openArchive(dockerSave(engine, dir, [NAME], 'names.tar').path, NEVER)
    const image = archive.contents.images[0]?.image
    if (!image) throw new Error('no image')
    const names = ['spread/a:1', 'spread/a:latest', 'spread/b:1'].map((name) => ({ name: there(name) }))
    const sink = registrySink(client, registry.host, { pack: 'gzip' })
    await copy(archiveSource(archive), [{ image, names }], sink, NEVER, () => undefined)
    const digests = ['spread/a:1', 'spread/a:latest', 'spread/b:1'].map((name) => foreign(name).digest)
    expect(new Set(digests).size).toBe(1)
  })
})
