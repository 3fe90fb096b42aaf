import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Computer, computerSchema } from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'
import { Keychain } from './accounts/keychain.ts'
import { dataFolder } from './home.ts'
import type { EngineAddress } from './place/engine/find.ts'
import { isHostName, isUserName, type SshWay } from './place/engine/ssh/way.ts'
import type { State } from './state.ts'

/** Dockers on other computers, as the person added them: what was typed is in the state, the password in the keychain. */

export function trustedHosts(): string {
  return join(dataFolder(), 'known_hosts')
}

function checked(computer: Computer): Computer {
  const { host, user, signIn } = computer
  if (!isHostName(host)) throw new AppError('docker-address', { address: host })
  if (user !== undefined && !isUserName(user)) throw new AppError('docker-address', { address: `${user}@${host}` })
  if (signIn.type === 'key' && signIn.path === '') throw new AppError('file-missing', { path: '' })
  return computer
}

function wayTo(computer: Computer, secret: () => Promise<string | undefined>): SshWay {
  const { host, port, user, signIn } = checked(computer)
  return {
    host,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined || user === '' ? {} : { user }),
    ...(signIn.type === 'key' ? { key: signIn.path.replace(/^~(?=[/\\])/, homedir()) } : {}),
    ...(signIn.type === 'usual' ? {} : { secret }),
    ...(signIn.type === 'password' ? { passwordOnly: true } : {}),
    knownHosts: trustedHosts(),
  }
}

/** For a person, and as docker would write it. */
function address({ host, port, user }: Computer): string {
  const at = host.includes(':') ? `[${host}]` : host
  return `ssh://${user ? `${user}@` : ''}${at}${port === undefined ? '' : `:${port}`}`
}

/** One for each door: what opened one is never found for another, even for a moment. */
function account(id: string, computer: Computer): string {
  return `ssh ${id} ${address(computer)} ${computer.signIn.type}`
}

/** Whether a password that was kept for one is one for the other. */
function sameDoor(one: Computer, other: Computer): boolean {
  return address(one) === address(other) && isDeepStrictEqual(one.signIn, other.signIn)
}

export class Computers {
  readonly #state: State
  readonly #keychain: Keychain

  constructor(state: State, keychain = new Keychain()) {
    this.#state = state
    this.#keychain = keychain
  }

  async #all(): Promise<{ id: string; computer: Computer }[]> {
    const rows = await this.#state.all('SELECT id, value FROM computer ORDER BY rowid')
    return rows.map(({ id, value }) => ({
      id: String(id),
      computer: computerSchema.parse(JSON.parse(String(value))),
    }))
  }

  async addresses(): Promise<EngineAddress[]> {
    return (await this.#all()).map(({ id, computer }) => ({
      id,
      kind: 'added',
      name: computer.name,
      current: false,
      host: address(computer),
      ssh: this.way(computer, undefined, id),
    }))
  }

  /** How to get to a computer that is added (`id`), or only typed yet; `password` as it was typed now. */
  way(computer: Computer, password: string | undefined, id?: string): SshWay {
    // Asked for once a connection way: a keychain may ask the person each time.
    let kept: Promise<string | undefined> | undefined
    return wayTo(computer, async () => {
      if (password !== undefined && password !== '') return password
      if (id !== undefined) kept ??= this.#keychain.get(account(id, computer))
      // A key may have a passphrase, or none.
      return (await kept) ?? (computer.signIn.type === 'key' ? '' : undefined)
    })
  }

  /** For a connection tried before anything is kept. A kept password is tried where it would stay kept, nowhere else. */
  async trial(id: string | undefined, computer: Computer, password: string | undefined): Promise<EngineAddress> {
    const before = id === undefined ? undefined : await this.get(id)
    const same = before !== undefined && sameDoor(before, computer)
    return {
      id: '',
      kind: 'added',
      name: computer.name,
      current: false,
      host: address(computer),
      ssh: this.way(computer, password, same ? id : undefined),
    }
  }

  /** @throws image-missing when no computer of this id was added */
  async get(id: string): Promise<Computer> {
    const found = (await this.#all()).find((one) => one.id === id)
    if (!found) throw new AppError('docker-address', { address: id })
    return found.computer
  }

  /** Adds a computer, or changes the one of this id. Without a password the one that is kept stays. */
  async keep(
    id: string | undefined,
    computer: Computer,
    password: string | undefined,
  ): Promise<{ engine: string; remembered: boolean }> {
    const engine = id ?? `added/${randomUUID()}`
    const before = id === undefined ? undefined : await this.get(id)
    const value = JSON.stringify(checked(computer))
    await this.#state.run(
      'INSERT INTO computer (id, value) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
      engine,
      value,
    )
    if (before && !sameDoor(before, computer)) await this.#keychain.delete(account(engine, before))
    if (computer.signIn.type === 'usual' || password === undefined || password === '')
      return { engine, remembered: true }
    return { engine, remembered: await this.#keychain.set(account(engine, computer), password) }
  }

  async forget(id: string): Promise<void> {
    const computer = await this.get(id)
    await this.#state.run('DELETE FROM computer WHERE id = ?', id)
    await this.#keychain.delete(account(id, computer))
  }
}
