import { useCallback } from 'react'
import type { PlaceInfo, PlaceRef } from '../../shared/contract.ts'
import { registryTitle } from '../registries/registry-titles.ts'
import { type Translate, useWords } from '../words/use-words.ts'
import { placeName, useEngines } from './engines.ts'
import { usePlaces } from './other-places.ts'
import { samePlace } from './place-ref.ts'

/** What a place beside the engines is called in the list. `all`: those it is to be told apart from. */
export function infoName(
  { place, kind, name }: Pick<PlaceInfo, 'place' | 'kind' | 'name'>,
  t: Translate,
  all: readonly PlaceInfo[] = [],
): string {
  if (place.type === 'registry') return registryTitle(place, all)
  return kind === 'library' ? t('places.library') : name
}

/** Any place as it is said in the middle of a sentence. */
export function usePlacePhrase(): (place: PlaceRef) => string {
  const { t } = useWords()
  const nameOf = usePlaceName()
  const library = usePlaces((state) => state.places?.find(({ kind }) => kind === 'library')?.place)
  return useCallback(
    (place) => (library && samePlace(place, library) ? t('places.theLibrary') : nameOf(place)),
    [library, nameOf, t],
  )
}

/** Any place in a few words. */
export function usePlaceName(): (place: PlaceRef) => string {
  const { t } = useWords()
  const engines = useEngines((state) => state.engines)
  const places = usePlaces((state) => state.places)
  return useCallback((place) => placeName(place, engines ?? [], t, places), [engines, places, t])
}
