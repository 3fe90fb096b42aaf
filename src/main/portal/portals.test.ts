import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RepositoryInfo } from '../../shared/contract-portal.ts'
import { jsonListener, type Route } from '../testing/emulated/json-routes.ts'
import {
  artifactoryWeb,
  type GithubPackage,
  type GitlabProject,
  giteaWeb,
  githubWeb,
  gitlabWeb,
  type HarborProject,
  harborWeb,
  type QuayRepository,
  quayWeb,
} from '../testing/emulated/other-webs.ts'
import { AccountsWorld } from '../testing/emulated/world.ts'
import { EcrPortal, EcrPublicPortal } from './ecr.ts'
import type { Portal } from './portal.ts'
import { mine, standing } from './standing.ts'

const forever = new AbortController().signal

async function listed(portal: Portal): Promise<RepositoryInfo[]> {
  const events = await Array.fromAsync(mine(portal, forever))
  return events.flatMap((event) => (event.type === 'repositories' ? event.repositories : []))
}

async function seen(portal: Portal): Promise<string[]> {
  return (await listed(portal)).map(({ path, visibility }) => `${path} ${visibility}`)
}

/** A registry that has these repositories, and tells of no others. */
function registryOf(repositories: readonly string[]): Route[] {
  return [
    ['GET', /^\/v2\/$/, () => ({ value: {} })],
    ['GET', /^\/v2\/_catalog$/, () => ({ value: { repositories } })],
    [
      'GET',
      /^\/v2\/(.+)\/tags\/list$/,
      ({ parts: [name = ''] }) =>
        repositories.some((one) => one === name || one.startsWith(`${name}/`))
          ? { value: { name, tags: repositories.includes(name) ? ['1'] : [] } }
          : { status: 404, value: { errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known' }] } },
    ],
  ]
}

let world: AccountsWorld
beforeEach(async () => {
  world = await AccountsWorld.start()
})
afterEach(async () => await world.close())

describe('GitHub', () => {
  const packages = (): Map<string, GithubPackage[]> =>
    new Map([
      [
        'Lea',
        [
          {
            name: 'shop',
            visibility: 'private',
            updated_at: '2025-02-06T14:30:00Z',
            versions: [
              { id: 1, tags: ['1.0', 'latest'] },
              { id: 2, tags: ['old'] },
            ],
          },
          { name: 'tools/api', visibility: 'public' },
        ],
      ],
      ['acme', [{ name: 'web', visibility: 'internal' }]],
    ])
  const token = 'ghp_0123456789'
  const at = { host: 'ghcr.io', account: 'Lea' }

  async function github(orgs?: readonly string[]): Promise<Portal> {
    const web = githubWeb({ token, login: 'Lea', packages: packages(), ...(orgs ? { orgs } : {}) })
    world.internet.host('api.github.com', web)
    await world.signIn('ghcr.io', 'Lea', token)
    return await world.portals.portalOf(at)
  }

  it('has packages of a person and of organisations, with the page where who sees them is changed', async () => {
    const portal = await github(['acme'])
    expect(await seen(portal)).toEqual(['lea/shop private', 'lea/tools/api public', 'acme/web internal'])
    expect(portal.setVisibility).toBeUndefined()
    const [, api, web] = await listed(portal)
    expect(api?.pages.settings).toBe('https://github.com/users/lea/packages/container/tools%2Fapi/settings')
    expect(web?.pages.settings).toBe('https://github.com/orgs/acme/packages/container/web/settings')
    expect(await standing(portal, 'lea/new', forever)).toMatchObject({
      exists: false,
      creation: { by: 'push', visibility: 'private' },
      visibility: 'private',
      namespace: 'mine',
    })
    expect(await standing(portal, 'lea/tools/api', forever)).toMatchObject({ exists: true, visibility: 'public' })
  })

  it('has the own ones alone where a token may not see organisations', async () => {
    expect(await seen(await github())).toEqual(['lea/shop private', 'lea/tools/api public'])
  })

  it('removes a version by its only tag, and leaves one that has others', async () => {
    const portal = await github()
    await portal.deleteTag?.('lea/shop', 'old', forever)
    await portal.deleteTag?.('lea/shop', 'old', forever)
    const others = portal.deleteTag?.('lea/shop', '1.0', forever)
    await expect(others).rejects.toMatchObject({ code: 'registry-unsupported' })
    expect(world.internet.asked.filter((line) => line.startsWith('DELETE'))).toHaveLength(1)
  })

  it('tells nothing where a token opens the registry alone: no error about a wrong password', async () => {
    await github()
    await world.signIn('ghcr.io', 'Lea', 'github_pat_fine_grained')
    const portal = await world.portals.portalOf(at)
    expect(await standing(portal, 'lea/shop', forever)).toMatchObject({
      exists: 'unknown',
      creation: { by: 'push', visibility: 'private' },
      namespace: 'unknown',
    })
    const events = await Array.fromAsync(mine(portal, forever))
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'registry-denied' } })
  })
})

