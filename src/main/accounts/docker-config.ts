import { spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { z } from 'zod'
import type { Credentials } from '../place/registry/tokens.ts'

/**
 * The sign-ins that docker and podman keep: config.json's own, and those of the helpers it names. Only read, each time
 * anew, so that `docker login` and `docker logout` count at once.
 */

/** What is not as docker writes it counts as not there. */
const configSchema = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }).catch({}))
    .catch({}),
  credsStore: z.string().optional().catch(undefined),
  credHelpers: z.record(z.string(), z.string()).catch({}),
})
type Config = z.infer<typeof configSchema>
const NONE: Config = { auths: {}, credHelpers: {} }

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
    return configSchema.catch(NONE).parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // Not there, or not ours to repair.
    return NONE
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

function helperPath(): string {
  return [process.env['PATH'] ?? '', ...HELPER_FOLDERS].join(delimiter)
}

/** What a credential helper says; undefined where it fails, is not there or does not answer. */
async function askHelper(suffix: string, command: 'get' | 'list', input: string): Promise<string | undefined> {
  // A name in a file, not a path: nothing else is started.
  if (!/^[\w.-]+$/.test(suffix)) return undefined
  const done = Promise.withResolvers<string | undefined>()
  const child = spawn(`docker-credential-${suffix}`, [command], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, PATH: helperPath() },
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
  child.stdin.end(input)
  return await done.promise
}

async function fromHelper(suffix: string, key: string): Promise<Credentials | undefined> {
  const answer = await askHelper(suffix, 'get', `${key}\n`)
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
  const helper = helperOf(config, host)
  const helped = helper === undefined ? undefined : await fromHelper(helper, keyOf(host))
  if (helped) return helped
  const entry = Object.entries(config.auths).find(([name]) => hostOf(name) === host)?.[1]
  if (entry?.identitytoken) return { type: 'identity-token', token: entry.identitytoken }
  return entry?.auth ? fromAuth(entry.auth) : undefined
}

function keyOf(host: string): string {
  return host === 'docker.io' ? HUB_KEY : host
}

function helperOf(config: Config, host: string): string | undefined {
  return Object.entries(config.credHelpers).find(([name]) => hostOf(name) === host)?.[1] ?? config.credsStore
}

interface ConfigFile {
  readonly from: 'docker' | 'podman'
  readonly path: string
}

function configFiles(): ConfigFile[] {
  const env = process.env
  const folder = env['DOCKER_CONFIG'] || join(homedir(), '.docker')
  const podman = [
    ...(env['XDG_RUNTIME_DIR'] ? [env['XDG_RUNTIME_DIR']] : []),
    env['XDG_CONFIG_HOME'] || join(homedir(), '.config'),
  ]
  return [
    { from: 'docker', path: join(folder, 'config.json') },
    ...podman.map((dir): ConfigFile => ({ from: 'podman', path: join(dir, 'containers', 'auth.json') })),
  ]
}

/**
 * The sign-in that docker, else podman, has for a registry; undefined when neither has one. `username`: of this user alone,
 * who may have signed out or been replaced since.
 */
export async function dockerSignIn(host: string, username?: string): Promise<Credentials | undefined> {
  for (const { path } of configFiles()) {
    const found = await fromConfig(await read(path), host)
    if (found && (username === undefined || (found.type === 'password' && found.username === username))) return found
  }
  return undefined
}

/** A sign-in somebody else keeps, without its secret. */
export interface ForeignSignIn {
  readonly host: string
  /** Absent where an identity token names nobody. */
  readonly username?: string
  readonly from: ConfigFile['from']
  readonly file: string
  /** The helper that has it; absent: the file itself. */
  readonly helper?: string
  /** The password lies in the file, in base64. */
  readonly exposed: boolean
}

/** All sign-ins docker and podman have: those of their files, and those their helpers list. One per host of a file. */
export async function dockerSignIns(): Promise<ForeignSignIn[]> {
  const found = await Promise.all(configFiles().map(async (file) => await inFile(file, await read(file.path))))
  return found.flat()
}

async function inFile({ from, path }: ConfigFile, config: Config): Promise<ForeignSignIn[]> {
  const helpers = [...new Set([config.credsStore, ...Object.values(config.credHelpers)])]
  const lists = await Promise.all(
    helpers.filter((helper) => helper !== undefined).map(async (helper) => [helper, await listed(helper)] as const),
  )
  const helped = lists.flatMap(([helper, users]) =>
    [...users]
      .filter(([host]) => helperOf(config, host) === helper)
      .map(([host, username]) => ({ host, from, file: path, helper, exposed: false, ...named(username) })),
  )
  const inside = Object.entries(config.auths).flatMap(([key, { auth, identitytoken }]): ForeignSignIn[] => {
    const host = hostOf(key)
    if (helped.some((one) => one.host === host)) return []
    if (identitytoken) return [{ host, from, file: path, exposed: true }]
    const pair = auth ? fromAuth(auth) : undefined
    return pair?.type === 'password' ? [{ host, from, file: path, exposed: true, ...named(pair.username) }] : []
  })
  const all = new Map([...helped, ...inside].map((one) => [one.host, one] as const).toReversed())
  return [...all.values()].toReversed()
}

function named(username: string): { username?: string } {
  return username === TOKEN_USER || username === '' ? {} : { username }
}

/** The users a helper has, by host; none where it is not there or cannot list (`docker-credential-ecr-login`). */
async function listed(suffix: string): Promise<Map<string, string>> {
  const answer = await askHelper(suffix, 'list', '')
  try {
    const value: unknown = JSON.parse(answer ?? '{}')
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
    // Docker Desktop keeps more than sign-ins there: `https://index.docker.io/v1/access-token`.
    const users = entries.filter(([key]) => !/\/(?:access|refresh)-token$/.test(key))
    return new Map(users.map(([key, name]) => [hostOf(key), String(name)]))
  } catch {
    return new Map()
  }
}

/** What keeps passwords out of docker's file on this system, and whether its helper is there. */
export async function credsStoreRemedy(): Promise<{ credsStore: string; installed: boolean }> {
  const stores = { darwin: ['osxkeychain', 'desktop'], win32: ['wincred', 'desktop'] } as Record<string, string[]>
  const usual = stores[process.platform] ?? ['secretservice', 'pass', 'desktop']
  for (const credsStore of usual) if (await helperThere(credsStore)) return { credsStore, installed: true }
  return { credsStore: usual[0] ?? 'pass', installed: false }
}

async function helperThere(suffix: string): Promise<boolean> {
  const file = `docker-credential-${suffix}${process.platform === 'win32' ? '.exe' : ''}`
  const tries = helperPath().split(delimiter).filter(Boolean)
  const there = await Promise.all(tries.map(async (dir) => await access(join(dir, file), constants.X_OK).then(yes, no)))
  return there.includes(true)
}

const yes = (): boolean => true
const no = (): boolean => false
