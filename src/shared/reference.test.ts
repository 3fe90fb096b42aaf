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
