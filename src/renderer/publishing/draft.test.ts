// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '../../shared/contract.ts'
import type { Standing } from '../../shared/contract-portal.ts'
import type { There } from '../../shared/contract-publish.ts'
import { ownRepository } from '../testing/fake-host.ts'
import { wordsIn } from '../testing/render.tsx'
import type { Words } from '../words/use-words.ts'
import { changeSentences } from './changes.tsx'
import {
  askedTags,
  choicesOf,
  clashesAt,
  type Draft,
  destinationAt,
  isSoundAt,
  type Known,
  lastTargets,
  movesAt,
  NO_DRAFT,
  NOTHING_KNOWN,
  of,
  type PublishRow,
  pathOf,
  publishedBy,
  type Situation,
  seeingOf,
  type Target,
  tagsOf,
  targetOf,
  versionOf,
  wantedAt,
} from './draft.ts'

const hub = targetOf({ type: 'registry', host: 'docker.io', account: 'lea' }, 'hub', 'lea')
const own = targetOf({ type: 'registry', host: 'reg.example:5000' }, undefined, undefined)
const shop: PublishRow = { id: 'a', names: ['acme/boutique:2.4.1'], platforms: [], size: 1 }
const DATE = new Date(2026, 10, 20, 14, 30)
const OLD = `sha256:${'0'.repeat(64)}`

function known(change: Partial<Known> = {}): Known {
  return { ...NOTHING_KNOWN, ...change }
}

/** The repository of the shop in one registry, as it is there. */
function having(there: There, target: Target = own, path = 'acme/boutique'): Known {
  return known({ there: { [of(target.key, path)]: there } })
}

const BEFORE: There = {
  tags: ['2', '2.4', '2.4.0', 'latest'],
  named: [
    { tag: '2.4', digest: OLD, created: 1, alias: '2.4.0' },
    { tag: '2', digest: OLD, created: 1, alias: '2.4.0' },
    { tag: 'latest', digest: OLD, created: 1, alias: '2.4.0' },
  ],
}

function situation(facts: Known, targets: readonly Target[] = [own], rows: readonly PublishRow[] = [shop]): Situation {
  return { targets, rows, known: facts, date: DATE }
}

function at(facts: Known, target: Target = own, rows: readonly PublishRow[] = [shop]) {
  return { ...situation(facts, [target], rows), target }
}

describe('where an image goes', () => {
  it.each<[string, Target, Known, string]>([
    ['acme/boutique', own, known(), 'acme/boutique'],
    ['acme/boutique', hub, known(), 'acme/boutique'],
    ['acme/boutique', hub, known({ owners: { [hub.key]: ['lea', 'montextura'] } }), 'lea/boutique'],
    ['montextura/boutique', hub, known({ owners: { [hub.key]: ['lea', 'montextura'] } }), 'montextura/boutique'],
    ['nginx', hub, known(), 'lea/nginx'],
    ['ghcr.io/acme/web', own, known(), 'acme/web'],
    ['ghcr.io/acme/web/api', hub, known(), 'acme/web-api'],
  ])('%s is proposed to go to a suitable path', (name, target, facts, path) => {
    const row = { ...shop, names: [`${name}:1`] }
    expect(pathOf(NO_DRAFT, target, row, facts)).toBe(path)
  })

  it('is where it went last, unless something was typed', () => {
    const facts = known({
      published: [{ source: 'acme/boutique', destinations: [{ host: 'docker.io', account: 'lea', path: 'lea/shop' }] }],
    })
    expect(pathOf(NO_DRAFT, hub, shop, facts)).toBe('lea/shop')
    expect(pathOf(NO_DRAFT, own, shop, facts)).toBe('acme/boutique')
    expect(pathOf({ ...NO_DRAFT, paths: { [of(hub.key, 'a')]: 'lea/typed' } }, hub, shop, facts)).toBe('lea/typed')
    expect(lastTargets([hub, own], [shop], facts)).toEqual([hub])
    expect(lastTargets([hub, own], [shop, { ...shop, names: ['other:1'] }], facts)).toEqual([])
  })
})

