import type { RequestListener } from 'node:http'
import { type Asked, jsonListener, NOT_THERE, paged, type Told } from './json-routes.ts'

export interface HubUser {
  readonly password: string
  readonly email?: string
  /** Organisations it belongs to. */
  readonly orgs?: readonly string[]
  /** Private repositories its plan allows; undefined: any number. */
  readonly privates?: number
  /** Access tokens: as good as the password for signing in. */
  readonly tokens?: readonly string[]
  /** Asks for a code beside the password; tokens are not asked. */
  readonly twoFactor?: boolean
}

export interface HubRepository {
  description: string
  full_description: string
  is_private: boolean
  pull_count: number
  star_count: number
  last_updated: string | null
  storage_size: number
  readonly tags: Set<string>
}

export interface HubOptions {
  readonly users: Readonly<Record<string, HubUser>>
  /** Private repositories an organisation's plan allows. */
  readonly orgs?: Readonly<Record<string, { readonly privates?: number }>>
}

const REPOSITORY = '/v2/(?:namespaces|repositories)/([^/]+)/(?:repositories/)?([^/]+)'

/** https://hub.docker.com, in memory: sign-in by token, names, repositories. Shapes as Docker's own clients read them. */
export class EmulatedHubWeb {
  /** By `namespace/name`. */
  readonly repositories = new Map<string, HubRepository>()
  readonly listener: RequestListener
  readonly #options: HubOptions
  /** Users by their tokens. */
  readonly #tokens = new Map<string, string>()
  #signIns = 0

