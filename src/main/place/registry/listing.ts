import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { hex } from '../../format/digest.ts'
import { MEDIA, parseIndex } from '../../format/documents.ts'
import type { Descriptor } from '../place.ts'
import type { Answer, Connection } from './connection.ts'
import type { About } from './failure.ts'
import { getManifest, putManifest } from './manifests.ts'
import { CATALOG, pulling, type Scope } from './scopes.ts'

/** A manifest that refers to another one: a signature, an attestation, a bill of materials. */
export interface Referrer extends Descriptor {
  readonly artifactType?: string
}

interface List {
  readonly to: string
  readonly scopes: readonly Scope[]
  readonly about: About
  /** Statuses handed back with an empty page, beside those of errors. */
  readonly expect?: readonly number[]
}

/** What docker-registry gives at most; others give less and a link. */
const PAGE = 1000
/** A registry that never comes to an end. */
const MAX_PAGES = 10_000

/** The address in `Link: <…>; rel="next"` (RFC 8288); `rel` comes with and without quotes. */
export function nextLink(headers: readonly string[]): string | undefined {
  for (const header of headers) {
    for (const [, address, parameters] of header.matchAll(
      /<([^>]*)>((?:\s*;\s*[^\s=;,]+\s*(?:=\s*(?:"[^"]*"|[^",;\s]*))?)*)/g,
    )) {
      if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\s*(?:;|$))/i.test(parameters ?? '')) return address
    }
  }
  return undefined
}

async function* pages(connection: Connection, list: List, signal: AbortSignal): AsyncGenerator<Answer> {
  const call = { method: 'GET', scopes: list.scopes, about: list.about, signal } as const
  const expect = [200, ...(list.expect ?? [])]
  let to: string | URL = list.to
  let answer: Answer | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    // A server with a smaller limit of its own may refuse the first number instead of giving less.
    const first: boolean = page === 0 && list.to.includes('?n=')
    answer = await connection.ask({ ...call, to, expect: first ? [...expect, 400] : expect })
    if (first && answer.status === 400)
      answer = await connection.ask({ ...call, to: list.to.replace(/\?n=\d+/, ''), expect })
    yield answer
    const link = answer.status === 200 ? nextLink(answer.headers('link')) : undefined
    if (link === undefined) return
    const next = connection.resolve(link, answer.url)
    if (next.href === answer.url.href) return
    to = next
  }
  throw connection.strange('Link')
}

function fieldOf(connection: Connection, answer: Answer, name: string): unknown {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(answer.bytes))
    if (typeof body === 'object' && body !== null) return Reflect.get(body, name)
  } catch {
    // Told below.
  }
  throw connection.strange(name)
}

async function* strings(connection: Connection, list: List, name: string, signal: AbortSignal): AsyncGenerator<string> {
  for await (const answer of pages(connection, list, signal)) {
    // `null` where every tag was deleted.
    const values: unknown = fieldOf(connection, answer, name) ?? []
    if (!Array.isArray(values)) throw connection.strange(name)
    for (const value of values as unknown[]) if (typeof value === 'string') yield value
  }
}

/** A repository's tags, in the registry's order. @throws registry-name-unknown where nothing was ever tagged */
export function tags(connection: Connection, repository: string, signal: AbortSignal): AsyncGenerator<string> {
  const path = connection.path(repository)
  const list = { to: `${path}/tags/list?n=${PAGE}`, scopes: [pulling(path)], about: connection.about(repository) }
  return strings(connection, list, 'tags', signal)
}

/** The repositories of a registry. Large public ones refuse. @throws registry-unsupported, registry-denied, registry-unauthorized */
export async function* catalog(connection: Connection, signal: AbortSignal): AsyncGenerator<string> {
  const list = { to: `_catalog?n=${PAGE}`, scopes: [CATALOG], about: connection.about() }
  try {
    yield* strings(connection, list, 'repositories', signal)
  } catch (error) {
    // 404: not in the OCI specification, and some have nothing there.
    if (!(error instanceof AppError && error.code === 'registry-answer' && error.raw?.startsWith('404'))) throw error
    throw new AppError('registry-unsupported', { place: connection.address.host }, { raw: error.raw })
  }
}

/** Where a registry without the referrers API keeps them (distribution-spec, "Referrers Tag Schema"). */
export function stoodInTag(subject: Digest): string {
  return `sha256-${hex(subject)}`
}

function descriptors(connection: Connection, bytes: Uint8Array): readonly Referrer[] {
  try {
    const index: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const listed = (index as { manifests?: { artifactType?: unknown }[] }).manifests ?? []
    return parseIndex(bytes, 'referrers').map((descriptor, at) => {
      const artifactType = listed[at]?.artifactType
      return typeof artifactType === 'string' ? { ...descriptor, artifactType } : descriptor
    })
  } catch {
    throw connection.strange('referrers')
  }
}

async function underTag(
  connection: Connection,
  repository: string,
  subject: Digest,
  signal: AbortSignal,
): Promise<readonly Referrer[]> {
  try {
    const { bytes, mediaType } = await getManifest(connection, repository, stoodInTag(subject), signal)
    return mediaType === MEDIA.index ? descriptors(connection, bytes) : []
  } catch (error) {
    const none = ['registry-manifest-unknown', 'registry-name-unknown']
    if (error instanceof AppError && none.includes(error.code)) return []
    throw error
  }
}

/** What refers to a manifest: asked of the API, or read from the tag that stands in for it. */
export async function* referrers(
  connection: Connection,
  repository: string,
  subject: Digest,
  signal: AbortSignal,
): AsyncGenerator<Referrer> {
  const path = connection.path(repository)
  const list: List = {
    to: `${path}/referrers/${subject}`,
    scopes: [pulling(path)],
    about: connection.about(repository),
    expect: [404, 405],
  }
  for await (const answer of pages(connection, list, signal)) {
    const type = answer.header('content-type') ?? ''
    if (answer.status === 200 && type.startsWith(MEDIA.index)) yield* descriptors(connection, answer.bytes)
    else return yield* await underTag(connection, repository, subject, signal)
  }
}

/**
 * Names a referrer under its subject's tag, where the registry does not list it by itself (`putManifest` tells). Others who
 * do the same at the same moment may undo it: the specification has no better way.
 */
export async function addReferrer(
  connection: Connection,
  repository: string,
  subject: Digest,
  referrer: Referrer,
  signal: AbortSignal,
): Promise<void> {
  const had = await underTag(connection, repository, subject, signal)
  if (had.some(({ digest }) => digest === referrer.digest)) return
  const index = { schemaVersion: 2, mediaType: MEDIA.index, manifests: [...had, referrer] }
  await putManifest(
    connection,
    repository,
    stoodInTag(subject),
    Buffer.from(JSON.stringify(index)),
    MEDIA.index,
    signal,
  )
}
