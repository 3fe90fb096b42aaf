import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { KeychainAnswer, KeychainRequest } from './keychain-process.ts'

/**
 * Secrets, in the keychain of the operating system. Each call is a small process of its own that is ended at a time limit:
 * a keychain may wait for a person who is not there, and a hung call inside this process would hold one of the four threads
 * that all file and compression work shares. Where there is no keychain, or it stays locked, a secret is kept in memory
 * until the app ends; never in a file.
 */

/** A person may have to type the keychain's own password. */
const LIMIT = 60_000

async function ask(request: KeychainRequest, limit: number): Promise<KeychainAnswer> {
  const { processUrl, PROCESS_MARK } = await import('./keychain-process.ts')
  const done = Promise.withResolvers<KeychainAnswer>()
  const child = fork(fileURLToPath(processUrl), [PROCESS_MARK], { stdio: 'ignore', execArgv: [] })
  const timer = setTimeout(() => child.kill('SIGKILL'), limit)
  child.once('message', (answer: KeychainAnswer) => done.resolve(answer))
  child.once('error', () => done.resolve({ ok: false }))
  child.once('exit', () => done.resolve({ ok: false }))
  child.send(request, () => undefined)
  try {
    return await done.promise
  } finally {
    clearTimeout(timer)
  }
}

export class Keychain {
  readonly #limit: number
  /** What no keychain took, for this run. */
  readonly #memory = new Map<string, string>()

  /** @param limit how long one call may take, in milliseconds */
  constructor(limit = LIMIT) {
    this.#limit = limit
  }

  /** The secret of an account; undefined when there is none, or the keychain does not give it. */
  async get(account: string): Promise<string | undefined> {
    const held = this.#memory.get(account)
    if (held !== undefined) return held
    return (await ask({ type: 'get', account }, this.#limit)).secret
  }

  /** Keeps a secret. False: there is no keychain that takes it, it is kept for this run only. */
  async set(account: string, secret: string): Promise<boolean> {
    const { ok } = await ask({ type: 'set', account, secret }, this.#limit)
    if (ok) this.#memory.delete(account)
    else this.#memory.set(account, secret)
    return ok
  }

  async delete(account: string): Promise<void> {
    this.#memory.delete(account)
    await ask({ type: 'delete', account }, this.#limit)
  }
}
