import { Button, Loader } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { shortAddress, useEngines } from '../places/engines.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { HostKeysView } from './host-keys.tsx'

/** Is the computer of a place in the list the right one? Asked once; without an answer nothing is sent there. */
export function ConsentSheet({ engine, onClose }: { engine: string; onClose: () => void }) {
  const { t } = useWords()
  const { client, queries } = useApi()
  const info = useEngines((state) => state.engines?.find(({ id }) => id === engine))
  const host = info ? shortAddress(info) : engine
  const keys = useQuery(queries.engines.hostKeys.queryOptions({ input: { engine }, staleTime: 0, gcTime: 0 }))
  const proceed = useMutation({
    mutationFn: async (fingerprints: string[]) => {
      if (fingerprints.length > 0) await client.engines.trust({ target: { engine }, fingerprints })
      await client.engines.retry({ engine })
    },
    onSuccess: () => {
      announce(t('computer.trusted', { host }))
      onClose()
    },
  })
  const state = keys.data?.state
  const failure = proceed.error ?? keys.error
  return (
    <SheetFrame
      title={t('computer.consentTitle')}
      about={host}
      onClose={onClose}
      summary={
        failure && (
          <FailureNotice error={asFailure(failure)} {...(keys.error ? { onRetry: () => void keys.refetch() } : {})} />
        )
      }
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          {state === 'new' && (
            <Button
              loading={proceed.isPending}
              onClick={() => proceed.mutate((keys.data?.keys ?? []).map(({ fingerprint }) => fingerprint))}
            >
              {t('computer.trust')}
            </Button>
          )}
          {state === 'known' && (
            <Button loading={proceed.isPending} onClick={() => proceed.mutate([])}>
              {t('common.retry')}
            </Button>
          )}
        </>
      }
    >
      {keys.isPending && (
        <p role="status">
          <Loader size="xs" aria-hidden /> {t('computer.asking', { host })}
        </p>
      )}
      {keys.data && state !== 'known' && <HostKeysView host={host} keys={keys.data} />}
      {state === 'known' && <p>{t('computer.trusted', { host })}</p>}
    </SheetFrame>
  )
}
