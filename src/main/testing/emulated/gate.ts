import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** What an emulated registry is asked for, before it looks whether it has it. */
export interface Target {
  readonly method: string
  /** `''`: the API itself. `manifests`, `blobs`, `blobs/uploads`, `tags`, `referrers`, `_catalog`. */
  readonly kind: string
  readonly repository: string
  readonly last: string
}

/** An answer that refuses. A text is sent as such, anything else as JSON. */
export interface Refused {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Stands before a registry: what it says is the answer, undefined lets through. */
export type Gate = (request: IncomingMessage, target: Target) => Refused | undefined

/** An error as the specification words it. */
export function said(status: number, code: string, message: string, detail: unknown = null): Refused {
  return { status, body: { errors: [{ code, message, detail }] } }
}

export function answer(response: ServerResponse, { status, headers, body }: Refused): void {
  const text = typeof body === 'string'
  response.writeHead(status, { 'content-type': text ? 'text/plain' : 'application/json', ...headers })
  const content = text ? body : JSON.stringify(body)
  response.end(body === undefined ? undefined : content)
}

/** User and secret of a Basic introduction. */
export function basicPair({ headers }: IncomingMessage): readonly [user: string, secret: string] | undefined {
  const pair = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1]
  if (pair === undefined) return undefined
  const text = Buffer.from(pair, 'base64').toString()
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)]
}

/** The action a request needs, as scopes name it. */
export function actionOf({ method, kind }: Target): 'pull' | 'push' | 'delete' {
  if (method === 'DELETE' && kind !== 'blobs/uploads') return 'delete'
  return kind !== 'blobs/uploads' && (method === 'GET' || method === 'HEAD') ? 'pull' : 'push'
}

/** Whether a request begins to write: where registries say why they do not let that be. */
export function isWrite(target: Target): boolean {
  return actionOf(target) === 'push'
}

interface Access {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

interface Given {
  readonly who: string | undefined
  readonly access: readonly Access[]
}

export interface BearerOptions {
  readonly realm: string
  readonly service?: string
  /** A token server without OAuth2 answers POST by 404 or 405. */
  readonly post?: boolean
  /** `secret`: its token says nothing of the rights it gives. */
  readonly token?: 'jwt' | 'secret'
  readonly field?: 'token' | 'access_token'
  /** Seconds. */
  readonly life?: number
  /** What every challenge names instead of the scope that is missing; '' for none. */
  readonly scope?: string
  /** Who comes with this, or why he is not let in. */
  readonly who: (username: string, secret: string) => string | Refused
  /** Whose refresh token this is. */
  readonly refresh?: (token: string) => string | undefined
  /** Which of the actions wanted are granted; undefined is anybody. */
  readonly grants: (who: string | undefined, repository: string, actions: readonly string[]) => readonly string[]
  readonly catalog?: (who: string | undefined) => boolean
  /** Whether nobody gets a token at all; true unless said. */
  readonly anonymous?: boolean
  /** The registry's words for who has a token without the right; by default another challenge. */
  readonly lacks?: (who: string | undefined, target: Target) => Refused | undefined
}

/** A token server and the registry's guard that trusts its tokens (distribution, spec/auth). */
export class Bearer {
  /** Who got a token, in their order. */
  readonly gave: (string | undefined)[] = []
  readonly #options: BearerOptions
  readonly #given = new Map<string, Given>()

  constructor(options: BearerOptions) {
    this.#options = options
  }

  /** The token server. */
  readonly listener: RequestListener = (request, response) => void this.#answer(request, response)

  /** The guard. */
  readonly gate: Gate = (request, target) => {
    const given = this.#given.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '')
    if (!given) return this.#challenge(target)
    if (target.kind === '' || this.#allows(given, target)) return undefined
    return this.#options.lacks?.(given.who, target) ?? this.#challenge(target, true)
  }

  #allows({ who, access }: Given, target: Target): boolean {
    const { scope, grants, catalog } = this.#options
    // Whose scope is always the same gives tokens that are good for whatever their holder may do.
    if (scope !== undefined) {
      if (target.kind === '_catalog') return catalog?.(who) ?? false
      return grants(who, target.repository, [actionOf(target)]).length > 0
    }
    const [type, name, action] =
      target.kind === '_catalog' ? ['registry', 'catalog', '*'] : ['repository', target.repository, actionOf(target)]
    return access.some((one) => one.type === type && one.name === name && one.actions.includes(action))
  }

  #challenge(target: Target, lacking = false): Refused {
    const { realm, service, scope = scopeOf(target) } = this.#options
    const parts = [
      `realm="${realm}"`,
      ...(service === undefined ? [] : [`service="${service}"`]),
      ...(scope === '' ? [] : [`scope="${scope}"`]),
      ...(lacking ? ['error="insufficient_scope"'] : []),
    ]
    const refused = said(401, 'UNAUTHORIZED', 'authentication required')
    return { ...refused, headers: { 'www-authenticate': `Bearer ${parts.join(',')}` } }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? '', 'https://token').searchParams
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString()
    const { post = true, field = 'token', life = 300, anonymous = true } = this.#options
    if (request.method === 'POST' && !post) return answer(response, { status: 404, body: 'not found' })
    const form = request.method === 'POST' ? new URLSearchParams(body) : undefined
    const who = this.#who(request, form)
    if (typeof who === 'object') return answer(response, who)
    if (who === undefined && !anonymous) return answer(response, said(401, 'UNAUTHORIZED', 'authentication required'))
    const scopes = form ? (form.get('scope') ?? '').split(' ').filter(Boolean) : query.getAll('scope')
    const access = scopes.map((scope) => this.#access(who, scope)).filter(({ actions }) => actions.length > 0)
    const token = this.#made(access)
    this.#given.set(token, { who, access })
    this.gave.push(who)
    answer(response, { status: 200, body: { [field]: token, expires_in: life } })
  }

  #who(request: IncomingMessage, form: URLSearchParams | undefined): string | Refused | undefined {
    const { who, refresh } = this.#options
    if (form?.get('grant_type') === 'refresh_token')
      return refresh?.(form.get('refresh_token') ?? '') ?? said(401, 'UNAUTHORIZED', 'authentication required')
    const pair = form ? ([form.get('username') ?? '', form.get('password') ?? ''] as const) : basicPair(request)
    return pair && who(...pair)
  }

  #access(who: string | undefined, scope: string): Access {
    const { grants, catalog } = this.#options
    const [type = '', ...rest] = scope.split(':')
    const actions = (rest.pop() ?? '').split(',').filter(Boolean)
    const name = rest.join(':')
    if (type === 'registry') return { type, name, actions: catalog?.(who) ? actions : [] }
    return { type, name, actions: type === 'repository' ? grants(who, name, actions) : [] }
  }

  #made(access: readonly Access[]): string {
    if (this.#options.token === 'secret') return randomUUID()
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    return [part({ alg: 'RS256', typ: 'JWT' }), part({ jti: randomUUID(), access }), 'c2lnbmF0dXJl'].join('.')
  }
}

function scopeOf(target: Target): string {
  const { kind, repository } = target
  if (kind === '') return ''
  if (kind === '_catalog') return 'registry:catalog:*'
  const action = actionOf(target)
  return `repository:${repository}:${action === 'push' ? 'pull,push' : action}`
}
