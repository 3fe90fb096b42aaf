import { ActionIcon } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { memo, type Ref } from 'react'
import type { RepositoryInfo } from '../../shared/contract-portal.ts'
import { showPlace } from '../places/other-places.ts'
import type { RegistryPlace } from '../places/place-ref.ts'
import { openSheet } from '../shell/ui.ts'
import type { Words } from '../words/use-words.ts'
import type { SortBy } from './rows.ts'
import { VisibilityBadge } from './visibility-badge.tsx'

interface RepositoryRowProps {
  words: Words
  place: RegistryPlace
  row: RepositoryInfo
  columns: readonly SortBy[]
  index: number
  /** Where it lies, in pixels from the first. */
  start: number
  measure: Ref<HTMLTableRowElement>
  active: boolean
  onActive: (path: string) => void
}

const NOT_TOLD = '–'

function Cell({ by, row, words }: { by: SortBy; row: RepositoryInfo; words: Words }) {
  switch (by) {
    case 'name':
      return (
        <td className="cell-repository">
          <span className="repository-path">{row.path}</span>
          {row.description !== undefined && <span className="muted small repository-words">{row.description}</span>}
        </td>
      )
    case 'visibility':
      return (
        <td>
          <VisibilityBadge visibility={row.visibility} />
        </td>
      )
    case 'pulls':
      return <td className="cell-size muted">{row.pulls === undefined ? NOT_TOLD : words.number(row.pulls)}</td>
    case 'pushed':
      return (
        <td className="muted" title={row.pushed === undefined ? undefined : words.date(row.pushed)}>
          {row.pushed === undefined ? NOT_TOLD : words.ago(row.pushed)}
        </td>
      )
    case 'size':
      return <td className="cell-size muted">{row.size === undefined ? NOT_TOLD : words.size(row.size)}</td>
  }
}

/** One repository: a click on its name opens its versions, the dots tell about it. */
export const RepositoryRow = memo(function RepositoryRow({
  words,
  place,
  row,
  columns,
  index,
  start,
  measure,
  active,
  onActive,
}: RepositoryRowProps) {
  const { t } = words
  return (
    <tr
      className="row row-image row-repository"
      data-index={index}
      aria-rowindex={index + 2}
      ref={measure}
      style={{ transform: `translateY(${start}px)` }}
      tabIndex={active ? 0 : -1}
      aria-label={`${row.path}, ${t(`repositories.${row.visibility}`)}`}
      onFocus={() => onActive(row.path)}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest('button')) showPlace({ ...place, repository: row.path })
      }}
    >
      {columns.map((by) => (
        <Cell key={by} by={by} row={row} words={words} />
      ))}
      <td className="cell-more">
        <ActionIcon
          variant="subtle"
          size={28}
          tabIndex={-1}
          aria-label={t('repositories.details', { name: row.path })}
          onClick={() => openSheet({ type: 'repository', place, path: row.path })}
        >
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </td>
    </tr>
  )
})
