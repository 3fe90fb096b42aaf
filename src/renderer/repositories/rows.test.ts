import { describe, expect, it } from 'vitest'
import type { RepositoryInfo } from '../../shared/contract-portal.ts'
import { arranged, columnsOf, type Filter, type Sort, visibilitiesIn } from './rows.ts'

const rows: readonly RepositoryInfo[] = [
  { path: 'lea/shop', visibility: 'public', description: 'A small shop', pulls: 40, pushed: 3, pages: {} },
  { path: 'lea/api10', visibility: 'private', pages: {} },
  { path: 'lea/api9', visibility: 'private', pulls: 0, pushed: 9, pages: {} },
  { path: 'acme/web', visibility: 'unknown', pulls: 900, pages: {} },
]
const ALL: Filter = { words: [], visibility: undefined, namespace: undefined }
const { compare } = new Intl.Collator('en', { numeric: true })

function paths(filter: Partial<Filter>, sort: Sort = { by: 'name', descending: false }): string[] {
  return arranged(rows, { ...ALL, ...filter }, sort, compare).map(({ path }) => path)
}

describe('repositories in a list', () => {
  it('are found by words of their name and description, by who sees them, by whose they are', () => {
    expect(paths({ words: ['small', 'lea'] })).toEqual(['lea/shop'])
    expect(paths({ visibility: 'private' })).toEqual(['lea/api9', 'lea/api10'])
    expect(paths({ namespace: 'acme' })).toEqual(['acme/web'])
    expect(paths({ namespace: 'le' })).toEqual([])
  })

  it('go by every column both ways; what is not told stays last', () => {
    expect(paths({}, { by: 'pulls', descending: true })).toEqual(['acme/web', 'lea/shop', 'lea/api9', 'lea/api10'])
    expect(paths({}, { by: 'pulls', descending: false })).toEqual(['lea/api9', 'lea/shop', 'acme/web', 'lea/api10'])
    expect(paths({}, { by: 'pushed', descending: true })).toEqual(['lea/api9', 'lea/shop', 'acme/web', 'lea/api10'])
    expect(paths({}, { by: 'name', descending: true })[0]).toBe('lea/shop')
    expect(paths({}, { by: 'visibility', descending: false })).toEqual([
      'lea/shop',
      'lea/api9',
      'lea/api10',
      'acme/web',
    ])
  })

  it('have the columns that say something of one of them, and the filters that part them', () => {
    expect(columnsOf(rows)).toEqual(['name', 'visibility', 'pulls', 'pushed'])
    expect(columnsOf(rows.slice(1, 2))).toEqual(['name', 'visibility'])
    expect(visibilitiesIn(rows)).toEqual(['public', 'private', 'unknown'])
  })
})
