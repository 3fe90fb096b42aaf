/**
 * Image references, by the grammar of github.com/distribution/reference:
 * `[domain "/"] path [":" tag] ["@" digest]`, and Docker's normalisation to and from the familiar form.
 */

export type Digest = `sha256:${string}`

export interface Reference {
  /** Registry host, with its port: `docker.io`, `registry.example:5000`. */
  readonly domain: string
  /** Repository path below the domain, `library/` included: `library/nginx`. */
  readonly path: string
  readonly tag?: string
  readonly digest?: Digest
}

export type ReferenceProblem =
  | 'empty'
  | 'scheme'
  | 'space'
  | 'uppercase'
  | 'length'
  | 'path'
  | 'tag'
  | 'digest'
  | 'identifier'
  | 'reserved'

const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*'
const DOMAIN = new RegExp(`^(?:${HOST}|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`)
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const DIGEST = /^sha256:[a-f0-9]{64}$/
const HUB = 'docker.io'
/** Host and path together; some registries count both (distribution-spec, implementers' notes). */
const MAX_NAME = 255

/** True for `sha256:` followed by 64 lower-case hex digits, the only digest this app reads and writes. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text)
}

/** True for a tag as the grammar allows it: at most 128 of letters, digits, `_`, `.`, `-`, not starting with `.` or `-`. */
export function isTag(text: string): boolean {
  return TAG.test(text)
}

function splitDomain(name: string): { domain: string; path: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, slash)
  const isDomain = slash > 0 && (first === 'localhost' || /[.:A-Z]/.test(first))
  if (!isDomain) return { domain: HUB, path: slash < 0 ? `library/${name}` : name }
  const domain = first === 'index.docker.io' ? HUB : first
  const rest = name.slice(slash + 1)
  return { domain, path: domain === HUB && !rest.includes('/') ? `library/${rest}` : rest }
}

function nameProblem(name: string, domain: string, path: string): ReferenceProblem | undefined {
  if (/^[a-f0-9]{64}$/.test(name)) return 'identifier'
  if (!DOMAIN.test(domain)) return 'path'
  if (!PATH.test(path)) return PATH.test(path.toLowerCase()) ? 'uppercase' : 'path'
  if (domain.length + 1 + path.length > MAX_NAME) return 'length'
  // The engine refuses this one: `sha256:abc` could be read as a digest.
  return path === 'library/sha256' && domain === HUB ? 'reserved' : undefined
}

/**
 * Reads a reference as `docker` would. A missing tag stays missing (`withDefaultTag` adds `latest`).
 * Returns the first problem instead of throwing, so that a form can say it while the person types.
 */
export function parseReference(text: string): Reference | { problem: ReferenceProblem } {
  if (text === '') return { problem: 'empty' }
  if (/^[a-z]+:\/\//i.test(text)) return { problem: 'scheme' }
  if (/\s/.test(text)) return { problem: 'space' }
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (digest !== undefined && !isDigest(digest)) return { problem: 'digest' }
  const named = at < 0 ? text : text.slice(0, at)
  const colon = named.lastIndexOf(':')
  const hasTag = colon > named.lastIndexOf('/')
  const tag = hasTag ? named.slice(colon + 1) : undefined
  if (tag !== undefined && !isTag(tag)) return { problem: 'tag' }
  const name = hasTag ? named.slice(0, colon) : named
  const { domain, path } = splitDomain(name)
  const problem = nameProblem(name, domain, path)
  if (problem) return { problem }
  return {
    domain,
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  }
}

/** True when parsing failed; narrows the union. */
export function isProblem(parsed: Reference | { problem: ReferenceProblem }): parsed is { problem: ReferenceProblem } {
  return 'problem' in parsed
}

/** The repository as `docker images` shows it: without `docker.io/` and `library/`. */
export function familiarRepository(reference: Reference): string {
  // A namespace that looks like a host would be read as one.
  if (reference.domain !== HUB || splitDomain(reference.path).domain !== HUB)
    return `${reference.domain}/${reference.path}`
  return reference.path.startsWith('library/') && !reference.path.slice(8).includes('/')
    ? reference.path.slice(8)
    : reference.path
}

/** The familiar form, with tag and digest where there are any. */
export function familiar(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return `${familiarRepository(reference)}${tag}${digest}`
}

/** The full form, as `io.containerd.image.name` holds it: domain and `library/` written out. */
export function full(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return `${reference.domain}/${reference.path}${tag}${digest}`
}

/** `latest` where there is neither tag nor digest, as docker does. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference
}

/** The familiar `repo:tag` of a name as found in a file or typed by a person; undefined when it is no valid name. */
export function normaliseName(text: string): string | undefined {
  const parsed = parseReference(text.trim())
  return isProblem(parsed) ? undefined : familiar(withDefaultTag(parsed))
}

/** Splits a familiar `repo:tag` into its two columns; the tag is '' when there is none. */
export function splitName(name: string): { repository: string; tag: string } {
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/')
    ? { repository: name.slice(0, colon), tag: name.slice(colon + 1) }
    : { repository: name, tag: '' }
}

/** 0 for a version, 1 for a word, 2 for `latest`, which says nothing. */
function rank(tag: string): number {
  if (tag === 'latest') return 2
  return /\d/.test(tag) ? 0 : 1
}

/** Sorts names so that of each repository the most telling comes first: 2.4.1, 2.4, 2, stable, latest. */
export function byTelling(a: string, b: string): number {
  const [one, other] = [splitName(a), splitName(b)]
  return (
    one.repository.localeCompare(other.repository, 'en') ||
    rank(one.tag) - rank(other.tag) ||
    (rank(one.tag) === 0 ? other.tag.length - one.tag.length : 0) ||
    one.tag.localeCompare(other.tag, 'en', { numeric: true })
  )
}

/** The dated name the former image keeps when a tag moves: `latest-20261120-1430`, the same in every language. */
export function datedName(name: string, date: Date): string {
  const { repository, tag } = splitName(name)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
  const stamp = `-${day}-${two(date.getHours())}${two(date.getMinutes())}`
  return `${repository}:${(tag || 'latest').slice(0, 128 - stamp.length)}${stamp}`
}
