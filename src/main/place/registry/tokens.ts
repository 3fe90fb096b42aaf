import { AppError } from '../../../shared/errors.ts'
import type { SignIn } from '../place.ts'
import type { Challenge } from './challenge.ts'
import { type Refusal, refusalError } from './failure.ts'
import { unlessAborted } from './gate.ts'
import { claims } from './json-web-token.ts'
import { type Patience, persist } from './patience.ts'
import { covers, joinScopes, type Scope } from './scopes.ts'
import type { Secrets } from './secrets.ts'
import type { Reply, Wire } from './wire.ts'

/**
 * How one signs in to a registry. Docker's config calls the second `identitytoken`, the third `registrytoken`. `until`: when
 * they are to be asked for anew, milliseconds since the epoch (a clock that goes on while a computer sleeps).
 */
export type Credentials = SignIn & { readonly until?: number }

interface Realm {
  readonly url: URL
  readonly service: string | undefined
}

interface Token {
  readonly value: string
  readonly scopes: readonly Scope[]
  /** Milliseconds of the monotonic clock: clocks of servers are wrong often enough. */
  readonly until: number
}

/** An Authorization header, and whether it was fetched just now: refused then, it stays refused. */
export interface Introduction {
  readonly header: string | undefined
  readonly fresh: boolean
  readonly as: Refusal['as']
}

export interface TokensOptions {
  readonly place: string
  readonly wire: Wire
  readonly secrets: Secrets
  readonly patience: Patience
  readonly credentials: () => Promise<Credentials | undefined>
  /** @throws registry-plain-http where credentials must not go to such an address */
  readonly permit: (realm: URL) => void
}

/** Seconds: what a token lives at least, and when nothing is said (distribution, spec/auth/token.md). */
const LEAST_LIFE = 60
/** Milliseconds before its end in which a token is not used any more. */
const MARGIN = 10_000
/** Milliseconds a token server has, tries included: nobody's signal ends a renewal that many wait for. */
const WITHIN = 120_000
/** Bytes; tokens that list many rights reach tens of kilobytes. */
const MAX_ANSWER = 1 << 20
const CLIENT = 'caboteur'
const NOBODY: Introduction = { header: undefined, fresh: false, as: 'nobody' }

/**
 * What requests to one registry introduce themselves with: Basic, or Bearer tokens that are fetched once for all who wait
 * for the same, kept until shortly before they expire, and renewed when refused.
 */
export class Tokens {
  readonly #options: TokensOptions
  #realm: Realm | undefined
  /** The registry said that it wants Basic. */
  #basic = false
  #credentials: Promise<Credentials | undefined> | undefined
  #username: string | undefined
  /** When these are to be asked for anew. */
  #until = Number.POSITIVE_INFINITY
  readonly #tokens = new Set<Token>()
  readonly #pending = new Map<string, Promise<Token>>()

  constructor(options: TokensOptions) {
    this.#options = options
  }

