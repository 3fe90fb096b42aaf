import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/reference.ts'
import { digestOf } from '../../format/digest.ts'
import { MEDIA } from '../../format/documents.ts'
import { requireCommand } from '../../testing/commands.ts'
import { seededBytes, seededChunks } from '../../testing/content.ts'
import { type Registry, startRegistry } from '../../testing/registry.ts'
import { Cutter } from '../../testing/registry-cutter.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { RegistryClient } from './client.ts'
import type { Credentials } from './tokens.ts'
import { untag, untagging } from './untag.ts'

const signal = new AbortController().signal

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** An image of one layer, pushed as a client would. */
async function push(
  client: RegistryClient,
  repository: string,
  tag: string,
  layer: Buffer,
): Promise<{ manifest: Buffer; digest: Digest; layer: Digest; config: Digest }> {
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    }),
  )
  const put = await client.upload(repository, once(layer), {}, signal)
  await client.upload(repository, once(config), { digest: digestOf(config), size: config.length }, signal)
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config: { mediaType: MEDIA.config, digest: digestOf(config), size: config.length },
      layers: [{ mediaType: MEDIA.layer.plain, digest: put.digest, size: layer.length }],
    }),
  )
  const { digest } = await client.putManifest(repository, tag, manifest, MEDIA.manifest, signal)
  return { manifest, digest, layer: put.digest, config: digestOf(config) }
}

