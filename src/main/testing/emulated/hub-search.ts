import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Internet } from '../internet.ts'

/** A repository as hub.docker.com tells of it. */
export interface HubPage {
  /** `library/nginx` */
  readonly path: string
  readonly description: string
  readonly readme?: string
  readonly badge?: 'official' | 'verified_publisher' | 'open_source'
  readonly publisher?: string
  readonly stars: number
  readonly pulls: number
  readonly updated: string
  /** The tags pushed last first. */
  readonly tags: readonly HubTag[]
}

export interface HubTag {
  readonly name: string
  readonly digest: string
  readonly pushed: string
  readonly parts: readonly {
    readonly os: string
    readonly architecture: string
    readonly variant?: string
    readonly digest: string
    readonly size: number
  }[]
}

type Query = URLSearchParams

/** `1B+`, as the search of today rounds. */
function rounded(pulls: number): string {
  for (const [unit, size] of [
    ['B', 1e9],
    ['M', 1e6],
    ['K', 1e3],
  ] as const) {
    if (pulls >= size) return `${Math.floor(pulls / size)}${unit}+`
  }
  return String(pulls)
}

function nameOf({ path }: HubPage): string {
  return path.replace(/^library\//, '')
}

/**
 * hub.docker.com as its web and its tools ask it: search (v4, and v2 as before), repositories, tags. The shapes are those of
 * docker/hub-mcp and of the Hub API's reference.
 */
export class HubSearch {
  readonly pages: HubPage[] = []
  /** False: the search of today is gone. */
  today = true
  /** Requests that are still answered; then 429 until `again`. */
  allowed = Number.POSITIVE_INFINITY
  /** Seconds since the epoch. */
  again = 0

  /** Answers at hub.docker.com. */
  enter(internet: Internet): void {
    internet.host('hub.docker.com', (request, response) => this.#serve(request, response))
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'https://hub.docker.com')
    response.setHeader('content-type', 'application/json')
    response.setHeader('x-ratelimit-limit', 180)
    if (this.allowed <= 0) {
      response.setHeader('x-retry-after', this.again)
      response.writeHead(429).end(JSON.stringify({ detail: 'Rate limit exceeded', error: false }))
      return
    }
    this.allowed -= 1
    const answer = this.#answer(url)
    if (answer === undefined)
      response.writeHead(404).end(JSON.stringify({ message: 'object not found', errinfo: { namespace: '' } }))
    else response.writeHead(200).end(JSON.stringify(answer))
  }

  #answer({ pathname, searchParams, href }: URL): unknown {
    if (pathname === '/api/search/v4') return this.today ? this.#search(searchParams) : undefined
    if (pathname === '/v2/search/repositories/') return this.#searchBefore(searchParams)
    const [, namespace, name, rest = ''] =
      /^\/v2\/(?:namespaces\/([^/]+)\/repositories|repositories\/(?=[^/]+\/))\/?([^/]+)(?:\/(.*?))?\/?$/.exec(
        pathname,
      ) ?? []
    const path = namespace === undefined ? pathname.split('/').slice(3, 5).join('/') : `${namespace}/${name}`
    const page = this.pages.find((one) => one.path === path)
    const below = namespace === undefined ? pathname.split('/').slice(5).filter(Boolean).join('/') : rest
    if (!page) return undefined
    if (below === '') return repository(page)
    if (below === 'tags') return tags(page, searchParams, href)
    const tag = page.tags.find((one) => below === `tags/${one.name}`)
    return tag && tagObject(tag)
  }

  #matching(words: string): HubPage[] {
    const parts = words.toLowerCase().split(/\s+/)
    return this.pages.filter((page) => {
      const text = `${page.path} ${page.description}`.toLowerCase()
      return parts.every((part) => text.includes(part))
    })
  }

  #search(query: Query): object {
    const badges = query.get('badges')?.split(',') ?? []
    const [system, architecture] = [query.get('operating_systems'), query.get('architectures')]
    const runs = ({ tags: all }: HubPage): boolean =>
      all.some(({ parts }) =>
        parts.some((one) => (!system || one.os === system) && (!architecture || one.architecture === architecture)),
      )
    const found = this.#matching(query.get('query') ?? '').filter(
      (page) => (badges.length === 0 || badges.includes(page.badge ?? 'none')) && runs(page),
    )
    if (query.get('sort') === 'pull_count') found.sort((left, right) => right.pulls - left.pulls)
    if (query.get('sort') === 'updated_at') found.sort((left, right) => right.updated.localeCompare(left.updated))
    const from = Number(query.get('from') ?? 0)
    const some = found.slice(from, from + Number(query.get('size') ?? 10))
    return { total: found.length, results: some.map(searchResult) }
  }

  #searchBefore(query: Query): object {
    const found = this.#matching(query.get('query') ?? '')
    const size = Number(query.get('page_size') ?? 10)
    const from = (Number(query.get('page') ?? 1) - 1) * size
    const results = found.slice(from, from + size).map((page) => ({
      repo_name: nameOf(page),
      short_description: page.description,
      star_count: page.stars,
      pull_count: page.pulls,
      repo_owner: '',
      is_automated: false,
      is_official: page.badge === 'official',
    }))
    return { count: found.length, next: from + size < found.length ? 'more' : '', previous: '', results }
  }
}

