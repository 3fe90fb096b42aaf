import type { DragEvent } from 'react'
import { create } from 'zustand'
import type { PlaceRef } from '../../shared/contract.ts'
import { takenWith } from '../images/image-store.ts'
import { lineTitle } from '../images/line-title.ts'
import type { ImageLine } from '../images/lines.ts'
import type { Words } from '../words/use-words.ts'

export interface Dragged {
  readonly from: PlaceRef
  readonly ids: readonly string[]
}

interface Drag {
  /** Images on their way to a place; undefined while none are. */
  dragged: Dragged | undefined
  /** `placeKey` of the place under the pointer. */
  over: string | undefined
}

export const useDrag = create<Drag>(() => ({ dragged: undefined, over: undefined }))

const KIND = 'application/x-caboteur-images'

/** A small card under the pointer that says what is being carried. */
export function ghostOf(text: string): HTMLElement {
  const ghost = document.createElement('div')
  ghost.className = 'drag-ghost'
  ghost.textContent = text
  document.body.append(ghost)
  // The browser has taken its picture by then.
  setTimeout(() => ghost.remove())
  return ghost
}

export function startDrag(event: DragEvent, place: PlaceRef, line: ImageLine, words: Words): void {
  // What cannot be read cannot be carried.
  if (line.row.content?.problem) {
    event.preventDefault()
    return
  }
  const ids = takenWith(line.row.id)
  const text = ids.length === 1 ? lineTitle(line, words) : words.t('common.images', { count: ids.length })
  event.dataTransfer.setData(KIND, ids.join(' '))
  event.dataTransfer.effectAllowed = 'copy'
  event.dataTransfer.setDragImage(ghostOf(text), 12, 12)
  useDrag.setState({ dragged: { from: place, ids }, over: undefined })
}

export function endDrag(): void {
  useDrag.setState({ dragged: undefined, over: undefined })
}
