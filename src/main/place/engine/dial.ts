import { readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { join } from 'node:path'
import type Dockerode from 'dockerode'
import { AppError } from '../../../shared/errors.ts'
import { dataFolder } from '../../home.ts'
import type { EngineAddress } from './find.ts'
import { SshAgent } from './ssh/dial.ts'
import { sshWay } from './ssh/way.ts'

/** How dockerode gets to an engine, and what to call when it is no longer needed. */
export interface Dialled {
  readonly options: Dockerode.DockerOptions
  readonly end: () => void
}

/** docker's own default ports (docker/cli, opts/hosts.go). */
const PORT = { plain: 2375, tls: 2376 } as const

function withAgent(agent: Agent, more: Dockerode.DockerOptions): Dialled {
  // docker-modem takes an agent; its types do not say so.
  return { options: { ...more, agent } as Dockerode.DockerOptions, end: () => agent.destroy() }
}

async function file(folder: string, name: string): Promise<Buffer | undefined> {
  return await readFile(join(folder, name)).catch(() => undefined)
}

async function dialTcp({ host: address, tls }: EngineAddress): Promise<Dialled> {
  const url = new URL(address.replace(/^tcp:/, tls ? 'https:' : 'http:'))
  const secured = url.protocol === 'https:'
  const usual = secured ? PORT.tls : PORT.plain
  const port = url.port === '' ? usual : Number(url.port)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!secured) return withAgent(new Agent(), { protocol: 'http', host, port })
  const { Agent: SecureAgent } = await import('node:https')
  const folder = tls?.folder
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map(async (name) => folder && (await file(folder, name))),
  )
  const agent = new SecureAgent({
    rejectUnauthorized: tls?.verify ?? true,
    ...(ca ? { ca } : {}),
    ...(cert && key ? { cert, key } : {}),
  })
  return withAgent(agent, { protocol: 'https', host, port })
}

/** @throws docker-address */
export async function dial(address: EngineAddress): Promise<Dialled> {
  const { host, ssh } = address
  // `host` must be given, or docker-modem takes DOCKER_HOST's over the socket asked for.
  const local = (socketPath: string): Dialled =>
    withAgent(new Agent(), { socketPath, host: undefined, protocol: 'http' })
  if (host.startsWith('unix://')) return local(host.slice('unix://'.length) || '/var/run/docker.sock')
  if (host.startsWith('npipe://')) return local(host.slice('npipe://'.length))
  if (host.startsWith('ssh://')) {
    const agent = new SshAgent(ssh ?? sshWay(host, join(dataFolder(), 'known_hosts')))
    // The name only fills the Host header; the engine at the other end is whoever answers there.
    return withAgent(agent, { protocol: 'http', host: 'docker', port: 80 })
  }
  if (/^(?:tcp|https?):\/\/[^/]/.test(host) && URL.canParse(host.replace(/^tcp:/, 'http:')))
    return await dialTcp(address)
  throw new AppError('docker-address', { address: host || address.id })
}
