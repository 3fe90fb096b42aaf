import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeAuthority } from './certificates.ts'
import { findCommand, requireCommand } from './commands.ts'
import { removeDir, tempDir } from './temp.ts'

/** A real registry of one's own (Debian's docker-registry), on this computer only, whose data vanish with it. */
export interface Registry {
  /** `127.0.0.1:PORT`, as in a reference. */
  readonly host: string
  readonly url: string
  /** PEM of the authority that signed its certificate, when TLS was asked for, and the file it is in. */
  readonly ca?: string
  readonly caFile?: string
  /** One of its two accounts (`SECOND_ACCOUNT` is the other), when sign-in was asked for. */
  readonly account?: typeof ACCOUNT
  close(): Promise<void>
}

export interface RegistryOptions {
  /** Wants `ACCOUNT` or `SECOND_ACCOUNT`, by Basic. */
  readonly auth?: boolean
  /** Speaks TLS with a certificate for 127.0.0.1 and localhost, of an authority of its own. */
  readonly tls?: boolean
  /** Where it listens, when others than this computer's own are to reach it by its name. */
  readonly address?: string
  /** Lets manifests be deleted. */
  readonly delete?: boolean
}

export const ACCOUNT = { username: 'captain', password: 'salt-and-rope' } as const
export const SECOND_ACCOUNT = { username: 'mate', password: 'tar-and-oakum' } as const
/** Both accounts for htpasswd: bcrypt with the fewest rounds there are; docker-registry takes no other form. */
const HTPASSWD = [
  'captain:$2b$04$K.5oP6IqaXQNVQBJk9.5DutHHIdrgrNtyvcwEjstY0IVLd.nxTFgm',
  'mate:$2b$04$Xc7S6QkFAPQ8kANa4YbzBuJOsfRblkEuMSnWnaYze51Sd1Ze5riRa',
  '',
].join('\n')
const START_LIMIT = 20_000
const POLL = 10

/** A server certificate and the authority that signed it, in files of a folder. */
export function makeCertificate(dir: string, names?: string): Certificate {
  const authority = makeAuthority(dir)
  const { cert, key } = authority.certify('localhost', dir, 'server', names)
  return { ca: readFileSync(authority.ca, 'utf8'), caFile: authority.ca, certificate: cert, key }
}

export interface Certificate {
  readonly ca: string
  readonly caFile: string
  readonly certificate: string
  readonly key: string
}

/** JSON is YAML, and needs no writer of its own. */
function config(dir: string, options: RegistryOptions, tls: Certificate | undefined): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(dir, 'data') },
      delete: { enabled: options.delete ?? false },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: {
      addr: `${options.address ?? '127.0.0.1'}:0`,
      secret: 'test',
      ...(tls ? { tls: { certificate: tls.certificate, key: tls.key } } : {}),
    },
    ...(options.auth ? { auth: { htpasswd: { realm: 'test', path: join(dir, 'htpasswd') } } } : {}),
  })
}

/** The port it says it listens on, in a log file: a pipe that nobody reads while a test waits for a tool would stop it. */
async function listening(child: ChildProcess, log: string): Promise<number> {
  let ended = false
  for (const event of ['error', 'exit'] as const)
    child.once(event, () => {
      ended = true
    })
  const until = Date.now() + START_LIMIT
  for (;;) {
    const said = readFileSync(log, 'utf8')
    const port = /listening on [^\s"]*:(\d+)/.exec(said)?.[1]
    if (port !== undefined) return Number(port)
    if (ended || Date.now() > until) throw new Error(`docker-registry did not start:\n${said.slice(-2000)}`)
    await sleep(POLL)
  }
}

/** Starts one; takes a tenth of a second, with TLS two. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const dir = tempDir()
  mkdirSync(join(dir, 'data'))
  writeFileSync(join(dir, 'htpasswd'), HTPASSWD)
  const tls = options.tls ? makeCertificate(dir) : undefined
  writeFileSync(join(dir, 'config.yml'), config(dir, options, tls))
  const command = [requireCommand('docker-registry'), 'serve', join(dir, 'config.yml')]
  // The registry ends with the process that started it, however that one ends.
  const tether = findCommand('setpriv')
  const [program = '', ...args] = tether ? [tether, '--pdeathsig', 'KILL', ...command] : command
  const log = join(dir, 'log')
  const out = openSync(log, 'a')
  const child = spawn(program, args, { stdio: ['ignore', out, out] })
  closeSync(out)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const close = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    removeDir(dir)
  }
  try {
    const host = `${options.address ?? '127.0.0.1'}:${await listening(child, log)}`
    return {
      host,
      url: `${tls ? 'https' : 'http'}://${host}`,
      ...(tls ? { ca: tls.ca, caFile: tls.caFile } : {}),
      ...(options.auth ? { account: ACCOUNT } : {}),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