  constructor(options: HubOptions) {
    this.#options = options
    this.listener = jsonListener([
      ['POST', /^\/v2\/auth\/token$/, (asked) => this.#signIn(asked)],
      ['GET', /^\/v2\/user\/$/, (asked) => this.#as(asked, (user) => ({ value: { id: idOf(user), username: user } }))],
      ['GET', /^\/v2\/user\/orgs$/, (asked) => this.#as(asked, (user) => this.#orgs(asked, user))],
      ['GET', /^\/api\/billing\/v4\/accounts\/([^/]+)\/hub-plan$/, (asked) => this.#as(asked, () => this.#plan(asked))],
      ['GET', /^\/v2\/namespaces\/([^/]+)\/repositories$/, (asked) => this.#list(asked)],
      [
        'POST',
        /^\/v2\/namespaces\/([^/]+)\/repositories$/,
        (asked) => this.#as(asked, (user) => this.#create(asked, user)),
      ],
      [
        'POST',
        new RegExp(`^${REPOSITORY}/privacy/?$`),
        (asked) => this.#changed(asked, (row) => this.#privacy(asked, row)),
      ],
      [
        'DELETE',
        new RegExp(`^${REPOSITORY}/tags/([^/]+)/$`),
        (asked) => this.#changed(asked, (row) => untag(asked, row)),
      ],
      ['GET', new RegExp(`^${REPOSITORY}/?$`), (asked) => this.#one(asked)],
      ['PATCH', new RegExp(`^${REPOSITORY}/?$`), (asked) => this.#changed(asked, (row) => describe(asked, row))],
    ])
  }

  /** A repository that is there. */
  add(path: string, repository: Partial<HubRepository> = {}): HubRepository {
    const made = {
      description: '',
      full_description: '',
      is_private: false,
      pull_count: 0,
      star_count: 0,
      last_updated: null,
      storage_size: 0,
      tags: new Set<string>(),
      ...repository,
    }
    this.repositories.set(path, made)
    return made
  }

  /** Ends all tokens, as ten minutes do. */
  expire(): void {
    this.#tokens.clear()
  }

  #signIn({ body }: Asked): Told {
    const identifier = String(body?.['identifier'])
    const [name, user] =
      Object.entries(this.#options.users).find(([each, { email }]) => each === identifier || email === identifier) ?? []
    const secret = String(body?.['secret'])
    const byToken = user?.tokens?.includes(secret) === true
    if (!user || name === undefined || (user.password !== secret && !byToken))
      return { status: 401, value: { detail: 'Incorrect authentication credentials' } }
    if (user.twoFactor && !byToken)
      return {
        status: 401,
        value: { detail: 'Require secondary authentication on MFA enabled account', login_2fa_token: '2fa-secret' },
      }
    const claims = { 'https://hub.docker.com': { username: name }, n: this.#signIns }
    const token = `header.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`
    this.#signIns += 1
    this.#tokens.set(token, name)
    return { value: { access_token: token } }
  }

  #user({ headers }: Asked): string | undefined {
    return this.#tokens.get(headers.authorization?.replace(/^Bearer /, '') ?? '')
  }

  #as(asked: Asked, answer: (user: string) => Told): Told {
    const user = this.#user(asked)
    return user === undefined ? { status: 401, value: { message: 'unauthorized', errinfo: {} } } : answer(user)
  }

  #namespaces(user: string | undefined): readonly string[] {
    return user === undefined ? [] : [user, ...(this.#options.users[user]?.orgs ?? [])]
  }

  #orgs({ query }: Asked, user: string): Told {
    const rows = (this.#options.users[user]?.orgs ?? []).map((name) => ({
      id: idOf(name),
      orgname: name,
      full_name: name.toUpperCase(),
      type: 'Organization',
    }))
    return list(rows, query)
  }

  #plan({ parts: [id = ''] }: Asked): Told {
    const plans = { ...this.#options.users, ...this.#options.orgs }
    const found = Object.entries(plans).find(([name]) => idOf(name) === id)
    if (!found) return NOT_THERE
    return { value: { name: 'free', legacy: false, private_repos: found[1].privates ?? 9999 } }
  }

  #list(asked: Asked): Told {
    const [namespace = ''] = asked.parts
    const mine = this.#namespaces(this.#user(asked)).includes(namespace)
    const rows = [...this.repositories]
      .filter(([path, { is_private }]) => path.startsWith(`${namespace}/`) && (mine || !is_private))
      .map(([path, row]) => ({ ...shown(path, row), full_description: undefined }))
    return list(rows, asked.query)
  }

  #one(asked: Asked): Told {
    const path = asked.parts.join('/')
    const row = this.repositories.get(path)
    const mine = this.#namespaces(this.#user(asked)).includes(asked.parts[0] ?? '')
    return row && (mine || !row.is_private) ? { value: shown(path, row) } : NOT_THERE
  }

  #full(namespace: string): boolean {
    const limit = { ...this.#options.users, ...this.#options.orgs }[namespace]?.privates
    const used = [...this.repositories].filter(([path, row]) => path.startsWith(`${namespace}/`) && row.is_private)
    return limit !== undefined && used.length >= limit
  }

  #create({ body, parts: [namespace = ''] }: Asked, user: string): Told {
    if (!this.#namespaces(user).includes(namespace))
      return { status: 403, value: { message: 'access denied', errinfo: {} } }
    const path = `${namespace}/${String(body?.['name'])}`
    if (this.repositories.has(path)) return { status: 400, value: { message: 'repository already exists' } }
    const is_private = body?.['is_private'] === true
    if (is_private && this.#full(namespace)) return { status: 400, value: { message: PRIVATE_LIMIT } }
    const made = this.add(path, {
      is_private,
      description: String(body?.['description'] ?? ''),
      full_description: String(body?.['full_description'] ?? ''),
    })
    return { status: 201, value: shown(path, made) }
  }

  #changed(asked: Asked, change: (row: HubRepository) => Told): Told {
    return this.#as(asked, (user) => {
      const [namespace = '', name = ''] = asked.parts
      const row = this.repositories.get(`${namespace}/${name}`)
      if (!row) return NOT_THERE
      if (!this.#namespaces(user).includes(namespace)) return { status: 403, value: { message: 'access denied' } }
      return change(row)
    })
  }

  #privacy({ body, parts: [namespace = ''] }: Asked, row: HubRepository): Told {
    const is_private = body?.['is_private'] === true
    if (is_private && !row.is_private && this.#full(namespace))
      return { status: 400, value: { message: PRIVATE_LIMIT } }
    row.is_private = is_private
    return {}
  }
}

const PRIVATE_LIMIT = 'You have reached the limit of private repositories for your plan.'

function idOf(name: string): string {
  return `${Buffer.from(name).toString('hex')}`
}

function shown(path: string, { tags: _, ...row }: HubRepository): Record<string, unknown> {
  const [namespace, name] = path.split('/')
  return { user: namespace, namespace, name, repository_type: 'image', status: 1, ...row }
}

function describe({ body }: Asked, row: HubRepository): Told {
  const { description, full_description } = body ?? {}
  if (typeof description === 'string') {
    if (description.length > 100)
      return { status: 400, value: { description: ['Ensure this field has no more than 100 characters.'] } }
    row.description = description
  }
  if (typeof full_description === 'string') row.full_description = full_description
  return {}
}

function untag({ parts }: Asked, row: HubRepository): Told {
  return row.tags.delete(parts[2] ?? '') ? { status: 204 } : NOT_THERE
}

function list(rows: readonly unknown[], query: URLSearchParams): Told {
  const results = paged(rows, query, 'page_size', 100)
  const end = Number(query.get('page') ?? 1) * Math.min(Number(query.get('page_size') ?? 10), 100)
  const next = end < rows.length ? `https://hub.docker.com/?page=${Number(query.get('page') ?? 1) + 1}` : null
  return { value: { count: rows.length, next, previous: null, results } }
}
