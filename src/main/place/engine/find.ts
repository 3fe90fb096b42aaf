import { createHash } from 'node:crypto'
import { access, readdir, readFile, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { EngineKind } from '../../../shared/contract.ts'
import { knownSockets, productOf } from './sockets.ts'
import type { SshWay } from './ssh/way.ts'

/** Files of a secured TCP connection, and whether the other side's certificate is checked (docker's SkipTLSVerify). */
export interface TlsFiles {
  readonly folder: string
  readonly verify: boolean
}

/** Where an engine is, by the name of its docker context; `default` for the environment's or the platform's own. */
export interface EngineAddress {
  readonly id: string
  readonly kind: EngineKind
  /** What tells it from others of its kind; '' for the only one. */
  readonly name: string
  /** The one that `docker` itself would use. */
  readonly current: boolean
  /** As docker writes it: `unix:///var/run/docker.sock`. */
  readonly host: string
  readonly tls?: TlsFiles
  /** How ssh gets there, for an `ssh://` host. */
  readonly ssh?: SshWay
}

type Environment = Readonly<Record<string, string | undefined>>

async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    // No such file, or one that is none of ours to repair: docker ignores it likewise.
    return undefined
  }
}

function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined
  return at
}

function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

/** The platform's default socket, as docker looks for it (Docker Desktop keeps one in the home folder). */
async function defaultHost(home: string): Promise<string> {
  if (process.platform === 'win32') return 'npipe:////./pipe/docker_engine'
  const desktop = join(home, '.docker', 'run', 'docker.sock')
  return `unix://${(await exists(desktop)) ? desktop : '/var/run/docker.sock'}`
}

/** As docker does: any of the three files means TLS (docker/cli, cli/context/docker/load.go). */
async function tlsFiles(folder: string, verify: boolean): Promise<TlsFiles | undefined> {
  for (const file of ['ca.pem', 'cert.pem', 'key.pem']) if (await exists(join(folder, file))) return { folder, verify }
  return undefined
}

/** DOCKER_TLS_VERIFY asks for TLS and a checked certificate, DOCKER_TLS for TLS alone; any value but '' counts. */
function environmentTls(env: Environment, folder: string): TlsFiles | undefined {
  const verify = Boolean(env['DOCKER_TLS_VERIFY'])
  if (!verify && !env['DOCKER_TLS']) return undefined
  return { folder: env['DOCKER_CERT_PATH'] || folder, verify }
}

interface Context {
  readonly name: string
  readonly host: string
  readonly tls?: TlsFiles
}

async function contexts(folder: string): Promise<Context[]> {
  const meta = join(folder, 'contexts', 'meta')
  const entries = await readdir(meta).catch(() => [])
  const found: Context[] = []
  for (const entry of entries) {
    const document = await json(join(meta, entry, 'meta.json'))
    const name = text(document, 'Name')
    const host = text(document, 'Endpoints', 'docker', 'Host')
    // The folder is named by the context's name: anything else was not written by docker.
    if (!name || !host || createHash('sha256').update(name).digest('hex') !== entry) continue
    const verify = valueAt(document, 'Endpoints', 'docker', 'SkipTLSVerify') !== true
    const tls = await tlsFiles(join(folder, 'contexts', 'tls', entry, 'docker'), verify)
    found.push({ name, host, ...(tls ? { tls } : {}) })
  }
  return found.sort((a, b) => a.name.localeCompare(b.name))
}

/**
 * The engines docker knows on this computer, the one `docker` would use among them, by docker's own order: DOCKER_HOST,
 * then DOCKER_CONTEXT, then config.json's currentContext, then the default socket (docker/cli, cli/command/cli.go).
 */
export async function findEngines(env: Environment = process.env, home: string = homedir()): Promise<EngineAddress[]> {
  const folder = env['DOCKER_CONFIG'] || join(home, '.docker')
  const fromEnvironment = env['DOCKER_HOST']
  const chosen = fromEnvironment
    ? 'default'
    : env['DOCKER_CONTEXT'] || text(await json(join(folder, 'config.json')), 'currentContext') || 'default'
  const tls = fromEnvironment ? environmentTls(env, folder) : undefined
  const engines: EngineAddress[] = [
    {
      id: 'default',
      kind: 'default',
      name: '',
      current: chosen === 'default',
      host: fromEnvironment || (await defaultHost(home)),
      ...(tls ? { tls } : {}),
    },
    ...(await contexts(folder)).map(
      ({ name, ...rest }): EngineAddress => ({ id: name, kind: 'context', name, current: name === chosen, ...rest }),
    ),
  ]
  // A context that is gone: docker refuses, naming it; so does connecting to it.
  return engines.some(({ current }) => current)
    ? engines
    : [...engines, { id: chosen, kind: 'context', name: chosen, current: true, host: '' }]
}

/** One socket may have several paths: /var/run/docker.sock is often a link to a product's own. */
async function identity(host: string): Promise<string> {
  if (!host.startsWith('unix://')) return host
  const path = host.slice('unix://'.length)
  return `unix://${await realpath(path).catch(() => path)}`
}

/**
 * Every engine worth showing, each once: those docker knows, and those whose product keeps a socket in a place of its own.
 * The default socket is left out when nothing is there and docker would use another.
 */
export async function allEngines(env: Environment = process.env, home: string = homedir()): Promise<EngineAddress[]> {
  const known = await findEngines(env, home)
  const sockets = await knownSockets(env, home)
  const products = new Map<string, (typeof sockets)[number]>()
  for (const socket of sockets) products.set(await identity(socket.host), socket)
  const seen = new Map<string, EngineAddress>()
  for (const engine of known.toSorted((a, b) => Number(b.current) - Number(a.current))) {
    const key = await identity(engine.host)
    if (seen.has(key)) continue
    if (engine.id === 'default' && !engine.current && !(await reachable(engine.host))) continue
    const product = products.get(key) ?? productOf(engine.host, env, home)
    seen.set(key, product ? { ...engine, kind: product.kind, name: product.name } : engine)
  }
  for (const [key, { kind, name, host }] of products) {
    // Its address is its id: there may be two of a kind, and docker has no name for it.
    if (!seen.has(key)) seen.set(key, { id: host, kind, name, current: false, host })
  }
  return [...seen.values()]
}

async function reachable(host: string): Promise<boolean> {
  return host.startsWith('unix://') ? await exists(host.slice('unix://'.length)) : true
}
