import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fullPath, requireCommand } from './commands.ts'
import { freePort } from './ports.ts'
import { isAlive, removeDir, tempDir } from './temp.ts'

/** A real sshd on loopback, behind which the docker command reaches a given engine. The machine's own accounts and keys are untouched. */
export interface Sshd {
  readonly port: number
  readonly user: string
  /** Opens it, besides the key. Known to this sshd alone: it sees a passwd and shadow file of its own. */
  readonly password: string
  /** Private key files: one without and one with the passphrase `passphrase`. */
  readonly key: string
  readonly lockedKey: string
  readonly passphrase: string
  /** As `ssh-keygen -l` shows it. */
  fingerprint(): string
  /** Another machine seems to be there: the host key changes, or goes back. */
  rekey(): Promise<void>
  stop(): Promise<void>
}

export interface SshdOptions {
  /** DOCKER_HOST on the far side; undefined: there is no docker command either. */
  readonly dockerHost?: string
}

const PASSWORD = 'un mot de passe $HOME "é'
const PASSPHRASE = 'une phrase'
const START_LIMIT = 20_000

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function keygen(path: string, passphrase: string): void {
  execFileSync(requireCommand('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', path])
}

/** Copies of the account files in which root has the test's password. */
function accounts(dir: string): void {
  const hash = execFileSync(requireCommand('openssl'), ['passwd', '-6', '-stdin'], {
    input: PASSWORD,
    encoding: 'utf8',
  })
  const shadow = readFileSync('/etc/shadow', 'utf8').replace(/^root:[^:]*:/m, `root:${hash.trim()}:`)
  writeFileSync(join(dir, 'shadow'), shadow, { mode: 0o600 })
}

function configure(dir: string, port: number, dockerHost: string | undefined): void {
  const lines = [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${join(dir, 'host_key')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    `PidFile ${join(dir, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication yes',
    dockerHost === undefined ? 'SetEnv PATH=/nowhere' : `SetEnv DOCKER_HOST=${dockerHost} DOCKER_CONFIG=${dir}`,
  ]
  writeFileSync(join(dir, 'sshd_config'), `${lines.join('\n')}\n`)
}

async function run(dir: string, port: number): Promise<ChildProcess> {
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const script = 'mount --bind "$1/shadow" /etc/shadow && exec "$2" -D -e -f "$1/sshd_config"'
  // A process namespace of its own: ending it ends the sessions too, which sshd itself would leave running.
  const spaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child']
  const args = [...spaces, 'sh', '-c', script, 'sh', dir, requireCommand('sshd')]
  // It ends with the process that started it, however that one ends.
  const child = spawn(requireCommand('setpriv'), ['--pdeathsig', 'KILL', requireCommand('unshare'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: fullPath() },
  })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const until = Date.now() + START_LIMIT
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`sshd did not start:\n${log}`)
    await sleep(20)
  }
  return child
}

export async function startSshd({ dockerHost }: SshdOptions = {}): Promise<Sshd> {
  const dir = tempDir()
  const [key, lockedKey] = [join(dir, 'key'), join(dir, 'locked_key')]
  keygen(key, '')
  keygen(lockedKey, PASSPHRASE)
  keygen(join(dir, 'host_key'), '')
  const keys = [key, lockedKey].map((path) => readFileSync(`${path}.pub`, 'utf8'))
  writeFileSync(join(dir, 'authorized_keys'), keys.join(''), { mode: 0o600 })
  accounts(dir)
  const port = await freePort()
  configure(dir, port, dockerHost)
  let child = await run(dir, port)
  const halt = async (): Promise<void> => {
    const { pid } = child
    child.kill('SIGKILL')
    while (pid !== undefined && isAlive(pid) && child.exitCode === null && child.signalCode === null) await sleep(20)
  }
  return {
    port,
    user: 'root',
    password: PASSWORD,
    key,
    lockedKey,
    passphrase: PASSPHRASE,
    fingerprint() {
      const shown = execFileSync(requireCommand('ssh-keygen'), ['-lf', join(dir, 'host_key.pub')], { encoding: 'utf8' })
      return shown.split(' ')[1] ?? ''
    },
    async rekey() {
      await halt()
      execFileSync('rm', [join(dir, 'host_key'), join(dir, 'host_key.pub')])
      keygen(join(dir, 'host_key'), '')
      child = await run(dir, port)
    },
    async stop() {
      await halt()
      removeDir(dir)
    },
  }
}
