import { describe, expect, it } from 'vitest'
import { filesOf, hasImages, isOtherSumsName, isSumsName, nextSuffix, partName, setOf, sumsStem } from './sets.ts'

describe('names of parts', () => {
  it.each([
    ['shop.tar.zst.part-001', 'shop.tar.zst', '001'],
    ['shop.tar.part-aa', 'shop.tar', 'aa'],
    ['shop.tar.gz.001', 'shop.tar.gz', '001'],
    ['shop.taraa', 'shop.tar', 'aa'],
    ['shop.tar.ab', 'shop.tar', 'ab'],
    ['shop.tar.gz-00', 'shop.tar.gz', '00'],
    ['xaa', 'x', 'aa'],
    ['shop.tar.part-00', 'shop.tar', '00'],
    ['shop.tar.aab', 'shop.tar', 'aab'],
    ['shop.tar000', 'shop.tar', '000'],
  ])('%s is one of %s', (name, base, suffix) => expect(partName(name)).toMatchObject({ base, suffix }))

  it.each([
    'shop.tar',
    'shop.tar.gz',
    'shop-1.27.tar',
    'notes.txt',
    'box',
    'shop.tar.zst.sha256',
    'SHA256SUMS',
    'tax',
    'shop.tar.zst.gpg',
    'shop.tar.note.json.asc',
  ])('%s is none', (name) => expect(partName(name)).toBeUndefined())

  it('go on as split does (coreutils 9.1)', () => {
    const steps: [string, string][] = [
      ['aa', 'ab'],
      ['az', 'ba'],
      ['yz', 'zaaa'],
      ['zaaz', 'zaba'],
      ['zyzz', 'zzaaaa'],
      ['00', '01'],
      ['09', '10'],
      ['89', '9000'],
      ['9899', '990000'],
    ]
    for (const [one, next] of steps) expect([one, nextSuffix(one, 'split')]).toEqual([one, next])
    // Of a width that was asked for.
    expect(nextSuffix('aaz', 'split')).toBe('aba')
    expect(nextSuffix('aaaz', 'split')).toBe('aaba')
    expect(nextSuffix('009', 'counted')).toBe('010')
    expect(nextSuffix('999', 'counted')).toBe('1000')
  })
})

describe('the set of a part', () => {
  const folder = ['a.tar.part-001', 'a.tar.part-003', 'b.tar.part-001', 'a.tar', 'notes.txt']

  it('is what lies around it, in order, with its gaps named', () => {
    expect(setOf('a.tar.part-003', folder)).toEqual({
      base: 'a.tar',
      parts: ['a.tar.part-001', 'a.tar.part-003'],
      missing: ['a.tar.part-002'],
    })
    expect(setOf('b.tar.part-002', ['b.tar.part-002'])).toMatchObject({ missing: ['b.tar.part-001'] })
  })

  it('is whole only when what the sums name is there', () => {
    const listed = ['a.tar.part-001', 'a.tar.part-002', 'a.tar.part-003', 'a.tar.part-004', 'other.tar.part-009']
    expect(setOf('a.tar.part-001', folder, listed)?.missing).toEqual(['a.tar.part-002', 'a.tar.part-004'])
  })

  it('begins at 0 or at 1, whichever is there', () => {
    expect(setOf('a.tar.001', ['a.tar.000', 'a.tar.001'])?.parts).toEqual(['a.tar.000', 'a.tar.001'])
    expect(setOf('a.tar.002', ['a.tar.001', 'a.tar.002'])?.missing).toEqual([])
    expect(setOf('a.tar.gz.01', ['a.tar.gz.01', 'a.tar.gz.02'])?.missing).toEqual([])
  })

  it('goes on behind 89 as split does, and behind 8999 as a counter does', () => {
    const split = ['89', '9000', '9001'].map((suffix) => `a.tar.part-${suffix}`)
    expect(setOf('a.tar.part-9001', split)?.missing).toContain('a.tar.part-00')
    expect(setOf('a.tar.part-9001', split)?.missing).not.toContain('a.tar.part-8999')
    expect(setOf('a.tar.9001', ['a.tar.8999', 'a.tar.9000', 'a.tar.9001'])?.missing).toContain('a.tar.0001')
  })

  it('needs a neighbour where the name alone could be anything', () => {
    expect(setOf('backup.tar.aa', ['backup.tar.aa'])).toBeUndefined()
    expect(setOf('release.tar.001', ['release.tar.001'])).toBeUndefined()
    expect(setOf('shop.tar', folder)).toBeUndefined()
  })

  it('of more than a few hundred parts keeps its order', () => {
    const names: string[] = []
    for (let suffix = 'aa', count = 0; count < 700; suffix = nextSuffix(suffix, 'split'), count++)
      names.push(`x.tar.part-${suffix}`)
    expect(
      setOf(
        'x.tar.part-aa',
        names.toSorted(() => 0.5 - Math.random()),
      )?.parts,
    ).toEqual(names)
    expect(names).toEqual(names.toSorted())
  })
})

