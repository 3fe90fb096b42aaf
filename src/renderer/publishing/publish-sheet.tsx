import { Button, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { Publishable, Published } from '../../shared/contract-publish.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { usePlaces } from '../places/other-places.ts'
import { RegistrySheet } from '../registries/registry-sheet.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce, type Sheet, useUi } from '../shell/ui.ts'
import { useTransfers } from '../transfers/transfer-store.ts'
import { isEnded } from '../transfers/transfer-words.ts'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import {
  type Draft,
  lastTargets,
  NO_DRAFT,
  type PublishRow,
  sourceOf,
  type Target,
  targetOf,
  versionOf,
} from './draft.ts'
import { StepChecks } from './step-checks.tsx'
import { StepNames } from './step-names.tsx'
import { type Outcome, StepSend } from './step-send.tsx'
import { StepWhere } from './step-where.tsx'
import { STEPS, type Step, StepList } from './steps.tsx'
import { findingsIn, isComplete, useChecks } from './use-checks.ts'
import { usePublish, useStart } from './use-publish.ts'
import { WeightWords } from './weight-words.tsx'

interface PublishSheetProps {
  /** Where the images are. */
  place: PlaceRef
  rows: readonly PublishRow[]
  /** As the sheet of that name has it. */
  before?: readonly string[] | undefined
  onClose: () => void
}

function useTargets(): Target[] {
  const places = usePlaces((state) => state.places) ?? []
  return places.flatMap(({ place, registry, username }) =>
    place.type === 'registry' ? [targetOf(place, registry, username)] : [],
  )
}

interface Beginning {
  readonly draft: Draft
  readonly step: Step
}

/** Published before: all but the last look is done. One registry: it is taken. None: one is added first. */
function beginning(
  rows: readonly PublishRow[],
  targets: readonly Target[],
  looked: { images: readonly Publishable[]; published: readonly Published[] },
): Beginning {
  const known = { ...looked, owners: {}, there: {}, standing: {} }
  const last = lastTargets(targets, rows, known)
  const [only] = targets
  if (last.length > 0) {
    const draft = { ...NO_DRAFT, chosen: last.map(({ key }) => key) }
    const named = rows.every((row) => !['', 'latest'].includes(versionOf(draft, row, known)))
    return { draft, step: named ? 'checks' : 'names' }
  }
  if (only && targets.length === 1) return { draft: { ...NO_DRAFT, chosen: [only.key] }, step: 'names' }
  return { draft: NO_DRAFT, step: 'where' }
}

/** Publishing, from choosing where to a message for whoever is to get it: where, name and versions, checks, sending. */
export function PublishSheet({ place, rows, before, onClose }: PublishSheetProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const places = usePlaces((state) => state.places)
  const [all] = useState(rows)
  const late = useLate()
  const sources = [...new Set(all.map(sourceOf).filter((source) => source !== ''))]
  const looked = useQuery(
    queries.publish.look.queryOptions({ input: { from: place, ids: all.map(({ id }) => id), sources }, staleTime: 0 }),
  )
  if (looked.data && places)
    return <Flow place={place} rows={all} before={before} looked={looked.data} onClose={onClose} />
  if (!looked.error && !late) return null
  return (
    <SheetFrame wide title={titleOf(all, t)} onClose={onClose}>
      {looked.error ? (
        <FailureNotice error={asFailure(looked.error)} onRetry={() => void looked.refetch()} />
      ) : (
        <p className="summary">
          <Loader size="xs" aria-hidden /> {t('publish.looking')}
        </p>
      )}
    </SheetFrame>
  )
}

/** Milliseconds; a sheet that only says that it is looking would be gone before it was read. */
const SOON = 400

function useLate(): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), SOON)
    return () => clearTimeout(timer)
  }, [])
  return late
}

function titleOf(rows: readonly PublishRow[], t: ReturnType<typeof useWords>['t']): string {
  const [first] = rows
  const image = first ? (first.names[0]?.replace(/:(?=[^/]*$)/, ' ') ?? shortId(first.id)) : ''
  return t('publish.title', { count: rows.length, image })
}

interface FlowProps extends PublishSheetProps {
  looked: { images: Publishable[]; published: Published[] }
}

