import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { load, save } from '../testing/copies.ts'
import { buildImage, runImage } from '../testing/images.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { type Sshd, startSshd } from '../testing/sshd.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { connect, type EngineClient } from './engine/client.ts'
import { answering } from './engine/ssh/ask-pass.ts'
import { hostKeys, trust } from './engine/ssh/host-keys.ts'
import { isHostName, isUserName, type SshWay, sshWay } from './engine/ssh/way.ts'

const NEVER = new AbortController().signal

describe('a Docker behind ssh', () => {
  let engine: SharedEngine
  let sshd: Sshd
  let dir: string
  let knownHosts: string

  beforeAll(async () => {
    engine = await sharedEngine()
    sshd = await startSshd({ dockerHost: engine.host })
  })
  afterAll(async () => await sshd.stop())
  beforeEach(() => {
    dir = tempDir()
    knownHosts = join(dir, 'known_hosts')
  })
  afterEach(() => removeDir(dir))

  function way(more: Partial<SshWay> = {}): SshWay {
    return { host: '127.0.0.1', port: sshd.port, user: sshd.user, key: sshd.key, knownHosts, ...more }
  }
  function byPassword(password: string | undefined): SshWay {
    const { key: _, ...rest } = way({ secret: async () => password, passwordOnly: true })
    return rest
  }
  async function connectBy(by: SshWay): Promise<EngineClient> {
    return await connect({ id: 'far', kind: 'added', name: 'far', current: false, host: 'ssh://far', ssh: by })
  }
  async function refusal(by: SshWay): Promise<{ code: string; raw: string | undefined }> {
    const error: unknown = await connectBy(by).then(
      (client) => client.close(),
      (thrown: unknown) => thrown,
    )
    if (!(error instanceof AppError)) throw new Error('it let us in')
    return { code: error.code, raw: error.raw }
  }
  async function known(by: SshWay): Promise<SshWay> {
    const { keys } = await hostKeys(by)
    await trust(
      by,
      keys.map(({ fingerprint }) => fingerprint),
    )
    return by
  }

  it('shows the fingerprint that its administrator sees, and lets nobody in before it is trusted', async () => {
    const { state, keys } = await hostKeys(way())
    expect(state).toBe('new')
    expect(keys).toEqual([{ type: 'ssh-ed25519', fingerprint: sshd.fingerprint() }])
    expect((await refusal(way())).code).toBe('ssh-host-unknown')
    await expect(trust(way(), ['SHA256:another'])).rejects.toMatchObject({ code: 'ssh-host-changed' })
    expect(existsSync(knownHosts)).toBe(false)
    await trust(way(), [sshd.fingerprint()])
    expect(await hostKeys(way())).toEqual({ state: 'known', keys: [] })
    const client = await connectBy(way())
    expect(client).toMatchObject({ store: 'classic', root: '', platform: { os: 'linux' } })
    client.close()
  })

  it('loads and saves through ssh as through the socket', async () => {
    const built = await buildImage(engine, {
      name: 'ssh/app:1.0',
      layers: [{ randomBytes: 300_000 }, { textBytes: 50_000 }],
    })
    const client = await connectBy(await known(way()))
    try {
      const path = join(dir, 'app.tar')
      await save(client, ['ssh/app:1.0'], path)
      const [saved] = (await openArchive(path, NEVER)).contents.images
      expect(saved?.image.id).toBe(built.id)
      engine.docker('rmi', 'ssh/app:1.0')
      const copied = await load(path, client)
      expect(copied.images).toEqual([{ id: built.id, names: ['ssh/app:1.0'] }])
      runImage(engine, 'ssh/app:1.0')
      const again = await load(path, client)
      expect(again.moved).toBe(0)
    } finally {
      client.close()
    }
  })

  it('signs in by password, by a key with a passphrase, and with neither says so', async () => {
    await known(way())
    for (const by of [
      byPassword(sshd.password),
      way({ key: sshd.lockedKey, secret: async () => sshd.passphrase }),
      way({ secret: async () => '' }),
    ]) {
      const client = await connectBy(by)
      expect(client.version).not.toBe('')
      client.close()
    }
    expect((await refusal(byPassword(undefined))).code).toBe('ssh-password')
    for (const by of [byPassword('wrong'), way({ key: sshd.lockedKey }), way({ user: 'nobody' })]) {
      const { code, raw } = await refusal(by)
      expect(code).toBe('ssh-denied')
      expect(raw).not.toContain('wrong')
    }
  })

  it('never gives the password to a jump host, nor to another question', async () => {
    const { env, end } = await answering(byPassword(sshd.password))
    const asked = async (question: string): Promise<string> =>
      await promisify(execFile)(env['SSH_ASKPASS'] ?? '', [question], { env }).then(
        ({ stdout }) => stdout,
        () => '',
      )
    try {
      expect(await asked("root@127.0.0.1's password: ")).toBe(`${sshd.password}\n`)
      expect(await asked("root@jump's password: ")).toBe('')
      expect(await asked('Verification code: ')).toBe('')
      // What a jump host may say to get at it.
      expect(await asked("(u@jump) x@127.0.0.1's password: ")).toBe('')
      expect(await asked('(u@jump) (root@127.0.0.1) Password: ')).toBe('')
      expect(await asked('(root@127.0.0.1) Password: ')).toBe(`${sshd.password}\n`)
      expect(await asked("Enter passphrase for key '/root/.ssh/id': ")).toBe('')
    } finally {
      end()
    }
    expect(Object.values(env).join('\n')).not.toContain(sshd.password)
  })

  it('tells a computer that is another than before, and sends it nothing', async () => {
    const by = await known(way())
    await sshd.rekey()
    expect((await hostKeys(by)).state).toBe('changed')
    expect((await refusal(by)).code).toBe('ssh-host-changed')
    await expect(trust(by, [sshd.fingerprint()])).rejects.toMatchObject({ code: 'ssh-host-changed' })
    expect(readFileSync(knownHosts, 'utf8')).not.toContain(sshd.fingerprint())
  })

  it('says when nobody answers, and when there is no Docker', async () => {
    expect((await refusal(way({ port: 1 }))).code).toBe('ssh-unreachable')
    await expect(hostKeys(way({ port: 1 }))).rejects.toMatchObject({ code: 'ssh-unreachable' })
    await expect(hostKeys(way({ host: 'no-such-host.invalid' }))).rejects.toMatchObject({ code: 'ssh-unreachable' })
    const bare = await startSshd()
    try {
      const by = await known(way({ port: bare.port, key: bare.key }))
      expect((await refusal(by)).code).toBe('ssh-no-docker')
    } finally {
      await bare.stop()
    }
  })

  it('takes for a host nothing that ssh or a shell could take for more', () => {
    expect(sshWay('ssh://me@host.example:2222', '/k')).toEqual({
      host: 'host.example',
      port: 2222,
      user: 'me',
      knownHosts: '/k',
    })
    expect(sshWay('ssh://[fe80::1]', '/k').host).toBe('fe80::1')
    for (const bad of [
      'ssh://-oProxyCommand=x',
      'ssh://a:b@host',
      'ssh://',
      'nonsense',
      'ssh://x%24(id)@host',
      'ssh://-x@host',
    ])
      expect(() => sshWay(bad, '/k'), bad).toThrow(AppError)
    expect([isHostName('-x'), isHostName('a b'), isHostName('a;b'), isHostName('bench-1.lab')]).toEqual([
      false,
      false,
      false,
      true,
    ])
    expect([isUserName('-x'), isUserName('a b'), isUserName('$(id)'), isUserName('jean.dupont')]).toEqual([
      false,
      false,
      false,
      true,
    ])
  })
})
