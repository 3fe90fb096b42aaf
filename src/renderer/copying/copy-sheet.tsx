import { Button, NativeSelect } from '@mantine/core'
import type { ReactNode } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { usePlacePhrase } from '../places/place-names.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { useWords } from '../words/use-words.ts'
import type { CopyRow } from './copy-form.ts'
import { CopyImage } from './copy-image.tsx'
import { CopySummary } from './copy-summary.tsx'
import { chosenPlace, destinationsOf, FILE, listValue, selectData } from './destinations.ts'
import { ExtraFields } from './extra-fields.tsx'
import { PlatformFields } from './platform-fields.tsx'
import { useCopy } from './use-copy.ts'

export interface CopySheetProps {
  title: ReactNode
  about?: ReactNode
  from: PlaceRef
  rows: readonly CopyRow[]
  /** Undefined while none is chosen. */
  to: PlaceRef | undefined
  onTo: (to: PlaceRef) => void
  /** "A file…" among the destinations, and the sheet for it. */
  onFile?: (() => void) | undefined
  /** What is to be said of the images before everything else, and buttons beside the others. */
  before?: ReactNode
  buttons?: ReactNode
  doubtful?: boolean
  /** What the button that begins it says; "Send" for what is here. */
  verb?: string
  /** Shows what is known of one image. */
  onDetails?: (id: string) => void
  onStarted: () => void
  onClose: () => void
}

/** What will happen: images of any place to any other, under which names, what of them is there already, what is replaced. */
export function CopySheet(props: CopySheetProps) {
  const {
    title,
    about,
    from,
    rows,
    to,
    onTo,
    onFile,
    before,
    buttons,
    doubtful = false,
    verb,
    onDetails,
    onStarted,
    onClose,
  } = props
  const { t } = useWords()
  const nameOf = usePlacePhrase()
  const engines = useEngines((state) => state.engines)
  const places = usePlaces((state) => state.places)
  const copy = useCopy({ from, rows, to, doubtful, started: onStarted })
  const groups = destinationsOf(from, engines ?? [], places ?? [], t)
  return (
    <SheetFrame
      wide
      title={title}
      about={about}
      onClose={onClose}
      summary={
        to && (
          <>
            <CopySummary copy={copy} place={nameOf(to)} />
            {copy.startError && <FailureNotice error={copy.startError} />}
          </>
        )
      }
      footer={
        <>
          {buttons}
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button disabled={!copy.canStart || copy.planning} loading={copy.starting} onClick={copy.start}>
            {verb ?? t('copy.copy')}
          </Button>
        </>
      }
    >
      {before}
      <NativeSelect
        className="destination"
        label={t('copy.to')}
        value={listValue(groups, to)}
        onChange={(event) => {
          const { value } = event.currentTarget
          const place = chosenPlace(groups, value)
          if (value === FILE) onFile?.()
          else if (place) onTo(place)
        }}
        data={[
          ...(to ? [] : [{ value: '', label: t('copy.choose') }]),
          ...selectData(groups, onFile ? t('copy.file') : undefined),
        ]}
      />
      {to && (
        <>
          <PlatformFields platforms={copy.platforms} />
          <ExtraFields extras={copy.extras} />
          <ul className="cards" aria-label={t('copy.images')}>
            {rows.map((row) => (
              <CopyImage
                key={row.id}
                row={row}
                optional={rows.length > 1 || doubtful}
                ticked={copy.ticked.includes(row)}
                planned={copy.plan?.images.find(({ id }) => id === row.id)}
                exact={copy.plan?.exact ?? true}
                date={copy.date}
                form={copy.form}
                to={copy.destination}
                onForm={copy.setForm}
                onDetails={onDetails}
              />
            ))}
          </ul>
        </>
      )}
    </SheetFrame>
  )
}