function Flow({ place, rows, before, looked, onClose }: FlowProps) {
  const { t } = useWords()
  const offered = useTargets()
  const [begin] = useState(() => beginning(rows, offered, looked))
  const [step, setStep] = useState<Step>(begin.step)
  const publishing = usePublish({ from: place, all: rows, looked, offered, initial: begin.draft })
  const adding = useAdding(offered, before, { type: 'publish', place, rows }, (added) => {
    publishing.change({ chosen: [...new Set([...publishing.draft.chosen, ...added])] })
    setStep('names')
  })
  const [round, setRound] = useState(0)
  const [read, setRead] = useState(false)
  const checking = step === 'checks' && publishing.ready
  const checked = useChecks(place, publishing.destinations, checking, round)
  const start = useStart(publishing)
  const [restarted, setRestarted] = useState<Readonly<Record<number, Outcome>>>({})
  const body = useStepFocus(step)
  const findings = checked.flatMap(findingsIn)
  const mustRead = findings.some(({ id, level }) => level === 'warn' && id.startsWith('secret-'))
  const clear =
    checking &&
    checked.length === publishing.targets.length &&
    checked.every(isComplete) &&
    findings.every(({ level }) => level !== 'stop') &&
    (!mustRead || read)
  const go = (to: Step): void => {
    setRead(false)
    setStep(to)
  }
  const outcomes = (start.started ?? []).map((outcome, index) => restarted[index] ?? outcome)
  const ids = outcomes.map((outcome) => (outcome.type === 'started' ? outcome.id : undefined))
  const sending = step === 'send'
  const trouble = sending ? undefined : (start.error ?? publishing.askError)
  const going = useTransfers(({ transfers }) =>
    transfers.some(({ id, phase }) => ids.includes(id) && !isEnded({ phase })),
  )
  if (adding.open) return <RegistrySheet place={undefined} onClose={adding.close} />
  return (
    <SheetFrame
      wide
      title={titleOf(rows, t)}
      about={<StepList step={step} onStep={sending ? undefined : go} />}
      onClose={onClose}
      summary={trouble && <FailureNotice error={trouble} {...(start.error ? {} : { onRetry: publishing.askAgain })} />}
      footer={
        <>
          {!sending && step !== 'where' && <WeightWords publishing={publishing} />}
          <span className="spacer" />
          <FlowButtons
            step={step}
            canContinue={step === 'where' ? publishing.targets.length > 0 : publishing.ready}
            canSend={clear}
            starting={start.starting}
            going={going}
            onStep={go}
            onSend={() => start.start(() => go('send'))}
            onClose={onClose}
          />
        </>
      }
    >
      {/* The focus goes with the steps, so that what is new is read. */}
      <div ref={body} tabIndex={-1} className="publish-body no-outline">
        {step === 'where' && (
          <StepWhere
            targets={offered}
            chosen={publishing.draft.chosen}
            onChosen={(chosen) => publishing.change({ chosen })}
            onAdd={adding.begin}
          />
        )}
        {step === 'names' && <StepNames publishing={publishing} />}
        {step === 'checks' && (
          <StepChecks
            publishing={publishing}
            checked={checked}
            mustRead={mustRead}
            read={read}
            onRead={setRead}
            onAgain={() => setRound(round + 1)}
          />
        )}
        {sending && (
          <StepSend
            publishing={publishing}
            outcomes={outcomes}
            ids={ids}
            onRestarted={(index, outcome) => setRestarted({ ...restarted, [index]: outcome })}
          />
        )}
      </div>
    </SheetFrame>
  )
}

interface FlowButtonsProps {
  step: Step
  canContinue: boolean
  canSend: boolean
  starting: boolean
  /** Something is on its way. */
  going: boolean
  onStep: (step: Step) => void
  onSend: () => void
  onClose: () => void
}

function FlowButtons({ step, canContinue, canSend, starting, going, onStep, onSend, onClose }: FlowButtonsProps) {
  const { t } = useWords()
  const at = STEPS.indexOf(step)
  if (step === 'send') {
    return (
      <Button variant="default" onClick={onClose}>
        {t(going ? 'publish.sending.behind' : 'publish.sending.done')}
      </Button>
    )
  }
  return (
    <>
      <Button variant="default" onClick={() => (at === 0 ? onClose() : onStep(STEPS[at - 1] ?? 'where'))}>
        {t(at === 0 ? 'common.cancel' : 'publish.back')}
      </Button>
      {step === 'checks' ? (
        <Button disabled={!canSend} loading={starting} onClick={onSend}>
          {t('publish.send')}
        </Button>
      ) : (
        <Button disabled={!canContinue} onClick={() => onStep(STEPS[at + 1] ?? 'checks')}>
          {t('publish.continue')}
        </Button>
      )}
    </>
  )
}

/** Says each step and gives it the focus; the first is said by the sheet itself. */
function useStepFocus(step: Step) {
  const { t } = useWords()
  const body = useRef<HTMLDivElement>(null)
  const before = useRef(step)
  useEffect(() => {
    if (before.current === step) return
    before.current = step
    body.current?.focus()
    announce(
      t('publish.announce', {
        step: STEPS.indexOf(step) + 1,
        steps: STEPS.length,
        what: t(`publish.step.${step}`),
      }),
    )
  }, [step, t])
  return body
}

/**
 * Adding a registry in between: what has come to the list when that is done is where to publish. A guide that takes the
 * place of the sheet for it comes back to `sheet`.
 */
function useAdding(
  offered: readonly Target[],
  known: readonly string[] | undefined,
  sheet: Extract<Sheet, { type: 'publish' }>,
  onAdded: (keys: string[]) => void,
) {
  const [before, setBefore] = useState(known ?? (offered.length === 0 ? [] : undefined))
  const [open, setOpen] = useState(offered.length === 0 && known === undefined)
  // What is on screen behind the sheet stays what it was.
  const [onScreen] = useState(() => usePlaces.getState().chosen)
  const news = offered
    .map(({ key }) => key)
    .filter((key) => before && !before.includes(key))
    .join('\n')
  const tell = useEffectEvent(onAdded)
  const [back] = useState(sheet)
  useEffect(() => {
    if (open || news === '') return
    setBefore(undefined)
    tell(news.split('\n'))
  }, [open, news])
  useEffect(() => {
    if (open && before) useUi.setState({ back: { ...back, before } })
    return () => {
      if (useUi.getState().sheet?.type === 'publish') useUi.setState({ back: undefined })
    }
  }, [open, before, back])
  return {
    open,
    begin: () => {
      setBefore(offered.map(({ key }) => key))
      setOpen(true)
    },
    close: () => {
      usePlaces.setState({ chosen: onScreen })
      setOpen(false)
    },
  }
}
