import { useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { ListRow } from '../images/image-store.ts'
import { imageTitle } from '../images/lines.ts'
import { useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { usePlacePhrase } from '../places/place-names.ts'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import type { CopyRow } from './copy-form.ts'
import { CopySheet } from './copy-sheet.tsx'
import { destinationsOf } from './destinations.ts'

function rowOf({ id, names, size, content }: ListRow): CopyRow {
  return { id, names, platforms: content?.platforms ?? [], size }
}

interface SendSheetProps {
  place: PlaceRef
  rows: readonly ListRow[]
  to: PlaceRef | undefined
  onClose: () => void
}

/** "Send to…": chosen images of the place on screen, to one the person chooses or dropped them on. */
export function SendSheet({ place, rows, to: dropped, onClose }: SendSheetProps) {
  const { t } = useWords()
  const nameOf = usePlacePhrase()
  const engines = useEngines((state) => state.engines) ?? []
  const places = usePlaces((state) => state.places) ?? []
  // Where there is but one way, it is taken; else the person says which.
  const [ways] = useState(() => destinationsOf(place, engines, places, t).flatMap(({ items }) => items))
  const [to, setTo] = useState(dropped ?? (ways.length === 1 ? ways[0]?.place : undefined))
  const [copied] = useState(() => rows.map(rowOf))
  const ids = copied.map(({ id }) => id)
  return (
    <CopySheet
      title={t('copy.title', { count: rows.length, image: rows[0] ? imageTitle(rows[0]) : '' })}
      about={t('save.from', { place: nameOf(place) })}
      from={place}
      rows={copied}
      to={to}
      onTo={setTo}
      onFile={() => openSheet({ type: 'save', place, ids })}
      onStarted={onClose}
      onClose={onClose}
    />
  )
}
