import { useMemo } from 'react'
import type { PlaceInfo, PlaceRef } from '../../shared/contract.ts'
import { CopyAll } from '../copying/copy-all.tsx'
import { Elsewhere } from '../finding/elsewhere.tsx'
import { NewerButton, NewerNotice } from '../getting/newer-button.tsx'
import { ImagePane } from '../images/image-pane.tsx'
import { refreshImages } from '../images/image-store.ts'
import { FoundActions } from '../shell/found-actions.tsx'
import { useWords } from '../words/use-words.ts'
import { DropZone, PageFailures } from './page-parts.tsx'
import { PlaceAway } from './place-away.tsx'
import { infoName } from './place-names.ts'

/** The Library, or a folder that is kept like it: its images, as an engine's are shown. */
export function LayoutPage({ info }: { info: PlaceInfo }) {
  const { t } = useWords()
  const path = info.place.type === 'layout' ? info.place.path : ''
  const place = useMemo<PlaceRef>(() => ({ type: 'layout', path }), [path])
  const library = info.kind === 'library'
  const title = infoName(info, t)
  return (
    <>
      <div className="page-head">
        <div>
          <h1 className="page-title">{title}</h1>
          <p className="page-about muted">{library ? t('places.libraryText') : t('places.layoutText', { path })}</p>
        </div>
        {info.state.type === 'ready' && info.state.images !== 0 && (
          <div className="page-buttons">
            <NewerButton place={place} />
            <CopyAll place={place} />
          </div>
        )}
      </div>
      <PageFailures />
      <FoundActions />
      <NewerNotice place={place} />
      {info.state.type === 'away' ? (
        <PlaceAway key={path} place={place} error={info.state.error} onRetry={refreshImages} />
      ) : (
        <ImagePane
          key={path}
          place={place}
          title={title}
          empty={{
            title: t(library ? 'places.libraryEmpty' : 'places.layoutEmpty'),
            hint: t('places.emptyHint'),
          }}
        />
      )}
      <Elsewhere place={place} />
      <DropZone hint={t('drop.hint')} />
    </>
  )
}
