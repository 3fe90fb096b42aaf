import { describe, expect, it } from 'vitest'
import { kitPage } from './kit.ts'
import { configText, type Settings } from './recipe.ts'

const SETTINGS: Settings = {
  mode: 'store',
  port: 5000,
  reach: 'network',
  addresses: ['registre.atelier.lan', 'fd00::1'],
  tls: true,
}
const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

function dataIn(html: string): unknown {
  return JSON.parse(/id="caboteur-registry">([^<]+)</.exec(html)?.[1] ?? '')
}

describe('the file for other computers', () => {
  it.each(['fr', 'en'] as const)('says in %s what Docker and the firewall need, and loads nothing', (language) => {
    const html = kitPage({ name: 'atelier', settings: SETTINGS, ca: CA, users: true }, language)
    for (const part of [
      '/etc/docker/certs.d/registre.atelier.lan:5000/',
      'docker login registre.atelier.lan:5000',
      '5000',
      CA,
    ])
      expect(html).toContain(part)
    expect(html).not.toMatch(/(?:src|href)=|insecure-registries|undefined|\{\w+\}/)
    const registry = { host: 'registre.atelier.lan:5000', name: 'atelier', plain: false, ca: CA, users: true }
    expect(dataIn(html)).toEqual({ caboteur: 1, registry })
  })

  it('warns of a connection without protection, and gives the setting Docker wants', () => {
    const html = kitPage({ name: 'atelier', settings: { ...SETTINGS, tls: false }, users: false }, 'en')
    expect(html).toContain('&quot;insecure-registries&quot;: [')
    expect(html).toContain('Whoever is on this network')
    expect(html).not.toContain('docker login')
  })

  it('tells a cache as a mirror of Docker Hub', () => {
    const html = kitPage({ name: 'atelier', settings: { ...SETTINGS, mode: 'cache' }, ca: CA, users: false }, 'en')
    expect(html).toContain('https://registre.atelier.lan:5000')
    expect(html).toContain('registry-mirrors')
    expect(configText({ ...SETTINGS, mode: 'cache' }, false)).toContain(
      '"proxy":{"remoteurl":"https://registry-1.docker.io"}',
    )
  })

  it('cannot be left by what a name holds', () => {
    const html = kitPage({ name: '</script><b>', settings: SETTINGS, users: false }, 'en')
    expect(html).not.toContain('</script><b>')
    expect(dataIn(html)).toMatchObject({ registry: { name: '</script><b>' } })
  })
})
