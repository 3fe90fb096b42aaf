import { describe, expect, it } from 'vitest'
import { hostTyped, isLoopback } from './address.ts'
import { loginLine } from './docker-login.ts'

describe('the address of a registry', () => {
  it.each([
    ['registry.example', 'registry.example'],
    [' https://Registry.Example:5000/v2/ ', 'registry.example:5000'],
    ['http://localhost:5000', 'localhost:5000'],
    ['127.0.0.1:5000', '127.0.0.1:5000'],
    ['ghcr.io/acme/shop', 'ghcr.io'],
    ['https://hub.docker.com/u/lea', 'docker.io'],
    ['https://github.com/lea?tab=packages', 'ghcr.io'],
    ['gitlab.com', 'registry.gitlab.com'],
  ])('is found in “%s”', (typed, host) => expect(hostTyped(typed)).toBe(host))

  it.each(['', '  ', 'registry', 'a b.example', 'lea@registry.example', 'registry.example:port'])(
    'is none in “%s”',
    (typed) => expect(hostTyped(typed)).toBeUndefined(),
  )

  it('needs no consent on this computer', () => {
    expect(['localhost:5000', '127.0.0.1', '[::1]:5000', 'a.localhost'].every(isLoopback)).toBe(true)
    expect(['registry.example', '10.0.0.1:5000', 'localhost.example'].some(isLoopback)).toBe(false)
  })
})

describe('a pasted login line', () => {
  it.each([
    ['docker login', { host: 'docker.io' }],
    ['docker login -u lea -p dckr_pat_1', { host: 'docker.io', user: 'lea', secret: 'dckr_pat_1' }],
    [
      'echo "ghp_1" | docker login ghcr.io --username lea --password-stdin',
      { host: 'ghcr.io', user: 'lea', secret: 'ghp_1' },
    ],
    ['$ podman login --username=lea --password=a=b quay.io', { host: 'quay.io', user: 'lea', secret: 'a=b' }],
    [
      "docker login -u 'robot$team+ci' -p 'x y' harbor.example",
      { host: 'harbor.example', user: 'robot$team+ci', secret: 'x y' },
    ],
    ['echo $TOKEN | docker login ghcr.io -u USERNAME --password-stdin', { host: 'ghcr.io', user: 'USERNAME' }],
    ['docker login -u <name> -p <token> registry.example:5000', { host: 'registry.example:5000' }],
    ['docker logout', undefined],
    ['mydocker login', undefined],
    ['a password with docker in it', undefined],
  ])('“%s”', (line, read) => expect(loginLine(line)).toEqual(read))
})
