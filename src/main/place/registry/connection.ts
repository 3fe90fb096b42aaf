import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import { kindOfHost } from '../../../shared/registry-kinds.ts'
import { apiHost, isLoopback, type RegistryAddress, repositoryPath } from './address.ts'
import { type Allowance, allowance } from './allowance.ts'
import { parseChallenges } from './challenge.ts'
import { type About, refusalError, retryAfter } from './failure.ts'
import { Gate, unlessAborted } from './gate.ts'
import { isPassing, PATIENCE, type Patience, pauseBefore, persist } from './patience.ts'
import { isPushing, type Scope } from './scopes.ts'
import { Secrets } from './secrets.ts'
import { type Credentials, type Introduction, Tokens } from './tokens.ts'
import { type Method, type Outgoing, type Reply, Wire } from './wire.ts'

/** What happens beside the answer to a call, for whoever shows it. */
export type RegistryEvent =
  /** The registry asked to wait, or a try failed and another follows. */
  | { readonly type: 'waiting'; readonly milliseconds: number }
  /** A blob went on after a cut: bytes that were kept, and bytes that had to cross the line again. */
  | { readonly type: 'resumed'; readonly way: 'down' | 'up'; readonly kept: number; readonly again: number }
  /** Words of the registry for the person (distribution-spec, "Warnings"); each text once. */
  | { readonly type: 'warning'; readonly text: string }
  /** What it said of how much it still allows. */
  | { readonly type: 'limit'; readonly limit: Allowance }

export interface ConnectionOptions {
  readonly patience?: Partial<Patience>
  /** Calls under way at a time; blobs being read count for themselves, so that copying within one registry cannot wait for itself. */
  readonly parallel?: number
  readonly report?: (event: RegistryEvent) => void
}

export interface Call {
  readonly method: Method
  /** Below `/v2/`, or where an answer pointed to. */
  readonly to: string | URL
  readonly scopes: readonly Scope[]
  readonly about: About
  /** Statuses that are handed back; all others are thrown as errors. */
  readonly expect: readonly number[]
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Outgoing
  /** False: not sent again by itself after a cut or a server's failure, because it may have had its effect. */
  readonly again?: boolean
  readonly signal: AbortSignal
}

export interface Answer extends Omit<Reply, 'body'> {
  /** The body, read. */
  readonly bytes: Uint8Array
  readonly as: Introduction['as']
}

/** Bytes of a body that is not a blob's. A manifest may have 4 MiB (distribution-spec, "Pushing Manifests"). */
export const MAX_BODY = 5 << 20
/** Of an error, whatever it is. */
const MAX_ERROR = 64 << 10
const PARALLEL = 6
const REDIRECTS = 5
const INTRODUCTIONS = 4
/** Milliseconds for the first answer, tries included. */
const MEETING = 60_000
const MAX_WARNING = 4096
/** What HTTPS says where only HTTP is spoken: nobody there, something else there, a proxy that may not go there. */
const HTTP_INSTEAD: readonly ErrorCode[] = ['registry-plain-http', 'registry-unreachable', 'registry-proxy']

interface Met {
  /** `https://host/v2/` */
  readonly base: URL
  readonly status: number
  header(name: string): string | undefined
}

/**
 * Calls to one registry: signed in, repeated where that is safe, never more at a time than agreed, redirects followed
 * without taking the sign-in elsewhere, failures in the app's words.
 */
export class Connection {
  readonly address: RegistryAddress
  readonly patience: Patience
  readonly report: (event: RegistryEvent) => void
  readonly #host: string
  readonly #wire: Wire
  readonly #tokens: Tokens
  readonly #secrets = new Secrets()
  readonly #calls: Gate
  readonly #streams: Gate
  readonly #warned = new Set<string>()
  #met: Promise<Met> | undefined
  /** It has answered before: not being reachable now passes. */
  #answered = false

