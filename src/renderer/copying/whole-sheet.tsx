import { Button, Checkbox, Loader, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { PlaceRef, Plan } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { isSame, type MoveChoice, nameKey } from '../loading/load-choices.ts'
import { useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { usePlacePhrase } from '../places/place-names.ts'
import { placeKey } from '../places/place-ref.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { shortId } from '../words/format.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { isTicked } from './copy-form.ts'
import { CopySummary } from './copy-summary.tsx'
import { chosenPlace, destinationsOf, listValue, selectData } from './destinations.ts'
import { ExtraFields } from './extra-fields.tsx'
import { PlatformFields } from './platform-fields.tsx'
import { type Copy, useCopy } from './use-copy.ts'
import { useWhole, type Whole, type WholeRow } from './use-whole.ts'

type Planned = Plan['images'][number]

function replacedNames({ names }: Planned): string[] {
  return names.filter(({ replaces }) => replaces).map(({ name }) => name)
}

/** What becomes of an image of a plan, in words. */
export function happens(planned: Planned, { t, list }: Words): string {
  if (isSame(planned)) return t('whole.same')
  const replaced = replacedNames(planned)
  const what = t(planned.present ? 'whole.names' : 'whole.new')
  return replaced.length > 0 ? `${what} · ${t('whole.moves', { count: replaced.length, names: list(replaced) })}` : what
}

function titleOf({ names, id }: WholeRow, { t }: Words): string {
  return names[0] ?? t('load.unnamed', { id: shortId(id) })
}

function Rows({ rows, copy, place }: { rows: readonly WholeRow[]; copy: Copy; place: string }) {
  const words = useWords()
  const { t, size } = words
  const planned = new Map(copy.plan?.images.map((one) => [one.id, one]))
  return (
    <table className="whole" aria-label={t('whole.images', { place })}>
      <thead>
        <tr className="whole-head">
          <td />
          <th scope="col">{t('whole.image')}</th>
          <th scope="col">{t('whole.size')}</th>
          <th scope="col">{t('whole.happens')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const title = titleOf(row, words)
          const ticked = isTicked(row, copy.form)
          const plan = ticked ? planned.get(row.id) : undefined
          return (
            <tr key={row.id} className={plan && isSame(plan) ? 'whole-same' : undefined}>
              <td>
                <Checkbox
                  checked={ticked}
                  aria-label={t('whole.take', { image: title })}
                  onChange={(event) =>
                    copy.setForm({
                      ...copy.form,
                      ticked: { ...copy.form.ticked, [row.id]: event.currentTarget.checked },
                    })
                  }
                />
              </td>
              <th scope="row">
                {title}
                {row.names.length > 1 && <span className="muted"> +{row.names.length - 1}</span>}
              </th>
              <td className="whole-size">{size(row.size)}</td>
              <td>{plan && !copy.planning ? happens(plan, words) : ''}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** One decision for all names that other images have there. */
export function NamesInUse({ copy }: { copy: Copy }) {
  const { t } = useWords()
  const [choice, setChoice] = useState<MoveChoice>('keep')
  const keys = (copy.plan?.images ?? []).flatMap((planned) =>
    replacedNames(planned).map((name) => nameKey(planned.id, name)),
  )
  if (keys.length === 0) return null
  return (
    <NativeSelect
      label={t('whole.inUse')}
      value={choice}
      onChange={(event) => {
        const chosen = event.currentTarget.value as MoveChoice
        setChoice(chosen)
        copy.setForm({ ...copy.form, moves: Object.fromEntries(keys.map((key) => [key, chosen])) })
      }}
      data={(['keep', 'replace', 'leave'] as const).map((value) => ({ value, label: t(`whole.${value}`) }))}
    />
  )
}

function Notes({ nameless, odd, copy }: { nameless: number; odd: number; copy: Copy }) {
  const { t } = useWords()
  const left = copy.planning ? 0 : (copy.plan?.images.filter(isSame).length ?? 0)
  return (
    <>
      {left > 0 && <p className="small muted">{t('whole.left', { count: left })}</p>}
      {nameless > 0 && <p className="small muted">{t('whole.nameless', { count: nameless })}</p>}
      {odd > 0 && <p className="small muted">{t('whole.odd', { count: odd })}</p>}
    </>
  )
}

function Unread({ unread }: Pick<Whole, 'unread'>) {
  const { t, list } = useWords()
  if (unread.length === 0) return null
  return <p className="notice notice-plain">{t('whole.unread', { count: unread.length, names: list(unread) })}</p>
}

/** Everything of a place to another one, as one transfer, of which only what is new moves. */
export function WholeSheet({ place, onClose }: { place: PlaceRef; onClose: () => void }) {
  const { t } = useWords()
  const nameOf = usePlacePhrase()
  const engines = useEngines((state) => state.engines) ?? []
  const places = usePlaces((state) => state.places) ?? []
  const whole = useWhole(place)
  const groups = destinationsOf(place, engines, places, t)
  const ways = groups.flatMap(({ items }) => items)
  const [to, setTo] = useState<PlaceRef | undefined>(ways.length === 1 ? ways[0]?.place : undefined)
  // An engine runs images and keeps nothing else; a registry knows nothing without a name.
  const odd = to?.type === 'engine' ? whole.rows.filter(({ artifact }) => artifact) : []
  const nameless = to?.type === 'registry' ? whole.rows.filter(({ names }) => names.length === 0) : []
  const rows = whole.rows.filter((row) => !odd.includes(row) && !nameless.includes(row))
  const ready = to !== undefined && !whole.reading
  const copy = useCopy({
    from: place,
    rows,
    to: ready ? to : undefined,
    doubtful: false,
    onlyNew: true,
    started: onClose,
  })
  return (
    <SheetFrame
      wide
      title={t('whole.title')}
      about={t('save.from', { place: nameOf(place) })}
      onClose={onClose}
      summary={
        ready &&
        rows.length > 0 && (
          <>
            <CopySummary copy={copy} place={nameOf(to)} />
            {copy.startError && <FailureNotice error={copy.startError} />}
          </>
        )
      }
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button disabled={!copy.canStart || copy.planning} loading={copy.starting} onClick={copy.start}>
            {t('copy.copy')}
          </Button>
        </>
      }
    >
      {whole.failure && <FailureNotice error={whole.failure} />}
      <NativeSelect
        className="destination"
        label={t('copy.to')}
        value={listValue(groups, to)}
        onChange={(event) => {
          const chosen = chosenPlace(groups, event.currentTarget.value)
          if (chosen) setTo(chosen)
        }}
        data={[...(to ? [] : [{ value: '', label: t('copy.choose') }]), ...selectData(groups, undefined)]}
      />
      {whole.reading && (
        <p role="status" className="muted">
          <Loader size="xs" aria-hidden /> {t('whole.reading', { count: whole.rows.length })}
        </p>
      )}
      {!whole.reading && whole.rows.length === 0 && <p className="muted">{t('whole.empty')}</p>}
      <Unread unread={whole.unread} />
      {ready && (
        <>
          <PlatformFields platforms={copy.platforms} />
          <ExtraFields extras={copy.extras} />
          <NamesInUse key={placeKey(to)} copy={copy} />
          <Notes nameless={nameless.length} odd={odd.length} copy={copy} />
        </>
      )}
      {rows.length > 0 && <Rows rows={rows} copy={copy} place={nameOf(place)} />}
    </SheetFrame>
  )
}
