import type { PlaceRef, TagsPlan } from '../../shared/contract.ts'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { isDigest, parseReference } from '../../shared/reference.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'
import type { RepositoryNow } from '../../shared/tag-plan.ts'
import type { Opener } from '../opener.ts'
import type { Repository } from '../place/registry/source.ts'
import { untag, untagging } from '../place/registry/untag.ts'
import type { Portal } from '../portal/portal.ts'
import { kindOf, type Registries } from '../registries.ts'
import { registryKey } from './place-keys.ts'
import type { RepositoryTags } from './repository-tags.ts'

type RegistryRef = Extract<PlaceRef, { type: 'registry' }>

/** How the web of a registry removes one tag; undefined where it does not. */
export type TagDeletion = (place: RegistryRef) => Promise<Portal['deleteTag']>

/** Tags asked for at once. */
const AT_ONCE = 8
/** How long a list of all tags is good for those that are not touched, in milliseconds. */
const FRESH = 60_000

/** Registries that remove no tag themselves, whatever they say to a request for one that is not there. */
const REFUSING: readonly RegistryKind[] = ['hub', 'ghcr', 'ecr', 'ecr-public']

const DENIED: readonly ErrorCode[] = ['registry-denied', 'registry-unauthorized', 'registry-credentials']

/** What was told of repositories, by `host account path`, for as long as the app runs. */
export class RegistryReads {
  readonly tags = new Map<string, { readonly now: Map<string, string>; readonly at: number }>()
  /** Where a tag alone can be taken away. */
  readonly removing = new Set<string>()

  forget(host: string): void {
    for (const known of [this.tags, this.removing])
      for (const key of [...known.keys()]) if (key.startsWith(`${host} `)) known.delete(key)
  }
}

/** The path below the host. @throws name-invalid where the name is of another registry */
function pathOf({ host }: RegistryRef, repository: string): string {
  const parsed = parseReference(repository)
  if ('problem' in parsed || parsed.domain !== host || parsed.tag !== undefined)
    throw new AppError('name-invalid', { name: repository })
  return parsed.path
}

async function holderOf({ client, path }: Repository, tag: string, signal: AbortSignal): Promise<string | undefined> {
  return (await client.head(path, tag, signal))?.digest
}

async function heads(
  repository: Repository,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const left = tags.values()
  const work = async (): Promise<void> => {
    for (const tag of left) {
      const digest = await holderOf(repository, tag, signal)
      if (digest !== undefined) found.set(tag, digest)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return found
}

async function readAll(repository: Repository, signal: AbortSignal): Promise<Map<string, string>> {
  try {
    const tags = await Array.fromAsync(repository.client.tags(repository.path, signal))
    return await heads(repository, tags, signal)
  } catch (error) {
    // A repository that is not there has no tags.
    if (error instanceof AppError && error.code === 'registry-name-unknown') return new Map()
    throw error
  }
}

interface RegistryTagsOptions {
  readonly opener: Opener
  readonly registries: Registries
  readonly reads: RegistryReads
  readonly deletion?: TagDeletion
}

/** A repository of a registry. Tags are given by their manifest: no layer moves. */
export async function registryTags(
  { opener, registries, reads, deletion }: RegistryTagsOptions,
  place: RegistryRef,
  name: string,
): Promise<RepositoryTags> {
  const path = pathOf(place, name)
  const repository = await opener.repository({ ...place, repository: path })
  const { client, host } = repository
  const known = `${host} ${place.account ?? ''} ${path}`
  const kind = kindOf((await registries.list()).find((one) => one.host === host) ?? { host })
  // GitHub's web takes the image along, or refuses where it has other tags.
  const byWeb = kind === 'ghcr' ? undefined : await deletion?.(place)

  const removes = async (signal: AbortSignal): Promise<TagsPlan['removes']> => {
    if (byWeb || reads.removing.has(known)) return 'yes'
    if (REFUSING.includes(kind)) return 'no'
    try {
      if ((await untagging(client, path, signal)) === 'none') return 'no'
    } catch (error) {
      if (!(error instanceof AppError && error.code.startsWith('registry-'))) throw error
      // Whatever else it answers, it is no yes; where it does not answer at all, the tags are not told either.
      return DENIED.includes(error.code) ? 'denied' : 'no'
    }
    // A refusal is asked for again: the account, or the registry, may have changed.
    reads.removing.add(known)
    return 'yes'
  }
  const learn = (tag: string, id: string | undefined): void => {
    const read = reads.tags.get(known)
    if (id === undefined) read?.now.delete(tag)
    else read?.now.set(tag, id)
  }

  return {
    key: registryKey(host),
    async now(touched, signal): Promise<RepositoryNow> {
      const before = reads.tags.get(known)
      if (before === undefined || Date.now() - before.at > FRESH) {
        const now = await readAll(repository, signal)
        reads.tags.set(known, { now, at: Date.now() })
        return { tags: new Map(now), elsewhere: () => [] }
      }
      const now = await heads(repository, touched, signal)
      for (const tag of touched) learn(tag, now.get(tag))
      return { tags: new Map(before.now), elsewhere: () => [] }
    },
    async holder(tag, signal) {
      const id = await holderOf(repository, tag, signal)
      learn(tag, id)
      return id
    },
    async there(ids, signal) {
      return new Set((await heads(repository, ids.filter(isDigest), signal)).values())
    },
    async give(tag, id, expected, signal) {
      if (!isDigest(id)) throw new AppError('image-missing', { image: id })
      const { bytes, mediaType } = await client.manifest(path, id, signal)
      if (((await holderOf(repository, tag, signal)) ?? '') !== expected)
        throw new AppError('image-changed', { name: `${name}:${tag}` })
      await client.putManifest(path, tag, bytes, mediaType, signal)
      learn(tag, id)
    },
    async take(tag, id, _, signal) {
      if ((await holderOf(repository, tag, signal)) !== id)
        throw new AppError('image-changed', { name: `${name}:${tag}` })
      if (byWeb) await byWeb(path, tag, signal)
      else await untag(client, path, tag, signal)
      learn(tag, undefined)
    },
    removes,
    fate: async () => ({ fate: 'untagged', containers: [] }),
  }
}
