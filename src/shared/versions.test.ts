import { describe, expect, it } from 'vitest'
import { datedName } from './reference.ts'
import {
  cascade,
  commitOf,
  commitTag,
  compareVersions,
  dateTags,
  environmentTag,
  habitsOf,
  isEarly,
  isKeptTag,
  nextBuild,
  nextVersions,
  readBuild,
  readDate,
  readEnvironment,
  readVersion,
  type TagNow,
  type Version,
  versionOf,
} from './versions.ts'

function version(tag: string): Version {
  const read = readVersion(tag)
  if (!read) throw new Error(`no version: ${tag}`)
  return read
}

/** The tags as a cascade leaves them. */
function published(now: readonly TagNow[], tag: string, image: string): TagNow[] {
  const moved = cascade(tag, image, now).steps.filter(({ action }) => action === 'new' || action === 'move')
  const names = new Set(moved.map((step) => step.tag))
  return [...now.filter((one) => !names.has(one.tag)), ...[...names].map((name) => ({ tag: name, image }))]
}

function steps(tag: string, now: Record<string, string>): string[] {
  const list = Object.entries(now).map(([name, image]) => ({ tag: name, image }))
  return cascade(tag, 'new', list).steps.map((step) => `${step.action} ${step.tag}`)
}

describe('tags read as versions', () => {
  it.each([
    // tag, lead, numbers, early, build, variant; as they are on Docker Hub
    ['1.2.3', '', '1.2.3', '', '', ''],
    ['v1.2.3', 'v', '1.2.3', '', '', ''],
    ['17', '', '17', '', '', ''],
    ['22.04', '', '22.04', '', '', ''],
    ['24.8.4.13', '', '24.8.4.13', '', '', ''],
    ['1.2.3-alpine', '', '1.2.3', '', '', 'alpine'],
    ['20.11.0-alpine3.19', '', '20.11.0', '', '', 'alpine3.19'],
    ['8.3.1-fpm-bookworm', '', '8.3.1', '', '', 'fpm-bookworm'],
    ['1.18.2-otp-27', '', '1.18.2', '', '', 'otp-27'],
    ['1.2.3-prod', '', '1.2.3', '', '', 'prod'],
    ['1.2.3-rc.1', '', '1.2.3', 'rc.1', '', ''],
    ['1.2.3-rc-1', '', '1.2.3', 'rc.1', '', ''],
    ['1.2.3-rc.1-alpine', '', '1.2.3', 'rc.1', '', 'alpine'],
    ['1.2.3-alpine-rc1', '', '1.2.3', 'rc.1', '', 'alpine'],
    ['1.23rc1-alpine', '', '1.23', 'rc.1', '', 'alpine'],
    ['17beta2', '', '17', 'beta.2', '', ''],
    ['3.13.0a4-slim', '', '3.13.0', 'a.4', '', 'slim'],
    ['8.4.0RC1-fpm', '', '8.4.0', 'rc.1', '', 'fpm'],
    ['11.0.0-M5-jdk21', '', '11.0.0', 'm.5', '', 'jdk21'],
    ['9.0.0.M17', '', '9.0.0', 'm.17', '', ''],
    ['1.2.3-dev', '', '1.2.3', 'dev', '', ''],
    ['1.2.3-SNAPSHOT', '', '1.2.3', 'snapshot', '', ''],
    ['21.0.5_11-jre', '', '21.0.5', '', '11', 'jre'],
    ['1.2.3-456', '', '1.2.3', '', '456', ''],
    ['1.2.3-debian-12-r5', '', '1.2.3', '', '5', 'debian-12'],
  ])('reads %s', (tag, lead, numbers, early, build, variant) => {
    expect(readVersion(tag)).toEqual({
      lead,
      numbers: numbers.split('.'),
      early: early.split('.').filter(Boolean),
      build: build.split('.').filter(Boolean),
      variant,
    })
  })

  it.each([
    ...['latest', 'alpine', 'main', 'nightly', 'prod', '20250206', '20250206-1430', '2025-02-06'],
    ...['1.2.3-14-g2414721', '1.2.3-2414721ab', 'sha-860c190', '860c190', '1.2.3.4.5', '1.2.3alpine', 'jdk21'],
    ...['1.2-20261120-1430', 'v1.2.3-20261120-1430-2', '1.2.3-', 'build-42', 'v'],
  ])('does not take %s for one', (tag) => {
    expect(readVersion(tag)).toBeUndefined()
  })

  it('knows the names kept by us for what they are', () => {
    for (const tag of ['latest', '1.2', 'v1.2.3-alpine']) {
      const [, kept = ''] = datedName(`acme/shop:${tag}`, new Date()).split(':')
      expect(isKeptTag(kept)).toBe(true)
      expect(readVersion(kept)).toBeUndefined()
    }
    expect(isKeptTag('1.2.3-20259999-1430')).toBe(false)
  })

  it('orders them as semver does', () => {
    // semver 2.0.0, section 11.
    const order = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11']
    order.push('1.0.0-rc.1', '1.0.0', '1.0.0-1', '1.0.0-2', '1.0.0-11', '1.0.1', '1.2.0', '1.10.0', '2.0.0', '11.0.0')
    for (const [index, left] of order.entries())
      for (const [at, right] of order.entries())
        expect(Math.sign(compareVersions(version(left), version(right))), `${left} ${right}`).toBe(
          Math.sign(index - at),
        )
    expect(compareVersions(version('1.0.0rc10'), version('1.0.0rc9'))).toBe(1)
    expect(compareVersions(version('22.04'), version('22.4'))).toBe(0)
    expect(compareVersions(version('1.2'), version('1.2.0'))).toBe(-1)
    expect(compareVersions(version('9007199254740993.0'), version('9007199254740992.0'))).toBe(1)
  })
})

