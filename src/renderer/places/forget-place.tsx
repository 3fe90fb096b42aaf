import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { PlaceRef } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { usePlaceName } from './place-names.ts'

/** Says what goes and what stays before a folder or registry leaves the list. */
export function ForgetPlace({ place, onClose }: { place: PlaceRef; onClose: () => void }) {
  const { t } = useWords()
  const { queries } = useApi()
  const name = usePlaceName()(place)
  const registry = place.type === 'registry'
  const forget = useMutation(
    queries.places.forget.mutationOptions({
      onSuccess: () => {
        announce(t('computer.forgotten', { name }))
        onClose()
      },
    }),
  )
  return (
    <SheetFrame
      title={t('computer.forgetTitle', { name })}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button className="button-bad" loading={forget.isPending} onClick={() => forget.mutate({ place })}>
            {t('computer.forget')}
          </Button>
        </>
      }
    >
      <p>{t(registry ? 'computer.forgetGoes' : 'places.forgetGoes')}</p>
      <p>{t(registry ? 'registry.forgetStays' : 'places.forgetStays')}</p>
      {forget.error && <FailureNotice error={asFailure(forget.error)} />}
    </SheetFrame>
  )
}