describe('GitLab', () => {
  const token = 'glpat-0123456789'
  let projects: GitlabProject[]

  async function gitlab(host: string, web: string): Promise<Portal> {
    projects = [
      { id: 1, path_with_namespace: 'lea/shop', visibility: 'public', repositories: ['lea/shop', 'lea/shop/api'] },
      { id: 2, path_with_namespace: 'acme/web', visibility: 'internal', repositories: ['acme/web'] },
      {
        id: 3,
        path_with_namespace: 'acme/team/open',
        visibility: 'public',
        container_registry_access_level: 'private',
        repositories: ['acme/team/open/x'],
      },
    ]
    world.internet.host(web, gitlabWeb({ token, username: 'lea', groups: ['acme', 'acme/team'], projects }))
    world.internet.host(
      host,
      jsonListener([], {
        status: 401,
        headers: { 'www-authenticate': `Bearer realm="https://${web}/jwt/auth",service="container_registry"` },
      }),
    )
    await world.signIn(host, 'lea', token, 'gitlab')
    return await world.portals.portalOf({ host, account: 'lea' })
  }

  it.each([
    ['registry.gitlab.com', 'gitlab.com'],
    ['registry.example.org', 'git.example.org'],
  ])('%s has the repositories of own projects and of groups, each once', async (host, web) => {
    const portal = await gitlab(host, web)
    expect(await seen(portal)).toEqual([
      'lea/shop public',
      'lea/shop/api public',
      'acme/web internal',
      'acme/team/open/x private',
    ])
    const [shop] = await listed(portal)
    expect(shop).toMatchObject({
      shared: 'lea/shop',
      pages: {
        settings: `https://${web}/lea/shop/edit#js-shared-permissions`,
        webhooks: `https://${web}/lea/shop/-/hooks`,
      },
    })
  })

  it('has a new repository in a project seen by who sees the project, and makes a project that is not there', async () => {
    const portal = await gitlab('registry.gitlab.com', 'gitlab.com')
    expect(await standing(portal, 'acme/web/worker', forever)).toMatchObject({
      exists: false,
      creation: { by: 'push', visibility: 'internal' },
      visibility: 'internal',
    })
    expect(await standing(portal, 'acme/team/fresh', forever)).toMatchObject({
      exists: false,
      creation: { by: 'api', choices: ['private', 'public'] },
      visibility: 'unknown',
      namespace: 'mine',
    })
    await portal.create?.('acme/team/fresh/api', 'private', {}, forever)
    expect(projects.at(-1)).toMatchObject({ path_with_namespace: 'acme/team/fresh', visibility: 'private' })
    expect(await standing(portal, 'acme/team/fresh/api', forever)).toMatchObject({ visibility: 'private' })
    expect(await standing(portal, 'strangers/x', forever)).toMatchObject({
      creation: { by: 'hand', page: 'https://gitlab.com/projects/new' },
      namespace: 'other',
    })
    // It would show the source code too.
    expect(portal.setVisibility).toBeUndefined()
  })
})