describe('the cascade', () => {
  it('gives a first version all its shortcuts', () => {
    expect(steps('1.2.3', {})).toEqual(['new 1.2.3', 'new 1.2', 'new 1', 'new latest'])
    expect(steps('v1.2.3', {})).toEqual(['new v1.2.3', 'new v1.2', 'new v1', 'new latest'])
    expect(steps('17.2', {})).toEqual(['new 17.2', 'new 17', 'new latest'])
    expect(steps('17', {})).toEqual(['new 17', 'new latest'])
    expect(steps('21.0.5_11-jre', {})).toEqual([
      'new 21.0.5_11-jre',
      'new 21.0.5-jre',
      'new 21.0-jre',
      'new 21-jre',
      'new jre',
    ])
  })

  it('keeps to its variant', () => {
    expect(steps('1.2.3-alpine', { '1.9.0': 'a', latest: 'a', '1.2.2-alpine': 'b', alpine: 'b' })).toEqual([
      'new 1.2.3-alpine',
      'new 1.2-alpine',
      'new 1-alpine',
      'move alpine',
    ])
    expect(steps('1.2.3-alpine', { 'latest-alpine': 'b', '1.2.2-alpine': 'b' }).at(-1)).toBe('move latest-alpine')
  })

  it('moves a shortcut only for the newest of those it stands for', () => {
    const now = { '2.0.0': 'c', '2.0': 'c', '2': 'c', latest: 'c', '1.9.4': 'b', '1.9': 'b', '1': 'b' }
    expect(steps('1.9.5', now)).toEqual(['new 1.9.5', 'move 1.9', 'move 1', 'stay latest'])
    expect(steps('1.8.7', now)).toEqual(['new 1.8.7', 'new 1.8', 'stay 1', 'stay latest'])
    expect(cascade('1.8.7', 'x', [{ tag: '1.9.4', image: 'b' }]).steps.at(-1)).toMatchObject({
      action: 'stay',
      why: { type: 'newer', by: '1.9.4' },
    })
  })

  it('makes no 0 of a 0.3.1, and keeps one that is there', () => {
    expect(steps('0.3.1', {})).toEqual(['new 0.3.1', 'new 0.3', 'new latest'])
    expect(steps('0.3.1', { '0': 'a', '0.3.0': 'a' })).toEqual(['new 0.3.1', 'new 0.3', 'move 0', 'new latest'])
  })

  it('leaves shortcuts alone for what is early, and is not kept from them by what is', () => {
    expect(cascade('2.0.0-rc.1', 'x', [{ tag: 'latest', image: 'a' }])).toEqual({
      steps: [{ tag: '2.0.0-rc.1', action: 'new', why: { type: 'asked' } }],
      alone: 'early',
    })
    expect(steps('1.2.3', { '2.0.0-rc.1': 'r', '1.2.2': 'a', latest: 'a' })).toContain('move latest')
    expect(cascade('nightly', 'x', []).alone).toBe('no-version')
  })

  it('does not go back from what a person gave the shortcut to by hand', () => {
    expect(steps('1.9.0', { '2.0.0-rc.1': 'r', latest: 'r' }).at(-1)).toBe('stay latest')
    expect(steps('1.9.0', { '2.0.0-alpine': 'r', latest: 'r' }).at(-1)).toBe('stay latest')
    expect(steps('2.0.0', { '2.0.0-rc.1': 'r', latest: 'r' }).at(-1)).toBe('move latest')
  })

  it('says where what a shortcut names has no version', () => {
    const [, , , latest] = cascade('1.2.3', 'x', [{ tag: 'latest', image: 'unknown' }]).steps
    expect(latest).toEqual({ tag: 'latest', action: 'move', from: 'unknown', why: { type: 'unversioned' } })
  })

  it('is not misled by a name kept when one moved', () => {
    expect(steps('1.2.3', { '1.2-20261120-1430': 'a', '1.2.2': 'a', '1.2': 'b' })).toContain('move 1.2')
  })
})

