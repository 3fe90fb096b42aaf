import { afterEach, describe, expect, it } from 'vitest'
import type { Found } from '../shared/contract.ts'
import type { Digest } from '../shared/reference.ts'
import { MEDIA } from './format/documents.ts'
import { LookedAt } from './looked-at.ts'
import { RegistryClient } from './place/registry/client.ts'
import { readReference } from './place/registry/source.ts'
import { type Sought, searchRegistry } from './search-registries.ts'
import { EmulatedRegistry, type EmulationOptions } from './testing/registry-emulation.ts'

const NEVER = new AbortController().signal

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

interface Scene {
  readonly registry: EmulatedRegistry
  readonly client: RegistryClient
  readonly looked: LookedAt
}

async function scene(options: EmulationOptions = {}): Promise<Scene> {
  const registry = await EmulatedRegistry.start(options)
  const client = new RegistryClient({ host: registry.host }, undefined, {
    patience: { attempts: 2, pause: 1, wait: async () => undefined },
  })
  open.push(client, registry)
  return { registry, client, looked: new LookedAt() }
}

interface Made {
  readonly manifest: Digest
  readonly config: Digest
  readonly layer: Digest
}

function image({ registry }: Scene, repository: string, tags: readonly string[], label = 'none'): Made {
  const layer = registry.addBlob(repository, Buffer.from(`layer of ${repository} ${label}`))
  const content = {
    os: 'linux',
    architecture: 'amd64',
    config: { Labels: { vendor: label } },
    rootfs: { type: 'layers', diff_ids: [layer] },
  }
  const bytes = Buffer.from(JSON.stringify(content))
  const config = registry.addBlob(repository, bytes)
  const manifest = registry.addManifest(
    repository,
    tags,
    {
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config: { mediaType: MEDIA.config, digest: config, size: bytes.length },
      layers: [{ mediaType: MEDIA.layer.plain, digest: layer, size: 10 }],
    },
    MEDIA.manifest,
  )
  return { manifest, config, layer }
}

interface Asking {
  readonly known?: readonly string[]
  readonly signal?: AbortSignal
  readonly tell?: (hit: Found) => void
}

async function search({ registry, client, looked }: Scene, sought: Sought, more: Asking = {}): Promise<Found[]> {
  const { known = [], signal = NEVER, tell } = more
  const hits: Found[] = []
  const place = { type: 'registry', host: registry.host } as const
  const hear = (hit: Found): void => {
    hits.push(hit)
    tell?.(hit)
  }
  await searchRegistry({ place, client, looked, known }, sought, hear, signal)
  return hits
}

function words(text: string): Sought {
  return { type: 'words', words: text.split(' ') }
}

function repositoryOf({ place }: Found): string | undefined {
  return place.type === 'registry' ? place.repository : undefined
}

