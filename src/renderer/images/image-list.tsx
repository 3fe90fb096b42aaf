import { Checkbox } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, useState } from 'react'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { GroupCells, ImageCells, lineTitle } from './image-line.tsx'
import { chooseImages, toggleImage, useImages } from './image-store.ts'
import type { ImageLine, Line, Sort, SortBy } from './lines.ts'
import { useFacts } from './use-facts.ts'
import { HEADER, handleGridKey } from './use-grid-keys.ts'

const HEADER_HEIGHT = 46
const COLUMNS = 6

interface SortHeaderProps {
  by: SortBy
  label: string
  className: string
  sort: Sort
  onSort: (sort: Sort) => void
}

function SortHeader({ by, label, className, sort, onSort }: SortHeaderProps) {
  const active = sort.by === by
  const Icon = sort.descending ? IconArrowDown : IconArrowUp
  // Sizes and dates are first wanted from the largest and newest.
  const first = by !== 'name'
  const direction = sort.descending ? 'descending' : 'ascending'
  return (
    <th className={className} scope="col" aria-sort={active ? direction : 'none'}>
      <button
        type="button"
        tabIndex={-1}
        className="sort"
        onClick={() => onSort({ by, descending: active ? !sort.descending : first })}
      >
        {label}
        {active && <Icon size={14} aria-hidden />}
      </button>
    </th>
  )
}

interface ImageListProps {
  engine: string
  label: string
  lines: readonly Line[]
  sort: Sort
  onSort: (sort: Sort) => void
}