/** mulberry32: the same sequences each run. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const VARIANTS = ['', '', '', '-alpine', '-slim'] as const
const EARLY = ['', '', '', '-rc.1', '-beta.2', '-dev'] as const

/** Releases that differ in precedence, early ones among them, and tags that are no version. */
function randomTags(next: (below: number) => number): string[] {
  const lead = next(3) === 0 ? 'v' : ''
  const size = 2 + next(3)
  const tags = Array.from({ length: 1 + next(12) }, () => {
    const numbers = Array.from({ length: size }, () => String(next(4))).join('.')
    return `${lead}${numbers}${EARLY[next(EARLY.length)]}${VARIANTS[next(VARIANTS.length)]}`
  })
  return [...new Set(tags)]
}

function shuffled<T>(values: readonly T[], next: (below: number) => number): T[] {
  const left = [...values]
  return values.map(() => left.splice(next(left.length), 1)[0] as T)
}

/** The newest version of the image a shortcut names, by the tags that are there. */
function newestOf(tag: string, now: readonly TagNow[]): Version | undefined {
  const image = now.find((one) => one.tag === tag)?.image
  const own = now.filter((one) => one.image === image && one.tag !== tag).flatMap((one) => readVersion(one.tag) ?? [])
  return own.toSorted((one, other) => compareVersions(other, one))[0]
}

function imageOf(tag: string): string {
  return `image of ${tag}`
}

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed)

describe('cascades of any versions', () => {
  it.each(SEEDS)('never move a shortcut backwards, and are done once (%i)', (seed) => {
    let now: TagNow[] = []
    for (const tag of randomTags(random(seed))) {
      for (const step of cascade(tag, imageOf(tag), now).steps.slice(1)) {
        const [former, moving] = [newestOf(step.tag, now), readVersion(tag)]
        if (step.action === 'move' && former && moving)
          expect(compareVersions(moving, former)).toBeGreaterThanOrEqual(0)
      }
      now = published(now, tag, imageOf(tag))
      const again = cascade(tag, imageOf(tag), now).steps.map(({ action }) => action)
      expect(again.filter((action) => action === 'new' || action === 'move')).toEqual([])
    }
  })

  it.each(SEEDS)('end alike in whatever order they came, each shortcut with its newest (%i)', (seed) => {
    const next = random(seed)
    const tags = randomTags(next)
    const ends = [tags, tags.toReversed(), shuffled(tags, next)].map((order) => {
      const now = order.reduce<TagNow[]>((sofar, tag) => published(sofar, tag, imageOf(tag)), [])
      return Object.fromEntries(now.map((one) => [one.tag, one.image]).toSorted())
    })
    expect(ends[1]).toEqual(ends[0])
    expect(ends[2]).toEqual(ends[0])
    const releases = tags.map(version).filter((one) => !isEarly(one) && one.variant === '')
    const newest = releases.toSorted((one, other) => compareVersions(other, one))[0]
    expect(ends[0]?.['latest']).toBe(newest && imageOf(`${newest.lead}${newest.numbers.join('.')}`))
  })
})

