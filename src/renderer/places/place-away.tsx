import { Button } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { sentence } from '../../shared/error-sentences.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { RawDetails } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { tellFailure } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

interface PlaceAwayProps {
  place: PlaceRef
  error: ErrorData
  onRetry: () => void
  /** What else may help, beside trying again. */
  help?: ReactNode
}

/** A folder or registry that is not there: why, and the button that looks again. */
export function PlaceAway({ place, error, onRetry, help }: PlaceAwayProps) {
  const { t, language } = useWords()
  const { client } = useApi()
  const { what, next } = sentence(error, language)
  const look = useMutation({
    // Opening a folder once more is what looks whether its drive is back.
    mutationFn: async () => {
      if (place.type === 'layout' || place.type === 'files')
        await client.places.open({ path: place.path, create: false })
    },
    onSuccess: onRetry,
    onError: tellFailure,
  })
  return (
    <section className="away" aria-label={what}>
      <IconPlugConnectedX size={40} stroke={1.4} aria-hidden className="muted" />
      <h2>{what}</h2>
      <p>{next}</p>
      <div className="away-buttons">
        <Button loading={look.isPending} onClick={() => look.mutate()}>
          {t('common.retry')}
        </Button>
        {help}
      </div>
      {error.raw && <RawDetails text={error.raw} />}
    </section>
  )
}
