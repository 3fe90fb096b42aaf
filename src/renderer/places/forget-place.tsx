import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { PlaceRef } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { usePlaceName } from './place-names.ts'

/** The accounts that go with a registry. */
function Accounts({ host }: { host: string }) {
  const { t, language } = useWords()
  const { queries } = useApi()
  const accounts = useQuery(queries.accounts.list.queryOptions({ input: { host }, staleTime: 0 })).data ?? []
  if (accounts.length === 0) return null
  const users = new Intl.ListFormat(language).format(accounts.map(({ name }) => name))
  return <p>{t('accounts.forgetAll', { count: accounts.length, users })}</p>
}

/** Says what goes and what stays before a folder or registry leaves the list. */
export function ForgetPlace({ place, onClose }: { place: PlaceRef; onClose: () => void }) {
  const { t } = useWords()
  const { queries } = useApi()
  const names = usePlaceName()
  const registry = place.type === 'registry'
  // A registry goes with all its accounts; one of them alone is logged out.
  const whole = registry ? { type: place.type, host: place.host } : place
  const name = names(whole)
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
          <Button className="button-bad" loading={forget.isPending} onClick={() => forget.mutate({ place: whole })}>
            {t('computer.forget')}
          </Button>
        </>
      }
    >
      <p>{t(registry ? 'computer.forgetGoes' : 'places.forgetGoes')}</p>
      {registry && <Accounts host={place.host} />}
      <p>{t(registry ? 'registry.forgetStays' : 'places.forgetStays')}</p>
      {forget.error && <FailureNotice error={asFailure(forget.error)} />}
    </SheetFrame>
  )
}
