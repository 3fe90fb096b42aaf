import { AppError, asAppError } from '../../../shared/errors.ts'
import { type Digest, familiar, isProblem, parseReference } from '../../../shared/reference.ts'
import type { Root } from '../../format/bundle.ts'
import type { Done, Naming } from '../place.ts'
import type { RegistryClient } from './client.ts'
import { type Referrer, stoodInTag } from './listing.ts'
import type { Repository } from './source.ts'
import { untag } from './untag.ts'

interface Target {
  readonly path: string
  readonly tag: string
}

/** Repository and tag of a name at this registry. @throws name-invalid */
export function targetOf(host: string, name: string): Target {
  const parsed = parseReference(name)
  if (isProblem(parsed) || parsed.domain !== host || parsed.digest !== undefined)
    throw new AppError('name-invalid', { name })
  return { path: parsed.path, tag: parsed.tag ?? 'latest' }
}

/** Milliseconds for putting names back: the copy may have been cancelled, this is not. */
const BACK_WITHIN = 120_000

/** A tag that was moved, or was about to be: whoever asks does not always hear that it was. */
interface Moved extends Target {
  readonly now: Digest
  /** Undefined where it named nothing. */
  readonly former: Digest | undefined
}

/**
 * Tags of a registry as a copy moves them, one after the other, which is all a registry offers. When one cannot be moved,
 * those moved before go back to what they named; what named nothing is taken away again.
 */
export class Names {
  readonly #client: RegistryClient
  readonly #host: string
  readonly #moved: Moved[] = []

  constructor({ client, host }: Pick<Repository, 'client' | 'host'>) {
    this.#client = client
    this.#host = host
  }

  async #move(
    target: Target,
    { digest, bytes, mediaType }: Root,
    former: Digest | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    this.#moved.push({ ...target, now: digest, former })
    await this.#client.putManifest(target.path, target.tag, bytes, mediaType, signal)
  }

  /** Gives a manifest a name. `keepAs` goes to the former one. @throws name-invalid where that is no name of this repository */
  async give(root: Root, { name, keepAs }: Naming, signal: AbortSignal): Promise<Done['replaced']> {
    const target = targetOf(this.#host, name)
    const former = (await this.#client.head(target.path, target.tag, signal))?.digest
    if (former === root.digest) return []
    const keptAs = former && keepAs !== undefined ? await this.#keep(target, keepAs, former, signal) : undefined
    await this.#move(target, root, former, signal)
    return former ? [{ name, former, ...(keptAs === undefined ? {} : { keptAs }) }] : []
  }

  /** Gives the former manifest the name asked for, or the first of tag-2, tag-3 … that no other has: a dated name is one of its minute only. */
  async #keep({ path }: Target, keepAs: string, former: Digest, signal: AbortSignal): Promise<string> {
    const wanted = targetOf(this.#host, keepAs)
    if (wanted.path !== path) throw new AppError('name-invalid', { name: keepAs })
    const { bytes, mediaType } = await this.#client.manifest(path, former, signal)
    for (let count = 1; ; count++) {
      const suffix = count === 1 ? '' : `-${count}`
      const tag = `${wanted.tag.slice(0, 128 - suffix.length)}${suffix}`
      const has = (await this.#client.head(path, tag, signal))?.digest
      if (has !== undefined && has !== former) continue
      if (has === undefined) await this.#move({ path, tag }, { digest: former, bytes, mediaType }, undefined, signal)
      return familiar({ domain: this.#host, path, tag })
    }
  }

  /** Names a referrer under its subject, where the registry leaves that list to its clients (`RegistryClient.putManifest`). */
  async list(path: string, subject: Digest, referrer: Referrer, signal: AbortSignal): Promise<void> {
    const target = { path, tag: stoodInTag(subject) }
    const former = (await this.#client.head(path, target.tag, signal))?.digest
    await this.#client.addReferrer(path, subject, referrer, signal)
    const now = (await this.#client.head(path, target.tag, signal))?.digest
    if (now !== undefined && now !== former) this.#moved.push({ ...target, now, former })
  }

  /** Puts every tag back. @throws `cause`; names-left where some stay, with the cause in its details */
  async takeBack(cause: unknown): Promise<never> {
    const signal = AbortSignal.timeout(BACK_WITHIN)
    const left: string[] = []
    for (const moved of this.#moved.splice(0).reverse()) {
      const { path, tag } = moved
      await this.#back(moved, signal).catch(() => left.push(familiar({ domain: this.#host, path, tag })))
    }
    if (left.length === 0) throw cause
    const { code, raw } = asAppError(cause)
    const names = left.reverse().join(', ')
    throw new AppError(
      'names-left',
      { place: this.#host, names },
      { cause, raw: [code, raw].filter(Boolean).join(' ') },
    )
  }

  async #back({ path, tag, now, former }: Moved, signal: AbortSignal): Promise<void> {
    // It was not moved after all, or is somebody else's by now.
    if ((await this.#client.head(path, tag, signal))?.digest !== now) return
    if (former === undefined) return await untag(this.#client, path, tag, signal)
    const { bytes, mediaType } = await this.#client.manifest(path, former, signal)
    await this.#client.putManifest(path, tag, bytes, mediaType, signal)
  }
}

/** Gives a manifest one name, as a person asks for it beside any copy. Undone when it fails halfway. */
export async function giveName(
  repository: Pick<Repository, 'client' | 'host'>,
  root: Root,
  naming: Naming,
  signal: AbortSignal,
): Promise<Done['replaced']> {
  const names = new Names(repository)
  return await names.give(root, naming, signal).catch(async (error: unknown) => await names.takeBack(error))
}
