import type { Abilities, Creation, Namespace, RepositoryInfo } from '../../shared/contract-portal.ts'
import { given, momentOf, segments } from './answers.ts'
import { Api } from './api.ts'
import { hasTags } from './distribution.ts'
import { basicOf, type Opened } from './opened.ts'
import type { Portal } from './portal.ts'

const PORTAL = 'https://portal.azure.com/#browse/Microsoft.ContainerRegistry%2Fregistries'
/** Repositories told at a time: their list is long, and has nothing but names. */
const PAGE = 500

/** Azure Container Registry: all one's own, and private. */
export class AzurePortal implements Portal {
  readonly abilities: Abilities
  readonly #opened: Opened
  readonly #api: Api

  constructor(opened: Opened) {
    this.#opened = opened
    this.#api = new Api('azure', opened.web, `${opened.origin}/acr/v1`, async () => basicOf(opened))
    this.abilities = {
      kind: 'azure',
      list: opened.credentials !== undefined,
      create: [],
      makes: 'repository',
      visibility: false,
      pages: { home: PORTAL },
    }
  }

  async creation(): Promise<Creation> {
    return { by: 'push', visibility: 'private' }
  }

  async namespaces(): Promise<readonly Namespace[]> {
    return [{ name: '', own: true }]
  }

  async *repositories(_namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    let page: RepositoryInfo[] = []
    for await (const path of this.#opened.client.catalog(signal)) {
      page.push(described(path, undefined))
      if (page.length < PAGE) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    const { client, credentials } = this.#opened
    // Its own API takes a password at once, and wants tokens of its own for all else.
    if (credentials?.type !== 'password')
      return (await hasTags(client, path, signal)) ? described(path, undefined) : undefined
    const row = await this.#api.find({ path: `/${segments(path)}`, signal })
    return row === undefined ? undefined : described(path, row)
  }
}

function described(path: string, row: unknown): RepositoryInfo {
  return {
    path,
    visibility: 'private',
    ...given({ pushed: momentOf(row, 'lastUpdateTime') }),
    pages: { page: PORTAL, settings: PORTAL, members: PORTAL, webhooks: PORTAL },
  }
}
