import { Loader } from '@mantine/core'
import type { Plan } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { isSame } from '../loading/load-choices.ts'
import { nameSentences } from '../loading/load-summary.tsx'
import { absentWords } from '../words/absent.ts'
import { useWords, type Words } from '../words/use-words.ts'
import type { Copy } from './use-copy.ts'

function mainSentence(plan: Plan, count: number, place: string, { t, size }: Words): string {
  const parts = { count, place, move: size(plan.move), total: size(plan.total) }
  if (plan.images.every(isSame)) return t('copy.summarySame', parts)
  if (plan.images.every(({ present }) => present)) return t('copy.summaryNames', parts)
  if (plan.move >= plan.total) return t('copy.summaryAll', parts)
  return t(plan.move * 3 < plan.total ? 'copy.summaryMost' : 'copy.summary', parts)
}

/** What will happen, before anything moves. */
export function CopySummary({ copy, place }: { copy: Copy; place: string }) {
  const words = useWords()
  const { t, size } = words
  const { plan, planError, clashing, ticked } = copy
  if (planError) return <FailureNotice error={planError} onRetry={copy.planAgain} />
  if (clashing.length > 0) {
    return <p className="notice notice-warn">{clashing.map((name) => t('load.nameTwice', { name })).join(' ')}</p>
  }
  if (ticked.length === 0) return <p className="summary">{t('load.summaryNone')}</p>
  if (!copy.sound) return <p className="summary">{t('copy.namesFirst')}</p>
  if (!plan || copy.planning) {
    return (
      <p className="summary">
        <Loader size="xs" aria-hidden /> {t('copy.planning', { place })}
      </p>
    )
  }
  return (
    <>
      {absentWords(plan.absent, 'absent.copy', words).map((text) => (
        <p key={text} className="notice notice-warn" role="status">
          {text}
        </p>
      ))}
      <p className="summary" aria-live="polite">
        <strong>{mainSentence(plan, copy.going || ticked.length, place, words)}</strong>
        {!plan.exact && plan.move > 0 && ` ${t('load.summaryMost')}`}
        {nameSentences(plan, copy.wanted, words).map((text) => ` ${text}`)}
        {plan.free !== undefined && plan.free >= plan.move && ` ${t('copy.room', { free: size(plan.free) })}`}
      </p>
      {plan.free !== undefined && plan.free < plan.move && (
        <p className="notice notice-warn">{t('copy.noRoom', { free: size(plan.free) })}</p>
      )}
    </>
  )
}
