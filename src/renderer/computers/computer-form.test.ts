import { describe, expect, it } from 'vitest'
import type { Computer } from '../../shared/contract.ts'
import { computerOf, EMPTY_FORM, fieldOf, formOf, isSameDoor, problemOf, withAddress } from './computer-form.ts'
import { keyFile } from './host-keys.tsx'

const form = { ...EMPTY_FORM, host: 'nas.local' }

describe('the form of a computer', () => {
  it.each([
    ['ssh://lea@nas.local:2222', { host: 'nas.local', user: 'lea', port: '2222' }],
    ['lea@nas', { host: 'nas', user: 'lea', port: '' }],
    [' 192.0.2.7:22/ ', { host: '192.0.2.7', user: '', port: '22' }],
    ['[2001:db8::1]:22', { host: '2001:db8::1', user: '', port: '22' }],
    ['2001:db8::1', { host: '2001:db8::1', user: '', port: '' }],
  ])('takes %s apart', (typed, parts) => {
    expect(withAddress(EMPTY_FORM, typed)).toMatchObject(parts)
  })

  it('keeps what was typed in the other fields', () => {
    expect(withAddress({ ...EMPTY_FORM, user: 'lea', port: '2' }, 'nas')).toMatchObject({ user: 'lea', port: '2' })
  })

  it('means a computer, with no more than was typed', () => {
    expect(computerOf(form)).toEqual({ name: 'nas.local', host: 'nas.local', signIn: { type: 'usual' } })
    expect(
      computerOf({ ...form, name: ' NAS ', port: '2222', user: 'lea', signIn: 'key', path: ' ~/.ssh/key ' }),
    ).toEqual({ name: 'NAS', host: 'nas.local', port: 2222, user: 'lea', signIn: { type: 'key', path: '~/.ssh/key' } })
  })

  it('comes back as it was typed', () => {
    const computer: Computer = { name: 'NAS', host: 'nas', port: 2, user: 'lea', signIn: { type: 'password' } }
    expect(computerOf(formOf(computer))).toEqual(computer)
    expect(formOf({ ...computer, name: 'nas' }).name).toBe('')
  })

  it.each([
    [{ host: ' ' }, 'host'],
    [{ host: '-oProxyCommand=x' }, 'host'],
    [{ port: '70000' }, 'port'],
    [{ port: 'ssh' }, 'port'],
    [{ user: 'a b' }, 'user'],
    [{ signIn: 'key' as const }, 'path'],
    [{ signIn: 'password' as const }, 'password'],
  ])('finds what is wrong with %o', (change, field) => {
    expect(problemOf({ ...form, ...change }, false)?.field).toBe(field)
  })

  it('lets a password stay that is kept', () => {
    expect(problemOf({ ...form, signIn: 'password' }, true)).toBeUndefined()
  })

  it('knows another door, for which what is kept is not used', () => {
    const before: Computer = { name: 'NAS', host: 'nas', signIn: { type: 'password' } }
    expect(isSameDoor(before, { ...formOf(before), name: 'Other' })).toBe(true)
    expect(isSameDoor(before, { ...formOf(before), host: 'elsewhere' })).toBe(false)
    expect(isSameDoor(before, { ...formOf(before), user: 'root' })).toBe(false)
  })

  it('leads to the field to correct', () => {
    expect(fieldOf('ssh-unreachable', 'usual')).toBe('host')
    expect(fieldOf('ssh-denied', 'usual')).toBe('user')
    expect(fieldOf('ssh-denied', 'key')).toBe('path')
    expect(fieldOf('ssh-denied', 'password')).toBe('password')
  })
})

describe('keyFile', () => {
  it('is the file of the key that was shown', () => {
    expect(keyFile('ssh-ed25519')).toBe('/etc/ssh/ssh_host_ed25519_key.pub')
    expect(keyFile('ecdsa-sha2-nistp256')).toBe('/etc/ssh/ssh_host_ecdsa_key.pub')
    expect(keyFile('RSA')).toBe('/etc/ssh/ssh_host_rsa_key.pub')
  })
})
