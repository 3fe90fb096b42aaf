import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Backup } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { useImages } from '../images/image-store.ts'
import { RemovalDialog } from '../images/removal-dialog.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { BackDialog } from './back-dialog.tsx'
import { useBackups } from './backup-store.ts'
import { KeepPreference } from './keep-preference.tsx'

interface KeptProps {
  engine: string
  backup: Backup
  onBack: () => void
  onRemoval: () => void
}

function Kept({ engine, backup, onBack, onRemoval }: KeptProps) {
  const { t, size, date } = useWords()
  const { queries } = useApi()
  const only = useImages(({ rows }) => (rows?.find(({ id }) => id === backup.id)?.names.length ?? 1) <= 1)
  const untag = useMutation(
    queries.images.untag.mutationOptions({
      onSuccess: () => announce(t('tag.takenAway', { name: backup.name })),
    }),
  )
  return (
    <li className="card kept-line">
      <div className="card-body">
        <h3 className="card-title">{backup.of}</h3>
        <p>{t('kept.line', { date: date(backup.at), size: size(backup.size) })}</p>
        <p className="small muted">{t('kept.as', { name: backup.name })}</p>
        {untag.error && <FailureNotice error={asFailure(untag.error)} />}
      </div>
      <div className="kept-buttons">
        <Button size="compact-sm" variant="default" onClick={onBack}>
          {t('kept.backTo')} <span className="visually-hidden">{backup.name}</span>
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          loading={untag.isPending}
          // Its only name: then the image itself goes, and what that means is said first.
          onClick={() => (only ? onRemoval() : untag.mutate({ engine, id: backup.id, name: backup.name }))}
        >
          {t(only ? 'kept.remove' : 'kept.removeName')} <span className="visually-hidden">{backup.name}</span>
        </Button>
      </div>
    </li>
  )
}

type Asked = { readonly type: 'back' | 'removal'; readonly backup: Backup }

/** All versions that are kept of the names of an engine, the way back to each, and how many are to be kept. */
export function KeptSheet({ engine, onClose }: { engine: string; onClose: () => void }) {
  const { t } = useWords()
  const backups = useBackups((state) => (state.engine === engine ? state.backups : NONE))
  const [asked, setAsked] = useState<Asked>()
  const put = (): void => setAsked(undefined)
  return (
    <SheetFrame
      wide
      reading
      title={t('kept.title')}
      about={t('kept.intro')}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.close')}
          </Button>
        </>
      }
    >
      {backups.length === 0 && <p>{t('kept.none')}</p>}
      <ul className="cards">
        {backups.map((backup) => (
          <Kept
            key={backup.name}
            engine={engine}
            backup={backup}
            onBack={() => setAsked({ type: 'back', backup })}
            onRemoval={() => setAsked({ type: 'removal', backup })}
          />
        ))}
      </ul>
      <KeepPreference />
      {asked?.type === 'back' && <BackDialog engine={engine} backup={asked.backup.name} onClose={put} />}
      {asked?.type === 'removal' && (
        <RemovalDialog place={{ type: 'engine', engine }} ids={[asked.backup.id]} onClose={put} />
      )}
    </SheetFrame>
  )
}

const NONE: readonly Backup[] = []
