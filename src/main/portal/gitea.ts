import type { Abilities, Creation, Namespace, RepositoryInfo, Visibility } from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import { field, given, momentOf, segments, textOf } from './answers.ts'
import { Api, all, listsOf } from './api.ts'
import { basicOf, type Opened } from './opened.ts'
import type { Portal } from './portal.ts'

/** What Gitea gives at most (`[api] MAX_RESPONSE_ITEMS`). */
const PAGE = 50

/** `limited`: everybody with an account. */
function seenBy(owner: unknown): Visibility {
  const visibility = textOf(owner, 'visibility')
  if (visibility === 'limited') return 'internal'
  return visibility === 'public' || visibility === 'private' ? visibility : 'unknown'
}

/** Gitea and Forgejo: packages have the audience of their owner. */
export class GiteaPortal implements Portal {
  readonly abilities: Abilities
  readonly #site: string
  readonly #api: Api

  constructor(opened: Opened) {
    this.#site = opened.origin
    this.#api = new Api('gitea', opened.web, `${opened.origin}/api/v1`, async () => basicOf(opened))
    this.abilities = {
      kind: 'gitea',
      list: opened.credentials?.type === 'password',
      create: [],
      makes: 'repository',
      visibility: false,
      pages: { home: `${this.#site}/` },
    }
  }

  async creation(path: string, signal: AbortSignal): Promise<Creation> {
    return { by: 'push', visibility: seenBy(await this.#owner(path.split('/')[0] ?? '', signal)) }
  }

  async namespaces(signal: AbortSignal): Promise<readonly Namespace[]> {
    const { value } = await this.#api.ask({ path: '/user', signal })
    const own = textOf(value, 'login')
    const orgs = await all(this.#api.pages({ path: '/user/orgs', query: { limit: PAGE }, signal }, listsOf(PAGE)))
    const names = orgs.map((org) => textOf(org, 'username') ?? textOf(org, 'name')).filter((name) => name !== undefined)
    return [
      ...(own === undefined ? [] : [{ name: own.toLowerCase(), own: true }]),
      ...names.map((name) => ({ name: name.toLowerCase(), own: false })),
    ]
  }

  /** Its list has a row for each version: those of one name are one repository, pushed when the newest was. */
  async *repositories(namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    const rows = await all(this.#packages(namespace, {}, signal))
    const owner = await this.#owner(namespace, signal)
    const names = Map.groupBy(rows, (row) => textOf(row, 'name'))
    yield [...names]
      .map(([name, versions]) => (name === undefined ? undefined : this.#described(namespace, owner, name, versions)))
      .filter((info) => info !== undefined)
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    const slash = path.indexOf('/')
    if (slash < 1) throw new AppError('name-invalid', { name: path })
    const [owner, name] = [path.slice(0, slash), path.slice(slash + 1)]
    const rows = await all(this.#packages(owner, { q: name }, signal))
    const versions = rows.filter((row) => textOf(row, 'name') === name)
    if (versions.length > 0) return this.#described(owner, await this.#owner(owner, signal), name, versions)
    return this.abilities.list ? undefined : 'unknown'
  }

  #packages(
    owner: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly unknown[]> {
    const path = `/packages/${segments(owner)}`
    return this.#api.pages({ path, query: { type: 'container', limit: PAGE, ...query }, signal }, listsOf(PAGE))
  }

  /** Users and organisations share their names; either may be hidden. */
  async #owner(name: string, signal: AbortSignal): Promise<unknown> {
    const user = await this.#api.find({ path: `/users/${segments(name)}`, signal })
    if (textOf(user, 'visibility') !== undefined) return user
    return await this.#api.find({ path: `/orgs/${segments(name)}`, signal })
  }

  #described(owner: string, of: unknown, name: string, versions: readonly unknown[]): RepositoryInfo {
    const page = `${this.#site}/${segments(owner)}/-/packages/container/${encodeURIComponent(name)}`
    const moments = versions.map((version) => momentOf(version, 'created_at') ?? 0)
    const newest = Math.max(0, ...moments)
    const organisation = field(of, 'repo_admin_change_team_access') !== undefined
    return {
      path: `${owner}/${name}`,
      visibility: seenBy(of),
      shared: owner,
      ...given({ pushed: newest === 0 ? undefined : newest }),
      pages: {
        page,
        settings: organisation ? `${this.#site}/org/${segments(owner)}/settings` : `${this.#site}/user/settings`,
        ...(organisation ? { members: `${this.#site}/org/${segments(owner)}/teams` } : {}),
      },
    }
  }
}
