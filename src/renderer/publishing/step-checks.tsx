import { Checkbox, Loader } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle, IconQuestionMark } from '@tabler/icons-react'
import { CHECKS, type CheckEvent, type CheckId, type Finding } from '../../shared/contract-publish.ts'
import { sentence } from '../../shared/error-sentences.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { RegistryRemedyButton } from '../errors/remedy-button.tsx'
import { WebLink } from '../shell/web-link.tsx'
import { useWords } from '../words/use-words.ts'
import { findingWords } from './finding-words.ts'
import { LabelsForm } from './labels-form.tsx'
import { AllChanges } from './step-names.tsx'
import type { Checked } from './use-checks.ts'
import type { Publishing } from './use-publish.ts'

type Level = Finding['level'] | 'good' | 'failed' | 'running'

const WORST: readonly Finding['level'][] = ['stop', 'warn', 'info']

function levelOf(check: CheckId, event: CheckEvent | undefined): Level {
  if (!event) return 'running'
  if (event.type === 'failed') return 'failed'
  const level = WORST.find((one) => event.findings.some((finding) => finding.level === one))
  // A size, and what runs it, are always told: told is not a fault.
  return level === undefined || (level === 'info' && check !== 'labels') ? 'good' : level
}

function LevelIcon({ level }: { level: Level }) {
  switch (level) {
    case 'running':
      return <Loader size={18} aria-hidden />
    case 'good':
      return <IconCircleCheck size={20} className="good" aria-hidden />
    case 'info':
      return <IconInfoCircle size={20} className="accent" aria-hidden />
    case 'warn':
      return <IconAlertTriangle size={20} className="warn" aria-hidden />
    case 'stop':
      return <IconCircleX size={20} className="bad" aria-hidden />
    case 'failed':
      return <IconQuestionMark size={20} className="muted" aria-hidden />
  }
}

interface CheckLineProps {
  check: CheckId
  event: CheckEvent | undefined
  publishing: Publishing
  /** Below the heading of its registry, or of the sheet. */
  heading: 'h3' | 'h4'
}

function CheckLine({ check, event, publishing, heading: Heading }: CheckLineProps) {
  const words = useWords()
  const { t, language } = words
  const { rows, several, titleOf } = publishing
  const level = levelOf(check, event)
  const about = (finding: Finding): string => {
    const text = findingWords(finding, words)
    const row = several && rows.find(({ id }) => id === finding.image)
    return row ? t('publish.found.about', { image: titleOf(row), text }) : text
  }
  const fine = check === 'size' || check === 'platform' ? t('publish.check.fine') : t(`publish.check.good.${check}`)
  return (
    <li className="check-line-item">
      <LevelIcon level={level} />
      <div className="check-text">
        <Heading className="check-title">{t(`publish.check.${check}`)}</Heading>
        {level === 'running' && <p className="small muted">{t('publish.check.running')}</p>}
        {event?.type === 'failed' && (
          <p className="small">
            {t('publish.check.failed')} — {sentence(event.error, language).what}{' '}
            <RegistryRemedyButton error={event.error} />
          </p>
        )}
        {event?.type === 'checked' && event.findings.length === 0 && <p className="small muted">{fine}</p>}
        {event?.type === 'checked' &&
          event.findings.map((finding) => (
            <p key={JSON.stringify(finding)} className={finding.level === 'info' ? 'small muted' : 'small'}>
              {about(finding)}{' '}
              {typeof finding.parts['page'] === 'string' && (
                <WebLink href={finding.parts['page']}>{t('publish.seen.openPage')}</WebLink>
              )}
            </p>
          ))}
      </div>
    </li>
  )
}

interface StepChecksProps {
  publishing: Publishing
  checked: readonly Checked[]
  /** Something a person must have read before it is sent. */
  mustRead: boolean
  read: boolean
  onRead: (read: boolean) => void
  onAgain: () => void
}

/** What is found before anything is sent, registry by registry, and what will change there. */
export function StepChecks({ publishing, checked, mustRead, read, onRead, onAgain }: StepChecksProps) {
  const { t } = useWords()
  const { targets, rows, nameOf } = publishing
  return (
    <>
      {targets.map((target, index) => {
        const own = checked[index]
        return (
          <section key={target.key} aria-label={t('publish.check.list', { place: nameOf(target) })}>
            {targets.length > 1 && <h3>{nameOf(target)}</h3>}
            {own?.error ? (
              <FailureNotice error={own.error} onRetry={onAgain} />
            ) : (
              <ul className="check-list">
                {CHECKS.map((check) => (
                  <CheckLine
                    key={check}
                    check={check}
                    event={own?.events[check]}
                    publishing={publishing}
                    heading={targets.length > 1 ? 'h4' : 'h3'}
                  />
                ))}
              </ul>
            )}
          </section>
        )
      })}
      {rows.map((row) => (
        <LabelsForm key={row.id} publishing={publishing} row={row} />
      ))}
      <AllChanges publishing={publishing} choosing={false} />
      {mustRead && (
        <Checkbox
          checked={read}
          label={t('publish.check.readFirst')}
          onChange={(event) => onRead(event.currentTarget.checked)}
        />
      )}
    </>
  )
}
