import { create } from 'zustand'
import type { Spot } from '../../shared/contract.ts'
import { listKey } from '../places/place-ref.ts'
import { openSheet } from '../shell/ui.ts'
import type { Translate } from '../words/use-words.ts'

interface Compared {
  /** The image the next one is compared with. */
  first: (Spot & { readonly title: string }) | undefined
}

export const useCompared = create<Compared>(() => ({ first: undefined }))

function sameSpot(left: Spot, right: Spot): boolean {
  return left.id === right.id && listKey(left.place) === listKey(right.place)
}

export function stopComparing(): void {
  useCompared.setState({ first: undefined })
}

/** The first image is kept in mind, in whatever place; the second opens the comparison. */
export function compareFrom(spot: Spot, title: string): void {
  const { first } = useCompared.getState()
  if (!first || sameSpot(first, spot)) {
    useCompared.setState({ first: first ? undefined : { ...spot, title } })
    return
  }
  stopComparing()
  openSheet({ type: 'compare', left: { place: first.place, id: first.id }, right: spot })
}

/** What the row's menu calls it. */
export function compareWords(first: Compared['first'], spot: Spot, t: Translate): string {
  if (!first) return t('compare.begin')
  return sameSpot(first, spot) ? t('compare.stop') : t('compare.with', { image: first.title })
}
