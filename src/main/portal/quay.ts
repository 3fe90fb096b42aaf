import type { Abilities, Creation, Namespace, RepositoryInfo, VisibilityChoice } from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import { field, given, ifPrivate, listOf, numberOf, segments, textOf } from './answers.ts'
import { Api } from './api.ts'
import { type Opened, tokenOf } from './opened.ts'
import type { Portal, Texts } from './portal.ts'

/** A registry that never comes to an end. */
const MAX_PAGES = 1000

/** Seconds of the epoch, as Quay writes moments. */
function pushedOf(row: unknown): number | undefined {
  const seconds = numberOf(row, 'last_modified')
  return seconds === undefined ? undefined : seconds * 1000
}

/**
 * Quay, hosted or one's own: its API takes OAuth tokens, with which one signs in as `$oauthtoken`. A robot, an
 * application's token or a password open the registry and nothing here.
 */
export class QuayPortal implements Portal {
  readonly abilities: Abilities
  readonly #site: string
  readonly #api: Api

  constructor(opened: Opened) {
    const { credentials } = opened
    const authorized = credentials?.type === 'password' && credentials.username === '$oauthtoken'
    this.#site = opened.origin
    this.#api = new Api('quay', opened.web, `${opened.origin}/api/v1`, async (): Promise<Record<string, string>> => {
      const token = authorized ? tokenOf(opened) : undefined
      return token === undefined ? {} : { authorization: `Bearer ${token}` }
    })
    this.abilities = {
      kind: 'quay',
      list: authorized,
      create: authorized ? ['private', 'public'] : [],
      makes: 'repository',
      visibility: authorized,
      // Quay's description is a text in Markdown, of any length.
      ...(authorized ? { readme: {} } : {}),
      pages: { create: `${this.#site}/new/`, home: `${this.#site}/repository/` },
    }
  }

  /** A push makes a private one, unless the server is set up otherwise (CREATE_PRIVATE_REPO_ON_PUSH). */
  async creation(): Promise<Creation> {
    if (!this.abilities.list) return { by: 'push', visibility: 'private' }
    return { by: 'api', choices: ['private', 'public'], push: 'private' }
  }

  async namespaces(signal: AbortSignal): Promise<readonly Namespace[]> {
    if (!this.abilities.list) throw new AppError('registry-unsupported', { place: new URL(this.#site).host })
    const { value } = await this.#api.ask({ path: '/user/', signal })
    const own = textOf(value, 'username')
    const names = listOf(value, 'organizations').map((organization) => textOf(organization, 'name'))
    return [
      ...(own === undefined ? [] : [{ name: own, own: true }]),
      ...names.filter((name) => name !== undefined).map((name) => ({ name, own: false })),
    ]
  }

  async *repositories(namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    let next = ''
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = {
        namespace,
        last_modified: 'true',
        popularity: 'true',
        ...(next === '' ? {} : { next_page: next }),
      }
      const { value } = await this.#api.ask({ path: '/repository', query, signal })
      yield listOf(value, 'repositories')
        .map((row) => this.#described(row))
        .filter((info) => info !== undefined)
      next = textOf(value, 'next_page') ?? ''
      if (next === '') return
    }
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    const asked = { path: `/repository/${segments(path)}`, query: { includeTags: 'false' }, signal }
    const row = await this.#api.find(asked)
    if (row !== undefined) return this.#described(row) ?? 'unknown'
    return this.abilities.list ? undefined : 'unknown'
  }

  async create(path: string, visibility: VisibilityChoice, texts: Texts, signal: AbortSignal): Promise<void> {
    const slash = path.indexOf('/')
    await this.#api.ask({
      method: 'POST',
      path: '/repository',
      json: {
        namespace: path.slice(0, slash),
        repository: path.slice(slash + 1),
        visibility,
        description: texts.readme ?? texts.description ?? '',
        repo_kind: 'image',
      },
      about: { repository: path },
      signal,
    })
  }

  async setVisibility(path: string, visibility: VisibilityChoice, signal: AbortSignal): Promise<void> {
    await this.#api.ask({
      method: 'POST',
      path: `/repository/${segments(path)}/changevisibility`,
      json: { visibility },
      about: { repository: path },
      signal,
    })
  }

  async describe(path: string, { readme = '' }: Texts, signal: AbortSignal): Promise<void> {
    await this.#api.ask({
      method: 'PUT',
      path: `/repository/${segments(path)}`,
      json: { description: readme },
      about: { repository: path },
      signal,
    })
  }

  #described(row: unknown): RepositoryInfo | undefined {
    const namespace = textOf(row, 'namespace')
    const name = textOf(row, 'name')
    if (namespace === undefined || name === undefined) return undefined
    const open = field(row, 'is_public')
    const page = `${this.#site}/repository/${segments(`${namespace}/${name}`)}`
    return {
      path: `${namespace}/${name}`,
      visibility: ifPrivate(typeof open === 'boolean' ? !open : undefined),
      ...given({ readme: textOf(row, 'description'), pushed: pushedOf(row) }),
      pages: {
        page,
        settings: `${page}?tab=settings`,
        members: `${page}?tab=settings`,
        webhooks: `${page}?tab=settings`,
      },
    }
  }
}