describe('what lies beside a file', () => {
  it.each([
    ['SHA256SUMS', 'SHA256SUMS'],
    ['sha256sum.txt', 'sha256sum.txt'],
    ['checksums.txt', 'checksums.txt'],
    ['shop.tar.zst.sha256', 'shop.tar.zst'],
    ['shop.tar.zst.sha256sum.txt', 'shop.tar.zst'],
    ['shop_1.2_SHA256SUMS', 'shop_1.2'],
    ['shop_checksums.txt', 'shop'],
  ])('%s holds sums', (name, stem) => {
    expect(isSumsName(name)).toBe(true)
    expect(sumsStem(name)).toBe(stem)
  })
  it.each(['MD5SUMS', 'shop.tar.md5', 'shop.tar.sha512', 'SHA512SUMS', 'shop.tar.sha1', 'B2SUMS'])(
    '%s holds sums of another kind',
    (name) => {
      expect(isOtherSumsName(name)).toBe(true)
      expect(isSumsName(name)).toBe(false)
    },
  )
  it.each(['shop.tar', 'shop-sha256.tar', 'md5sum.tar.gz', 'hashes.tar', 'notes.txt'])('%s holds none', (name) => {
    expect(isSumsName(name) || isOtherSumsName(name)).toBe(false)
  })
})

it.each([
  ['shop.tar', true],
  ['shop.tar.zst.gpg', true],
  ['shop.tar.part-001', true],
  ['shop.tar.sha256', false],
  ['shop.tar.note.json.asc', false],
  ['shop.tar.note.txt', false],
  ['photo.jpg', false],
  ['charger.sh', false],
])('%s may have images in it: %s', (name, may) => expect(hasImages(name)).toBe(may))

describe('names given together', () => {
  it('are one file where they are parts of one; sums go with them', () => {
    const given = ['b.tar', 'a.tar.part-002', 'SHA256SUMS', 'a.tar.part-001']
    expect(filesOf(given)).toEqual([
      { name: 'b.tar', beside: ['SHA256SUMS'] },
      { name: 'a.tar.part-001', beside: ['a.tar.part-002', 'SHA256SUMS'] },
    ])
    expect(filesOf(['SHA256SUMS'])).toEqual([{ name: 'SHA256SUMS', beside: [] }])
    const all = ['a.tar.note.txt', 'a.tar.note.json', 'a.tar.note.json.asc', 'a.tar', 'a.tar.md5', 'charger.sh']
    expect(filesOf(all)).toEqual([{ name: 'a.tar', beside: all.filter((name) => name !== 'a.tar') }])
    expect(filesOf(['charger.cmd', 'a.tar.note.json'])).toEqual([{ name: 'a.tar.note.json', beside: ['charger.cmd'] }])
    expect(filesOf(['a.tar', 'b.tar']).map(({ name }) => name)).toEqual(['a.tar', 'b.tar'])
  })
})