describe('searching a registry', () => {
  it('finds repositories by their names, and versions by the word that is left', async () => {
    const at = await scene()
    const { manifest } = image(at, 'acme/shop', ['2.4.1', 'latest'])
    image(at, 'acme/shop', ['1.0'], 'older')
    image(at, 'other/thing', ['2.4.1'])
    const hits = await search(at, words('shop'))
    expect(hits.map(({ names, met, id }) => ({ names, met, id }))).toEqual([
      { names: [`${at.registry.host}/acme/shop`], met: 'name', id: '' },
    ])
    const [version, ...others] = await search(at, words('shop 2.4'))
    expect(others).toEqual([])
    expect(version).toMatchObject({
      id: manifest,
      digest: manifest,
      met: 'name',
      names: [`${at.registry.host}/acme/shop:2.4.1`],
      place: { repository: 'acme/shop' },
    })
  })

  it('looks through the versions of what was looked at and copied to, whatever its name', async () => {
    const at = await scene()
    image(at, 'acme/shop', ['2.4.1'])
    image(at, 'team/thing', ['2.4.1'])
    image(at, 'never/seen', ['2.4.1'])
    at.looked.note(at.registry.host, 'acme/shop', [])
    const hits = await search(at, words('2.4.1'), { known: ['team/thing'] })
    expect(hits.map(repositoryOf).sort()).toEqual(['acme/shop', 'team/thing'])
    expect(at.registry.count('GET', /never\/seen/)).toBe(0)
  })

  it('finds labels, and reads an image once for them', async () => {
    const at = await scene()
    image(at, 'acme/shop', ['1'], 'Boulangerie')
    at.looked.note(at.registry.host, 'acme/shop', [])
    const [hit] = await search(at, words('boulangerie'))
    expect(hit).toMatchObject({ met: 'label', names: [`${at.registry.host}/acme/shop:1`], size: 10 })
    const read = at.registry.count('GET', /manifests/)
    expect(await search(at, words('boulangerie'))).toHaveLength(1)
    expect(at.registry.count('GET', /manifests/)).toBe(read)
  })

  it('says what a digest is: a manifest, a config, a layer', async () => {
    const at = await scene()
    const { manifest, config, layer } = image(at, 'acme/shop', ['1'])
    const ask = async (digest: Digest): Promise<Found[]> => await search(at, { type: 'digest', digest })
    expect(await ask(manifest)).toMatchObject([{ met: 'manifest', id: manifest, place: { repository: 'acme/shop' } }])
    expect(await ask(config)).toMatchObject([{ met: 'config', id: '' }])
    expect(await ask(layer)).toMatchObject([{ met: 'layer', id: '' }])
    expect(await ask(`sha256:${'0'.repeat(64)}`)).toEqual([])
    // Of what was read before, it knows which version it is.
    const repository = { client: at.client, host: at.registry.host, path: 'acme/shop' }
    at.looked.note(at.registry.host, 'acme/shop', [await readReference(repository, { tag: '1' }, NEVER)])
    expect(await ask(config)).toMatchObject([
      { met: 'config', id: manifest, configDigest: config, names: [`${at.registry.host}/acme/shop:1`] },
    ])
    expect(at.registry.count('GET', /manifests/)).toBe(1)
  })

  it('asks no more than it may, of however many', async () => {
    const at = await scene()
    for (let number = 0; number < 300; number++) image(at, `acme/app-${number}`, ['1', '2', '3'], `label ${number}`)
    await search(at, words('app 3'))
    const asked = at.registry.seen.filter(({ url }) => !url.includes('_catalog')).length
    // A manifest and a config are read together, and the way to a registry is asked for once.
    expect(asked).toBeLessThan(210)
    const before = at.registry.seen.length
    await search(at, { type: 'digest', digest: `sha256:${'0'.repeat(64)}` })
    expect(at.registry.seen.length - before).toBeLessThan(3)
    expect(at.registry.busiest).toBeLessThan(5)
  })

  it('ends where it is when nobody listens any more', async () => {
    const at = await scene()
    for (let number = 0; number < 30; number++) image(at, `acme/app-${number}`, ['1'])
    const abort = new AbortController()
    const ended = search(at, words('app'), { signal: abort.signal, tell: () => abort.abort() })
    await expect(ended).rejects.toThrow()
    const asked = at.registry.seen.length
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(at.registry.seen.length).toBe(asked)
  })

  it('takes no for an answer: a closed catalogue, a closed repository, too many questions', async () => {
    const at = await scene()
    image(at, 'acme/shop', ['1'])
    image(at, 'acme/closed', ['1'])
    at.registry.disturb({ method: 'GET', path: /_catalog/, times: 9, answer: { status: 403 } })
    at.registry.disturb({ method: 'GET', path: /closed/, times: 9, answer: { status: 403 } })
    const known = ['acme/closed', 'acme/shop']
    expect((await search(at, words('acme 1'), { known })).map(repositoryOf)).toEqual(['acme/shop'])
    at.registry.disturb({ method: 'GET', path: /tags/, times: 99, answer: { status: 429 } })
    const before = at.registry.count('GET', /tags/)
    expect(await search(at, words('acme 1'), { known: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })).toEqual([])
    // Those under way when it was said, each tried twice.
    expect(at.registry.count('GET', /tags/) - before).toBeLessThanOrEqual(6)
  })
})
