import type { RequestListener } from 'node:http'
import { type Asked, basicUser, jsonListener, paged, type Route, type Told } from './json-routes.ts'

/** Webs of registries that are told apart by little: each with what one account sees, in memory. */

const DENIED: Told = { status: 401, value: { message: 'Bad credentials' } }

/** The same routes for whoever comes with this introduction. */
function only(token: string, routes: readonly Route[], denied: Told = DENIED): Route[] {
  return routes.map(([method, path, answer]) => [
    method,
    path,
    (asked) => (asked.headers.authorization === token ? answer(asked) : denied),
  ])
}

export interface GithubPackage {
  readonly name: string
  readonly visibility: string
  readonly updated_at?: string
  readonly versions?: { id: number; tags: string[] }[]
}

/** https://api.github.com for a classic token with packages and no `read:org`, unless `orgs` are given. */
export function githubWeb({
  token,
  login,
  packages,
  orgs,
}: {
  token: string
  login: string
  packages: Map<string, GithubPackage[]>
  orgs?: readonly string[]
}): RequestListener {
  const owner = (parts: readonly string[]): GithubPackage[] =>
    packages.get(parts[0] === 'user' ? login : (parts[1] ?? '')) ?? []
  const find = ({ parts }: Asked): GithubPackage | undefined => owner(parts).find(({ name }) => name === parts[2])
  const shown = ({ versions, ...each }: GithubPackage): unknown => ({
    ...each,
    package_type: 'container',
    version_count: versions?.length ?? 0,
    html_url: `https://github.com/packages/container/${each.name}`,
  })
  const missing: Told = { status: 404, value: { message: 'Not Found' } }
  const under = '^/(user|orgs)/?([^/]*?)/packages'
  return jsonListener(
    only(`Bearer ${token}`, [
      ['GET', /^\/user$/, () => ({ value: { login } })],
      [
        'GET',
        /^\/user\/orgs$/,
        ({ query }) =>
          orgs
            ? {
                value: paged(
                  orgs.map((org) => ({ login: org })),
                  query,
                  'per_page',
                  100,
                ),
              }
            : { status: 403, value: { message: 'You need at least read:org scope' } },
      ],
      [
        'GET',
        new RegExp(`${under}$`),
        ({ parts, query }) => ({ value: paged(owner(parts), query, 'per_page', 100).map(shown) }),
      ],
      [
        'GET',
        new RegExp(`${under}/container/([^/]+)$`),
        (asked) => {
          const found = find(asked)
          return found ? { value: shown(found) } : missing
        },
      ],
      [
        'GET',
        new RegExp(`${under}/container/([^/]+)/versions$`),
        (asked) => ({
          value: (find(asked)?.versions ?? []).map(({ id, tags }) => ({
            id,
            name: `sha256:${id}`,
            metadata: { package_type: 'container', container: { tags } },
          })),
        }),
      ],
      [
        'DELETE',
        new RegExp(`${under}/container/([^/]+)/versions/(\\d+)$`),
        (asked) => {
          const versions = find(asked)?.versions ?? []
          const at = versions.findIndex(({ id }) => String(id) === asked.parts[3])
          if (at === -1) return missing
          versions.splice(at, 1)
          return { status: 204 }
        },
      ],
    ]),
  )
}

export interface GitlabProject {
  readonly id: number
  readonly path_with_namespace: string
  readonly visibility: string
  readonly container_registry_access_level?: string
  readonly repositories: string[]
}

