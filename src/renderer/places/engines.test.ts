// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from 'vitest'
import type { EngineInfo } from '../../shared/contract.ts'
import { readyEngine } from '../testing/fake-host.ts'
import { wordsIn } from '../testing/render.tsx'
import type { Words } from '../words/use-words.ts'
import { engineName, engineTitle } from './engines.ts'

describe('what an engine is called', () => {
  let en: Words
  let fr: Words
  beforeAll(async () => {
    en = await wordsIn('en')
    fr = await wordsIn('fr')
  })

  it.each<[Partial<EngineInfo>, string, string]>([
    [{}, 'Docker', 'Docker on this computer'],
    [{ kind: 'desktop' }, 'Docker Desktop', 'Docker Desktop on this computer'],
    [{ kind: 'colima', name: 'work' }, 'Colima (work)', 'Colima (work) on this computer'],
    [{ kind: 'context', name: 'test' }, 'Docker (test)', 'Docker on this computer (test)'],
    [{ kind: 'context', name: 'far', address: 'ssh://lea@far' }, 'far', 'Docker on far'],
    [{ kind: 'added', name: 'Workshop', address: 'ssh://nas' }, 'Workshop', 'Docker on Workshop'],
    [{ address: 'tcp://192.0.2.7:2376' }, '192.0.2.7:2376', 'Docker on 192.0.2.7:2376'],
  ])('%o', (change, name, title) => {
    const engine = { ...readyEngine, ...change }
    expect([engineName(engine, en.t), engineTitle(engine, en.t)]).toEqual([name, title])
  })

  it('is said in French, too', () => {
    expect(engineName({ ...readyEngine, kind: 'rootless' }, fr.t)).toBe('Docker (sans droits d’administrateur)')
  })
})
