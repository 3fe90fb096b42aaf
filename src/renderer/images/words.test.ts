// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from 'vitest'
import { wordsIn } from '../testing/render.tsx'
import { absentWords } from '../words/absent.ts'
import type { Words } from '../words/use-words.ts'
import { movedWords } from './moved-words.ts'

let en: Words
let fr: Words
beforeAll(async () => {
  en = await wordsIn('en')
  fr = await wordsIn('fr')
})

describe('what a name that moved leaves behind', () => {
  const container = (name: string, running = true) => ({ id: name, name, running })

  it('names what still runs the version before', () => {
    const replaced = {
      name: 'shop:latest',
      keptAs: 'shop:old',
      containers: [container('web'), container('api'), container('job', false)],
      dropped: ['shop:older'],
    }
    expect(movedWords(replaced, en)).toEqual([
      'shop:latest now names another image. The version before stays as shop:old.',
      'web and api still run the version before; they take the new one when they are created anew.',
      'job is stopped and will start again with the version before, unless it is created anew.',
      expect.stringContaining('docker compose up -d'),
      'shop:older was too old to be kept any longer: this name was removed.',
    ])
    expect(movedWords(replaced, fr)[1]).toMatch(/^web et api tournent encore avec la version d’avant/)
  })

  it('says no more than there is', () => {
    expect(movedWords({ name: 'shop:1', containers: [], dropped: [] }, en)).toEqual([
      'shop:1 now names another image. The version before no longer has this name.',
    ])
  })
})

describe('parts that are missing', () => {
  it('are one sentence for images that lack the same', () => {
    const absent = ['a:1', 'b:1', 'c:1', 'd:1', 'e:1'].map((name) => ({ name, platform: 'linux/arm64' }))
    expect(absentWords([...absent, { name: 'f:1', platform: 'linux/s390x' }], 'absent.save', en)).toEqual([
      'a:1, b:1, c:1, and 2 other images: the part for 64-bit ARM (linux/arm64) is not here and will be missing from the file.',
      'f:1: the part for linux/s390x is not here and will be missing from the file.',
    ])
  })
})
