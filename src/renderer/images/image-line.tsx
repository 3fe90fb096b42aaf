import type { ImageFacts, PlaceRef } from '../../shared/contract.ts'
import { NewerChip } from '../getting/newer-chip.tsx'
import { Check } from '../shell/check.tsx'
import type { Words } from '../words/use-words.ts'
import { toggleImage } from './image-store.ts'
import { LineMenu } from './line-menu.tsx'
import { lineTitle } from './line-title.ts'
import type { GroupLine, ImageLine } from './lines.ts'
import { PlatformCell } from './platform-cell.tsx'
import { TagChips } from './tag-chips.tsx'
import { TagInput } from './tag-input.tsx'
import { UsedBy } from './used-by.tsx'

export function GroupCells({ line, words: { t } }: { line: GroupLine; words: Words }) {
  return (
    <th className="group-cell" scope="rowgroup" colSpan={6}>
      <span className="group-name">{line.repository || t('images.untagged')}</span>
      <span className="muted small">{t('common.images', { count: line.count })}</span>
    </th>
  )
}

export interface ImageCellsProps {
  /** Handed down, here and below: asked for by each piece of each row they would cost more than the row. */
  words: Words
  place: PlaceRef
  line: ImageLine
  facts: ImageFacts | undefined
  chosen: boolean
  tagging: boolean
  menu: boolean
  /** With the buttons that show under the pointer only. */
  whole: boolean
  onTagging: (tagging: boolean) => void
  onMenu: (opened: boolean) => void
}

/** The cells of one image. Its buttons are reached with the arrow keys, so that the list is one tab stop. */
export function ImageCells({
  words,
  place,
  line,
  facts,
  chosen,
  tagging,
  menu,
  whole,
  onTagging,
  onMenu,
}: ImageCellsProps) {
  const { t, size, ago, date } = words
  const { row } = line
  const title = lineTitle(line, words)
  return (
    <>
      <td className="cell-check">
        <Check
          tabIndex={-1}
          checked={chosen}
          aria-label={t('images.select', { image: title })}
          onChange={() => toggleImage(row.id)}
        />
      </td>
      <td className="cell-tags">
        <TagChips words={words} place={place} line={line} whole={whole} />
        <NewerChip words={words} place={place} id={row.id} repository={line.repository} tags={line.tags} />
        {facts && <UsedBy words={words} containers={facts.containers} />}
        {tagging && <TagInput place={place} line={line} onDone={() => onTagging(false)} />}
        {!tagging && whole && (
          <button type="button" tabIndex={-1} className="chip-add" onClick={() => onTagging(true)}>
            + {t('tag.add')} <span className="visually-hidden">{t('tag.addTo', { image: title })}</span>
          </button>
        )}
      </td>
      <PlatformCell words={words} row={row} facts={facts} />
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
          words={words}
          place={place}
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
