import type { Digest } from '../../../shared/reference.ts'
import type { Done, Naming } from '../place.ts'
import type { EngineClient } from './client.ts'
import { giveName, inspectImage } from './images.ts'

/** An image that has come, and the names it gets. */
export interface Arrived {
  readonly id: Digest
  readonly names: readonly Naming[]
}

/**
 * Gives names to images that have come, last of all. When one cannot be given, those given before go back to whom they
 * belonged. `before`: ids that were there before the copy.
 */
export async function nameAll(
  client: EngineClient,
  images: readonly Arrived[],
  before: ReadonlySet<string>,
): Promise<Done> {
  const replaced: { name: string; former: string; keptAs?: string }[] = []
  const undo: (() => Promise<unknown>)[] = []
  try {
    for (const { id, names } of images) {
      for (const { name, keepAs } of names) {
        const { former, keptAs } = await giveName(client, id, name, keepAs)
        if (former === id) continue
        undo.push(async () => await takeBack(client, id, name, former, before))
        if (former !== undefined) replaced.push({ name, former, ...(keptAs === undefined ? {} : { keptAs }) })
      }
    }
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => undefined)
    throw error
  }
  return { images: images.map(({ id, names }) => ({ id, names: names.map(({ name }) => name) })), replaced }
}

async function takeBack(
  client: EngineClient,
  id: string,
  name: string,
  former: string | undefined,
  before: ReadonlySet<string>,
): Promise<void> {
  if (former !== undefined) {
    await giveName(client, former, name)
    return
  }
  const names = (await inspectImage(client, id)).RepoTags ?? []
  // The only name of an image that was there before: taking it away would remove the image.
  if (before.has(id) && names.length < 2) return
  await client.docker.getImage(name).remove({ noprune: true })
}
