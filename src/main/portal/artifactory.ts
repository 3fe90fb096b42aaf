import type { Abilities, Creation, Namespace, RepositoryInfo } from '../../shared/contract-portal.ts'
import { listOf, segments, textOf } from './answers.ts'
import { Api, Recent } from './api.ts'
import { hasTags } from './distribution.ts'
import { basicOf, type Opened } from './opened.ts'
import type { Portal } from './portal.ts'

/** Milliseconds repositories of Artifactory are believed. */
const KEYS_LIFE = 60_000

/**
 * JFrog Artifactory, where the first part of a name is one of its own repositories, which must be there. Who sees one is
 * said by its permissions, which only an administrator may read.
 */
export class ArtifactoryPortal implements Portal {
  readonly abilities: Abilities
  readonly #opened: Opened
  readonly #api: Api
  readonly #keys = new Recent<readonly string[]>()

  constructor(opened: Opened) {
    this.#opened = opened
    this.#api = new Api('artifactory', opened.web, `${opened.origin}/artifactory/api`, async () => basicOf(opened))
    this.abilities = {
      kind: 'artifactory',
      list: opened.credentials?.type === 'password',
      create: [],
      makes: 'repository',
      visibility: false,
      pages: { create: `${opened.origin}/ui/admin/repositories/local`, home: `${opened.origin}/ui/repos/tree/General` },
    }
  }

  async creation(path: string, signal: AbortSignal): Promise<Creation> {
    const keys = await this.#named(signal)
    if (keys.some((key) => path.startsWith(`${key}/`))) return { by: 'push', visibility: 'unknown' }
    return { by: 'hand', page: `${this.#opened.origin}/ui/admin/repositories/local` }
  }

  async namespaces(signal: AbortSignal): Promise<readonly Namespace[]> {
    return (await this.#named(signal)).map((name) => ({ name, own: false }))
  }

  async *repositories(namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    const { value } = await this.#api.ask({ path: `/docker/${segments(namespace)}/v2/_catalog`, signal })
    yield listOf(value, 'repositories')
      .filter((name) => typeof name === 'string')
      .map((name) => this.#described(`${namespace}/${name}`))
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined> {
    return (await hasTags(this.#opened.client, path, signal)) ? this.#described(path) : undefined
  }

  /** Those one can push to: a remote one is a copy of somebody else's. */
  async #named(signal: AbortSignal): Promise<readonly string[]> {
    return await this.#keys.get(async () => {
      const { value } = await this.#api.ask({ path: '/repositories', query: { packageType: 'docker' }, signal })
      const rows: readonly unknown[] = Array.isArray(value) ? value : []
      return rows
        .filter((row) => textOf(row, 'type')?.toUpperCase() !== 'REMOTE')
        .map((row) => textOf(row, 'key'))
        .filter((key) => key !== undefined)
    }, KEYS_LIFE)
  }

  #described(path: string): RepositoryInfo {
    const key = path.split('/')[0] ?? ''
    const { origin } = this.#opened
    return {
      path,
      visibility: 'unknown',
      shared: key,
      pages: {
        page: `${origin}/ui/repos/tree/General/${segments(path)}`,
        settings: `${origin}/ui/admin/repositories/local/${encodeURIComponent(key)}/edit`,
        members: `${origin}/ui/admin/configuration/security/permissions`,
      },
    }
  }
}
