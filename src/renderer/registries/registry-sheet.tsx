import { Button } from '@mantine/core'
import { ORPCError } from '@orpc/client'
import { IconCircleCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { RegistryTest } from '../../shared/contract-accounts.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { infoOf, showPlace, usePlaces } from '../places/other-places.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { RegistryFields } from './registry-fields.tsx'
import { EMPTY, problemOf, type RegistryForm, registryOf } from './registry-form.ts'

interface RegistrySheetProps {
  /** The registry that is changed; undefined for a new one. */
  place: PlaceRef | undefined
  onClose: () => void
}

/** In the list, but no keychain took the password. */
function NotKept({ host, onClose }: { host: string; onClose: () => void }) {
  const { t } = useWords()
  return (
    <SheetFrame
      title={t('computer.addedTitle', { name: host })}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button onClick={onClose}>{t('common.close')}</Button>
        </>
      }
    >
      <p className="notice notice-warn">{t('computer.notKept')}</p>
    </SheetFrame>
  )
}

/** A test that went well. @throws ORPCError for a sign-in that was refused, as for a registry that was not reached */
function accepted(tested: RegistryTest): RegistryTest {
  const { signedIn } = tested
  if (signedIn.type === 'no') throw new ORPCError('FAILED', { defined: true, data: signedIn.error })
  return tested
}

/** A registry joins the places: tried first, then added. */
export function RegistrySheet({ place, onClose }: RegistrySheetProps) {
  const { t } = useWords()
  const { client } = useApi()
  const id = useId()
  const host = place?.type === 'registry' ? place.host : undefined
  const known = usePlaces((state) => place && infoOf(place, state.places))
  const [form, setForm] = useState<RegistryForm>({
    ...EMPTY,
    address: host ?? '',
    username: known?.username ?? '',
    plain: known?.plain ?? false,
  })
  const [corrected, setCorrected] = useState(false)
  const [unkept, setUnkept] = useState<string>()
  const test = useMutation({ mutationFn: async () => accepted(await client.accounts.test(registryOf(form))) })
  const add = useMutation({
    mutationFn: () => client.accounts.add(registryOf(form)),
    onSuccess: ({ place: added, remembered }) => {
      const name = added.type === 'registry' ? added.host : ''
      showPlace(added)
      announce(t(host === undefined ? 'computer.added' : 'computer.changed', { name }))
      if (remembered || form.password === '') onClose()
      else setUnkept(name)
    },
  })
  const problem = corrected ? problemOf(form) : undefined
  const change = (next: RegistryForm): void => {
    setForm(next)
    // What was tried was another one.
    test.reset()
    add.reset()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setCorrected(true)
    if (problemOf(form)) return
    if (test.data) add.mutate()
    else test.mutate()
  }
  const error = add.error ?? test.error
  if (unkept !== undefined) return <NotKept host={unkept} onClose={onClose} />
  return (
    <SheetFrame
      title={host === undefined ? t('registry.addTitle') : t('computer.changeTitle', { name: host })}
      about={t('registry.about')}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          {test.error && !problemOf(form) && (
            <Button variant="default" loading={add.isPending} onClick={() => add.mutate()}>
              {t('registry.addAllTheSame')}
            </Button>
          )}
          <Button type="submit" form={id} loading={test.isPending || (!!test.data && add.isPending)}>
            {test.data ? t(host === undefined ? 'computer.add' : 'computer.change') : t('registry.test')}
          </Button>
        </>
      }
    >
      <form id={id} className="computer-form" onSubmit={submit} noValidate>
        <RegistryFields form={form} fixed={host !== undefined} problem={problem} onForm={change} />
      </form>
      <p role="status" className="tried">
        {test.data && (
          <>
            <IconCircleCheck size={20} className="good" aria-hidden />{' '}
            {test.data.signedIn.type !== 'nobody'
              ? t('registry.signedIn', { user: form.username.trim() })
              : t(test.data.auth === 'none' ? 'registry.openToAll' : 'registry.anonymous')}
          </>
        )}
      </p>
      {error && <FailureNotice error={asFailure(error)} />}
    </SheetFrame>
  )
}
