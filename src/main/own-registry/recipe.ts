import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { OwnForm, OwnRegistry } from '../../shared/contract-own.ts'
import { AppError } from '../../shared/errors.ts'

/**
 * How a registry of one's own is run: a container of the `registry` program, two volumes, and settings in labels. All that is
 * known of it is on its engine: another computer that manages the engine manages the registry, too.
 */

/** Its name, on the container and on both volumes. */
export const LABEL = 'org.caboteur.registry'
/** What it was made with, as JSON; nothing secret. */
export const SETTINGS = 'org.caboteur.registry.settings'
export const CONFIG_FOLDER = '/etc/caboteur-registry'
export const CONFIG_FILE = `${CONFIG_FOLDER}/config.yml`
export const HTPASSWD = 'htpasswd'
export const AUTHORITY = 'ca.pem'
/** Inside the container; outside it is what the person chose. */
const PORT = 5000

const settingsSchema = z.object({
  mode: z.enum(['store', 'cache']),
  port: z.number(),
  reach: z.enum(['here', 'network']),
  addresses: z.array(z.string()),
  tls: z.boolean(),
})
export type Settings = z.infer<typeof settingsSchema>

/** One that a label says; undefined where it says none of ours. */
export function settingsOf(labels: Readonly<Record<string, string>>): Settings | undefined {
  try {
    return settingsSchema.parse(JSON.parse(labels[SETTINGS] ?? ''))
  } catch {
    return undefined
  }
}

export function hostOf({ addresses, port }: Pick<OwnRegistry, 'addresses' | 'port'>): string {
  const [first = 'localhost'] = addresses
  return `${first.includes(':') ? `[${first}]` : first}:${port}`
}

/** Names of a registry are names of containers and volumes, too. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/
const ADDRESS = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|[0-9a-f:]+)$/
/** What htpasswd's lines bear: a colon would end the name. */
const USER = /^[^:\s#][^:\s]{0,63}$/

export function checkUser(name: string): void {
  if (!USER.test(name)) throw new AppError('own-user', { name })
}

/** @throws own-name, own-address, own-user */
export function checkForm({ name, addresses, reach, users }: OwnForm): void {
  if (!NAME.test(name)) throw new AppError('own-name', { name })
  const wrong = addresses.find((address) => !ADDRESS.test(address))
  if (wrong !== undefined) throw new AppError('own-address', { address: wrong })
  if (reach === 'network' && addresses.length === 0) throw new AppError('own-address', { address: '' })
  for (const user of users) checkUser(user.name)
}

export function containerName(name: string): string {
  return `caboteur-registry-${name}`
}

export function volumes(name: string): { readonly data: string; readonly config: string } {
  return { data: `${containerName(name)}-data`, config: `${containerName(name)}-config` }
}

/** Other names of this computer, so that it reaches its own registry whatever the network does. */
export function certifiedNames({ addresses }: Settings): string[] {
  return [...new Set([...addresses, 'localhost', '127.0.0.1'])]
}

/** distribution, docs/configuration.md. JSON is YAML. `users`: whether anybody has to sign in. */
export function configText({ mode, tls }: Settings, users: boolean): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: '/var/lib/registry' }, delete: { enabled: true } },
    http: {
      addr: `:${PORT}`,
      secret: randomBytes(32).toString('hex'),
      ...(tls ? { tls: { certificate: `${CONFIG_FOLDER}/cert.pem`, key: `${CONFIG_FOLDER}/key.pem` } } : {}),
    },
    ...(users ? { auth: { htpasswd: { realm: 'registry', path: `${CONFIG_FOLDER}/${HTPASSWD}` } } } : {}),
    ...(mode === 'cache' ? { proxy: { remoteurl: 'https://registry-1.docker.io' } } : {}),
  })
}

interface MountOptions {
  readonly Type: 'volume'
  readonly Source: string
  readonly Target: string
  readonly ReadOnly: boolean
  readonly VolumeOptions: {
    readonly NoCopy: boolean
    readonly Labels: Record<string, string>
    readonly DriverConfig: { readonly Name: string; readonly Options: Record<string, string> }
  }
}

export function mounts(name: string): MountOptions[] {
  const { data, config } = volumes(name)
  const mount = (source: string, target: string): MountOptions => ({
    Type: 'volume',
    Source: source,
    Target: target,
    ReadOnly: false,
    VolumeOptions: {
      NoCopy: true,
      Labels: { [LABEL]: name },
      DriverConfig: { Name: 'local', Options: {} },
    },
  })
  return [mount(data, '/var/lib/registry'), mount(config, CONFIG_FOLDER)]
}

/** What the engine is asked to make. It starts again by itself after a reboot, unless it was stopped by hand. */
export function containerOf(form: OwnForm, settings: Settings) {
  const port = `${PORT}/tcp`
  const bound = { HostIp: settings.reach === 'here' ? '127.0.0.1' : '', HostPort: String(settings.port) }
  return {
    name: containerName(form.name),
    Image: form.image,
    // Of both majors of the image: `serve` is what its entry point hands to the program.
    Cmd: ['serve', CONFIG_FILE],
    // Whatever telemetry the newer image would look for.
    Env: ['OTEL_TRACES_EXPORTER=none'],
    Labels: { [LABEL]: form.name, [SETTINGS]: JSON.stringify(settings) },
    ExposedPorts: { [port]: {} },
    HostConfig: {
      Mounts: mounts(form.name),
      PortBindings: { [port]: [bound] },
      RestartPolicy: { Name: 'unless-stopped' },
    },
  }
}