function skopeo(...args: string[]): string {
  return execFileSync(requireCommand('skopeo'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

const password = (username: string, secret: string) => async (): Promise<Credentials> => ({
  type: 'password',
  username,
  password: secret,
})

describe('a real registry', () => {
  let registry: Registry
  let client: RegistryClient
  let layer: Buffer
  const dir = tempDir()

  beforeAll(async () => {
    registry = await startRegistry({ delete: true })
    client = new RegistryClient({ host: registry.host })
    layer = await seededBytes('a layer', 3 << 20)
  })
  afterAll(async () => {
    await client.close()
    await registry.close()
    removeDir(dir)
  })

  it('is found to speak HTTP on this computer, and to ask nobody', async () => {
    expect(await client.ping(signal)).toEqual({ auth: 'none' })
    await expect(client.signIn(signal)).resolves.toBeUndefined()
  })

  it('takes an image that another program reads, and gives it back byte for byte', async () => {
    const pushed = await push(client, 'demo/app', '1.0', layer)
    const seen = JSON.parse(skopeo('inspect', '--tls-verify=false', `docker://${registry.host}/demo/app:1.0`)) as {
      Digest: string
      Layers: string[]
    }
    expect(seen).toMatchObject({ Digest: pushed.digest, Layers: [pushed.layer] })

    const read = await client.manifest('demo/app', '1.0', signal)
    expect(read).toMatchObject({ mediaType: MEDIA.manifest, digest: pushed.digest })
    expect(Buffer.from(read.bytes).equals(pushed.manifest)).toBe(true)
    expect(await client.head('demo/app', pushed.digest, signal)).toEqual({
      mediaType: MEDIA.manifest,
      digest: pushed.digest,
      size: pushed.manifest.length,
    })
    const bytes = await Array.fromAsync(client.blob('demo/app', { digest: pushed.layer }, signal))
    expect(digestOf(Buffer.concat(bytes))).toBe(pushed.layer)
  })

  it('gives what another program pushed', async () => {
    await push(client, 'demo/source', '1', layer)
    const target = `docker://${registry.host}/demo/other:v2s2`
    const tls = ['--src-tls-verify=false', '--dest-tls-verify=false']
    skopeo('copy', ...tls, '--format', 'v2s2', `docker://${registry.host}/demo/source:1`, target)
    skopeo('copy', ...tls, target, `oci:${join(dir, 'layout')}:x`)
    const read = await client.manifest('demo/other', 'v2s2', signal)
    expect(read.mediaType).toBe(MEDIA.dockerManifest)
    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA.index,
        manifests: [{ mediaType: read.mediaType, digest: read.digest, size: read.bytes.length }],
      }),
    )
    await client.putManifest('demo/other', 'all', index, MEDIA.index, signal)
    expect((await client.manifest('demo/other', 'all', signal)).mediaType).toBe(MEDIA.index)
  })

  it('takes a large blob as a stream, known or not, in memory that does not grow with it', async () => {
    const size = 20 << 20
    const put = await client.upload('demo/large', seededChunks('large', size, 'random'), {}, signal)
    expect(put).toMatchObject({ size, resumed: 0 })
    const known = await client.upload('demo/large2', seededChunks('large', size, 'random'), put, signal)
    expect(known.digest).toBe(put.digest)
    expect(await client.hasBlob('demo/large2', put.digest, signal)).toBe(true)
    let read = 0
    for await (const chunk of client.blob('demo/large', { digest: put.digest, size }, signal)) read += chunk.length
    expect(read).toBe(size)
  })

  it('takes chunks where they are asked for', async () => {
    const small = new RegistryClient({ host: registry.host }, undefined, { sizes: { chunk: 1 << 20, keep: 2 << 20 } })
    const bytes = await seededBytes('an empty one and one of exactly a chunk', 1 << 20)
    for (const length of [0, 1, bytes.length]) {
      const blob = bytes.subarray(0, length)
      const put = await small.upload('demo/sizes', once(blob), {}, signal)
      expect(put).toEqual({ digest: digestOf(blob), size: length, resumed: 0 })
      expect(await Array.fromAsync(small.blob('demo/sizes', put, signal)).then(Buffer.concat)).toEqual(blob)
    }
    await small.close()
  })

  it('mounts what another repository has, and says when it cannot', async () => {
    const { layer: digest } = await push(client, 'demo/from', '1', layer)
    expect(await client.hasBlob('demo/to', digest, signal)).toBe(false)
    expect(await client.mount('demo/to', digest, 'demo/from', signal)).toBe(true)
    expect(await client.hasBlob('demo/to', digest, signal)).toBe(true)
    expect(await client.mount('demo/to', digestOf('nowhere'), 'demo/from', signal)).toBe(false)
  })

  it('lists tags and repositories', async () => {
    await push(client, 'demo/tags', 'a', layer)
    await push(client, 'demo/tags', 'b', layer)
    expect((await Array.fromAsync(client.tags('demo/tags', signal))).sort()).toEqual(['a', 'b'])
    expect(await Array.fromAsync(client.catalog(signal))).toContain('demo/tags')
    await expect(Array.fromAsync(client.tags('demo/none', signal))).rejects.toMatchObject({
      code: 'registry-name-unknown',
      parts: { name: 'demo/none', place: registry.host },
    })
  })

  it('deletes a manifest, and says that it deletes no tag alone', async () => {
    const { digest } = await push(client, 'demo/gone', '1', layer)
    await expect(client.deleteTag('demo/gone', '1', signal)).rejects.toMatchObject({ code: 'registry-unsupported' })
    await client.deleteManifest('demo/gone', digest, signal)
    await client.deleteManifest('demo/gone', digest, signal)
    expect(await client.head('demo/gone', '1', signal)).toBeUndefined()
    expect(await Array.fromAsync(client.tags('demo/gone', signal))).toEqual([])
  })

  it('lets go of one tag all the same, and its manifest keeps the other names', async () => {
    const { digest } = await push(client, 'demo/untagged', '1', layer)
    await push(client, 'demo/untagged', '2', layer)
    expect(await untagging(client, 'demo/untagged', signal)).toBe('manifest')
    await untag(client, 'demo/untagged', '1', signal)
    expect(await client.head('demo/untagged', '1', signal)).toBeUndefined()
    expect((await client.head('demo/untagged', '2', signal))?.digest).toBe(digest)
    expect(await Array.fromAsync(client.tags('demo/untagged', signal))).toEqual(['2'])
    await untag(client, 'demo/untagged', 'never-there', signal)
  })

  it('keeps referrers under the tag that stands in for the API it lacks', async () => {
    const { digest, config, manifest } = await push(client, 'demo/signed', '1', layer)
    expect(await Array.fromAsync(client.referrers('demo/signed', digest, signal))).toEqual([])
    const signature = Buffer.from(
      JSON.stringify({
        ...(JSON.parse(manifest.toString()) as object),
        layers: [],
        artifactType: 'application/x-signature',
        subject: { mediaType: MEDIA.manifest, digest, size: manifest.length },
        annotations: { of: config },
      }),
    )
    const put = await client.putManifest('demo/signed', digestOf(signature), signature, MEDIA.manifest, signal)
    expect(put.subject).toBe(false)
    const referrer = {
      mediaType: MEDIA.manifest,
      digest: put.digest,
      size: signature.length,
      artifactType: 'application/x-signature',
    }
    await client.addReferrer('demo/signed', digest, referrer, signal)
    await client.addReferrer('demo/signed', digest, referrer, signal)
    expect(await Array.fromAsync(client.referrers('demo/signed', digest, signal))).toEqual([referrer])
  })

  it('says what is not there, and what it cannot take', async () => {
    const pushed = await push(client, 'demo/there', '1', layer)
    const descriptor = { mediaType: MEDIA.layer.plain, digest: digestOf('absent'), size: 6 }
    await expect(client.manifest('demo/there', '2', signal)).rejects.toMatchObject({
      code: 'registry-manifest-unknown',
      parts: { image: 'demo/there:2' },
    })
    expect(await client.head('demo/there', '2', signal)).toBeUndefined()
    await expect(
      Array.fromAsync(client.blob('demo/there', { digest: digestOf('none') }, signal)),
    ).rejects.toMatchObject({ code: 'registry-blob-unknown' })
    const hollow = { ...(JSON.parse(pushed.manifest.toString()) as object), layers: [descriptor] }
    await expect(
      client.putManifest('demo/there', '3', Buffer.from(JSON.stringify(hollow)), MEDIA.manifest, signal),
    ).rejects.toMatchObject({ code: 'registry-blob-unknown', parts: { file: descriptor.digest } })
    await expect(client.upload('demo/there', once(layer), { digest: digestOf('other') }, signal)).rejects.toMatchObject(
      { code: 'registry-mismatch' },
    )
    for (const name of ['../v2', 'a//b', 'a?b', 'a/./b']) {
      await expect(client.manifest(name, '1', signal)).rejects.toMatchObject({ code: 'name-invalid' })
    }
  })
})

