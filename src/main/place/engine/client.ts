import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type Dockerode from 'dockerode'
import type { Platform } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../place.ts'
import type { EngineAddress } from './find.ts'

/** A Docker engine that answers. */
export interface EngineClient {
  readonly docker: Dockerode
  readonly id: string
  readonly version: string
  readonly platform: Platform
  /** What its image ids and its load mean: config digests and chains (classic), or manifests and blobs (containerd). */
  readonly store: 'classic' | 'containerd'
  /** Takes zstd-compressed layers (Docker 23 and later). */
  readonly zstd: boolean
  /** Folder of its data, when it is on this computer: where its free space is. */
  readonly root: string
}

/** The oldest that is tried: Docker 18.09, API 1.39. */
const LEAST = { api: [1, 39], version: '18.09' } as const

/** Kernel names as /info gives them, in OCI's words. */
const ARCHITECTURES: Record<string, string> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  i686: '386',
  i386: '386',
}

async function dockerInstalled(): Promise<boolean> {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/bin',
    '/usr/sbin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ]
  const names = process.platform === 'win32' ? ['docker.exe'] : ['docker', 'dockerd']
  for (const folder of folders) {
    for (const name of names) {
      const there = await access(join(folder, name)).then(
        () => true,
        () => false,
      )
      if (there) return true
    }
  }
  return false
}

function fieldOf(error: unknown, field: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined
}

/** What an engine answered, in words: its JSON message, without the status line dockerode puts before it. */
function answerOf(error: unknown): string {
  const message = fieldOf(fieldOf(error, 'json'), 'message')
  if (typeof message === 'string') return message
  const own = fieldOf(error, 'message')
  return typeof own === 'string' ? own.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim() : String(error)
}

/** A failure the engine reported in words, where only words tell. */
export function refusal(answer: string): AppError {
  if (/no space left on device/i.test(answer)) return new AppError('docker-full', {}, { raw: answer })
  return new AppError('docker-refused', { reason: answer.trim() }, { raw: answer })
}

const LOST = ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']

/** Any error of a call to an engine in the app's words. `image`: what was asked for. */
export function engineError(error: unknown, image?: string): AppError {
  if (error instanceof AppError) return error
  const status = fieldOf(error, 'statusCode')
  const code = String(fieldOf(error, 'code') ?? '')
  const raw = answerOf(error)
  const options = { cause: error, raw }
  if (status === 404 && image !== undefined) return new AppError('image-missing', { image }, options)
  if (typeof status === 'number') return refusal(raw)
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return new AppError('docker-stopped', {}, options)
  if (code === 'EACCES' || code === 'EPERM') return new AppError('docker-denied', {}, options)
  if (LOST.includes(code) || /socket hang up|aborted/.test(raw)) return new AppError('docker-lost', {}, options)
  return new AppError('internal', {}, options)
}

async function connectionError(error: unknown, address: string): Promise<AppError> {
  const known = engineError(error)
  if (known.code === 'docker-stopped') {
    return new AppError(
      (await dockerInstalled()) ? 'docker-stopped' : 'docker-missing',
      { address },
      { cause: error, raw: known.raw ?? '' },
    )
  }
  return known.code === 'docker-denied'
    ? new AppError('docker-denied', { address }, { cause: error, raw: known.raw ?? '' })
    : known
}

function socketOf(host: string): string | undefined {
  if (host.startsWith('unix://')) return host.slice('unix://'.length) || '/var/run/docker.sock'
  return host.startsWith('npipe://') ? host.slice('npipe://'.length) : undefined
}

/** How long an engine may take to say that it is there, in milliseconds. */
const ANSWER_WITHIN = 10_000

async function soon<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new AppError('docker-stopped')), ANSWER_WITHIN)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Asks an engine who it is. @throws docker-missing, docker-stopped, docker-denied, docker-too-old, docker-unsupported-address */
export async function connect(address: EngineAddress): Promise<EngineClient> {
  const socketPath = socketOf(address.host)
  if (socketPath === undefined)
    throw new AppError('docker-unsupported-address', { address: address.host || address.id })
  // dockerode takes a tenth of a second to load: only who talks to an engine pays for it.
  const { default: Docker } = await import('dockerode')
  // `host` must be given, or docker-modem takes DOCKER_HOST's over the socket asked for.
  const docker = new Docker({ socketPath, host: undefined, protocol: 'http' })
  try {
    const version = await soon(docker.version())
    const [major = 0, minor = 0] = version.ApiVersion.split('.').map(Number)
    if (major < LEAST.api[0] || (major === LEAST.api[0] && minor < LEAST.api[1])) {
      throw new AppError('docker-too-old', { version: version.Version, least: LEAST.version })
    }
    const info: { DriverStatus?: unknown; DockerRootDir?: string; Architecture?: string; OSType?: string } = await soon(
      docker.info(),
    )
    const driver = JSON.stringify(info.DriverStatus ?? [])
    return {
      docker,
      id: address.id,
      version: version.Version,
      platform: {
        os: info.OSType ?? version.Os,
        architecture: ARCHITECTURES[info.Architecture ?? ''] ?? info.Architecture ?? version.Arch,
      },
      store: driver.includes('io.containerd.snapshotter.v1') ? 'containerd' : 'classic',
      zstd: Number.parseInt(version.Version, 10) >= 23,
      root: info.DockerRootDir ?? '',
    }
  } catch (error) {
    throw await connectionError(error, address.host)
  }
}

/**
 * The JSON messages of an engine's progress stream, one a line. Not dockerode's followProgress: it cuts multi-byte
 * characters at chunk ends and throws where a line is no JSON. A line that is none comes as `{ stream: line }`.
 */
export async function* messages(bytes: Bytes): AsyncGenerator<Record<string, unknown>> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield message(line)
  }
  rest += decoder.end()
  if (rest.trim() !== '') yield message(rest)
}

function message(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { stream: line }
  } catch {
    return { stream: line }
  }
}
