import type {
  AccountInfo,
  KnownSignIn,
  RegistryForm,
  RegistryTest,
  ServiceAccount,
  TypedSignIn,
} from '../../shared/contract-accounts.ts'
import type { PlaceRef } from '../../shared/contract-words.ts'
import { kindOfHost } from '../../shared/registry-kinds.ts'
import type { Host } from '../host.ts'
import { apiHost } from '../place/registry/address.ts'
import type { Credentials } from '../place/registry/tokens.ts'
import { type Account, type KeptRegistry, kindOf, type Registries, trusted } from '../registries.ts'
import { detect } from './detect.ts'
import { credsStoreRemedy, dockerSignIn, dockerSignIns } from './docker-config.ts'
import { Ecr, EcrSession, ecrApi } from './ecr.ts'
import { serviceAccount } from './google.ts'
import { awsKeys, credentialsOf, type ReadySignIn, readKeyFile, readySignIn } from './sign-ins.ts'
import { tryRights, trySignIn } from './try.ts'

/** What is asked about a registry before, or instead of, keeping it. */
export interface Trial {
  readonly registry: RegistryForm
  readonly signIn?: TypedSignIn | undefined
  readonly account?: string | undefined
  readonly namespace?: string | undefined
}

/** Somebody to try a registry as, and what to end afterwards. */
interface Visitor {
  readonly name: string | undefined
  readonly credentials: () => Promise<Credentials | undefined>
  readonly session?: EcrSession
}

/** Adding registries and signing in to them, as the window asks for it. */
export class Accounts {
  readonly #host: Pick<Host, 'admit'>
  readonly #registries: Registries
  /** Called when what is kept has changed. */
  readonly #changed: () => Promise<void>

  constructor(host: Pick<Host, 'admit'>, registries: Registries, changed: () => Promise<void>) {
    this.#host = host
    this.#registries = registries
    this.#changed = changed
  }

  /** See the contract. */
  async test(trial: Trial, signal: AbortSignal): Promise<RegistryTest> {
    const { namespace } = trial
    const registry = kept(trial.registry)
    const { host } = registry
    // Says what is wrong with the address before anything is exchanged for a sign-in.
    apiHost(host)
    const authorities = await trusted(registry)
    const web = { plain: registry.plain, ...(authorities === undefined ? {} : { ca: authorities }) }
    const first = await this.#registries.connect(registry, async () => undefined)
    try {
      const manner = await first.manner(signal)
      const { auth, encrypted } = manner
      const { kind, version } = await detect(host, manner, registry.kind, web, signal)
      const found = { kind, encrypted, auth, ...(version === undefined ? {} : { version }) }
      const visitor = await this.#visitor(trial, signal)
      const client = await this.#registries.connect({ ...registry, kind }, visitor.credentials)
      try {
        const name = visitor.name
        const username = await shownName(visitor)
        const tried = { client, host, kind, auth, name, username }
        const signedIn = await trySignIn(tried, signal)
        if (signedIn.type === 'no') {
          const refused = { type: 'no', error: signedIn.error } as const
          return { ...found, signedIn, push: refused, pull: { type: 'unknown' } }
        }
        const rights = await tryRights(tried, namespace, signal)
        await this.#learned(host, kind)
        return { ...found, signedIn, ...rights }
      } finally {
        await client.close()
        await visitor.session?.close()
      }
    } finally {
      await first.close()
    }
  }

