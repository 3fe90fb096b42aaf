import { describe, expect, it } from 'vitest'
import { en } from './en.ts'
import { formats } from './format.ts'
import { fr } from './fr.ts'
import { fitsPlatform } from './platform.ts'
import { typography } from './words.ts'

type Tree = { readonly [key: string]: string | Tree }

function flat(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : flat(value, `${path}${key}.`),
  )
}

function variables(text: string): string[] {
  return [...text.matchAll(/\{\{([^},]+)/g)].map((found) => String(found[1])).sort()
}

describe('the words of both languages', () => {
  const french = new Map(flat(fr))

  it('are the same set', () => {
    expect([...french.keys()].sort()).toEqual(
      flat(en)
        .map(([key]) => key)
        .sort(),
    )
  })

  it('are filled, and take the same parts', () => {
    const wrong = flat(en).filter(([key, text]) => {
      const other = french.get(key) ?? ''
      return text === '' || other === '' || variables(other).join() !== variables(text).join()
    })
    expect(wrong).toEqual([])
  })

  it('has a form for one wherever there is one for many', () => {
    const keys = flat(en).map(([key]) => key)
    const many = keys.filter((key) => key.endsWith('_other'))
    expect(many.every((key) => keys.includes(key.replace(/_other$/, '_one')))).toBe(true)
  })
})

describe('typography', () => {
  it('keeps French punctuation and guillemets with their word', () => {
    expect(typography({ a: { b: 'Supprimer « x » ?' } })).toEqual({
      a: { b: 'Supprimer «\u00a0x\u00a0» ?'.replace(' ?', '\u00a0?') },
    })
  })
})

describe('formats', () => {
  const plain = (text: string) => text.replace(/\s/g, ' ')
  it('counts sizes in decimal units', () => {
    expect(plain(formats('fr').size(412e6))).toBe('412 Mo')
    expect(plain(formats('en').size(412e6))).toBe('412 MB')
    expect(plain(formats('fr').size(11.4e9))).toBe('11,4 Go')
    expect(plain(formats('en').size(7.7e6))).toBe('7.7 MB')
    expect(plain(formats('fr').size(0))).toBe('0 octet')
  })

  it('goes to the next unit rather than to a thousand of one', () => {
    expect(plain(formats('en').size(999_900_000))).toBe('1 GB')
  })

  it('says durations no finer than a person needs', () => {
    expect(plain(formats('fr').duration(4.2))).toBe('4 s')
    expect(plain(formats('fr').duration(80))).toBe('1 min')
    expect(plain(formats('en').duration(4800))).toBe('1 hr 20 min')
  })

  it('never puts the past in the future when two clocks differ', () => {
    expect(formats('en').ago(Date.now() + 60_000)).toBe('now')
  })
})

describe('fitsPlatform', () => {
  const arm = { os: 'linux', architecture: 'arm' }
  it('lets a missing variant fit any', () => {
    expect(fitsPlatform(arm, { ...arm, variant: 'v7' })).toBe(true)
    expect(fitsPlatform({ ...arm, variant: 'v6' }, { ...arm, variant: 'v7' })).toBe(false)
    expect(fitsPlatform(arm, { os: 'linux', architecture: 'arm64' })).toBe(false)
  })
})
