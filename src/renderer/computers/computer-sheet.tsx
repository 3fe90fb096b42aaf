import { Button, Loader, Skeleton } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { Computer } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { platformWords } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'
import { ComputerFields } from './computer-fields.tsx'
import {
  type ComputerForm,
  computerOf,
  EMPTY_FORM,
  type Field,
  type FieldProblem,
  fieldOf,
  formOf,
  isSameDoor,
  problemOf,
  withAddress,
} from './computer-form.ts'
import { HostKeysView } from './host-keys.tsx'
import { type Step, useComputer } from './use-computer.ts'

const STEPS = { fill: 1, keys: 2, test: 3 } as const
const STEP_WORDS = {
  fill: 'computer.stepFill',
  keys: 'computer.stepKeys',
  test: 'computer.stepTest',
} as const

function Tried({ step, name }: { step: Step; name: string }) {
  const { t } = useWords()
  if (step.type === 'added') return <p className="notice notice-warn">{t('computer.notKept')}</p>
  if (step.type !== 'test') return null
  if (!step.found) {
    return (
      <p role="status">
        <Loader size="xs" aria-hidden /> {t('computer.trying')}
      </p>
    )
  }
  const { version, images, platform } = step.found
  return (
    <p className="tried" role="status">
      <IconCircleCheck className="good" size={20} aria-hidden />
      <span>
        <strong>{name}</strong>
        <br />
        {[t('computer.answers', { version }), t('common.images', { count: images }), platformWords(platform, t)].join(
          ' · ',
        )}
      </span>
    </p>
  )
}

interface ComputerStepsProps {
  /** The engine to change, and what was typed for it. */
  engine: string | undefined
  before: Computer | undefined
  /** The password is what is missing. */
  password: boolean
  onClose: () => void
}

function ComputerSteps({ engine, before, password, onClose }: ComputerStepsProps) {
  const { t } = useWords()
  const formId = useId()
  const fields = useRef<Partial<Record<Field, HTMLInputElement | null>>>({})
  const lastButton = useRef<HTMLButtonElement>(null)
  const [form, setForm] = useState<ComputerForm>(before ? formOf(before) : EMPTY_FORM)
  const [problem, setProblem] = useState<{ field: Field; problem: FieldProblem }>()
  // What is kept opens this very door and no other; when it is what is missing, there is none.
  const isKept = (typed: ComputerForm): boolean =>
    before !== undefined && !password && typed.signIn !== 'usual' && isSameDoor(before, typed)
  const computer = useComputer({
    engine,
    onDone: (name) => {
      announce(t(engine === undefined ? 'computer.added' : 'computer.changed', { name }))
      onClose()
    },
  })
  const { step, failure, busy } = computer
  const { name, host } = computerOf(form)
  const first: Field = password ? 'password' : 'host'
  const wrong = failure && fieldOf(failure.code, form.signIn)

  // The field to correct has the focus, the first one at the start; a computer that answers has the button to add it.
  useEffect(() => {
    if (step.type === 'fill') fields.current[wrong ?? first]?.focus()
    if (step.type === 'added' || (step.type === 'test' && step.found)) lastButton.current?.focus()
  }, [step, wrong, first])

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const tidy = withAddress(form, form.host)
    const found = problemOf(tidy, isKept(tidy))
    setForm(tidy)
    setProblem(found)
    if (found) fields.current[found.field]?.focus()
    else computer.look(tidy)
  }
  const confirm = t(engine === undefined ? 'computer.add' : 'computer.change')
  const buttons: Record<Step['type'], ReactNode> = {
    fill: (
      <Button type="submit" form={formId} loading={busy}>
        {t('common.continue')}
      </Button>
    ),
    keys: step.type === 'keys' && step.keys.state === 'new' && (
      <Button loading={busy} onClick={() => computer.trust(form, step.keys)}>
        {t('computer.trust')}
      </Button>
    ),
    test: step.type === 'test' && step.found && (
      <Button ref={lastButton} loading={busy} onClick={() => computer.add(form)}>
        {confirm}
      </Button>
    ),
    added: (
      <Button ref={lastButton} onClick={onClose}>
        {t('common.close')}
      </Button>
    ),
  }
  const title = before ? t('computer.changeTitle', { name: before.name }) : t('computer.addTitle')
  return (
    <SheetFrame
      title={step.type === 'added' ? t('computer.addedTitle', { name }) : title}
      about={
        step.type !== 'added' && (
          <span aria-live="polite">
            {t('computer.step', { step: STEPS[step.type], steps: 3, what: t(STEP_WORDS[step.type]) })}
          </span>
        )
      }
      onClose={onClose}
      summary={failure && <FailureNotice error={failure} />}
      footer={
        <>
          {(step.type === 'keys' || (step.type === 'test' && step.found)) && (
            <Button variant="default" disabled={busy} onClick={computer.toForm}>
              {t('common.back')}
            </Button>
          )}
          <span className="spacer" />
          {step.type !== 'added' && (
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
          )}
          {buttons[step.type]}
        </>
      }
    >
      {step.type === 'fill' && (
        <form id={formId} className="computer-form" noValidate onSubmit={submit}>
          <p className="muted">{t('computer.intro')}</p>
          <ComputerFields
            form={form}
            problem={problem}
            kept={isKept(form)}
            first={first}
            onForm={(next) => {
              setForm(next)
              setProblem(undefined)
            }}
            field={(field) => (element) => {
              fields.current[field] = element
            }}
          />
          <p role="status" className="hint">
            {busy && t('computer.asking', { host })}
          </p>
        </form>
      )}
      {step.type === 'keys' && <HostKeysView host={host} keys={step.keys} />}
      <Tried step={step} name={name} />
    </SheetFrame>
  )
}

interface ComputerSheetProps {
  engine?: string | undefined
  password?: boolean | undefined
  onClose: () => void
}

/** A Docker on another computer, by the person's own ssh: typed, recognised, tried, and only then in the list. */
export function ComputerSheet({ engine, password = false, onClose }: ComputerSheetProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const before = useQuery(
    queries.engines.computer.queryOptions({
      input: { engine: engine ?? '' },
      enabled: engine !== undefined,
      staleTime: 0,
      gcTime: 0,
    }),
  )
  if (engine === undefined || before.data) {
    return <ComputerSteps engine={engine} before={before.data} password={password} onClose={onClose} />
  }
  return (
    <SheetFrame title={t('places.change')} onClose={onClose}>
      {before.error ? (
        <FailureNotice error={asFailure(before.error)} onRetry={() => void before.refetch()} />
      ) : (
        <Skeleton height={240} role="status" aria-label={t('common.loading')} />
      )}
    </SheetFrame>
  )
}
