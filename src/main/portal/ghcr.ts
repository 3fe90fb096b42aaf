import type { Abilities, Creation, Namespace, RepositoryInfo } from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import { field, given, listOf, momentOf, segments, textOf, visibilityOf } from './answers.ts'
import { Api, all, listsOf } from './api.ts'
import { type Opened, tokenOf } from './opened.ts'
import type { Portal } from './portal.ts'

const SITE = 'https://github.com'
const PAGE = 100
const CONTAINERS = { package_type: 'container', per_page: PAGE }

/** Owner and package: a package's name may have slashes, an owner's has none. */
function parts(path: string): { owner: string; name: string } {
  const slash = path.indexOf('/')
  if (slash < 1) throw new AppError('name-invalid', { name: path })
  return { owner: path.slice(0, slash), name: path.slice(slash + 1) }
}

/**
 * GitHub's packages, of type `container`: https://docs.github.com/en/rest/packages/packages. Takes classic tokens only,
 * and has nothing that changes who sees a package: that is done on its page.
 */
export class GhcrPortal implements Portal {
  readonly abilities: Abilities
  readonly #opened: Opened
  readonly #api: Api

  constructor(opened: Opened) {
    this.#opened = opened
    this.#api = new Api('ghcr', opened.web, 'https://api.github.com', async () => {
      const token = tokenOf(opened)
      const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
      return token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` }
    })
    this.abilities = {
      kind: 'ghcr',
      list: opened.credentials?.type === 'password',
      create: [],
      makes: 'repository',
      visibility: false,
      pages: { home: `${SITE}/settings/packages` },
    }
  }

  /** A new package is private, whoever pushes it but a workflow. */
  async creation(): Promise<Creation> {
    return { by: 'push', visibility: 'private' }
  }

  async namespaces(signal: AbortSignal): Promise<readonly Namespace[]> {
    const own = await this.#login(signal)
    // Needs a right more (read:org) than packages do.
    const asked = this.#api.pages({ path: '/user/orgs', query: { per_page: PAGE }, signal }, listsOf(PAGE))
    const orgs = await all(asked).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'registry-denied') return []
      throw error
    })
    const names = orgs.map((org) => textOf(org, 'login')?.toLowerCase()).filter((name) => name !== undefined)
    return [{ name: own, own: true }, ...names.map((name) => ({ name, own: false }))]
  }

  async *repositories(namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    const own = namespace === (await this.#login(signal))
    const path = own ? '/user/packages' : `/orgs/${segments(namespace)}/packages`
    for await (const rows of this.#api.pages({ path, query: CONTAINERS, signal }, listsOf(PAGE)))
      yield rows.map((row) => described(row, namespace, own)).filter((info) => info !== undefined)
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    const { owner, name } = parts(path)
    if (!this.abilities.list) return 'unknown'
    const own = owner === (await this.#login(signal))
    const row = await this.#api.find({ path: `${this.#packages(owner, own)}/${encodeURIComponent(name)}`, signal })
    return row === undefined ? undefined : (described(row, owner, own) ?? 'unknown')
  }

  /**
   * GitHub removes versions, with every tag they have: one that has others is left.
   * @throws registry-unsupported
   */
  async deleteTag(path: string, tag: string, signal: AbortSignal): Promise<void> {
    const { owner, name } = parts(path)
    const own = owner === (await this.#login(signal))
    const versions = `${this.#packages(owner, own)}/${encodeURIComponent(name)}/versions`
    for await (const rows of this.#api.pages({ path: versions, query: { per_page: PAGE }, signal }, listsOf(PAGE))) {
      const version = rows.find((row) => listOf(row, 'metadata', 'container', 'tags').includes(tag))
      if (version === undefined) continue
      const alone = listOf(version, 'metadata', 'container', 'tags').length === 1
      if (!alone) throw new AppError('registry-unsupported', { place: this.#opened.host })
      await this.#api.ask({
        method: 'DELETE',
        path: `${versions}/${encodeURIComponent(String(field(version, 'id')))}`,
        about: { repository: path, reference: tag },
        signal,
      })
      return
    }
  }

  #packages(owner: string, own: boolean): string {
    return own ? '/user/packages/container' : `/orgs/${segments(owner)}/packages/container`
  }

  async #login(signal: AbortSignal): Promise<string> {
    const { value } = await this.#api.ask({ path: '/user', signal })
    const login = textOf(value, 'login')
    if (login === undefined) throw new AppError('registry-answer', { place: this.#opened.host, detail: 'login' })
    // An owner is lower-case in the name of an image, however it is written there.
    return login.toLowerCase()
  }
}

function described(row: unknown, owner: string, own: boolean): RepositoryInfo | undefined {
  const name = textOf(row, 'name')
  if (name === undefined) return undefined
  const page = `${SITE}/${own ? 'users' : 'orgs'}/${segments(owner)}/packages/container`
  return {
    path: `${owner}/${name}`,
    visibility: visibilityOf(field(row, 'visibility')),
    ...given({ description: textOf(row, 'repository', 'description'), pushed: momentOf(row, 'updated_at') }),
    pages: {
      page: ownPage(row) ?? `${page}/package/${encodeURIComponent(name)}`,
      settings: `${page}/${encodeURIComponent(name)}/settings`,
      members: `${page}/${encodeURIComponent(name)}/settings`,
    },
  }
}

function ownPage(row: unknown): string | undefined {
  const page = textOf(row, 'html_url')
  return page?.startsWith(`${SITE}/`) ? page : undefined
}
