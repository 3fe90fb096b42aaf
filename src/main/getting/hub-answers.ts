import { z } from 'zod'
import type { Badge, HubFind, HubRepository, Offered } from '../../shared/contract-get.ts'
import { isDigest, isProblem, parseReference } from '../../shared/reference.ts'

/**
 * What hub.docker.com answers, read into the contract's words. Its search is not documented by Docker: a field that is not
 * there, or of another kind, must not hide the rest.
 */

const count = z.union([z.number(), z.string()]).nullish().catch(undefined)
const text = z.string().nullish().catch(undefined)
const named = z
  .array(z.object({ name: z.string() }))
  .nullish()
  .catch(undefined)

/** `GET /api/search/v4` */
const foundSchema = z.object({
  name: text,
  slug: text,
  id: text,
  publisher: z.object({ name: text }).nullish().catch(undefined),
  short_description: text,
  badge: text,
  star_count: count,
  pull_count: count,
  updated_at: text,
  architectures: named,
  archived: z.boolean().nullish().catch(undefined),
})
export const searchSchema = z.object({ total: z.number(), results: z.array(foundSchema) })

/** `GET /v2/search/repositories/` */
const olderFoundSchema = z.object({
  repo_name: z.string(),
  short_description: text,
  star_count: count,
  pull_count: count,
  is_official: z.boolean().nullish().catch(undefined),
})
export const olderSearchSchema = z.object({ count: z.number(), next: text, results: z.array(olderFoundSchema) })

/** `GET /v2/namespaces/{namespace}/repositories/{repository}` */
export const repositorySchema = z.object({
  description: text,
  full_description: text,
  is_private: z.boolean().nullish().catch(undefined),
  star_count: count,
  pull_count: count,
  last_updated: text,
  storage_size: z.number().nullish().catch(undefined),
  status_description: text,
})

const partSchema = z.object({
  architecture: text,
  variant: text,
  os: text,
  digest: text,
  size: z.number().nullish().catch(undefined),
  status: text,
})
/** `GET …/tags/{tag}`, and one of the results of `GET …/tags` */
export const tagSchema = z.object({
  name: z.string(),
  digest: text,
  full_size: z.number().nullish().catch(undefined),
  tag_last_pushed: text,
  last_updated: text,
  images: z.array(partSchema).nullish().catch(undefined),
})
export const tagsSchema = z.object({ count: z.number(), next: text, results: z.array(tagSchema) })

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9, T: 1e12 }

/** `1B+`, `5.2K`, `12,345` or a number. */
export function countOf(value: string | number | null | undefined): HubFind['pulls'] {
  if (typeof value === 'number') return { count: value, least: false }
  const [, digits = '', unit = '', more = ''] = /^([\d.,]+)\s*([KMBT]?)(\+?)$/i.exec(value?.trim() ?? '') ?? []
  const number = Number(digits.replaceAll(',', ''))
  if (digits === '' || Number.isNaN(number)) return undefined
  return { count: Math.round(number * (UNITS[unit.toUpperCase()] ?? 1)), least: more !== '' || unit !== '' }
}

function momentOf(value: string | null | undefined): number | undefined {
  const moment = Date.parse(value ?? '')
  return Number.isNaN(moment) ? undefined : moment
}

const BADGES: Readonly<Record<string, Badge>> = {
  official: 'official',
  verified_publisher: 'verified',
  open_source: 'sponsored',
}

/** The path at Docker Hub; undefined for what is no image's name. */
function pathOf(names: readonly (string | null | undefined)[]): string | undefined {
  const name = names.find((one) => one?.includes('/')) ?? names.find(Boolean)
  const parsed = parseReference(`docker.io/${name ?? ''}`)
  return isProblem(parsed) || parsed.domain !== 'docker.io' ? undefined : parsed.path
}

export function findOf(from: z.infer<typeof foundSchema>): HubFind | undefined {
  const path = pathOf([from.slug, from.name, from.id])
  const badge = BADGES[from.badge ?? '']
  const pulls = countOf(from.pull_count)
  const updated = momentOf(from.updated_at)
  return path === undefined
    ? undefined
    : {
        path,
        description: from.short_description ?? '',
        ...(from.publisher?.name ? { publisher: from.publisher.name } : {}),
        ...(badge === undefined ? {} : { badge }),
        stars: countOf(from.star_count)?.count ?? 0,
        ...(pulls === undefined ? {} : { pulls }),
        ...(updated === undefined ? {} : { updated }),
        architectures: (from.architectures ?? []).map(({ name }) => name),
        archived: from.archived ?? false,
      }
}

export function olderFindOf(from: z.infer<typeof olderFoundSchema>): HubFind | undefined {
  const badge = from.is_official ? 'official' : 'none'
  return findOf({ ...from, name: from.repo_name, badge })
}

/** Of the page's Markdown the first repository of code that is not about Docker's own list of images. */
export function sourceIn(readme: string): string | undefined {
  const pattern = /https:\/\/(?:github|gitlab)\.com\/[\w.-]+\/[\w.-]*\w/g
  const general = /github\.com\/(?:docker-library\/(?:docs|faq|official-images|repo-info)|docker\/docs|moby\/moby)$/
  return [...readme.matchAll(pattern)].map(([link]) => link.replace(/\.git$/, '')).find((link) => !general.test(link))
}

export function repositoryOf(path: string, from: z.infer<typeof repositorySchema>): HubRepository {
  const official = path.startsWith('library/')
  const page = `https://hub.docker.com/${official ? `_/${path.slice(8)}` : `r/${path}`}`
  const readme = from.full_description ?? ''
  const source = sourceIn(readme)
  const pulls = countOf(from.pull_count)
  const stars = countOf(from.star_count)
  const pushed = momentOf(from.last_updated)
  return {
    path,
    visibility: from.is_private ? 'private' : 'public',
    ...(from.description ? { description: from.description } : {}),
    ...(readme === '' ? {} : { readme }),
    ...(pulls === undefined ? {} : { pulls: pulls.count }),
    ...(stars === undefined ? {} : { stars: stars.count }),
    ...(pushed === undefined ? {} : { pushed }),
    ...(from.storage_size ? { size: from.storage_size } : {}),
    pages: { page },
    ...(source === undefined ? {} : { source }),
    archived: from.status_description === 'archived',
  }
}

function partOf({ os, architecture, variant, digest, size }: z.infer<typeof partSchema>): Offered['platforms'] {
  // Attestations stand among the platforms, as `unknown/unknown`.
  if (!os || !architecture || os === 'unknown' || architecture === 'unknown') return []
  const platform = [os, architecture, ...(variant ? [variant] : [])].join('/')
  return [{ platform, ...(isDigest(digest) ? { digest } : {}), ...(typeof size === 'number' ? { size } : {}) }]
}

export function offeredOf(from: z.infer<typeof tagSchema>): Offered {
  const pushed = momentOf(from.tag_last_pushed ?? from.last_updated)
  const parts = (from.images ?? []).flatMap(partOf)
  const platforms = parts.filter(
    ({ platform }, index) => parts.findIndex((other) => other.platform === platform) === index,
  )
  // Repositories of before 2020 tell no digest of the tag; one that holds one platform is that one.
  const only = platforms.length === 1 ? platforms[0]?.digest : undefined
  const digest = isDigest(from.digest) ? from.digest : only
  return {
    tag: from.name,
    ...(digest === undefined ? {} : { digest }),
    platforms,
    ...(from.images && parts.length > 0 ? { size: parts.reduce((sum, { size = 0 }) => sum + size, 0) } : {}),
    ...(pushed === undefined ? {} : { pushed }),
  }
}
