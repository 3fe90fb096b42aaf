import { IconArrowBackUp } from '@tabler/icons-react'
import { useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { TagOperation } from '../../shared/tag-plan.ts'
import { backupsOf, useBackups } from '../backups/backup-store.ts'
import { endTagDrag, startTagDrag } from '../dragging/tag-drag.ts'
import { useApi } from '../host.tsx'
import { Mark } from '../shell/mark.tsx'
import { announce, openSheet, tellFailure } from '../shell/ui.ts'
import { shortId } from '../words/format.ts'
import type { Words } from '../words/use-words.ts'
import { takeName } from './image-actions.ts'
import { refreshImages, tellsByItself } from './image-store.ts'
import type { ImageLine } from './lines.ts'

interface TagChipProps {
  words: Words
  place: PlaceRef
  line: ImageLine
  tag: string
}

function TagChip({ words: { t }, place, line, tag }: TagChipProps) {
  const { client } = useApi()
  const [busy, setBusy] = useState(false)
  const name = `${line.repository}:${tag}`
  const untag = async (): Promise<void> => {
    setBusy(true)
    try {
      await takeName(client, place, line.row.id, name)
      if (!tellsByItself(place)) refreshImages()
      announce(t('tag.takenAway', { name }))
    } catch (error) {
      tellFailure(error)
    } finally {
      setBusy(false)
    }
  }
  const last = line.row.names.length === 1
  const open = (operations?: readonly TagOperation[]): void =>
    openSheet({
      type: 'tags',
      place,
      repository: line.repository,
      id: line.row.id,
      ...(operations ? { operations } : {}),
    })
  const remove = (): void => {
    // Docker would remove the image with its last name, and a registry shows it no more; elsewhere it stays.
    if (last && place.type === 'engine') openSheet({ type: 'last-name', engine: place.engine, id: line.row.id })
    else if (last && place.type === 'registry') open([{ type: 'remove', tag }])
    else void untag()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dragged has a button of its own, and an item in the row's menu.
    <span
      className="chip chip-own"
      draggable
      onDragStart={(event) => startTagDrag(event, place, line, tag)}
      onDragEnd={endTagDrag}
    >
      <button
        type="button"
        tabIndex={-1}
        className="chip-name"
        aria-label={t('tagging.chip', { tag, repository: line.repository })}
        title={tag === 'latest' ? t('tagging.latest') : undefined}
        onClick={() => open()}
      >
        {tag}
      </button>
      <button
        type="button"
        tabIndex={-1}
        className="chip-remove"
        disabled={busy}
        aria-label={t('images.removeTag', { tag, repository: line.repository })}
        onClick={remove}
      >
        <Mark sign="cross" />
      </button>
    </span>
  )
}

/** "Back to the version before", a button for each version of the line that has one kept. */
function BackButtons({ words: { t }, engine, line }: { words: Words; engine: string; line: ImageLine }) {
  const backups = useBackups((state) => state.backups)
  if (backups.length === 0) return null
  const { before } = backupsOf(
    line.tags.map((tag) => `${line.repository}:${tag}`),
    backups,
  )
  return before.map(({ name, of }) => (
    <button
      key={name}
      type="button"
      tabIndex={-1}
      className="chip-back"
      title={t('kept.row', { name: of })}
      onClick={() => openSheet({ type: 'back', engine, backup: name })}
    >
      <IconArrowBackUp size={14} aria-hidden />
      <span aria-hidden>
        {before.length === 1 ? t('kept.short') : t('kept.shortOf', { tag: of.slice(line.repository.length + 1) })}
      </span>
      <span className="visually-hidden">{t('kept.row', { name: of })}</span>
    </button>
  ))
}

/** The versions of a line, and the ways back to those before. */
export function TagChips({
  words,
  place,
  line,
  whole = true,
}: {
  words: Words
  place: PlaceRef
  line: ImageLine
  /** With the crosses that take a version away. */
  whole?: boolean
}) {
  const { t } = words
  return (
    <>
      {line.tags.map((tag) =>
        whole ? (
          <TagChip key={tag} words={words} place={place} line={line} tag={tag} />
        ) : (
          <span key={tag} className="chip chip-own chip-passing">
            {tag}
          </span>
        ),
      )}
      {line.tags.length === 0 && (
        <span className="muted small">
          {line.repository === '' ? <code>{shortId(line.row.id)}</code> : t('images.noVersion')}
        </span>
      )}
      {place.type === 'engine' && <BackButtons words={words} engine={place.engine} line={line} />}
    </>
  )
}
