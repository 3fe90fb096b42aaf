import { describe, expect, it } from 'vitest'
import { isProblem, parseReference } from './reference.ts'
import { REGISTRY_KINDS } from './registry-kinds.ts'
import { judgePath, judgeTag, type NameRules, needsOwner, suitablePath } from './registry-names.ts'

const hub: NameRules = { host: 'docker.io', kind: 'hub', owner: 'lea' }
const own: NameRules = { host: 'reg.example:5000', kind: 'distribution' }
const google: NameRules = { host: 'europe-docker.pkg.dev', kind: 'google' }
const gitea: NameRules = { host: 'git.example.com', kind: 'gitea' }

describe('a repository’s name', () => {
  it.each([
    ['lea/boutique', hub],
    ['boutique', own],
    ['team/sub/boutique_2.x', own],
    ['shop/deploy/api', google],
    ['acme/my__app--x', own],
  ])('“%s” is one', (path, rules) => {
    expect(judgePath(path, rules)).toBeUndefined()
    expect(suitablePath(path, rules)).toBe(path)
  })

  it.each([
    ['', hub, 'empty', undefined],
    ['   ', hub, 'empty', undefined],
    ['lea/Boutique', hub, 'uppercase', 'lea/boutique'],
    ['lea/ma boutique', hub, 'space', 'lea/ma-boutique'],
    ['lea/café-crème', hub, 'accent', 'lea/cafe-creme'],
    ['lea/Œuvres', hub, 'accent', 'lea/oeuvres'],
    ['lea/商店', hub, 'accent', undefined],
    ['https://docker.io/lea/boutique', hub, 'scheme', 'lea/boutique'],
    ['https://hub.docker.com/lea/boutique', hub, 'scheme', 'lea/boutique'],
    ['docker push lea/boutique:2', hub, 'scheme', 'lea/boutique'],
    ['docker.io/lea/boutique', hub, 'host', 'lea/boutique'],
    ['ghcr.io/lea/boutique', hub, 'host', 'lea/boutique'],
    ['reg.example:5000/boutique', own, 'host', 'boutique'],
    ['lea/boutique:2.4.1', hub, 'tag', 'lea/boutique'],
    [`lea/boutique@sha256:${'a'.repeat(64)}`, hub, 'digest', 'lea/boutique'],
    ['lea/bou+tique!', hub, 'character', 'lea/bou-tique'],
    ['lea/-boutique-', hub, 'separator', 'lea/boutique'],
    ['lea//boutique', hub, 'separator', 'lea/boutique'],
    ['lea/bou..tique', hub, 'separator', 'lea/bou-tique'],
    ['acme/web/shop/api', hub, 'deep', 'acme/web-shop-api'],
    ['boutique', hub, 'shallow', 'lea/boutique'],
    ['boutique', { ...hub, owner: undefined }, 'shallow', undefined],
    ['project/api', google, 'shallow', undefined],
    ['library/nginx', hub, 'library', 'lea/nginx'],
    ['acme/my__app', gitea, 'separator', 'acme/my-app'],
    [`lea/${'x'.repeat(300)}`, hub, 'length', `lea/${'x'.repeat(241)}`],
  ] as const)('“%s”: %#', (path, rules, problem, fixed) => {
    expect(judgePath(path, rules)).toEqual(fixed === undefined ? { problem } : { problem, fixed })
  })

  it('that is proposed is always a good one, whatever was typed', () => {
    const letters = ['a', 'B', 'é', ' ', '/', ':', '.', '_', '-', '@', '9', '商', 'https://', 'docker.io/', '\t', '+']
    let seed = 42
    const random = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed
    }
    let fixes = 0
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: random() % 12 }, () => letters[(random() >> 8) % letters.length]).join('')
      for (const kind of REGISTRY_KINDS) {
        const rules: NameRules = { host: 'reg.example.com', kind, owner: 'lea' }
        const judged = judgePath(text, rules)
        const good = judged ? judged.fixed : text
        if (judged?.fixed !== undefined) fixes += 1
        if (good === undefined) continue
        expect(judgePath(good, rules), `${text} → ${good}`).toBeUndefined()
        expect(isProblem(parseReference(`${rules.host}/${good}`)), `${text} → ${good}`).toBe(false)
      }
    }
    expect(fixes).toBeGreaterThan(1000)
  })

  it('has somebody’s name before it where a registry asks for one', () => {
    expect([hub, own, google, gitea].map(needsOwner)).toEqual([true, false, true, true])
  })
})

describe('a version (tag)', () => {
  it.each(['2.4.1', 'v1', '_x', 'Latest'])('“%s” is one', (tag) => expect(judgeTag(tag)).toBeUndefined())
  it.each([
    ['', 'empty', undefined],
    ['2.4 beta', 'space', '2.4-beta'],
    ['été', 'accent', 'ete'],
    ['2.4+build', 'character', '2.4-build'],
    ['feature/x', 'character', 'feature-x'],
    ['-1', 'start', '1'],
    ['x'.repeat(130), 'length', 'x'.repeat(128)],
    ['商', 'accent', undefined],
  ] as const)('“%s” is none', (tag, problem, fixed) => {
    expect(judgeTag(tag)).toEqual(fixed === undefined ? { problem } : { problem, fixed })
  })
})
