import type { Keychain } from './accounts/keychain.ts'
import type { State } from './state.ts'

function secretName(lock: string): string {
  return `protected file ${lock}`
}

/**
 * Passwords of protected files that a person wanted kept: in the keychain of the system, and nowhere else. What is remembered
 * beside it is which files have one, by what stands at their beginning: a file that was renamed or copied is the same.
 */
export class FilePasswords {
  readonly #state: State
  readonly #keychain: Keychain
  /** What no keychain took, and is good for this run. */
  readonly #run = new Set<string>()

  constructor(state: State, keychain: Keychain) {
    this.#state = state
    this.#keychain = keychain
  }

  async isKept(lock: string): Promise<boolean> {
    return (
      this.#run.has(lock) || (await this.#state.all('SELECT lock FROM file_password WHERE lock = ?', lock)).length > 0
    )
  }

  /** False: there is no keychain that takes it, it is good for this run. */
  async keep(lock: string, password: string): Promise<boolean> {
    const remembered = await this.#keychain.set(secretName(lock), password)
    // What is gone with this run is nothing to be offered in the next one.
    if (!remembered) this.#run.add(lock)
    else await this.#state.run('INSERT OR IGNORE INTO file_password (lock) VALUES (?)', lock)
    return remembered
  }

  /** Undefined when the keychain does not give it: it is the person's own. */
  async get(lock: string): Promise<string | undefined> {
    return await this.#keychain.get(secretName(lock))
  }

  async forget(lock: string): Promise<void> {
    this.#run.delete(lock)
    await this.#state.run('DELETE FROM file_password WHERE lock = ?', lock)
    await this.#keychain.delete(secretName(lock))
  }
}
