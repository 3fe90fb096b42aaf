import { Button } from '@mantine/core'
import { useHost } from '../host.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { useWords } from '../words/use-words.ts'

/** Signed in, but no keychain took the secret: how long it is good, and what would keep it. */
export function NotKept({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const os = useHost()?.os ?? 'other'
  return (
    <SheetFrame
      title={t('accounts.notKeptTitle')}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button onClick={onClose}>{t('common.close')}</Button>
        </>
      }
    >
      <p className="notice notice-warn">{t('accounts.notKept')}</p>
      <p>{t(`accounts.notKeptHow.${os}`)}</p>
    </SheetFrame>
  )
}
