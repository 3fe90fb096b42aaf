import type {
  Abilities,
  Creation,
  Namespace,
  RepositoryInfo,
  Visibility,
  VisibilityChoice,
} from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import { field, given, listOf, momentOf, numberOf, segments, textOf } from './answers.ts'
import { Api, all, listsOf, Recent } from './api.ts'
import { basicOf, type Opened } from './opened.ts'
import type { Portal, Texts } from './portal.ts'

const PAGE = 100
/** Milliseconds projects are believed. */
const PROJECTS_LIFE = 60_000

function split(path: string): { project: string; name: string } {
  const slash = path.indexOf('/')
  if (slash < 1) throw new AppError('name-invalid', { name: path })
  return { project: path.slice(0, slash), name: path.slice(slash + 1) }
}

/** A repository's name in a path: its slashes are to survive being decoded once on the way. */
function twice(name: string): string {
  return encodeURIComponent(encodeURIComponent(name))
}

function seenBy(project: unknown): Visibility {
  const open = field(project, 'metadata', 'public')
  if (open === 'true' || open === true) return 'public'
  return open === 'false' || open === false ? 'private' : 'unknown'
}

/** Whether the account has a role in it; robots are told of no roles, and see what is theirs. */
function mine(project: unknown): boolean {
  const role = numberOf(project, 'current_user_role_id')
  const roles = field(project, 'current_user_role_ids')
  if (role === undefined && roles === undefined) return true
  return (role ?? 0) > 0 || listOf(project, 'current_user_role_ids').length > 0
}

/** Harbor (API v2.0): a project is a namespace, must be there, and says who sees all that is in it. */
export class HarborPortal implements Portal {
  readonly abilities: Abilities
  readonly #site: string
  readonly #host: string
  readonly #api: Api
  readonly #projects = new Recent<readonly unknown[]>()

  constructor(opened: Opened) {
    this.#host = opened.host
    this.#site = opened.origin
    this.#api = new Api('harbor', opened.web, `${opened.origin}/api/v2.0`, async () => basicOf(opened))
    const signed = opened.credentials?.type === 'password'
    this.abilities = {
      kind: 'harbor',
      list: signed,
      create: signed ? ['private', 'public'] : [],
      makes: 'project',
      visibility: signed,
      ...(signed ? { description: {} } : {}),
      pages: { create: `${this.#site}/harbor/projects`, home: `${this.#site}/harbor/projects` },
    }
  }

  async creation(path: string, signal: AbortSignal): Promise<Creation> {
    const { project: name } = split(path)
    const project = await this.#project(name, signal)
    if (project !== undefined) return { by: 'push', visibility: seenBy(project) }
    const query = { project_name: name }
    const { status } = await this.#api.ask({ method: 'HEAD', path: '/projects', query, expect: [200, 404], signal })
    // There, and not for these eyes.
    if (status === 200) return { by: 'push', visibility: 'unknown' }
    const { create } = this.abilities.pages
    return this.abilities.list
      ? { by: 'api', choices: ['private', 'public'] }
      : { by: 'hand', ...given({ page: create }) }
  }

  async namespaces(signal: AbortSignal): Promise<readonly Namespace[]> {
    const projects = (await this.#all(signal)).filter(mine)
    return projects
      .map((project) => textOf(project, 'name'))
      .filter((name) => name !== undefined)
      .map((name) => ({ name, own: true }))
  }

  async *repositories(namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    const project = await this.#project(namespace, signal)
    const path = `/projects/${segments(namespace)}/repositories`
    for await (const rows of this.#api.pages({ path, query: { page_size: PAGE }, signal }, listsOf(PAGE)))
      yield rows.map((row) => this.#described(project, row)).filter((info) => info !== undefined)
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    const { project, name } = split(path)
    const row = await this.#api.find({ path: `/projects/${segments(project)}/repositories/${twice(name)}`, signal })
    if (row !== undefined) return this.#described(await this.#project(project, signal), row) ?? 'unknown'
    return this.abilities.list ? undefined : 'unknown'
  }

  /** Makes the project; the repository in it comes with the push. */
  async create(path: string, visibility: VisibilityChoice, _texts: Texts, signal: AbortSignal): Promise<void> {
    this.#projects.forget()
    await this.#api.ask({
      method: 'POST',
      path: '/projects',
      json: { project_name: split(path).project, metadata: { public: String(visibility === 'public') } },
      expect: [201],
      about: { repository: path },
      signal,
    })
  }

  /** Of the project, with all its repositories. */
  async setVisibility(path: string, visibility: VisibilityChoice, signal: AbortSignal): Promise<void> {
    this.#projects.forget()
    await this.#api.ask({
      method: 'PUT',
      path: `/projects/${segments(split(path).project)}`,
      json: { metadata: { public: String(visibility === 'public') } },
      about: { repository: path },
      signal,
    })
  }

  async describe(path: string, { description = '' }: Texts, signal: AbortSignal): Promise<void> {
    const { project, name } = split(path)
    await this.#api.ask({
      method: 'PUT',
      path: `/projects/${segments(project)}/repositories/${twice(name)}`,
      json: { description },
      about: { repository: path },
      signal,
    })
  }

  async deleteTag(path: string, tag: string, signal: AbortSignal): Promise<void> {
    const { project, name } = split(path)
    const artifact = `/projects/${segments(project)}/repositories/${twice(name)}/artifacts/${encodeURIComponent(tag)}`
    await this.#api.ask({
      method: 'DELETE',
      path: `${artifact}/tags/${encodeURIComponent(tag)}`,
      expect: [200, 404],
      about: { repository: path, reference: tag },
      signal,
    })
  }

  async #all(signal: AbortSignal): Promise<readonly unknown[]> {
    const asked = this.#api.pages({ path: '/projects', query: { page_size: PAGE }, signal }, listsOf(PAGE))
    return await this.#projects.get(async () => await all(asked), PROJECTS_LIFE)
  }

  async #project(name: string, signal: AbortSignal): Promise<unknown> {
    return (await this.#all(signal)).find((project) => textOf(project, 'name') === name)
  }

  #described(project: unknown, row: unknown): RepositoryInfo | undefined {
    const path = textOf(row, 'name')
    if (path === undefined) return undefined
    const { project: namespace, name } = split(path)
    const id = numberOf(row, 'project_id') ?? numberOf(project, 'project_id')
    const page = `${this.#site}/harbor/projects/${id}`
    return {
      path,
      visibility: seenBy(project),
      shared: namespace,
      ...given({
        description: textOf(row, 'description'),
        pulls: numberOf(row, 'pull_count'),
        pushed: momentOf(row, 'update_time'),
      }),
      pages:
        id === undefined
          ? { page: `https://${this.#host}/harbor/projects` }
          : {
              page: `${page}/repositories/${encodeURIComponent(name)}`,
              settings: `${page}/configs`,
              members: `${page}/members`,
              webhooks: `${page}/webhook`,
            },
    }
  }
}
