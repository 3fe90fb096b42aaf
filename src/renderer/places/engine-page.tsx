import { Button } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useEffect, useMemo } from 'react'
import type { EngineInfo } from '../../shared/contract.ts'
import { followBackups, useBackups } from '../backups/backup-store.ts'
import { CopyAll } from '../copying/copy-all.tsx'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { Elsewhere } from '../finding/elsewhere.tsx'
import { NewerButton, NewerNotice } from '../getting/newer-button.tsx'
import { useApi } from '../host.tsx'
import { ImagePane } from '../images/image-pane.tsx'
import { FoundActions } from '../shell/found-actions.tsx'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { Away, Connecting } from './away.tsx'
import { engineOnScreen, engineTitle, isReady, useEngines } from './engines.ts'
import { DropZone, PageFailures } from './page-parts.tsx'

function Images({ engine, title }: { engine: string; title: string }) {
  const { t } = useWords()
  const { client } = useApi()
  const place = useMemo(() => ({ type: 'engine', engine }) as const, [engine])
  useEffect(() => followBackups(client, engine), [client, engine])
  return <ImagePane place={place} title={title} empty={{ title: t('images.empty'), hint: t('images.emptyHint') }} />
}

/** The way to the versions that are kept; there only when there are some. */
function KeptButton({ engine }: { engine: string }) {
  const { t } = useWords()
  const count = useBackups((state) => (state.engine === engine ? state.backups.length : 0))
  if (count === 0) return null
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      leftSection={<IconHistory size={16} aria-hidden />}
      onClick={() => openSheet({ type: 'kept-versions', engine })}
    >
      {t('kept.openCount', { count })}
    </Button>
  )
}

function Content({ engine, title }: { engine: EngineInfo; title: string }) {
  switch (engine.state.type) {
    // Asking for its images is what connects it.
    case 'idle':
    case 'ready':
      return <Images key={engine.id} engine={engine.id} title={title} />
    case 'connecting':
      return <Connecting />
    case 'away':
      return <Away engine={engine} error={engine.state.error} startable={engine.state.startable} />
  }
}

/** An engine's state or images, and the drop zone that works with or without it. */
export function EnginePage() {
  const { t } = useWords()
  const state = useEngines()
  const engine = engineOnScreen(state)
  const title = engine ? engineTitle(engine, t) : t('places.here')
  return (
    <>
      <div className="page-head">
        <h1 className="page-title">{title}</h1>
        {isReady(engine) && (
          <div className="page-buttons">
            <KeptButton engine={engine.id} />
            {engine.images !== 0 && <NewerButton place={{ type: 'engine', engine: engine.id }} />}
            {engine.images !== 0 && <CopyAll place={{ type: 'engine', engine: engine.id }} />}
          </div>
        )}
      </div>
      <PageFailures />
      {state.failure && <FailureNotice error={state.failure} />}
      <FoundActions />
      {engine && <NewerNotice place={{ type: 'engine', engine: engine.id }} />}
      {engine && <Content engine={engine} title={title} />}
      {!engine && state.engines === undefined && <Connecting />}
      {!engine && state.engines !== undefined && (
        <Away engine={undefined} error={{ code: 'docker-missing', parts: {} }} startable={false} />
      )}
      <Elsewhere place={engine && { type: 'engine', engine: engine.id }} />
      <DropZone hint={isReady(engine) ? t('drop.hint') : t('drop.hintAway')} />
    </>
  )
}
