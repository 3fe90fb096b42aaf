import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CopyRequest, PlaceRef, Transfer } from '../../shared/contract.ts'
import { App } from '../app.ts'
import { Feed } from '../feed.ts'
import { type Host, hostInfo } from '../host.ts'
import { clientOf } from '../testing/copies.ts'
import { HubPulls } from '../testing/emulated/hub-pulls.ts'
import { type HubPage, HubSearch } from '../testing/emulated/hub-search.ts'
import { makeImage } from '../testing/handmade-archives.ts'
import { Internet } from '../testing/internet.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'

const forever = new AbortController().signal
const LONG = 120_000
const HUB = 'docker.io'
const ARM = { os: 'linux', architecture: 'arm64' }
const WEB: PlaceRef = { type: 'registry', host: HUB, repository: 'acme/web-got' }

function host(dir: string): Host {
  return {
    info: {
      ...hostInfo({ dialogs: false, browse: false, reveal: false, start: false }),
      library: join(dir, 'library'),
    },
    opened: new Feed<readonly string[]>([]),
    admit: async () => undefined,
  }
}

async function web(text: string, platform?: typeof ARM): ReturnType<typeof makeImage> {
  const layers = ['busybox' as const, { textBytes: 20_000, seed: text }]
  return await makeImage({ names: ['acme/web-got'], layers, ...(platform ? { platform } : {}) })
}

