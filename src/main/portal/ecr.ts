import type { Abilities, Creation, Namespace, RepositoryInfo, VisibilityChoice } from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import { field, given, listOf, numberOf, segments, textOf } from './answers.ts'
import type { Portal, Texts } from './portal.ts'

/** Amazon's API, with an account's keys. */
export interface Amazon {
  /** `fine`: names of Amazon's errors that are as good as an answer. */
  call(
    operation: string,
    input: object,
    signal: AbortSignal,
    options?: { readonly fine?: readonly string[]; readonly name?: string },
  ): Promise<{ readonly value: unknown }>
}

const CONSOLE = 'console.aws.amazon.com/ecr'
const PAGE = 100
const MAX_PAGES = 1000
const PRIVATE = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/

async function* pages(
  amazon: Amazon,
  operation: string,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<readonly unknown[]> {
  let next: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { value } = await amazon.call(operation, { maxResults: PAGE, ...given({ nextToken: next }) }, signal)
    yield listOf(value, name)
    next = textOf(value, 'nextToken')
    if (next === undefined) return
  }
}

/** The one repository that is asked for by its name; undefined: Amazon says that there is none. */
async function find(amazon: Amazon, name: string, path: string, signal: AbortSignal): Promise<unknown> {
  const { value } = await amazon.call('DescribeRepositories', { repositoryNames: [name] }, signal, {
    fine: ['RepositoryNotFoundException'],
    name: path,
  })
  return listOf(value, 'repositories')[0]
}

/**
 * Takes one tag away; Amazon removes an image with the last tag it has. One that is gone already is as good.
 * @throws registry-refused
 */
async function deleteTag(amazon: Amazon, place: string, name: string, tag: string, signal: AbortSignal): Promise<void> {
  const input = { repositoryName: name, imageIds: [{ imageTag: tag }] }
  const { value } = await amazon.call('BatchDeleteImage', input, signal, { name })
  const [failure] = listOf(value, 'failures')
  if (failure === undefined || textOf(failure, 'failureCode') === 'ImageNotFound') return
  throw new AppError('registry-refused', { place, reason: textOf(failure, 'failureReason') ?? tag })
}

/**
 * Amazon ECR, private: who has no rights of this AWS account sees nothing. A repository is made before a push, by the API
 * where one signed in with access keys; a password of Amazon's alone opens the registry and nothing here.
 */
export class EcrPortal implements Portal {
  readonly abilities: Abilities
  readonly deleteTag?: NonNullable<Portal['deleteTag']>
  readonly #console: string
  readonly #account: string
  readonly #amazon: Amazon | undefined

  constructor(host: string, amazon: Amazon | undefined) {
    const [, account = '', region = '', china = ''] = PRIVATE.exec(host) ?? []
    const site = china === '' ? `${region}.${CONSOLE}` : 'console.amazonaws.cn/ecr'
    this.#account = account
    this.#console = `https://${site}`
    this.#amazon = amazon
    if (amazon) this.deleteTag = async (path, tag, signal) => await deleteTag(amazon, host, path, tag, signal)
    this.abilities = {
      kind: 'ecr',
      list: amazon !== undefined,
      create: amazon ? ['private'] : [],
      makes: 'repository',
      visibility: false,
      pages: {
        create: `https://${site}/private-registry/create-repository?region=${region}`,
        home: `https://${site}/private-registry/repositories?region=${region}`,
      },
    }
  }

