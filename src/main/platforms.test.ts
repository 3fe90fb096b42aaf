import { describe, expect, it } from 'vitest'
import { AppError } from '../shared/errors.ts'
import type { Digest } from '../shared/reference.ts'
import { wholeDigest } from './format/bundle.ts'
import type { Image } from './place/place.ts'
import { onePlatform, together, withPlatforms } from './platforms.ts'

function digest(letter: string): Digest {
  return `sha256:${letter.repeat(64)}`
}

function leaf(letter: string, architecture: string, variant?: string): Image {
  const platform = { os: 'linux', architecture, ...(variant ? { variant } : {}) }
  return { id: digest(letter), digest: digest(letter), names: [], platform, layers: [], created: 0 }
}

function index(letter: string, name: string, parts: readonly Image[]): Image {
  const manifest = new TextEncoder().encode(JSON.stringify({ manifests: parts.map(({ id }) => ({ digest: id })) }))
  return { ...leaf(letter, 'amd64'), names: [name], manifest, parts }
}

const [x, y, z] = [leaf('a', 'amd64'), leaf('b', 'arm64'), leaf('c', 'amd64')]
const one = index('1', 'app:1', [x, y])
const two = index('2', 'app:2', [z, y])

describe('platforms of one name', () => {
  it('go together as their index, in any order, and one that two indexes share goes with both', () => {
    for (const asked of [
      [x, y, z],
      [y, x, z],
      [z, y, x],
    ]) {
      const gathered = together(asked, [one, two])
      expect(gathered.map(({ names, parts }) => [names, parts?.map(({ id }) => id)])).toEqual([
        [['app:1'], [x.id, y.id]],
        [['app:2'], [z.id, y.id]],
      ])
    }
    expect(together([x], [one, two])).toEqual([x])
    expect(together([x, z], [one, two])).toEqual([x, z])
  })

  it('keep the index’s digest only when all of it comes along', () => {
    expect(wholeDigest(one)).toBe(one.id)
    expect(wholeDigest({ ...one, parts: [x] })).toBeUndefined()
    expect(wholeDigest(x)).toBe(x.id)
  })

  it('are chosen by words, the newest variant where several fit', () => {
    const arms = index('3', 'app:3', [leaf('5', 'arm', 'v5'), leaf('7', 'arm', 'v7'), leaf('6', 'arm', 'v6')])
    expect(onePlatform(arms, undefined, 'linux/arm').id).toBe(digest('7'))
    expect(onePlatform(arms, ['linux/arm/v5'], 'linux/arm')).toMatchObject({ id: digest('5'), names: ['app:3'] })
    expect(() => onePlatform(arms, undefined, 'linux/amd64')).toThrow(AppError)
    expect(withPlatforms(one, ['linux/arm64'])).toMatchObject({ id: y.id, names: ['app:1'] })
    expect(withPlatforms(one, ['linux/arm64', 'linux/amd64']).parts).toHaveLength(2)
  })
})
