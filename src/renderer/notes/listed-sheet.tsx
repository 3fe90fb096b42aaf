import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { PlaceRef } from '../../shared/contract.ts'
import type { Listed } from '../../shared/contract-delivery.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { chooseImages, type ListRow, useImages } from '../images/image-store.ts'
import { usePlacePhrase } from '../places/place-names.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import type { DroppedList } from './listed-files.ts'

type Image = Listed['images'][number]

/** Those of the list that are in the place on screen, and those that are not. */
export function sorted(images: readonly Image[], rows: readonly ListRow[]) {
  const ids = new Map(rows.flatMap(({ id, names }) => names.map((name) => [name, id] as const)))
  return {
    here: images.filter(({ name }) => ids.has(name)),
    absent: images.filter(({ name }) => !ids.has(name)),
    ids: [...new Set(images.flatMap(({ name }) => ids.get(name) ?? []))],
  }
}

function Names({ images, label }: { images: readonly Image[]; label: string }) {
  const { t } = useWords()
  return (
    <ul className="listed" aria-label={label}>
      {images.map(({ name, service }) => (
        <li key={name}>
          <code>{name}</code>{' '}
          {service !== undefined && (
            <span className="muted small">{t('delivery.list.service', { name: service })}</span>
          )}
        </li>
      ))}
    </ul>
  )
}

function LeftOut({ listed: { images, built, unset, unread } }: { listed: Listed }) {
  const { t, list } = useWords()
  const nothing = [images, built, unset, unread].every(({ length }) => length === 0)
  return (
    <>
      {nothing && <p className="notice notice-warn">{t('delivery.list.nothing')}</p>}
      {built.length > 0 && <p className="small">{t('delivery.list.built', { names: list(built) })}</p>}
      {unset.length > 0 && <p className="notice notice-warn">{t('delivery.list.unset', { names: list(unset) })}</p>}
      {unread.length > 0 && <p className="notice notice-warn">{t('delivery.list.unread', { names: list(unread) })}</p>}
    </>
  )
}

interface ListedSheetProps {
  list: DroppedList
  place: PlaceRef
  onClose: () => void
}

/** The images that a compose file or a list names: those that are here to be saved, the others to be got. */
export function ListedSheet({ list, place, onClose }: ListedSheetProps) {
  const { t } = useWords()
  const nameOf = usePlacePhrase()
  const { client } = useApi()
  const rows = useImages((state) => state.rows)
  const listed = useQuery({
    queryKey: ['listed', list.file.name, list.file.lastModified, list.file.size],
    queryFn: async () =>
      await client.delivery.listed({
        name: list.file.name,
        text: await list.file.text(),
        ...(list.env ? { env: await list.env.text() } : {}),
      }),
    staleTime: 0,
    gcTime: 0,
  })
  const images = listed.data?.images ?? []
  const { here, absent, ids } = sorted(images, rows ?? [])
  const where = nameOf(place)
  const hereLabel = t('delivery.list.here', { count: here.length, place: where })
  const absentLabel = t('delivery.list.absent', { count: absent.length })
  const choose = (): void => {
    chooseImages(ids)
    onClose()
  }
  return (
    <SheetFrame
      wide
      title={t('delivery.list.title', { file: list.file.name })}
      about={listed.data && t('delivery.list.about', { count: images.length })}
      onClose={onClose}
      reading
      footer={
        <>
          {absent.length > 0 && (
            <Button
              variant={here.length > 0 ? 'default' : 'filled'}
              onClick={() => openSheet({ type: 'get', text: absent.map(({ name }) => name).join('\n') })}
            >
              {t('delivery.list.get')}
            </Button>
          )}
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.close')}
          </Button>
          {here.length > 0 && (
            <>
              <Button variant="default" onClick={choose}>
                {t('delivery.list.choose')}
              </Button>
              <Button
                onClick={() => {
                  chooseImages(ids)
                  openSheet({ type: 'save', place, ids })
                }}
              >
                {t('delivery.list.save')}
              </Button>
            </>
          )}
        </>
      }
    >
      {listed.isPending && <p>{t('delivery.list.reading')}</p>}
      {listed.error && <FailureNotice error={asFailure(listed.error)} onRetry={() => void listed.refetch()} />}
      {here.length > 0 && (
        <>
          <p>{hereLabel}</p>
          <Names images={here} label={hereLabel} />
        </>
      )}
      {images.length > 0 && here.length === 0 && <p>{t('delivery.list.noneHere', { place: where })}</p>}
      {absent.length > 0 && (
        <>
          <p>{absentLabel}</p>
          <Names images={absent} label={absentLabel} />
        </>
      )}
      {listed.data && <LeftOut listed={listed.data} />}
    </SheetFrame>
  )
}