  async creation(): Promise<Creation> {
    if (this.#amazon) return { by: 'api', choices: ['private'] }
    return { by: 'hand', ...given({ page: this.abilities.pages.create }) }
  }

  async namespaces(): Promise<readonly Namespace[]> {
    return [{ name: '', own: true }]
  }

  async *repositories(_namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    if (!this.#amazon) return
    for await (const rows of pages(this.#amazon, 'DescribeRepositories', 'repositories', signal))
      yield rows.map((row) => this.#described(row)).filter((info) => info !== undefined)
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    if (!this.#amazon) return 'unknown'
    const row = await find(this.#amazon, path, path, signal)
    return row === undefined ? undefined : (this.#described(row) ?? 'unknown')
  }

  async create(path: string, _visibility: VisibilityChoice, _texts: Texts, signal: AbortSignal): Promise<void> {
    await this.#amazon?.call('CreateRepository', { repositoryName: path }, signal, {
      fine: ['RepositoryAlreadyExistsException'],
      name: path,
    })
  }

  #described(row: unknown): RepositoryInfo | undefined {
    const path = textOf(row, 'repositoryName')
    if (path === undefined) return undefined
    const page = `${this.#console}/repositories/private/${this.#account}/${segments(path)}`
    return { path, visibility: 'private', pages: { page, settings: page, members: `${page}/permissions` } }
  }
}

/** Amazon ECR Public: everybody sees everything in it. */
export class EcrPublicPortal implements Portal {
  readonly abilities: Abilities
  readonly deleteTag?: NonNullable<Portal['deleteTag']>
  readonly #amazon: Amazon | undefined

  constructor(amazon: Amazon | undefined) {
    this.#amazon = amazon
    const site = `https://us-east-1.${CONSOLE}/public-registry`
    if (amazon)
      this.deleteTag = async (path, tag, signal) =>
        await deleteTag(amazon, 'public.ecr.aws', aliased(path).name, tag, signal)
    this.abilities = {
      kind: 'ecr-public',
      list: amazon !== undefined,
      create: amazon ? ['public'] : [],
      makes: 'repository',
      visibility: false,
      ...(amazon ? { description: { limit: 1024 }, readme: { limit: 10_240 } } : {}),
      pages: { create: `${site}/create-repository?region=us-east-1`, home: `${site}/repositories?region=us-east-1` },
    }
  }

  async creation(): Promise<Creation> {
    if (this.#amazon) return { by: 'api', choices: ['public'] }
    return { by: 'hand', ...given({ page: this.abilities.pages.create }) }
  }

  /** The names of this account's registry: one that was given, and others one asked for. */
  async namespaces(signal: AbortSignal): Promise<readonly Namespace[]> {
    if (!this.#amazon) return []
    const found: Namespace[] = []
    for await (const rows of pages(this.#amazon, 'DescribeRegistries', 'registries', signal))
      for (const alias of rows.flatMap((row) => listOf(row, 'aliases'))) {
        const name = textOf(alias, 'name')
        if (name !== undefined) found.push({ name, own: true })
      }
    return found
  }

  async *repositories(namespace: string, signal: AbortSignal): AsyncGenerator<readonly RepositoryInfo[]> {
    if (!this.#amazon) return
    for await (const rows of pages(this.#amazon, 'DescribeRepositories', 'repositories', signal))
      yield rows
        .filter((row) => textOf(row, 'repositoryUri')?.startsWith(`public.ecr.aws/${namespace}/`))
        .map((row) => described(row, namespace))
        .filter((info) => info !== undefined)
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'> {
    if (!this.#amazon) return 'unknown'
    const { alias, name } = aliased(path)
    const row = await find(this.#amazon, name, path, signal)
    if (row === undefined) return undefined
    const { value } = await this.#amazon.call('GetRepositoryCatalogData', { repositoryName: name }, signal, {
      fine: ['RepositoryCatalogDataNotFoundException', 'RepositoryNotFoundException'],
      name: path,
    })
    const info = described(row, alias)
    if (!info) return 'unknown'
    const data = field(value, 'catalogData')
    return { ...info, ...given({ description: textOf(data, 'description'), readme: textOf(data, 'aboutText') }) }
  }

  async create(path: string, _visibility: VisibilityChoice, texts: Texts, signal: AbortSignal): Promise<void> {
    const catalogData = given({ description: texts.description, aboutText: texts.readme })
    await this.#amazon?.call('CreateRepository', { repositoryName: aliased(path).name, catalogData }, signal, {
      fine: ['RepositoryAlreadyExistsException'],
      name: path,
    })
  }

  async describe(path: string, { description, readme }: Texts, signal: AbortSignal): Promise<void> {
    const { name } = aliased(path)
    const had = await this.repository(path, signal)
    const now = typeof had === 'object' ? had : undefined
    // What is not sent is emptied.
    const catalogData = given({
      description: description ?? now?.description,
      aboutText: readme ?? now?.readme,
    })
    await this.#amazon?.call('PutRepositoryCatalogData', { repositoryName: name, catalogData }, signal, { name: path })
  }
}

function aliased(path: string): { alias: string; name: string } {
  const slash = path.indexOf('/')
  return { alias: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) }
}

function described(row: unknown, alias: string): RepositoryInfo | undefined {
  const name = textOf(row, 'repositoryName')
  if (name === undefined) return undefined
  const account = textOf(row, 'registryId') ?? String(numberOf(row, 'registryId') ?? '')
  const manage = `https://us-east-1.${CONSOLE}/repositories/public/${encodeURIComponent(account)}/${segments(name)}`
  return {
    path: `${alias}/${name}`,
    visibility: 'public',
    pages: {
      page: `https://gallery.ecr.aws/${segments(`${alias}/${name}`)}`,
      settings: `${manage}?region=us-east-1`,
      members: `${manage}/permissions?region=us-east-1`,
    },
  }
}
