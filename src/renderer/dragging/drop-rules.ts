import type { PlaceInfo, PlaceRef } from '../../shared/contract.ts'
import { samePlace } from '../places/place-ref.ts'

/** `here`: they are there already. `away`: nothing can be brought there now. */
export type Verdict = 'welcome' | 'here' | 'away'

/** Whether images of `from` may be dropped on a place. Within one registry they may go to another repository. */
export function verdictOf(from: PlaceRef, to: PlaceRef, reachable: boolean): Verdict {
  if (!reachable) return 'away'
  return samePlace(from, to) && to.type !== 'registry' ? 'here' : 'welcome'
}

/** A registry that was not asked yet may well answer; a place known to be away is none to bring anything to. */
export function isReachable(info: Pick<PlaceInfo, 'state'>): boolean {
  return info.state.type !== 'away'
}
