import type { EngineInfo, PlaceInfo, PlaceRef } from '../../shared/contract.ts'
import { isReachable } from '../dragging/drop-rules.ts'
import { engineTitle, isReady } from '../places/engines.ts'
import { infoName } from '../places/place-names.ts'
import { placeKey, samePlace } from '../places/place-ref.ts'
import type { Translate } from '../words/use-words.ts'

export interface DestinationChoice {
  readonly place: PlaceRef
  readonly label: string
}

export interface DestinationGroup {
  readonly group: string
  readonly items: readonly DestinationChoice[]
}

/** The value of "a file…" among the places. */
export const FILE = 'file'

/** Every place images of `from` can go to, in groups as the list on the left has them. */
export function destinationsOf(
  from: PlaceRef,
  engines: readonly EngineInfo[],
  places: readonly PlaceInfo[],
  t: Translate,
): DestinationGroup[] {
  const others = (...kinds: PlaceInfo['kind'][]): DestinationChoice[] =>
    places
      .filter((info) => kinds.includes(info.kind) && isReachable(info))
      .filter(({ place }) => place.type === 'registry' || !samePlace(place, from))
      .map((info) => ({ place: info.place, label: infoName(info, t, places) }))
  const dockers = engines
    .filter(isReady)
    .map((engine) => ({ place: { type: 'engine', engine: engine.id } as const, label: engineTitle(engine, t) }))
    .filter(({ place }) => !samePlace(place, from))
  return [
    { group: t('copy.dockers'), items: dockers },
    { group: t('places.withoutDocker'), items: others('library') },
    { group: t('places.folders'), items: others('layout') },
    { group: t('places.registries'), items: others('registry') },
  ].filter(({ items }) => items.length > 0)
}

/** As a list box wants them. */
export function selectData(groups: readonly DestinationGroup[], file: string | undefined) {
  const data = groups.map(({ group, items }) => ({
    group,
    items: items.map(({ place, label }) => ({ value: placeKey(place), label })),
  }))
  return file === undefined ? data : [...data, { value: FILE, label: file }]
}

/** The value of a place in the list box. Signed in to meanwhile, a registry is there as its account: a copy goes as that one. */
export function listValue(groups: readonly DestinationGroup[], place: PlaceRef | undefined): string {
  if (!place) return ''
  const value = placeKey(place)
  if (place.type !== 'registry' || place.account !== undefined || chosenPlace(groups, value)) return value
  const { host } = place
  const items = groups.flatMap(({ items }) => items)
  const account = items.find(({ place: other }) => other.type === 'registry' && other.host === host)
  return account ? placeKey(account.place) : value
}

export function chosenPlace(groups: readonly DestinationGroup[], value: string): PlaceRef | undefined {
  return groups.flatMap(({ items }) => items).find(({ place }) => placeKey(place) === value)?.place
}
