import { describe, expect, it } from 'vitest'
import type { Archive, ArchiveImage, Plan } from '../../shared/contract.ts'
import {
  askedOf,
  clashes,
  isTicked,
  loadCommand,
  NO_CHOICES,
  nameKey,
  otherPlatforms,
  wantedOf,
} from './load-choices.ts'

const amd64 = { os: 'linux', architecture: 'amd64' }
const arm64 = { os: 'linux', architecture: 'arm64' }
const date = new Date(2026, 10, 20, 14, 30)

function image(id: string, names: string[], platform = amd64): ArchiveImage {
  return { id, names, platform, created: 0, size: 1, layers: [] }
}

function archive(images: ArchiveImage[], more: Partial<Archive> = {}): Archive {
  return {
    path: '/media/key/march.tar',
    format: 'docker-archive',
    compression: 'none',
    fileSize: 1,
    tarSize: 1,
    checked: 'index',
    problems: [],
    images,
    absent: [],
    ...more,
  }
}

function plan(images: Plan['images']): Plan {
  return { images, move: 0, total: 0, exact: true, absent: [] }
}

const shop = image('shop', ['acme/shop:2', 'acme/shop:latest'])
const moving = plan([
  {
    id: 'shop',
    present: false,
    layers: [],
    names: [
      { name: 'acme/shop:2', same: false },
      { name: 'acme/shop:latest', same: false, replaces: { id: 'old', created: 1 } },
    ],
  },
])

describe('wantedOf', () => {
  it('keeps the image that has a name now under a dated one, unless told otherwise', () => {
    expect(wantedOf([shop], NO_CHOICES, moving, date)).toEqual([
      {
        id: 'shop',
        names: [{ name: 'acme/shop:2' }, { name: 'acme/shop:latest', keepAs: 'acme/shop:latest-20261120-1430' }],
      },
    ])
  })

  it('replaces without keeping when that was chosen', () => {
    const choices = { ...NO_CHOICES, moves: { [nameKey('shop', 'acme/shop:latest')]: 'replace' as const } }
    expect(wantedOf([shop], choices, moving, date)[0]?.names).toEqual([
      { name: 'acme/shop:2' },
      { name: 'acme/shop:latest' },
    ])
  })

  it('leaves a name where it is when that was chosen', () => {
    const choices = { ...NO_CHOICES, moves: { [nameKey('shop', 'acme/shop:latest')]: 'leave' as const } }
    expect(wantedOf([shop], choices, moving, date)[0]?.names).toEqual([{ name: 'acme/shop:2' }])
  })

  it('leaves out names taken away and adds a valid one given to the nameless', () => {
    const choices = {
      ...NO_CHOICES,
      off: new Set([nameKey('shop', 'acme/shop:2')]),
      given: { bare: 'tool', odd: 'A b' },
    }
    expect(wantedOf([shop, image('bare', []), image('odd', [])], choices, undefined, date)).toEqual([
      { id: 'shop', names: [{ name: 'acme/shop:latest' }] },
      { id: 'bare', names: [{ name: 'tool:latest' }] },
      { id: 'odd', names: [] },
    ])
  })
})

describe('images for several platforms under one name', () => {
  const pc = image('pc', ['tool:1'])
  const arm = image('arm', ['tool:1'], arm64)

  it('leaves out the one that is not for the engine', () => {
    expect([...otherPlatforms([arm, pc], amd64)]).toEqual(['arm'])
    expect([...otherPlatforms([pc, arm], arm64)]).toEqual(['pc'])
  })

  it('takes the first when none fits', () => {
    expect([...otherPlatforms([pc, arm], { os: 'windows', architecture: 'amd64' })]).toEqual(['arm'])
  })

  it('asks for the shared name once, with the one for the engine', () => {
    expect(askedOf(archive([arm, pc]), NO_CHOICES, amd64)).toEqual([
      { id: 'arm', names: [] },
      { id: 'pc', names: [{ name: 'tool:1' }] },
    ])
  })

  it('says when both are ticked', () => {
    expect(clashes([pc, arm], NO_CHOICES)).toEqual(['tool:1'])
    expect(clashes([pc, arm], { ...NO_CHOICES, off: new Set([nameKey('arm', 'tool:1')]) })).toEqual([])
  })
})

describe('isTicked', () => {
  const there = plan([{ id: 'shop', present: true, layers: [], names: [{ name: 'acme/shop:2', same: true }] }])
  const situation = { archive: archive([shop]), choices: NO_CHOICES, engine: amd64, plan: undefined }

  it('takes what is not there yet', () => {
    expect(isTicked(shop, situation)).toBe(true)
  })

  it('leaves what is there already, identical', () => {
    expect(isTicked(shop, { ...situation, plan: there })).toBe(false)
  })

  it('takes what is there but would get a name', () => {
    const named = plan([{ id: 'shop', present: true, layers: [], names: [{ name: 'x:1', same: false }] }])
    expect(isTicked(shop, { ...situation, plan: named })).toBe(true)
  })

  it('takes nothing of a damaged file unasked', () => {
    const damaged = { ...situation, archive: archive([shop], { checked: 'problems' }) }
    expect(isTicked(shop, damaged)).toBe(false)
    expect(isTicked(shop, { ...damaged, choices: { ...NO_CHOICES, ticked: { shop: true } } })).toBe(true)
  })
})

describe('loadCommand', () => {
  const here = { id: 'default', current: true }
  const asIs = [{ id: 'shop', names: [{ name: 'acme/shop:2' }, { name: 'acme/shop:latest' }] }]

  it('is the line that does the same', () => {
    expect(loadCommand(archive([shop]), asIs, here, false)).toBe('docker load -i /media/key/march.tar')
  })

  it('quotes what a shell would split', () => {
    const path = "/media/my key/l'été.tar.gz"
    expect(loadCommand(archive([shop], { path, compression: 'gzip' }), asIs, here, false)).toBe(
      String.raw`docker load -i '/media/my key/l'\''été.tar.gz'`,
    )
    expect(loadCommand(archive([shop], { path: 'D:\\my key\\a.tar' }), asIs, here, true)).toBe(
      'docker load -i "D:\\my key\\a.tar"',
    )
  })

  it('names the context of another engine', () => {
    expect(loadCommand(archive([shop]), asIs, { id: 'rootless', current: false }, false)).toBe(
      'docker --context rootless load -i /media/key/march.tar',
    )
  })

  it('is not shown where it would do something else', () => {
    const kept = [{ id: 'shop', names: [{ name: 'acme/shop:2' }, { name: 'acme/shop:latest', keepAs: 'x:1' }] }]
    expect(loadCommand(archive([shop]), kept, here, false)).toBeUndefined()
    expect(loadCommand(archive([shop, image('b', ['b:1'])]), asIs, here, false)).toBeUndefined()
    expect(loadCommand(archive([shop], { compression: 'zstd' }), asIs, here, false)).toBeUndefined()
  })
})
