import { describe, expect, it } from 'vitest'
import type { Offered } from '../../shared/contract-get.ts'
import { type Got, gotRow, mergedRows } from './got.ts'
import { groupOffers } from './offer-groups.ts'

const INDEX = `sha256:${'a'.repeat(64)}`
const AMD = `sha256:${'b'.repeat(64)}`
const ARM = `sha256:${'c'.repeat(64)}`
const at = { host: 'docker.io', repository: 'library/nginx' }
const platforms: Offered['platforms'] = [
  { platform: 'linux/amd64', digest: AMD, size: 10 },
  { platform: 'linux/arm64/v8', digest: ARM, size: 20 },
]
const got: Got = { at, offer: { digest: INDEX, platforms, size: 30 }, names: ['nginx:1'] }

describe('the row of an image that is got', () => {
  it.each([
    ['everything for a place that takes all', got, undefined, [INDEX, 2, 30]],
    ['what an engine runs', got, 'linux/arm64', [ARM, 1, 20]],
    ['what was chosen, whatever the engine runs', { ...got, platform: 'linux/amd64' }, 'linux/arm64', [AMD, 1, 10]],
    ['everything where there is none for the engine: the copy says so', got, 'windows/amd64', [INDEX, 2, 30]],
    [
      'everything where the platforms’ own digests are not told',
      { ...got, offer: { digest: INDEX, platforms: [{ platform: 'linux/amd64' }] } },
      'linux/amd64',
      [INDEX, 1, 0],
    ],
  ])('is %s', (_, wanted: Got, platform, [id, count, size]) => {
    const row = gotRow(wanted, platform)
    expect([row.id, row.platforms.length, row.size]).toEqual([id, count, size])
    expect(row).toMatchObject({ names: ['nginx:1'], place: { type: 'registry', ...at } })
  })

  it('is one for two names of one image', () => {
    const rows = mergedRows([gotRow(got, undefined), gotRow({ ...got, names: ['nginx:latest'] }, undefined)])
    expect(rows.map(({ names }) => names)).toEqual([['nginx:1', 'nginx:latest']])
  })
})

describe('versions in groups', () => {
  const offer = (tag: string, digest?: string, pushed?: number): Offered => ({
    tag,
    platforms: [],
    ...(digest === undefined ? {} : { digest }),
    ...(pushed === undefined ? {} : { pushed }),
  })

  it('are the same by their digest, in the order they are met, the most telling tag first', () => {
    const groups = groupOffers([
      offer('latest', INDEX, 3),
      offer('alpine', AMD, 2),
      offer('1', INDEX, 4),
      offer('1.27.3', INDEX, 1),
    ])
    expect(groups.map(({ tags, pushed }) => [tags, pushed])).toEqual([
      [['1.27.3', '1', 'latest'], 4],
      [['alpine'], 2],
    ])
  })

  it('are the same by their platforms where the digest is not told, and never by nothing', () => {
    const parts = { platforms }
    const groups = groupOffers([{ ...offer('1'), ...parts }, { ...offer('2'), ...parts }, offer('3'), offer('4')])
    expect(groups.map(({ tags }) => tags)).toEqual([['1', '2'], ['3'], ['4']])
  })
})