describe('versions', () => {
  const labelled = (version: string): Known =>
    known({
      images: [
        {
          id: 'a',
          labels: { 'org.opencontainers.image.version': version },
          platforms: [],
          created: 0,
          artifact: false,
        },
      ],
    })

  it.each<[readonly string[], Known, string]>([
    [['acme/boutique:2.4.1', 'acme/boutique:latest'], known(), '2.4.1'],
    [['acme/boutique:latest'], labelled('2.4.1'), '2.4.1'],
    [['acme/boutique:latest'], labelled('2.4.1+build 7'), 'latest'],
    [[], labelled('2.4.1'), '2.4.1'],
    [[], known(), ''],
  ])('of %j', (names, facts, version) => {
    expect(versionOf(NO_DRAFT, { ...shop, names }, facts)).toBe(version)
  })

  it('bring the shortcuts along that follow them there; latest and new ones only when asked', () => {
    expect(choicesOf(NO_DRAFT, [own], shop, known()).map(({ tag, on }) => [tag, on])).toEqual([
      ['2.4', false],
      ['2', false],
      ['latest', false],
    ])
    const facts = having(BEFORE)
    expect(tagsOf(NO_DRAFT, [own], shop, facts)).toEqual(['2.4.1', '2.4', '2'])
    expect(tagsOf({ ...NO_DRAFT, ticks: { 'a latest': true, 'a 2': false } }, [own], shop, facts)).toEqual([
      '2.4.1',
      '2.4',
      'latest',
    ])
  })

  it('take along what the image is called here', () => {
    const row = { ...shop, names: ['acme/boutique:2.4.1', 'acme/boutique:stable', 'acme/boutique:latest', 'other:3'] }
    expect(tagsOf(NO_DRAFT, [own], row, known())).toEqual(['2.4.1', 'latest', 'stable'])
  })

  it('that are typed go in place of the one the image has here', () => {
    expect(tagsOf({ ...NO_DRAFT, versions: { a: '2.4.2' } }, [own], shop, known())).toEqual(['2.4.2'])
  })

  it('move no shortcut that a newer version has', () => {
    const facts = having({ tags: ['2', '2.4', '2.5.0'], named: [] })
    const choices = choicesOf(NO_DRAFT, [own], shop, facts)
    expect(choices.map(({ tag, on, newer }) => [tag, on, newer])).toEqual([
      ['2.4', true, undefined],
      ['2', false, '2.5.0'],
      ['latest', false, '2.5.0'],
    ])
  })

  it('are asked about with all they may bring', () => {
    const draft = { ...NO_DRAFT, extra: { a: ['20261120', 'not a tag'] } }
    expect(askedTags(draft, shop, known())).toEqual(['2.4.1', '2.4', '2', 'latest', '20261120'])
  })
})

