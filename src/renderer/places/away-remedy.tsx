import { Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { openSheet, tellFailure } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import type { Remedy } from './remedies.ts'
import { startEngine, useStarting } from './starting.ts'

const PAGES = {
  install: 'https://docs.docker.com/get-started/get-docker/',
  update: 'https://docs.docker.com/engine/install/',
} as const

type Variant = 'filled' | 'default'

function PageLink({ page, variant }: { page: keyof typeof PAGES; variant: Variant }) {
  const { t } = useWords()
  return (
    <Button
      component="a"
      href={PAGES[page]}
      target="_blank"
      rel="noreferrer noopener"
      variant={variant}
      rightSection={<IconExternalLink size={16} aria-hidden />}
    >
      {t(`away.${page}`)} <span className="visually-hidden">{t('away.newWindow')}</span>
    </Button>
  )
}

function Retry({ engine, variant }: { engine: string; variant: Variant }) {
  const { t } = useWords()
  const { queries } = useApi()
  const retry = useMutation(queries.engines.retry.mutationOptions({ onError: tellFailure }))
  return (
    <Button variant={variant} loading={retry.isPending} onClick={() => retry.mutate({ engine })}>
      {t('common.retry')}
    </Button>
  )
}

function Start({ engine, variant }: { engine: string; variant: Variant }) {
  const { t } = useWords()
  const { client } = useApi()
  const starting = useStarting((state) => state[engine]?.type === 'starting')
  return (
    <Button variant={variant} loading={starting} onClick={() => void startEngine(client, engine)}>
      {t('away.start')}
    </Button>
  )
}

/** How starting it goes on, or why it did not start. */
export function StartNews({ engine }: { engine: string }) {
  const { t } = useWords()
  const start = useStarting((state) => state[engine])
  return (
    <>
      <p role="status">{start?.type === 'starting' && t('away.starting')}</p>
      {start?.type === 'failed' && <FailureNotice error={start.error} />}
    </>
  )
}

/** One button of the page of an engine that is away. */
export function RemedyButton({ remedy, engine, primary }: { remedy: Remedy; engine: string; primary: boolean }) {
  const { t } = useWords()
  const variant = primary ? 'filled' : 'default'
  switch (remedy) {
    case 'install':
    case 'update':
      return <PageLink page={remedy} variant={variant} />
    case 'start':
      return <Start engine={engine} variant={variant} />
    case 'retry':
      return <Retry engine={engine} variant={variant} />
    case 'look':
      return (
        <Button variant={variant} onClick={() => openSheet({ type: 'consent', engine })}>
          {t('away.look')}
        </Button>
      )
    case 'password':
      return (
        <Button variant={variant} onClick={() => openSheet({ type: 'computer', engine, password: true })}>
          {t('away.password')}
        </Button>
      )
    case 'change':
      return (
        <Button variant={variant} onClick={() => openSheet({ type: 'computer', engine })}>
          {t('places.change')}
        </Button>
      )
  }
}
