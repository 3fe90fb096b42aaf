import { Checkbox } from '@mantine/core'
import type { ImageFacts } from '../../shared/contract.ts'
import { platformCode, platformWords } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'
import { toggleImage } from './image-store.ts'
import { LineMenu } from './line-menu.tsx'
import { lineTitle } from './line-title.ts'
import type { GroupLine, ImageLine } from './lines.ts'
import { TagChips } from './tag-chips.tsx'
import { TagInput } from './tag-input.tsx'
import { UsedBy } from './used-by.tsx'

export function GroupCells({ line }: { line: GroupLine }) {
  const { t } = useWords()
  return (
    <th className="group-cell" scope="rowgroup" colSpan={6}>
      <span className="group-name">{line.repository || t('images.untagged')}</span>
      <span className="muted small">{t('common.images', { count: line.count })}</span>
    </th>
  )
}

export interface ImageCellsProps {
  engine: string
  line: ImageLine
  facts: ImageFacts | undefined
  chosen: boolean
  tagging: boolean
  menu: boolean
  onTagging: (tagging: boolean) => void
  onMenu: (opened: boolean) => void
}

/** The cells of one image. Its buttons are reached with the arrow keys, so that the list is one tab stop. */
export function ImageCells({ engine, line, facts, chosen, tagging, menu, onTagging, onMenu }: ImageCellsProps) {
  const words = useWords()
  const { t, size, ago, date } = words
  const { row } = line
  const title = lineTitle(line, words)
  return (
    <>
      <td className="cell-check">
        <Checkbox
          tabIndex={-1}
          checked={chosen}
          aria-label={t('images.select', { image: title })}
          onChange={() => toggleImage(row.id)}
        />
      </td>
      <td className="cell-tags">
        <TagChips engine={engine} line={line} />
        {facts && <UsedBy containers={facts.containers} />}
        {tagging ? (
          <TagInput engine={engine} line={line} onDone={() => onTagging(false)} />
        ) : (
          <button type="button" tabIndex={-1} className="chip-add" onClick={() => onTagging(true)}>
            + {t('tag.add')} <span className="visually-hidden">{t('tag.addTo', { image: title })}</span>
          </button>
        )}
      </td>
      <td className="cell-platform" {...(facts ? { title: platformCode(facts.platform) } : {})}>
        {facts ? platformWords(facts.platform, t) : ''}
      </td>
      <td className="cell-size">{size(row.size)}</td>
      <td className="cell-created">
        {row.created > 0 ? (
          <time dateTime={new Date(row.created).toISOString()} title={date(row.created)}>
            {ago(row.created)}
          </time>
        ) : (
          t('images.noDate')
        )}
      </td>
      <td className="cell-more">
        <LineMenu
          engine={engine}
          line={line}
          title={title}
          opened={menu}
          onChange={onMenu}
          onAddTag={() => onTagging(true)}
        />
      </td>
    </>
  )
}
