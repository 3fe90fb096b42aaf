import type {
  Abilities,
  Creation,
  Namespace,
  RepositoryInfo,
  Visibility,
  VisibilityChoice,
} from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import { parseChallenges } from '../place/registry/challenge.ts'
import { field, given, momentOf, numberOf, segments, textOf, visibilityOf } from './answers.ts'
import { Api, all, listsOf, Recent } from './api.ts'
import { type Opened, tokenOf } from './opened.ts'
import type { Portal, Texts } from './portal.ts'

const PAGE = 100
/** Levels of a repository below its project (docs.gitlab.com, "Naming convention for your container images"). */
const BELOW = 2
/** Milliseconds groups are believed. */
const GROUPS_LIFE = 60_000
/** `access_level` of a developer, who may push. */
const DEVELOPER = 30

/** Where GitLab itself is: its registry names it where it sends for tokens. */
async function siteOf({ host, origin, web }: Opened, signal: AbortSignal): Promise<string> {
  if (host === 'registry.gitlab.com') return 'https://gitlab.com'
  const { header } = await web.ask({ method: 'GET', url: new URL('/v2/', origin), expect: [200, 401], signal })
  const challenges = parseChallenges([header('www-authenticate') ?? ''])
  const realm = challenges.map(({ parameters }) => parameters.get('realm') ?? '').find((text) => URL.canParse(text))
  if (realm === undefined) throw new AppError('registry-answer', { place: host, detail: 'realm' })
  return new URL(realm).origin
}

/** Who sees a project's images: its own audience, unless its registry is for members alone. */
function seenBy(project: unknown): Visibility {
  const level = textOf(project, 'container_registry_access_level')
  return level === 'private' ? 'private' : visibilityOf(field(project, 'visibility'))
}

function described(site: string, project: unknown, repository: unknown): RepositoryInfo | undefined {
  const path = textOf(repository, 'path')
  const full = textOf(project, 'path_with_namespace')
  if (path === undefined || full === undefined) return undefined
  const web = `${site}/${segments(full)}`
  return {
    path,
    visibility: seenBy(project),
    shared: full,
    ...given({
      description: textOf(project, 'description'),
      stars: numberOf(project, 'star_count'),
      pushed: momentOf(repository, 'updated_at') ?? momentOf(project, 'last_activity_at'),
      size: numberOf(repository, 'size'),
    }),
    pages: {
      page: `${web}/container_registry/${field(repository, 'id')}`,
      settings: `${web}/edit#js-shared-permissions`,
      members: `${web}/-/project_members`,
      webhooks: `${web}/-/hooks`,
    },
  }
}

/**
 * GitLab: repositories of images are below projects, which must be there. Who sees them is who sees the project, its
 * source code too: that is never changed from here. Needs a token with the right `read_api`, `api` to make projects.
 */
export class GitlabPortal implements Portal {
  readonly abilities: Abilities
  readonly #opened: Opened
  readonly #groups = new Recent<readonly unknown[]>()
  #site: string | undefined

  constructor(opened: Opened) {
    this.#opened = opened
    const token = opened.credentials?.type === 'password'
    const site = opened.host === 'registry.gitlab.com' ? 'https://gitlab.com' : undefined
    this.#site = site
    this.abilities = {
      kind: 'gitlab',
      list: token,
      create: token ? ['private', 'public'] : [],
      makes: 'project',
      visibility: false,
      pages: site === undefined ? {} : { create: `${site}/projects/new`, home: `${site}/dashboard/projects` },
    }
  }

  async creation(path: string, signal: AbortSignal): Promise<Creation> {
    const project = await this.#project(path, signal)
    if (project) return { by: 'push', visibility: seenBy(project) }
    const namespace = (await this.namespaces(signal)).some(({ name }) => path.startsWith(`${name}/`))
    if (namespace) return { by: 'api', choices: ['private', 'public'] }
    return { by: 'hand', ...given({ page: this.abilities.pages.create }) }
  }

