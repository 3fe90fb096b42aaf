// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from 'vitest'
import type { EngineInfo, PlaceRef, Transfer } from '../../shared/contract.ts'
import { placeName } from '../places/engines.ts'
import { wordsIn } from '../testing/render.tsx'
import type { Words } from '../words/use-words.ts'
import { currentTransfer, isDue, percentOf, progressWords, transferTitle } from './transfer-words.ts'

const transfer: Transfer = {
  id: 't1',
  from: { type: 'engine', engine: 'default' },
  to: { type: 'archive', path: '/media/KINGSTON/shop.tar' },
  titles: ['acme/boutique:2.4.1', 'postgres:16', 'nginx:1'],
  phase: 'copying',
  done: 244e6,
  total: 381e6,
  speed: 38e6,
  left: 4,
  layers: [],
  startedAt: 0,
}
const engine: EngineInfo = {
  id: 'default',
  kind: 'default',
  name: '',
  current: true,
  address: 'unix:///var/run/docker.sock',
  state: { type: 'connecting' },
}

const nameOf = (place: PlaceRef) => placeName(place, [engine], en.t)
const plain = (text: string) => text.replace(/\s/g, ' ')

let en: Words

describe('the words of a transfer', () => {
  let fr: Words
  beforeAll(async () => {
    fr = await wordsIn('fr')
    en = await wordsIn('en')
  })

  it('say what goes where', () => {
    expect(plain(transferTitle(transfer, nameOf, fr))).toBe('acme/boutique 2.4.1 et 2 autres → shop.tar')
    const load: Transfer = { ...transfer, titles: ['nginx:1'], to: { type: 'engine', engine: 'default' } }
    expect(transferTitle(load, nameOf, en)).toBe('nginx 1 → Docker')
  })

  it('say phase, bytes, speed and time left', () => {
    expect(plain(progressWords(transfer, fr))).toBe('copie · 244 Mo sur 381 Mo · 38 Mo/s · encore 4 s')
    expect(plain(progressWords(transfer, en))).toBe('copying · 244 MB of 381 MB · 38 MB/s · 4 sec left')
  })

  it('leave out what is not known, and what is over', () => {
    const { total, speed, left, ...bare } = transfer
    expect([total, speed, left].every(Boolean)).toBe(true)
    expect(plain(progressWords(bare, en))).toBe('copying · 244 MB')
    expect(plain(progressWords({ ...transfer, phase: 'done' }, en))).toBe('done')
  })
})

describe('percentOf', () => {
  it('is unknown without a total and never above 100', () => {
    expect(percentOf({ done: 5 })).toBeUndefined()
    expect(percentOf({ done: 5, total: 0 })).toBeUndefined()
    expect(percentOf({ done: 9, total: 4 })).toBe(100)
  })
})

describe('currentTransfer', () => {
  it('is the one at work, else the next in line', () => {
    const done: Transfer = { ...transfer, id: 'done', phase: 'done' }
    const queued: Transfer = { ...transfer, id: 'queued', phase: 'queued' }
    expect(currentTransfer([done, queued, transfer])?.id).toBe('t1')
    expect(currentTransfer([done, queued])?.id).toBe('queued')
    expect(currentTransfer([done])).toBeUndefined()
  })
})

describe('isDue', () => {
  const spoken = { phase: 'copying' as const, percent: 10, at: 0 }
  it('speaks at each phase', () => {
    expect(isDue(transfer, undefined, 0)).toBe(true)
    expect(isDue({ ...transfer, phase: 'done' }, spoken, 0)).toBe(true)
  })
  it('speaks within a phase every 25 % or 30 s, no more', () => {
    expect(isDue({ ...transfer, done: 30, total: 100 }, spoken, 1000)).toBe(false)
    expect(isDue({ ...transfer, done: 35, total: 100 }, spoken, 1000)).toBe(true)
    expect(isDue({ ...transfer, done: 11, total: 100 }, spoken, 30_000)).toBe(true)
  })
  it('is silent once told of the end', () => {
    expect(isDue({ ...transfer, phase: 'done' }, { ...spoken, phase: 'done' }, 99_999)).toBe(false)
  })
})
