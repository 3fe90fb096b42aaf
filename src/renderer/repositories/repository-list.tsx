import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react'
import type { RepositoryInfo } from '../../shared/contract-portal.ts'
import { HEADER, handleGridKey } from '../images/use-grid-keys.ts'
import { showPlace } from '../places/other-places.ts'
import type { RegistryPlace } from '../places/place-ref.ts'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { RepositoryRow } from './repository-row.tsx'
import type { Sort, SortBy } from './rows.ts'

const HEADER_HEIGHT = 46
const WIDTHS: Readonly<Record<SortBy, string>> = {
  name: 'minmax(180px, 1fr)',
  visibility: '132px',
  pulls: '112px',
  pushed: '148px',
  size: '92px',
}
const LABELS = { name: 'name', visibility: 'whoSees', pulls: 'pulls', pushed: 'pushed', size: 'size' } as const
const NUMBERS: readonly SortBy[] = ['pulls', 'size']
const NOTHING = (): void => undefined

interface RepositoryListProps {
  place: RegistryPlace
  rows: readonly RepositoryInfo[]
  columns: readonly SortBy[]
  sort: Sort
  onSort: (sort: Sort) => void
}

/** A person's repositories as a grid that draws only what is in view. One tab stop; arrow keys inside, Enter opens. */
export function RepositoryList({ place, rows, columns, sort, onSort }: RepositoryListProps) {
  const words = useWords()
  const { t } = words
  const scroller = useRef<HTMLDivElement>(null)
  const [activePath, setActivePath] = useState<string>()
  const [onHeader, setOnHeader] = useState(false)
  const wantsFocus = useRef(false)
  const lines = useMemo(() => rows.map(() => ({ kind: 'repository' })), [rows])
  const at = useMemo(() => new Map(rows.map(({ path }, index) => [path, index])), [rows])
  const active = onHeader ? HEADER : (at.get(activePath ?? '') ?? 0)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 56,
    getItemKey: (index) => rows[index]?.path ?? index,
    overscan: 6,
    // The sticky header covers the top of the view.
    scrollPaddingEnd: HEADER_HEIGHT,
    // The active row stays drawn, so that focus is never lost while scrolling.
    rangeExtractor: (range: Range) =>
      [...new Set([...defaultRangeExtractor(range), active])].filter((index) => index >= 0).sort((a, b) => a - b),
  })
  const move = (index: number): void => {
    wantsFocus.current = true
    setOnHeader(index === HEADER)
    if (index === HEADER) {
      scroller.current?.querySelector<HTMLElement>('thead button')?.focus()
      return
    }
    setActivePath(rows[index]?.path)
    virtualizer.scrollToIndex(index)
  }
  useEffect(() => {
    if (!wantsFocus.current || active < 0) return
    wantsFocus.current = false
    scroller.current?.querySelector<HTMLElement>(`tr[data-index="${active}"]`)?.focus({ preventScroll: true })
  })
  const withRow = (act: (row: RepositoryInfo) => void) => (index: number) => {
    const row = rows[index]
    if (row) act(row)
  }
  const open = withRow(({ path }) => showPlace({ ...place, repository: path }))
  const about = withRow(({ path }) => openSheet({ type: 'repository', place, path }))
  const activate = useMemo(
    () => (path: string) => {
      setOnHeader(false)
      setActivePath(path)
    },
    [],
  )
  const grid = { '--columns': `${columns.map((by) => WIDTHS[by]).join(' ')} 52px` } as CSSProperties
  return (
    <div className="images-scroller" ref={scroller} data-pane="images" style={grid}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is what this table is: rows are walked with the arrow keys.
        role="grid"
        className="images repositories-grid"
        aria-label={t('repositories.grid', { place: place.host })}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        onKeyDown={(event) => {
          const moves = { active, lines, move, toggle: open, details: open, menu: about }
          if (handleGridKey(event, { ...moves, chooseAll: NOTHING, remove: NOTHING })) event.preventDefault()
        }}
      >
        <thead>
          <tr aria-rowindex={1} className="row row-head" onFocus={() => setOnHeader(true)}>
            {columns.map((by, index) => (
              <SortHeader key={by} by={by} sort={sort} onSort={onSort} stop={onHeader && index === 0} />
            ))}
            <th className="cell-more" scope="col">
              <span className="visually-hidden">{t('repositories.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]
            return (
              row && (
                <RepositoryRow
                  key={row.path}
                  words={words}
                  place={place}
                  row={row}
                  columns={columns}
                  index={index}
                  start={start}
                  measure={virtualizer.measureElement}
                  active={index === active}
                  onActive={activate}
                />
              )
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

interface SortHeaderProps {
  by: SortBy
  sort: Sort
  onSort: (sort: Sort) => void
  /** The one that the tab key stops at. */
  stop: boolean
}

function SortHeader({ by, sort, onSort, stop }: SortHeaderProps) {
  const { t } = useWords()
  const active = sort.by === by
  const Icon = sort.descending ? IconArrowDown : IconArrowUp
  // Numbers and dates are first wanted from the largest and newest.
  const first = by !== 'name' && by !== 'visibility'
  const direction = sort.descending ? 'descending' : 'ascending'
  return (
    <th className={NUMBERS.includes(by) ? 'cell-size' : undefined} scope="col" aria-sort={active ? direction : 'none'}>
      <button
        type="button"
        tabIndex={stop ? 0 : -1}
        className="sort"
        onClick={() => onSort({ by, descending: active ? !sort.descending : first })}
      >
        {t(`repositories.${LABELS[by]}`)}
        {active && <Icon size={14} aria-hidden />}
      </button>
    </th>
  )
}
