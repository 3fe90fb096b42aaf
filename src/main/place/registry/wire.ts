import type { Readable } from 'node:stream'
import { createSecureContext, getCACertificates, rootCertificates, type SecureContext } from 'node:tls'
import type { Dispatcher } from 'undici'
import type { Bytes } from '../place.ts'
import { isLoopback } from './address.ts'
import { wireError } from './failure.ts'
import type { Secrets } from './secrets.ts'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A body that can be sent again gives its pieces anew each time it is asked. */
export type Outgoing = Uint8Array | (() => Iterable<Uint8Array> | Bytes)

export interface Exchange {
  readonly method: Method
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Outgoing
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  readonly url: URL
  header(name: string): string | undefined
  headers(name: string): readonly string[]
  /** To be read to its end or left (`destroy`), else its connection is not free again. */
  readonly body: Dispatcher.ResponseData['body']
}

/** Milliseconds without a byte of an answer's body before the connection counts as lost. */
const SILENT = 60_000
/** Milliseconds until an answer begins: registries hash and move a whole layer before they answer its last request. */
const THINKING = 300_000

/** The authorities of the system and of Node, and one's own: `ca` alone would replace them all. */
function trusting(own: string | undefined): SecureContext {
  const known = (from: 'default' | 'system'): readonly string[] => {
    try {
      return getCACertificates(from)
    } catch {
      return from === 'default' ? rootCertificates : []
    }
  }
  return createSecureContext({
    ca: [...new Set([...known('default'), ...known('system')]), ...(own === undefined ? [] : [own])],
  })
}

/**
 * HTTP/1.1 to any host: TLS with the system's and one's own authorities, proxies from the environment (never for this
 * computer itself). Knows nothing of registries and tries everything once.
 */
export class Wire {
  readonly #ca: string | undefined
  readonly #secrets: Secrets
  readonly #dispatchers = new Map<string, Dispatcher>()

  constructor(ca: string | undefined, secrets: Secrets) {
    this.#ca = ca
    this.#secrets = secrets
  }

  /** @throws registry-unreachable, registry-proxy, registry-tls, registry-certificate, registry-plain-http, registry-broken */
  async exchange({ method, url, headers, body, signal }: Exchange): Promise<Reply> {
    signal.throwIfAborted()
    try {
      const dispatcher = await this.#dispatcher(url)
      const answer = await dispatcher.request({
        origin: url.origin,
        // Not rebuilt: a query may carry a state whose very spelling is signed.
        path: url.pathname + url.search,
        method,
        headers: { 'user-agent': 'caboteur', 'accept-encoding': 'identity', ...headers },
        ...(body === undefined ? {} : { body: outgoing(body) }),
        signal,
      })
      // Told to who reads; left unread, it must not end the program.
      answer.body.on('error', () => undefined)
      const headersOf = (name: string): readonly string[] => {
        const value = answer.headers[name]
        return value === undefined ? [] : [value].flat()
      }
      return {
        status: answer.statusCode,
        url,
        headers: headersOf,
        header: (name) => headersOf(name)[0],
        body: answer.body,
      }
    } catch (error) {
      throw this.named(error, url, signal)
    }
  }

  /** An answer's body; undefined when it has more than `limit` bytes. */
  async read(reply: Reply, limit: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = []
    let size = 0
    try {
      for await (const chunk of reply.body as Bytes) {
        size += chunk.length
        if (size > limit) return undefined
        parts.push(chunk)
      }
    } catch (error) {
      throw this.named(error, reply.url, signal)
    }
    return Buffer.concat(parts)
  }

  /** An error on the way of an answer's body, in the app's words. */
  named(error: unknown, url: URL, signal: AbortSignal): unknown {
    return signal.aborted ? signal.reason : wireError(error, url.host, this.#secrets)
  }

  /** Ends all connections; what is under way fails. */
  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.destroy()))
    this.#dispatchers.clear()
  }

  async #dispatcher(url: URL): Promise<Dispatcher> {
    // undici takes a tenth of a second to load: only who talks to a registry pays for it.
    const { Agent, EnvHttpProxyAgent } = await import('undici')
    const direct = isLoopback(url.hostname)
    const key = `${direct} ${url.protocol}`
    const had = this.#dispatchers.get(key)
    if (had) return had
    const connect = url.protocol === 'https:' ? { secureContext: trusting(this.#ca) } : {}
    const options = { allowH2: false, headersTimeout: THINKING, bodyTimeout: SILENT, connect }
    const made = direct ? new Agent(options) : new EnvHttpProxyAgent({ ...options, requestTls: connect })
    this.#dispatchers.set(key, made)
    return made
  }
}

function outgoing(body: Outgoing): Buffer | Readable {
  if (typeof body !== 'function') return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  // undici takes any iterable; its types name only Readable.
  return body() as Bytes as Readable
}
