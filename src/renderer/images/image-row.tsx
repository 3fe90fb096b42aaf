import { memo, type Ref } from 'react'
import type { ImageFacts } from '../../shared/contract.ts'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { GroupCells, ImageCells } from './image-line.tsx'
import { lineTitle } from './line-title.ts'
import type { GroupLine, ImageLine } from './lines.ts'

interface RowProps {
  index: number
  /** Where it lies, in pixels from the first. */
  start: number
  measure: Ref<HTMLTableRowElement>
}

/** What all lines have, whatever is in them; drawn once, however often the list around it scrolls. */
export const GroupRow = memo(function GroupRow({ line, index, start, measure }: RowProps & { line: GroupLine }) {
  return (
    <tr
      className="row row-group"
      data-index={index}
      aria-rowindex={index + 2}
      ref={measure}
      style={{ transform: `translateY(${start}px)` }}
    >
      <GroupCells line={line} />
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
  engine: string
  line: ImageLine
  active: boolean
  chosen: boolean
  facts: ImageFacts | undefined
  tagging: boolean
  menu: boolean
  actions: RowActions
}

export const ImageRow = memo(function ImageRow({
  engine,
  line,
  index,
  start,
  measure,
  active,
  chosen,
  facts,
  tagging,
  menu,
  actions,
}: ImageRowProps) {
  const words = useWords()
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
      onFocus={() => actions.activate(key)}
      onDoubleClick={(event) => {
        if (!(event.target as HTMLElement).closest('button, input'))
          openSheet({ type: 'details', engine, id: line.row.id })
      }}
      onContextMenu={(event) => {
        if ((event.target as HTMLElement).closest('form')) return
        event.preventDefault()
        actions.activate(key)
        actions.openMenu(key, true)
      }}
    >
      <ImageCells
        engine={engine}
        line={line}
        facts={facts}
        chosen={chosen}
        tagging={tagging}
        menu={menu}
        onTagging={(on) => actions.tag(key, on)}
        onMenu={(opened) => actions.openMenu(key, opened)}
      />
    </tr>
  )
})
