import type { PlaceInfo, PlaceRef } from '../../shared/contract.ts'
import { registryName } from '../../shared/presets.ts'

/** Whether the list has several accounts of a host: its name alone then says too little. */
function isShared(host: string, places: readonly PlaceInfo[]): boolean {
  return places.filter(({ place }) => place.type === 'registry' && place.host === host).length > 1
}

/** What a registry is called where places are named: with its account where there are several. */
export function registryTitle(
  { host, account }: Extract<PlaceRef, { type: 'registry' }>,
  places: readonly PlaceInfo[] = [],
): string {
  const name = registryName(host)
  return account !== undefined && isShared(host, places) ? `${name} (${account})` : name
}
