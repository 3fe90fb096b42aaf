import { Skeleton } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { leadsToSignIn } from '../errors/registry-remedy.ts'
import { CompareNotice } from '../finding/compare-notice.tsx'
import { useApi } from '../host.tsx'
import { engineOf } from '../places/place-ref.ts'
import { useUi } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { ImageList } from './image-list.tsx'
import { followImages, refreshImages, tellsByItself, useImages } from './image-store.ts'
import type { Sort } from './lines.ts'
import { MovedNotice } from './moved-notice.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { useLines } from './use-lines.ts'

export function Skeletons() {
  const { t } = useWords()
  return (
    <div className="skeletons" role="status" aria-label={t('common.loading')}>
      {[1, 2, 3, 4, 5].map((row) => (
        <Skeleton key={row} height={44} />
      ))}
    </div>
  )
}

interface ImagePaneProps {
  /** The same object as long as it is the same place. */
  place: PlaceRef
  title: string
  empty: { readonly title: string; readonly hint: string }
  /** A button beside "try again" that helps with a failure. */
  help?: ReactNode
}

/** The images of one place: the selection's bar above, the list below; what is there instead while there is none. */
export function ImagePane({ place, title, empty, help }: ImagePaneProps) {
  const { t } = useWords()
  const { client } = useApi()
  const rows = useImages((state) => state.rows)
  const failure = useImages((state) => state.failure)
  // Places that tell by themselves need not be read again.
  const round = useImages((state) => (tellsByItself(place) ? 0 : state.round))
  const search = useUi((state) => state.search)
  const [sort, setSort] = useState<Sort>({ by: 'name', descending: false })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round reads the same place again.
  useEffect(() => followImages(client, place), [client, place, round])
  const lines = useLines(place, sort)
  if (failure) {
    return (
      <>
        <FailureNotice
          error={failure}
          place={place}
          {...(engineOf(place) === undefined ? { onRetry: refreshImages } : {})}
        />
        {!leadsToSignIn(failure) && help}
      </>
    )
  }
  if (!rows) return <Skeletons />
  if (rows.length === 0) {
    return (
      <div className="empty">
        <h2>{empty.title}</h2>
        <p className="muted">{empty.hint}</p>
      </div>
    )
  }
  return (
    <>
      <MovedNotice place={place} />
      <CompareNotice />
      <SelectionBar place={place} />
      {lines.length === 0 ? (
        <p className="empty" role="status">
          {t('images.nothingFound', { search })}
        </p>
      ) : (
        <ImageList
          place={place}
          label={t('images.list', { place: title })}
          lines={lines}
          sort={sort}
          onSort={setSort}
        />
      )}
    </>
  )
}
