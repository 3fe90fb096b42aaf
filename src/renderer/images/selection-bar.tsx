import { ActionIcon, Button } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import type { PlaceRef } from '../../shared/contract.ts'
import { canPublish, openPublish } from '../publishing/open-publish.ts'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { chooseImages, useImages } from './image-store.ts'

/** What can be done with the chosen images; there only while some are. With Docker the first thing is to save, elsewhere to send. */
export function SelectionBar({ place }: { place: PlaceRef }) {
  const { t, size } = useWords()
  const { rows, chosen } = useImages()
  if (chosen.size === 0) return null
  const ids = [...chosen]
  const [left, right] = ids
  const taken = (rows ?? []).filter((row) => chosen.has(row.id))
  const bytes = taken.reduce((sum, row) => sum + row.size, 0)
  const engine = place.type === 'engine'
  return (
    <section className="selection" aria-label={t('images.selection')}>
      <p className="selection-count">
        <strong>{t('images.chosen', { count: chosen.size })}</strong>{' '}
        <span className="muted">{t('common.upTo', { size: size(bytes) })}</span>
      </p>
      <Button variant={engine ? 'filled' : 'default'} onClick={() => openSheet({ type: 'save', place, ids })}>
        {t('images.saveChosen')} <span className="docker-word">save</span>
      </Button>
      <Button variant={engine ? 'default' : 'filled'} onClick={() => openSheet({ type: 'copy', place, ids })}>
        {t('images.send')}
      </Button>
      {canPublish(place, taken) && (
        <Button variant="default" onClick={() => openPublish(place, taken)}>
          {t('publish.menu')} <span className="docker-word">push</span>
        </Button>
      )}
      {ids.length === 2 && left !== undefined && right !== undefined && (
        <Button
          variant="default"
          onClick={() => openSheet({ type: 'compare', left: { place, id: left }, right: { place, id: right } })}
        >
          {t('compare.both')}
        </Button>
      )}
      <Button variant="default" onClick={() => openSheet({ type: 'removal', place, ids })}>
        {t('images.removeChosen')}
      </Button>
      <ActionIcon variant="default" size={36} aria-label={t('images.clearChosen')} onClick={() => chooseImages([])}>
        <IconX size={18} aria-hidden />
      </ActionIcon>
    </section>
  )
}
