import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineKind } from '../../../shared/contract.ts'

/** A socket where a product is known to listen, and that is there now. */
export interface KnownSocket {
  readonly kind: EngineKind
  /** Its profile or machine, where there may be several; '' for the usual one. */
  readonly name: string
  readonly host: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Where products keep their sockets; a `*` stands for the name of a profile. Seen in their own documentation and sources. */
function candidates(env: Environment, home: string): { kind: EngineKind; usual: string; path: string }[] {
  const config = env['XDG_CONFIG_HOME'] || join(home, '.config')
  const runtime = env['XDG_RUNTIME_DIR'] || `/run/user/${process.getuid?.() ?? 0}`
  const machines = join(home, '.local/share/containers/podman/machine')
  return [
    { kind: 'desktop', usual: '', path: join(home, '.docker/desktop/docker.sock') },
    { kind: 'desktop', usual: '', path: join(home, '.docker/run/docker.sock') },
    { kind: 'rootless', usual: '', path: join(runtime, 'docker.sock') },
    { kind: 'colima', usual: 'default', path: join(env['COLIMA_HOME'] || join(home, '.colima'), '*/docker.sock') },
    { kind: 'colima', usual: 'default', path: join(config, 'colima/*/docker.sock') },
    { kind: 'lima', usual: 'docker', path: join(env['LIMA_HOME'] || join(home, '.lima'), '*/sock/docker.sock') },
    { kind: 'orbstack', usual: '', path: join(home, '.orbstack/run/docker.sock') },
    { kind: 'rancher', usual: '', path: join(home, '.rd/docker.sock') },
    { kind: 'podman', usual: '', path: join(runtime, 'podman/podman.sock') },
    { kind: 'podman', usual: '', path: '/run/podman/podman.sock' },
    { kind: 'podman', usual: '', path: join(env['TMPDIR'] || '/tmp', 'podman/podman-machine-default-api.sock') },
    { kind: 'podman', usual: '', path: join(machines, 'podman.sock') },
    { kind: 'podman', usual: '', path: join(machines, '*/podman.sock') },
  ]
}

/** The product whose socket this is by its path, there or not. */
export function productOf(host: string, env: Environment, home: string): Omit<KnownSocket, 'host'> | undefined {
  if (process.platform === 'win32') {
    const found = PIPES.find(({ pipe }) => host === `npipe:////./pipe/${pipe}`)
    return found && { kind: found.kind, name: '' }
  }
  for (const { kind, usual, path } of candidates(env, home)) {
    const [before = '', after] = `unix://${path}`.split('*')
    if (after === undefined ? host === before : host.startsWith(before) && host.endsWith(after)) {
      const name = after === undefined ? '' : host.slice(before.length, host.length - after.length)
      return { kind, name: name === usual ? '' : name }
    }
  }
  return undefined
}

/** Pipes of Windows, by name. */
const PIPES: readonly { kind: EngineKind; pipe: string }[] = [
  { kind: 'desktop', pipe: 'dockerDesktopLinuxEngine' },
  { kind: 'podman', pipe: 'podman-machine-default' },
]

async function isSocket(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isSocket(),
    () => false,
  )
}

async function expanded(path: string): Promise<{ path: string; name: string }[]> {
  const [before, after] = path.split('*')
  if (before === undefined || after === undefined) return [{ path, name: '' }]
  const names = await readdir(before).catch(() => [])
  // Colima keeps what all profiles share beside them.
  return names
    .filter((name) => !name.startsWith('_'))
    .sort()
    .map((name) => ({ path: `${before}${name}${after}`, name }))
}

/** The sockets of known products that are there: a product that is installed but not started keeps none. */
export async function knownSockets(env: Environment, home: string): Promise<KnownSocket[]> {
  if (process.platform === 'win32') {
    const pipes = await readdir('//./pipe/').catch((): string[] => [])
    return PIPES.filter(({ pipe }) => pipes.includes(pipe)).map(({ kind, pipe }) => ({
      kind,
      name: '',
      host: `npipe:////./pipe/${pipe}`,
    }))
  }
  const found: KnownSocket[] = []
  for (const { kind, usual, path } of candidates(env, home)) {
    for (const { path: socket, name } of await expanded(path)) {
      if (await isSocket(socket)) found.push({ kind, name: name === usual ? '' : name, host: `unix://${socket}` })
    }
  }
  return found
}