  /** See the contract. */
  async add(
    form: RegistryForm,
    typed: TypedSignIn | undefined,
    signal: AbortSignal,
  ): Promise<{ place: PlaceRef; remembered: boolean }> {
    const { host } = form
    // An address, or a word that is none, would never answer. @throws name-invalid
    apiHost(host)
    const ready = typed && (await this.#ready(form, typed, signal))
    const known = (await this.#registries.list()).find((one) => one.host === host)
    await this.#registries.keep({ ...(known?.kind === undefined ? {} : { kind: known.kind }), ...kept(form) })
    const remembered = ready === undefined || (await this.#registries.signIn({ host, ...ready }, ready.secret))
    await this.#changed()
    const place: PlaceRef = { type: 'registry', host, ...(ready === undefined ? {} : { account: ready.name }) }
    return { place, remembered }
  }

  async list(host: string | undefined): Promise<AccountInfo[]> {
    return (await this.#registries.accounts(host)).map(({ host: at, name, signIn, remembered }) => ({
      host: at,
      name,
      type: signIn.type,
      remembered,
      ...(signIn.type === 'google-key' ? { about: signIn.project } : {}),
      ...('until' in signIn && signIn.until !== undefined ? { until: signIn.until } : {}),
    }))
  }

  async registry(host: string): Promise<{ registry?: RegistryForm }> {
    const found = (await this.#registries.list()).find((one) => one.host === host)
    return found ? { registry: found } : {}
  }

  async signOut(host: string, account: string): Promise<void> {
    await this.#registries.signOut(host, account)
    await this.#changed()
  }

  async known(): Promise<{ signIns: KnownSignIn[]; remedy: { credsStore: string; installed: boolean } }> {
    const [found, accounts, registries] = await Promise.all([
      dockerSignIns(),
      this.#registries.accounts(),
      this.#registries.list(),
    ])
    const is = (one: Account, host: string, username: string | undefined): boolean =>
      one.host === host && one.name === (username ?? 'docker')
    const signIns = found.map((one) => ({
      ...one,
      kind: kindOf(registries.find(({ host }) => host === one.host) ?? { host: one.host }),
      added: accounts.some((account) => is(account, one.host, one.username)),
    }))
    return { signIns, remedy: await credsStoreRemedy() }
  }

  async googleKey(key: { json: string } | { path: string }): Promise<ServiceAccount> {
    if ('json' in key) return serviceAccount(key.json)
    await this.#host.admit(key.path)
    return serviceAccount(await readKeyFile(key.path))
  }

  async #ready(form: RegistryForm, typed: TypedSignIn, signal: AbortSignal): Promise<ReadySignIn> {
    const ca = await trusted(form)
    return await readySignIn(form.host, typed, { admit: async (path) => await this.#host.admit(path), ca, signal })
  }

  /** Whoever the form names: what was typed, an account that is kept, nobody. */
  async #visitor({ registry, signIn: typed, account }: Trial, signal: AbortSignal): Promise<Visitor> {
    const { host } = registry
    if (!typed) {
      const asked = account !== undefined
      return {
        name: account,
        credentials: async () => (asked ? await this.#registries.credentials(host, account) : undefined),
      }
    }
    const { name, signIn, secret = '' } = await this.#ready(registry, typed, signal)
    if (signIn.type === 'docker') return { name, credentials: async () => await dockerSignIn(host, signIn.username) }
    if (signIn.type !== 'aws') return { name, credentials: async () => credentialsOf(signIn, secret) }
    const session = new EcrSession(new Ecr(ecrApi(host), awsKeys(signIn, secret)))
    return { name, session, credentials: async () => await session.credentials() }
  }

  /** What a registry that is kept turned out to be, where its host does not tell. */
  async #learned(host: string, kind: KeptRegistry['kind']): Promise<void> {
    const known = (await this.#registries.list()).find((one) => one.host === host)
    if (!known || kindOfHost(host) !== undefined || known.kind === kind) return
    await this.#registries.keep({ ...known, kind })
    await this.#changed()
  }
}

/** The user name a registry is shown; undefined for tokens, and where signing in fails anyway. */
async function shownName({ credentials }: Visitor): Promise<string | undefined> {
  const shown = await credentials().catch(() => undefined)
  return shown?.type === 'password' ? shown.username : undefined
}

function kept({ host, kind, plain, ca }: RegistryForm): KeptRegistry {
  return { host, plain, ...(kind === undefined ? {} : { kind }), ...(ca ? { ca } : {}) }
}