  constructor(
    address: RegistryAddress,
    credentials: () => Promise<Credentials | undefined>,
    options: ConnectionOptions,
  ) {
    this.address = address
    this.report = options.report ?? (() => undefined)
    const patience = { ...PATIENCE, ...options.patience }
    this.patience = {
      ...patience,
      wait: async (milliseconds, signal) => {
        this.report({ type: 'waiting', milliseconds: Math.round(milliseconds) })
        await patience.wait(milliseconds, signal)
      },
    }
    this.#host = apiHost(address.host)
    this.#wire = new Wire(address.ca, this.#secrets)
    this.#calls = new Gate(options.parallel ?? PARALLEL, this.patience)
    this.#streams = new Gate(options.parallel ?? PARALLEL, this.patience)
    this.#tokens = new Tokens({
      place: address.host,
      wire: this.#wire,
      secrets: this.#secrets,
      patience: this.patience,
      credentials,
      permit: (realm) => this.#permit(realm),
    })
  }

  /** How the registry wants to be asked, as far as it said. */
  get asks(): 'none' | 'basic' | 'bearer' {
    return this.#tokens.asks
  }

  /** Where it has its tokens made, as far as it said. */
  get realm(): URL | undefined {
    return this.#tokens.realm
  }

  /** What the token for these scopes lets its holder do with `resource` (`repository:acme/shop`); undefined where it does not tell. */
  async granted(
    scopes: readonly Scope[],
    resource: string,
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    await this.meet(signal)
    return await this.#tokens.granted(scopes, resource, signal)
  }

  path(repository: string): string {
    return repositoryPath(this.address.host, repository)
  }

  about(repository?: string): About {
    const { host } = this.address
    const kind = kindOfHost(host) ?? this.address.kind
    return {
      place: host,
      ...(kind === undefined ? {} : { kind }),
      ...(repository === undefined ? {} : { repository: this.path(repository) }),
    }
  }

  /** The first exchange, once for all: how to speak to it and what it wants to know. */
  async meet(signal: AbortSignal): Promise<Met> {
    this.#met ??= this.#introduce().catch((error: unknown) => {
      this.#met = undefined
      throw error
    })
    return await unlessAborted(this.#met, signal)
  }

  /** Asks, and reads the whole answer. @throws registry-… */
  async ask(call: Call): Promise<Answer> {
    return await this.#persist(call, async () => {
      const leave = await this.#calls.enter(call.signal)
      try {
        return await this.#expected(call, await this.#exchange(call))
      } finally {
        leave()
      }
    })
  }

  /** Asks for a body to be read by the caller, who destroys it when he leaves before its end. @throws registry-… */
  async open(call: Call): Promise<Reply> {
    return await this.#persist(call, async () => {
      const leave = await this.#streams.enter(call.signal)
      try {
        const { reply, as } = await this.#exchange(call)
        if (!call.expect.includes(reply.status)) await this.#expected(call, { reply, as })
        reply.body.once('close', leave)
        return reply
      } catch (error) {
        leave()
        throw error
      }
    })
  }

  /** An error on the way of a body that `open` gave, in the app's words. */
  named(error: unknown, reply: Reply, signal: AbortSignal): unknown {
    return this.#wire.named(error, reply.url, signal)
  }

  /** Whether trying again may help. */
  passes(error: unknown): boolean {
    const gone = error instanceof AppError && error.code === 'registry-unreachable' && this.#answered
    return gone || isPassing(error)
  }

  /** Waits before the next try after `error`, or throws it when there is none. */
  async pause(error: unknown, failed: number, signal: AbortSignal): Promise<void> {
    await pauseBefore(error, failed, this.patience, signal, (given) => this.passes(given))
  }

  /** An answer that `expect` let through and nobody wants, as an error. */
  failure(answer: Answer, about: About): AppError {
    const text = new TextDecoder().decode(answer.bytes)
    const { status, header, as } = answer
    const { username } = this.#tokens
    return refusalError({ status, header, text, as, ...(username ? { username } : {}) }, about, this.#secrets)
  }

  /** Where an answer points to (Location, Link). Behind a proxy a registry may not know that it is spoken to over HTTPS. */
  resolve(location: string, from: URL): URL {
    if (!URL.canParse(location, from.href)) throw this.strange('Location')
    const url = new URL(location, from)
    if (from.protocol === 'https:' && url.protocol === 'http:' && url.hostname === from.hostname)
      return new URL(url.pathname + url.search, from.origin)
    this.#permit(url)
    return url
  }

  /** An answer no registry gives. */
  strange(detail: string): AppError {
    return new AppError('registry-answer', { place: this.address.host, detail })
  }

  async close(): Promise<void> {
    await this.#wire.close()
  }

  get #plainAllowed(): boolean {
    return this.address.plain === true || isLoopback(new URL(`https://${this.#host}`).hostname)
  }

  /** Where requests may go at all. Our own computer is for a registry on it, never for what a registry elsewhere names. */
  #permit(url: URL): void {
    const own = new URL(`https://${this.#host}`).hostname
    const allowed =
      url.hostname === own || (isLoopback(url.hostname) && isLoopback(own))
        ? url.protocol === 'https:' || (url.protocol === 'http:' && this.#plainAllowed)
        : url.protocol === 'https:' && !isLoopback(url.hostname)
    if (!allowed) throw new AppError('registry-plain-http', { place: url.host })
  }

  async #introduce(): Promise<Met> {
    const signal = AbortSignal.timeout(MEETING)
    const ping = async (protocol: string): Promise<Met> => {
      const base = new URL(`${protocol}//${this.#host}/v2/`)
      return await persist(() => this.#ping(base, signal), this.patience, signal)
    }
    try {
      return await ping('https:').catch(async (error: unknown) => {
        const other = error instanceof AppError && HTTP_INSTEAD.includes(error.code)
        if (!other || !this.#plainAllowed || this.address.ca !== undefined) throw error
        return await ping('http:')
      })
    } catch (error) {
      throw signal.aborted ? new AppError('registry-unreachable', { place: this.address.host }) : error
    }
  }

  async #ping(base: URL, signal: AbortSignal): Promise<Met> {
    const call = { method: 'GET', to: base, scopes: [], about: this.about(), expect: [], signal } as const
    const { reply } = await this.#follow(call, base, base, undefined)
    this.#answered = true
    const bytes = await this.#wire.read(reply, MAX_ERROR, signal)
    const answer: Answer = { ...reply, bytes: bytes ?? new Uint8Array(0), as: 'nobody' }
    if (reply.status === 429 || reply.status >= 500) throw this.failure(answer, this.about())
    this.#tokens.learn(parseChallenges(reply.headers('www-authenticate')))
    return { base, status: reply.status, header: reply.header }
  }

  async #persist<T>(call: Call, attempt: () => Promise<T>): Promise<T> {
    if (call.again === false) return await attempt()
    return await persist(attempt, this.patience, call.signal, (error) => this.passes(error))
  }

  /** One request with its introduction, redirects followed. */
  async #exchange(call: Call): Promise<{ reply: Reply; as: Introduction['as'] }> {
    const { base } = await this.meet(call.signal)
    const url = typeof call.to === 'string' ? new URL(call.to, base) : call.to
    let who = await this.#tokens.introduction(call.scopes, call.signal)
    for (let tries = 1; ; tries += 1) {
      const { reply, introduced } = await this.#follow(call, url, base, who.header)
      this.#answered = true
      this.#warn(reply)
      const limit = allowance(reply.header)
      if (limit) this.report({ type: 'limit', limit })
      if (reply.status !== 401 || !introduced || tries === INTRODUCTIONS) return { reply, as: who.as }
      const challenges = parseChallenges(reply.headers('www-authenticate'))
      const next = await this.#tokens.after(challenges, call.scopes, who, call.signal).catch(async (error: unknown) => {
        await reply.body.dump()
        throw error
      })
      if (next === undefined) return { reply, as: who.as }
      await reply.body.dump()
      who = next
    }
  }

  async #follow(
    call: Call,
    start: URL,
    base: URL,
    authorization: string | undefined,
  ): Promise<{ reply: Reply; introduced: boolean }> {
    let url = start
    for (let redirects = 0; ; redirects += 1) {
      // Object stores refuse what is not theirs, and nobody else is to see it.
      const introduced = url.origin === base.origin
      const { method, headers, body, signal } = call
      const reply = await this.#wire.exchange({
        method,
        url,
        headers: { ...headers, ...(introduced && authorization !== undefined ? { authorization } : {}) },
        ...(body === undefined ? {} : { body }),
        signal,
      })
      const location = reply.header('location')
      const moved = [307, 308].includes(reply.status) || (body === undefined && [301, 302, 303].includes(reply.status))
      if (!moved || location === undefined) return { reply, introduced }
      await reply.body.dump()
      if (redirects === REDIRECTS) throw this.strange('redirects')
      url = this.resolve(location, url)
    }
  }

  /** The answer, when its status is one of those expected. */
  async #expected(call: Call, { reply, as }: { reply: Reply; as: Introduction['as'] }): Promise<Answer> {
    const fine = call.expect.includes(reply.status)
    const bytes = await this.#wire.read(reply, fine ? MAX_BODY : MAX_ERROR, call.signal)
    if (fine && bytes === undefined) throw this.strange(`> ${MAX_BODY} bytes`)
    const answer: Answer = { ...reply, bytes: bytes ?? new Uint8Array(0), as }
    if (fine) return answer
    const seconds = retryAfter(reply.header)
    if (seconds !== undefined && [429, 503].includes(reply.status) && seconds * 1000 <= this.patience.longest) {
      this.#calls.close(seconds * 1000)
      this.#streams.close(seconds * 1000)
    }
    throw this.failure(answer, { ...call.about, writes: call.scopes.some(isPushing) })
  }

  #warn(reply: Reply): void {
    for (const header of reply.headers('warning')) {
      const text = /^299 - "((?:[^"\\]|\\.)*)"/.exec(header)?.[1]?.replaceAll(/\\(.)/g, '$1').slice(0, MAX_WARNING)
      if (text === undefined || this.#warned.has(text)) continue
      this.#warned.add(text)
      this.report({ type: 'warning', text: this.#secrets.redact(text) })
    }
  }
}
