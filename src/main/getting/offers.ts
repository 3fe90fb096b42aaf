import type { Offered, Offers } from '../../shared/contract-get.ts'
import { AppError, asAppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { documentKind, parseIndex, parseManifest, platformText } from '../format/documents.ts'
import { type Descriptor, layerKey, leaves } from '../place/place.ts'
import { type Repository, readReference } from '../place/registry/source.ts'

/** What a registry offers, asked of the distribution API alone. */

/** Tags on a page, each of which is asked for. */
const PAGE = 25
const AT_ONCE = 4
/** Tags of a repository that are read to find the newest: what has more is a machine's. */
const MOST = 20_000
/** Not tags of images: what cosign and the referrers of OCI 1.1 keep under the digest of their subject. */
const OF_A_DIGEST = /^sha256-[0-9a-f]{64}(?:\.\w+)?$/

const { compare } = new Intl.Collator('en', { numeric: true })

/** The newest version first as far as names tell: `latest`, 2.10, 2.9, then words. */
function byVersion(left: string, right: string): number {
  const rank = (tag: string): number => {
    if (tag === 'latest') return 0
    return /^v?\d/.test(tag) ? 1 : 2
  }
  return rank(left) - rank(right) || (rank(left) === 1 ? compare(right, left) : compare(left, right))
}

/** In the order of `items`, a few at a time. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const left = items.entries()
  const one = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return results
}

/** The platforms of an index whose parts are images. */
export function partsOf(index: Uint8Array, digest: Digest): Offered['platforms'] {
  return parseIndex(index, digest).flatMap((part: Descriptor) =>
    part.platform && part.platform.os !== 'unknown'
      ? [{ platform: platformText(part.platform), digest: part.digest }]
      : [],
  )
}

/** What one manifest or index holds. Reads it: not for Docker Hub, which counts that. */
export async function lookInto(
  repository: Repository,
  digest: Digest,
  signal: AbortSignal,
): Promise<Pick<Offered, 'platforms' | 'size'>> {
  const { bytes } = await repository.client.manifest(repository.path, digest, signal)
  const kind = documentKind(bytes, digest)
  if (kind === 'index') return { platforms: partsOf(bytes, digest) }
  if (kind !== 'manifest' || parseManifest(bytes, digest).layers.length === 0) return { platforms: [] }
  const image = await readReference(repository, { digest }, signal)
  const layers = leaves(image).flatMap((leaf) => leaf.layers)
  const sizes = new Map(layers.map((layer) => [layerKey(layer), layer.stored?.size ?? 0]))
  const size = [...sizes.values()].reduce((sum, one) => sum + one, 0)
  if (image.kind !== undefined) return { platforms: [], size }
  return { platforms: [{ platform: platformText(image.platform), digest, size }], size }
}

/** The digest that a tag names. @throws registry-manifest-unknown */
export async function digestOfTag(repository: Repository, tag: string, signal: AbortSignal): Promise<Digest> {
  const { client, path, host } = repository
  const found = await client.head(path, tag, signal)
  if (!found) {
    const sign = tag.includes(':') ? '@' : ':'
    throw new AppError('registry-manifest-unknown', { place: host, name: path, image: `${path}${sign}${tag}` })
  }
  return found.digest
}

/** A page of a repository's versions; `free`: only what counts as no download. */
export async function offersOf(
  repository: Repository,
  {
    filter = '',
    from = 0,
    free,
  }: { readonly filter?: string | undefined; readonly from?: number | undefined; readonly free: boolean },
  signal: AbortSignal,
): Promise<Offers> {
  const tags: string[] = []
  for await (const tag of repository.client.tags(repository.path, signal)) {
    if (!OF_A_DIGEST.test(tag) && tag.toLowerCase().includes(filter.toLowerCase())) tags.push(tag)
    if (tags.length === MOST) break
  }
  const page = tags.sort(byVersion).slice(from, from + PAGE)
  const known = new Map<Digest, Promise<Pick<Offered, 'platforms' | 'size'>>>()
  const offers = await each(page, async (tag): Promise<Offered> => {
    try {
      const digest = await digestOfTag(repository, tag, signal)
      if (free) return { tag, digest, platforms: [] }
      const inside = known.get(digest) ?? lookInto(repository, digest, signal)
      known.set(digest, inside)
      return { tag, digest, ...(await inside) }
    } catch (error) {
      // One tag that cannot be read must not hide the others.
      if (signal.aborted || !UNREADABLE.includes(asAppError(error).code)) throw error
      return { tag, platforms: [] }
    }
  })
  const next = from + page.length
  return { offers, total: tags.length, ...(next < tags.length ? { next } : {}) }
}

const UNREADABLE: readonly string[] = [
  'registry-manifest-unknown',
  'registry-blob-unknown',
  'image-missing',
  'archive-damaged',
  'digest-mismatch',
  'registry-mismatch',
]
