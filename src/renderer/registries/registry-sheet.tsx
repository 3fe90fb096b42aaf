import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { AccountInfo } from '../../shared/contract-accounts.ts'
import { type PresetId, presetOf } from '../../shared/presets.ts'
import { SigningIn } from '../errors/remedy-button.tsx'
import { useApi } from '../host.tsx'
import { useWords } from '../words/use-words.ts'
import { ChooseRegistry } from './choose-registry.tsx'
import { consented, formOf, formOfHost, type SignInForm } from './sign-in-form.ts'
import { SignInSheet } from './sign-in-sheet.tsx'

type RegistryPlace = Extract<PlaceRef, { type: 'registry' }>

/** A registry joins the places: which one, then who one is there. */
function NewRegistry({ preset, onClose }: { preset: PresetId | undefined; onClose: () => void }) {
  const [form, setForm] = useState<SignInForm | undefined>(() => preset && formOf(preset))
  if (!form) return <ChooseRegistry onChoose={setForm} onClose={onClose} />
  return <SignInSheet begun={form} purpose="new" onBack={() => setForm(undefined)} onClose={onClose} />
}

interface KnownRegistryProps {
  place: RegistryPlace
  another: boolean
  stay: boolean
  onClose: () => void
}

/** The way an account signs in; docker's own sign-ins are typed anew as a password. */
function wayFor({ preset }: SignInForm, type: AccountInfo['type'] | undefined): Partial<SignInForm> {
  const way = presetOf(preset).ways.find((one) => one.type === type)
  return way ? { way: way.id } : {}
}

/** What a person has to know of how an account is kept; undefined where there is nothing. */
function useNote(): (account: AccountInfo | undefined) => string | undefined {
  const { t, language } = useWords()
  return (account) => {
    if (!account) return undefined
    const { remembered, until, type } = account
    if (until !== undefined) {
      const time = new Date(until).toLocaleString(language, { dateStyle: 'short', timeStyle: 'short' })
      return t('accounts.accountUntil', { time })
    }
    return remembered || type === 'docker' ? undefined : t('accounts.accountForgotten')
  }
}

/** A registry of the list: signed in to anew, or as somebody else. What was allowed for its connection stays allowed. */
function KnownRegistry({ place, another, stay, onClose }: KnownRegistryProps) {
  const { queries } = useApi()
  const noteOn = useNote()
  const { host, account } = place
  const kept = useQuery(queries.accounts.registry.queryOptions({ input: { host }, staleTime: 0, gcTime: 0 }))
  const accounts = useQuery(queries.accounts.list.queryOptions({ input: { host }, staleTime: 0, gcTime: 0 }))
  if (kept.isPending || accounts.isPending) return null
  const { plain = false, ca = '', kind } = kept.data?.registry ?? {}
  const known = another ? undefined : accounts.data?.find(({ name }) => name === account)
  const form = formOfHost(host, kind, known?.type === 'password' ? known.name : '')
  return (
    <SignInSheet
      begun={consented({ ...form, ...wayFor(form, known?.type), ca }, plain)}
      purpose={another ? 'account' : 'change'}
      account={known?.name}
      note={noteOn(known)}
      stay={stay}
      onClose={onClose}
    />
  )
}

interface RegistrySheetProps {
  /** The registry that is signed in to anew; undefined for one more in the list. */
  place: PlaceRef | undefined
  /** As somebody else, beside the accounts it has. */
  another?: boolean | undefined
  /** The one that was chosen already. */
  preset?: PresetId | undefined
  /** What is on screen stays: the registry is not shown once it is signed in to. */
  stay?: boolean
  onClose: () => void
}

export function RegistrySheet({ place, another = false, preset, stay = false, onClose }: RegistrySheetProps) {
  return (
    <SigningIn value={true}>
      {place?.type === 'registry' ? (
        <KnownRegistry place={place} another={another} stay={stay} onClose={onClose} />
      ) : (
        <NewRegistry preset={preset} onClose={onClose} />
      )}
    </SigningIn>
  )
}