function searchResult(page: HubPage): object {
  const parts = page.tags.flatMap((tag) => tag.parts)
  const named = (values: readonly string[]): object[] => [...new Set(values)].map((name) => ({ name, label: name }))
  return {
    id: nameOf(page),
    name: nameOf(page),
    slug: nameOf(page),
    type: 'image',
    publisher: page.publisher === undefined ? null : { id: page.publisher, name: page.publisher },
    created_at: '2014-06-05T20:11:54Z',
    updated_at: page.updated,
    short_description: page.description,
    badge: page.badge ?? null,
    star_count: page.stars,
    pull_count: rounded(page.pulls),
    operating_systems: named(parts.map(({ os }) => os)),
    architectures: named(parts.map(({ architecture }) => architecture)),
    logo_url: { large: 'https://www.gravatar.com/avatar/1', small: 'https://www.gravatar.com/avatar/1' },
    extension_reviewed: false,
    categories: [],
    archived: false,
  }
}

function repository(page: HubPage): object {
  const [namespace, name] = page.path.split('/')
  return {
    user: namespace,
    name,
    namespace,
    repository_type: 'image',
    status: 1,
    status_description: 'active',
    description: page.description,
    full_description: page.readme ?? null,
    is_private: false,
    is_automated: false,
    star_count: page.stars,
    pull_count: page.pulls,
    last_updated: page.updated,
    date_registered: '2014-06-05T20:11:54Z',
    storage_size: page.tags.flatMap(({ parts }) => parts).reduce((sum, { size }) => sum + size, 0),
    permissions: { read: true, write: false, admin: false },
  }
}

function tags(page: HubPage, query: Query, href: string): object {
  const found = page.tags.filter(({ name }) => name.includes(query.get('name') ?? ''))
  const size = Math.min(100, Number(query.get('page_size') ?? 10))
  const at = Number(query.get('page') ?? 1)
  const next = new URL(href)
  next.searchParams.set('page', String(at + 1))
  const some = found.slice((at - 1) * size, at * size)
  return {
    count: found.length,
    next: at * size < found.length ? next.href : null,
    previous: null,
    results: some.map(tagObject),
  }
}

function tagObject({ name, digest, pushed, parts }: HubTag): object {
  const images = parts.map((part) => ({
    architecture: part.architecture,
    features: '',
    variant: part.variant ?? null,
    digest: part.digest,
    os: part.os,
    os_features: '',
    os_version: null,
    size: part.size,
    status: 'active',
    last_pushed: pushed,
  }))
  const attestation = {
    architecture: 'unknown',
    os: 'unknown',
    variant: null,
    digest: `sha256:${'0'.repeat(64)}`,
    size: 9,
  }
  return {
    id: 1,
    name,
    digest,
    full_size: parts[0]?.size ?? 0,
    last_updated: pushed,
    tag_last_pushed: pushed,
    tag_status: 'active',
    media_type: 'application/vnd.oci.image.index.v1+json',
    content_type: 'image',
    images: [...images, attestation],
  }
}
