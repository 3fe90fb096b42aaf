import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OwnForm } from '../../shared/contract-own.ts'
import { App } from '../app.ts'
import { Feed } from '../feed.ts'
import { type Host, hostInfo } from '../host.ts'
import { requireCommand } from '../testing/commands.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { buildForeignImage, buildRegistryImage } from '../testing/registry-image.ts'
import { removeDir, tempDir } from '../testing/temp.ts'

const forever = new AbortController().signal
const LONG = 120_000

function host(dir: string): Host {
  return {
    info: {
      ...hostInfo({ dialogs: false, browse: false, reveal: false, start: false }),
      library: join(dir, 'library'),
    },
    opened: new Feed<readonly string[]>([]),
    admit: async () => undefined,
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

describe('a registry of one’s own', () => {
  const before = { ...process.env }
  let dir: string
  let engine: Engine
  let app: App
  let image: string
  let file: string

  beforeAll(async () => {
    dir = tempDir()
    engine = await startEngine({ network: true })
    buildRegistryImage(engine, 'registry:2')
    file = join(dir, 'registry.tar')
    engine.docker('save', '--output', file, 'registry:2')
    engine.docker('rmi', 'registry:2')
    Object.assign(process.env, {
      DOCKER_HOST: engine.host,
      DOCKER_CONFIG: engine.config,
      CABOTEUR_HOME: join(dir, 'home'),
    })
    mkdirSync(join(dir, 'home'))
    app = new App(host(dir))
    await app.open()
    // As a person without internet gets it: from a file.
    const archive = await app.archives.get(file, forever)
    const [found] = archive.contents.images
    await app.copies.start(
      {
        from: { type: 'archive', path: file },
        to: { type: 'engine', engine: 'default' },
        images: [{ id: found?.image.id ?? '', names: [{ name: 'registry:2' }] }],
      },
      forever,
    )
    for await (const [transfer] of app.copies.queue.transfers.watch(forever)) if (transfer?.endedAt) break
    const [candidate] = await app.own.images('default', forever)
    image = candidate?.id ?? ''
  }, LONG)
  afterAll(async () => {
    await app.close()
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
    await engine.stop()
    removeDir(dir)
  }, LONG)
  beforeEach(async () => {
    const { registries } = await app.own.list('default')
    for (const one of registries) await app.own.remove(one, true)
  })

  async function form(change: Partial<OwnForm> = {}): Promise<OwnForm> {
    const port = await freePort()
    const users = [{ name: 'lea', password: 'salt and rope' }]
    const plain: OwnForm = {
      engine: 'default',
      image,
      name: 'atelier',
      mode: 'store',
      port,
      reach: 'here',
      addresses: ['127.0.0.1'],
      tls: true,
      users,
    }
    return { ...plain, ...change }
  }

  async function only(): Promise<{ engine: string; id: string; running: boolean; host: string }> {
    const [one, ...others] = (await app.own.list('default')).registries
    if (!one || others.length > 0) throw new Error('one registry was expected')
    return one
  }

  it(
    'says in words when its image is made for another computer, and leaves nothing of it',
    async () => {
      buildForeignImage(engine, 'registry:foreign')
      const id = engine.docker('image', 'inspect', '--format', '{{.Id}}', 'registry:foreign').trim()
      const made = app.own.create(await form({ image: id }), forever)
      await expect(made).rejects.toMatchObject({
        code: 'platform-foreign',
        parts: { platform: 'linux/amd64', engine: 'linux/amd64' },
      })
      expect((await app.own.list('default')).registries).toEqual([])
      engine.docker('rmi', 'registry:foreign')
    },
    LONG,
  )

  it(
    'is run from a file, pushed to and pulled from by docker, and survives a restart with its images',
    async () => {
      const made = await app.own.create(await form(), forever)
      const { host: at } = await only()
      expect(made.place).toEqual({ type: 'registry', host: at, account: 'lea' })
      // docker takes the certificate of 127.0.0.1 as it is; other computers are told how to trust it.
      engine.docker('login', '--username', 'lea', '--password', 'salt and rope', at)
      engine.docker('tag', 'registry:2', `${at}/tools/registry:2`)
      engine.docker('push', '--quiet', `${at}/tools/registry:2`)
      const client = await app.registries.client(at)
      expect(await Array.fromAsync(client.tags('tools/registry', forever))).toEqual(['2'])

      await engine.halt()
      await engine.resume()
      await app.engines.renew('default')
      expect(await only()).toMatchObject({ running: true })
      engine.docker('rmi', `${at}/tools/registry:2`)
      engine.docker('pull', '--quiet', `${at}/tools/registry:2`)
      engine.docker('rmi', `${at}/tools/registry:2`)
    },
    LONG,
  )

  it(
    'has a certificate for the names people type, of an authority whose key is nowhere',
    async () => {
      const addresses = ['registre.atelier.lan', '192.168.1.20', '127.0.0.1']
      await app.own.create(await form({ addresses, reach: 'network' }), forever).catch(() => undefined)
      const one = await only()
      const { ca = '' } = await app.own.about(one)
      const authority = new X509Certificate(ca)
      expect(authority.ca).toBe(true)
      const served = execFileSync(
        requireCommand('openssl'),
        ['s_client', '-connect', `127.0.0.1:${one.host.split(':')[1]}`, '-showcerts'],
        { input: '', encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] },
      )
      const server = new X509Certificate(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/.exec(served)?.[0] ?? '')
      expect(server.checkIssued(authority) && server.verify(authority.publicKey)).toBe(true)
      for (const name of ['registre.atelier.lan', 'localhost']) expect(server.checkHost(name)).toBe(name)
      for (const address of ['192.168.1.20', '127.0.0.1']) expect(server.checkIP(address)).toBe(address)
      expect(server.ca).toBe(false)
    },
    LONG,
  )

  it(
    'lets in those who are on its list, and asks for the new password at once',
    async () => {
      await app.own.create(await form(), forever)
      const one = await only()
      await app.own.setUser(one, 'ci', 'first')
      expect(await app.own.users(one)).toEqual(['lea', 'ci'])
      const login = (name: string, password: string): string =>
        engine.docker('login', '--username', name, '--password', password, one.host)
      login('ci', 'first')
      // htpasswd is read anew when its time has changed, which is counted in seconds on some disks.
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await app.own.setUser(one, 'ci', 'second')
      login('ci', 'second')
      expect(() => login('ci', 'first')).toThrow(/unauthorized/i)
      await app.own.setUser(one, 'lea', 'changed')
      expect(await app.registries.credentials(one.host)).toMatchObject({ username: 'lea', password: 'changed' })
      await app.own.removeUser(one, 'ci')
      expect(() => login('ci', 'second')).toThrow(/unauthorized/i)
      await expect(app.own.removeUser(one, 'lea')).rejects.toMatchObject({ code: 'own-last-user' })
      expect(await app.own.users(one)).toEqual(['lea'])
    },
    LONG,
  )

  it(
    'is closed by its first user when it was open',
    async () => {
      await app.own.create(await form({ users: [], tls: false }), forever)
      const one = await only()
      engine.docker('tag', 'registry:2', `${one.host}/open:1`)
      engine.docker('push', '--quiet', `${one.host}/open:1`)
      await app.own.setUser(one, 'lea', 'salt')
      engine.docker('logout', one.host)
      expect(() => engine.docker('pull', '--quiet', `${one.host}/open:1`)).toThrow()
      engine.docker('rmi', `${one.host}/open:1`)
    },
    LONG,
  )

  it(
    'keeps the newest versions, and wins the room of the others',
    async () => {
      await app.own.create(await form(), forever)
      const one = await only()
      engine.docker('login', '--username', 'lea', '--password', 'salt and rope', one.host)
      const names: string[] = []
      for (const [index, version] of ['1.0', '1.1', '1.2'].entries()) {
        const folder = join(dir, version)
        mkdirSync(folder)
        execFileSync('sh', ['-c', 'head -c 3000000 /dev/urandom > big'], { cwd: folder })
        const tar = execFileSync('tar', ['-c', 'big'], { cwd: folder, maxBuffer: 16e6 })
        const name = `${one.host}/demo/shop:${version}`
        execFileSync(
          requireCommand('docker'),
          ['-H', engine.host, 'import', '--change', `LABEL n=${index}`, '-', name],
          {
            input: tar,
          },
        )
        engine.docker('push', '--quiet', name)
        names.push(name)
        // Which one is newer is told in whole seconds.
        await new Promise((resolve) => setTimeout(resolve, 1100))
      }
      const plan = await app.own.cleanup(one, 1, forever)
      expect(plan).toEqual({ repositories: [{ name: 'demo/shop', goes: ['1.1', '1.0'], stays: 1 }] })
      const { removed, won = 0 } = await app.own.clean(one, 1, forever)
      expect(removed).toBe(2)
      expect(won).toBeGreaterThan(5_900_000)
      engine.docker('rmi', ...names)
      engine.docker('pull', '--quiet', `${one.host}/demo/shop:1.2`)
      engine.docker('rmi', `${one.host}/demo/shop:1.2`)
      expect(await app.own.cleanup(one, 1, forever)).toEqual({ repositories: [] })
    },
    LONG,
  )

  it(
    'is removed with its images or without, and made again it has those that were kept',
    async () => {
      const typed = await form({ tls: false })
      await app.own.create(typed, forever)
      const one = await only()
      engine.docker('login', '--username', 'lea', '--password', 'salt and rope', one.host)
      engine.docker('tag', 'registry:2', `${one.host}/kept:1`)
      engine.docker('push', '--quiet', `${one.host}/kept:1`)
      engine.docker('rmi', `${one.host}/kept:1`)
      await app.own.stop(one)
      expect(await only()).toMatchObject({ running: false })
      await app.own.start(one)
      await app.own.remove(one, false)
      expect(await app.own.list('default')).toEqual({ registries: [], kept: ['atelier'] })
      expect(await app.registries.list()).toEqual([])
      await app.own.create(typed, forever)
      expect(await Array.fromAsync((await app.registries.client(one.host)).catalog(forever))).toEqual(['kept'])
      await app.own.remove(await only(), true)
      expect(await app.own.list('default')).toEqual({ registries: [], kept: [] })
      expect(engine.docker('volume', 'ls', '--quiet', '--filter', 'name=caboteur')).toBe('')
    },
    LONG,
  )

  it(
    'leaves nothing when it cannot run, and says why',
    async () => {
      const taken = createServer()
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
      const { port } = taken.address() as { port: number }
      await expect(app.own.create(await form({ port }), forever)).rejects.toMatchObject({
        code: 'own-port',
        parts: { port },
      })
      await new Promise((resolve) => taken.close(resolve))
      await expect(app.own.create(await form({ name: 'A B' }), forever)).rejects.toMatchObject({ code: 'own-name' })
      await expect(app.own.create(await form({ addresses: ['a b'] }), forever)).rejects.toMatchObject({
        code: 'own-address',
      })
      const users = [{ name: 'a:b', password: 'x' }]
      await expect(app.own.create(await form({ users }), forever)).rejects.toMatchObject({ code: 'own-user' })
      expect(await app.own.list('default')).toEqual({ registries: [], kept: [] })
      expect(engine.docker('ps', '--all', '--quiet')).toBe('')
      expect(engine.docker('volume', 'ls', '--quiet')).toBe('')
    },
    LONG,
  )

  it(
    'keeps passwords out of what is written here, and out of its labels',
    async () => {
      await app.own.create(await form(), forever)
      const one = await only()
      expect(engine.docker('inspect', one.id)).not.toContain('salt and rope')
      expect(readFileSync(join(dir, 'home', 'state.db')).includes('salt and rope')).toBe(false)
      const { html } = { html: JSON.stringify(await app.own.about(one)) }
      expect(html).not.toMatch(/salt and rope|PRIVATE KEY/)
    },
    LONG,
  )
})
