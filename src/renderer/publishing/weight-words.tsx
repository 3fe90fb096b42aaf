import type { Plan } from '../../shared/contract.ts'
import { useWords, type Words } from '../words/use-words.ts'
import type { Publishing } from './use-publish.ts'

function weightOf({ move, total, exact }: Plan, { t, size }: Words): string {
  if (move === 0) return t('publish.weight.none')
  return t(move < total ? 'publish.weight.most' : 'publish.weight.all', {
    move: exact ? size(move) : t('publish.weight.atMost', { size: size(move) }),
  })
}

/** How much will be sent, at each place where there are several. */
export function WeightWords({ publishing }: { publishing: Publishing }) {
  const words = useWords()
  const { t } = words
  const { targets, planAt, planning, nameOf, stateAt } = publishing
  if (targets.some((target) => stateAt(target) === 'unsound')) return null
  if (planning) return <span className="muted small">{t('publish.weight.planning')}</span>
  const weights = targets.flatMap((target) => {
    const plan = planAt(target)
    if (!plan) return []
    const what = weightOf(plan, words)
    return [targets.length > 1 ? t('publish.weight.places', { what, place: nameOf(target) }) : what]
  })
  return <span className="muted small">{weights.join(' · ')}</span>
}
