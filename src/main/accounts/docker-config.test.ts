import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Registries } from '../registries.ts'
import { State } from '../state.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { Accounts } from './accounts.ts'
import { credsStoreRemedy, dockerSignIn, dockerSignIns } from './docker-config.ts'
import { Keychain } from './keychain.ts'

const ENV = ['DOCKER_CONFIG', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR', 'PATH'] as const
const HUB = 'https://index.docker.io/v1/'

function auth(pair: string): { auth: string } {
  return { auth: Buffer.from(pair).toString('base64') }
}

describe('sign-ins docker and podman have', () => {
  let dir: string
  const before = Object.fromEntries(ENV.map((name) => [name, process.env[name]]))

  beforeEach(() => {
    dir = tempDir()
    for (const folder of ['docker', 'bin', 'config/containers', 'run'])
      mkdirSync(join(dir, folder), { recursive: true })
    process.env['DOCKER_CONFIG'] = join(dir, 'docker')
    process.env['XDG_CONFIG_HOME'] = join(dir, 'config')
    process.env['XDG_RUNTIME_DIR'] = join(dir, 'run')
    process.env['PATH'] = `${join(dir, 'bin')}:${before['PATH']}`
  })
  afterEach(() => {
    for (const name of ENV) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
    removeDir(dir)
  })

  function write(file: string, content: object): string {
    const path = join(dir, file)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  /** A credential helper that has these users and secrets, by docker's keys. */
  function helper(suffix: string, has: Record<string, readonly [user: string, secret: string]>): void {
    const path = join(dir, 'bin', `docker-credential-${suffix}`)
    const list = JSON.stringify(Object.fromEntries(Object.entries(has).map(([key, [user]]) => [key, user])))
    const gets = Object.entries(has).map(
      ([key, [user, secret]]) =>
        `'${key}') echo '${JSON.stringify({ ServerURL: key, Username: user, Secret: secret })}';;`,
    )
    const script = [
      '#!/bin/sh',
      `if [ "$1" = list ]; then echo '${list}'; exit 0; fi`,
      '[ "$1" = get ] || exit 3',
      'read -r key',
      `case "$key" in ${gets.join(' ')} *) echo 'credentials not found in native keychain'; exit 1;; esac`,
    ]
    writeFileSync(path, `${script.join('\n')}\n`)
    chmodSync(path, 0o755)
  }

  it('are listed with where they lie, and never with their secrets', async () => {
    const file = write('docker/config.json', {
      auths: {
        [HUB]: auth('lea:hub-secret'),
        'https://registry.example:5000/v2/': auth('ci:other-secret:with-colon'),
        'acme.azurecr.io': { ...auth(`00000000-0000-0000-0000-000000000000:`), identitytoken: 'identity-secret' },
        'empty.example': {},
      },
    })
    const podman = write('config/containers/auth.json', { auths: { 'quay.io': auth('crew+robot:robot-secret') } })
    const found = await dockerSignIns()
    expect(found).toEqual([
      { host: 'docker.io', username: 'lea', from: 'docker', file, exposed: true },
      { host: 'registry.example:5000', username: 'ci', from: 'docker', file, exposed: true },
      { host: 'acme.azurecr.io', from: 'docker', file, exposed: true },
      { host: 'quay.io', username: 'crew+robot', from: 'podman', file: podman, exposed: true },
    ])
    expect(JSON.stringify(found)).not.toContain('secret')
    expect(await dockerSignIn('registry.example:5000')).toMatchObject({ password: 'other-secret:with-colon' })
    expect(await dockerSignIn('docker.io', 'somebody')).toBeUndefined()
  })

  it('are asked of credential helpers, which are not exposed', async () => {
    helper('desk', {
      [HUB]: ['lea', 'from-helper'],
      [`${HUB}access-token`]: ['lea', 'not-a-sign-in'],
      'ghcr.io': ['<token>', 'identity'],
    })
    helper('cloud', { 'europe-docker.pkg.dev': ['oauth2accesstoken', 'ya29'], 'gcr.io': ['_token', 'unused'] })
    const file = write('docker/config.json', {
      auths: { [HUB]: {}, 'ghcr.io': {} },
      credsStore: 'desk',
      credHelpers: { 'europe-docker.pkg.dev': 'cloud', 'gone.example': 'not-installed' },
    })
    expect(await dockerSignIns()).toEqual([
      { host: 'docker.io', username: 'lea', from: 'docker', file, helper: 'desk', exposed: false },
      { host: 'ghcr.io', from: 'docker', file, helper: 'desk', exposed: false },
      {
        host: 'europe-docker.pkg.dev',
        username: 'oauth2accesstoken',
        from: 'docker',
        file,
        helper: 'cloud',
        exposed: false,
      },
    ])
    expect(await dockerSignIn('ghcr.io')).toEqual({ type: 'identity-token', token: 'identity' })
    expect(await dockerSignIn('docker.io', 'lea')).toEqual({
      type: 'password',
      username: 'lea',
      password: 'from-helper',
    })
  })

  it('name what would keep passwords out of the file', async () => {
    const usual = { darwin: 'osxkeychain', win32: 'wincred' } as Record<string, string>
    const credsStore = usual[process.platform] ?? 'secretservice'
    const before_ = await credsStoreRemedy()
    helper(credsStore, {})
    expect(await credsStoreRemedy()).toEqual({ credsStore, installed: true })
    expect(before_.credsStore).toMatch(/^\w+$/)
  })

  it('are there without files, and with broken ones', async () => {
    expect(await dockerSignIns()).toEqual([])
    writeFileSync(join(dir, 'docker/config.json'), '{"auths": [')
    expect(await dockerSignIns()).toEqual([])
    write('docker/config.json', { auths: { 'a.example': null, 'b.example': 'x' }, credHelpers: null })
    expect(await dockerSignIns()).toEqual([])
  })

  it('are used where they are: nothing is copied, nothing is written, and who left docker is nobody', async () => {
    const file = write('docker/config.json', { auths: { 'registry.example': auth('lea:docker-secret') } })
    const text = readFileSync(file, 'utf8')
    const { mtimeMs } = statSync(file)
    const state = new State(join(dir, 'state.db'))
    const registries = new Registries(state, new Keychain(0))
    const accounts = new Accounts({ admit: async () => undefined }, registries, async () => undefined)
    const registry = { host: 'registry.example', plain: false }
    const signal = new AbortController().signal
    expect(await accounts.known()).toMatchObject({ signIns: [{ host: 'registry.example', added: false }] })
    const added = await accounts.add(registry, { type: 'docker', keep: false }, signal)
    // Nothing of it is to be remembered here.
    expect(added).toEqual({ place: { type: 'registry', host: 'registry.example', account: 'lea' }, remembered: true })
    expect(await accounts.known()).toMatchObject({ signIns: [{ host: 'registry.example', added: true }] })
    expect(await registries.credentials('registry.example', 'lea')).toMatchObject({ password: 'docker-secret' })
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(statSync(file).mtimeMs).toBe(mtimeMs)
    write('docker/config.json', { auths: { 'registry.example': auth('max:other') } })
    expect(await registries.credentials('registry.example', 'lea')).toBeUndefined()

    await accounts.add(registry, { type: 'docker', keep: true }, signal)
    write('docker/config.json', { auths: {} })
    expect(await registries.credentials('registry.example', 'max')).toMatchObject({ password: 'other' })
    await registries.close()
    state.close()
    for (const name of readdirSync(dir).filter((one) => one.startsWith('state')))
      expect(readFileSync(join(dir, name)).includes('other')).toBe(false)
  })
})