  async namespaces(signal: AbortSignal): Promise<readonly Namespace[]> {
    const own = textOf((await this.#ask('/user', signal)) ?? {}, 'username')
    const groups = (await this.#memberOf(signal)).map((group) => textOf(group, 'full_path'))
    return [
      ...(own === undefined ? [] : [{ name: own, own: true }]),
      ...groups.filter((name) => name !== undefined).map((name) => ({ name, own: false })),
    ]
  }

  async *repositories(namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    const groups = await this.#memberOf(signal)
    const names = groups.map((group) => textOf(group, 'full_path') ?? '')
    // A group's list has those of all groups in it.
    if (names.some((name) => namespace.startsWith(`${name}/`))) return
    if (names.includes(namespace)) yield* this.#ofGroup(namespace, signal)
    else yield* this.#ofUser(signal)
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    const project = await this.#project(path, signal)
    if (!project) return this.abilities.list ? undefined : 'unknown'
    const rows = await all(await this.#pages(`/projects/${field(project, 'id')}/registry/repositories`, {}, signal))
    const row = rows.find((one) => textOf(one, 'path') === path)
    return row === undefined ? undefined : described(await this.#where(signal), project, row)
  }

  /** Makes the project: the first name below the longest group it can be in. */
  async create(path: string, visibility: VisibilityChoice, texts: Texts, signal: AbortSignal): Promise<void> {
    const [namespace] = (await this.namespaces(signal))
      .filter(({ name }) => path.startsWith(`${name}/`))
      .toSorted((one, other) => other.name.length - one.name.length)
    if (!namespace) throw new AppError('registry-denied', { place: this.#opened.host, name: path })
    const project = path.slice(namespace.name.length + 1).split('/')[0] ?? ''
    const api = await this.#api(signal)
    const { value } = await api.ask({ path: `/namespaces/${encodeURIComponent(namespace.name)}`, signal })
    await api.ask({
      method: 'POST',
      path: '/projects',
      json: {
        name: project,
        path: project,
        namespace_id: field(value, 'id'),
        visibility,
        ...given({ description: texts.description }),
      },
      expect: [201],
      about: { repository: path },
      signal,
    })
  }

  async *#ofGroup(group: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    const site = await this.#where(signal)
    const at = `/groups/${encodeURIComponent(group)}`
    const projects = await all(await this.#pages(`${at}/projects`, { include_subgroups: 'true' }, signal))
    const byId = new Map(projects.map((project) => [field(project, 'id'), project]))
    for await (const rows of await this.#pages(`${at}/registry/repositories`, {}, signal))
      yield rows
        .map((row) => described(site, byId.get(field(row, 'project_id')), row))
        .filter((info) => info !== undefined)
  }

  async *#ofUser(signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    const site = await this.#where(signal)
    for await (const projects of await this.#pages('/projects', { owned: 'true' }, signal))
      for (const project of projects) {
        if (textOf(project, 'container_registry_access_level') === 'disabled') continue
        const at = `/projects/${field(project, 'id')}/registry/repositories`
        for await (const rows of await this.#pages(at, {}, signal))
          yield rows.map((row) => described(site, project, row)).filter((info) => info !== undefined)
      }
  }

  async #memberOf(signal: AbortSignal): Promise<readonly unknown[]> {
    const query = { min_access_level: DEVELOPER }
    return await this.#groups.get(async () => await all(await this.#pages('/groups', query, signal)), GROUPS_LIFE)
  }

  /** The project a repository is below: the longest name that is one. */
  async #project(path: string, signal: AbortSignal): Promise<unknown> {
    const names = path.split('/')
    const shortest = Math.max(2, names.length - BELOW)
    for (let length = names.length; length >= shortest; length -= 1) {
      const project = await this.#ask(`/projects/${encodeURIComponent(names.slice(0, length).join('/'))}`, signal)
      if (project !== undefined) return project
    }
    return undefined
  }

  async #ask(path: string, signal: AbortSignal): Promise<unknown> {
    return await (await this.#api(signal)).find({ path, signal })
  }

  async #pages(
    path: string,
    query: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<readonly unknown[]>> {
    const api = await this.#api(signal)
    return api.pages({ path, query: { per_page: PAGE, ...query }, signal }, listsOf(PAGE))
  }

  async #where(signal: AbortSignal): Promise<string> {
    this.#site ??= await siteOf(this.#opened, signal)
    return this.#site
  }

  async #api(signal: AbortSignal): Promise<Api> {
    const site = await this.#where(signal)
    return new Api('gitlab', this.#opened.web, `${site}/api/v4`, async (): Promise<Record<string, string>> => {
      const token = tokenOf(this.#opened)
      return token === undefined ? {} : { authorization: `Bearer ${token}` }
    })
  }
}
