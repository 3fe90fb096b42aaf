import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { VisibilityChoice } from '../../shared/contract-portal.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import type { RegistryPlace } from '../places/place-ref.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { QuotaLine } from './my-repositories.tsx'
import { about, useChanged, useStanding } from './use-standing.ts'

interface VisibilityDialogProps {
  place: RegistryPlace
  path: string
  to: VisibilityChoice
  onClose: () => void
}

/** Says in words who will get a repository, before that changes. */
export function VisibilityDialog({ place, path, to, onClose }: VisibilityDialogProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const changed = useChanged(place)
  const { data: standing } = useStanding(place, path)
  const change = useMutation(
    queries.portal.change.mutationOptions({
      onSuccess: async () => {
        await changed(path).catch(() => undefined)
        announce(t(to === 'public' ? 'repositories.nowPublic' : 'repositories.nowPrivate', { path }))
        onClose()
      },
    }),
  )
  const privates = to === 'private' ? standing?.privates : undefined
  const full = privates !== undefined && privates.used >= privates.limit
  const shared = standing?.info?.shared
  return (
    <SheetFrame
      title={t(`repositories.${to}Title`, { path })}
      about={place.host}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            {...(to === 'public' ? { className: 'button-bad' } : {})}
            loading={change.isPending}
            disabled={full}
            onClick={() => change.mutate({ ...about(place, path), visibility: to })}
          >
            {t(`repositories.${to}Confirm`)}
          </Button>
        </>
      }
    >
      <p>{t(`repositories.${to}Warns`)}</p>
      {shared !== undefined && <p className="notice notice-warn">{t('repositories.sharedWarns', { name: shared })}</p>}
      <p>{t(`repositories.${to}Stays`)}</p>
      {full && <QuotaLine name={path.split('/')[0] ?? ''} privates={privates} />}
      {change.error && <FailureNotice error={asFailure(change.error)} />}
    </SheetFrame>
  )
}
