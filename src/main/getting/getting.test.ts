import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PlaceRef } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { type HubPage, HubSearch } from '../testing/emulated/hub-search.ts'
import { Internet } from '../testing/internet.ts'
import { Hub } from './hub.ts'
import { countOf, offeredOf, sourceIn } from './hub-answers.ts'
import { judge, lookForNewer } from './newer.ts'

const signal = new AbortController().signal
const A = `sha256:${'a'.repeat(64)}` as const
const B = `sha256:${'b'.repeat(64)}` as const
const C = `sha256:${'c'.repeat(64)}` as const

describe('what hub.docker.com writes', () => {
  it.each([
    ['1B+', { count: 1e9, least: true }],
    ['50M+', { count: 5e7, least: true }],
    ['5.2K', { count: 5200, least: true }],
    ['12,345', { count: 12_345, least: false }],
    ['831', { count: 831, least: false }],
    [831, { count: 831, least: false }],
    ['many', undefined],
    [null, undefined],
  ])('%s downloads', (text, count) => {
    expect(countOf(text)).toEqual(count)
  })

  it('where the source is, past what is about Docker’s own list', () => {
    const readme = `Maintained by [the community](https://github.com/docker-library/docs) …
      [faq](https://github.com/docker-library/faq) [here](https://github.com/nginxinc/docker-nginx/blob/1/Dockerfile)`
    expect(sourceIn(readme)).toBe('https://github.com/nginxinc/docker-nginx')
    expect(sourceIn('none')).toBeUndefined()
  })

  it('of a tag each platform once, no attestation, and the digest of the only platform where the tag’s own is missing', () => {
    const part = (os: string, architecture: string, digest: string) => ({ os, architecture, digest, size: 10 })
    const images = [part('linux', 'amd64', A), part('unknown', 'unknown', B), part('linux', 'amd64', C)]
    expect(offeredOf({ name: '1', images, digest: null })).toEqual({
      tag: '1',
      digest: A,
      platforms: [{ platform: 'linux/amd64', digest: A, size: 10 }],
      size: 20,
    })
  })
})

function page(path: string, more: Partial<HubPage> = {}): HubPage {
  const part = { os: 'linux', architecture: 'amd64', digest: B, size: 10 }
  const tags = [{ name: 'latest', digest: A, pushed: '2026-11-20T10:00:00Z', parts: [part] }]
  return { path, description: `About ${path}`, stars: 1, pulls: 100, updated: '2026-11-01T00:00:00Z', tags, ...more }
}

