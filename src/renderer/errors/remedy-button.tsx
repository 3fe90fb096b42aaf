import { Button } from '@mantine/core'
import { createContext, use } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { usePlaces } from '../places/other-places.ts'
import { signInTo } from '../shell/ui.ts'
import { WebLink } from '../shell/web-link.tsx'
import { useWords } from '../words/use-words.ts'
import { registryRemedy } from './registry-remedy.ts'

/** Whether this is where one signs in: what is said there has its fields at hand, and needs no way to them. */
export const SigningIn = createContext(false)

interface RegistryRemedyButtonProps {
  error: ErrorData
  /** The place it is about, where the error alone does not tell which account's. */
  place?: PlaceRef | undefined
}

/** The button that does something about a registry's refusal, where there is such a thing. */
export function RegistryRemedyButton({ error, place: given }: RegistryRemedyButtonProps) {
  const { t } = useWords()
  const places = usePlaces((state) => state.places)
  const signingIn = use(SigningIn)
  const remedy = registryRemedy(error)
  if (!remedy) return null
  if (remedy.type === 'web')
    return (
      <WebLink button href={remedy.page}>
        {t('registry.itsWeb')}
      </WebLink>
    )
  if (signingIn) return null
  const { host } = remedy
  const known = (places ?? [])
    .map(({ place }) => place)
    .filter((place) => place.type === 'registry' && place.host === host)
  const named = known.find((place) => place.type === 'registry' && place.account === error.parts['user'])
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => signInTo(given ?? named ?? known[0] ?? { type: 'registry', host })}
    >
      {t(remedy.type === 'sign-in' ? 'registry.signInAgain' : 'registry.connectionAgain')}
    </Button>
  )
}