describe('what changes there', () => {
  let en: Words
  let fr: Words
  beforeAll(async () => {
    en = await wordsIn('en')
    fr = await wordsIn('fr')
  })
  const said = (facts: Known, words: Words, draft: Draft = NO_DRAFT, plan?: Plan): string =>
    changeSentences(movesAt(draft, at(facts), plan), words)
      .join(' ')
      .replaceAll(/<\/?b>/g, '')

  it('is said in a sentence: what is new, what moves, where the former image stays', () => {
    expect(said(having(BEFORE), en)).toBe(
      '2.4.1 is new. 2.4 and 2 move to this image. The former image stays under 2.4.0.',
    )
    expect(said(having(BEFORE), fr)).toBe(
      '2.4.1 est nouveau. 2.4 et 2 passent à cette image. L’ancienne image reste sous 2.4.0.',
    )
  })

  it('keeps a former image that has no other name: under its own version, else under a dated one', () => {
    const lone = { tag: '2.4', digest: OLD, created: 1 }
    const keeps = (named: There['named'], tags: string[]): unknown =>
      wantedAt(NO_DRAFT, at(having({ tags, named })), undefined)[0]?.names
    expect(keeps([{ ...lone, version: '2.4.0' }], ['2.4'])).toContainEqual({
      name: 'reg.example:5000/acme/boutique:2.4',
      keepAs: 'reg.example:5000/acme/boutique:2.4.0',
    })
    // The name its label tells is another image's: it would be taken from it.
    expect(keeps([{ ...lone, version: '2.4.0' }], ['2.4', '2.4.0'])).toContainEqual({
      name: 'reg.example:5000/acme/boutique:2.4',
      keepAs: 'reg.example:5000/acme/boutique:2.4-20261120-1430',
    })
  })

  it('keeps it once where several of its tags move, and not at all where it has a name that stays', () => {
    const named = ['2.4', '2'].map((tag) => ({ tag, digest: OLD, created: 1 }))
    const kept = wantedAt(NO_DRAFT, at(having({ tags: ['2', '2.4'], named })), undefined)[0]?.names
    expect(kept?.filter(({ keepAs }) => keepAs !== undefined)).toHaveLength(1)
    expect(wantedAt(NO_DRAFT, at(having(BEFORE)), undefined)[0]?.names.map(({ keepAs }) => keepAs)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('does not count on a name that moves as well', () => {
    const facts = having({
      tags: ['2', '2.4'],
      named: [
        { tag: '2.4', digest: OLD, created: 1, alias: '2' },
        { tag: '2', digest: OLD, created: 1, alias: '2.4' },
      ],
    })
    expect(said(facts, en)).toContain('The former image stays under 2.4-20261120-1430')
  })

  it('follows what was decided: replaced, or left where it is', () => {
    const facts = having({ tags: ['2.4'], named: [{ tag: '2.4', digest: OLD, created: 1 }] })
    const name = 'reg.example:5000/acme/boutique:2.4'
    const replace: Draft = { ...NO_DRAFT, moves: { [of(own.key, name)]: 'replace' } }
    expect(said(facts, en, replace)).toContain('The former image loses 2.4.')
    expect(wantedAt(replace, at(facts), undefined)[0]?.names).toContainEqual({ name })
    const leave: Draft = { ...NO_DRAFT, moves: { [of(own.key, name)]: 'leave' } }
    expect(said(facts, en, leave)).toContain('2.4 is not moved.')
    expect(wantedAt(leave, at(facts), undefined)[0]?.names.map((one) => one.name)).not.toContain(name)
  })

  it('is nothing for a tag that names this very image', () => {
    const plan: Plan = {
      images: [
        {
          id: 'a',
          present: true,
          layers: [],
          names: [{ name: 'reg.example:5000/acme/boutique:2.4', same: true }],
        },
      ],
      move: 0,
      total: 0,
      exact: true,
      absent: [],
    }
    expect(said(having(BEFORE), en, NO_DRAFT, plan)).toContain('2.4 names this image already.')
  })
})

describe('what is asked for', () => {
  it('is named as Docker names it, with labels that say something', () => {
    const draft: Draft = { ...NO_DRAFT, labels: { a: { title: 'Boutique', source: '  ' } } }
    const facts = known({ standing: { [of(hub.key, 'acme/boutique')]: ownRepository } })
    expect(destinationAt(draft, at(facts, hub), undefined)).toEqual({
      to: { host: 'docker.io', account: 'lea' },
      images: [{ id: 'a', names: [{ name: 'acme/boutique:2.4.1' }], labels: { title: 'Boutique' } }],
      create: [],
    })
  })

  it('two images cannot have one name', () => {
    const twin: PublishRow = { ...shop, id: 'b' }
    expect(clashesAt(NO_DRAFT, at(known(), own, [shop, twin]))).toEqual(['reg.example:5000/acme/boutique:2.4.1'])
    expect(isSoundAt(NO_DRAFT, at(known(), own, [shop, twin]))).toBe(false)
    const other: Draft = { ...NO_DRAFT, versions: { b: '2.4.2' } }
    expect(isSoundAt(other, at(known(), own, [shop, twin]))).toBe(true)
  })

  it('needs good names', () => {
    const typed = (path: string): boolean =>
      isSoundAt({ ...NO_DRAFT, paths: { [of(own.key, 'a')]: path } }, at(known()))
    expect([typed('acme/boutique'), typed('Acme/boutique'), typed('')]).toEqual([true, false, false])
    expect(isSoundAt({ ...NO_DRAFT, versions: { a: '2 4' } }, at(known()))).toBe(false)
  })

  it('is proposed the next time', () => {
    expect(publishedBy(NO_DRAFT, situation(known(), [hub, own]))).toEqual([
      {
        source: 'acme/boutique',
        destinations: [
          { host: 'docker.io', account: 'lea', path: 'acme/boutique' },
          { host: 'reg.example:5000', path: 'acme/boutique' },
        ],
      },
    ])
  })
})

describe('who will see it', () => {
  const seeing = (standing: Partial<Standing>, draft: Draft = NO_DRAFT) => {
    const facts = known({ standing: { [of(hub.key, 'lea/shop')]: { ...ownRepository, ...standing } } })
    const { create, unsaid } = seeingOf(draft, hub, 'lea/shop', facts) ?? { unsaid: true }
    return { create, unsaid }
  }
  const byApi: Standing['creation'] = { by: 'api', choices: ['private', 'public'] }
  const key = of(hub.key, 'lea/shop')

  it('is asked first', () => expect(seeingOf(NO_DRAFT, hub, 'lea/shop', known())).toBeUndefined())

  it('of a repository that is made here: nobody else, unless public is said', () => {
    expect(seeing({ exists: false, creation: byApi })).toEqual({ create: 'private', unsaid: false })
    const open: Draft = { ...NO_DRAFT, visibility: { [key]: 'public' } }
    expect(seeing({ exists: false, creation: byApi }, open)).toEqual({ create: 'public', unsaid: false })
  })

  it('where it can only become public, that has to be said', () => {
    const pushed: Partial<Standing> = { exists: false, creation: { by: 'push', visibility: 'public' } }
    expect(seeing(pushed).unsaid).toBe(true)
    expect(seeing(pushed, { ...NO_DRAFT, agreed: new Set([key]) }).unsaid).toBe(false)
    expect(seeing({ exists: false, creation: { by: 'api', choices: ['public'] } })).toEqual({
      create: undefined,
      unsaid: true,
    })
  })

  it('of one that is there nothing is made, and nothing is asked', () => {
    expect(seeing({ exists: true, visibility: 'public', creation: byApi })).toEqual({
      create: undefined,
      unsaid: false,
    })
    expect(seeing({ exists: 'unknown', creation: byApi })).toEqual({ create: undefined, unsaid: false })
  })
})
