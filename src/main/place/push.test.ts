import { execFileSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Copied, type CopyEvent, copy } from '../copy/copy.ts'
import { requireCommand } from '../testing/commands.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { type BuiltImage, buildImage } from '../testing/images.ts'
import { freePort } from '../testing/ports.ts'
import { ACCOUNT, type Registry, startRegistry } from '../testing/registry.ts'
import { type Sshd, startSshd } from '../testing/sshd.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { connect, type EngineClient } from './engine/client.ts'
import { engineSource, readImage } from './engine/source.ts'
import { hostKeys, trust } from './engine/ssh/host-keys.ts'
import type { Image, Naming, SignIn, Source } from './place.ts'
import { RegistryClient } from './registry/client.ts'
import { registrySink } from './registry/sink.ts'
import { readReference } from './registry/source.ts'

const NEVER = new AbortController().signal
const SIGN_IN: SignIn = { type: 'password', ...ACCOUNT }
const NAME = 'push/app:1.0'
const OTHER = 'push/other:1.0'
const BIG = 'push/big:1.0'

/** An address of this computer that others would reach it by: loopback is another computer to an engine elsewhere. */
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

if (!address)
  console.warn('Not tried: an engine that pushes by itself needs an address of this computer beside loopback.')

describe.runIf(address)('an engine on another computer that pushes by itself', { timeout: 60_000 }, () => {
  let dir: string
  let engine: Engine
  /** Speaks to no registry without encryption. */
  let strict: Engine
  let sshd: Sshd
  let open: Registry
  let closed: Registry
  let keeping: Registry
  const clients = new Map<string, EngineClient>()
  const registries: RegistryClient[] = []
  let built: BuiltImage
  let count = 0

  beforeAll(async () => {
    dir = tempDir()
    const [port, other] = [await freePort(), await freePort()]
    engine = await startEngine({ args: [`--host=tcp://127.0.0.1:${port}`, `--insecure-registry=${address}/32`] })
    strict = await startEngine({ args: [`--host=tcp://127.0.0.1:${other}`] })
    sshd = await startSshd({ dockerHost: engine.host })
    open = await startRegistry({ delete: true, ...(address ? { address } : {}) })
    closed = await startRegistry({ delete: true, auth: true, ...(address ? { address } : {}) })
    keeping = await startRegistry({ ...(address ? { address } : {}) })
    built = await buildImage(engine, { name: NAME, layers: [{ textBytes: 300_000 }, { randomBytes: 200_000 }] })
    await buildImage(engine, { name: OTHER, layers: [{ randomBytes: 100_000, seed: 'other' }] })
    await buildImage(engine, { name: BIG, layers: [{ randomBytes: 60_000_000, seed: 'big' }] })
    await buildImage(strict, { name: NAME, layers: [{ textBytes: 300_000 }, { randomBytes: 200_000 }] })
    const way = { host: '127.0.0.1', port: sshd.port, user: sshd.user, key: sshd.key, knownHosts: join(dir, 'known') }
    const { keys } = await hostKeys(way)
    await trust(
      way,
      keys.map(({ fingerprint }) => fingerprint),
    )
    const far = { id: 'far', kind: 'added', name: 'far', current: false } as const
    clients.set('ssh', await connect({ ...far, host: 'ssh://far', ssh: way }))
    clients.set('tcp', await connect({ ...far, host: `tcp://127.0.0.1:${port}` }))
    clients.set('strict', await connect({ ...far, host: `tcp://127.0.0.1:${other}` }))
    clients.set('near', await connect({ ...far, host: engine.host }))
  })
  afterEach(() => {
    // Whatever was tried: no tag of the moment stays at an engine.
    for (const one of [engine, strict]) {
      const names = one.docker('images', '--all', '--digests', '--format', '{{.Repository}}:{{.Tag}}@{{.Digest}}')
      expect(names).not.toMatch(/caboteur|:\d+\/push/)
    }
  })
  afterAll(async () => {
    for (const client of registries) await client.close()
    for (const client of clients.values()) client.close()
    for (const one of [open, closed, keeping]) await one.close()
    await sshd.stop()
    await engine.stop()
    await strict.stop()
    removeDir(dir)
  })

  function docker(way: string): EngineClient {
    const client = clients.get(way)
    if (!client) throw new Error(way)
    return client
  }
  function clientOf({ host, account }: Registry): RegistryClient {
    const client = new RegistryClient({ host, plain: true }, async () => (account ? SIGN_IN : undefined))
    registries.push(client)
    return client
  }

  interface Pushing {
    readonly way?: string
    readonly registry?: Registry
    readonly image?: string
    readonly names?: (at: string) => readonly Naming[]
    /** Undefined: sources may not put images there. */
    readonly receives?: { readonly signIn?: SignIn } | undefined
    readonly give?: (own: NonNullable<Source['give']>) => Source['give']
    readonly signal?: AbortSignal
    readonly report?: (event: CopyEvent) => void
  }
  interface Pushed {
    readonly copied: Copied
    /** Its layers went through this computer. */
    readonly walked: boolean
    readonly path: string
    readonly image: Image
  }
  async function push(more: Pushing = {}): Promise<Pushed> {
    const { way = 'ssh', registry = open, image: name = NAME, signal = NEVER, report = () => undefined } = more
    count += 1
    const path = `push/app-${count}`
    const names = more.names ?? ((at): readonly Naming[] => [{ name: `${at}:1` }])
    const own = engineSource(docker(way))
    let walked = false
    const give = more.give && own.give ? more.give(own.give) : own.give
    const source: Source = {
      ...own,
      ...(give ? { give } : {}),
      async *walk(...asked) {
        walked = true
        yield* own.walk(...asked)
      },
    }
    const image = await readImage(docker(way), name)
    const receives = 'receives' in more ? more.receives : {}
    const sink = registrySink(clientOf(registry), registry.host, { pack: 'gzip', ...(receives ? { receives } : {}) })
    try {
      const wish = { image, names: names(`${registry.host}/${path}`) }
      return { copied: await copy(source, [wish], sink, signal, report), walked, path, image }
    } finally {
      const all = await Array.fromAsync(clientOf(registry).tags(path, NEVER)).catch(() => [])
      expect(all.filter((tag) => tag.startsWith('caboteur'))).toEqual([])
    }
  }
  /** What skopeo, which knows nothing of us, finds there. */
  function foreign(registry: Registry, path: string): { config: string; diffIds: readonly string[] } {
    const account = registry.account ? [`--creds=${ACCOUNT.username}:${ACCOUNT.password}`] : []
    const args = ['inspect', '--tls-verify=false', ...account, `docker://${registry.host}/${path}`]
    const run = (...flags: string[]): string =>
      execFileSync(requireCommand('skopeo'), [...args, ...flags], { encoding: 'utf8' })
    const { config } = JSON.parse(run('--raw')) as { config: { digest: string } }
    const { rootfs } = JSON.parse(run('--config', '--raw')) as { rootfs: { diff_ids: string[] } }
    return { config: config.digest, diffIds: rootfs.diff_ids }
  }

  it.each(['ssh', 'tcp'])('over %s: nothing of it passes here, all of it is there, named at the end', async (way) => {
    const stored: number[] = []
    const { copied, walked, path, image } = await push({
      way,
      names: (at) => [{ name: `${at}:1` }, { name: `${at}:latest` }, { name: `${at}-too:1` }],
      report: (event) => event.type === 'storing' && stored.push(event.done),
    })
    expect(walked).toBe(false)
    for (const name of [`${path}:1`, `${path}:latest`, `${path}-too:1`])
      expect(foreign(open, name)).toEqual({ config: built.configDigest, diffIds: built.diffIds })
    const client = clientOf(open)
    expect((await Array.fromAsync(client.tags(path, NEVER))).sort()).toEqual(['1', 'latest'])
    const there = await readReference({ client, host: open.host, path }, { tag: '1' }, NEVER)
    const sizes = there.layers.reduce((sum, { stored: layer }) => sum + (layer?.size ?? 0), 0)
    expect(copied.moved + copied.skipped).toBe(sizes)
    if (way === 'ssh') expect(copied.moved).toBe(sizes)
    expect(copied.images[0]?.digest).toBe(there.digest)
    expect(copied.configs.get(image.id)).toBe(built.configDigest)
    // By the second way the layers are known to be in the first one's repository, and mounted from there.
    if (way === 'ssh') expect(stored.length).toBeGreaterThan(0)
  })

  it('tells what was there already', async () => {
    const at = `${open.host}/push/again`
    await push({ names: () => [{ name: `${at}:1` }] })
    const { copied, walked } = await push({ names: () => [{ name: `${at}:2` }] })
    expect([walked, copied.moved]).toEqual([false, 0])
    expect(copied.skipped).toBeGreaterThan(200_000)
  })

  it('is given no sign-in unsaid, and none over a line that anybody can hear', async () => {
    expect((await push({ registry: closed, receives: undefined })).walked).toBe(true)
    const { walked, path } = await push({ registry: closed, receives: { signIn: SIGN_IN } })
    expect(walked).toBe(false)
    expect(foreign(closed, `${path}:1`).config).toBe(built.configDigest)
    expect((await push({ registry: closed, receives: { signIn: SIGN_IN }, way: 'tcp' })).walked).toBe(true)
    // Told of nobody it is not let in: the ordinary copy does it.
    expect((await push({ registry: closed, receives: {} })).walked).toBe(true)
  })

  it('is not asked where it is near, nor where a tag of the moment would stay', async () => {
    expect((await push({ way: 'near' })).walked).toBe(true)
    const { walked, path } = await push({ registry: keeping })
    expect(walked).toBe(true)
    expect(await Array.fromAsync(clientOf(keeping).tags(path, NEVER))).toEqual(['1'])
  })

  it('that does not reach the registry has it done here', async () => {
    const { walked, path } = await push({ way: 'strict' })
    expect(walked).toBe(true)
    expect(foreign(open, `${path}:1`).diffIds).toEqual(built.diffIds)
  })

  it('that brings something else, or says so, is not believed', async () => {
    const other = await readImage(docker('ssh'), OTHER)
    const brings = await push({
      give:
        (own) =>
        async (_, ...asked) =>
          await own(other, ...asked),
    })
    expect(brings.walked).toBe(true)
    expect(foreign(open, `${brings.path}:1`).config).toBe(built.configDigest)
    const digest = `sha256:${'0'.repeat(64)}` as const
    const lies = await push({ give: () => async () => ({ digest, there: new Set() }) })
    expect(lies.walked).toBe(true)
  })

  it('keeps an image that has no name', async () => {
    const bare = await buildImage(engine, { layers: [{ randomBytes: 1000, seed: 'bare' }] })
    expect((await push({ image: bare.id })).walked).toBe(true)
    expect(engine.docker('image', 'inspect', '--format', '{{.Id}}', bare.id)).toBe(bare.id)
  })

  it('leaves every name where it was when the copy is cancelled, or a name cannot be given', async () => {
    const at = `${open.host}/push/kept`
    await push({ names: () => [{ name: `${at}:1` }] })
    const before = foreign(open, 'push/kept:1')
    const abort = new AbortController()
    const cancelled = push({
      image: BIG,
      names: () => [{ name: `${at}:1` }],
      signal: abort.signal,
      report: ({ type }) => type === 'storing' && abort.abort(),
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    expect(foreign(open, 'push/kept:1')).toEqual(before)
    const refused = push({
      image: BIG,
      names: () => [{ name: `${at}:new` }, { name: `${at}:1`, keepAs: 'No/Name' }],
    })
    await expect(refused).rejects.toMatchObject({ code: 'name-invalid' })
    expect(foreign(open, 'push/kept:1')).toEqual(before)
    expect(await Array.fromAsync(clientOf(open).tags('push/kept', NEVER))).toEqual(['1'])
  })
})
