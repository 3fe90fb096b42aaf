import { describe, expect, it } from 'vitest'
import {
  byTelling,
  datedName,
  familiar,
  full,
  isProblem,
  isTag,
  normaliseName,
  parseReference,
  splitName,
  withDefaultTag,
} from './reference.ts'

const HEX = 'a'.repeat(64)

describe('references', () => {
  it.each([
    ['nginx', 'docker.io', 'library/nginx', 'nginx:latest'],
    ['nginx:1.27', 'docker.io', 'library/nginx', 'nginx:1.27'],
    ['docker.io/library/nginx', 'docker.io', 'library/nginx', 'nginx:latest'],
    ['index.docker.io/nginx', 'docker.io', 'library/nginx', 'nginx:latest'],
    ['acme/shop:2', 'docker.io', 'acme/shop', 'acme/shop:2'],
    ['library/acme/shop', 'docker.io', 'library/acme/shop', 'library/acme/shop:latest'],
    ['localhost/app', 'localhost', 'app', 'localhost/app:latest'],
    ['localhost:5000/app:1', 'localhost:5000', 'app', 'localhost:5000/app:1'],
    ['Registry.example/app', 'Registry.example', 'app', 'Registry.example/app:latest'],
    ['ghcr.io/a/b/c:v1', 'ghcr.io', 'a/b/c', 'ghcr.io/a/b/c:v1'],
    ['[::1]:5000/app', '[::1]:5000', 'app', '[::1]:5000/app:latest'],
    ['localhost', 'docker.io', 'library/localhost', 'localhost:latest'],
    [`app@sha256:${HEX}`, 'docker.io', 'library/app', `app@sha256:${HEX}`],
    [`app:1@sha256:${HEX}`, 'docker.io', 'library/app', `app:1@sha256:${HEX}`],
    ['a__b/c--d.e_f', 'docker.io', 'a__b/c--d.e_f', 'a__b/c--d.e_f:latest'],
  ])('reads %s as docker does', (text, domain, path, name) => {
    const parsed = parseReference(text)
    expect(parsed).toMatchObject({ domain, path })
    expect(isProblem(parsed) ? undefined : familiar(withDefaultTag(parsed))).toBe(name)
    expect(normaliseName(text)).toBe(name)
    // The full form reads back as the same reference.
    expect(isProblem(parsed) ? undefined : parseReference(full(parsed))).toEqual(parsed)
  })

  it.each([
    ['', 'empty'],
    ['https://host/app', 'scheme'],
    ['docker pull app', 'space'],
    ['acme/Shop', 'uppercase'],
    ['app:', 'tag'],
    ['app:a/b:', 'tag'],
    ['app:1+2', 'tag'],
    [`app:${'x'.repeat(129)}`, 'tag'],
    ['app@sha256:abc', 'digest'],
    [`app@sha512:${HEX}`, 'digest'],
    [HEX, 'identifier'],
    ['-app', 'path'],
    ['app/', 'path'],
    ['a..b', 'path'],
    ['a___b', 'path'],
    ['a\\b', 'path'],
    ['sha256:abc', 'reserved'],
    [`host.example/${'a'.repeat(250)}`, 'length'],
  ])('refuses %s: %s', (text, problem) => {
    expect(parseReference(text)).toEqual({ problem })
    expect(normaliseName(text)).toBeUndefined()
  })

  it('splits a name at its tag, never at a port', () => {
    expect(splitName('localhost:5000/app')).toEqual({ repository: 'localhost:5000/app', tag: '' })
    expect(splitName('localhost:5000/app:1')).toEqual({ repository: 'localhost:5000/app', tag: '1' })
  })

  it('puts the most telling name first', () => {
    const names = ['a:latest', 'b:1', 'a:2', 'a:stable', 'a:2.4', 'a:2.4.1']
    expect(names.sort(byTelling)).toEqual(['a:2.4.1', 'a:2.4', 'a:2', 'a:stable', 'a:latest', 'b:1'])
  })

  it('dates a name so that it stays a valid one', () => {
    const date = new Date(2026, 10, 20, 14, 30)
    expect(datedName('acme/shop:latest', date)).toBe('acme/shop:latest-20261120-1430')
    const long = splitName(datedName(`acme/shop:${'x'.repeat(128)}`, date)).tag
    expect(isTag(long)).toBe(true)
    expect(long).toHaveLength(128)
  })
})

/** A seeded generator (mulberry32): what failed once fails again. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

describe('any reference the grammar allows', () => {
  const pick = seeded(20_261_121)
  const one = (of: readonly string[]): string => of[pick(of.length)] ?? ''
  const many = (of: readonly string[], least: number, most: number): string =>
    Array.from({ length: least + pick(most - least + 1) }, () => one(of)).join('')
  const lower = [...'abcdefghijklmnopqrstuvwxyz0123456789']
  const word = (): string => many(lower, 1, 8)
  const component = (): string => word() + (pick(3) === 0 ? one(['.', '_', '__', '-', '--']) + word() : '')
  const domain = (): string =>
    one(['', '', 'docker.io/', 'localhost/', 'localhost:5000/', 'ghcr.io/', 'Reg.Example:443/', '[::1]:80/'])
  const path = (): string => Array.from({ length: 1 + pick(3) }, component).join('/')
  const tag = (): string =>
    pick(2) === 0 ? '' : `:${one([...lower, '_', 'A'])}${many([...lower, '.', '-', '_', 'Z'], 0, 12)}`
  const digest = (): string => (pick(4) === 0 ? `@sha256:${many([...'0123456789abcdef'], 64, 64)}` : '')

  it('reads back as itself from its full and its familiar form, and is never read as another', () => {
    for (let round = 0; round < 5000; round++) {
      const text = `${domain()}${path()}${tag()}${digest()}`
      const parsed = parseReference(text)
      // 64 hex digits alone are an id, as docker reads them; nothing else made here is refused.
      if (isProblem(parsed)) expect(['identifier', 'reserved'], text).toContain(parsed.problem)
      else {
        expect(parseReference(full(parsed)), text).toEqual(parsed)
        expect(parseReference(familiar(parsed)), text).toEqual(parsed)
        const normal = normaliseName(text)
        expect(normal, text).toBe(familiar(withDefaultTag(parsed)))
        expect(normaliseName(normal ?? ''), text).toBe(normal)
      }
    }
  })

  it('is refused once a character spoils it', () => {
    for (let round = 0; round < 2000; round++) {
      const text = `${path()}${tag()}`
      const at = pick(text.length + 1)
      const spoilt = `${text.slice(0, at)}${one([' ', '$', '"', ';', '\\', '%', '\n', 'é'])}${text.slice(at)}`
      expect(isProblem(parseReference(spoilt)), spoilt).toBe(true)
    }
  })
})
