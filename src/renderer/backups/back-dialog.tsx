import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Backup } from '../../shared/contract.ts'
import { datedName } from '../../shared/reference.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { useImages } from '../images/image-store.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce, tellMoved } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { useBackups } from './backup-store.ts'

interface BackDialogProps {
  engine: string
  /** The name the version is kept under. */
  backup: string
  onClose: () => void
}

function WillHappen({ backup, now }: { backup: Backup; now: string | undefined }) {
  const { t, size, date } = useWords()
  const [today] = useState(() => new Date())
  return (
    <>
      <p className="summary">
        <strong>{t('kept.namesAgain', { name: backup.of, date: date(backup.at), size: size(backup.size) })}</strong>
      </p>
      <p>
        {now === undefined ? t('kept.todayNone') : t('kept.today', { kept: datedName(backup.of, today) })}{' '}
        {t('kept.nameGoes', { kept: backup.name })}
      </p>
    </>
  )
}

/** "Back to the version before": what will happen, then that. */
export function BackDialog({ engine, backup: name, onClose }: BackDialogProps) {
  const { t } = useWords()
  const { queries } = useApi()
  // As it was when asked: the list changes while the answer comes back.
  const [backup] = useState(() => useBackups.getState().backups.find((other) => other.name === name))
  const now = useImages((state) => state.rows?.find(({ names }) => backup && names.includes(backup.of))?.id)
  const back = useMutation(
    queries.images.back.mutationOptions({
      onSuccess: ({ replaced }) => {
        announce(t('kept.done', { name: backup?.of ?? '' }))
        tellMoved({ type: 'engine', engine }, replaced)
        onClose()
      },
    }),
  )
  return (
    <SheetFrame
      title={t('kept.backTitle')}
      about={backup?.of}
      onClose={onClose}
      summary={back.error && <FailureNotice error={asFailure(back.error)} />}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          {backup && (
            <Button
              loading={back.isPending}
              onClick={() => back.mutate({ engine, backup: backup.name, expected: now ?? '' })}
            >
              {t('kept.back')}
            </Button>
          )}
        </>
      }
    >
      {backup ? <WillHappen backup={backup} now={now} /> : <p>{t('kept.gone')}</p>}
    </SheetFrame>
  )
}
