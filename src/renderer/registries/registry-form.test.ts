import { describe, expect, it } from 'vitest'
import { EMPTY, hostTyped, isLoopback, problemOf, registryOf } from './registry-form.ts'

const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'

describe('the address of a registry', () => {
  it.each([
    ['registry.example', 'registry.example'],
    [' https://Registry.Example:5000/v2/ ', 'registry.example:5000'],
    ['http://localhost:5000', 'localhost:5000'],
    ['127.0.0.1:5000', '127.0.0.1:5000'],
    ['ghcr.io/acme/shop', 'ghcr.io'],
    ['https://hub.docker.com/u/lea', 'docker.io'],
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

describe('the form of a registry', () => {
  const form = { ...EMPTY, address: 'registry.example' }

  it('says what to correct first', () => {
    expect(problemOf(EMPTY)?.problem).toBe('registry.hostEmpty')
    expect(problemOf({ ...form, address: 'nope' })?.problem).toBe('registry.hostWrong')
    expect(problemOf({ ...form, password: 'x' })?.problem).toBe('registry.userEmpty')
    expect(problemOf({ ...form, username: 'lea' })?.problem).toBe('registry.passwordEmpty')
    expect(problemOf({ ...form, ca: 'hello' })?.problem).toBe('registry.caWrong')
    expect(problemOf({ ...form, username: 'lea', password: 'x', ca: CA })).toBeUndefined()
  })

  it('asks for what was typed and nothing else', () => {
    expect(registryOf(form)).toEqual({ registry: { host: 'registry.example', plain: false } })
    expect(registryOf({ ...form, username: ' lea ', password: ' x ', ca: `${CA}\n` })).toEqual({
      registry: { host: 'registry.example', plain: false, ca: CA },
      signIn: { type: 'password', username: 'lea', password: ' x ' },
    })
  })
})
