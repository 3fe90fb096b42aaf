// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { wordsIn } from '../testing/render.tsx'
import { placed, pullLine, readyMessage, type Sent } from './message.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const sent: Sent = {
  host: 'docker.io',
  path: 'lea/boutique',
  tags: ['2.4.1', '2.4'],
  digest: DIGEST,
  visibility: 'private',
  image: {
    id: 'a',
    labels: { 'org.opencontainers.image.description': 'La boutique de Léa' },
    platforms: [{ os: 'linux', architecture: 'amd64' }],
    created: 0,
    artifact: false,
  },
}

describe('the message for whoever is to get an image', () => {
  it.each(['en', 'fr'] as const)('says all of it in one text (%s)', async (language) => {
    const text = readyMessage([sent], await wordsIn(language))
    for (const part of [
      'lea/boutique 2.4.1',
      'La boutique de Léa',
      'amd64',
      `docker pull lea/boutique@${DIGEST}`,
      'docker.io',
      'Caboteur',
    ])
      expect(text).toContain(part)
    expect(text).toContain(language === 'fr' ? 'Qui peut la récupérer' : 'Who can get it')
    expect(text).not.toMatch(/\{\{|undefined|null/)
  })

  it('is one text for several', async () => {
    const other = { ...sent, host: 'reg.example:5000', path: 'team/shop', visibility: 'unknown' as const }
    const text = readyMessage([sent, other], await wordsIn('en'))
    expect(text).toContain('lea/boutique 2.4.1 and reg.example:5000/team/shop 2.4.1 are online.')
    expect(text).toContain(`docker pull reg.example:5000/team/shop@${DIGEST}`)
    expect(text).toContain('whoever may read at reg.example:5000')
  })

  it('has a command that pulls exactly this image', () => {
    expect(pullLine({ host: 'ghcr.io', path: 'acme/web', digest: DIGEST })).toBe(
      `docker pull ghcr.io/acme/web@${DIGEST}`,
    )
    expect(pullLine({ host: 'docker.io', path: 'library/x', digest: DIGEST })).toBe(`docker pull x@${DIGEST}`)
  })
})

describe('a familiar name', () => {
  it.each([
    ['lea/boutique:1', 'docker.io', 'lea/boutique'],
    ['reg.example:5000/a/b:1', 'reg.example:5000', 'a/b'],
  ])('%s is at %s', (name, host, path) => expect(placed(name, host)).toEqual({ path, tag: '1' }))
})
