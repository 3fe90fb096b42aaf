import { CloseButton } from '@mantine/core'
import { IconArrowsDiff } from '@tabler/icons-react'
import { useWords } from '../words/use-words.ts'
import { stopComparing, useCompared } from './compared.ts'

/** While one image waits for the other it is to be compared with. */
export function CompareNotice() {
  const { t } = useWords()
  const first = useCompared((state) => state.first)
  return (
    <div role="status" className="moved-status">
      {first && (
        <div className="notice notice-plain">
          <IconArrowsDiff className="notice-icon" aria-hidden size={20} />
          <p className="notice-body">{t('compare.waiting', { image: first.title })}</p>
          <CloseButton aria-label={t('compare.stop')} onClick={stopComparing} />
        </div>
      )}
    </div>
  )
}