describe('Harbor', () => {
  const host = 'harbor.example.org'
  let projects: HarborProject[]

  async function harbor(): Promise<Portal> {
    const row = (tags: string[]) => ({ description: '', pull_count: 7, tags: new Set(tags) })
    projects = [
      {
        project_id: 1,
        name: 'library',
        metadata: { public: 'true' },
        current_user_role_ids: [],
        repositories: new Map([['nginx', row(['1'])]]),
      },
      {
        project_id: 2,
        name: 'team',
        metadata: { public: 'false' },
        current_user_role_ids: [1],
        repositories: new Map([
          ['shop', row(['1'])],
          ['tools/api', row(['1', '2'])],
        ]),
      },
    ]
    world.internet.host(host, harborWeb({ users: { robot$lea: 'harbor-secret' }, projects, hidden: ['board'] }))
    await world.signIn(host, 'robot$lea', 'harbor-secret', 'harbor')
    return await world.portals.portalOf({ host, account: 'robot$lea' })
  }

  it('has the repositories of projects one has a role in, seen by who sees the project', async () => {
    const portal = await harbor()
    expect(await seen(portal)).toEqual(['team/shop private', 'team/tools/api private'])
    expect(await portal.repository?.('team/tools/api', forever)).toMatchObject({
      shared: 'team',
      pulls: 7,
      pages: {
        page: `https://${host}/harbor/projects/2/repositories/tools%2Fapi`,
        settings: `https://${host}/harbor/projects/2/configs`,
      },
    })
    await portal.deleteTag?.('team/tools/api', '2', forever)
    expect([...(projects[1]?.repositories.get('tools/api')?.tags ?? [])]).toEqual(['1'])
  })

  it('makes the project of a name that has none, and tells of one it hides', async () => {
    const portal = await harbor()
    expect(await standing(portal, 'team/new', forever)).toMatchObject({
      exists: false,
      creation: { by: 'push', visibility: 'private' },
      namespace: 'mine',
    })
    expect(await standing(portal, 'board/x', forever)).toMatchObject({
      creation: { by: 'push', visibility: 'unknown' },
    })
    expect(await standing(portal, 'fresh/x', forever)).toMatchObject({
      exists: false,
      creation: { by: 'api', choices: ['private', 'public'] },
    })
    await portal.create?.('fresh/x', 'private', {}, forever)
    expect(projects.at(-1)).toMatchObject({ name: 'fresh', metadata: { public: 'false' } })
    expect(await standing(portal, 'fresh/x', forever)).toMatchObject({
      creation: { by: 'push', visibility: 'private' },
    })
  })

  it('changes the project, and a description', async () => {
    const portal = await harbor()
    await portal.setVisibility?.('team/shop', 'public', forever)
    expect(await seen(portal)).toEqual(['team/shop public', 'team/tools/api public'])
    await portal.describe?.('team/tools/api', { description: 'Tools' }, forever)
    expect(await portal.repository?.('team/tools/api', forever)).toMatchObject({ description: 'Tools' })
  })
})

describe('Quay', () => {
  const token = 'quay-oauth-token'
  let repositories: QuayRepository[]

  async function quay(username: string, secret: string): Promise<Portal> {
    repositories = [
      ...['a', 'b', 'c'].map((name) => ({ namespace: 'lea', name, is_public: false, description: '' })),
      { namespace: 'acme', name: 'web', is_public: true, description: '# Web', last_modified: 1_738_852_200 },
    ]
    world.internet.host('quay.io', quayWeb({ token, username: 'lea', organizations: ['acme'], repositories }))
    await world.signIn('quay.io', username, secret)
    return await world.portals.portalOf({ host: 'quay.io', account: username })
  }

  it('gives all to an OAuth token', async () => {
    const portal = await quay('$oauthtoken', token)
    expect(await seen(portal)).toEqual(['lea/a private', 'lea/b private', 'lea/c private', 'acme/web public'])
    expect((await listed(portal)).at(-1)).toMatchObject({ readme: '# Web', pushed: 1_738_852_200_000 })
    await portal.create?.('acme/new', 'public', {}, forever)
    await portal.setVisibility?.('lea/a', 'public', forever)
    await portal.describe?.('lea/a', { readme: '# A' }, forever)
    expect(repositories[0]).toMatchObject({ is_public: true, description: '# A' })
    expect(await standing(portal, 'acme/new', forever)).toMatchObject({ exists: true, visibility: 'public' })
    expect(await standing(portal, 'acme/more', forever)).toMatchObject({ exists: false, visibility: 'private' })
  })

  it('tells a robot of what is public, and of nothing else', async () => {
    const portal = await quay('lea+robot', 'robot-token')
    expect(portal.abilities).toMatchObject({ list: false, create: [], visibility: false })
    expect(await standing(portal, 'acme/web', forever)).toMatchObject({ exists: true, visibility: 'public' })
    expect(await standing(portal, 'lea/a', forever)).toMatchObject({ exists: 'unknown', visibility: 'private' })
  })
})

