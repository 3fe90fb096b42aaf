import { ActionIcon, Button } from '@mantine/core'
import { IconTrash, IconX } from '@tabler/icons-react'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { chooseImages, useImages } from './image-store.ts'

/** What can be done with the chosen images; there only while some are. */
export function SelectionBar({ engine }: { engine: string }) {
  const { t, size } = useWords()
  const { rows, chosen } = useImages()
  if (chosen.size === 0) return null
  const ids = [...chosen]
  const bytes = (rows ?? []).reduce((sum, row) => (chosen.has(row.id) ? sum + row.size : sum), 0)
  return (
    <section className="selection" aria-label={t('images.selection')}>
      <p className="selection-count">
        <strong>{t('images.chosen', { count: chosen.size })}</strong>{' '}
        <span className="muted">{t('common.upTo', { size: size(bytes) })}</span>
      </p>
      <Button onClick={() => openSheet({ type: 'save', engine, ids })}>
        {t('images.saveChosen')} <span className="docker-word">save</span>
      </Button>
      <Button
        variant="default"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={() => openSheet({ type: 'removal', engine, ids })}
      >
        {t('images.removeChosen')}
      </Button>
      <ActionIcon variant="default" size={36} aria-label={t('images.clearChosen')} onClick={() => chooseImages([])}>
        <IconX size={18} aria-hidden />
      </ActionIcon>
    </section>
  )
}
