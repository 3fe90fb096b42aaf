import { AppError } from '../../shared/errors.ts'
import { isLoopback } from '../place/registry/address.ts'
import { type About, refusalError } from '../place/registry/failure.ts'
import { PATIENCE, type Patience, persist } from '../place/registry/patience.ts'
import { Secrets } from '../place/registry/secrets.ts'
import { type Method, Wire } from '../place/registry/wire.ts'

/** Who is asked, as far as the sentences of its errors name it, and what its connection needs. */
export interface WebOptions {
  /** The registry as the person named it. */
  readonly place: string
  /** PEM of authorities of its own. */
  readonly ca?: string
  /** The person allowed HTTP without encryption for this host. Loopback needs no permission. */
  readonly plain?: boolean
  readonly patience?: Partial<Patience>
}

export interface WebCall {
  readonly method: Method
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>
  /** Sent as it is, with a content type among `headers`. */
  readonly body?: string
  /** Statuses that are handed back; all others are thrown as errors. By default what says that it worked. */
  readonly expect?: readonly number[]
  /** False: not sent again by itself after a cut or a server's failure, because it may have had its effect. */
  readonly again?: boolean
  /** What it is about, for the sentences of its errors. */
  readonly about?: Omit<About, 'place'>
  readonly signal: AbortSignal
}

export interface WebAnswer {
  readonly status: number
  header(name: string): string | undefined
  /** The body as JSON; undefined where there is none or it is none. */
  readonly value: unknown
}

/** Bytes. A page of a hundred repositories with their descriptions has a few hundred kilobytes. */
const MAX_ANSWER = 8 << 20
const FINE: readonly number[] = [200, 201, 202, 204]

/**
 * Questions in JSON to the web API beside a registry: proxies, authorities, tries and errors as the registry client has
 * them. What was told as secret is in no error. Opens connections when asked and keeps them until `close`.
 */
export class Web {
  readonly secrets = new Secrets()
  readonly #options: WebOptions
  readonly #wire: Wire
  readonly #patience: Patience

  constructor(options: WebOptions) {
    this.#options = options
    this.#wire = new Wire(options.ca, this.secrets)
    this.#patience = { ...PATIENCE, ...options.patience }
  }

  /** @throws registry-… as the registry client does; registry-plain-http where it would go unprotected */
  async ask(call: WebCall): Promise<WebAnswer> {
    this.#permit(call.url)
    const attempt = async (): Promise<WebAnswer> => await this.#once(call)
    const again = call.again ?? (call.method === 'GET' || call.method === 'HEAD')
    return again ? await persist(attempt, this.#patience, call.signal) : await attempt()
  }

  async close(): Promise<void> {
    await this.#wire.close()
  }

  #permit({ protocol, hostname, host }: URL): void {
    const free = protocol === 'https:' || isLoopback(hostname) || this.#options.plain === true
    if (!free) throw new AppError('registry-plain-http', { place: host })
  }

  async #once({ method, url, headers = {}, expect = FINE, about = {}, signal, ...sent }: WebCall): Promise<WebAnswer> {
    const { place } = this.#options
    const body = bodyOf(sent)
    const reply = await this.#wire.exchange({
      method,
      url,
      headers: { accept: 'application/json', ...(body ? { 'content-type': body.type } : {}), ...headers },
      ...(body ? { body: Buffer.from(body.text) } : {}),
      signal,
    })
    const bytes = await this.#wire.read(reply, MAX_ANSWER, signal)
    if (bytes === undefined) throw new AppError('registry-answer', { place, detail: `> ${MAX_ANSWER} bytes` })
    const text = new TextDecoder().decode(bytes)
    if (!expect.includes(reply.status)) {
      const as = headers['authorization'] === undefined ? 'nobody' : 'given-token'
      throw refusalError({ status: reply.status, header: reply.header, text, as }, { place, ...about }, this.secrets)
    }
    return { status: reply.status, header: reply.header, value: parsed(text) }
  }
}

function bodyOf({
  json,
  form,
  body,
}: Pick<WebCall, 'json' | 'form' | 'body'>): { type: string; text: string } | undefined {
  if (json !== undefined) return { type: 'application/json', text: JSON.stringify(json) }
  if (form !== undefined)
    return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() }
  return body === undefined ? undefined : { type: 'text/plain', text: body }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