describe('Gitea', () => {
  it('has packages by name, with the audience of their owner', async () => {
    const host = 'git.example.org'
    const packages = [
      { owner: 'lea', name: 'shop', version: '1.0', created_at: '2025-01-01T00:00:00Z' },
      { owner: 'lea', name: 'shop', version: 'sha256:1', created_at: '2025-02-06T14:30:00Z' },
      { owner: 'acme', name: 'web/api', version: '1', created_at: '2025-02-06T14:30:00Z' },
    ]
    const owners = { lea: { visibility: 'public' }, acme: { visibility: 'limited', organisation: true } }
    world.internet.host(host, giteaWeb({ users: { lea: 'gitea-token' }, owners, packages }))
    await world.signIn(host, 'lea', 'gitea-token', 'gitea')
    const portal = await world.portals.portalOf({ host, account: 'lea' })
    expect(await seen(portal)).toEqual(['lea/shop public', 'acme/web/api internal'])
    const [shop, api] = await listed(portal)
    expect(shop).toMatchObject({ shared: 'lea', pushed: Date.parse('2025-02-06T14:30:00Z') })
    expect(api?.pages).toMatchObject({
      settings: `https://${host}/org/acme/settings`,
      members: `https://${host}/org/acme/teams`,
    })
    expect(await standing(portal, 'acme/new', forever)).toMatchObject({
      exists: false,
      creation: { by: 'push', visibility: 'internal' },
      namespace: 'mine',
    })
  })
})