/** GitLab's API v4 for one personal token. Groups end the names they begin. */
export function gitlabWeb({
  token,
  username,
  groups,
  projects,
}: {
  token: string
  username: string
  groups: readonly string[]
  projects: GitlabProject[]
}): RequestListener {
  const shown = ({ repositories: _, ...project }: GitlabProject): unknown => ({ star_count: 0, ...project })
  const registry = ({ id, path_with_namespace, repositories }: GitlabProject): unknown[] =>
    repositories.map((path, at) => ({
      id: id * 100 + at,
      project_id: id,
      path,
      location: path,
      name: path.slice(path_with_namespace.length + 1),
    }))
  const inside = (group: string): GitlabProject[] =>
    projects.filter(({ path_with_namespace }) => path_with_namespace.startsWith(`${group}/`))
  const find = (id: string): GitlabProject | undefined =>
    projects.find((project) => String(project.id) === id || project.path_with_namespace === id)
  const missing: Told = { status: 404, value: { message: '404 Project Not Found' } }
  const page = (rows: readonly unknown[], { query }: Asked): Told => ({ value: paged(rows, query, 'per_page', 100) })
  return jsonListener(
    only(
      `Bearer ${token}`,
      [
        ['GET', /^\/api\/v4\/user$/, () => ({ value: { username } })],
        [
          'GET',
          /^\/api\/v4\/groups$/,
          (asked) =>
            page(
              groups.map((full_path) => ({ full_path })),
              asked,
            ),
        ],
        [
          'GET',
          /^\/api\/v4\/groups\/([^/]+)\/projects$/,
          (asked) => page(inside(asked.parts[0] ?? '').map(shown), asked),
        ],
        [
          'GET',
          /^\/api\/v4\/groups\/([^/]+)\/registry\/repositories$/,
          (asked) => page(inside(asked.parts[0] ?? '').flatMap(registry), asked),
        ],
        ['GET', /^\/api\/v4\/projects$/, (asked) => page(inside(username).map(shown), asked)],
        [
          'POST',
          /^\/api\/v4\/projects$/,
          ({ body }) => {
            const name = `${String(body?.['namespace_id'])}/${String(body?.['path'])}`
            projects.push({
              id: projects.length + 1,
              path_with_namespace: name,
              visibility: String(body?.['visibility']),
              repositories: [],
            })
            return { status: 201, value: {} }
          },
        ],
        // Its number is its name here.
        ['GET', /^\/api\/v4\/namespaces\/([^/]+)$/, ({ parts }) => ({ value: { id: parts[0], full_path: parts[0] } })],
        [
          'GET',
          /^\/api\/v4\/projects\/([^/]+)$/,
          ({ parts }) => {
            const project = find(parts[0] ?? '')
            return project ? { value: shown(project) } : missing
          },
        ],
        [
          'GET',
          /^\/api\/v4\/projects\/([^/]+)\/registry\/repositories$/,
          (asked) => {
            const project = find(asked.parts[0] ?? '')
            return project ? page(registry(project), asked) : missing
          },
        ],
      ],
      { status: 401, value: { message: '401 Unauthorized' } },
    ),
  )
}

export interface HarborProject {
  readonly project_id: number
  readonly name: string
  metadata: { public: string }
  readonly current_user_role_ids?: number[]
  readonly repositories: Map<string, { description: string; pull_count: number; tags: Set<string> }>
}

