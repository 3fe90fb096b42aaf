import { Skeleton } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { EngineInfo } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { askForFiles } from '../files/ask-files.ts'
import { useApi, useHost } from '../host.tsx'
import { ImageList } from '../images/image-list.tsx'
import { followImages, useImages } from '../images/image-store.ts'
import { groupImages, type Sort } from '../images/lines.ts'
import { SelectionBar } from '../images/selection-bar.tsx'
import { FoundActions } from '../shell/found-actions.tsx'
import { dismissFailure, tellFailure, useUi } from '../shell/ui.ts'
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
  const { t, compare } = useWords()
  const { client } = useApi()
  const { rows, failure } = useImages()
  const search = useUi((state) => state.search)
  const [sort, setSort] = useState<Sort>({ by: 'name', descending: false })
  useEffect(() => followImages(client, engine), [client, engine])
  const lines = useMemo(() => groupImages(rows ?? [], { search, sort, compare }), [rows, search, sort, compare])
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

function Content({ engine, title }: { engine: EngineInfo; title: string }) {
  switch (engine.state.type) {
    case 'ready':
      return <Images key={engine.id} engine={engine.id} title={title} />
    case 'connecting':
      return <Connecting />
    case 'away':
      return <Away engine={engine.id} error={engine.state.error} />
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
      <h1 className="page-title">{title}</h1>
      {failure && <FailureNotice error={failure} onDismiss={dismissFailure} />}
      {state.failure && <FailureNotice error={state.failure} />}
      {engine && <Content engine={engine} title={title} />}
      {!engine && state.engines === undefined && <Connecting />}
      {!engine && state.engines !== undefined && (
        <Away engine="default" error={{ code: 'docker-missing', parts: {} }} />
      )}
      <DropZone hint={isReady(engine) ? t('drop.hint') : t('drop.hintAway')} />
    </main>
  )
}
