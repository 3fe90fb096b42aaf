import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { dockerAuthorities } from './accounts/certificates.ts'
import { dockerCredentials } from './accounts/docker-config.ts'
import type { Keychain } from './accounts/keychain.ts'
import { RegistryClient } from './place/registry/client.ts'
import type { Credentials } from './place/registry/tokens.ts'
import type { State } from './state.ts'

/** What is kept of a registry that was added; the password is in the keychain. */
const keptSchema = z.object({
  host: z.string(),
  /** HTTP without encryption was allowed for it. */
  plain: z.boolean(),
  /** PEM: an authority of its own that was allowed for it. */
  ca: z.string().optional(),
  username: z.string().optional(),
})
export type KeptRegistry = z.infer<typeof keptSchema>

function account(host: string, username: string): string {
  return `registry ${host} ${username}`
}

/** Registries by host: those that were added, and any other that a name leads to. One client each, for its tokens and connections. */
export class Registries {
  readonly #state: State
  readonly #keychain: Keychain
  readonly #clients = new Map<string, { readonly client: RegistryClient; readonly kept: KeptRegistry | undefined }>()

  constructor(state: State, keychain: Keychain) {
    this.#state = state
    this.#keychain = keychain
  }

  async list(): Promise<KeptRegistry[]> {
    const rows = await this.#state.all('SELECT value FROM registry ORDER BY rowid')
    return rows.map(({ value }) => keptSchema.parse(JSON.parse(String(value))))
  }

  /** Keeps a registry, or what changed of it. False: no keychain took the password, it is good for this run. */
  async keep(kept: KeptRegistry, password: string | undefined): Promise<boolean> {
    await this.#state.run(
      'INSERT INTO registry (host, value) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET value = excluded.value',
      kept.host,
      JSON.stringify(keptSchema.parse(kept)),
    )
    if (kept.username === undefined || password === undefined) return true
    const remembered = await this.#keychain.set(account(kept.host, kept.username), password)
    await this.#drop(kept.host)
    return remembered
  }

  async forget(host: string): Promise<void> {
    const kept = (await this.list()).find((one) => one.host === host)
    await this.#state.run('DELETE FROM registry WHERE host = ?', host)
    if (kept?.username !== undefined) await this.#keychain.delete(account(host, kept.username))
    await this.#drop(host)
  }

  async #drop(host: string): Promise<void> {
    const known = this.#clients.get(host)
    this.#clients.delete(host)
    await known?.client.close()
  }

  /** The client of a registry, with what is kept or docker knows of it. */
  async client(host: string): Promise<RegistryClient> {
    const kept = (await this.list()).find((one) => one.host === host)
    const known = this.#clients.get(host)
    if (known && isDeepStrictEqual(known.kept, kept)) return known.client
    if (known) await this.#drop(host)
    const client = await this.connect(kept ?? { host, plain: false }, async () => await this.credentials(host, kept))
    this.#clients.set(host, { client, kept })
    return client
  }

  /** A client of its own, for a try before anything is kept; the caller closes it. */
  async connect(
    { host, plain, ca }: KeptRegistry,
    credentials: () => Promise<Credentials | undefined>,
  ): Promise<RegistryClient> {
    const authorities = [ca ?? '', await dockerAuthorities(host)].filter((pem) => pem !== '').join('\n')
    return new RegistryClient({ host, plain, ...(authorities === '' ? {} : { ca: authorities }) }, credentials)
  }

  /** The sign-in that is kept for a registry, else the one docker has. */
  async credentials(host: string, known?: KeptRegistry): Promise<Credentials | undefined> {
    const kept = known ?? (await this.list()).find((one) => one.host === host)
    if (kept?.username === undefined) return await dockerCredentials(host)
    const password = await this.#keychain.get(account(host, kept.username))
    return password === undefined ? undefined : { type: 'password', username: kept.username, password }
  }

  async close(): Promise<void> {
    for (const host of [...this.#clients.keys()]) await this.#drop(host)
  }
}
