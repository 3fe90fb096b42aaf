import type { DragEvent } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { ImageLine } from '../images/lines.ts'
import { listKey } from '../places/place-ref.ts'
import { openSheet } from '../shell/ui.ts'
import { ghostOf } from './drag-store.ts'

/** One tag on its way from an image to another of the same list. */
interface DraggedTag {
  readonly place: PlaceRef
  readonly repository: string
  readonly tag: string
  readonly id: string
}

const KIND = 'application/x-caboteur-tag'

/** Outside the store: rows are not drawn again because a chip moves over them. */
let dragged: DraggedTag | undefined
let lit: Element | undefined

function light(row: Element | undefined): void {
  if (lit === row) return
  lit?.removeAttribute('data-over')
  row?.setAttribute('data-over', 'true')
  lit = row
}

export function startTagDrag(event: DragEvent, place: PlaceRef, line: ImageLine, tag: string): void {
  // The row under the chip is not what is carried.
  event.stopPropagation()
  dragged = { place, repository: line.repository, tag, id: line.row.id }
  event.dataTransfer.setData(KIND, `${line.repository}:${tag}`)
  event.dataTransfer.effectAllowed = 'move'
  event.dataTransfer.setDragImage(ghostOf(`${line.repository}:${tag}`), 12, 12)
}

export function endTagDrag(event: DragEvent): void {
  event.stopPropagation()
  dragged = undefined
  light(undefined)
}

/** Whether a row may have the tag that is being carried: it is another image of the same list, and can be read. */
function takes(place: PlaceRef, { row }: ImageLine): DraggedTag | undefined {
  if (!dragged || listKey(dragged.place) !== listKey(place)) return undefined
  return row.id === dragged.id || row.content?.problem ? undefined : dragged
}

export function overTag(event: DragEvent, place: PlaceRef, line: ImageLine): void {
  if (!takes(place, line)) return
  event.preventDefault()
  event.dataTransfer.dropEffect = 'move'
  light(event.currentTarget)
}

export function leaveTag(event: DragEvent): void {
  if (lit === event.currentTarget && !event.currentTarget.contains(event.relatedTarget as Node | null)) light(undefined)
}

/** Opens the sheet that says what the move would do. */
export function dropTag(event: DragEvent, place: PlaceRef, line: ImageLine): void {
  const tag = takes(place, line)
  if (!tag) return
  event.preventDefault()
  dragged = undefined
  light(undefined)
  openSheet({
    type: 'tags',
    place,
    repository: tag.repository,
    id: line.row.id,
    operations: [{ type: 'give', tag: tag.tag, id: line.row.id }],
  })
}
