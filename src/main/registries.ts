import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { kindOfHost, REGISTRY_KINDS, type RegistryKind } from '../shared/registry-kinds.ts'
import { dockerAuthorities } from './accounts/certificates.ts'
import { dockerSignIn } from './accounts/docker-config.ts'
import { Ecr, EcrSession, ecrApi } from './accounts/ecr.ts'
import type { Keychain } from './accounts/keychain.ts'
import { awsKeys, credentialsOf, type SignIn, signInSchema } from './accounts/sign-ins.ts'
import { Limits } from './getting/limits.ts'
import { RegistryClient, type RegistryOptions } from './place/registry/client.ts'
import type { Credentials } from './place/registry/tokens.ts'
import type { State } from './state.ts'

/** What is kept of a registry that was added. */
const keptSchema = z.object({
  host: z.string(),
  /** What a test found it to be, or the person said, where its host does not tell. */
  kind: z.enum(REGISTRY_KINDS).optional(),
  /** HTTP without encryption was allowed for it. */
  plain: z.boolean(),
  /** PEM: an authority of its own that was allowed for it. */
  ca: z.string().optional(),
})
export type KeptRegistry = z.infer<typeof keptSchema>

/** One of the accounts a person has at a registry. */
export interface Account {
  readonly host: string
  /** What it is told from others of this host by: the user name. */
  readonly name: string
  readonly signIn: SignIn
  /** False: no keychain took its secret, it is good for the run in which it was typed. */
  readonly remembered: boolean
}

/** Whether a secret was kept; accounts of before this was noted had one. */
const rememberedSchema = z.object({ remembered: z.boolean().default(true) })

/** A registry as one of its accounts sees it; without one, as in the contract's place. */
export interface AccountRef {
  readonly host: string
  readonly account?: string | undefined
}

export function kindOf({ host, kind }: Pick<KeptRegistry, 'host' | 'kind'>): RegistryKind {
  return kindOfHost(host) ?? kind ?? 'distribution'
}

