import { Button, Skeleton } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { EngineInfo } from '../../shared/contract.ts'
import { followBackups, useBackups } from '../backups/backup-store.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { askForFiles } from '../files/ask-files.ts'
import { useApi, useHost } from '../host.tsx'
import { ImageList } from '../images/image-list.tsx'
import { followImages, useImages } from '../images/image-store.ts'
import type { Sort } from '../images/lines.ts'
import { MovedNotice } from '../images/moved-notice.tsx'
import { SelectionBar } from '../images/selection-bar.tsx'
import { useLines } from '../images/use-lines.ts'
import { FoundActions } from '../shell/found-actions.tsx'
import { dismissFailure, openSheet, tellFailure, useUi } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { Away, Connecting } from './away.tsx'
import { engineOnScreen, engineTitle, isReady, useEngines } from './engines.ts'

function DropZone({ hint }: { hint: string }) {
  const { t } = useWords()
  const { client } = useApi()
  const host = useHost()
  const ask = useMutation({ mutationFn: () => askForFiles(client, host), onError: tellFailure })
  return (
    <button type="button" className="drop-zone" onClick={() => ask.mutate()}>
      <strong>{t('drop.title')}</strong>
      <span>{hint}</span>
    </button>
  )
}

function Images({ engine, title }: { engine: string; title: string }) {
  const { t } = useWords()
  const { client } = useApi()
  const rows = useImages((state) => state.rows)
  const failure = useImages((state) => state.failure)
  const search = useUi((state) => state.search)
  const [sort, setSort] = useState<Sort>({ by: 'name', descending: false })
  useEffect(() => {
    const stops = [followImages(client, engine), followBackups(client, engine)]
    return () => {
      for (const stop of stops) stop()
    }
  }, [client, engine])
  const lines = useLines(engine, sort)
  if (failure) return <FailureNotice error={failure} />
  if (!rows) {
    return (
      <div className="skeletons" role="status" aria-label={t('common.loading')}>
        {[1, 2, 3, 4, 5].map((row) => (
          <Skeleton key={row} height={44} />
        ))}
      </div>
    )
  }
  if (rows.length === 0) {
    return (
      <div className="empty">
        <h2>{t('images.empty')}</h2>
        <p className="muted">{t('images.emptyHint')}</p>
      </div>
    )
  }
  return (
    <>
      <MovedNotice engine={engine} />
      <SelectionBar engine={engine} />
      <FoundActions />
      {lines.length === 0 ? (
        <p className="empty" role="status">
          {t('images.nothingFound', { search })}
        </p>
      ) : (
        <ImageList
          engine={engine}
          label={t('images.list', { place: title })}
          lines={lines}
          sort={sort}
          onSort={setSort}
        />
      )}
    </>
  )
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

/** The middle of the window: the engine on screen, and the drop zone that works with or without it. */
export function EnginePage() {
  const { t } = useWords()
  const state = useEngines()
  const failure = useUi((ui) => ui.failure)
  const engine = engineOnScreen(state)
  const title = engine ? engineTitle(engine, t) : t('places.here')
  return (
    <main className="main">
      <div className="page-head">
        <h1 className="page-title">{title}</h1>
        {isReady(engine) && <KeptButton engine={engine.id} />}
      </div>
      {failure && <FailureNotice error={failure} onDismiss={dismissFailure} />}
      {state.failure && <FailureNotice error={state.failure} />}
      {engine && <Content engine={engine} title={title} />}
      {!engine && state.engines === undefined && <Connecting />}
      {!engine && state.engines !== undefined && (
        <Away engine={undefined} error={{ code: 'docker-missing', parts: {} }} startable={false} />
      )}
      <DropZone hint={isReady(engine) ? t('drop.hint') : t('drop.hintAway')} />
    </main>
  )
}
