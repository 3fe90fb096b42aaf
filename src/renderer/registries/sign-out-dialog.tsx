import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { PlaceRef } from '../../shared/contract.ts'
import { registryName } from '../../shared/presets.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { showPlace, usePlaces } from '../places/other-places.ts'
import { samePlace } from '../places/place-ref.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

interface SignOutProps {
  place: Extract<PlaceRef, { type: 'registry' }> & { account: string }
  onClose: () => void
}

/** The place that is left of a registry when one of its accounts is gone. */
function remaining({ place }: SignOutProps): PlaceRef {
  const others = (usePlaces.getState().places ?? []).filter(
    (info) => info.place.type === 'registry' && info.place.host === place.host && !samePlace(info.place, place),
  )
  return others[0]?.place ?? { type: 'registry', host: place.host }
}

/** Says what goes and what stays before an account is logged out. */
export function SignOutDialog(props: SignOutProps) {
  const { place, onClose } = props
  const { t } = useWords()
  const { client, queries } = useApi()
  const { host, account } = place
  const name = registryName(host)
  const accounts = useQuery(queries.accounts.list.queryOptions({ input: { host }, staleTime: 0 }))
  const type = accounts.data?.find((one) => one.name === account)?.type
  const signOut = useMutation({
    mutationFn: async () => await client.accounts.signOut({ host, account }),
    onSuccess: () => {
      const { chosen } = usePlaces.getState()
      if (chosen && samePlace(chosen, place)) showPlace(remaining(props))
      announce(t('accounts.signedOut', { user: account, name }))
      onClose()
    },
  })
  return (
    <SheetFrame
      title={t('accounts.signOutTitle', { user: account, name })}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button className="button-bad" loading={signOut.isPending} onClick={() => signOut.mutate()}>
            {t('accounts.signOut')}
          </Button>
        </>
      }
    >
      <p>{t(type === 'docker' ? 'accounts.signOutDocker' : 'accounts.signOutGoes', { user: account })}</p>
      <p>{t('accounts.signOutStays', { name })}</p>
      {signOut.error && <FailureNotice error={asFailure(signOut.error)} />}
    </SheetFrame>
  )
}
