import { describe, expect, it } from 'vitest'
import { planTags, type RepositoryNow, type TagOperation } from './tag-plan.ts'

function now(tags: Record<string, string>, elsewhere: Record<string, string[]> = {}): RepositoryNow {
  return { tags: new Map(Object.entries(tags)), elsewhere: (id) => elsewhere[id] ?? [] }
}

function planned(repository: RepositoryNow, ...operations: TagOperation[]) {
  const plan = planTags(repository, operations)
  if ('problem' in plan) throw new Error(`${plan.problem} ${plan.tag}`)
  return plan
}

describe('what operations on tags come to', () => {
  it('tells what each image ends up with', () => {
    const plan = planned(
      now({ '1.0': 'a', latest: 'a', '2.0': 'b' }),
      { type: 'give', tag: 'latest', id: 'b' },
      { type: 'give', tag: '2', id: 'b' },
    )
    expect(plan.changes).toEqual([
      { tag: 'latest', from: 'a', to: 'b' },
      { tag: '2', to: 'b' },
    ])
    expect(plan.images).toEqual([
      { id: 'a', before: ['1.0', 'latest'], after: ['1.0'], elsewhere: [] },
      { id: 'b', before: ['2.0'], after: ['latest', '2.0', '2'], elsewhere: [] },
    ])
    expect(plan.lost).toEqual([])
  })

  it('names the images that lose their last name', () => {
    const moving: TagOperation = { type: 'give', tag: '1.0', id: 'b' }
    expect(planned(now({ '1.0': 'a', '2.0': 'b' }), moving).lost).toEqual(['a'])
    expect(planned(now({ '1.0': 'a', '2.0': 'b' }, { a: ['other:1'] }), moving).lost).toEqual([])
    expect(planned(now({ '1.0': 'a' }), { type: 'remove', tag: '1.0' }).lost).toEqual(['a'])
    // One that has no name loses none.
    expect(planned(now({}), { type: 'give', tag: '1.0', id: 'a' }).lost).toEqual([])
  })

  it('keeps a former image under another tag, and that first', () => {
    const plan = planned(now({ '1.0': 'a', old: 'c' }), { type: 'give', tag: '1.0', id: 'b', keepAs: 'old' })
    expect(plan.changes).toEqual([
      { tag: 'old-2', to: 'a', keeps: '1.0' },
      { tag: '1.0', from: 'a', to: 'b' },
    ])
    expect(plan.lost).toEqual([])
  })

  it('means all operations of the tags as they are: two tags change places', () => {
    const plan = planned(
      now({ a: '1', b: '2' }),
      { type: 'rename', tag: 'a', to: 'b' },
      { type: 'rename', tag: 'b', to: 'a' },
    )
    expect(plan.changes.map(({ tag, to }) => [tag, to])).toEqual([
      ['a', '2'],
      ['b', '1'],
    ])
    expect(plan.lost).toEqual([])
  })

  it('takes away last', () => {
    const plan = planned(now({ a: '1' }), { type: 'rename', tag: 'a', to: 'b' })
    expect(plan.changes).toEqual([
      { tag: 'b', to: '1' },
      { tag: 'a', from: '1' },
    ])
    expect(plan.lost).toEqual([])
    expect(planned(now({ a: '1' }), { type: 'rename', tag: 'a', to: 'a' }).changes).toEqual([])
  })

  it.each<[TagOperation[], string, string]>([
    [[{ type: 'remove', tag: 'x' }], 'gone', 'x'],
    [[{ type: 'rename', tag: 'x', to: 'y' }], 'gone', 'x'],
    [[{ type: 'give', tag: 'not a tag', id: '1' }], 'invalid', 'not a tag'],
    [[{ type: 'give', tag: 'b', id: '1', keepAs: '-' }], 'invalid', '-'],
    [[{ type: 'rename', tag: 'a', to: '' }], 'invalid', ''],
    [
      [
        { type: 'give', tag: 'b', id: '1' },
        { type: 'give', tag: 'b', id: '2' },
      ],
      'twice',
      'b',
    ],
    [
      [
        { type: 'remove', tag: 'a' },
        { type: 'give', tag: 'a', id: '2' },
      ],
      'twice',
      'a',
    ],
    [
      [
        { type: 'remove', tag: 'a' },
        { type: 'rename', tag: 'a', to: 'c' },
      ],
      'twice',
      'a',
    ],
  ])('refuses what cannot be done together: %j', (operations, problem, tag) => {
    expect(planTags(now({ a: '1' }), operations)).toEqual({ problem, tag })
  })
})
