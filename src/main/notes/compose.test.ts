// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose writes its variables like that.
import { describe, expect, it } from 'vitest'
import { interpolate, listedImages, parseEnv } from './compose.ts'

describe('a compose file', () => {
  const COMPOSE = `
name: shop
x-common: &common
  restart: always
  image: "nginx:\${NGINX_VERSION:-1.27}"
services:
  web: *common
  proxy:
    <<: *common
    ports: ["80:80"]
  api:
    image: registry.example:5000/acme/api:\${TAG}
  worker:
    build: ./worker
  tool:
    image: acme/tool
    build: ./tool
  odd:
    image: Not A Name
`

  it('names images with their services, what is built, and what is missing for a name', () => {
    expect(listedImages('compose.yaml', COMPOSE)).toEqual({
      images: [
        { name: 'nginx:1.27', service: 'web' },
        { name: 'acme/tool:latest', service: 'tool' },
      ],
      built: ['worker'],
      unset: ['TAG'],
      unread: ['odd: Not A Name'],
    })
  })

  it('takes values from the .env that was given with it, and from nowhere else', () => {
    process.env['TAG'] = 'of-this-process'
    try {
      expect(listedImages('compose.yaml', COMPOSE).unset).toEqual(['TAG'])
    } finally {
      delete process.env['TAG']
    }
    const { images, unset } = listedImages(
      'docker-compose.yml',
      COMPOSE,
      'TAG=2.1 # the newest\nNGINX_VERSION="1.28"\n',
    )
    expect(unset).toEqual([])
    expect(images.map(({ name }) => name)).toEqual([
      'nginx:1.28',
      'registry.example:5000/acme/api:2.1',
      'acme/tool:latest',
    ])
  })

  it('is told by its content, too, and one that is none says so', () => {
    expect(listedImages('stack', 'services:\n  a:\n    image: redis:7\n').images).toEqual([
      { name: 'redis:7', service: 'a' },
    ])
    expect(listedImages('ci.yml', 'on: push\njobs: {}\n')).toMatchObject({ images: [], unread: ['ci.yml'] })
    expect(listedImages('bad.yml', 'services: [\n')).toMatchObject({ images: [], unread: ['bad.yml'] })
  })

  it('is no bomb', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...[...'bcdefghi'].map((letter, at) => `${letter}: &${letter} [${Array(9).fill(`*${'abcdefgh'[at]}`).join()}]`),
      'services: *i',
    ].join('\n')
    expect(listedImages('bomb.yml', bomb)).toMatchObject({ images: [] })
  })
})

describe('variables (compose specification, interpolation)', () => {
  const values = new Map([
    ['A', 'a'],
    ['EMPTY', ''],
  ])
  it.each([
    ['$A/${A}', 'a/a', []],
    ['${EMPTY:-x}${EMPTY-y}', 'x', []],
    ['${NONE:-x}${NONE-y}', 'xy', []],
    ['${A:+x}${EMPTY:+y}${NONE+z}', 'x', []],
    ['${NONE:-${A}-${OTHER:-b}}', 'a-b', []],
    ['$$A costs 5$', '$A costs 5$', []],
    ['${NONE}', '', ['NONE']],
    ['$NONE:1', ':1', ['NONE']],
    ['${NONE:?say it}', '', ['NONE']],
    ['${EMPTY:?say it}', '', ['EMPTY']],
    ['${EMPTY}', '', []],
    ['${not closed', '${not closed', []],
  ])('%s', (text, result, unset) => expect(interpolate(text, values)).toEqual({ text: result, unset }))

  it('stand in a .env as people write it', () => {
    const env = '\uFEFF# remark\r\nexport A=1\r\nB = two words  # remark\nC="a # b"\nD=\'x\' # y\nE=\nnothing\nF=a#b\n'
    expect([...parseEnv(env)]).toEqual([
      ['A', '1'],
      ['B', 'two words'],
      ['C', 'a # b'],
      ['D', 'x'],
      ['E', ''],
      ['F', 'a#b'],
    ])
  })
})

it('a list has a name a line, and says which line is none', () => {
  const text =
    '\uFEFF# for the workshop\nnginx\n- redis:7 # cache\n* acme/shop:2.4.1\r\ndocker pull ghcr.io/acme/api:1\n\nnginx:latest\ntwo words\n'
  expect(listedImages('images.txt', text)).toEqual({
    images: [
      { name: 'nginx:latest' },
      { name: 'redis:7' },
      { name: 'acme/shop:2.4.1' },
      { name: 'ghcr.io/acme/api:1' },
    ],
    built: [],
    unset: [],
    unread: ['two words'],
  })
})
