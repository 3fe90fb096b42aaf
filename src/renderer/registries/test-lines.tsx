import { IconAlertTriangle, IconCircleCheck, IconHelpCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { RegistryTest } from '../../shared/contract-accounts.ts'
import { sentence } from '../../shared/error-sentences.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { presetOfHost } from '../../shared/presets.ts'
import { RawDetails } from '../errors/failure-notice.tsx'
import { useWords } from '../words/use-words.ts'

type Outcome = 'fine' | 'wrong' | 'unknown'

const ICONS = { fine: IconCircleCheck, wrong: IconAlertTriangle, unknown: IconHelpCircle } as const
const CLASSES = { fine: 'good', wrong: 'bad', unknown: 'muted' } as const

interface LineProps {
  outcome: Outcome
  error?: ErrorData | undefined
  children: ReactNode
}

function Line({ outcome, error, children }: LineProps) {
  const { t, language } = useWords()
  const Icon = ICONS[outcome]
  const said = error && sentence(error, language)
  return (
    <li>
      <Icon size={20} className={CLASSES[outcome]} aria-hidden />
      <div>
        <p>
          <span className="visually-hidden">{t(`accounts.${outcome}`)}: </span>
          {children}
        </p>
        {said && (
          <p className="muted">
            {said.what} {said.next}
          </p>
        )}
        {error?.raw && <RawDetails text={error.raw} />}
      </div>
    </li>
  )
}

interface TestLinesProps {
  host: string
  tested: RegistryTest
  /** What was asked about. */
  namespace: string | undefined
}

function SignedIn({ tested: { signedIn, auth } }: TestLinesProps) {
  const { t } = useWords()
  switch (signedIn.type) {
    case 'nobody':
      return (
        <Line outcome={auth === 'none' ? 'fine' : 'unknown'}>
          {t(auth === 'none' ? 'accounts.signedInNobodyOpen' : 'accounts.signedInNobody')}
        </Line>
      )
    case 'yes':
      return <Line outcome="fine">{t('accounts.signedInAs', { user: signedIn.name })}</Line>
    case 'unknown':
      return <Line outcome="unknown">{t('accounts.signedInUnknown', { user: signedIn.name })}</Line>
    case 'no':
      return (
        <Line outcome="wrong" error={signedIn.error}>
          {t('accounts.signedInNot', { user: signedIn.name })}
        </Line>
      )
  }
}

function MayPush({ host, tested: { push, signedIn, auth }, namespace }: TestLinesProps) {
  const { t } = useWords()
  // The line above has said it.
  if (signedIn.type === 'no') return null
  if (signedIn.type === 'nobody' && auth !== 'none')
    return <Line outcome="unknown">{t('accounts.mayNotPushNobody')}</Line>
  const where = namespace === undefined ? undefined : `${host}/${namespace}`
  switch (push.type) {
    case 'yes':
      return (
        <Line outcome="fine">
          {where === undefined ? t('accounts.mayPushAnywhere') : t('accounts.mayPush', { namespace: where })}
        </Line>
      )
    case 'no':
      return (
        <Line outcome="wrong" error={push.error}>
          {t('accounts.mayNotPush', { namespace: where ?? host })}
        </Line>
      )
    case 'unknown':
      return (
        <Line outcome="unknown">{t(namespace === undefined ? 'accounts.pushUnasked' : 'accounts.pushUnknown')}</Line>
      )
  }
}

/** What a test found, in three lines: does it answer, who is signed in, what may be published. */
export function TestLines(props: TestLinesProps) {
  const { t } = useWords()
  const { host, tested } = props
  const { encrypted, kind, version } = tested
  const { id } = presetOfHost(host, kind)
  const name = [id === 'own' ? host : t(`presets.name.${id}`), version].filter(Boolean).join(' ')
  return (
    <ul className="test-lines">
      <Line outcome="fine">{t(encrypted ? 'accounts.reachable' : 'accounts.reachablePlain', { name })}</Line>
      <SignedIn {...props} />
      <MayPush {...props} />
    </ul>
  )
}
