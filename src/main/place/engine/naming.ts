import { AppError, asAppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import type { Done, Naming } from '../place.ts'
import type { EngineClient } from './client.ts'
import { giveName, inspectImage } from './images.ts'

/** An image that has come, and the names it gets. */
export interface Arrived {
  readonly id: Digest
  readonly names: readonly Naming[]
}

interface Given {
  readonly id: Digest
  readonly name: string
  readonly former: string | undefined
  readonly keptAs: string | undefined
  /** The former image got that name here. */
  readonly added: boolean | undefined
}

/**
 * Gives names to images that have come, last of all. When one cannot be given, those given before go back to whom they
 * belonged. `before`: ids that were there before the copy. @throws names-left where some could not be put back
 */
export async function nameAll(
  client: EngineClient,
  images: readonly Arrived[],
  before: ReadonlySet<string>,
): Promise<Done> {
  const given: Given[] = []
  try {
    for (const { id, names } of images) {
      for (const { name, keepAs } of names) {
        const { former, keptAs, added } = await giveName(client, id, name, keepAs)
        if (former !== id) given.push({ id, name, former, keptAs, added })
      }
    }
  } catch (error) {
    const left: string[] = []
    for (const one of given.toReversed()) await takeBack(client, one, before).catch(() => left.unshift(one.name))
    if (left.length === 0) throw error
    const { code, raw } = asAppError(error)
    throw new AppError(
      'names-left',
      { names: left.join(', ') },
      { cause: error, raw: [code, raw].filter(Boolean).join(' ') },
    )
  }
  const replaced = given.flatMap(({ name, former, keptAs }) =>
    former === undefined ? [] : [{ name, former, ...(keptAs === undefined ? {} : { keptAs }) }],
  )
  return { images: images.map(({ id, names }) => ({ id, names: names.map(({ name }) => name) })), replaced }
}

async function takeBack(
  client: EngineClient,
  { id, name, former, keptAs, added }: Given,
  before: ReadonlySet<string>,
): Promise<void> {
  if (former !== undefined) {
    await giveName(client, former, name)
    // It has its own name again: the dated one may go.
    if (keptAs !== undefined && added) await client.docker.getImage(keptAs).remove({ noprune: true })
    return
  }
  const names = (await inspectImage(client, id)).RepoTags ?? []
  // The only name of an image that was there before: taking it away would remove the image.
  if (before.has(id) && names.length < 2) return
  await client.docker.getImage(name).remove({ noprune: true })
}
