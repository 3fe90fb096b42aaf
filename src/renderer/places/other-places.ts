import { create } from 'zustand'
import type { PlaceInfo, PlaceRef } from '../../shared/contract.ts'
import { type Client, follow } from '../connect.ts'
import { chooseImages } from '../images/image-store.ts'
import { useEngines } from './engines.ts'
import { placeKey } from './place-ref.ts'

interface Places {
  /** The Library, folders and registries; undefined until the host has answered once. */
  places: readonly PlaceInfo[] | undefined
  /** The one on screen; undefined while that is an engine. */
  chosen: PlaceRef | undefined
}

export const usePlaces = create<Places>(() => ({ places: undefined, chosen: undefined }))

export function followPlaces(client: Client): () => void {
  return follow({
    open: (signal) => client.places.watch({}, { signal }),
    take: (places) => usePlaces.setState({ places }),
  })
}

export function infoOf(place: PlaceRef, places: readonly PlaceInfo[] | undefined): PlaceInfo | undefined {
  return places?.find((info) => placeKey(info.place) === placeKey(place))
}

/** The place beside the engines that is on screen; one that was forgotten is not. */
export function placeOnScreen({ places, chosen }: Places): PlaceInfo | undefined {
  return chosen && infoOf(chosen, places)
}

export function showPlace(place: PlaceRef): void {
  chooseImages([])
  if (place.type === 'engine') useEngines.setState({ chosen: place.engine })
  usePlaces.setState({ chosen: place.type === 'engine' ? undefined : place })
}
