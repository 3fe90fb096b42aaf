import { describe, expect, it } from 'vitest'
import type { ImageRow } from '../../shared/contract.ts'
import { groupImages, type Line, type Sort } from './lines.ts'
import { judgeName, shortName } from './new-name.ts'
import { HEADER, targetOf } from './use-grid-keys.ts'

function row(id: string, names: string[], more: Partial<ImageRow> = {}): ImageRow {
  return { id: `sha256:${id}`, names, repositories: [], size: 1, created: 1, ...more }
}

const byName: Sort = { by: 'name', descending: false }
const { compare } = new Intl.Collator('en', { numeric: true })

function shown(lines: readonly Line[]): string[] {
  return lines.map((line) =>
    line.kind === 'group' ? `${line.repository} (${line.count})` : `- ${line.tags.join(',')} ${line.row.id}`,
  )
}

function listed(rows: ImageRow[], sort = byName, search = ''): string[] {
  return shown(groupImages(rows, { search, sort, compare }))
}

describe('groupImages', () => {
  it('puts images under their repositories, newest first, and the nameless last', () => {
    const rows = [
      row('none', []),
      row('old', ['shop:1'], { created: 5 }),
      row('new', ['shop:2', 'shop:latest'], { created: 9 }),
      row('api', ['api:1']),
    ]
    expect(listed(rows)).toEqual([
      'api (1)',
      '- 1 sha256:api',
      'shop (2)',
      '- 2,latest sha256:new',
      '- 1 sha256:old',
      ' (1)',
      '-  sha256:none',
    ])
  })

  it('lists an image in each repository that names it', () => {
    expect(listed([row('a', ['one:1', 'host.example:5000/two:1'])])).toEqual([
      'host.example:5000/two (1)',
      '- 1 sha256:a',
      'one (1)',
      '- 1 sha256:a',
    ])
  })

  it('keeps a repository known by digest only', () => {
    expect(listed([row('a', [], { repositories: ['alpine'] })])).toEqual(['alpine (1)', '-  sha256:a'])
  })

  it('sorts groups by their largest image, in either direction', () => {
    const rows = [row('s', ['small:1'], { size: 1 }), row('b', ['big:1'], { size: 9 }), row('n', [], { size: 99 })]
    expect(listed(rows, { by: 'size', descending: true }).filter((line) => line.includes('('))).toEqual([
      'big (1)',
      'small (1)',
      ' (1)',
    ])
    expect(listed(rows, { by: 'size', descending: false })[0]).toBe('small (1)')
  })

  it('searches names and ids, word by word', () => {
    const rows = [row('abc', ['acme/shop:2.4']), row('def', ['acme/api:1'])]
    expect(listed(rows, byName, 'ACME 2.4')).toEqual(['acme/shop (1)', '- 2.4 sha256:abc'])
    expect(listed(rows, byName, 'def')).toEqual(['acme/api (1)', '- 1 sha256:def'])
    expect(listed(rows, byName, 'nothing')).toEqual([])
  })
})

describe('judgeName', () => {
  const rows = [row('a', ['acme/shop:1']), row('b', ['acme/shop:2'])]
  const judge = (typed: string, repository = 'acme/shop') => judgeName(typed, repository, 'sha256:a', rows)

  it('reads a bare word as a version of the repository', () => {
    expect(judge('3')).toEqual({ type: 'free', name: 'acme/shop:3' })
  })

  it('reads a whole name as it is', () => {
    expect(judge('other/thing:1')).toEqual({ type: 'free', name: 'other/thing:1' })
    expect(judge('thing', '')).toEqual({ type: 'free', name: 'thing:latest' })
  })

  it('tells a name of another image from its own', () => {
    expect(judge('2')).toEqual({ type: 'taken', name: 'acme/shop:2', by: rows[1] })
    expect(judge('1')).toEqual({ type: 'has', name: 'acme/shop:1' })
  })

  it.each([
    ['a b', 'space'],
    ['https://x/y:1', 'scheme'],
    ['Shop:1', 'uppercase'],
    ['-bad', 'tag'],
    [`x@sha256:${'a'.repeat(64)}`, 'digest'],
  ])('refuses %s', (typed, problem) => {
    expect(judge(typed)).toEqual({ type: 'problem', problem })
  })

  it('says nothing before anything is typed', () => {
    expect(judge('  ')).toEqual({ type: 'empty' })
  })
})

describe('shortName', () => {
  it('is the tag in its own repository, the whole name elsewhere', () => {
    expect(shortName('acme/shop:1', 'acme/shop')).toBe('1')
    expect(shortName('acme/shop:1', 'api')).toBe('acme/shop:1')
  })
})

describe('targetOf', () => {
  const lines = groupImages([row('a', ['a:1']), row('b', ['b:1'])], { sort: byName, compare })
  it('goes from image to image, over the group lines', () => {
    expect(targetOf('ArrowDown', 1, lines)).toBe(3)
    expect(targetOf('ArrowUp', 3, lines)).toBe(1)
    expect(targetOf('End', 1, lines)).toBe(3)
    expect(targetOf('PageDown', 1, lines)).toBe(3)
  })
  it('goes up to the column headers and back', () => {
    expect(targetOf('ArrowUp', 1, lines)).toBe(HEADER)
    expect(targetOf('ArrowDown', HEADER, lines)).toBe(1)
  })
})
