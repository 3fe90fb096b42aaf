import type {
  Abilities,
  Creation,
  Namespace,
  Quota,
  RepositoryInfo,
  VisibilityChoice,
} from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import { field, given, ifPrivate, listOf, momentOf, numberOf, segments, textOf } from './answers.ts'
import { Api, all, type Page, Recent } from './api.ts'
import type { Opened } from './opened.ts'
import type { Portal, Texts } from './portal.ts'

const SITE = 'https://hub.docker.com'
const PAGE = 100
/** Characters. https://docs.docker.com/docker-hub/repos/create/ */
const DESCRIPTION = 100
const README = 25_000
/** Milliseconds a token is used; it lives ten minutes (POST /v2/auth/token). */
const TOKEN_LIFE = 8 * 60_000
/** Milliseconds names and quotas are believed. */
const NAMES_LIFE = 60_000
/** Plans that allow more than this many private repositories never fill in practice, and counting would take minutes. */
const COUNTED = 500

const SECOND_FACTOR = /secondary authentication|two-?factor|\b[m2]fa\b/i

/** Rows below `results`; `next` is null or "" at the end. The address in it is not followed: it may be of another host. */
function results(value: unknown): Page {
  return { rows: listOf(value, 'results'), more: textOf(value, 'next') !== undefined }
}

/** The user name in a token of Docker Hub: who signs in with an e-mail address has it nowhere else. */
function userOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return textOf(claims, SITE, 'username') ?? textOf(claims, 'username')
  } catch {
    return undefined
  }
}

/** `library` for a name without one, as everywhere on Docker Hub; undefined for what can be no repository there. */
function parts(path: string): { namespace: string; name: string } | undefined {
  const [first = '', second, ...more] = path.split('/')
  if (more.length > 0) return undefined
  return second === undefined ? { namespace: 'library', name: first } : { namespace: first, name: second }
}

function at(path: string): { namespace: string; name: string } {
  const found = parts(path)
  if (!found) throw new AppError('name-invalid', { name: path })
  return found
}

function described(row: unknown, own: string | undefined): RepositoryInfo | undefined {
  const namespace = textOf(row, 'namespace')
  const name = textOf(row, 'name')
  if (namespace === undefined || name === undefined) return undefined
  const manage = `${SITE}/repository/docker/${segments(`${namespace}/${name}`)}`
  const official = namespace === 'library'
  return {
    path: `${namespace}/${name}`,
    visibility: ifPrivate(field(row, 'is_private')),
    ...given({
      description: textOf(row, 'description'),
      readme: textOf(row, 'full_description'),
      pulls: numberOf(row, 'pull_count'),
      stars: numberOf(row, 'star_count'),
      pushed: momentOf(row, 'last_updated') ?? momentOf(row, 'last_modified'),
      size: numberOf(row, 'storage_size'),
    }),
    pages: official
      ? { page: `${SITE}/_/${encodeURIComponent(name)}` }
      : {
          page: `${SITE}/r/${segments(`${namespace}/${name}`)}`,
          settings: `${manage}/settings`,
          members: namespace === own ? `${manage}/collaborators` : `${manage}/permissions`,
          webhooks: `${manage}/webhooks`,
        },
  }
}

/** Docker Hub: https://hub.docker.com beside registry-1.docker.io. */
export class HubPortal implements Portal {
  readonly abilities: Abilities
  readonly #opened: Opened
  readonly #api: Api
  readonly #token = new Recent<string>()
  readonly #names = new Recent<readonly Namespace[]>()

  constructor(opened: Opened) {
    this.#opened = opened
    this.#api = new Api('hub', opened.web, SITE, async (signal, anew) => await this.#introduce(signal, anew))
    const signed = opened.credentials?.type === 'password'
    this.abilities = {
      kind: 'hub',
      list: signed,
      create: signed ? ['private', 'public'] : [],
      makes: 'repository',
      visibility: signed,
      ...(signed ? { description: { limit: DESCRIPTION }, readme: { limit: README } } : {}),
      pages: { create: `${SITE}/repository/create`, home: `${SITE}/repositories` },
    }
  }

  async creation(): Promise<Creation> {
    if (!this.abilities.list) return { by: 'push', visibility: 'public' }
    return { by: 'api', choices: ['private', 'public'], push: 'public' }
  }

  async namespaces(signal: AbortSignal): Promise<readonly Namespace[]> {
    return await this.#names.get(async () => await this.#read(signal), NAMES_LIFE)
  }

