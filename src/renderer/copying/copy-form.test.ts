import { describe, expect, it } from 'vitest'
import type { Plan } from '../../shared/contract.ts'
import {
  askedOf,
  type CopyRow,
  clashesOf,
  type Destination,
  isSound,
  NO_FORM,
  suggestedRepository,
  targetsOf,
  wantedOf,
} from './copy-form.ts'

const registry: Destination = { place: { type: 'registry', host: 'reg.example:5000' } }
const hub: Destination = { place: { type: 'registry', host: 'docker.io' }, username: 'lea' }
const library: Destination = { place: { type: 'layout', path: '/library' } }
const shop: CopyRow = { id: 'a', names: ['acme/shop:2', 'acme/shop:latest'], platforms: ['linux/amd64'], size: 1 }
const bare: CopyRow = { id: 'b', names: [], platforms: [], size: 1 }

describe('names at a registry', () => {
  it.each([
    ['acme/shop', registry, 'reg.example:5000/acme/shop'],
    ['nginx', registry, 'reg.example:5000/nginx'],
    ['ghcr.io/acme/shop', registry, 'reg.example:5000/acme/shop'],
    ['reg.example:5000/acme/shop', registry, 'reg.example:5000/acme/shop'],
    ['nginx', hub, 'docker.io/lea/nginx'],
    ['acme/shop', hub, 'docker.io/acme/shop'],
    ['ghcr.io/acme/shop', library, 'ghcr.io/acme/shop'],
  ])('are suggested for %s', (repository, to, there) => {
    expect(suggestedRepository(repository, to)).toBe(there)
  })

  it('go under the repository that was typed, all versions together', () => {
    const form = { ...NO_FORM, repositories: { 'a acme/shop': 'reg.example:5000/team/boutique' } }
    expect(targetsOf(shop, form, registry)).toEqual([
      { source: 'acme/shop:2', name: 'reg.example:5000/team/boutique:2' },
      { source: 'acme/shop:latest', name: 'reg.example:5000/team/boutique:latest' },
    ])
  })

  it.each([
    ['acme/shop', 'host'],
    ['other.example/acme/shop', 'host'],
    ['reg.example:5000/Acme', 'uppercase'],
    ['reg.example:5000/acme shop', 'space'],
    ['reg.example:5000/acme:1', 'tag'],
    ['', 'empty'],
  ])('say what is wrong with “%s”', (typed, problem) => {
    const form = { ...NO_FORM, repositories: { 'a acme/shop': typed } }
    expect(targetsOf(shop, form, registry)[0]).toEqual({ source: 'acme/shop:2', problem })
    expect(isSound([shop], form, registry)).toBe(false)
  })

  it('are needed: an image without one cannot be sent', () => {
    expect(targetsOf(bare, NO_FORM, registry)).toEqual([{ source: '', problem: 'needed' }])
    expect(targetsOf(bare, NO_FORM, library)).toEqual([])
    const none = { ...NO_FORM, off: new Set(['a acme/shop:2', 'a acme/shop:latest']) }
    expect(isSound([shop], none, registry)).toBe(false)
    expect(isSound([shop], none, library)).toBe(true)
  })
})

describe('what is asked for', () => {
  const other: CopyRow = { ...shop, id: 'c', names: ['acme/shop:latest'] }

  it('gives a name to one image only, and says which two want it', () => {
    expect(askedOf([shop, other], NO_FORM, library)[1]?.names).toEqual([])
    expect(clashesOf([shop, other], NO_FORM, library)).toEqual(['acme/shop:latest'])
  })

  it('keeps the former image unless told otherwise', () => {
    const plan: Plan = {
      images: [
        {
          id: 'a',
          present: false,
          layers: [],
          names: [
            { name: 'acme/shop:2', same: false },
            { name: 'acme/shop:latest', same: false, replaces: { id: 'old', created: 0 } },
          ],
        },
      ],
      move: 0,
      total: 0,
      exact: true,
      absent: [],
    }
    const date = new Date(2026, 10, 20, 14, 30)
    const names = (form = NO_FORM) => wantedOf([shop], form, library, plan, date)[0]?.names
    expect(names()).toEqual([
      { name: 'acme/shop:2' },
      { name: 'acme/shop:latest', keepAs: 'acme/shop:latest-20261120-1430' },
    ])
    expect(names({ ...NO_FORM, moves: { 'a acme/shop:latest': 'leave' } })).toEqual([{ name: 'acme/shop:2' }])
    expect(names({ ...NO_FORM, moves: { 'a acme/shop:latest': 'replace' } })).toEqual([
      { name: 'acme/shop:2' },
      { name: 'acme/shop:latest' },
    ])
  })
})
