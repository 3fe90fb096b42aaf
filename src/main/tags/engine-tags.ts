import { repositoryNow } from '../../shared/tag-plan.ts'
import type { EngineClient } from '../place/engine/client.ts'
import { containersOf, idOf, listImages, removeImage, tagImage, untagImage } from '../place/engine/images.ts'
import { engineKey } from './place-keys.ts'
import type { RepositoryTags } from './repository-tags.ts'

/** A repository of an engine. An image that loses its last name to another stays, one whose last name is taken away goes. */
export function engineTags(client: EngineClient, repository: string): RepositoryTags {
  const nameOf = (tag: string): string => `${repository}:${tag}`
  return {
    key: engineKey(client.daemon),
    async now() {
      const images = await listImages(client)
      return repositoryNow(
        images.map(({ id, names }) => [id, names] as const),
        repository,
      )
    },
    holder: async (tag) => await idOf(client, nameOf(tag)),
    async there(ids) {
      const found = await Promise.all(ids.map(async (id) => await idOf(client, id)))
      return new Set(found.filter((id) => id !== undefined))
    },
    async give(tag, id, expected) {
      await tagImage(client, { id, name: nameOf(tag), expected })
    },
    async take(tag, id, last) {
      await (last ? removeImage(client, id) : untagImage(client, id, nameOf(tag)))
    },
    removes: async () => 'yes',
    async fate(id, changes) {
      // Tags that move go first: the last to go is one that is taken away, if there is one.
      const taken = changes.some(({ from, to }) => from === id && to === undefined)
      const containers = taken ? (await containersOf(client, id)).map(({ name }) => name) : []
      return { fate: taken ? 'removed' : 'nameless', containers }
    },
  }
}
