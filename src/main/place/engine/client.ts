import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type Dockerode from 'dockerode'
import type { Platform } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../place.ts'
import { dial } from './dial.ts'
import type { EngineAddress } from './find.ts'

/** A Docker engine that answers. */
export interface EngineClient {
  readonly docker: Dockerode
  readonly id: string
  readonly version: string
  readonly platform: Platform
  /** The API version both sides speak: major, minor. */
  readonly api: readonly [number, number]
  /** Podman answers in Docker's words and keeps images its own way. */
  readonly podman: boolean
  /** What its image ids and its load mean: config digests and chains (classic), or manifests and blobs (containerd). */
  readonly store: 'classic' | 'containerd'
  /** Takes zstd-compressed layers (Docker 23 and later). */
  readonly zstd: boolean
  /** How it is reached. `near`: on this computer. `secured`: by ssh or TLS. `open`: anybody on the way can listen. */
  readonly way: 'near' | 'secured' | 'open'
  /** Folder of its data, when it is on this computer: where its free space is. */
  readonly root: string
  /** This daemon, the same by whatever way it is reached: its id alone is shared by all of a computer up to Docker 20.10, and new at each call to Podman. */
  readonly daemon: string
  /** Ends its connections. */
  readonly close: () => void
}

const NEVER = new AbortController().signal

type Version = readonly [number, number]

/** The oldest that is tried: Docker 18.09, API 1.39. */
const LEAST = { api: [1, 39], version: '18.09' } as const
/** The newest whose answers are known here: Docker 28.5. Newer engines speak it too. */
const NEWEST: Version = [1, 51]

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

const LOST = ['ECONNRESET', 'EPIPE', 'ECONNABORTED']
const UNREACHABLE = ['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNREFUSED', 'EHOSTDOWN']
/** Of Node's tls: certificates that are expired, of another name, of an unknown issuer, or a port that speaks no TLS. */
const TLS = /^(?:ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/

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

/** An error of the first call: nobody is there, or somebody who does not let us in. */
async function connectionError(error: unknown, address: string): Promise<AppError> {
  const raw = answerOf(error)
  const code = String(fieldOf(error, 'code') ?? '')
  const options = { cause: error, raw }
  if (error instanceof AppError && error.code !== 'docker-stopped') return error
  if (TLS.test(code) || /HTTP request to an HTTPS server/.test(raw))
    return new AppError('docker-tls', { address }, options)
  if (!/^(?:unix|npipe):/.test(address)) {
    return UNREACHABLE.includes(code) || error instanceof AppError
      ? new AppError('docker-unreachable', { address }, options)
      : engineError(error)
  }
  const known = engineError(error)
  if (known.code === 'docker-stopped')
    return new AppError((await dockerInstalled()) ? 'docker-stopped' : 'docker-missing', { address }, options)
  return known.code === 'docker-denied' ? new AppError('docker-denied', { address }, options) : known
}

/** How long an engine may take to say that it is there, in milliseconds; ssh has a limit of its own and may ask a person. */
const ANSWER_WITHIN = { near: 10_000, ssh: 120_000 } as const

async function soon<T>(answer: Promise<T>, limit: number, signal: AbortSignal): Promise<T> {
  // Nobody may be left to hear how it ends.
  answer.catch(() => undefined)
  if (signal.aborted) throw new AppError('cancelled')
  const late = Promise.withResolvers<never>()
  const abort = (): void => late.reject(new AppError('cancelled'))
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => late.reject(new AppError('docker-stopped')), limit)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

function parsed(version: string | undefined): Version {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return [major, minor]
}

function older(one: Version, other: Version): boolean {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1])
}

/** The newest version both speak. @throws docker-too-old, docker-too-new */
function negotiate(version: { ApiVersion: string; MinAPIVersion?: string; Version: string }): Version {
  const newest = parsed(version.ApiVersion)
  if (older(newest, LEAST.api)) throw new AppError('docker-too-old', { version: version.Version, least: LEAST.version })
  if (older(NEWEST, parsed(version.MinAPIVersion))) throw new AppError('docker-too-new', { version: version.Version })
  return older(newest, NEWEST) ? newest : NEWEST
}

type Answered = (error: unknown, answer: unknown) => void

/**
 * Sees to it that every call ends: docker-modem waits for ever for an answer whose connection is cut in the middle. Gives
 * what ends those still open.
 */
function settling(docker: Dockerode): () => void {
  const open = new Set<() => void>()
  const dial = docker.modem.dial.bind(docker.modem) as (options: unknown, answered: Answered) => void
  docker.modem.dial = (options: unknown, answered: Answered): void => {
    const once: Answered = (error, answer) => {
      if (open.delete(cut)) answered(error, answer)
    }
    const cut = (): void => once(new AppError('docker-lost'), undefined)
    open.add(cut)
    dial(options, once)
  }
  return () => {
    for (const cut of open) cut()
  }
}

function wayTo({ host, tls }: EngineAddress): EngineClient['way'] {
  if (/^(?:unix|npipe):/.test(host)) return 'near'
  return /^(?:ssh|https):/.test(host) || tls ? 'secured' : 'open'
}

interface Info {
  readonly DriverStatus?: unknown
  readonly DockerRootDir?: string
  readonly Architecture?: string
  readonly OSType?: string
  readonly ID?: string
  readonly Name?: string
}

/**
 * Asks an engine who it is, and settles on a version of the API. `close` the client when done: its connections stay.
 * @throws docker-missing, docker-stopped, docker-denied, docker-too-old, docker-too-new, docker-address,
 * docker-unreachable, docker-tls, ssh-…
 */
export async function connect(address: EngineAddress, signal: AbortSignal = NEVER): Promise<EngineClient> {
  // dockerode takes a tenth of a second to load: only who talks to an engine pays for it.
  const { default: Docker } = await import('dockerode')
  const { options, end } = await dial(address)
  try {
    const limit = address.host.startsWith('ssh:') ? ANSWER_WITHIN.ssh : ANSWER_WITHIN.near
    // Without a version first: only so does an engine of any age answer.
    const version = await soon(new Docker(options).version(), limit, signal)
    const api = negotiate(version)
    const docker = new Docker({ ...options, version: `v${api.join('.')}` })
    const settle = settling(docker)
    const info: Info = await soon(docker.info(), limit, signal)
    const driver = JSON.stringify(info.DriverStatus ?? [])
    const way = wayTo(address)
    const podman = JSON.stringify(version.Components ?? []).includes('Podman')
    return {
      docker,
      id: address.id,
      version: version.Version,
      api,
      podman,
      platform: {
        os: info.OSType ?? version.Os,
        architecture: ARCHITECTURES[info.Architecture ?? ''] ?? info.Architecture ?? version.Arch,
      },
      store: driver.includes('io.containerd.snapshotter.v1') ? 'containerd' : 'classic',
      zstd: Number.parseInt(version.Version, 10) >= 23,
      way,
      root: way === 'near' ? (info.DockerRootDir ?? '') : '',
      daemon: [podman ? 'podman' : info.ID, info.Name, info.DockerRootDir].join(' '),
      close: () => {
        end()
        settle()
      },
    }
  } catch (error) {
    end()
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
