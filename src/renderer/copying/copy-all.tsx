import { Button } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import type { PlaceRef } from '../../shared/contract.ts'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

/** The way to copy all of the place on screen. */
export function CopyAll({ place }: { place: PlaceRef }) {
  const { t } = useWords()
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      leftSection={<IconCopy size={16} aria-hidden />}
      onClick={() => openSheet({ type: 'whole', place })}
    >
      {t('whole.open')}
    </Button>
  )
}
