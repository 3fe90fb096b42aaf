import { Button, Loader } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { sentence } from '../../shared/error-sentences.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { RawDetails } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { tellFailure } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

/** A place that is not there: why, what to do, the button to try again, and what works all the same. */
export function Away({ engine, error }: { engine: string; error: ErrorData }) {
  const { t, language } = useWords()
  const { queries } = useApi()
  const retry = useMutation(queries.engines.retry.mutationOptions({ onError: tellFailure }))
  const { what, next } = sentence(error, language)
  return (
    <section className="away" aria-label={what}>
      <IconPlugConnectedX size={40} stroke={1.4} aria-hidden className="muted" />
      <h2>{what}</h2>
      <p>{next}</p>
      <Button loading={retry.isPending} onClick={() => retry.mutate({ engine })}>
        {t('common.retry')}
      </Button>
      {error.raw && <RawDetails text={error.raw} />}
      <p className="muted">{t('away.still')}</p>
    </section>
  )
}

export function Connecting() {
  const { t } = useWords()
  return (
    <div className="away" role="status">
      <Loader aria-hidden />
      <p>{t('away.connecting')}</p>
    </div>
  )
}
