import { memo } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { openSheet } from '../shell/ui.ts'
import type { Words } from '../words/use-words.ts'
import { newerNames, useNewer } from './newer-store.ts'

interface NewerChipProps {
  words: Words
  place: PlaceRef
  id: string
  repository: string
  tags: readonly string[]
}

/** Says that a name of this line has moved on at its registry, and leads to what it names there now. */
export const NewerChip = memo(function NewerChip({ words: { t }, place, id, repository, tags }: NewerChipProps) {
  const name = useNewer(({ newer }) =>
    newer.length === 0
      ? undefined
      : newerNames(
          newer,
          place,
          id,
          tags.map((tag) => `${repository}:${tag}`),
        )[0],
  )
  if (name === undefined) return null
  return (
    <button
      type="button"
      tabIndex={-1}
      className="chip-back"
      title={t('getting.newer.chipHint', { name })}
      onClick={() => openSheet({ type: 'get', text: name, to: place })}
    >
      {t('getting.newer.chip')} <span className="visually-hidden">{t('getting.newer.chipHint', { name })}</span>
    </button>
  )
})