/** The images as a grid that draws only what is in view. One tab stop; arrow keys inside. */
export function ImageList({ engine, label, lines, sort, onSort }: ImageListProps) {
  const words = useWords()
  const { t } = words
  const scroller = useRef<HTMLDivElement>(null)
  const [activeKey, setActiveKey] = useState<string>()
  const [taggingKey, setTaggingKey] = useState<string>()
  const [menuKey, setMenuKey] = useState<string>()
  const wantsFocus = useRef(false)
  const { chosen, facts } = useImages()

  const imageIds = [...new Set(lines.flatMap((line) => (line.kind === 'image' ? [line.row.id] : [])))]
  const firstImage = lines.findIndex(({ kind }) => kind === 'image')
  const found = activeKey === 'header' ? HEADER : lines.findIndex(({ key }) => key === activeKey)
  const active = found === HEADER && activeKey !== 'header' ? firstImage : found
  const tagging = lines.findIndex(({ key }) => key === taggingKey)

  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (lines[index]?.kind === 'group' ? 40 : 46),
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 8,
    // The sticky header covers the top of the view.
    scrollPaddingEnd: HEADER_HEIGHT,
    // The active row and the one being named stay drawn, so that focus is never lost while scrolling.
    rangeExtractor: (range: Range) =>
      [...new Set([...defaultRangeExtractor(range), active, tagging])]
        .filter((index) => index >= 0)
        .sort((a, b) => a - b),
  })
  const items = virtualizer.getVirtualItems()
  useFacts(
    engine,
    items.flatMap(({ index }) => {
      const line = lines[index]
      return line?.kind === 'image' ? [line.row.id] : []
    }),
  )

  const move = (index: number): void => {
    wantsFocus.current = true
    if (index === HEADER) {
      setActiveKey('header')
      scroller.current?.querySelector<HTMLElement>('thead input')?.focus()
      return
    }
    setActiveKey(lines[index]?.key)
    virtualizer.scrollToIndex(index)
  }
  useEffect(() => {
    if (!wantsFocus.current || active < 0) return
    wantsFocus.current = false
    // A row being named has its field focused, not itself.
    if (active === tagging) return
    scroller.current?.querySelector<HTMLElement>(`tr[data-index="${active}"]`)?.focus({ preventScroll: true })
  })

  const imageAt = (index: number): ImageLine | undefined => {
    const line = lines[index]
    return line?.kind === 'image' ? line : undefined
  }
  const withImage = (act: (line: ImageLine) => void) => (index: number) => {
    const line = imageAt(index)
    if (line) act(line)
  }

  const endTagging = useCallback(() => {
    wantsFocus.current = true
    setTaggingKey(undefined)
  }, [])
  const all = imageIds.length > 0 && imageIds.every((id) => chosen.has(id))

  const rowOf = (line: Line, index: number, start: number) => {
    const common = {
      'data-index': index,
      'aria-rowindex': index + 2,
      ref: virtualizer.measureElement,
      style: { transform: `translateY(${start}px)` },
    }
    if (line.kind === 'group') {
      return (
        <tr key={line.key} {...common} className="row row-group">
          <GroupCells line={line} />
        </tr>
      )
    }
    const isChosen = chosen.has(line.row.id)
    return (
      <tr
        key={line.key}
        {...common}
        className="row row-image"
        tabIndex={index === active ? 0 : -1}
        aria-selected={isChosen}
        aria-label={lineTitle(line, words)}
        onFocus={() => setActiveKey(line.key)}
        onDoubleClick={(event) => {
          if (!(event.target as HTMLElement).closest('button, input'))
            openSheet({ type: 'details', engine, id: line.row.id })
        }}
        onContextMenu={(event) => {
          if ((event.target as HTMLElement).closest('form')) return
          event.preventDefault()
          setActiveKey(line.key)
          setMenuKey(line.key)
        }}
      >
        <ImageCells
          engine={engine}
          line={line}
          facts={facts[line.row.id]}
          chosen={isChosen}
          tagging={line.key === taggingKey}
          menu={line.key === menuKey}
          onTagging={(on) => {
            if (on) setTaggingKey(line.key)
            else endTagging()
          }}
          onMenu={(opened) => {
            wantsFocus.current = !opened
            setMenuKey(opened ? line.key : undefined)
          }}
        />
      </tr>
    )
  }

  return (
    <div className="images-scroller" ref={scroller} data-pane="images">
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is what this table is: rows are chosen and walked with the arrow keys.
        role="grid"
        className="images"
        aria-label={label}
        aria-rowcount={lines.length + 1}
        aria-colcount={COLUMNS}
        aria-multiselectable
        onKeyDown={(event) => {
          const handled = handleGridKey(event, {
            active,
            lines,
            move,
            toggle: withImage(({ row }) => toggleImage(row.id)),
            chooseAll: () => chooseImages(imageIds),
            details: withImage(({ row }) => openSheet({ type: 'details', engine, id: row.id })),
            menu: withImage(({ key }) => setMenuKey(key)),
            remove: withImage(({ row }) =>
              openSheet({ type: 'removal', engine, ids: chosen.has(row.id) ? [...chosen] : [row.id] }),
            ),
          })
          if (handled) event.preventDefault()
        }}
      >
        <thead>
          <tr aria-rowindex={1} className="row row-head" onFocus={() => setActiveKey('header')}>
            <th className="cell-check" scope="col">
              <Checkbox
                tabIndex={activeKey === 'header' ? 0 : -1}
                checked={all}
                indeterminate={!all && imageIds.some((id) => chosen.has(id))}
                aria-label={t('images.selectAll')}
                onChange={() => chooseImages(all ? [] : imageIds)}
              />
            </th>
            <SortHeader by="name" className="cell-tags" label={t('images.tags')} sort={sort} onSort={onSort} />
            <th className="cell-platform" scope="col">
              {t('images.platform')}
            </th>
            <SortHeader by="size" className="cell-size" label={t('images.size')} sort={sort} onSort={onSort} />
            <SortHeader by="created" className="cell-created" label={t('images.created')} sort={sort} onSort={onSort} />
            <th className="cell-more" scope="col">
              <span className="visually-hidden">{t('images.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const line = lines[index]
            return line && rowOf(line, index, start)
          })}
        </tbody>
      </table>
    </div>
  )
}