/** Harbor's API v2.0 for one user. `hidden`: names of projects that are there and that it may not see. */
export function harborWeb({
  users,
  projects,
  hidden = [],
}: {
  users: Readonly<Record<string, string>>
  projects: HarborProject[]
  hidden?: readonly string[]
}): RequestListener {
  const missing: Told = { status: 404, value: { errors: [{ code: 'NOT_FOUND', message: 'not found' }] } }
  const signed =
    (answer: (asked: Asked) => Told) =>
    (asked: Asked): Told =>
      basicUser(asked, users) === undefined
        ? { status: 401, value: { errors: [{ code: 'UNAUTHORIZED', message: 'unauthorized' }] } }
        : answer(asked)
  const project = (name = ''): HarborProject | undefined => projects.find((one) => one.name === name)
  // Decoded once by the router, once here: a name's slashes come encoded twice.
  const repository = ({ parts: [of, name = ''] }: Asked) => project(of)?.repositories.get(decodeURIComponent(name))
  const shown = (of: HarborProject, [name, row]: [string, { description: string; pull_count: number }]): unknown => ({
    id: 1,
    project_id: of.project_id,
    name: `${of.name}/${name}`,
    description: row.description,
    artifact_count: 1,
    pull_count: row.pull_count,
    update_time: '2025-02-06T14:30:00.000Z',
  })
  const base = String.raw`^/api/v2\.0/projects`
  return jsonListener([
    [
      'GET',
      new RegExp(`${base}$`),
      signed(({ query }) => ({
        value: paged(
          projects.map(({ repositories: _, ...row }) => row),
          query,
          'page_size',
          100,
        ),
      })),
    ],
    [
      'HEAD',
      new RegExp(`${base}$`),
      signed(({ query }) => {
        const name = query.get('project_name') ?? ''
        return project(name) || hidden.includes(name) ? {} : missing
      }),
    ],
    [
      'POST',
      new RegExp(`${base}$`),
      signed(({ body }) => {
        const name = String(body?.['project_name'])
        if (project(name)) return { status: 409, value: { errors: [{ code: 'CONFLICT', message: 'exists' }] } }
        const metadata = body?.['metadata'] as { public: string }
        projects.push({
          project_id: projects.length + 1,
          name,
          metadata,
          current_user_role_ids: [1],
          repositories: new Map(),
        })
        return { status: 201, headers: { location: `/api/v2.0/projects/${projects.length}` } }
      }),
    ],
    [
      'PUT',
      new RegExp(`${base}/([^/]+)$`),
      signed(({ parts, body }) => {
        const found = project(parts[0])
        if (!found) return missing
        found.metadata = body?.['metadata'] as { public: string }
        return {}
      }),
    ],
    [
      'GET',
      new RegExp(`${base}/([^/]+)/repositories$`),
      signed(({ parts, query }) => {
        const found = project(parts[0])
        if (!found) return missing
        return {
          value: paged(
            [...found.repositories].map((row) => shown(found, row)),
            query,
            'page_size',
            100,
          ),
        }
      }),
    ],
    [
      'GET',
      new RegExp(`${base}/([^/]+)/repositories/([^/]+)$`),
      signed((asked) => {
        const [of, row] = [project(asked.parts[0]), repository(asked)]
        return of && row ? { value: shown(of, [decodeURIComponent(asked.parts[1] ?? ''), row]) } : missing
      }),
    ],
    [
      'PUT',
      new RegExp(`${base}/([^/]+)/repositories/([^/]+)$`),
      signed((asked) => {
        const row = repository(asked)
        if (!row) return missing
        row.description = String(asked.body?.['description'])
        return {}
      }),
    ],
    [
      'DELETE',
      new RegExp(`${base}/([^/]+)/repositories/([^/]+)/artifacts/[^/]+/tags/([^/]+)$`),
      signed((asked) => (repository(asked)?.tags.delete(asked.parts[2] ?? '') ? {} : missing)),
    ],
  ])
}

export interface QuayRepository {
  readonly namespace: string
  readonly name: string
  is_public: boolean
  description: string
  readonly last_modified?: number
}

/** Quay's API v1 for one OAuth token; who comes without is shown what is public. */
export function quayWeb({
  token,
  username,
  organizations,
  repositories,
}: {
  token: string
  username: string
  organizations: readonly string[]
  repositories: QuayRepository[]
}): RequestListener {
  const mine = ({ headers }: Asked): boolean => headers.authorization === `Bearer ${token}`
  const find = ({ parts }: Asked): QuayRepository | undefined =>
    repositories.find(({ namespace, name }) => namespace === parts[0] && name === parts[1])
  const denied: Told = { status: 401, value: { message: 'CSRF token was invalid or missing.', error: 'invalid_token' } }
  const signed =
    (answer: (asked: Asked) => Told) =>
    (asked: Asked): Told =>
      mine(asked) ? answer(asked) : denied
  const changed = (change: (row: QuayRepository, asked: Asked) => void) =>
    signed((asked) => {
      const row = find(asked)
      if (!row) return { status: 404, value: { error_type: 'not_found' } }
      change(row, asked)
      return { value: { success: true } }
    })
  return jsonListener([
    [
      'GET',
      /^\/api\/v1\/user\/$/,
      signed(() => ({ value: { username, organizations: organizations.map((name) => ({ name })) } })),
    ],
    [
      'GET',
      /^\/api\/v1\/repository$/,
      signed(({ query }) => {
        // Two a page, to be gone through by tokens.
        const rows = repositories.filter(({ namespace }) => namespace === query.get('namespace'))
        const from = Number(query.get('next_page') ?? 0)
        const next = from + 2 < rows.length ? { next_page: String(from + 2) } : {}
        return { value: { repositories: rows.slice(from, from + 2), ...next } }
      }),
    ],
    [
      'POST',
      /^\/api\/v1\/repository$/,
      signed(({ body }) => {
        const { namespace, repository, visibility, description } = body ?? {}
        repositories.push({
          namespace: String(namespace),
          name: String(repository),
          is_public: visibility === 'public',
          description: String(description),
        })
        return { status: 201, value: { namespace, name: repository } }
      }),
    ],
    [
      'GET',
      /^\/api\/v1\/repository\/([^/]+)\/([^/]+)$/,
      (asked) => {
        const row = find(asked)
        if (row && (mine(asked) || row.is_public)) return { value: row }
        return mine(asked) ? { status: 404, value: { error_type: 'not_found' } } : denied
      },
    ],
    [
      'POST',
      /^\/api\/v1\/repository\/([^/]+)\/([^/]+)\/changevisibility$/,
      changed((row, { body }) => {
        row.is_public = body?.['visibility'] === 'public'
      }),
    ],
    [
      'PUT',
      /^\/api\/v1\/repository\/([^/]+)\/([^/]+)$/,
      changed((row, { body }) => {
        row.description = String(body?.['description'])
      }),
    ],
  ])
}

