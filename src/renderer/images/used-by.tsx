import { memo } from 'react'
import type { ContainerRef } from '../../shared/contract.ts'
import type { Words } from '../words/use-words.ts'
import { containerTitle } from './moved-words.ts'

/** Which containers are made from an image: the first by name, running ones first, all of them in the title. */
export const UsedBy = memo(function UsedBy({
  words,
  containers,
}: {
  words: Words
  containers: readonly ContainerRef[]
}) {
  const { t, list } = words
  const sorted = containers.toSorted((left, right) => Number(right.running) - Number(left.running))
  const first = sorted[0]
  if (!first) return null
  const all = t('images.usedByAll', { containers: list(sorted.map((container) => containerTitle(container, words))) })
  return (
    <span className={first.running ? 'used-by used-running' : 'used-by'} title={all}>
      <span aria-hidden>
        {t('images.usedBy', { container: first.name })}
        {sorted.length > 1 && ` +${sorted.length - 1}`}
      </span>
      <span className="visually-hidden">{all}</span>
    </span>
  )
})
