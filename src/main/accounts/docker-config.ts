import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Credentials } from '../place/registry/tokens.ts'

/**
 * The sign-ins that docker and podman keep: config.json's own, and those of the helpers it names. Only read, each time
 * anew, so that `docker login` and `docker logout` count at once.
 */

interface Config {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>
  readonly credsStore?: string
  readonly credHelpers?: Readonly<Record<string, string>>
}

/** docker's key for Docker Hub, from the days of its first API. */
const HUB_KEY = 'https://index.docker.io/v1/'
/** What helpers call a user who signed in with an identity token (docker-credential-helpers). */
const TOKEN_USER = '<token>'
/** A helper may ask a person. */
const HELPER_LIMIT = 60_000
/** Where products keep their helpers; a program started from a dock has a short PATH. */
const HELPER_FOLDERS = [
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/Applications/Docker.app/Contents/Resources/bin',
  ...['.docker/bin', '.rd/bin', '.orbstack/bin'].map((folder) => join(homedir(), folder)),
]

async function read(path: string): Promise<Config> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // Not there, or not ours to repair.
    return {}
  }
}

/** A key's host: keys may be addresses of an API, `https://host/v2/`. */
function hostOf(key: string): string {
  const host = key.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '')
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host
}

function fromAuth(auth: string): Credentials | undefined {
  const text = Buffer.from(auth, 'base64').toString().replace(/\0+$/, '')
  const colon = text.indexOf(':')
  if (colon <= 0) return undefined
  return { type: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Asks a credential helper; undefined where it has nothing, is not there or does not answer. */
async function fromHelper(suffix: string, key: string): Promise<Credentials | undefined> {
  // A name in a file, not a path: nothing else is started.
  if (!/^[\w.-]+$/.test(suffix)) return undefined
  const path = [process.env['PATH'] ?? '', ...HELPER_FOLDERS].join(delimiter)
  const done = Promise.withResolvers<string | undefined>()
  const child = spawn(`docker-credential-${suffix}`, ['get'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, PATH: path },
    timeout: HELPER_LIMIT,
    windowsHide: true,
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.once('error', () => done.resolve(undefined))
  child.once('close', (code) => done.resolve(code === 0 ? said : undefined))
  child.stdin.on('error', () => undefined)
  child.stdin.end(`${key}\n`)
  const answer = await done.promise
  if (answer === undefined) return undefined
  try {
    const { Username, Secret } = JSON.parse(answer) as { Username?: unknown; Secret?: unknown }
    if (typeof Username !== 'string' || typeof Secret !== 'string' || Secret === '') return undefined
    return Username === TOKEN_USER
      ? { type: 'identity-token', token: Secret }
      : { type: 'password', username: Username, password: Secret }
  } catch {
    return undefined
  }
}

async function fromConfig(config: Config, host: string): Promise<Credentials | undefined> {
  const key = host === 'docker.io' ? HUB_KEY : host
  const helper =
    Object.entries(config.credHelpers ?? {}).find(([name]) => hostOf(name) === host)?.[1] ?? config.credsStore
  const helped = helper === undefined ? undefined : await fromHelper(helper, key)
  if (helped) return helped
  const entry = Object.entries(config.auths ?? {}).find(([name]) => hostOf(name) === host)?.[1]
  if (entry?.identitytoken) return { type: 'identity-token', token: entry.identitytoken }
  return entry?.auth ? fromAuth(entry.auth) : undefined
}

/** The sign-in that docker, else podman, has for a registry; undefined when neither has one. */
export async function dockerCredentials(host: string): Promise<Credentials | undefined> {
  const env = process.env
  const folder = env['DOCKER_CONFIG'] || join(homedir(), '.docker')
  const files = [
    join(folder, 'config.json'),
    ...(env['XDG_RUNTIME_DIR'] ? [join(env['XDG_RUNTIME_DIR'], 'containers', 'auth.json')] : []),
    join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'containers', 'auth.json'),
  ]
  for (const file of files) {
    const found = await fromConfig(await read(file), host)
    if (found) return found
  }
  return undefined
}
