import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../shared/reference.ts'
import { RegistryClient } from '../place/registry/client.ts'
import { type MadeArchive, type MadeImage, makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { removeDir, tempDir } from '../testing/temp.ts'

interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** The command line between files, folders and registries, on a computer without Docker. */
describe('the command line without Docker', () => {
  let dir: string
  let registry: Registry
  let closed: Registry
  let made: MadeArchive
  let amd64: MadeImage
  let arm64: MadeImage

  beforeAll(async () => {
    dir = tempDir()
    registry = await startRegistry({ delete: true })
    closed = await startRegistry({ auth: true, tls: true })
    amd64 = await makeImage({ names: ['cli/many:1'], layers: ['busybox', { textBytes: 20_000 }] })
    arm64 = await makeImage({
      names: ['cli/many:1'],
      layers: [{ textBytes: 30_000 }],
      platform: { os: 'linux', architecture: 'arm64' },
    })
    made = await ociArchive(dir, [amd64, arm64])
  })
  afterAll(async () => {
    await registry.close()
    await closed.close()
    removeDir(dir)
  })

  async function caboteur(args: readonly string[], input = ''): Promise<Ended> {
    const env = {
      ...process.env,
      DOCKER_HOST: 'unix:///nowhere.sock',
      DOCKER_CONFIG: join(dir, 'docker'),
      XDG_RUNTIME_DIR: dir,
      CABOTEUR_HOME: join(dir, 'home'),
      LC_ALL: 'C',
    }
    const child = spawn(process.execPath, ['src/main/headless.ts', ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    child.stdin.end(input)
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { status, out, err }
  }
  async function json(...args: string[]): Promise<unknown> {
    const { status, out, err } = await caboteur([...args, '--json'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    return JSON.parse(out.trim().split('\n').at(-1) ?? '')
  }
  function at(path: string): string {
    return `registry:${registry.host}/${path}`
  }
  function layout(name: string): string {
    return `layout:${join(dir, name)}`
  }

  it('carries a file to a registry, with one platform and back, and sends nothing the second time', async () => {
    const file = `archive:${made.path}`
    expect(await json('copy', file, at('cli/one:1'), '--platform', 'linux/amd64')).toMatchObject({
      images: [{ configDigest: amd64.configDigest, platform: 'linux/amd64' }],
    })
    expect(await json('copy', file, at('cli/one:1'), '--platform', 'linux/amd64')).toMatchObject({
      layerBytes: { moved: 0 },
    })
    expect(await json('list', at('cli/one'))).toMatchObject({
      images: [{ names: [`${registry.host}/cli/one:1`], configDigest: amd64.configDigest, platforms: ['linux/amd64'] }],
    })
    const [one] = ((await json('inspect', at('cli/one:1'))) as { images: { layers: { diffId: string }[] }[] }).images
    expect(one?.layers.map(({ diffId }) => diffId)).toEqual(amd64.layers.map(({ diffId }) => diffId))
    expect(await json('verify', at('cli/one:1'))).toEqual({ ok: true, problems: [] })
  })

  it('carries all platforms through folder and registry without a change, and one of them into a file', async () => {
    // A file shows platforms of one name image by image; together they are the index they came as.
    await json('copy', `archive:${made.path}`, layout('all'))
    const listed = (await json('list', layout('all'))) as { images: { id: string; platforms: string[] }[] }
    expect(listed.images).toMatchObject([{ names: ['cli/many:1'], platforms: ['linux/amd64', 'linux/arm64'] }])
    await json('copy', layout('all'), at('cli/all:1'))
    expect(await json('list', at('cli/all'))).toMatchObject({ images: [{ id: listed.images[0]?.id }] })
    await json('copy', at('cli/all:1'), `archive:${join(dir, 'all.tar')}`)
    await json('copy', `archive:${join(dir, 'all.tar')}`, layout('again'))
    expect(await json('list', layout('again'))).toMatchObject({ images: [{ id: listed.images[0]?.id }] })
    const down = join(dir, 'down.tar')
    await json('copy', layout('all'), `archive:${down}`, '--platform', 'linux/arm64')
    expect(await json('inspect', `archive:${down}`)).toMatchObject({
      images: [{ configDigest: arm64.configDigest, platform: 'linux/arm64' }],
    })
  })

  it('says what would move and replace, and moves nothing', async () => {
    const target = at('cli/plan:1')
    const plan = ['copy', `archive:${made.path}`, target, '--platform', 'linux/amd64', '--plan']
    const first = (await json(...plan)) as { layers: { move: boolean }[]; replaces: unknown[] }
    expect(first.layers.length).toBe(amd64.layers.length)
    expect((await caboteur(['list', target, '--json'])).status).toBe(1)
    await json('copy', `archive:${made.path}`, target, '--platform', 'linux/arm64')
    const then = (await json(...plan)) as { replaces: { name: string; id: string }[] }
    expect(then.replaces).toEqual([
      { name: `${registry.host}/cli/plan:1`, id: expect.stringMatching(/^sha256:/) as unknown },
    ])
    await json(...plan.slice(0, -1), '--keep-old')
    const { images } = (await json('list', at('cli/plan'))) as { images: { names: string[] }[] }
    expect(images.flatMap(({ names }) => names).filter((name) => /:1-\d{8}-\d{4}$/.test(name))).toHaveLength(1)
  })

  it('signs in by a password from stdin, and trusts an authority it is given', async () => {
    const { username = '', password = '' } = closed.account ?? {}
    const target = `registry:${closed.host}/cli/app:1`
    const copy = ['copy', `archive:${made.path}`, target, '--platform', 'linux/amd64']
    expect(JSON.parse((await caboteur(copy)).err.trim().split('\n').at(-1) ?? '')).toMatchObject({
      code: 'registry-tls',
    })
    const ca = ['--ca', closed.caFile ?? '']
    expect((await caboteur([...copy, ...ca])).err).toContain('registry-unauthorized')
    const wrong = await caboteur([...copy, ...ca, '--username', username, '--password-stdin'], 'salt-and-string\n')
    expect(wrong.status).toBe(1)
    expect(wrong.err).not.toContain('salt-and-string')
    const right = await caboteur([...copy, ...ca, '--username', username, '--password-stdin'], `${password}\n`)
    expect(right).toMatchObject({ status: 0, err: '' })
    // What docker has signed in to is enough.
    const auth = Buffer.from(`${username}:${password}`).toString('base64')
    const config = join(dir, 'docker', 'config.json')
    const { mkdirSync } = await import('node:fs')
    mkdirSync(join(dir, 'docker'), { recursive: true })
    writeFileSync(config, JSON.stringify({ auths: { [closed.host]: { auth } } }))
    expect((await caboteur([...copy, ...ca])).status).toBe(0)
    for (const file of ['state.db']) {
      const path = join(dir, 'home', file)
      if (existsSync(path)) expect(readFileSync(path).includes(password)).toBe(false)
    }
  })

  it('takes along what refers to an image, when asked to', async () => {
    const client = new RegistryClient({ host: registry.host })
    const never = new AbortController().signal
    try {
      const copied = await json('copy', `archive:${made.path}`, at('cli/signed:1'), '--platform', 'linux/amd64')
      expect(copied).toMatchObject({ type: 'done' })
      const subject = await client.head('cli/signed', '1', never)
      if (!subject) throw new Error('not there')
      const put = async (bytes: Buffer): Promise<{ digest: Digest; size: number }> => {
        const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
        await client.upload('cli/signed', once(bytes), { digest, size: bytes.length }, never)
        return { digest, size: bytes.length }
      }
      const mediaType = 'application/vnd.oci.image.manifest.v1+json'
      const empty = { mediaType: 'application/vnd.oci.empty.v1+json', ...(await put(Buffer.from('{}'))) }
      const layer = { mediaType: 'application/x-signature', ...(await put(Buffer.from('signed by us'))) }
      const signature = {
        schemaVersion: 2,
        mediaType,
        artifactType: 'application/x-signature',
        config: empty,
        layers: [layer],
        subject,
      }
      const bytes = Buffer.from(JSON.stringify(signature))
      const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
      await client.putManifest('cli/signed', digest, bytes, mediaType, never)
      await client.addReferrer('cli/signed', subject.digest, { mediaType, digest, size: bytes.length }, never)
      await json('copy', at('cli/signed:1'), layout('signed'), '--referrers')
      const { images } = (await json('list', layout('signed'))) as { images: { id: string }[] }
      expect(images.map(({ id }) => id).sort()).toEqual([subject.digest, digest].sort())
      await json('copy', at('cli/signed:1'), at('cli/again:1'), '--referrers')
      const again = await Array.fromAsync(client.referrers('cli/again', subject.digest, never))
      expect(again.map((one) => one.digest)).toEqual([digest])
    } finally {
      await client.close()
    }
  })

  it('refuses in words what makes no sense', async () => {
    const ends = async (...args: string[]): Promise<number | null> => (await caboteur(args)).status
    expect(await ends('copy', `archive:${made.path}`, `registry:${registry.host}/cli/none`)).toBe(2)
    expect(await ends('copy', `registry:${registry.host}/cli/none`, layout('none'))).toBe(2)
    expect(await ends('copy', `archive:${made.path}`, at('cli/none:1'), '--compress', 'bzip2')).toBe(2)
    expect(await ends('copy', at('cli/none:1'), layout('none'))).toBe(1)
    expect(await ends('list', 'registry:a b/x')).toBe(2)
    const { err } = await caboteur(['copy', `archive:${made.path}`, `engine:cli/none:1`])
    expect(err).toMatch(/docker-(?:missing|stopped)/)
  })

  it('makes the same folder from the same file', async () => {
    const sums = await Promise.all(
      ['same-1', 'same-2'].map(async (name) => {
        await json('copy', `archive:${made.path}`, layout(name))
        return createHash('sha256')
          .update(readFileSync(join(dir, name, 'index.json')))
          .digest('hex')
      }),
    )
    expect(sums[0]).toBe(sums[1])
  })
})
