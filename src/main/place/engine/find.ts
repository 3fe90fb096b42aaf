import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where an engine is, by the name of its docker context; `default` for the environment's or the platform's own. */
export interface EngineAddress {
  readonly id: string
  /** The one that `docker` itself would use. */
  readonly current: boolean
  /** As docker writes it: `unix:///var/run/docker.sock`. */
  readonly host: string
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

function text(value: unknown, ...path: readonly string[]): string | undefined {
  let at = value
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined
  return typeof at === 'string' && at !== '' ? at : undefined
}

/** The platform's default socket, as docker looks for it (Docker Desktop keeps one in the home folder). */
async function defaultHost(home: string): Promise<string> {
  if (process.platform === 'win32') return 'npipe:////./pipe/docker_engine'
  const desktop = join(home, '.docker', 'run', 'docker.sock')
  const found = await access(desktop).then(
    () => true,
    () => false,
  )
  return `unix://${found ? desktop : '/var/run/docker.sock'}`
}

async function contexts(folder: string): Promise<{ name: string; host: string }[]> {
  const meta = join(folder, 'contexts', 'meta')
  const entries = await readdir(meta).catch(() => [])
  const found: { name: string; host: string }[] = []
  for (const entry of entries) {
    const document = await json(join(meta, entry, 'meta.json'))
    const name = text(document, 'Name')
    const host = text(document, 'Endpoints', 'docker', 'Host')
    // The folder is named by the context's name: anything else was not written by docker.
    if (name && host && createHash('sha256').update(name).digest('hex') === entry) found.push({ name, host })
  }
  return found.sort((a, b) => a.name.localeCompare(b.name))
}

/**
 * The engines this computer knows, the one `docker` would use among them, by docker's own order: DOCKER_HOST, then
 * DOCKER_CONTEXT, then config.json's currentContext, then the default socket (docker/cli, cli/command/cli.go).
 */
export async function findEngines(env: Environment = process.env, home: string = homedir()): Promise<EngineAddress[]> {
  const folder = env['DOCKER_CONFIG'] || join(home, '.docker')
  const fromEnvironment = env['DOCKER_HOST']
  const chosen = fromEnvironment
    ? 'default'
    : env['DOCKER_CONTEXT'] || text(await json(join(folder, 'config.json')), 'currentContext') || 'default'
  const known = [{ name: 'default', host: fromEnvironment || (await defaultHost(home)) }, ...(await contexts(folder))]
  const engines = known.map(({ name, host }) => ({ id: name, current: name === chosen, host }))
  // A context that is gone: docker refuses, naming it; so does connecting to it.
  return engines.some(({ current }) => current) ? engines : [...engines, { id: chosen, current: true, host: '' }]
}