/** PEM of the authorities trusted for a registry beside the system's: the person's and docker's. */
export async function trusted({ host, ca }: Pick<KeptRegistry, 'host' | 'ca'>): Promise<string | undefined> {
  const authorities = [ca ?? '', await dockerAuthorities(host)].filter((pem) => pem !== '')
  return authorities.length === 0 ? undefined : authorities.join('\n')
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
  /** Passwords that access keys gave, likewise. */
  readonly #sessions = new Map<string, EcrSession>()
  /** Told of each host whose clients end, and awaited: what else was made for its accounts ends too. */
  onDrop: (host: string) => Promise<void> = async () => undefined

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
      .map(({ host: at, name, value }) => {
        const kept: unknown = JSON.parse(String(value))
        const { remembered } = rememberedSchema.parse(kept)
        return { host: String(at), name: String(name), signIn: signInSchema.parse(kept), remembered }
      })
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
  async signIn(
    { host, name, signIn }: Omit<Account, 'remembered'>,
    /** undefined: somebody else keeps it. */
    secret: string | undefined,
  ): Promise<boolean> {
    if (secret === undefined) await this.#keychain.delete(secretName(host, name))
    const remembered = secret === undefined || (await this.#keychain.set(secretName(host, name), secret))
    await this.#state.run(
      'INSERT INTO account (host, name, value) VALUES (?, ?, ?) ON CONFLICT (host, name) DO UPDATE SET value = excluded.value',
      host,
      name,
      JSON.stringify({ ...signInSchema.parse(signIn), remembered }),
    )
    await this.#drop(host, name)
    return remembered
  }

  /** Forgets an account and its secret; the registry stays. */
  async signOut(host: string, name: string): Promise<void> {
    await this.#state.run('DELETE FROM account WHERE host = ? AND name = ?', host, name)
    await this.#keychain.delete(secretName(host, name))
    await this.#drop(host, name)
  }

  /** Forgets a registry with all its accounts. */
  async forget(host: string): Promise<void> {
    for (const { name } of await this.accounts(host)) await this.signOut(host, name)
    await this.#state.run('DELETE FROM registry WHERE host = ?', host)
    await this.#drop(host)
  }

  /** Ends the clients of a host, or of one account and of nobody: what they know is not true any more. */
  async #drop(host: string, account?: string): Promise<void> {
    const concerns = (key: string): boolean =>
      account === undefined ? key.startsWith(`${host} `) : [`${host} ${account}`, `${host} `].includes(key)
    const ends: { close(): Promise<void> }[] = []
    for (const [key, { client }] of this.#clients) if (concerns(key) && this.#clients.delete(key)) ends.push(client)
    for (const [key, session] of this.#sessions) if (concerns(key) && this.#sessions.delete(key)) ends.push(session)
    for (const ending of ends) await ending.close()
    await this.onDrop(host)
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
    const client = await this.connect(kept, async () => await this.credentials(host, chosen?.name ?? account), {
      report: (event) => {
        if (event.type === 'limit') this.limits.note({ host, account: chosen?.name }, event.limit, Date.now())
      },
    })
    this.#clients.set(key, { client, of })
    return client
  }

  /** A client of its own, for a try before anything is kept; the caller closes it. */
  async connect(
    { host, kind, plain, ca }: KeptRegistry,
    credentials: () => Promise<Credentials | undefined>,
    options: RegistryOptions = {},
  ): Promise<RegistryClient> {
    const authorities = await trusted({ host, ca })
    return new RegistryClient(
      {
        host,
        plain,
        ...(kind === undefined ? {} : { kind }),
        ...(authorities === undefined ? {} : { ca: authorities }),
      },
      credentials,
      options,
    )
  }

  /** The sign-in of an account (without a name the first one kept), else the one docker has. */
  async credentials(host: string, account?: string): Promise<Credentials | undefined> {
    const chosen = await this.#account(host, account)
    // An account that was signed out meanwhile is nobody, and never somebody else.
    if (!chosen) return account === undefined ? await dockerSignIn(host) : undefined
    const { name, signIn } = chosen
    if (signIn.type === 'docker') return await dockerSignIn(host, signIn.username)
    if (signIn.type === 'aws') return await (await this.#session(host, name, signIn))?.credentials()
    const secret = await this.#keychain.get(secretName(host, name))
    return secret === undefined ? undefined : credentialsOf(signIn, secret)
  }

  /** Amazon's API with the keys of an account; undefined for one of another kind. The caller closes it. */
  async ecr({ host, account }: AccountRef): Promise<Ecr | undefined> {
    const chosen = await this.#account(host, account)
    if (chosen?.signIn.type !== 'aws') return undefined
    const secret = await this.#keychain.get(secretName(host, chosen.name))
    return secret === undefined ? undefined : new Ecr(ecrApi(host), awsKeys(chosen.signIn, secret))
  }

  async #session(host: string, name: string, signIn: { accessKeyId: string }): Promise<EcrSession | undefined> {
    const key = `${host} ${name}`
    const known = this.#sessions.get(key)
    if (known) return known
    const secret = await this.#keychain.get(secretName(host, name))
    if (secret === undefined) return undefined
    // Another call may have made it while the keychain was asked.
    const session = this.#sessions.get(key) ?? new EcrSession(new Ecr(ecrApi(host), awsKeys(signIn, secret)))
    this.#sessions.set(key, session)
    return session
  }

  async #account(host: string, name: string | undefined): Promise<Account | undefined> {
    const accounts = await this.accounts(host)
    return name === undefined ? accounts[0] : accounts.find((one) => one.name === name)
  }

  async close(): Promise<void> {
    const keys = [...this.#clients.keys(), ...this.#sessions.keys()]
    for (const host of new Set(keys.map((key) => key.slice(0, key.indexOf(' '))))) await this.#drop(host)
  }
}
