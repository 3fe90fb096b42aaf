import { Button, Checkbox, Loader, NativeSelect } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { sentence } from '../../shared/error-sentences.ts'
import { familiar, familiarRepository, type Reference, withDefaultTag } from '../../shared/reference.ts'
import type { WantedLine } from '../../shared/wanted.ts'
import { isTicked } from '../copying/copy-form.ts'
import { CopySummary } from '../copying/copy-summary.tsx'
import { chosenPlace, destinationsOf, FILE, listValue, selectData } from '../copying/destinations.ts'
import { PlatformFields } from '../copying/platform-fields.tsx'
import { type Copy, useCopy } from '../copying/use-copy.ts'
import { happens, NamesInUse } from '../copying/whole-sheet.tsx'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { usePlacePhrase } from '../places/place-names.ts'
import { placeKey } from '../places/place-ref.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { useWords } from '../words/use-words.ts'
import { useUsualPlace } from './get-copy.tsx'
import { type Got, type GotRow, gotRow, mergedRows, placeOf, platformAt } from './got.ts'
import { LimitLine } from './limit-line.tsx'
import { meantProblem, meantTitle } from './meant-words.ts'

/** A line of the list, and what the registry says of it. */
interface Line {
  readonly text: string
  readonly title: string
  readonly fix: string | undefined
  /** Why it cannot be got; undefined while nothing is wrong. */
  readonly problem: string | undefined
  readonly got: Got | undefined
  readonly looking: boolean
}

/** The name an image of the list gets: one asked for by its digest alone has none. */
function namesOf(reference: Reference): string[] {
  const { tag, digest, ...bare } = withDefaultTag(reference)
  return tag === undefined ? [] : [`${familiarRepository({ ...bare })}:${tag}`]
}

/** Asks the registries about every line that names an image. */
function useLines(lines: readonly WantedLine[]): Line[] {
  const { t, language } = useWords()
  const { queries } = useApi()
  const answers = useQueries({
    queries: lines.map(({ meant }) => {
      const reference = meant.type === 'image' ? withDefaultTag(meant.reference) : undefined
      const input = {
        host: reference?.domain ?? '',
        repository: reference?.path ?? '',
        ...(reference?.digest === undefined ? { tag: reference?.tag } : { digest: reference.digest }),
      }
      return queries.get.resolve.queryOptions({ input, enabled: reference !== undefined, staleTime: 0, gcTime: 0 })
    }),
  })
  return lines.map(({ text, meant }, index): Line => {
    const title = meantTitle(text, meant)
    const unclear = meantProblem(meant, t)
    const fix = meant.type === 'problem' ? meant.fix : undefined
    const answer = answers[index]
    if (meant.type !== 'image') return { text, title, fix, problem: unclear, got: undefined, looking: false }
    const { reference, platform } = meant
    const at = { host: reference.domain, repository: reference.path }
    const problem = answer?.error ? sentence(asFailure(answer.error), language).what : undefined
    const offer = answer?.data
    const got = offer && { at, offer, names: namesOf(reference), platform }
    return { text, title: familiar(reference), fix, problem, got, looking: answer?.isPending === true }
  })
}

interface TableProps {
  lines: readonly Line[]
  rows: readonly GotRow[]
  rowOf: (got: Got) => GotRow
  copy: Copy
  onFix: (text: string, fix: string) => void
}

function State({
  line,
  row,
  copy,
  onFix,
}: {
  line: Line
  row: GotRow | undefined
  copy: Copy
  onFix: TableProps['onFix']
}) {
  const words = useWords()
  const { t } = words
  const { fix } = line
  const planned = row && copy.plan?.images.find(({ id }) => id === row.id)
  if (line.looking)
    return (
      <span role="status" className="muted">
        <Loader size="xs" aria-hidden /> {t('getting.looking')}
      </span>
    )
  if (line.problem !== undefined)
    return (
      <>
        <span className="bad">{line.problem}</span>{' '}
        {fix !== undefined && (
          <button type="button" className="link" onClick={() => onFix(line.text, fix)}>
            {t('getting.useFix', { name: fix })}
          </button>
        )}
      </>
    )
  return planned && !copy.planning && row && isTicked(row, copy.form) ? happens(planned, words) : ''
}

