import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { Agent, type AgentOptions } from 'node:http'
import { Duplex, type Readable, type Writable } from 'node:stream'
import { AppError } from '../../../../shared/errors.ts'
import { answering } from './ask-pass.ts'
import { connectArguments, type SshWay, sshFailure } from './way.ts'

/**
 * A Docker behind ssh, as docker itself reaches it: `ssh HOST docker system dial-stdio`, whose standard input and output
 * are one connection to the engine there (docker/cli, cli/connhelper). The user's own ssh command, because it alone knows
 * their configuration, agent and trusted hosts.
 */

const COMMAND = ['docker', 'system', 'dial-stdio'] as const

/** So much of what ssh says is kept. */
const SAID = 16 * 1024

/** One ssh process as a socket. */
class SshSocket extends Duplex {
  readonly #ssh: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #way: SshWay
  #said = ''

  constructor(way: SshWay, env: NodeJS.ProcessEnv, ended: () => void) {
    super({ highWaterMark: 1 << 20 })
    this.#way = way
    // Detached: a terminal the app was started from is not ssh's to ask questions on.
    this.#ssh = spawn('ssh', connectArguments(way, COMMAND), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env,
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    this.#ssh.once('close', ended)
    this.#ssh.once('error', (error) => {
      ended()
      const missing = 'code' in error && error.code === 'ENOENT'
      this.destroy(missing ? new AppError('ssh-missing', {}, { cause: error }) : error)
    })
    this.#ssh.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-SAID)
    })
    this.#ssh.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) this.#ssh.stdout.pause()
    })
    // The end of the output says nothing yet; why comes with the end of the process.
    this.#ssh.once('close', (code) => this.#closed(code))
    // Writing to an ssh that has ended: its own words come with its end.
    this.#ssh.stdin.on('error', () => undefined)
  }

  #closed(code: number | null): void {
    if (this.destroyed) return
    if (code === 0) this.push(null)
    else this.destroy(this.#failure())
  }

  #failure(): AppError {
    const { host, user = '' } = this.#way
    return (
      sshFailure(this.#said, this.#way) ?? new AppError('ssh-no-docker', { host, user }, { raw: this.#said.trim() })
    )
  }

  override _read(): void {
    this.#ssh.stdout.resume()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A write to an ssh that has ended never fails the request: why it ended does, in a moment.
    this.#ssh.stdin.write(chunk, () => done())
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#ssh.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    endProcess(this.#ssh)
    done(error)
  }

  // What http asks of a net.Socket; a process has none of it.
  setTimeout(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

function endProcess(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill()
}

/** Connections at once: sshd turns away more than ten that have not signed in (MaxStartups). */
const AT_ONCE = 6

/** HTTP over ssh; connections are kept, for each costs a sign-in. `close` ends them all. */
export class SshAgent extends Agent {
  readonly #way: SshWay
  #over = false

  constructor(way: SshWay, options: AgentOptions = {}) {
    super({ ...options, keepAlive: true, maxSockets: AT_ONCE, maxFreeSockets: 2 })
    this.#way = way
  }

  override createConnection(_options: unknown, ready?: (error: Error | null, socket: Duplex) => void): undefined {
    this.#open().then(
      (socket) => ready?.(null, socket),
      // Node's types ask for a socket beside an error; Node does not.
      (error: Error) => (ready as ((error: Error) => void) | undefined)?.(error),
    )
  }

  async #open(): Promise<Duplex> {
    const { env, end } = await answering(this.#way)
    // It was given up while a person or a keychain was asked.
    if (this.#over) {
      end()
      throw new AppError('docker-lost')
    }
    return new SshSocket(this.#way, env, end)
  }

  override destroy(): void {
    this.#over = true
    super.destroy()
  }
}