describe('a bad line to a real registry', () => {
  const SIZE = 4 << 20
  let registry: Registry
  let line: Cutter
  let content: Buffer

  beforeAll(async () => {
    registry = await startRegistry()
    line = await Cutter.start(registry.host)
    content = await seededBytes('over a bad line', SIZE)
  })
  afterAll(async () => {
    await line.close()
    await registry.close()
  })

  const over = (keep: number): RegistryClient =>
    new RegistryClient({ host: line.host }, undefined, { sizes: { chunk: 1 << 20, keep }, patience: { pause: 1 } })

  it('a blob comes down whole, the rest by Range', async () => {
    const client = over(2 * SIZE)
    const { digest } = await client.upload('bad/line', once(content), {}, signal)
    for (const after of [200, 3_000_000]) {
      line.after('down', after)
      const bytes = await Array.fromAsync(client.blob('bad/line', { digest, size: SIZE }, signal))
      expect(Buffer.concat(bytes).equals(content)).toBe(true)
    }
    expect(line.cuts).toBe(2)
    await client.close()
  })

  it('a blob goes up whole as long as it can be sent again, else fails plainly', async () => {
    const digest = digestOf(content)
    const patient = over(2 * SIZE)
    for (const [at, after] of [100, 2_000_000, SIZE].entries()) {
      line.after('up', after)
      await patient.upload(`bad/up${at}`, seededChunks('over a bad line', SIZE, 'random'), {}, signal)
      expect(await patient.hasBlob(`bad/up${at}`, digest, signal)).toBe(true)
    }
    await patient.close()
    // docker-registry 2.8 does not know an upload again whose last request was cut.
    const forgetful = over(1 << 20)
    line.after('up', 3_000_000)
    await expect(
      forgetful.upload('bad/lost', seededChunks('over a bad line', SIZE, 'random'), {}, signal),
    ).rejects.toMatchObject({ code: 'registry-upload-lost', parts: { name: 'bad/lost' } })
    await forgetful.close()
  })
})

describe('a real registry that wants to know who asks', () => {
  let registry: Registry

  beforeAll(async () => {
    registry = await startRegistry({ auth: true })
  })
  afterAll(async () => {
    await registry.close()
  })

  it('takes the account, by Basic', async () => {
    const client = new RegistryClient({ host: registry.host }, password('captain', 'salt-and-rope'))
    expect(await client.ping(signal)).toEqual({ auth: 'basic' })
    await client.signIn(signal)
    const { digest } = await push(client, 'private/app', '1', Buffer.from('layer'))
    expect((await client.head('private/app', '1', signal))?.digest).toBe(digest)
    await client.close()
  })

  it('tells nobody from somebody it does not know', async () => {
    const nobody = new RegistryClient({ host: registry.host })
    await expect(nobody.signIn(signal)).rejects.toMatchObject({ code: 'registry-unauthorized' })
    const stranger = new RegistryClient({ host: registry.host }, password('captain', 'guessed-it'))
    const refused = await stranger.manifest('private/app', '1', signal).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'registry-credentials', parts: { place: registry.host } })
    await nobody.close()
    await stranger.close()
  })
})

describe('a real registry with a certificate of its own', () => {
  let registry: Registry

  beforeAll(async () => {
    registry = await startRegistry({ auth: true, tls: true })
  })
  afterAll(async () => {
    await registry.close()
  })

  it('is trusted with its authority, and not without', async () => {
    const sign = password('captain', 'salt-and-rope')
    const client = new RegistryClient({ host: registry.host, ca: registry.ca ?? '' }, sign)
    await client.signIn(signal)
    await push(client, 'tls/app', '1', Buffer.from('layer'))
    const cert = ['--tls-verify=false', '--creds', 'captain:salt-and-rope']
    expect(skopeo('inspect', ...cert, `docker://${registry.host}/tls/app:1`)).toContain('sha256:')
    await client.close()

    for (const plain of [true, false]) {
      const wary = new RegistryClient({ host: registry.host, plain }, sign)
      await expect(wary.signIn(signal)).rejects.toMatchObject({ code: 'registry-tls', parts: { place: registry.host } })
      await wary.close()
    }
  })
})
