import type { Digest } from '../../shared/reference.ts'
import { repositoryNow } from '../../shared/tag-plan.ts'
import * as library from '../place/layout/library.ts'
import { layoutKey } from './place-keys.ts'
import type { RepositoryTags } from './repository-tags.ts'

/** A repository of a layout folder. An image without a name stays listed there. */
export function layoutTags(path: string, repository: string): RepositoryTags {
  const nameOf = (tag: string): string => `${repository}:${tag}`
  return {
    key: layoutKey(path),
    now: async () => repositoryNow(await library.listedNames(path), repository),
    async holder(tag) {
      const listed = await library.listedNames(path)
      return [...listed].find(([, names]) => names.includes(nameOf(tag)))?.[0]
    },
    async there(ids) {
      const listed = await library.listedNames(path)
      return new Set(ids.filter((id) => listed.has(id)))
    },
    async give(tag, id, expected, signal) {
      await library.tagImage(path, { id: id as Digest, name: nameOf(tag), expected }, signal)
    },
    async take(tag, id, _, signal) {
      await library.untagImage(path, id as Digest, nameOf(tag), signal)
    },
    removes: async () => 'yes',
    fate: async () => ({ fate: 'nameless', containers: [] }),
  }
}
