import { describe, expect, it } from 'vitest'
import { strengthOf } from './password-strength.ts'

describe('how hard a password is to guess', () => {
  it.each([
    ['', undefined],
    ['a', 'weak'],
    ['azerty', 'weak'],
    ['12345678901234567890', 'weak'],
    ['aaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['Password123!', 'weak'],
    ['P@ssw0rd2026', 'weak'],
    ['MotDePasse2026!', 'weak'],
    ['marguerite', 'weak'],
    ['correct horse battery', 'fair'],
    ['kV7#pq9Lx2', 'fair'],
    ['correct horse battery staple', 'good'],
    ['quatre péniches vertes remontent la Saône', 'strong'],
    ['kV7#pq9Lx2!mTz4Q', 'strong'],
  ])('“%s” is %s', (password, strength) => {
    expect(strengthOf(password)).toBe(strength)
  })
})
