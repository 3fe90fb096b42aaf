import { afterEach, describe, expect, it } from 'vitest'
import { digestOf } from '../../format/digest.ts'
import { MEDIA } from '../../format/documents.ts'
import { EmulatedRegistry, type EmulationOptions } from '../../testing/registry-emulation.ts'
import { RegistryClient } from './client.ts'
import { nextLink } from './listing.ts'

const signal = new AbortController().signal
const MANIFEST = { schemaVersion: 2, mediaType: MEDIA.manifest, config: {}, layers: [] }

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function scene(options: EmulationOptions = {}): Promise<{ registry: EmulatedRegistry; client: RegistryClient }> {
  const registry = await EmulatedRegistry.start(options)
  const patience = { pause: 1, attempts: 2, wait: async () => undefined }
  const client = new RegistryClient({ host: registry.host }, undefined, { patience })
  open.push(client, registry)
  return { registry, client }
}

describe('the link to the next page', () => {
  it.each([
    ['</v2/_catalog?last=a&n=1>; rel="next"', '/v2/_catalog?last=a&n=1'],
    ['<https://x/y>;rel=next', 'https://x/y'],
    ['</a>; rel="prev", </b>; title="x, y"; rel="next"', '/b'],
    ['</a>; rel="first next"', '/a'],
    ['</a>; rel="nextish"', undefined],
    ['</a>', undefined],
    ['', undefined],
  ])('%s', (header, expected) => {
    expect(nextLink([header])).toBe(expected)
  })
})

describe('lists', () => {
  it.each(['relative', 'absolute'] as const)('come page by page (%s links)', async (links) => {
    const { registry, client } = await scene({ page: 7, links })
    const names = Array.from({ length: 30 }, (_, at) => `t${String(at).padStart(2, '0')}`)
    registry.addManifest('a/b', names, MANIFEST, MEDIA.manifest)
    for (const name of names) registry.addManifest(`many/${name}`, ['1'], MANIFEST, MEDIA.manifest)
    expect(await Array.fromAsync(client.tags('a/b', signal))).toEqual(names)
    expect(registry.count('GET', /tags\/list/)).toBe(5)
    expect(await Array.fromAsync(client.catalog(signal))).toHaveLength(31)
  })

  it('are asked for only as far as they are read', async () => {
    const { registry, client } = await scene({ page: 2 })
    registry.addManifest('a/b', ['1', '2', '3', '4', '5', '6'], MANIFEST, MEDIA.manifest)
    for await (const tag of client.tags('a/b', signal)) if (tag === '3') break
    expect(registry.count('GET', /tags\/list/)).toBe(2)
  })

  it('come from servers with a smaller limit, and from those without tags', async () => {
    const { registry, client } = await scene()
    registry.addManifest('a/b', ['1'], MANIFEST, MEDIA.manifest)
    registry.disturb({ method: 'GET', path: /tags\/list\?n=/, answer: { status: 400 } })
    expect(await Array.fromAsync(client.tags('a/b', signal))).toEqual(['1'])
    registry.disturb({ method: 'GET', path: /tags/, answer: { status: 200, body: '{"name":"a/b","tags":null}' } })
    expect(await Array.fromAsync(client.tags('a/b', signal))).toEqual([])
    registry.disturb({ method: 'GET', path: /tags/, answer: { status: 200, body: '<html>' } })
    await expect(Array.fromAsync(client.tags('a/b', signal))).rejects.toMatchObject({ code: 'registry-answer' })
  })

  it('do not lead to strangers, nor in circles', async () => {
    const { registry, client } = await scene()
    const page = (link: string) => ({ status: 200, headers: { link: `<${link}>; rel="next"` }, body: '{"tags":["1"]}' })
    registry.disturb({ method: 'GET', path: /tags/, answer: page('http://elsewhere.invalid/v2/a/b/tags/list') })
    await expect(Array.fromAsync(client.tags('a/b', signal))).rejects.toMatchObject({ code: 'registry-plain-http' })
    registry.disturb({ method: 'GET', path: /tags/, answer: page('/v2/a/b/tags/list?n=1000') })
    expect(await Array.fromAsync(client.tags('a/b', signal))).toEqual(['1'])
  })

  it('are not to be had where there is no catalogue', async () => {
    const { registry, client } = await scene()
    for (const status of [404, 405]) {
      registry.disturb({ method: 'GET', path: /_catalog/, answer: { status } })
      await expect(Array.fromAsync(client.catalog(signal))).rejects.toMatchObject({ code: 'registry-unsupported' })
    }
  })
})