describe('Docker Hub', () => {
  const search = new HubSearch()
  let internet: Internet
  let leave: () => void
  let hub: Hub

  beforeAll(async () => {
    internet = await Internet.start()
    search.enter(internet)
    leave = internet.enter()
    hub = new Hub({ patience: { wait: async () => undefined } })
  })
  afterAll(async () => {
    await hub.close()
    leave()
    await internet.close()
  })
  beforeEach(() => {
    search.today = true
    search.allowed = Number.POSITIVE_INFINITY
    search.pages.splice(0)
    internet.asked.splice(0)
  })

  it('finds by words, with badges, stars and downloads; filters and sorts there', async () => {
    const arm = [
      {
        name: '1',
        digest: A,
        pushed: '2026-01-01T00:00:00Z',
        parts: [{ os: 'linux', architecture: 'arm64', digest: B, size: 1 }],
      },
    ]
    search.pages.push(
      page('library/nginx', { badge: 'official', stars: 20_000, pulls: 1.2e9 }),
      page('acme/nginx', { badge: 'verified_publisher', publisher: 'Acme', stars: 30, tags: arm }),
      page('free/nginx', { badge: 'open_source', stars: 5, pulls: 9000 }),
      page('lea/nginx'),
    )
    const all = await hub.search({ words: 'nginx' }, signal)
    expect(all).toMatchObject({ total: 4, older: false })
    expect(all.next).toBeUndefined()
    expect(
      all.found.map(({ path, badge, publisher, stars, pulls }) => [path, badge, publisher, stars, pulls?.count]),
    ).toEqual([
      ['library/nginx', 'official', undefined, 20_000, 1e9],
      ['acme/nginx', 'verified', 'Acme', 30, 100],
      ['free/nginx', 'sponsored', undefined, 5, 9000],
      ['lea/nginx', undefined, undefined, 1, 100],
    ])
    const paths = async (more: object): Promise<string[]> =>
      (await hub.search({ words: 'nginx', ...more }, signal)).found.map(({ path }) => path)
    expect(await paths({ badges: ['official', 'verified'] })).toEqual(['library/nginx', 'acme/nginx'])
    expect(await paths({ platform: 'linux/arm64' })).toEqual(['acme/nginx'])
    expect(await paths({ stars: 10 })).toEqual(['library/nginx', 'acme/nginx'])
    expect(await paths({ sort: 'pulls' })).toEqual(['library/nginx', 'free/nginx', 'acme/nginx', 'lea/nginx'])
  })

  it('gives pages; for many stars it looks through some more', async () => {
    for (let number = 0; number < 60; number += 1) search.pages.push(page(`acme/tool${number}`, { stars: number }))
    const first = await hub.search({ words: 'tool' }, signal)
    expect([first.found.length, first.next, first.total]).toEqual([25, 25, 60])
    const last = await hub.search({ words: 'tool', from: 50 }, signal)
    expect([last.found.length, last.next]).toEqual([10, undefined])
    const starred = await hub.search({ words: 'tool', stars: 58 }, signal)
    expect(starred.found.map(({ stars }) => stars)).toEqual([58, 59])
    expect(internet.asked.filter((one) => one.includes('from=50'))).toHaveLength(2)
  })

  it('asks the search of before where today’s is gone, which knows the official ones alone', async () => {
    search.today = false
    search.pages.push(page('library/nginx', { badge: 'official' }), page('acme/nginx', { badge: 'verified_publisher' }))
    const { found, older } = await hub.search({ words: 'nginx' }, signal)
    expect(older).toBe(true)
    expect(found.map(({ path, badge }) => [path, badge])).toEqual([
      ['library/nginx', 'official'],
      ['acme/nginx', undefined],
    ])
    expect((await hub.search({ words: 'nginx', badges: ['official'] }, signal)).found).toHaveLength(1)
  })

  it('tells of a repository and its tags, page by page, filtered', async () => {
    const tags = Array.from(
      { length: 130 },
      (_, number) => ({ ...page('a/b').tags[0], name: `1.${number}` }) as HubPage['tags'][number],
    )
    search.pages.push(
      page('acme/shop', { readme: '# Shop\nhttps://github.com/acme/shop.git', stars: 7, pulls: 12_345, tags }),
    )
    expect(await hub.repository('acme/shop', signal)).toMatchObject({
      path: 'acme/shop',
      stars: 7,
      pulls: 12_345,
      source: 'https://github.com/acme/shop',
      pages: { page: 'https://hub.docker.com/r/acme/shop' },
      readme: expect.stringContaining('# Shop'),
    })
    expect(await hub.repository('acme/none', signal)).toBeUndefined()
    const first = await hub.tags('acme/shop', {}, signal)
    expect([first?.offers.length, first?.total, first?.next]).toEqual([100, 130, 100])
    const last = await hub.tags('acme/shop', { from: 100 }, signal)
    expect([last?.offers.length, last?.next]).toEqual([30, undefined])
    expect((await hub.tags('acme/shop', { filter: '1.12' }, signal))?.offers.map(({ tag }) => tag)).toEqual([
      '1.12',
      ...Array.from({ length: 10 }, (_, number) => `1.12${number}`),
    ])
    expect(await hub.tag('acme/shop', '1.7', signal)).toMatchObject({
      tag: '1.7',
      digest: A,
      platforms: [{ platform: 'linux/amd64' }],
    })
  })

  it('that has had enough says for how long', async () => {
    search.allowed = 0
    search.again = Math.floor(Date.now() / 1000) + 600
    const refused = await hub.search({ words: 'nginx' }, signal).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'registry-too-many-requests', parts: { place: 'docker.io' } })
    expect((refused as { parts: { seconds: number } }).parts.seconds).toBeGreaterThan(590)
  })
})

describe('newer there', () => {
  const place: PlaceRef = { type: 'engine', engine: 'default' }
  const here = (digests: readonly `sha256:${string}`[], parts: readonly `sha256:${string}`[] = []) => ({
    place,
    id: 'id',
    name: 'nginx:1',
    digests,
    parts,
  })

  it.each([
    ['the very one', here([A]), A, [], 'same'],
    ['one platform of it', here([B]), A, [B, C], 'same'],
    ['some platforms of it', here([A], [B]), C, [B, A], 'same'],
    ['a platform of it, and one that is no more', here([A], [B, C]), A.replace('a', 'd') as typeof A, [B], 'newer'],
    ['another one', here([A]), B, [C], 'newer'],
    ['another one of one platform', here([A]), B, [], 'newer'],
    ['nobody knows which', here([]), A, [B], 'unclear'],
    ['nobody tells the platforms', here([A]), B, undefined, 'unclear'],
  ] as const)('%s', async (_, own, digest, parts, verdict) => {
    expect(await judge(own, { digest, parts: async () => parts })).toBe(verdict)
  })

  it('asks a registry that does not answer once, and the others on', async () => {
    const asked: string[] = []
    const names = ['nginx:1', 'redis:1', 'ghcr.io/acme/shop:1', 'ghcr.io/acme/gone:1', '<bad>'].map((name) => ({
      ...here([A]),
      name,
    }))
    const looked = await lookForNewer(
      names,
      async ({ domain, path }) => {
        asked.push(`${domain}/${path}`)
        if (domain === 'docker.io') throw new AppError('registry-unreachable', { place: domain })
        return path === 'acme/gone' ? undefined : { digest: B, parts: async () => [] }
      },
      signal,
    )
    expect(asked).toEqual(['docker.io/library/nginx', 'ghcr.io/acme/shop', 'ghcr.io/acme/gone'])
    expect(looked).toMatchObject({
      silent: ['docker.io'],
      absent: 2,
      same: 0,
      newer: [{ name: 'ghcr.io/acme/shop:1', digest: B }],
    })
  })
})
