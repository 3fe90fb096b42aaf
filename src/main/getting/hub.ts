import type { z } from 'zod'
import type {
  Badge,
  HubAnswer,
  HubFind,
  HubQuestion,
  HubRepository,
  Offered,
  Offers,
} from '../../shared/contract-get.ts'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { Web, type WebOptions } from '../web/web.ts'
import {
  findOf,
  offeredOf,
  olderFindOf,
  olderSearchSchema,
  repositoryOf,
  repositorySchema,
  searchSchema,
  tagSchema,
  tagsSchema,
} from './hub-answers.ts'

/** Docker Hub's own web: its search, and what it says of repositories and tags. Asked as anybody may, without a sign-in. */

const HUB = 'https://hub.docker.com'
const PLACE = 'docker.io'
/** Finds on a page, and tags. */
const PAGE = 25
const TAGS = 100
/** Pages that are looked through for enough finds with many stars: the search itself does not sort by them. */
const THROUGH = 4

const BADGES: Readonly<Record<Badge, string>> = {
  official: 'official',
  verified: 'verified_publisher',
  sponsored: 'open_source',
}
/** It is not there (any more), or says something else: another way of asking may do. */
const CHANGED: readonly ErrorCode[] = [
  'registry-answer',
  'registry-unsupported',
  'registry-refused',
  'registry-unavailable',
  'registry-name-unknown',
  'registry-denied',
  'registry-unauthorized',
]

function changed(error: unknown): boolean {
  return error instanceof AppError && CHANGED.includes(error.code)
}

interface Page {
  readonly found: readonly HubFind[]
  readonly total: number
  /** Results on the page, those left out too. */
  readonly read: number
}

export class Hub {
  readonly #web: Web

  constructor(options: Pick<WebOptions, 'patience'> = {}) {
    this.#web = new Web({ place: PLACE, ...options })
  }

  async close(): Promise<void> {
    await this.#web.close()
  }

  /** @throws registry-… */
  async search(question: HubQuestion, signal: AbortSignal): Promise<HubAnswer> {
    try {
      const answer = await this.#through(question, signal, async (from) => await this.#newer(question, from, signal))
      return { ...answer, older: false }
    } catch (error) {
      if (!changed(error)) throw error
      const answer = await this.#through(question, signal, async (from) => await this.#older(question, from, signal))
      return { ...answer, older: true }
    }
  }

  /** Pages until there are enough finds that have the stars wished for. */
  async #through(
    { from = 0, stars = 0 }: HubQuestion,
    signal: AbortSignal,
    page: (from: number) => Promise<Page>,
  ): Promise<Omit<HubAnswer, 'older'>> {
    const found: HubFind[] = []
    let at = from
    for (let pages = 0; pages < THROUGH; pages += 1) {
      signal.throwIfAborted()
      const { found: some, total, read } = await page(at)
      found.push(...some.filter((one) => one.stars >= stars))
      at += read
      const more = read > 0 && at < total
      if (!more) return { found, ...(stars > 0 ? {} : { total }) }
      if (found.length >= PAGE) return { found, ...(stars > 0 ? {} : { total }), next: at }
    }
    return { found, next: at }
  }

  async #newer(
    { words, badges = [], platform, sort = 'best' }: HubQuestion,
    from: number,
    signal: AbortSignal,
  ): Promise<Page> {
    const [os, architecture] = platform?.split('/') ?? []
    const url = this.#url('/api/search/v4', {
      custom_boosted_results: 'true',
      type: 'image',
      query: words,
      from,
      size: PAGE,
      badges: badges.map((badge) => BADGES[badge]).join(','),
      operating_systems: os,
      architectures: architecture,
      ...(sort === 'best' ? {} : { sort: sort === 'pulls' ? 'pull_count' : 'updated_at', order: 'desc' }),
    })
    const { total, results } = await this.#ask(url, searchSchema, signal)
    return { found: results.flatMap((one) => findOf(one) ?? []), total, read: results.length }
  }

  async #older({ words, badges = [] }: HubQuestion, from: number, signal: AbortSignal): Promise<Page> {
    const url = this.#url('/v2/search/repositories/', {
      query: words,
      page: Math.floor(from / PAGE) + 1,
      page_size: PAGE,
    })
    const { count, results } = await this.#ask(url, olderSearchSchema, signal)
    const found = results.flatMap((one) => olderFindOf(one) ?? [])
    const fitting = badges.includes('official') ? found.filter(({ badge }) => badge === 'official') : found
    return { found: fitting, total: count, read: results.length }
  }

  /** Undefined where there is none, or none that anybody may see. */
  async repository(path: string, signal: AbortSignal): Promise<HubRepository | undefined> {
    const page = await this.#known(`/v2/${this.#below(path)}`, `/v2/repositories/${path}/`, repositorySchema, signal)
    return page && repositoryOf(path, page)
  }

  /** The tags of a repository, those pushed last first; undefined where there is no such page. */
  async tags(
    path: string,
    { filter = '', from = 0 }: { readonly filter?: string | undefined; readonly from?: number | undefined },
    signal: AbortSignal,
  ): Promise<Offers | undefined> {
    const query = { page: Math.floor(from / TAGS) + 1, page_size: TAGS, ordering: 'last_updated', name: filter }
    const list = this.#url(`/v2/${this.#below(path)}/tags`, query)
    const other = this.#url(`/v2/repositories/${path}/tags/`, query)
    const answer = await this.#known(list, other, tagsSchema, signal)
    if (!answer) return undefined
    const at = from + answer.results.length
    const more = answer.results.length > 0 && (answer.next ?? '') !== ''
    return { offers: answer.results.map(offeredOf), total: answer.count, ...(more ? { next: at } : {}) }
  }

  async tag(path: string, tag: string, signal: AbortSignal): Promise<Offered | undefined> {
    const name = encodeURIComponent(tag)
    const list = `/v2/${this.#below(path)}/tags/${name}`
    const answer = await this.#known(list, `/v2/repositories/${path}/tags/${name}/`, tagSchema, signal)
    return answer && offeredOf(answer)
  }

  #below(path: string): string {
    const slash = path.indexOf('/')
    return `namespaces/${path.slice(0, slash)}/repositories/${path.slice(slash + 1)}`
  }

  #url(path: string, query: Readonly<Record<string, string | number | undefined>>): URL {
    const url = new URL(path, HUB)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
    return url
  }

  /** By the path of today, else by the one of before; undefined where neither knows it. */
  async #known<T>(
    path: string | URL,
    before: string | URL,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    for (const one of [path, before]) {
      try {
        return await this.#ask(new URL(one, HUB), schema, signal)
      } catch (error) {
        if (!changed(error)) throw error
      }
    }
    return undefined
  }

  async #ask<T>(url: URL, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const { value } = await this.#web.ask({ method: 'GET', url, expect: [200], signal })
    const parsed = schema.safeParse(value)
    if (!parsed.success) throw new AppError('registry-answer', { place: PLACE, detail: url.pathname })
    return parsed.data
  }
}
