import { memo, type Ref, useState } from 'react'
import type { ImageFacts, PlaceRef } from '../../shared/contract.ts'
import { endDrag, startDrag } from '../dragging/drag-store.ts'
import { dropTag, leaveTag, overTag } from '../dragging/tag-drag.ts'
import { openSheet } from '../shell/ui.ts'
import type { Words } from '../words/use-words.ts'
import { GroupCells, ImageCells } from './image-line.tsx'
import { lineTitle } from './line-title.ts'
import type { GroupLine, ImageLine } from './lines.ts'

interface RowProps {
  words: Words
  index: number
  /** Where it lies, in pixels from the first. */
  start: number
  measure: Ref<HTMLTableRowElement>
}

/** What all lines have, whatever is in them; drawn once, however often the list around it scrolls. */
export const GroupRow = memo(function GroupRow({ words, line, index, start, measure }: RowProps & { line: GroupLine }) {
  return (
    <tr
      className="row row-group"
      data-index={index}
      aria-rowindex={index + 2}
      ref={measure}
      style={{ transform: `translateY(${start}px)` }}
    >
      <GroupCells line={line} words={words} />
    </tr>
  )
})

/** What a row tells the list; the same object all the time, so that rows need not be drawn again. */
export interface RowActions {
  readonly activate: (key: string) => void
  readonly openMenu: (key: string, opened: boolean) => void
  readonly tag: (key: string, on: boolean) => void
}

interface ImageRowProps extends RowProps {
  place: PlaceRef
  line: ImageLine
  active: boolean
  chosen: boolean
  facts: ImageFacts | undefined
  tagging: boolean
  menu: boolean
  /** The list is being scrolled: a row that comes into view does without what shows under the pointer only. */
  passing: boolean
  actions: RowActions
}

export const ImageRow = memo(function ImageRow({
  words,
  place,
  line,
  index,
  start,
  measure,
  active,
  chosen,
  facts,
  tagging,
  menu,
  passing,
  actions,
}: ImageRowProps) {
  // Once whole, a row stays so.
  const [whole, setWhole] = useState(!passing)
  if (!passing && !whole) setWhole(true)
  const { key } = line
  return (
    <tr
      className="row row-image"
      data-index={index}
      aria-rowindex={index + 2}
      ref={measure}
      style={{ transform: `translateY(${start}px)` }}
      tabIndex={active ? 0 : -1}
      aria-selected={chosen}
      aria-label={lineTitle(line, words)}
      // While it is being named, the pointer marks text in its field.
      draggable={!tagging}
      onDragStart={(event) => startDrag(event, place, line, words)}
      onDragEnd={endDrag}
      onDragEnter={(event) => overTag(event, place, line)}
      onDragOver={(event) => overTag(event, place, line)}
      onDragLeave={leaveTag}
      onDrop={(event) => dropTag(event, place, line)}
      onFocus={() => actions.activate(key)}
      onDoubleClick={(event) => {
        if (!(event.target as HTMLElement).closest('button, input'))
          openSheet({ type: 'details', place, id: line.row.id })
      }}
      onContextMenu={(event) => {
        if ((event.target as HTMLElement).closest('form')) return
        event.preventDefault()
        actions.activate(key)
        actions.openMenu(key, true)
      }}
    >
      <ImageCells
        words={words}
        place={place}
        line={line}
        facts={facts}
        chosen={chosen}
        tagging={tagging}
        menu={menu}
        whole={whole}
        onTagging={(on) => actions.tag(key, on)}
        onMenu={(opened) => actions.openMenu(key, opened)}
      />
    </tr>
  )
})