describe('getting images', () => {
  const before = { ...process.env }
  const search = new HubSearch()
  const pulls = new HubPulls()
  let dir: string
  let engine: SharedEngine
  let registry: Registry
  let internet: Internet
  let leave: () => void
  let app: App
  let library: PlaceRef
  let docker: PlaceRef

  beforeAll(async () => {
    dir = tempDir()
    engine = await sharedEngine()
    registry = await startRegistry({ delete: true })
    internet = await Internet.start()
    search.enter(internet)
    pulls.enter(internet)
    leave = internet.enter()
    Object.assign(process.env, {
      DOCKER_HOST: engine.host,
      DOCKER_CONFIG: join(dir, 'docker'),
      CABOTEUR_HOME: join(dir, 'home'),
    })
    app = new App(host(dir))
    await app.open()
    library = { type: 'layout', path: app.host.info.library }
    docker = { type: 'engine', engine: 'default' }
  }, LONG)
  afterAll(async () => {
    await app.close()
    leave()
    process.env = before
    await internet.close()
    await registry.close()
    removeDir(dir)
  }, LONG)
  beforeEach(async () => {
    pulls.counted.splice(0)
    pulls.left = 100
    search.pages.splice(0, Number.POSITIVE_INFINITY, await page(['1', 'latest'], await web('one')))
  })

  /** What is under these tags at Docker Hub now, with one for another kind of computer beside it. */
  async function page(tags: readonly string[], image: Awaited<ReturnType<typeof web>>): Promise<HubPage> {
    const arm = await web('arm', ARM)
    const published = tags.map((tag) => pulls.publish('acme/web-got', tag, [image, arm]))
    return {
      path: 'acme/web-got',
      description: '',
      stars: 0,
      pulls: 0,
      updated: '2026-11-20T10:00:00Z',
      tags: published,
    }
  }

  async function run(request: CopyRequest): Promise<NonNullable<Transfer['result']>> {
    const id = await app.copies.start(request, forever)
    for await (const transfers of app.copies.queue.transfers.watch(forever)) {
      const transfer = transfers.find((one) => one.id === id)
      if (transfer?.error) throw new Error(`${transfer.error.code} ${transfer.error.raw}`)
      if (transfer?.result) return transfer.result
    }
    throw new Error('it never ended')
  }

  it('tells a version’s digest and platforms, and what is still allowed, without a download', async () => {
    const at = { host: HUB, repository: 'acme/web-got' }
    const [told] = search.pages[0]?.tags ?? []
    const version = await app.getting.resolve(at, { tag: '1' }, forever)
    expect(version).toMatchObject({ tag: '1', digest: told?.digest })
    expect(version.platforms.map(({ platform, digest }) => [platform, digest])).toEqual(
      told?.parts.map(({ os, architecture, digest }) => [`${os}/${architecture}`, digest]),
    )
    expect((await app.getting.offers(at, {}, forever)).offers).toHaveLength(2)
    pulls.left = 83
    expect(await app.getting.limit(HUB, undefined, forever)).toMatchObject({ limit: 100, window: 21_600 })
    await app.getting.resolve(at, { tag: 'latest' }, forever)
    expect(await app.getting.limit(HUB, undefined, forever)).toMatchObject({ remaining: 83 })
    expect(pulls.counted).toEqual([])
    await expect(app.getting.resolve(at, { tag: 'none' }, forever)).rejects.toMatchObject({
      code: 'registry-manifest-unknown',
      parts: { image: 'acme/web-got:none' },
    })
  })

  it('tells the versions by the registry alone where its web says nothing, still without a download', async () => {
    search.pages.splice(0)
    const at = { host: HUB, repository: 'acme/web-got' }
    const { offers, total } = await app.getting.offers(at, {}, forever)
    expect(total).toBe(2)
    expect(offers.map(({ tag, platforms }) => [tag, platforms])).toEqual([
      ['latest', []],
      ['1', []],
    ])
    expect(offers[0]?.digest).toBe(offers[1]?.digest)
    expect(await app.getting.resolve(at, { tag: '1' }, forever)).toMatchObject({ tag: '1', platforms: [] })
    expect(pulls.counted).toEqual([])
  })

  it('says at once that no download is left, and asks for nothing more', async () => {
    const image = await web('not read before')
    const { parts } = pulls.publish('acme/web-got', 'new', [image])
    pulls.left = 0
    internet.asked.splice(0)
    const images = [{ id: parts[0]?.digest ?? '', names: [{ name: 'acme/web-got:new' }] }]
    await expect(app.copies.plan({ from: WEB, to: library, images }, forever)).rejects.toMatchObject({
      code: 'registry-pull-limit',
      parts: { place: HUB, limit: 100, hours: 6 },
    })
    expect(internet.asked.filter((asked) => asked.includes('/manifests/'))).toHaveLength(1)
  })

  it('brings all platforms to the Library under their name, and reads each manifest once for plans and copy', async () => {
    const { digest } = await app.getting.resolve({ host: HUB, repository: 'acme/web-got' }, { tag: '1' }, forever)
    const request: CopyRequest = {
      from: WEB,
      to: library,
      images: [{ id: digest, names: [{ name: 'acme/web-got:1' }] }],
    }
    await app.copies.plan(request, forever)
    await app.copies.plan(request, forever)
    const { images } = await run(request)
    expect(images).toMatchObject([{ names: ['acme/web-got:1'] }])
    expect(new Set(pulls.counted).size).toBe(2)
    expect(pulls.counted).toHaveLength(2)
    expect(await app.getting.look(library, undefined, forever)).toMatchObject({ newer: [], same: 1 })
  })

  it('knows of an image in Docker whether its tag has moved since it came, and asks no download for that', async () => {
    const { platforms } = await app.getting.resolve({ host: HUB, repository: 'acme/web-got' }, { tag: '1' }, forever)
    const own = platforms.find(({ platform }) => platform !== 'linux/arm64')?.digest ?? ''
    const { images } = await run({
      from: WEB,
      to: docker,
      images: [{ id: own, names: [{ name: 'acme/web-got:1' }] }],
    })
    const ids = images.map(({ id }) => id)
    const counted = pulls.counted.length
    const look = async (): ReturnType<typeof app.getting.look> => await app.getting.look(docker, ids, forever)
    await expect.poll(look, { timeout: 20_000 }).toMatchObject({ newer: [], same: 1 })

    search.pages.splice(0, 1, await page(['1'], await web('two')))
    const { newer } = await look()
    expect(newer).toMatchObject([{ name: 'acme/web-got:1', place: docker, digest: search.pages[0]?.tags[0]?.digest }])
    expect(app.getting.newer.value).toEqual(newer)

    const client = await clientOf(engine)
    await client.docker.getImage('acme/web-got:1').tag({ repo: `${registry.host}/acme/web-got`, tag: '1' })
    await client.docker.getImage('acme/web-got:1').remove()
    client.close()
    // It is in no registry under that name; what was said of the name it had is no more.
    expect(await look()).toMatchObject({ newer: [], absent: 1 })
    expect(pulls.counted).toHaveLength(counted)
  })

  it('tells the versions of any other registry with their platforms and sizes, the newest first', async () => {
    const { digest } = await app.getting.resolve({ host: HUB, repository: 'acme/web-got' }, { tag: '1' }, forever)
    const names = ['1.9.0', '1.10.0', '2.0.0-rc1', 'edge', 'latest'].map((tag) => `${registry.host}/team/web:${tag}`)
    await run({
      from: WEB,
      to: { type: 'registry', host: registry.host },
      images: [{ id: digest, names: names.map((name) => ({ name })) }],
    })
    const at = { host: registry.host, repository: 'team/web' }
    const { offers, total } = await app.getting.offers(at, {}, forever)
    expect(offers.map(({ tag }) => tag)).toEqual(['latest', '2.0.0-rc1', '1.10.0', '1.9.0', 'edge'])
    expect(total).toBe(5)
    expect(offers.every((offer) => offer.digest === digest && offer.platforms.length === 2)).toBe(true)
    expect((await app.getting.offers(at, { filter: 'RC' }, forever)).offers.map(({ tag }) => tag)).toEqual([
      '2.0.0-rc1',
    ])
    const part = offers[0]?.platforms[0]?.digest
    const one = await app.getting.resolve(at, { digest: part }, forever)
    expect(one.platforms).toMatchObject([{ digest: part, platform: expect.stringContaining('linux/') }])
    expect(one.size).toBeGreaterThan(1000)
    expect(await app.getting.repository(at, forever)).toBeUndefined()
    await expect(
      app.getting.offers({ host: registry.host, repository: 'team/none' }, {}, forever),
    ).rejects.toMatchObject({
      code: 'registry-name-unknown',
    })
  })
})