describe('Amazon', () => {
  /** Its API behind keys: repositories by name, two a page. */
  function amazon(repositories: Map<string, { about: string }>, uri: string) {
    const shown = (repositoryName: string) => ({
      repositoryName,
      registryId: '111122223333',
      repositoryUri: `${uri}/${repositoryName}`,
    })
    return {
      async call(operation: string, input: object): Promise<{ value: unknown }> {
        const {
          repositoryNames,
          repositoryName = '',
          nextToken = '0',
          catalogData,
          imageIds,
        } = input as {
          imageIds?: { imageTag: string }[]
          repositoryNames?: string[]
          repositoryName?: string
          nextToken?: string
          catalogData?: { aboutText?: string }
        }
        const names = [...repositories.keys()].filter((name) => repositoryNames?.includes(name) ?? true)
        const from = Number(nextToken)
        switch (operation) {
          case 'DescribeRegistries':
            return { value: { registries: [{ aliases: [{ name: 'acme', primaryRegistryAlias: true }] }] } }
          case 'DescribeRepositories':
            if (names.length === 0) return { value: { __type: 'RepositoryNotFoundException' } }
            return {
              value: {
                repositories: names.slice(from, from + 2).map(shown),
                ...(from + 2 < names.length ? { nextToken: String(from + 2) } : {}),
              },
            }
          case 'BatchDeleteImage':
            return { value: deletion(imageIds?.[0]?.imageTag ?? '') }
          case 'GetRepositoryCatalogData':
            return { value: { catalogData: { aboutText: repositories.get(repositoryName)?.about } } }
          default:
            repositories.set(repositoryName, { about: catalogData?.aboutText ?? '' })
            return { value: {} }
        }
      },
    }
  }

  /** What Amazon answers where `1` is there, `gone` is not, and all else is kept by a rule. */
  function deletion(imageTag: string): unknown {
    if (imageTag === '1') return { imageIds: [{ imageTag }], failures: [] }
    const gone = { failureCode: 'ImageNotFound', failureReason: 'Requested image not found' }
    const kept = { failureCode: 'ImageReferencedByManifestList', failureReason: 'Requested image referenced' }
    return { imageIds: [], failures: [{ imageId: { imageTag }, ...(imageTag === 'gone' ? gone : kept) }] }
  }

  it('removes a tag, and tells why not', async () => {
    const host = '111122223333.dkr.ecr.eu-west-3.amazonaws.com'
    const portal = new EcrPortal(host, amazon(new Map(), host))
    await portal.deleteTag?.('a', '1', forever)
    await portal.deleteTag?.('a', 'gone', forever)
    await expect(portal.deleteTag?.('a', 'kept', forever)).rejects.toMatchObject({
      code: 'registry-refused',
      parts: { reason: 'Requested image referenced' },
    })
    expect(new EcrPortal(host, undefined).deleteTag).toBeUndefined()
  })

  it('private: all one’s own, made by the API where there are keys', async () => {
    const host = '111122223333.dkr.ecr.eu-west-3.amazonaws.com'
    const repositories = new Map(['a', 'b', 'team/c'].map((name) => [name, { about: '' }]))
    const portal = new EcrPortal(host, amazon(repositories, host))
    expect(await seen(portal)).toEqual(['a private', 'b private', 'team/c private'])
    expect(await standing(portal, 'team/d', forever)).toMatchObject({
      exists: false,
      creation: { by: 'api', choices: ['private'] },
      visibility: 'unknown',
      namespace: 'mine',
    })
    await portal.create?.('team/d', 'private', {}, forever)
    expect(await standing(portal, 'team/d', forever)).toMatchObject({
      exists: true,
      visibility: 'private',
      info: {
        pages: { page: 'https://eu-west-3.console.aws.amazon.com/ecr/repositories/private/111122223333/team/d' },
      },
    })
  })

  it('private, with a password alone: made by hand', async () => {
    const portal = new EcrPortal('111122223333.dkr.ecr.eu-west-3.amazonaws.com', undefined)
    expect(await standing(portal, 'new', forever)).toMatchObject({
      exists: 'unknown',
      creation: {
        by: 'hand',
        page: 'https://eu-west-3.console.aws.amazon.com/ecr/private-registry/create-repository?region=eu-west-3',
      },
    })
  })

  it('public: seen by everybody, under the name of the account', async () => {
    const repositories = new Map([['shop', { about: '# Shop' }]])
    const portal = new EcrPublicPortal(amazon(repositories, 'public.ecr.aws/acme'))
    expect(await seen(portal)).toEqual(['acme/shop public'])
    expect(await standing(portal, 'acme/shop', forever)).toMatchObject({
      namespace: 'mine',
      info: { readme: '# Shop' },
    })
    expect(await standing(portal, 'acme/new', forever)).toMatchObject({
      exists: false,
      creation: { choices: ['public'] },
    })
    await portal.describe?.('acme/shop', { description: 'short' }, forever)
    // What is not sent would be emptied.
    expect(repositories.get('shop')?.about).toBe('# Shop')
  })
})

