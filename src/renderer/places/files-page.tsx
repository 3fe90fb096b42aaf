import { Button } from '@mantine/core'
import { IconFile, IconRefresh } from '@tabler/icons-react'
import { useEffect, useMemo } from 'react'
import type { PlaceInfo, PlaceRef } from '../../shared/contract.ts'
import { CopyAll } from '../copying/copy-all.tsx'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { Elsewhere } from '../finding/elsewhere.tsx'
import { useApi } from '../host.tsx'
import { Skeletons } from '../images/image-pane.tsx'
import { followImages, type ListRow, refreshImages, useImages } from '../images/image-store.ts'
import { lookIntoPaths } from '../loading/load-queue.ts'
import { FoundActions } from '../shell/found-actions.tsx'
import { useUi } from '../shell/ui.ts'
import { baseName } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { DropZone, PageFailures } from './page-parts.tsx'
import { PlaceAway } from './place-away.tsx'

function ImageFile({ path, rows }: { path: string; rows: readonly ListRow[] }) {
  const { t, size, ago } = useWords()
  const file = baseName(path)
  const names = rows.flatMap((row) => row.names)
  // A compressed file is only named: what is inside is read when it is opened.
  const known = rows.some(({ id }) => id !== path)
  const bytes = rows.reduce((sum, row) => sum + row.size, 0)
  return (
    <li className="card">
      <IconFile size={20} aria-hidden className="muted" />
      <div className="card-body">
        <h2 className="card-title file-title">{file}</h2>
        {names.length > 0 && (
          <p className="names">
            {names.map((name) => (
              <span key={name} className="chip">
                {name}
              </span>
            ))}
          </p>
        )}
        <p className="small muted">
          {[
            ...(known ? [t('common.images', { count: rows.length })] : [t('places.notRead')]),
            size(bytes),
            ...(rows[0] && rows[0].created > 0 ? [ago(rows[0].created)] : []),
          ].join(' · ')}
        </p>
      </div>
      <Button variant="default" size="compact-sm" onClick={() => lookIntoPaths([path])}>
        {t('files.open')} <span className="visually-hidden">{file}</span>
      </Button>
    </li>
  )
}

function Files({ place }: { place: PlaceRef }) {
  const { t } = useWords()
  const { client } = useApi()
  const { rows, failure, round } = useImages()
  const search = useUi((state) => state.search)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round reads the same folder again.
  useEffect(() => followImages(client, place), [client, place, round])
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const files = [...Map.groupBy(rows ?? [], ({ id, content }) => content?.path ?? id)].filter(([path, images]) => {
    const text = `${baseName(path)} ${images.flatMap(({ names }) => names).join(' ')}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  if (failure) return <FailureNotice error={failure} onRetry={refreshImages} />
  if (!rows) return <Skeletons />
  if (rows.length === 0) {
    return (
      <div className="empty">
        <h2>{t('places.filesEmpty')}</h2>
        <p className="muted">{t('places.filesEmptyHint')}</p>
      </div>
    )
  }
  if (files.length === 0) return <p className="empty">{t('images.nothingFound', { search })}</p>
  return (
    <ul className="cards" data-pane="images">
      {files.map(([path, images]) => (
        <ImageFile key={path} path={path} rows={images} />
      ))}
    </ul>
  )
}

/** A folder of image files: each with what is in it; opening one is looking into it. */
export function FilesPage({ info }: { info: PlaceInfo }) {
  const { t } = useWords()
  const path = info.place.type === 'files' ? info.place.path : ''
  const place = useMemo<PlaceRef>(() => ({ type: 'files', path }), [path])
  return (
    <>
      <div className="page-head">
        <div>
          <h1 className="page-title">{info.name}</h1>
          <p className="page-about muted">{t('places.filesText', { path })}</p>
        </div>
        <div className="page-buttons">
          {info.state.type === 'ready' && <CopyAll place={place} />}
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={refreshImages}
          >
            {t('places.refresh')}
          </Button>
        </div>
      </div>
      <PageFailures />
      <FoundActions />
      {info.state.type === 'away' ? (
        <PlaceAway key={path} place={place} error={info.state.error} onRetry={refreshImages} />
      ) : (
        <Files key={path} place={place} />
      )}
      <Elsewhere place={place} />
      <DropZone hint={t('drop.hint')} />
    </>
  )
}
