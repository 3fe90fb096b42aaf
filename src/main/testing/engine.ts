import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bridge, makeBridge } from './bridge.ts'
import { findCommand, fullPath, requireCommand } from './commands.ts'
import { type SmallDisk, smallDisk } from './drives.ts'
import { isAlive, removeDir, tempDir } from './temp.ts'

/** An engine to work with, whoever ends it. */
export interface SharedEngine {
  /** For DOCKER_HOST and `docker -H`: `unix:///…`. */
  readonly host: string
  readonly socketPath: string
  readonly dir: string
  /** Its DOCKER_CONFIG: no context, login or plugin of the person's. */
  readonly config: string
  readonly store: 'classic' | 'containerd'
  /** Runs the docker command on this engine and gives its output without the line's end. A failure's message holds stderr. */
  docker(...args: string[]): string
}

/** A Docker engine of one's own, without network, whose data vanish with it. Nothing on the machine's own engine is touched. */
export interface Engine extends SharedEngine {
  /** The disk of the data folder, when `dataRootSize` was asked for. */
  readonly dataDisk?: SmallDisk
  /** Ends the daemon and keeps its images: Docker is stopped. */
  halt(): Promise<void>
  /** Starts the daemon again after `halt`. */
  resume(): Promise<void>
  /** Ends the daemon and removes all it had. */
  stop(): Promise<void>
}

export interface EngineOptions {
  /** Puts its images on a disk of about this size, for the case that Docker's disk is full. 64 MiB at least. */
  readonly dataRootSize?: number
  /** Lets containers have a network of their own, and ports that this computer reaches. Needs root on Linux. */
  readonly network?: boolean
  /** More arguments for dockerd. */
  readonly args?: readonly string[]
}

/** How one kind of engine is started; what it needs around it lives in the engine's folder. */
export interface Launch {
  readonly dir: string
  readonly socketPath: string
  readonly store: 'classic' | 'containerd'
  readonly command: string
  readonly args: readonly string[]
  /** Folder of the daemon's runtime state as seen from here, where its containerd leaves its process id. */
  readonly execRoot: string
  readonly dataDisk?: SmallDisk
  readonly bridge?: Bridge
}

const START_LIMIT = 60_000
const STOP_LIMIT = 20_000
const POLL = 20

/** The arguments every private daemon gets: it changes nothing of this computer's network, and is quick to end. */
const CLOSED_ARGS: readonly string[] = [
  '--iptables=false',
  '--ip6tables=false',
  '--ip-masq=false',
  '--ip-forward=false',
  '--shutdown-timeout=2',
]
/** Without network of any kind, which is the rule. */
export const PRIVATE_ARGS: readonly string[] = ['--bridge=none', ...CLOSED_ARGS]

function ping(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: 2000 }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
    asked.end()
  })
}

async function ended(child: ChildProcess, limit: number): Promise<boolean> {
  const until = Date.now() + limit
  while (child.exitCode === null && child.signalCode === null && Date.now() < until) await sleep(POLL)
  return child.exitCode !== null || child.signalCode !== null
}

/** One run of a daemon, from its start to its end. */
async function startDaemon(launch: Launch): Promise<ChildProcess> {
  const logPath = join(launch.dir, 'log')
  const log = openSync(logPath, 'a')
  // The daemon ends with the process that started it, however that one ends.
  const tether = findCommand('setpriv')
  const child = spawn(
    tether ?? launch.command,
    tether ? ['--pdeathsig', 'TERM', launch.command, ...launch.args] : launch.args,
    { stdio: ['ignore', log, log], env: { ...process.env, PATH: fullPath() } },
  )
  closeSync(log)
  let problem: Error | undefined
  child.on('error', (error) => {
    problem = error
  })
  const until = Date.now() + START_LIMIT
  while (!(await ping(launch.socketPath))) {
    const dead = problem !== undefined || child.exitCode !== null || child.signalCode !== null
    if (dead || Date.now() > until) {
      if (!dead) await stopDaemon(launch, child)
      const tail = readFileSync(logPath, 'utf8').split('\n').slice(-15).join('\n')
      throw new Error(`dockerd did not start${dead ? '' : ' in time'}:\n${tail}`, { cause: problem })
    }
    await sleep(POLL)
  }
  return child
}

