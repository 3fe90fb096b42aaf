import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../shared/reference.ts'
import { type Copied, copy } from '../copy/copy.ts'
import { type Labels, relabelled } from '../copy/relabelled.ts'
import { together } from '../platforms.ts'
import { requireCommand } from '../testing/commands.ts'
import { clientOf } from '../testing/copies.ts'
import { containerdArchive, hybridArchive, legacyArchive, makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { buildImage, runImage } from '../testing/images.ts'
import { archiveInto, opened, unpackedLayout } from '../testing/layouts.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSource } from './archive/source.ts'
import { engineSource, readImage } from './engine/source.ts'
import { layoutSource } from './layout/source.ts'
import type { Image, Source } from './place.ts'
import { RegistryClient } from './registry/client.ts'
import { registrySink } from './registry/sink.ts'
import { readReference, registrySource } from './registry/source.ts'

const NEVER = new AbortController().signal
const ADDED: Labels = {
  'org.opencontainers.image.title': 'Boutique',
  'org.opencontainers.image.version': '2.4.1',
}
/** What an image says already is never taken back. */
const OWN = { 'org.opencontainers.image.version': '0.9', maker: 'acme' }
const AMD = { os: 'linux', architecture: 'amd64' }
const ARM = { os: 'linux', architecture: 'arm64' }

interface Config {
  readonly config: { readonly Labels?: Record<string, string> }
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

interface From {
  readonly source: Source
  readonly images: readonly Image[]
}

describe('labels added on the way to a registry', () => {
  let dir: string
  let registry: Registry
  let client: RegistryClient
  let engine: SharedEngine
  let count = 0

  beforeAll(async () => {
    dir = tempDir()
    registry = await startRegistry()
    client = new RegistryClient({ host: registry.host, plain: true })
    engine = await sharedEngine()
  })
  afterAll(async () => {
    await client.close()
    await registry.close()
    removeDir(dir)
  })

  const repository = (path: string) => ({ client, host: registry.host, path })
  const inspect = (name: string, ...args: readonly string[]): string =>
    execFileSync(requireCommand('skopeo'), ['inspect', '--tls-verify=false', ...args, `docker://${name}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const configAt = (name: string): Config => JSON.parse(inspect(name, '--config')) as Config

  /** Sends the first image, with labels or as it is, twice where that is asked. */
  async function send({ source, images }: From, name: string, labels: Labels | undefined): Promise<Copied> {
    const [first] = images
    if (!first) throw new Error('nothing to send')
    const from = labels ? relabelled(source, new Map(images.map(({ id }) => [id, labels]))) : source
    const read = await from.read(
      images.map(({ id }) => id),
      NEVER,
    )
    const wishes = together(read, from.indexes ?? []).map((image) => ({ image, names: [{ name }] }))
    return await copy(from, wishes, registrySink(client, registry.host, { pack: 'gzip' }), NEVER, () => undefined)
  }

  async function fromArchive(path: string): Promise<From> {
    const archive = await openArchive(path, NEVER)
    return { source: archiveSource(archive), images: archive.contents.images.map(({ image }) => image) }
  }

  async function made(form: 'legacy' | 'hybrid' | 'containerd' | 'layout' | 'registry' | 'engine'): Promise<From> {
    count += 1
    const name = `labels/app:${count}`
    if (form === 'engine') {
      await buildImage(engine, { name, layers: [{ textBytes: 90_000, seed: name }], labels: OWN })
      const docker = await clientOf(engine)
      return { source: engineSource(docker), images: [await readImage(docker, name)] }
    }
    const image = await makeImage({
      names: [name],
      layers: ['busybox', { textBytes: 90_000, seed: name }],
      labels: OWN,
    })
    const file = `${count}.tar`
    if (form === 'legacy') return await fromArchive((await legacyArchive(dir, [image], { file })).path)
    if (form === 'hybrid') return await fromArchive((await hybridArchive(dir, [image], { file })).path)
    const { path } = await containerdArchive(dir, [image], { file })
    if (form === 'containerd') return await fromArchive(path)
    if (form === 'layout') {
      await archiveInto(path, join(dir, `layout-${count}`))
      const layout = await opened(join(dir, `layout-${count}`))
      return { source: layoutSource(layout), images: layout.images }
    }
    const at = repository(`labels/source-${count}`)
    await send(await fromArchive(path), `${registry.host}/${at.path}:1`, undefined)
    return { source: registrySource(at), images: [await readReference(at, { tag: '1' }, NEVER)] }
  }

  it.each(['legacy', 'hybrid', 'containerd', 'layout', 'registry', 'engine'] as const)(
    '%s: another config and nothing else; a second push sends nothing; it runs',
    async (form) => {
      const from = await made(form)
      const path = `labels/target-${form}`
      const name = `${registry.host}/${path}`
      await send(from, `${name}:plain`, undefined)
      const sent = await send(from, `${name}:labelled`, ADDED)
      expect(sent.moved, 'its layers are there').toBe(0)
      const [before, after] = [configAt(`${name}:plain`), configAt(`${name}:labelled`)]
      expect(after.config.Labels).toEqual({ ...OWN, 'org.opencontainers.image.title': 'Boutique' })
      expect(after.rootfs.diff_ids).toEqual(before.rootfs.diff_ids)
      expect({ ...after, config: { ...after.config, Labels: before.config.Labels } }).toEqual(before)

      const manifest = (tag: string) =>
        JSON.parse(inspect(`${name}:${tag}`, '--raw')) as { layers: unknown; config: { digest: string } }
      expect(manifest('labelled').layers).toEqual(manifest('plain').layers)
      const again = await send(from, `${name}:labelled`, ADDED)
      expect(again.moved).toBe(0)
      expect(again.replaced, 'the same labels make the same image').toEqual([])
      expect(again.images[0]?.digest).toBe(sent.images[0]?.digest)

      engine.docker('pull', '--quiet', `${name}:labelled`)
      expect(runImage(engine, `${name}:labelled`)).toMatch(/runs$/)
    },
  )

  it('a layer that the registry lacks is sent once, whatever the labels', async () => {
    const sent = await send(await made('legacy'), `${registry.host}/labels/first:1`, ADDED)
    expect(sent.moved).toBeGreaterThan(0)
    expect(configAt(`${registry.host}/labels/first:1`).config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'Boutique',
    })
  })

  it('what a plan says is true: the same image again is there, the one without labels is not', async () => {
    const from = await made('registry')
    const name = `${registry.host}/labels/planned:1`
    await send(from, name, ADDED)
    const [first] = from.images
    const source = relabelled(from.source, new Map(from.images.map(({ id }) => [id, ADDED])))
    const [image] = await source.read(first ? [first.id] : [], NEVER)
    const sink = registrySink(client, registry.host, {})
    const plan = async (one: Image | undefined) =>
      await sink.plan(one ? [{ image: one, names: [{ name }] }] : [], NEVER)
    expect((await plan(image)).same).toEqual(new Set([name]))
    expect((await plan(first)).same).toEqual(new Set())
    expect(image?.was).toBe(first?.id)
  })

  describe('an image for several computers', () => {
    const platforms = async (name: string) =>
      [
        await makeImage({ names: [name], layers: ['busybox', { textBytes: 9000, seed: 'a' }], platform: AMD }),
        await makeImage({ names: [name], layers: ['busybox', { textBytes: 9000, seed: 'b' }], platform: ARM }),
      ] as const

    it.each(['archive', 'registry'] as const)(
      'from %s: all of them get the labels, attestations stay behind',
      async (kind) => {
        const name = `labels/multi-${kind}:1`
        const [amd, arm] = await platforms(name)
        const { path } = await ociArchive(dir, [amd, arm], { file: `multi-${kind}.tar`, attestations: true })
        let from = await fromArchive(path)
        if (kind === 'registry') {
          const at = repository('labels/multi-source')
          await send(from, `${registry.host}/${at.path}:1`, undefined)
          from = { source: registrySource(at), images: [await readReference(at, { tag: '1' }, NEVER)] }
        }
        const target = `${registry.host}/${name}`
        const sent = await send(from, target, ADDED)
        const index = JSON.parse(inspect(target, '--raw')) as {
          manifests: { digest: Digest; platform: { architecture: string } }[]
        }
        expect(index.manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64'])
        for (const { digest } of index.manifests) {
          const { Labels } = configAt(`${registry.host}/labels/multi-${kind}@${digest}`).config
          expect(Labels).toEqual(ADDED)
        }
        const again = await send(from, target, ADDED)
        expect(again).toMatchObject({ moved: 0, replaced: [] })
        expect(again.images[0]?.digest).toBe(sent.images[0]?.digest)
      },
    )

    it('is refused where a platform is missing: it would be two images under one name', async () => {
      const [amd, arm] = await platforms('labels/half:1')
      const { path } = await ociArchive(dir, [amd], { file: 'half.tar', absent: [arm] })
      const layout = await opened(unpackedLayout(path, join(dir, 'half')))
      const [half] = layout.images
      if (!half?.parts) throw new Error('an index')
      await expect(
        send({ source: layoutSource(layout), images: [half] }, `${registry.host}/labels/half:1`, ADDED),
      ).rejects.toMatchObject({
        code: 'labels-refused',
        parts: { image: 'labels/half:1', absent: 'linux/arm64' },
      })
    })
  })
})