describe('deleting', () => {
  it('takes a tag alone, or a manifest with its tags', async () => {
    const { registry, client } = await scene()
    const digest = registry.addManifest('a/b', ['1', '2', '3'], MANIFEST, MEDIA.manifest)
    await client.deleteTag('a/b', '1', signal)
    expect(await Array.fromAsync(client.tags('a/b', signal))).toEqual(['2', '3'])
    await client.deleteManifest('a/b', digest, signal)
    expect(registry.manifests.size).toBe(0)
    await client.deleteManifest('a/b', digest, signal)
  })

  it('says where it is not offered', async () => {
    const { registry, client } = await scene({ deletes: false })
    const digest = registry.addManifest('a/b', ['1'], MANIFEST, MEDIA.manifest)
    await expect(client.deleteTag('a/b', '1', signal)).rejects.toMatchObject({ code: 'registry-unsupported' })
    await expect(client.deleteManifest('a/b', digest, signal)).rejects.toMatchObject({ code: 'registry-unsupported' })
  })
})

describe('manifests', () => {
  it('are found out about without the headers that tell', async () => {
    const { registry, client } = await scene({ digests: false })
    const digest = registry.addManifest('a/b', ['1'], MANIFEST, 'text/plain; charset=utf-8')
    expect(await client.head('a/b', '1', signal)).toMatchObject({ digest, mediaType: MEDIA.manifest })
    expect(await client.head('a/b', '2', signal)).toBeUndefined()
    const without = await scene({ head: false })
    without.registry.addManifest('a/b', ['1'], { ...MANIFEST, mediaType: undefined }, MEDIA.manifest)
    expect(await without.client.head('a/b', '1', signal)).toMatchObject({ mediaType: MEDIA.manifest })
    expect(await without.client.head('a/b', '2', signal)).toBeUndefined()
  })

  it('are refused when they are not what their name or type says', async () => {
    const { registry, client } = await scene()
    const digest = registry.addManifest('a/b', ['1'], MANIFEST, MEDIA.manifest)
    registry.manifests.set(`a/b/${digest}`, { bytes: Buffer.from('{"layers":[]}'), type: MEDIA.manifest })
    await expect(client.manifest('a/b', digest, signal)).rejects.toMatchObject({ code: 'registry-mismatch' })
    const headers = { 'docker-content-digest': digestOf('other'), 'content-type': MEDIA.manifest }
    registry.disturb({ method: 'GET', path: /manifests/, answer: { status: 200, headers, body: '{"layers":[]}' } })
    await expect(client.manifest('a/b', '1', signal)).rejects.toMatchObject({ code: 'registry-mismatch' })
    registry.addManifest('a/b', ['index'], MANIFEST, MEDIA.index)
    await expect(client.manifest('a/b', 'index', signal)).rejects.toMatchObject({ code: 'registry-answer' })
  })

  it('are read up to a limit', async () => {
    const { registry, client } = await scene()
    const long = Buffer.from(JSON.stringify({ ...MANIFEST, annotations: { long: 'x'.repeat(6 << 20) } }))
    registry.addManifest('a/b', ['1'], long, MEDIA.manifest)
    await expect(client.manifest('a/b', '1', signal)).rejects.toMatchObject({ code: 'registry-answer' })
    await expect(client.putManifest('a/b', '2', long, MEDIA.manifest, signal)).rejects.toMatchObject({
      code: 'registry-refused',
    })
  })

  it.each(['../../v2', 'a:b', 'sha256:abc', ''])('have no such name: “%s”', async (name) => {
    const { client } = await scene()
    await expect(client.manifest('a/b', name, signal)).rejects.toMatchObject({ code: 'name-invalid' })
  })
})

describe('referrers', () => {
  const subject = digestOf('subject')
  const signature = (note: string) => ({
    ...MANIFEST,
    artifactType: 'application/x-signature',
    subject: { mediaType: MEDIA.manifest, digest: subject, size: 1 },
    annotations: { note },
  })

  it('come from the API, page by page', async () => {
    const { client } = await scene({ page: 2 })
    for (const note of ['a', 'b', 'c', 'd', 'e']) {
      const bytes = Buffer.from(JSON.stringify(signature(note)))
      expect((await client.putManifest('a/b', digestOf(bytes), bytes, MEDIA.manifest, signal)).subject).toBe(true)
    }
    const all = await Array.fromAsync(client.referrers('a/b', subject, signal))
    expect(all).toHaveLength(5)
    expect(all[0]?.artifactType).toBe('application/x-signature')
  })

  it('come from the tag that stands in for it', async () => {
    const { client } = await scene({ referrers: false })
    expect(await Array.fromAsync(client.referrers('a/b', subject, signal))).toEqual([])
    const referrer = { mediaType: MEDIA.manifest, digest: digestOf('x'), size: 1, artifactType: 'application/x' }
    await client.addReferrer('a/b', subject, referrer, signal)
    expect(await Array.fromAsync(client.referrers('a/b', subject, signal))).toEqual([referrer])
  })
})
