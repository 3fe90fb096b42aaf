import { describe, expect, it } from 'vitest'
import type { PlaceRef } from '../../shared/contract.ts'
import { isReachable, verdictOf } from './drop-rules.ts'

const engine: PlaceRef = { type: 'engine', engine: 'default' }
const library: PlaceRef = { type: 'layout', path: '/library' }

describe('where images may be dropped', () => {
  it('is any other place that can be reached', () => {
    expect(verdictOf(engine, library, true)).toBe('welcome')
    expect(verdictOf(library, { type: 'registry', host: 'reg.example' }, true)).toBe('welcome')
    expect(verdictOf(engine, { type: 'files', path: '/media/key' }, true)).toBe('welcome')
  })

  it('is not the place they are in, but another repository of the same registry', () => {
    expect(verdictOf(library, library, true)).toBe('here')
    const registry: PlaceRef = { type: 'registry', host: 'reg.example' }
    expect(verdictOf({ ...registry, repository: 'a' }, registry, true)).toBe('welcome')
  })

  it('is no place that is away', () => {
    expect(verdictOf(engine, library, false)).toBe('away')
    expect(isReachable({ state: { type: 'idle' } })).toBe(true)
    expect(isReachable({ state: { type: 'away', error: { code: 'drive-gone', parts: {} } } })).toBe(false)
  })
})
