import { describe, expect, it } from 'vitest'
import { parseChallenges } from './challenge.ts'

const read = (...headers: string[]) =>
  parseChallenges(headers).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

/** Numbers that look random and are the same in every run. */
function* numbers(): Generator<number> {
  for (let state = 7; ; state = (state * 1103515245 + 12345) % 2147483648) yield state
}

describe('WWW-Authenticate', () => {
  it.each([
    ['nothing', [''], []],
    ['a bare scheme', ['Basic'], [['basic', {}]]],
    [
      'ECR',
      ['Basic realm="https://x/",service="ecr.amazonaws.com"'],
      [['basic', { realm: 'https://x/', service: 'ecr.amazonaws.com' }]],
    ],
    [
      'gcr.io, bare values',
      ['Bearer realm="https://gcr.io/v2/token",service=gcr.io'],
      [['bearer', { realm: 'https://gcr.io/v2/token', service: 'gcr.io' }]],
    ],
    [
      'commas inside quotes',
      ['Bearer realm="r",scope="repository:a/b:pull,push"'],
      [['bearer', { realm: 'r', scope: 'repository:a/b:pull,push' }]],
    ],
    ['escapes', ['Basic realm="a \\"b\\" \\\\"'], [['basic', { realm: 'a "b" \\' }]]],
    [
      'two in one line',
      ['Bearer realm="r",service="s", Basic realm="b"'],
      [
        ['bearer', { realm: 'r', service: 's' }],
        ['basic', { realm: 'b' }],
      ],
    ],
    [
      'Gitea, two lines',
      ['Bearer realm="r"', 'Basic'],
      [
        ['bearer', { realm: 'r' }],
        ['basic', {}],
      ],
    ],
    ['space around everything', ['bEARER  Realm = "r" ,\tSERVICE= s'], [['bearer', { realm: 'r', service: 's' }]]],
    ['an unfinished quote', ['Bearer realm="https://x'], [['bearer', { realm: 'https://x' }]]],
    ['the first of two of a name', ['Bearer realm="a",realm="b"'], [['bearer', { realm: 'a' }]]],
    [
      'a token of Negotiate',
      ['Negotiate abc==, Basic realm="r"'],
      [
        ['negotiate', { abc: '=' }],
        ['basic', { realm: 'r' }],
      ],
    ],
  ])('reads %s', (_, headers, expected) => {
    expect(read(...headers)).toEqual(expected)
  })

  it('reads whatever comes to its end', () => {
    const alphabet = ['Bearer', 'Basic', ' ', ',', '=', '"', '\\', 'realm', 'é', '\t', ';', '__proto__']
    const random = numbers()
    for (let round = 0; round < 3000; round += 1) {
      const length = random.next().value % 24
      const header = Array.from({ length }, () => alphabet[(random.next().value >> 8) % alphabet.length]).join('')
      for (const { scheme } of parseChallenges([header])) expect(scheme).not.toMatch(/[\s,="]/)
    }
  })

  it('reads back what is written, whatever the values are', () => {
    const random = numbers()
    for (let round = 0; round < 500; round += 1) {
      const characters = Array.from({ length: random.next().value % 20 }, () => 32 + ((random.next().value >> 8) % 95))
      const value = String.fromCharCode(...characters)
      const quoted = value.replaceAll(/["\\]/g, '\\$&')
      expect(read(`Bearer realm="${quoted}", scope="${quoted}"`)).toEqual([['bearer', { realm: value, scope: value }]])
    }
  })
})