  async *repositories(namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    const own = await this.#own(signal)
    for await (const rows of this.#list(namespace, signal)) {
      yield rows.map((row) => described(row, own)).filter((info) => info !== undefined)
    }
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    const { namespace, name } = at(path)
    const row = await this.#api.find({ path: this.#repository(namespace, name), about: { repository: path }, signal })
    if (row !== undefined) return described(row, await this.#own(signal)) ?? 'unknown'
    // Who is not signed in is told of no private repository.
    return this.abilities.list ? undefined : 'unknown'
  }

  async create(path: string, visibility: VisibilityChoice, texts: Texts, signal: AbortSignal): Promise<void> {
    const { namespace, name } = at(path)
    this.#names.forget()
    await this.#api.ask({
      method: 'POST',
      path: `/v2/namespaces/${segments(namespace)}/repositories`,
      json: {
        namespace,
        name,
        registry: 'docker.io',
        is_private: visibility === 'private',
        description: texts.description ?? '',
        full_description: texts.readme ?? '',
      },
      about: { repository: path },
      signal,
    })
  }

  async setVisibility(path: string, visibility: VisibilityChoice, signal: AbortSignal): Promise<void> {
    const { namespace, name } = at(path)
    this.#names.forget()
    await this.#api.ask({
      method: 'POST',
      path: `/v2/repositories/${segments(`${namespace}/${name}`)}/privacy`,
      json: { is_private: visibility === 'private' },
      about: { repository: path },
      signal,
    })
  }

  async describe(path: string, { description, readme }: Texts, signal: AbortSignal): Promise<void> {
    const { namespace, name } = at(path)
    await this.#api.ask({
      method: 'PATCH',
      path: this.#repository(namespace, name),
      json: given({ description, full_description: readme }),
      about: { repository: path },
      signal,
    })
  }

  async deleteTag(path: string, tag: string, signal: AbortSignal): Promise<void> {
    const { namespace, name } = at(path)
    await this.#api.ask({
      method: 'DELETE',
      path: `/v2/repositories/${segments(`${namespace}/${name}/tags/${tag}`)}/`,
      about: { repository: path, reference: tag },
      expect: [200, 202, 204, 404],
      signal,
    })
  }

  #repository(namespace: string, name: string): string {
    return `/v2/namespaces/${segments(namespace)}/repositories/${segments(name)}`
  }

  #list(namespace: string, signal: AbortSignal): AsyncGenerator<readonly unknown[]> {
    const path = `/v2/namespaces/${segments(namespace)}/repositories`
    return this.#api.pages({ path, query: { page_size: PAGE, ordering: '-last_updated' }, signal }, results)
  }

  async #own(signal: AbortSignal): Promise<string | undefined> {
    const { credentials } = this.#opened
    if (credentials?.type !== 'password') return undefined
    const named = userOf(await this.#signedIn(signal, false))
    // Names are lower-case there, however they are typed.
    return named ?? (credentials.username.includes('@') ? undefined : credentials.username.toLowerCase())
  }

  async #read(signal: AbortSignal): Promise<Namespace[]> {
    const own = await this.#own(signal)
    const listed = await all(
      this.#api.pages({ path: '/v2/user/orgs', query: { page_size: PAGE }, signal }, results),
    ).catch((error: unknown) => refused(error, []))
    const orgs = listed.map((row) => ({ name: textOf(row, 'orgname'), id: textOf(row, 'id') }))
    const names = [
      { name: own, own: true, id: async () => await this.#userId(signal) },
      ...orgs.filter(({ name }) => name !== own).map(({ name, id }) => ({ name, own: false, id: async () => id })),
    ]
    const found: Namespace[] = []
    for (const { name, own: mine, id } of names) {
      if (name === undefined) continue
      const privates = await this.#privates(name, id, signal).catch((error: unknown) => refused(error, undefined))
      found.push({ name, own: mine, ...(privates ? { privates } : {}) })
    }
    return found
  }

  async #userId(signal: AbortSignal): Promise<string | undefined> {
    return textOf(await this.#api.find({ path: '/v2/user/', signal }), 'id')
  }

  /**
   * How many private repositories a name has and may have. Not in Docker's documentation: its own hub-tool asks the
   * plan so. Counted until it is full: that is all anybody needs to know.
   */
  async #privates(
    namespace: string,
    id: () => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<Quota | undefined> {
    const account = await id()
    if (account === undefined) return undefined
    const path = `/api/billing/v4/accounts/${encodeURIComponent(account)}/hub-plan`
    const plan = await this.#api.find({ path, signal })
    const limit = numberOf(plan, 'private_repos') ?? numberOf(plan, 'product_limits', 'private_repos')
    if (limit === undefined || limit < 0 || limit > COUNTED) return undefined
    let used = 0
    for await (const rows of this.#list(namespace, signal)) {
      used += rows.filter((row) => field(row, 'is_private') === true).length
      if (used >= limit) break
    }
    return { used, limit }
  }

  async #introduce(signal: AbortSignal, anew: boolean): Promise<Record<string, string>> {
    if (this.#opened.credentials?.type !== 'password') return {}
    return { authorization: `Bearer ${await this.#signedIn(signal, anew)}` }
  }

  async #signedIn(signal: AbortSignal, anew: boolean): Promise<string> {
    if (anew) this.#token.forget()
    return await this.#token.get(async () => await this.#signIn(signal), TOKEN_LIFE)
  }

  /** @throws registry-credentials */
  async #signIn(signal: AbortSignal): Promise<string> {
    const { credentials, web, host } = this.#opened
    if (credentials?.type !== 'password') throw new AppError('registry-unauthorized', { place: host })
    web.secrets.add(credentials.password, credentials.username)
    const { status, value } = await web.ask({
      method: 'POST',
      url: new URL('/v2/auth/token', SITE),
      json: { identifier: credentials.username, secret: credentials.password },
      again: true,
      expect: [200, 401],
      signal,
    })
    // Its whole answer may hold a token: only its sentence is shown.
    if (status !== 200) {
      const detail = textOf(value, 'detail') ?? ''
      const second = field(value, 'login_2fa_token') !== undefined || SECOND_FACTOR.test(detail)
      const code = second ? 'registry-two-factor' : 'registry-credentials'
      throw new AppError(code, { place: host }, { raw: web.secrets.redact(detail) })
    }
    const token = textOf(value, 'access_token') ?? textOf(value, 'token')
    if (token === undefined) throw new AppError('registry-answer', { place: host, detail: 'access_token' })
    web.secrets.add(token)
    return token
  }
}

/** What is asked beside: where it is refused, there is nothing. */
function refused<T>(error: unknown, nothing: T): T {
  if (error instanceof AppError && /^registry-(?:denied|refused|answer|unsupported|name-unknown)$/.test(error.code))
    return nothing
  throw error
}