/** Every line, in its order: what it is, and what becomes of it or what is not clear. */
function Table({ lines, rows, rowOf, copy, onFix }: TableProps) {
  const { t, size } = useWords()
  return (
    <table className="whole whole-list" aria-label={t('getting.list')}>
      <thead>
        <tr className="whole-head">
          <td />
          <th scope="col">{t('getting.line')}</th>
          <th scope="col">{t('whole.size')}</th>
          <th scope="col">{t('whole.happens')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => {
          const row = line.got && rows.find(({ id }) => line.got && id === rowOf(line.got).id)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is named by its place.
            <tr key={index}>
              <td>
                {row && (
                  <Checkbox
                    checked={isTicked(row, copy.form)}
                    aria-label={t('whole.take', { image: line.title })}
                    onChange={(event) =>
                      copy.setForm({
                        ...copy.form,
                        ticked: { ...copy.form.ticked, [row.id]: event.currentTarget.checked },
                      })
                    }
                  />
                )}
              </td>
              <th scope="row">{line.title}</th>
              <td className="whole-size">{row && row.size > 0 ? size(row.size) : ''}</td>
              <td>
                <State line={line} row={row} copy={copy} onFix={onFix} />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

interface GetListProps {
  lines: readonly WantedLine[]
  to: Parameters<typeof useUsualPlace>[0]
  onFix: (text: string, fix: string) => void
  onFile: (rows: readonly GotRow[]) => void
  onBack: () => void
  onDone: () => void
  onClose: () => void
}

/** Everything a list asks for, in one go; what is not clear is told and stays out. */
export function GetList({ lines: wanted, to: wished, onFix, onFile, onBack, onDone, onClose }: GetListProps) {
  const { t } = useWords()
  const nameOf = usePlacePhrase()
  const engines = useEngines((state) => state.engines) ?? []
  const places = usePlaces((state) => state.places) ?? []
  const lines = useLines(wanted)
  const [to, setTo] = useState(useUsualPlace(wished))
  const all = lines.flatMap(({ got }) => got ?? [])
  const rowOf = (got: Got): GotRow => gotRow(got, platformAt(to, engines))
  const rows = mergedRows(all.map(rowOf))
  const from = all[0] ? placeOf(all[0].at) : { type: 'registry' as const, host: 'docker.io' }
  const looking = lines.some((line) => line.looking)
  const copy = useCopy({ from, rows, to: looking ? undefined : to, doubtful: false, started: onDone })
  const groups = destinationsOf(from, engines, places, t)
  const unclear = lines.filter(({ problem }) => problem !== undefined).length
  const hub = all.some(({ at }) => at.host === 'docker.io')
  return (
    <SheetFrame
      wide
      title={t('getting.list')}
      about={t('getting.listCount', { count: lines.length - unclear })}
      onClose={onClose}
      summary={
        <>
          {unclear > 0 && <p className="notice notice-warn">{t('getting.listUnclear', { count: unclear })}</p>}
          {to && !looking && rows.length > 0 && <CopySummary copy={copy} place={nameOf(to)} />}
          {copy.startError && <FailureNotice error={copy.startError} />}
          {hub && <LimitLine host="docker.io" />}
        </>
      }
      footer={
        <>
          <Button variant="default" onClick={onBack}>
            {t('common.back')}
          </Button>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button disabled={!copy.canStart || copy.planning} loading={copy.starting} onClick={copy.start}>
            {t('getting.getAll')}
          </Button>
        </>
      }
    >
      <NativeSelect
        className="destination"
        label={t('copy.to')}
        value={listValue(groups, to)}
        onChange={(event) => {
          const { value } = event.currentTarget
          const place = chosenPlace(groups, value)
          const ticked = all.map((got) => gotRow(got, undefined))
          if (value === FILE) onFile(mergedRows(ticked))
          else if (place) setTo(place)
        }}
        data={[
          ...(to ? [] : [{ value: '', label: t('copy.choose') }]),
          ...selectData(groups, rows.length > 0 ? t('copy.file') : undefined),
        ]}
      />
      {to && !looking && (
        <>
          <PlatformFields platforms={copy.platforms} />
          <NamesInUse key={placeKey(to)} copy={copy} />
        </>
      )}
      <Table lines={lines} rows={rows} rowOf={rowOf} copy={copy} onFix={onFix} />
    </SheetFrame>
  )
}
