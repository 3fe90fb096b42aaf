import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { kindOfHost, REGISTRY_KINDS, type RegistryKind } from '../shared/registry-kinds.ts'
import { dockerAuthorities } from './accounts/certificates.ts'
import { dockerCredentials } from './accounts/docker-config.ts'
import type { Keychain } from './accounts/keychain.ts'
import { Limits } from './getting/limits.ts'
import { RegistryClient, type RegistryOptions } from './place/registry/client.ts'
import type { Credentials } from './place/registry/tokens.ts'
import type { State } from './state.ts'

/** What is kept of a registry that was added. */
const keptSchema = z.object({
  host: z.string(),
  /** What the person said it is, where its host does not tell. */
  kind: z.enum(REGISTRY_KINDS).optional(),
  /** HTTP without encryption was allowed for it. */
  plain: z.boolean(),
  /** PEM: an authority of its own that was allowed for it. */
  ca: z.string().optional(),
})
export type KeptRegistry = z.infer<typeof keptSchema>

/** How one signs in; the secret is in the keychain. */
const signInSchema = z.discriminatedUnion('type', [
  /** A password, an access token, the key of a robot: whatever the registry takes as one. */
  z.object({ type: z.literal('password'), username: z.string() }),
])
export type SignIn = z.infer<typeof signInSchema>

/** One of the accounts a person has at a registry. */
export interface Account {
  readonly host: string
  /** What it is told from others of this host by: the user name. */
  readonly name: string
  readonly signIn: SignIn
}

/** A registry as one of its accounts sees it; without one, as in the contract's place. */
export interface AccountRef {
  readonly host: string
  readonly account?: string | undefined
}

export function kindOf({ host, kind }: Pick<KeptRegistry, 'host' | 'kind'>): RegistryKind {
  return kindOfHost(host) ?? kind ?? 'distribution'
}

function secretName(host: string, name: string): string {
  return `registry ${host} ${name}`
}

interface Known {
  readonly client: RegistryClient
  /** What it was made of: a registry that was changed gets another client. */
  readonly of: unknown
}

/**
 * Registries by host: those that were added, and any other that a name leads to. One client for each account, for its
 * tokens and connections.
 */
export class Registries {
  readonly limits = new Limits()
  readonly #state: State
  readonly #keychain: Keychain
  /** By host and account, `host account`. */
  readonly #clients = new Map<string, Known>()

  constructor(state: State, keychain: Keychain) {
    this.#state = state
    this.#keychain = keychain
  }

  async list(): Promise<KeptRegistry[]> {
    const rows = await this.#state.all('SELECT value FROM registry ORDER BY rowid')
    return rows.map(({ value }) => keptSchema.parse(JSON.parse(String(value))))
  }

  /** The accounts at a registry, as they were added; of all registries without a host. */
  async accounts(host?: string): Promise<Account[]> {
    const rows = await this.#state.all('SELECT host, name, value FROM account ORDER BY rowid')
    return rows
      .filter((row) => host === undefined || row['host'] === host)
      .map(({ host: at, name, value }) => ({
        host: String(at),
        name: String(name),
        signIn: signInSchema.parse(JSON.parse(String(value))),
      }))
  }

  /** Keeps a registry, or what changed of it. */
  async keep(kept: KeptRegistry): Promise<void> {
    await this.#state.run(
      'INSERT INTO registry (host, value) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET value = excluded.value',
      kept.host,
      JSON.stringify(keptSchema.parse(kept)),
    )
  }

  /** Keeps an account of a registry that is kept. False: no keychain took its secret, it is good for this run. */
  async signIn({ host, name, signIn }: Account, secret: string): Promise<boolean> {
    await this.#state.run(
      'INSERT INTO account (host, name, value) VALUES (?, ?, ?) ON CONFLICT (host, name) DO UPDATE SET value = excluded.value',
      host,
      name,
      JSON.stringify(signInSchema.parse(signIn)),
    )
    const remembered = await this.#keychain.set(secretName(host, name), secret)
    await this.#drop(host)
    return remembered
  }

  /** Forgets an account and its secret; the registry stays. */
  async signOut(host: string, name: string): Promise<void> {
    await this.#state.run('DELETE FROM account WHERE host = ? AND name = ?', host, name)
    await this.#keychain.delete(secretName(host, name))
    await this.#drop(host)
  }

  /** Forgets a registry with all its accounts. */
  async forget(host: string): Promise<void> {
    for (const { name } of await this.accounts(host)) await this.signOut(host, name)
    await this.#state.run('DELETE FROM registry WHERE host = ?', host)
    await this.#drop(host)
  }

  /** Ends the clients of a host: what they know of it is not true any more. */
  async #drop(host: string): Promise<void> {
    for (const [key, { client }] of [...this.#clients]) {
      if (key.slice(0, key.indexOf(' ')) !== host) continue
      this.#clients.delete(key)
      await client.close()
    }
  }

  /** The client of a registry, with what is kept or docker knows of it. `account`: one of those kept for it. */
  async client(host: string, account?: string): Promise<RegistryClient> {
    const kept = (await this.list()).find((one) => one.host === host) ?? { host, plain: false }
    const chosen = await this.#account(host, account)
    const of = { kept, chosen }
    const key = `${host} ${chosen?.name ?? ''}`
    const known = this.#clients.get(key)
    if (known && isDeepStrictEqual(known.of, of)) return known.client
    if (known) await this.#drop(host)
    const client = await this.connect(kept, async () => await this.credentials(host, account), {
      report: (event) => {
        if (event.type === 'limit') this.limits.note({ host, account: chosen?.name }, event.limit, Date.now())
      },
    })
    this.#clients.set(key, { client, of })
    return client
  }

  /** A client of its own, for a try before anything is kept; the caller closes it. */
  async connect(
    { host, plain, ca }: KeptRegistry,
    credentials: () => Promise<Credentials | undefined>,
    options: RegistryOptions = {},
  ): Promise<RegistryClient> {
    const authorities = [ca ?? '', await dockerAuthorities(host)].filter((pem) => pem !== '').join('\n')
    return new RegistryClient({ host, plain, ...(authorities === '' ? {} : { ca: authorities }) }, credentials, options)
  }

  /** The sign-in of an account (without a name the first one kept), else the one docker has. */
  async credentials(host: string, account?: string): Promise<Credentials | undefined> {
    const chosen = await this.#account(host, account)
    // An account that was signed out meanwhile is nobody, and never somebody else.
    if (!chosen) return account === undefined ? await dockerCredentials(host) : undefined
    const secret = await this.#keychain.get(secretName(host, chosen.name))
    return secret === undefined ? undefined : { type: 'password', username: chosen.signIn.username, password: secret }
  }

  async #account(host: string, name: string | undefined): Promise<Account | undefined> {
    const accounts = await this.accounts(host)
    return name === undefined ? accounts[0] : accounts.find((one) => one.name === name)
  }

  async close(): Promise<void> {
    for (const key of [...this.#clients.keys()]) await this.#drop(key.slice(0, key.indexOf(' ')))
  }
}
