import type { TagThere, There } from '../../shared/contract-publish.ts'
import { AppError } from '../../shared/errors.ts'
import { labelOf } from '../../shared/labels.ts'
import type { Digest } from '../../shared/reference.ts'
import { readableConfig } from '../format/details.ts'
import { leaves } from '../place/place.ts'
import { type Repository, readReference } from '../place/registry/source.ts'

/** What a repository has of the tags somebody wants to give. */

/** More tags than this are a machine's: what they name is asked one by one. */
const MOST_TAGS = 5000
/** Other tags of an image are looked for among this many. */
const CANDIDATES = 8
/** Answers that mean: not for you to know, or nothing there. */
const UNTOLD = ['registry-denied', 'registry-unauthorized', 'registry-credentials', 'registry-unsupported']

function isCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof AppError && codes.includes(error.code)
}

/** [] of a repository that is not there; undefined where nobody tells. */
async function tagsOf({ client, path }: Repository, signal: AbortSignal): Promise<string[] | undefined> {
  const tags: string[] = []
  try {
    for await (const tag of client.tags(path, signal)) {
      tags.push(tag)
      if (tags.length >= MOST_TAGS) break
    }
    return tags
  } catch (error) {
    if (isCode(error, ['registry-name-unknown'])) return []
    if (isCode(error, UNTOLD)) return undefined
    throw error
  }
}

/** The tags that may be other names of the image `tag` names, the likeliest first. */
export function likelyAliases(tag: string, version: string, tags: readonly string[]): string[] {
  const begins = new RegExp(`^${RegExp.escape(tag)}[.-]`)
  const rank = (other: string): number => {
    if (version !== '' && (other === version || other === `v${version}`)) return 0
    if (begins.test(other)) return 1
    return /^v?\d/.test(other) ? 2 : 3
  }
  return tags
    .filter((other) => other !== tag)
    .map((other) => [rank(other), other] as const)
    .filter(([of]) => of < 3)
    .sort(([one, a], [other, b]) => one - other || b.localeCompare(a, 'en', { numeric: true }))
    .map(([, other]) => other)
    .slice(0, CANDIDATES)
}

async function digestAt({ client, path }: Repository, tag: string, signal: AbortSignal): Promise<Digest | undefined> {
  try {
    return (await client.head(path, tag, signal))?.digest
  } catch (error) {
    if (isCode(error, ['registry-name-unknown', ...UNTOLD])) return undefined
    throw error
  }
}

interface Said {
  readonly created: number
  readonly version: string
}

/** What an image says of itself; one that cannot be read says nothing. */
async function saidBy(repository: Repository, digest: Digest, signal: AbortSignal): Promise<Said> {
  const image = await readReference(repository, { digest }, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    if (error instanceof AppError) return undefined
    throw error
  })
  const [first] = image ? leaves(image) : []
  const labels = (first && readableConfig(first)?.config?.Labels) ?? {}
  return { created: image?.created ?? 0, version: labelOf(labels, 'version') }
}

/** @throws registry-… where the registry is not reached */
export async function there(repository: Repository, wanted: readonly string[], signal: AbortSignal): Promise<There> {
  const tags = await tagsOf(repository, signal)
  const asked = [...new Set(wanted)].filter((tag) => tags?.length !== 0 && (tags?.includes(tag) ?? true))
  const said = new Map<Digest, Promise<Said>>()
  const named = await Promise.all(
    asked.map(async (tag): Promise<TagThere | undefined> => {
      const digest = await digestAt(repository, tag, signal)
      if (digest === undefined) return undefined
      const known = said.get(digest) ?? saidBy(repository, digest, signal)
      said.set(digest, known)
      const { created, version } = await known
      const alias = await aliasOf(repository, { tag, digest, version }, tags ?? [], wanted, signal)
      return { tag, digest, created, ...(alias ? { alias } : {}), ...(version ? { version } : {}) }
    }),
  )
  return { ...(tags ? { tags } : {}), named: named.filter((one) => one !== undefined) }
}

/** Another tag of the image that does not move with this one. */
async function aliasOf(
  repository: Repository,
  { tag, digest, version }: { readonly tag: string; readonly digest: Digest; readonly version: string },
  tags: readonly string[],
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const staying = tags.filter((other) => !wanted.includes(other))
  for (const other of likelyAliases(tag, version, staying))
    if ((await digestAt(repository, other, signal)) === digest) return other
  return undefined
}
