import type { IncomingMessage, ServerResponse } from 'node:http'

/** How an emulated registry wants to know who asks. */
export interface EmulatedAuth {
  readonly username: string
  readonly password: string
  /** Also takes this as a refresh token. */
  readonly identityToken?: string
  /** `basic`: no tokens. Else the forms its token server knows. */
  readonly flows?: 'basic' | readonly ('GET' | 'POST')[]
  /** Rights nobody gets; the token comes all the same, as of real servers. */
  readonly refuse?: (scope: string) => boolean
  /** Gives tokens for pulling to anybody. */
  readonly anonymous?: boolean
  /** `expires_in`, seconds; left out when undefined. */
  readonly life?: number
  /** A token is good for so many requests, whatever was said of its life. */
  readonly uses?: number
  /** The field the token comes in. */
  readonly field?: 'token' | 'access_token'
  /** The realm as the challenge names it, instead of `/token` of the same server. */
  readonly realm?: string
  /** Wants Basic for the catalogue, as Harbor does. */
  readonly catalogBasic?: boolean
}

export interface AskedToken {
  readonly method: string
  readonly authorization: string | undefined
  readonly service: string | null
  readonly scopes: readonly string[]
  readonly form: URLSearchParams
}

/** The token server of an emulated registry (distribution, spec/auth), and the guard in front of its routes. */
export class EmulatedTokens {
  readonly asked: AskedToken[] = []
  readonly #auth: EmulatedAuth
  readonly #tokens = new Map<string, { readonly scopes: readonly string[]; left: number }>()
  #count = 0
  /** Awaited before a token is given, to have many wait for it. */
  pause: Promise<void> = Promise.resolve()

  constructor(auth: EmulatedAuth) {
    this.#auth = auth
  }

  /** All tokens given so far stop being good, whatever was said of their life. */
  revoke(): void {
    this.#tokens.clear()
  }

  get #basic(): string {
    return `Basic ${Buffer.from(`${this.#auth.username}:${this.#auth.password}`).toString('base64')}`
  }

  /** The challenge to answer with, or undefined when the request may do this. */
  challenge(request: IncomingMessage, scope: string | undefined, origin: string): string | undefined {
    const sent = request.headers.authorization
    const basic = this.#auth.flows === 'basic' || (this.#auth.catalogBasic && scope === 'registry:catalog:*')
    if (basic) return sent === this.#basic ? undefined : 'Basic realm="emulated, registry"'
    const granted = this.#tokens.get(sent?.replace(/^Bearer /, '') ?? '')
    const realm = this.#auth.realm ?? `${origin}/token`
    const known = `Bearer realm="${realm}",service="emulated, service"`
    if (!granted) return scope === undefined ? known : `${known},scope="${scope}"`
    granted.left -= 1
    if (granted.left === 0) this.#tokens.delete(sent?.replace(/^Bearer /, '') ?? '')
    return scope === undefined || this.#allows(granted.scopes, scope)
      ? undefined
      : `${known},scope="${scope}",error="insufficient_scope"`
  }

  #allows(granted: readonly string[], scope: string): boolean {
    const [resource, actions] = [scope.slice(0, scope.lastIndexOf(':')), scope.slice(scope.lastIndexOf(':') + 1)]
    return actions.split(',').every((action) =>
      granted.some((held) => {
        const at = held.lastIndexOf(':')
        return (
          held.slice(0, at) === resource &&
          held
            .slice(at + 1)
            .split(',')
            .includes(action)
        )
      }),
    )
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? '', 'http://x').searchParams
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString()
    const method = request.method ?? ''
    const form = new URLSearchParams(body)
    const wanted = method === 'GET' ? query.getAll('scope') : (form.get('scope') ?? '').split(' ').filter(Boolean)
    const service = (method === 'GET' ? query : form).get('service')
    this.asked.push({ method, authorization: request.headers.authorization, service, scopes: wanted, form })
    await this.pause
    const say = (status: number, answer: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    }
    const { flows = ['GET', 'POST'], field = 'token', life } = this.#auth
    if (!flows.includes(method as 'GET')) return say(405, { details: 'not this way' })
    const who = this.#who(request.headers.authorization, method === 'POST' ? form : undefined)
    // Servers quote what they were sent, now and then.
    if (!who) return say(401, { details: `incorrect username or password: ${request.headers.authorization} ${body}` })
    this.#count += 1
    const token = `emulated-token-${this.#count}`
    const granted = wanted.filter((scope) => !this.#auth.refuse?.(scope))
    const scopes = who === 'user' ? granted : granted.map((scope) => scope.replace(/:[^:]*$/, ':pull'))
    this.#tokens.set(token, { scopes, left: this.#auth.uses ?? Number.POSITIVE_INFINITY })
    say(200, { [field]: token, ...(life === undefined ? {} : { expires_in: life }) })
  }

  #who(authorization: string | undefined, form: URLSearchParams | undefined): 'user' | 'anybody' | undefined {
    const { username, password, identityToken, anonymous } = this.#auth
    if (form?.get('grant_type') === 'refresh_token') {
      return identityToken !== undefined && form.get('refresh_token') === identityToken ? 'user' : undefined
    }
    if (form?.get('username') === username && form.get('password') === password) return 'user'
    if (authorization === this.#basic) return 'user'
    return anonymous && authorization === undefined ? 'anybody' : undefined
  }
}
