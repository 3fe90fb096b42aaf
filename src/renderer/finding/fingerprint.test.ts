import { expect, it } from 'vitest'
import { fingerprintIn } from './fingerprint.ts'

const hex = 'ab'.repeat(32)

it('knows a fingerprint however it is pasted, and nothing else', () => {
  expect(fingerprintIn(` sha256:${hex}\n`)).toBe(`sha256:${hex}`)
  expect(fingerprintIn(hex.toUpperCase())).toBe(`sha256:${hex}`)
  expect(fingerprintIn(hex.slice(1))).toBeUndefined()
  expect(fingerprintIn('nginx:1.27')).toBeUndefined()
})
