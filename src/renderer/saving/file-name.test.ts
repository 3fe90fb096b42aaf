import { describe, expect, it } from 'vitest'
import { joinPath, nameProblem, suggestedFile, withExtension } from './file-name.ts'

const date = new Date(2026, 10, 20)
const several = (first: string, others: number) => `${first}-and-${others}`

describe('suggestedFile', () => {
  it('takes the most telling version and the day', () => {
    const images = [['acme/shop:2', 'acme/shop:2.4.1', 'acme/shop:latest']]
    expect(suggestedFile({ images, date, method: 'zstd', several })).toBe('acme-shop-2.4.1-2026-11-20.tar.zst')
  })

  it('leaves out the registry, and `latest` only when there is better', () => {
    const images = [['registry.example:5000/tools/nginx:latest']]
    expect(suggestedFile({ images, date, method: 'gzip', several })).toBe('tools-nginx-latest-2026-11-20.tar.gz')
  })

  it('counts the others when there are several', () => {
    const images = [['acme/shop:1'], ['api:1'], []]
    expect(suggestedFile({ images, date, method: 'none', several })).toBe('acme-shop-and-2-2026-11-20.tar')
  })

  it.each([
    ['underscore', 'acme-shop-1_2026-11-20.tar'],
    ['minute', 'acme-shop-1_2026-11-20_0905.tar'],
    ['none', 'acme-shop-1.tar'],
  ] as const)('has the day as people archive: %s', (form, name) => {
    const images = [['acme/shop:1']]
    const morning = new Date(2026, 10, 20, 9, 5)
    expect(suggestedFile({ images, date: morning, form, method: 'none', several })).toBe(name)
  })

  it('finds a name for the nameless', () => {
    expect(suggestedFile({ images: [[]], date, method: 'bzip2', several })).toBe('image-2026-11-20.tar.bz2')
  })
})

describe('withExtension', () => {
  it('follows the compression and keeps the stem', () => {
    expect(withExtension('mine.v2.tar.gz', 'zstd')).toBe('mine.v2.tar.zst')
    expect(withExtension('mine.tgz', 'none')).toBe('mine.tar')
    expect(withExtension('mine', 'gzip')).toBe('mine.tar.gz')
  })

  it('says that a password protects it', () => {
    expect(withExtension('mine.tar.zst', 'zstd', true)).toBe('mine.tar.zst.gpg')
    expect(withExtension('mine.tar.zst.gpg', 'gzip', true)).toBe('mine.tar.gz.gpg')
    expect(withExtension('mine.tar.zst.gpg', 'none')).toBe('mine.tar')
    const images = [['acme/shop:1']]
    expect(suggestedFile({ images, date, method: 'zstd', protects: true, several })).toBe(
      'acme-shop-1-2026-11-20.tar.zst.gpg',
    )
  })
})

describe('joinPath', () => {
  it('joins as the host does', () => {
    expect(joinPath('/', 'a.tar')).toBe('/a.tar')
    expect(joinPath('/home/lea', 'a.tar')).toBe('/home/lea/a.tar')
    expect(joinPath('D:\\keys', 'a.tar')).toBe('D:\\keys\\a.tar')
  })
})

describe('nameProblem', () => {
  it('wants a name, without folders in it', () => {
    expect(nameProblem(' ')).toBe('save.nameEmpty')
    expect(nameProblem('a/b.tar')).toBe('save.nameSlash')
    expect(nameProblem('a.tar')).toBeUndefined()
  })
})
