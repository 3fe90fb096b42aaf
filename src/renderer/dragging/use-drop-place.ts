import type { DragEvent } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { placeKey } from '../places/place-ref.ts'
import { openSheet } from '../shell/ui.ts'
import { endDrag, useDrag } from './drag-store.ts'
import { verdictOf } from './drop-rules.ts'

/** Opens the sheet that says what bringing these images there would do. A folder of files gets a file. */
function bring(from: PlaceRef, ids: readonly string[], to: PlaceRef): void {
  if (to.type === 'files') openSheet({ type: 'save', place: from, ids, folder: to.path })
  else openSheet({ type: 'copy', place: from, ids, to })
}

/** What makes a row of the list of places take images that are dropped on it, and say beforehand whether it would. */
export function useDropPlace(place: PlaceRef, reachable: boolean) {
  const dragged = useDrag((state) => state.dragged)
  const over = useDrag((state) => state.over === placeKey(place))
  const verdict = dragged && verdictOf(dragged.from, place, reachable)
  const take = (event: DragEvent): void => {
    if (verdict !== 'welcome') return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'copy'
    if (!over) useDrag.setState({ over: placeKey(place) })
  }
  return {
    'data-place': placeKey(place),
    ...(verdict === undefined ? {} : { 'data-drop': verdict }),
    ...(over ? { 'data-over': true } : {}),
    onDragEnter: take,
    onDragOver: take,
    onDragLeave: (event: DragEvent) => {
      if (over && !event.currentTarget.contains(event.relatedTarget as Node | null))
        useDrag.setState({ over: undefined })
    },
    onDrop: (event: DragEvent) => {
      if (!dragged || verdict !== 'welcome') return
      event.preventDefault()
      endDrag()
      bring(dragged.from, dragged.ids, place)
    },
  }
}
