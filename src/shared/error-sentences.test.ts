import { describe, expect, it } from 'vitest'
import { type Language, sentence } from './error-sentences.ts'
import { AppError, asAppError, ERROR_CODES } from './errors.ts'

/** Every part any sentence names. */
const PARTS = Object.fromEntries(
  [
    'address',
    'version',
    'least',
    'reason',
    'image',
    'place',
    'containers',
    'name',
    'names',
    'platform',
    'have',
    'engine',
    'count',
    'path',
    'needed',
    'free',
    'kind',
    'detail',
    'file',
    'host',
    'url',
    'method',
    'most',
    'user',
    'rule',
    'minutes',
    'action',
    'missing',
    'absent',
    'port',
    'parts',
    'keys',
  ].map((part) => [part, `<${part}>`]),
)

function named(text: string): string[] {
  return [...text.matchAll(/<(\w+)>/g)].map((match) => match[1] ?? '').sort()
}

describe('the sentences of errors', () => {
  it.each(ERROR_CODES)('%s: both languages say what happened and what to do, from the same parts', (code) => {
    const [fr, en] = (['fr', 'en'] satisfies Language[]).map((language) => sentence({ code, parts: PARTS }, language))
    for (const said of [fr, en]) {
      expect(said?.what).toMatch(/\S/)
      expect(said?.next).toMatch(/\.$/)
      expect(`${said?.what}${said?.next}`).not.toMatch(/[?{}[\]]/)
    }
    expect(named(`${fr?.what} ${fr?.next}`)).toEqual(named(`${en?.what} ${en?.next}`))
  })

  it('leaves out what is not known', () => {
    expect(sentence({ code: 'disk-full', parts: { path: 'a.tar' } }, 'en').what).toBe('No room left for “a.tar”.')
    expect(sentence({ code: 'disk-full', parts: { path: 'a.tar', needed: 5, free: 3 } }, 'en').what).toBe(
      'No room left for “a.tar”: 5 bytes needed, 3 free.',
    )
  })

  it('names a kind of file in words', () => {
    expect(sentence({ code: 'archive-not-images', parts: { path: 'a', kind: 'iso' } }, 'fr').what).toContain(
      'une image de disque (ISO)',
    )
  })

  it('keeps an unknown error’s own words for the details alone', () => {
    const error = asAppError(new Error('boom'))
    expect(error).toMatchObject({ code: 'internal', raw: 'boom' })
    expect(asAppError(error)).toBe(error)
    expect(new AppError('cancelled').data).toEqual({ code: 'cancelled', parts: {} })
  })
})
