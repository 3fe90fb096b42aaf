import { type EngineClient, engineError } from './client.ts'

/** Layers of images seen before: an id never changes what it means. */
const known = new WeakMap<EngineClient, Map<string, readonly string[]>>()

/** Questions to an engine at once: it answers more quickly than one could ask in turn, and is left room for others. */
const AT_ONCE = 8

/**
 * The diffIds of an engine's images by image id, bottom first; those removed meanwhile are left out. Costs one question an
 * image the first time, none after. `all`: the classic builder's intermediate images too.
 */
export async function stacks(client: EngineClient, all: boolean): Promise<Map<string, readonly string[]>> {
  const cache = known.get(client) ?? new Map<string, readonly string[]>()
  known.set(client, cache)
  try {
    const ids = (await client.docker.listImages({ all })).map(({ Id }) => Id)
    const unknown = ids.filter((id) => !cache.has(id)).values()
    const ask = async (): Promise<void> => {
      for (const id of unknown) {
        const image = await client.docker
          .getImage(id)
          .inspect()
          .catch(() => undefined)
        if (image) cache.set(id, image.RootFS.Layers ?? [])
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, ask))
    return new Map(ids.flatMap((id) => (cache.has(id) ? [[id, cache.get(id) ?? []] as const] : [])))
  } catch (error) {
    throw engineError(error)
  }
}