/** Gitea's API v1 for one user. Packages by `owner`, one row for each version. */
export function giteaWeb({
  users,
  owners,
  packages,
}: {
  users: Readonly<Record<string, string>>
  owners: Readonly<Record<string, { visibility: string; organisation?: boolean }>>
  packages: readonly { owner: string; name: string; version: string; created_at: string }[]
}): RequestListener {
  const owner = (name: string, organisation: boolean): Told => {
    const found = owners[name]
    if (!found || (found.organisation ?? false) !== organisation)
      return { status: 404, value: { message: 'not found' } }
    return {
      value: {
        username: name,
        visibility: found.visibility,
        ...(organisation ? { repo_admin_change_team_access: true } : {}),
      },
    }
  }
  const signed =
    (answer: (asked: Asked, user: string) => Told) =>
    (asked: Asked): Told => {
      const user = basicUser(asked, users)
      return user === undefined
        ? { status: 401, value: { message: 'invalid username, password or token' } }
        : answer(asked, user)
    }
  return jsonListener([
    ['GET', /^\/api\/v1\/user$/, signed((_, login) => ({ value: { login } }))],
    [
      'GET',
      /^\/api\/v1\/user\/orgs$/,
      signed(({ query }) => {
        const names = Object.entries(owners).filter(([, { organisation }]) => organisation)
        return {
          value: paged(
            names.map(([username]) => ({ username })),
            query,
            'limit',
            50,
          ),
        }
      }),
    ],
    ['GET', /^\/api\/v1\/users\/([^/]+)$/, ({ parts: [name = ''] }) => owner(name, false)],
    ['GET', /^\/api\/v1\/orgs\/([^/]+)$/, ({ parts: [name = ''] }) => owner(name, true)],
    [
      'GET',
      /^\/api\/v1\/packages\/([^/]+)$/,
      signed(({ parts: [of], query }) => {
        const rows = packages.filter(({ owner: each, name }) => each === of && name.includes(query.get('q') ?? ''))
        return { value: paged(rows, query, 'limit', 50) }
      }),
    ],
  ])
}

/** JFrog Artifactory's API for one user: its Docker repositories, and the images of each. */
export function artifactoryWeb({
  users,
  repositories,
}: {
  users: Readonly<Record<string, string>>
  repositories: Readonly<Record<string, { type: string; images: readonly string[] }>>
}): RequestListener {
  const denied: Told = { status: 401, value: { errors: [{ status: 401, message: 'Bad credentials' }] } }
  return jsonListener([
    [
      'GET',
      /^\/artifactory\/api\/repositories$/,
      (asked) =>
        basicUser(asked, users) === undefined
          ? denied
          : { value: Object.entries(repositories).map(([key, { type }]) => ({ key, type, packageType: 'Docker' })) },
    ],
    [
      'GET',
      /^\/artifactory\/api\/docker\/([^/]+)\/v2\/_catalog$/,
      (asked) =>
        basicUser(asked, users) === undefined
          ? denied
          : { value: { repositories: repositories[asked.parts[0] ?? '']?.images ?? [] } },
    ],
  ])
}
