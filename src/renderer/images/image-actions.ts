import type { ImageDetails, PlaceRef, Removal, Replaced } from '../../shared/contract.ts'
import type { Client } from '../connect.ts'

/** The same questions and deeds for an image of any place: engines have procedures of their own. */

interface NewTag {
  readonly id: string
  readonly name: string
  readonly expected: string
  readonly keepAs?: string
}

export async function giveName(
  client: Client,
  place: PlaceRef,
  tag: NewTag,
): Promise<{ replaced?: Replaced | undefined }> {
  if (place.type === 'engine') return await client.images.tag({ engine: place.engine, ...tag })
  return await client.places.tag({ place, ...tag })
}

export async function takeName(client: Client, place: PlaceRef, id: string, name: string): Promise<void> {
  if (place.type === 'engine') await client.images.untag({ engine: place.engine, id, name })
  else await client.places.untag({ place, id, name })
}

export async function removalOf(client: Client, place: PlaceRef, ids: readonly string[]): Promise<Removal> {
  if (place.type === 'engine') return await client.images.removal({ engine: place.engine, ids: [...ids] })
  return await client.places.removal({ place, ids: [...ids] })
}

export async function removeFrom(
  client: Client,
  place: PlaceRef,
  ids: readonly string[],
): Promise<Awaited<ReturnType<Client['images']['remove']>>> {
  if (place.type === 'engine') return await client.images.remove({ engine: place.engine, ids: [...ids] })
  return await client.places.remove({ place, ids: [...ids] })
}

export async function detailsOf(client: Client, place: PlaceRef, id: string): Promise<ImageDetails> {
  if (place.type === 'engine') return await client.images.details({ engine: place.engine, id })
  if (place.type === 'archive') return await client.archives.details({ path: place.path, id })
  return await client.places.details({ place, id })
}
