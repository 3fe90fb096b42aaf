import type { IncomingHttpHeaders, RequestListener } from 'node:http'

/** A question to an emulated web API. */
export interface Asked {
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The body as JSON; undefined where there is none. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  /** What the path's groups met, decoded once. */
  readonly parts: readonly string[]
}

export interface Told {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly value?: unknown
}

/** Method, path without its query, and the answer. */
export type Route = readonly [method: string, path: RegExp, answer: (asked: Asked) => Told]

export const NOT_THERE: Told = { status: 404, value: { message: 'object not found', errinfo: {} } }

/** A server of JSON: the first route that fits answers. */
export function jsonListener(routes: readonly Route[], otherwise: Told = NOT_THERE): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'https://emulated')
      const told = answer(routes, otherwise, {
        method: request.method ?? '',
        url,
        headers: request.headers,
        text: Buffer.concat(chunks).toString(),
      })
      const body = told.value === undefined || request.method === 'HEAD' ? undefined : JSON.stringify(told.value)
      response.writeHead(told.status ?? 200, {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...told.headers,
      })
      response.end(body)
    })
  }
}

function answer(
  routes: readonly Route[],
  otherwise: Told,
  asked: { method: string; url: URL; headers: IncomingHttpHeaders; text: string },
): Told {
  for (const [method, path, answers] of routes) {
    const met = method === asked.method ? path.exec(asked.url.pathname) : null
    if (!met) continue
    const parts = met.slice(1).map((part) => decodeURIComponent(part))
    const body = asked.text === '' ? undefined : (JSON.parse(asked.text) as Record<string, unknown>)
    return answers({ query: asked.url.searchParams, headers: asked.headers, body, parts })
  }
  return otherwise
}

/** One page of rows, numbered from 1. */
export function paged<T>(rows: readonly T[], query: URLSearchParams, size: string, most: number): readonly T[] {
  const length = Math.min(Number(query.get(size) ?? 10), most)
  const page = Number(query.get('page') ?? 1)
  return rows.slice((page - 1) * length, page * length)
}

/** The user of a Basic introduction whose password is the one expected. */
export function basicUser(
  { headers }: Pick<Asked, 'headers'>,
  passwords: Readonly<Record<string, string>>,
): string | undefined {
  const pair = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1]
  const [user = '', ...rest] = Buffer.from(pair ?? '', 'base64')
    .toString()
    .split(':')
  return pair !== undefined && passwords[user] === rest.join(':') ? user : undefined
}
