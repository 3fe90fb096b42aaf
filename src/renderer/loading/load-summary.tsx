import { Loader } from '@mantine/core'
import type { Plan, Wanted } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useWords, type Words } from '../words/use-words.ts'

function mainSentence(plan: Plan, count: number, place: string, { t, size }: Words): string {
  const parts = { count, place, move: size(plan.move), total: size(plan.total) }
  if (plan.images.every(({ present }) => present)) return t('load.summaryNames', parts)
  return t(plan.move < plan.total ? 'load.summary' : 'load.summaryAll', parts)
}

/** What happens to each name that another image has now. */
export function nameSentences(plan: Plan, wanted: readonly Wanted[], { t }: Words): string[] {
  return plan.images.flatMap(({ id, names }) =>
    names.flatMap(({ name, replaces }) => {
      const asked = wanted.find((image) => image.id === id)?.names.find((other) => other.name === name)
      if (!replaces || !asked) return []
      return [
        asked.keepAs === undefined
          ? t('load.summaryReplace', { name })
          : t('load.summaryKeep', { name, kept: asked.keepAs }),
      ]
    }),
  )
}

interface LoadSummaryProps {
  wanted: readonly Wanted[]
  plan: Plan | undefined
  planning: boolean
  error: ErrorData | undefined
  onRetry: () => void
  place: string
  clashes: readonly string[]
}

/** One box that says, before anything moves, what will happen. */
export function LoadSummary({ wanted, plan, planning, error, onRetry, place, clashes }: LoadSummaryProps) {
  const words = useWords()
  const { t, size } = words
  if (error) return <FailureNotice error={error} onRetry={onRetry} />
  if (clashes.length > 0) {
    return <p className="notice notice-warn">{clashes.map((name) => t('load.nameTwice', { name })).join(' ')}</p>
  }
  if (wanted.length === 0) return <p className="summary">{t('load.summaryNone')}</p>
  if (!plan || planning) {
    return (
      <p className="summary">
        <Loader size="xs" aria-hidden /> {t('load.planning')}
      </p>
    )
  }
  return (
    <>
      <p className="summary" aria-live="polite">
        <strong>{mainSentence(plan, wanted.length, place, words)}</strong>
        {!plan.exact && plan.move > 0 && ` ${t('load.summaryMost')}`}
        {nameSentences(plan, wanted, words).map((text) => ` ${text}`)}
      </p>
      {plan.free !== undefined && plan.free < plan.move && (
        <p className="notice notice-warn">{t('load.noRoom', { free: size(plan.free) })}</p>
      )}
    </>
  )
}
