import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PlaceRef, Transfer, Wanted } from '../../shared/contract.ts'
import type { PublishDestination } from '../../shared/contract-publish.ts'
import { Keychain } from '../accounts/keychain.ts'
import { Backups } from '../backups.ts'
import { Copies } from '../copies.ts'
import type { Host } from '../host.ts'
import { blobMemory, layerMemory } from '../memory.ts'
import { Opener } from '../opener.ts'
import { Shelf } from '../place/archive/shelf.ts'
import { Engines } from '../place/engine/engines.ts'
import { Portals } from '../portal/portals.ts'
import { runChecks } from '../preflight/checks.ts'
import { publicationOf } from '../preflight/publication.ts'
import { Registries } from '../registries.ts'
import { State } from '../state.ts'
import { legacyArchive, makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { buildImage } from '../testing/images.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { lookAt } from './looked.ts'
import { publishedOf, rememberPublished } from './published.ts'
import { type Started, startOne } from './start.ts'
import { likelyAliases, there } from './there.ts'

const NEVER = new AbortController().signal
const VERSION = 'org.opencontainers.image.version'

describe('publishing', () => {
  let dir: string
  let registry: Registry
  let state: State
  let registries: Registries
  let opener: Opener
  let copies: Copies
  let portals: Portals
  let engines: Engines
  let engine: SharedEngine

  beforeAll(async () => {
    dir = tempDir()
    registry = await startRegistry({})
    state = new State(join(dir, 'state.db'))
    engine = await sharedEngine()
    engines = new Engines(async () => [{ id: 'default', kind: 'default', name: '', current: true, host: engine.host }])
    await engines.open()
    registries = new Registries(state, new Keychain(0))
    portals = new Portals(registries)
    const host = { admit: async () => undefined, info: { library: join(dir, 'library') } } as unknown as Host
    const shared = { host, engines, archives: new Shelf(), registries }
    opener = new Opener({ ...shared, memory: layerMemory(state), blobs: blobMemory(state) })
    copies = new Copies({ host, engines, opener, backups: new Backups(state) })
  })
  afterAll(async () => {
    await copies.queue.close()
    await portals.close()
    await registries.close()
    await engines.close()
    await registry.close()
    state.close()
    removeDir(dir)
  })

  async function archive(name: string, version?: string): Promise<{ from: PlaceRef; id: string }> {
    const layers = ['busybox' as const, { textBytes: 20_000, seed: `${name} ${version}` }]
    const labels = version === undefined ? {} : { labels: { [VERSION]: version } }
    const image = await makeImage({ names: [name], layers, env: ['TOKEN=x1'], ...labels })
    const { path } = await legacyArchive(dir, [image], { file: `${name.replaceAll(/\W/g, '-')}-${version}.tar` })
    return { from: { type: 'archive', path }, id: image.configDigest }
  }
  async function ended(id: string): Promise<Transfer> {
    for await (const rows of copies.queue.transfers.watch(AbortSignal.timeout(30_000))) {
      const row = rows.find((transfer) => transfer.id === id)
      if (row?.endedAt !== undefined) return row
    }
    throw new Error('it did not end')
  }
  function destination(images: Wanted[], change: Partial<PublishDestination> = {}): PublishDestination {
    return { to: { host: registry.host }, images, create: [], ...change }
  }
  async function publish(from: PlaceRef, images: Wanted[]): Promise<Transfer> {
    const started = await startOne({ copies, portals }, { from }, destination(images), NEVER)
    if (started.type !== 'started') throw new Error(started.error.code)
    return await ended(started.id)
  }
  const at = (path: string) => opener.repository({ type: 'registry', host: registry.host, repository: path })
  const names = (path: string, ...tags: readonly string[]) =>
    tags.map((tag) => ({ name: `${registry.host}/${path}:${tag}` }))

  it('looks at an image of every platform before anything is sent', async () => {
    const one = await archive('acme/looked:1', '1.0')
    const looked = await lookAt({ opener, engines }, one.from, one.id, NEVER)
    expect(looked).toMatchObject({ names: ['acme/looked:1'], absent: [], unpacked: true })
    expect(looked.parts.map(({ labels }) => labels[VERSION])).toEqual(['1.0'])

    const [amd, arm] = await Promise.all(
      ['amd64', 'arm64'].map((architecture) =>
        makeImage({
          names: ['acme/multi:1'],
          layers: [{ textBytes: 900, seed: architecture }],
          platform: { os: 'linux', architecture },
        }),
      ),
    )
    if (!amd || !arm) throw new Error('two images')
    const { path } = await ociArchive(dir, [amd, arm], { file: 'multi.tar' })
    await publish({ type: 'archive', path }, [
      { id: amd.configDigest, names: names('acme/multi', '1') },
      { id: arm.configDigest, names: names('acme/multi', '1') },
    ])
    const digest = (await (await at('acme/multi')).client.head('acme/multi', '1', NEVER))?.digest ?? ''
    const place: PlaceRef = { type: 'registry', host: registry.host, repository: 'acme/multi' }
    const multi = await lookAt({ opener, engines }, place, digest, NEVER)
    expect(multi.parts.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64'])
    expect(multi.unpacked).toBe(false)
    await expect(lookAt({ opener, engines }, place, 'nothing', NEVER)).rejects.toMatchObject({ code: 'image-missing' })
  })

  it('tells what a repository has of some tags: from which image each would move, and what else that is called', async () => {
    const path = 'acme/there'
    expect(await there(await at(path), ['2.4', 'latest'], NEVER)).toEqual({ tags: [], named: [] })
    const old = await archive('acme/there:2.4.0', '2.4.0')
    const lone = await archive('acme/there:other', '9.9.9')
    const { result } = await publish(old.from, [{ id: old.id, names: names(path, '2.4.0', '2.4', '2') }])
    await publish(lone.from, [{ id: lone.id, names: names(path, 'latest') }])
    const digest = result?.images[0]?.digest
    expect(digest).toMatch(/^sha256:/)
    const found = await there(await at(path), ['2.4.1', '2.4', '2', 'latest'], NEVER)
    expect(found.tags?.toSorted()).toEqual(['2', '2.4', '2.4.0', 'latest'])
    expect(found.named).toEqual([
      { tag: '2.4', digest, created: expect.any(Number), alias: '2.4.0', version: '2.4.0' },
      { tag: '2', digest, created: expect.any(Number), alias: '2.4.0', version: '2.4.0' },
      { tag: 'latest', digest: expect.any(String), created: expect.any(Number), version: '9.9.9' },
    ])
  })

  it('checks what is about to go', async () => {
    const one = await archive('acme/checked:1')
    const asked = destination([{ id: one.id, names: names('Acme/Checked', '1'), labels: { title: 'Checked' } }])
    const publication = await publicationOf(
      { opener, engines, registries, portals },
      { ...asked, from: one.from },
      NEVER,
    )
    const events = await Array.fromAsync(runChecks(publication, NEVER))
    const findings = events.flatMap((event) => (event.type === 'checked' ? event.findings : []))
    expect(findings).toContainEqual({
      id: 'name-wrong',
      level: 'stop',
      parts: { name: 'Acme/Checked', problem: 'uppercase', fixed: 'acme/checked' },
    })
    expect(findings).toContainEqual({
      id: 'secret-env',
      level: 'warn',
      image: one.id,
      parts: { name: 'TOKEN', kind: 'name' },
    })
    expect(findings.find(({ id }) => id === 'labels-missing')?.parts['labels']).not.toContain('title')
  })

  it('starts a copy to each registry; one that cannot begin says why and keeps nobody from it', async () => {
    const one = await archive('acme/started:1')
    const good = destination([{ id: one.id, names: names('acme/started', '1') }])
    const bad = destination([{ id: one.id, names: [{ name: `${registry.host}/Acme/Started:1` }] }])
    const outcomes: Started[] = []
    for (const to of [bad, good]) outcomes.push(await startOne({ copies, portals }, { from: one.from }, to, NEVER))
    expect(outcomes).toMatchObject([
      { type: 'refused', error: { code: 'name-invalid' }, created: [] },
      { type: 'started' },
    ])
    const started = outcomes[1]
    if (started?.type !== 'started') throw new Error('started')
    expect(await ended(started.id)).toMatchObject({ phase: 'done' })
  })

  it('adds labels to an image of Docker: planned, sent, and planned again', async () => {
    const name = `publish/labelled-${process.pid}:1`
    const { id } = await buildImage(engine, { name, layers: [{ textBytes: 9000, seed: name }] })
    const from: PlaceRef = { type: 'engine', engine: 'default' }
    const images: Wanted[] = [{ id, names: names('acme/labelled', '1'), labels: { title: 'Shop', licenses: '' } }]
    const request = { from, to: { type: 'registry', host: registry.host } as const, images }
    expect(await copies.plan(request, NEVER)).toMatchObject({ images: [{ id, present: false }] })
    const { result } = await publish(from, images)
    expect(result?.images).toMatchObject([{ outcome: 'copied', digest: expect.stringMatching(/^sha256:/) }])
    const place: PlaceRef = { type: 'registry', host: registry.host, repository: 'acme/labelled' }
    const { parts } = await lookAt({ opener, engines }, place, result?.images[0]?.digest ?? '', NEVER)
    expect(parts[0]?.labels).toEqual({ 'org.opencontainers.image.title': 'Shop' })
    expect(await copies.plan(request, NEVER)).toMatchObject({ move: 0, images: [{ id, names: [{ same: true }] }] })
    const other = { ...request, images: [{ ...(images[0] as Wanted), labels: { title: 'Till' } }] }
    expect(await copies.plan(other, NEVER)).toMatchObject({ move: 0, images: [{ id, names: [{ same: false }] }] })
    engine.docker('rmi', name)
  })

  it('makes no repository where there is no way to, and sends nothing then', async () => {
    const one = await archive('acme/made:1')
    const asked = destination([{ id: one.id, names: names('acme/made', '1') }], {
      create: [{ path: 'acme/made', visibility: 'private' }],
    })
    const before = copies.queue.transfers.value.length
    expect(await startOne({ copies, portals }, { from: one.from }, asked, NEVER)).toMatchObject({
      type: 'refused',
      error: { code: 'registry-unsupported' },
      created: [],
    })
    expect(copies.queue.transfers.value).toHaveLength(before)
  })

  it('remembers where the images of a repository went', async () => {
    const published = { source: 'acme/shop', destinations: [{ host: 'docker.io', account: 'lea', path: 'lea/shop' }] }
    await rememberPublished(state, [{ ...published, destinations: [] }])
    await rememberPublished(state, [published])
    expect(await publishedOf(state, ['acme/shop', 'acme/none'])).toEqual([published])
    expect(await publishedOf(state, ['acme/none'])).toEqual([])
  })
})

describe('other tags of an image', () => {
  it('are looked for where they are likely: its own version, then those that begin so, the newest first', () => {
    const tags = ['1.0.0', '2.3.9', '2.4.0', '2.4.1-alpine', 'dev', 'latest', 'v2.4.0']
    expect(likelyAliases('2.4', '', tags)).toEqual(['2.4.1-alpine', '2.4.0', 'v2.4.0', '2.3.9', '1.0.0'])
    expect(likelyAliases('latest', '2.4.0', tags).slice(0, 2)).toEqual(['v2.4.0', '2.4.0'])
    expect(
      likelyAliases(
        'dev',
        '',
        Array.from({ length: 50 }, (_, index) => `1.${index}`),
      ),
    ).toHaveLength(8)
  })
})