describe('registries that tell little', () => {
  it('Artifactory: its own repositories as names, who sees them unknown', async () => {
    const host = 'acme.jfrog.io'
    const web = artifactoryWeb({
      users: { lea: 'jfrog-token' },
      repositories: {
        'docker-local': { type: 'LOCAL', images: ['shop', 'tools/api'] },
        'docker-hub': { type: 'REMOTE', images: ['library/nginx'] },
      },
    })
    const registry = jsonListener(registryOf(['docker-local/shop']))
    world.internet.host(host, (request, response) =>
      (request.url?.startsWith('/v2') ? registry : web)(request, response),
    )
    await world.signIn(host, 'lea', 'jfrog-token')
    const portal = await world.portals.portalOf({ host, account: 'lea' })
    expect(await seen(portal)).toEqual(['docker-local/shop unknown', 'docker-local/tools/api unknown'])
    expect(await standing(portal, 'docker-local/new', forever)).toMatchObject({
      exists: false,
      creation: { by: 'push', visibility: 'unknown' },
      namespace: 'mine',
    })
    expect(await standing(portal, 'nowhere/new', forever)).toMatchObject({
      creation: { by: 'hand', page: `https://${host}/ui/admin/repositories/local` },
      namespace: 'other',
    })
  })

  it('Azure: all one’s own and private; a push makes what is not there', async () => {
    const host = 'acme.azurecr.io'
    const routes: Route[] = [
      ...registryOf(['shop', 'tools/api']),
      ['GET', /^\/acr\/v1\/shop$/, () => ({ value: { imageName: 'shop', lastUpdateTime: '2025-02-06T14:30:00Z' } })],
    ]
    world.internet.host(host, jsonListener(routes))
    await world.signIn(host, 'acme', 'azure-password')
    const portal = await world.portals.portalOf({ host, account: 'acme' })
    expect(await seen(portal)).toEqual(['shop private', 'tools/api private'])
    expect(await standing(portal, 'shop', forever)).toMatchObject({
      exists: true,
      info: { pushed: Date.parse('2025-02-06T14:30:00Z') },
      namespace: 'mine',
    })
    expect(await standing(portal, 'new', forever)).toMatchObject({ exists: false, visibility: 'private' })
  })

  it('Google: a repository is made by hand, and images in it come with a push', async () => {
    const host = 'europe-west1-docker.pkg.dev'
    world.internet.host(host, jsonListener(registryOf(['proj/repo/shop'])))
    const portal = await world.portals.portalOf({ host })
    expect(await standing(portal, 'proj/repo/shop', forever)).toMatchObject({
      exists: true,
      visibility: 'unknown',
      info: {
        shared: 'proj/repo',
        pages: { page: 'https://console.cloud.google.com/artifacts/docker/proj/europe-west1/repo?project=proj' },
      },
    })
    expect(await standing(portal, 'proj/repo/new', forever)).toMatchObject({ exists: false, creation: { by: 'push' } })
    expect(await standing(portal, 'proj/other/new', forever)).toMatchObject({
      creation: { by: 'hand', page: 'https://console.cloud.google.com/artifacts/create-repo?project=proj' },
    })
  })

  it('a registry of one’s own: whether it is there, and nothing of who sees it', async () => {
    const host = 'registry.example.org'
    world.internet.host(host, jsonListener(registryOf(['shop'])))
    const portal = await world.portals.portalOf({ host })
    expect(await standing(portal, 'shop', forever)).toMatchObject({ exists: true, visibility: 'unknown' })
    expect(await standing(portal, 'new', forever)).toMatchObject({
      exists: false,
      creation: { by: 'push', visibility: 'unknown' },
      namespace: 'unknown',
    })
    expect(await Array.fromAsync(mine(portal, forever))).toMatchObject([
      { type: 'abilities', abilities: { list: false } },
    ])
  })

  it('one that is not reached is an error, and never a guess', async () => {
    const portal = await world.portals.portalOf({ host: 'registry.nowhere.example' })
    await expect(standing(portal, 'shop', forever)).rejects.toMatchObject({ code: 'registry-proxy' })
  })
})

describe('the pages a person was shown', () => {
  it('may be opened, with the rest of their site and nothing else', () => {
    const { portals } = world
    const pages = { page: 'https://hub.docker.com/r/lea/shop', settings: undefined, webhooks: 'javascript:alert(1)' }
    expect(portals.shown({ pages }).pages).toBe(pages)
    expect(portals.leadsTo('https://hub.docker.com/repository/docker/lea/shop/settings')).toBe(true)
    for (const other of [
      'https://hub.docker.com.example/',
      'http://hub.docker.com/',
      'javascript:alert(1)',
      'file:///',
      '',
    ])
      expect(portals.leadsTo(other)).toBe(false)
  })
})
