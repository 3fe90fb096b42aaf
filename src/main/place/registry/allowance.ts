/** How many downloads a registry allows, and how many of them are left, as its headers say. */
export interface Allowance {
  readonly limit: number
  readonly remaining: number
  /** Seconds in which so many are allowed. */
  readonly window?: number
  /** Seconds until it begins anew. */
  readonly reset?: number
}

/** `100;w=21600`, as Docker Hub has it; others say the number alone. */
function amount(text: string | undefined): { readonly count: number; readonly window?: number } | undefined {
  const [, count, window] = /^\s*(\d+)(?:\s*;\s*w=(\d+))?/.exec(text ?? '') ?? []
  if (count === undefined) return undefined
  return { count: Number(count), ...(window === undefined ? {} : { window: Number(window) }) }
}

/** `ratelimit-limit`, `ratelimit-remaining`, `ratelimit-reset` (draft-ietf-httpapi-ratelimit-headers); undefined where none are sent. */
export function allowance(header: (name: string) => string | undefined): Allowance | undefined {
  const limit = amount(header('ratelimit-limit'))
  const remaining = amount(header('ratelimit-remaining'))
  if (!limit || !remaining) return undefined
  const window = limit.window ?? remaining.window
  const reset = amount(header('ratelimit-reset'))?.count
  return {
    limit: limit.count,
    remaining: remaining.count,
    ...(window === undefined ? {} : { window }),
    ...(reset === undefined ? {} : { reset }),
  }
}