async function stopDaemon(launch: Launch, child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (!(await ended(child, STOP_LIMIT))) {
    child.kill('SIGKILL')
    await ended(child, STOP_LIMIT)
  }
  // A daemon that had to be killed leaves the containerd it had started.
  let pid = 0
  try {
    pid = Number(readFileSync(join(launch.execRoot, 'containerd', 'containerd.pid'), 'utf8'))
  } catch {
    return
  }
  const until = Date.now() + STOP_LIMIT
  if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGTERM')
  while (pid > 0 && isAlive(pid) && Date.now() < until) await sleep(POLL)
}

/** The docker command on one engine, with a configuration folder of its own: no context, login or plugin of the person's. */
export function dockerCommand(host: string, config: string): SharedEngine['docker'] {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('DOCKER_'))
  // The classic builder needs no network and no plugin, and makes the same layer from the same files.
  const env = { ...Object.fromEntries(ours), DOCKER_CONFIG: config, DOCKER_BUILDKIT: '0' }
  return (...args) => {
    try {
      const output = execFileSync(requireCommand('docker'), ['-H', host, ...args], {
        encoding: 'utf8',
        env,
        maxBuffer: 64 * 1024 * 1024,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      return output.replace(/\n$/, '')
    } catch (error) {
      const { stderr } = error as { stderr?: string }
      throw new Error(`docker ${args.join(' ')}: ${stderr ?? String(error)}`, { cause: error })
    }
  }
}

/** Starts a daemon as described and gives the engine; what its launch needs is removed with its folder. */
export async function launchEngine(launch: Launch): Promise<Engine> {
  const host = `unix://${launch.socketPath}`
  const config = join(launch.dir, 'docker-config')
  mkdirSync(config, { recursive: true })
  let child: ChildProcess | undefined
  const halt = async (): Promise<void> => {
    const running = child
    child = undefined
    if (running) await stopDaemon(launch, running)
  }
  const stop = async (): Promise<void> => {
    await halt()
    launch.dataDisk?.remove()
    launch.bridge?.remove()
    removeDir(launch.dir)
  }
  try {
    child = await startDaemon(launch)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    host,
    socketPath: launch.socketPath,
    dir: launch.dir,
    config,
    store: launch.store,
    ...(launch.dataDisk ? { dataDisk: launch.dataDisk } : {}),
    docker: dockerCommand(host, config),
    halt,
    resume: async () => {
      if (!child) child = await startDaemon(launch)
    },
    stop,
  }
}

/** Starts a private engine with the installed dockerd (classic store). Takes a quarter of a second; needs root on Linux. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const command = requireCommand('dockerd')
  const dir = tempDir()
  const socketPath = join(dir, 's')
  const dataRoot = join(dir, 'data')
  const execRoot = join(dir, 'exec')
  mkdirSync(dataRoot)
  const dataDisk = options.dataRootSize === undefined ? undefined : smallDisk(options.dataRootSize, dataRoot)
  const bridge = options.network ? makeBridge() : undefined
  const configFile = join(dir, 'daemon.json')
  writeFileSync(configFile, '{}')
  return launchEngine({
    dir,
    socketPath,
    store: 'classic',
    command,
    execRoot,
    args: [
      `--config-file=${configFile}`,
      `--host=unix://${socketPath}`,
      `--data-root=${dataRoot}`,
      `--exec-root=${execRoot}`,
      `--pidfile=${join(dir, 'pid')}`,
      ...(bridge ? [`--bridge=${bridge.name}`, ...CLOSED_ARGS] : PRIVATE_ARGS),
      ...(options.args ?? []),
    ],
    ...(dataDisk ? { dataDisk } : {}),
    ...(bridge ? { bridge } : {}),
  })
}
