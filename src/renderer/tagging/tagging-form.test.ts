import { describe, expect, it } from 'vitest'
import { habitsOf } from '../../shared/versions.ts'
import type { ListRow } from '../images/image-store.ts'
import { imageWord } from './image-words.ts'
import {
  environmentsOf,
  formOf,
  NO_CHANGES,
  offersOf,
  operationsOf,
  ownVersion,
  rowsNow,
  strategiesOf,
  type TaggingForm,
  versionOffers,
  wouldLose,
} from './tagging-form.ts'

const DATE = new Date(2026, 10, 20, 14, 30)

function row(id: string, ...names: string[]): ListRow {
  return { id, names, repositories: [], size: 1, created: 1 }
}

const rows = [
  row('new'),
  row('old', 'acme/shop:2.4.0', 'acme/shop:2.4', 'acme/shop:2', 'acme/shop:latest'),
  row('prod', 'acme/shop:prod'),
  row('other', 'acme/shop:dev', 'acme/pay:1'),
]
const now = rowsNow(rows, 'acme/shop')

function form(change: Partial<TaggingForm>): TaggingForm {
  return { ...NO_CHANGES, ...change }
}

describe('what was chosen as operations', () => {
  it('gives a version and the shortcuts that follow it', () => {
    expect(operationsOf(form({ version: '2.4.1' }), 'new', now, DATE)).toEqual(
      ['2.4.1', '2.4', '2', 'latest'].map((tag) => ({ type: 'give', tag, id: 'new' })),
    )
    expect(operationsOf(form({ version: '2.4.1', without: ['latest'] }), 'new', now, DATE).length).toBe(3)
    expect(operationsOf(form({ version: '1.0.0' }), 'new', now, DATE).map(({ tag }) => tag)).toEqual([
      '1.0.0',
      '1.0',
      '1',
    ])
    expect(operationsOf(form({ version: 'not a tag' }), 'new', now, DATE)).toEqual([])
  })

  it('keeps a dated tag for an image that would have none, and only for that', () => {
    const moving = form({ added: { prod: 'environment', dev: 'environment', latest: 'typed' } })
    expect(operationsOf(moving, 'new', now, DATE)).toEqual([
      { type: 'give', tag: 'prod', id: 'new', keepAs: 'prod-20261120-1430' },
      { type: 'give', tag: 'dev', id: 'new' },
      { type: 'give', tag: 'latest', id: 'new' },
    ])
    expect(wouldLose(moving, 'new', now, DATE)).toBe(true)
    expect(operationsOf({ ...moving, keep: false }, 'new', now, DATE)[0]).not.toHaveProperty('keepAs')
    expect(wouldLose(form({ added: { latest: 'typed' } }), 'new', now, DATE)).toBe(false)
  })

  it('renames, moves and removes the image’s own tags, once it is clear what is meant', () => {
    const own: TaggingForm['own'] = {
      '2.4': { type: 'rename', to: '2.4-old' },
      '2': { type: 'move', id: 'prod' },
      latest: { type: 'remove' },
    }
    expect(operationsOf(form({ own }), 'old', now, DATE)).toEqual([
      { type: 'give', tag: '2', id: 'prod' },
      { type: 'rename', tag: '2.4', to: '2.4-old' },
      { type: 'remove', tag: 'latest' },
    ])
    const unclear: TaggingForm['own'] = {
      '2.4': { type: 'rename', to: 'a b' },
      '2': { type: 'move', id: '' },
      gone: { type: 'remove' },
      latest: { type: 'rename', to: 'latest' },
    }
    expect(operationsOf(form({ own: unclear }), 'old', now, DATE)).toEqual([])
  })

  it('begins with what was dropped or pressed', () => {
    const dropped = formOf([{ type: 'give', tag: 'latest', id: 'new' }])
    expect(operationsOf(dropped, 'new', now, DATE)).toEqual([{ type: 'give', tag: 'latest', id: 'new' }])
    expect(formOf([{ type: 'remove', tag: 'x' }]).own).toEqual({ x: { type: 'remove' } })
  })
})

describe('what is offered', () => {
  it('is the usual way first, with what the image says', () => {
    const tags = ['sha-860c190', 'sha-860c191', '20250206-1430', 'qa']
    const offers = offersOf({
      habits: habitsOf(tags),
      tags,
      own: ['qa'],
      commit: '2414721ab00deadbeef02414721ab00deadbeef0',
      date: DATE,
      version: '2.4.1',
    })
    expect(offers.map(({ strategy }) => strategy)).toEqual(['commit', 'date', 'environment', 'build'])
    expect(offers[0]?.tags).toEqual(['sha-2414721'])
    expect(offers[1]?.tags).toEqual(['20261120-1430', '20261120'])
    expect(offers[2]?.tags).toEqual(['dev', 'staging', 'prod', '2.4.1-dev', '2.4.1-staging', '2.4.1-prod', '2.4.1-qa'])
    expect(offers[3]?.tags).toEqual(['1'])
  })

  it('is the version the image has or says, else those that may come next', () => {
    const tags = ['2.4.0', '2.4', 'latest']
    expect(versionOffers(['2.4.0', '2.4'], {}, tags)).toEqual(['2.4.0'])
    expect(versionOffers([], { 'org.opencontainers.image.version': '2.4.9' }, tags)).toEqual([
      '2.4.9',
      '2.4.1',
      '2.5.0',
      '3.0.0',
    ])
    expect(versionOffers(['2.5.0-rc.1'], {}, tags)).toEqual(['2.5.0-rc.1', '2.4.1', '2.5.0', '3.0.0'])
    expect(ownVersion(['latest', '2', '2.4.0-prod', '2.4', '2.4.0'])).toBe('2.4.0')
    expect(ownVersion(['latest', 'prod'])).toBeUndefined()
  })

  it('is remembered', () => {
    const used = form({ version: '1.0.0', added: { prod: 'environment', '1.0.0-qa': 'environment', x: 'typed' } })
    expect(strategiesOf(used)).toEqual(['version', 'environment'])
    expect(environmentsOf(used)).toEqual(['prod', 'qa'])
  })
})

describe('how an image is called', () => {
  it('is by another tag, by a name elsewhere, by its number', () => {
    const known = { rows, repository: 'acme/shop' }
    expect(imageWord('old', { ...known, but: ['2.4.0'] })).toBe('2.4')
    expect(imageWord('other', { ...known, but: ['dev'] })).toBe('acme/pay:1')
    expect(imageWord('sha256:0123456789abcdef', known)).toBe('0123456789ab')
  })
})