describe('other ways to tag', () => {
  it('reads and makes dates', () => {
    expect(readDate('20250206')).toEqual({ day: '20250206' })
    expect(readDate('20250206-1430')).toEqual({ day: '20250206', time: '1430' })
    expect(readDate('2025-02-06')).toEqual({ day: '20250206' })
    for (const none of ['20251301', '20250230', '20250206-2560', '12345678', '2025-0206'])
      expect(readDate(none)).toBeUndefined()
    expect(dateTags(new Date(2025, 1, 6, 14, 5))).toEqual({ day: '20250206', minute: '20250206-1405' })
  })

  it('finds the commit an image was made from', () => {
    const commit = '2414721ab00deadbeef02414721ab00deadbeef0'
    expect(commitOf({ 'org.opencontainers.image.revision': commit })).toBe(commit)
    expect(commitOf({ 'org.opencontainers.image.revision': 'unknown', 'vcs-ref': '2414721' })).toBe('2414721')
    expect(commitOf({})).toBeUndefined()
    expect(commitTag(commit)).toBe('2414721')
    expect(commitTag(`sha-${commit}`, 'sha-')).toBe('sha-2414721')
    for (const none of ['', 'main', '24147', 'xyz4721']) expect(commitTag(none)).toBeUndefined()
  })

  it('finds the version an image says it is', () => {
    expect(versionOf({ 'org.opencontainers.image.version': '1.2.3' })).toBe('1.2.3')
    expect(versionOf({ 'org.opencontainers.image.version': 'main' })).toBeUndefined()
    // A tag cannot hold it.
    expect(versionOf({ 'org.opencontainers.image.version': '1.2.3+5' })).toBeUndefined()
  })

  it('reads environments and builds', () => {
    expect(readEnvironment('prod')).toEqual({ environment: 'prod' })
    expect(readEnvironment('1.2.3-prod')).toEqual({ environment: 'prod', version: '1.2.3' })
    expect(readEnvironment('shop-prod')).toBeUndefined()
    expect(environmentTag('staging', '1.2.3')).toBe('1.2.3-staging')
    expect(readBuild('build-42')).toEqual({ lead: 'build-', number: 42 })
    expect(readBuild('42')).toEqual({ lead: '', number: 42 })
    expect(readBuild('20250206')).toBeUndefined()
    expect(nextBuild(['b7', 'b12', '99'], 'b')).toBe('b13')
    expect(nextBuild([], '')).toBe('1')
  })

  it('learns how a repository is tagged', () => {
    expect(habitsOf(['v1.2.3', 'v1.2', 'v1', 'latest', 'v1.2.3-alpine'])).toMatchObject({
      strategies: ['version'],
      lead: 'v',
      numbers: 3,
      variants: ['alpine'],
    })
    expect(habitsOf(['41', '42', '43', 'latest'])).toMatchObject({ strategies: ['build'], buildLead: '' })
    expect(habitsOf(['16', '17', '17.2', '16.6']).strategies).toEqual(['version'])
    expect(habitsOf(['sha-860c190', 'sha-860c191', '20250206-1430'])).toMatchObject({
      strategies: ['commit', 'date'],
      commitLead: 'sha-',
      minutes: true,
    })
    expect(habitsOf(['dev', 'prod', '1.2.3-prod']).strategies).toEqual(['environment', 'version'])
    expect(habitsOf(['latest-20261120-1430', 'latest']).strategies).toEqual([])
  })

  it('offers the versions that may come next', () => {
    expect(nextVersions(['1.2.3', '1.2', '1', 'latest', '2.0.0-rc.1'])).toEqual(['1.2.4', '1.3.0', '2.0.0'])
    expect(nextVersions(['v1.9', 'v1.10'])).toEqual(['v1.11', 'v2.0'])
    expect(nextVersions(['latest'])).toEqual(['1.0.0'])
  })
})
