import type { PlaceRef } from '../../shared/contract.ts'
import { engineOnScreen, isReady, useEngines } from './engines.ts'
import { placeOnScreen, usePlaces } from './other-places.ts'

/** The place in the middle of the window; undefined while there is none. */
export function usePlaceOnScreen(): PlaceRef | undefined {
  const chosen = usePlaces((state) => (placeOnScreen(state) ? state.chosen : undefined))
  const engine = useEngines((state) => engineOnScreen(state)?.id)
  return chosen ?? (engine === undefined ? undefined : { type: 'engine', engine })
}

/** Whether the place on screen is there, so that its page has no button of its own that matters more than loading. */
export function useReadyOnScreen(): boolean {
  const other = usePlaces((state) => placeOnScreen(state)?.state.type)
  const engine = useEngines((state) => isReady(engineOnScreen(state)))
  return other === undefined ? engine : other !== 'away'
}
