import type { PlaceRef } from '../../shared/contract.ts'

/** A registry as one of its accounts sees it. */
export type RegistryPlace = Extract<PlaceRef, { type: 'registry' }>

/** One text for one place; the repositories of a registry are all in one place, and each of its accounts is one. */
export function placeKey(place: PlaceRef): string {
  switch (place.type) {
    case 'engine':
      return `engine ${place.engine}`
    case 'registry':
      return place.account === undefined ? `registry ${place.host}` : `registry ${place.host} ${place.account}`
    case 'archive':
    case 'layout':
    case 'files':
      return `${place.type} ${place.path}`
  }
}

/** As `placeKey`, with the repository: what a list shows. */
export function listKey(place: PlaceRef): string {
  return place.type === 'registry' ? `${placeKey(place)} ${place.repository ?? ''}` : placeKey(place)
}

export function samePlace(left: PlaceRef, right: PlaceRef): boolean {
  return placeKey(left) === placeKey(right)
}

/** The id of the engine a place is; undefined for the others. */
export function engineOf(place: PlaceRef): string | undefined {
  return place.type === 'engine' ? place.engine : undefined
}
