import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../../shared/errors.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'
import type { Web, WebAnswer, WebCall } from '../web/web.ts'

/** A question below the API's address. */
export interface Question extends Pick<WebCall, 'json' | 'expect' | 'again' | 'about' | 'headers'> {
  readonly method?: WebCall['method']
  /** Encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>>
  readonly signal: AbortSignal
}

/** What a question introduces itself with, as headers; `anew`: what it gave last was refused. */
export type Introduce = (signal: AbortSignal, anew: boolean) => Promise<Readonly<Record<string, string>>>

/** Rows of one page, and whether another one follows. */
export interface Page {
  readonly rows: readonly unknown[]
  readonly more: boolean
}

/** A registry that never comes to an end. */
const MAX_PAGES = 1000

/** The JSON API of a registry's web, as one account asks it. */
export class Api {
  readonly #kind: RegistryKind
  readonly #web: Web
  readonly #base: string
  readonly #introduce: Introduce

  /** `base`: without a slash at its end. */
  constructor(kind: RegistryKind, web: Web, base: string, introduce: Introduce) {
    this.#kind = kind
    this.#web = web
    this.#base = base
    this.#introduce = introduce
  }

  /** @throws registry-denied where the sign-in is not good for this API: it may well be for the registry itself */
  async ask(question: Question): Promise<WebAnswer> {
    const who = await this.#introduce(question.signal, false)
    try {
      return await this.#once(question, who)
    } catch (error) {
      if (!refusesUs(error)) throw error
      const again = await this.#introduce(question.signal, true)
      if (isDeepStrictEqual(again, who)) throw denied(error)
      return await this.#once(question, again).catch((second: unknown) => {
        throw refusesUs(second) ? denied(second) : second
      })
    }
  }

  /** As `ask`; undefined for what is not there. */
  async find(question: Question): Promise<unknown> {
    const { status, value } = await this.ask({ ...question, expect: [200, 404] })
    return status === 404 ? undefined : value
  }

  /** Pages by their numbers from 1, until one has no more. */
  async *pages(question: Question, read: (value: unknown) => Page): AsyncGenerator<readonly unknown[]> {
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const { value } = await this.ask({ ...question, query: { ...question.query, page } })
      const { rows, more } = read(value)
      if (rows.length > 0) yield rows
      if (!more || rows.length === 0) return
    }
  }

  async #once(
    { method = 'GET', path, query = {}, headers = {}, about = {}, ...call }: Question,
    who: Readonly<Record<string, string>>,
  ): Promise<WebAnswer> {
    const url = new URL(`${this.#base}${path}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    const writes = method !== 'GET' && method !== 'HEAD'
    return await this.#web.ask({
      ...call,
      method,
      url,
      headers: { ...headers, ...who },
      about: { kind: this.#kind, writes, ...about },
    })
  }
}

function refusesUs(error: unknown): error is AppError {
  return error instanceof AppError && (error.code === 'registry-credentials' || error.code === 'registry-unauthorized')
}

function denied({ parts, raw }: AppError): AppError {
  return new AppError('registry-denied', parts, raw === undefined ? {} : { raw })
}

/** Pages that are plain lists: one that is not full is the last. */
export function listsOf(size: number): (value: unknown) => Page {
  return (value) => {
    const rows: readonly unknown[] = Array.isArray(value) ? value : []
    return { rows, more: rows.length >= size }
  }
}

/** All rows of some pages. */
export async function all(pages: AsyncIterable<readonly unknown[]>): Promise<unknown[]> {
  const rows: unknown[] = []
  for await (const page of pages) rows.push(...page)
  return rows
}

/** The value kept for a while: what is asked with every letter a person types. */
export class Recent<T> {
  #value: { readonly value: T; readonly until: number } | undefined

  async get(ask: () => Promise<T>, milliseconds: number): Promise<T> {
    if (this.#value && performance.now() < this.#value.until) return this.#value.value
    const value = await ask()
    this.#value = { value, until: performance.now() + milliseconds }
    return value
  }

  forget(): void {
    this.#value = undefined
  }
}
