import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { engineOf } from '../places/place-ref.ts'
import { Check } from '../shell/check.tsx'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { GroupRow, ImageRow, type RowActions } from './image-row.tsx'
import { chooseImages, takenWith, toggleImage, useImages } from './image-store.ts'
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
  place: PlaceRef
  label: string
  lines: readonly Line[]
  sort: Sort
  onSort: (sort: Sort) => void
}

/** What the lines are asked at each drawing, worked out once for a list. */
function indexOf(lines: readonly Line[]) {
  const at = new Map<string, number>()
  const ids = new Set<string>()
  let firstImage = -1
  for (const [index, line] of lines.entries()) {
    at.set(line.key, index)
    if (line.kind === 'group') continue
    ids.add(line.row.id)
    if (firstImage < 0) firstImage = index
  }
  return { at, ids: [...ids], firstImage }
}

/** The images as a grid that draws only what is in view. One tab stop; arrow keys inside. */
export function ImageList({ place, label, lines, sort, onSort }: ImageListProps) {
  const words = useWords()
  const { t } = words
  const scroller = useRef<HTMLDivElement>(null)
  const [activeKey, setActiveKey] = useState<string>()
  const [taggingKey, setTaggingKey] = useState<string>()
  const [menuKey, setMenuKey] = useState<string>()
  const wantsFocus = useRef(false)
  const chosen = useImages((state) => state.chosen)
  const facts = useImages((state) => state.facts)

  const { at, ids: imageIds, firstImage } = useMemo(() => indexOf(lines), [lines])
  const active = activeKey === 'header' ? HEADER : (at.get(activeKey ?? '') ?? firstImage)
  const tagging = at.get(taggingKey ?? '') ?? -1
  const chosenHere = useMemo(() => imageIds.filter((id) => chosen.has(id)).length, [imageIds, chosen])
  const all = imageIds.length > 0 && chosenHere === imageIds.length

  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (lines[index]?.kind === 'group' ? 40 : 46),
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 4,
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
    engineOf(place),
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

  const withImage = (act: (line: ImageLine) => void) => (index: number) => {
    const line = lines[index]
    if (line?.kind === 'image') act(line)
  }

  const actions = useMemo<RowActions>(
    () => ({
      activate: setActiveKey,
      openMenu: (key, opened) => {
        wantsFocus.current = !opened
        setMenuKey(opened ? key : undefined)
      },
      tag: (key, on) => {
        if (!on) wantsFocus.current = true
        setTaggingKey(on ? key : undefined)
      },
    }),
    [],
  )

  const rowOf = (line: Line, index: number, start: number) => {
    const common = { words, index, start, measure: virtualizer.measureElement }
    if (line.kind === 'group') return <GroupRow key={line.key} {...common} line={line} />
    return (
      <ImageRow
        key={line.key}
        {...common}
        place={place}
        line={line}
        active={index === active}
        chosen={chosen.has(line.row.id)}
        facts={facts[line.row.id]}
        tagging={line.key === taggingKey}
        menu={line.key === menuKey}
        passing={virtualizer.isScrolling && index !== active}
        actions={actions}
      />
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
            details: withImage(({ row }) => openSheet({ type: 'details', place, id: row.id })),
            menu: withImage(({ key }) => setMenuKey(key)),
            remove: withImage(({ row }) => openSheet({ type: 'removal', place, ids: takenWith(row.id) })),
          })
          if (handled) event.preventDefault()
        }}
      >
        <thead>
          <tr aria-rowindex={1} className="row row-head" onFocus={() => setActiveKey('header')}>
            <th className="cell-check" scope="col">
              <Check
                tabIndex={activeKey === 'header' ? 0 : -1}
                checked={all}
                mixed={!all && chosenHere > 0}
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