  get asks(): 'none' | 'basic' | 'bearer' {
    if (this.#realm) return 'bearer'
    return this.#basic ? 'basic' : 'none'
  }

  get realm(): URL | undefined {
    return this.#realm?.url
  }

  /** The user who was signed in last, where a user name was given. */
  get username(): string | undefined {
    return this.#username
  }

  /**
   * What a token for these scopes lets its holder do with `resource` (distribution, spec/auth/jwt.md: `access`); undefined
   * where there is no token, or one that does not tell.
   */
  async granted(
    scopes: readonly Scope[],
    resource: string,
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    const { header } = await this.introduction(scopes, signal)
    if (!this.#realm || header === undefined) return undefined
    return grantedBy(header.replace(/^Bearer /, ''), resource)
  }

  /** Learns from the answer to a request that introduced nobody. Its scope is left: GHCR's names a made-up repository. */
  learn(challenges: readonly Challenge[]): void {
    this.#realm = realmOf(challenges) ?? this.#realm
    this.#basic ||= challenges.some(({ scheme }) => scheme === 'basic')
  }

  /** What to introduce a request with that needs these scopes. @throws registry-unauthorized, registry-credentials */
  async introduction(scopes: readonly Scope[], signal: AbortSignal): Promise<Introduction> {
    const credentials = await this.#signIn(signal)
    if (credentials?.type === 'bearer') return bearer(credentials.token, 'given-token')
    if (this.#realm) return await this.#token(this.#realm, joinScopes(scopes), credentials, signal)
    // Also where nothing was asked: Artifactory answers the ping to anybody and hides what is not public.
    return basic(credentials)
  }

  /**
   * What to try after a 401, or undefined when there is nothing left. `refused`: what the request came with.
   * @throws registry-unauthorized, registry-credentials
   */
  async after(
    challenges: readonly Challenge[],
    scopes: readonly Scope[],
    refused: Introduction,
    signal: AbortSignal,
  ): Promise<Introduction | undefined> {
    const realm = realmOf(challenges)
    const credentials = await this.#signIn(signal)
    if (credentials?.type === 'bearer') return this.#failed()
    if (!realm && challenges.length > 0) {
      // Harbor wants Basic for its catalogue although it gives tokens for all else.
      const way = basic(credentials)
      this.#basic = true
      return way.header === undefined || way.header === refused.header ? this.#failed() : way
    }
    if (refused.fresh) return undefined
    this.#realm = realm ?? this.#realm
    if (!this.#realm) return undefined
    for (const token of this.#tokens) if (`Bearer ${token.value}` === refused.header) this.#tokens.delete(token)
    const asked = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters.get('scope') ?? ''
    const all = joinScopes([...scopes, ...asked.split(' ').filter(Boolean)])
    return await this.#token(this.#realm, all, credentials, signal)
  }

  /** Who tries again is to be asked anew: the keyring may hold something better by then. */
  #failed(): undefined {
    this.#credentials = undefined
    this.#until = Number.POSITIVE_INFINITY
  }

  async #signIn(signal: AbortSignal): Promise<Credentials | undefined> {
    if (this.#until < Date.now()) this.#failed()
    this.#credentials ??= this.#options.credentials().then(
      (credentials) => {
        this.#until = credentials?.until ?? Number.POSITIVE_INFINITY
        const { secrets } = this.#options
        this.#username = credentials?.type === 'password' ? credentials.username : undefined
        if (credentials?.type === 'password') secrets.add(credentials.password, credentials.username)
        else if (credentials) secrets.add(credentials.token)
        return credentials
      },
      (error: unknown) => {
        this.#credentials = undefined
        throw error
      },
    )
    return await unlessAborted(this.#credentials, signal)
  }

  async #token(
    realm: Realm,
    scopes: readonly Scope[],
    credentials: Credentials | undefined,
    signal: AbortSignal,
  ): Promise<Introduction> {
    const as = credentials ? 'token' : 'nobody'
    for (const token of this.#tokens) {
      if (token.until < performance.now()) this.#tokens.delete(token)
      else if (covers(token.scopes, scopes)) return bearer(token.value, as)
    }
    const key = scopes.join(' ')
    let pending = this.#pending.get(key)
    if (!pending) {
      pending = this.#fetch(realm, scopes).finally(() => this.#pending.delete(key))
      this.#pending.set(key, pending)
    }
    return { ...bearer((await unlessAborted(pending, signal)).value, as), fresh: true }
  }

  async #fetch(realm: Realm, scopes: readonly Scope[]): Promise<Token> {
    const { patience, secrets, permit, place } = this.#options
    permit(realm.url)
    const signal = AbortSignal.timeout(WITHIN)
    const credentials = await this.#signIn(signal)
    const asked = performance.now()
    const answer = await persist(() => this.#ask(realm, scopes, credentials, signal), patience, signal).catch(
      (error: unknown) => {
        this.#failed()
        throw signal.aborted ? new AppError('registry-unavailable', { place }) : error
      },
    )
    const value = [answer['token'], answer['access_token']].find((text) => typeof text === 'string' && text !== '')
    if (typeof value !== 'string') throw new AppError('registry-answer', { place, detail: realm.url.host })
    secrets.add(value)
    const renewed = answer['refresh_token']
    if (typeof renewed === 'string' && renewed !== '' && credentials?.type === 'identity-token') {
      secrets.add(renewed)
      this.#credentials = Promise.resolve({ type: 'identity-token', token: renewed })
    }
    const life = Number(answer['expires_in'])
    const seconds = Number.isFinite(life) ? Math.max(LEAST_LIFE, life) : LEAST_LIFE
    const token = { value, scopes, until: asked + seconds * 1000 - MARGIN }
    this.#tokens.add(token)
    return token
  }

  async #ask(
    realm: Realm,
    scopes: readonly Scope[],
    credentials: Credentials | undefined,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const asked = { realm, scopes, signal }
    if (credentials?.type === 'identity-token')
      return await this.#answer(await this.#post(asked, credentials), 'token', signal)
    const got = await this.#get(asked, credentials)
    // Servers that know the OAuth2 form only (distribution, spec/auth/oauth.md) say so in one of these ways.
    if (credentials?.type === 'password' && (got.status === 404 || got.status === 405)) {
      await got.body.dump()
      return await this.#answer(await this.#post(asked, credentials), 'basic', signal)
    }
    return await this.#answer(got, credentials ? 'basic' : 'nobody', signal)
  }

  async #get({ realm, scopes, signal }: Asked, credentials: Credentials | undefined): Promise<Reply> {
    const url = new URL(realm.url)
    if (realm.service !== undefined) url.searchParams.set('service', realm.service)
    url.searchParams.set('client_id', CLIENT)
    for (const scope of scopes) url.searchParams.append('scope', scope)
    const { header } = basic(credentials)
    return await this.#options.wire.exchange({
      method: 'GET',
      url,
      headers: header === undefined ? {} : { authorization: header },
      signal,
    })
  }

  async #post({ realm, scopes, signal }: Asked, credentials: Credentials): Promise<Reply> {
    const form = new URLSearchParams({ client_id: CLIENT })
    if (realm.service !== undefined) form.set('service', realm.service)
    // Unlike in the GET form, once and joined.
    if (scopes.length > 0) form.set('scope', scopes.join(' '))
    if (credentials.type === 'password') {
      form.set('grant_type', 'password')
      form.set('username', credentials.username)
      form.set('password', credentials.password)
    } else {
      form.set('grant_type', 'refresh_token')
      form.set('refresh_token', credentials.token)
    }
    return await this.#options.wire.exchange({
      method: 'POST',
      url: realm.url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
      signal,
    })
  }

  async #answer(
    reply: Reply,
    came: 'nobody' | 'basic' | 'token',
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const { place, secrets, wire } = this.#options
    const bytes = await wire.read(reply, MAX_ANSWER, signal)
    const text = new TextDecoder().decode(bytes)
    if (reply.status !== 200) {
      // OAuth2's word for a password or token it does not know is 400 invalid_grant; 403 is about what was asked for.
      const unknown = reply.status === 400 && text.includes('invalid_grant')
      const status = unknown || (reply.status === 403 && came === 'nobody') ? 401 : reply.status
      const refusal = { status, header: reply.header, text, as: came === 'nobody' ? came : 'basic' } as const
      throw refusalError(refusal, { place }, secrets)
    }
    try {
      const answer: unknown = JSON.parse(text)
      if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>
    } catch {
      // Not what a token server says: told below, without the text, which may hold a token.
    }
    throw new AppError('registry-answer', { place, detail: reply.url.host })
  }
}

