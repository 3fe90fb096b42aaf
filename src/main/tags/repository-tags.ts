import type { LostImage, PlaceRef, TagsPlan } from '../../shared/contract.ts'
import type { RepositoryNow, TagChange } from '../../shared/tag-plan.ts'
import type { Opener } from '../opener.ts'
import type { Engines } from '../place/engine/engines.ts'
import type { Registries } from '../registries.ts'
import { engineTags } from './engine-tags.ts'
import { layoutTags } from './layout-tags.ts'
import { engineKey, layoutKey, registryKey } from './place-keys.ts'
import { type RegistryReads, registryTags, type TagDeletion } from './registry-tags.ts'

/** The tags of one repository, as its kind of place lets them be changed. Ids are the place's own handles. */
export interface RepositoryTags {
  /** What its history is kept under: the same by whatever way the place is reached. */
  readonly key: string
  /** `touched`: tags that must be read now; of the others a list that was read a moment ago is good enough. */
  now(touched: readonly string[], signal: AbortSignal): Promise<RepositoryNow>
  /** Who has a tag at this moment. */
  holder(tag: string, signal: AbortSignal): Promise<string | undefined>
  /** Those that are still there, named or not. */
  there(ids: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>
  /** Gives a tag to an image. @throws image-changed when another than `expected` ('' for nobody) has it */
  give(tag: string, id: string, expected: string, signal: AbortSignal): Promise<void>
  /** Takes a tag away. `last`: the image may go with it, where its place does so. @throws image-changed */
  take(tag: string, id: string, last: boolean, signal: AbortSignal): Promise<void>
  removes(signal: AbortSignal): Promise<TagsPlan['removes']>
  /** What becomes of an image by changes that leave it without a name. */
  fate(id: string, changes: readonly TagChange[]): Promise<Pick<LostImage, 'fate' | 'containers'>>
}

export interface TagPlaces {
  readonly opener: Opener
  readonly engines: Engines
  readonly registries: Registries
  readonly reads: RegistryReads
  /** The web of a registry may remove a tag where the registry itself does not. */
  readonly deletion?: TagDeletion
}

export async function repositoryTags(places: TagPlaces, place: PlaceRef, repository: string): Promise<RepositoryTags> {
  switch (place.type) {
    case 'engine':
      return engineTags(await places.engines.client(place.engine), repository)
    case 'layout':
      await places.opener.admit(place.path)
      return layoutTags(place.path, repository)
    case 'registry':
      return await registryTags(places, place, repository)
    case 'archive':
    case 'files':
      throw new TypeError('names in files do not change')
  }
}

/** As `RepositoryTags.key`, of the whole place. */
export async function placeKey(engines: Engines, place: PlaceRef): Promise<string> {
  if (place.type === 'engine') return engineKey((await engines.client(place.engine)).daemon)
  return place.type === 'registry' ? registryKey(place.host) : layoutKey(place.path)
}