interface Asked {
  readonly realm: Realm
  readonly scopes: readonly Scope[]
  readonly signal: AbortSignal
}

function realmOf(challenges: readonly Challenge[]): Realm | undefined {
  for (const { scheme, parameters } of challenges) {
    const realm = parameters.get('realm') ?? ''
    if (scheme === 'bearer' && URL.canParse(realm)) return { url: new URL(realm), service: parameters.get('service') }
  }
  return undefined
}

/** The rights a JSON web token of a registry says it gives; undefined for a token of another kind. */
function grantedBy(token: string, resource: string): readonly string[] | undefined {
  const { access } = claims(token)
  if (!Array.isArray(access)) return undefined
  const rights = access as readonly { type?: unknown; name?: unknown; actions?: unknown }[]
  return rights.flatMap((right) => {
    const about = `${right?.type}:${right?.name}` === resource
    return about && Array.isArray(right.actions) ? right.actions.map(String) : []
  })
}

function bearer(token: string, as: Introduction['as']): Introduction {
  return { header: `Bearer ${token}`, fresh: false, as }
}

function basic(credentials: Credentials | undefined): Introduction {
  if (credentials?.type !== 'password') return NOBODY
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
  return { header: `Basic ${pair}`, fresh: false, as: 'basic' }
}
