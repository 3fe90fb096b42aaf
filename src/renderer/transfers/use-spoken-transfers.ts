import { useEffect, useRef } from 'react'
import { usePlaceName } from '../places/place-names.ts'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { useTransfers } from './transfer-store.ts'
import { isDue, isEnded, percentOf, phaseWords, type Spoken, transferTitle } from './transfer-words.ts'

/** Speaks of transfers as they go on; those that had ended before the page was opened are not told again. */
export function useSpokenTransfers(): void {
  const words = useWords()
  const { transfers } = useTransfers()
  const nameOf = usePlaceName()
  const spoken = useRef<Map<string, Spoken>>(undefined)
  useEffect(() => {
    const known = spoken.current ?? new Map<string, Spoken>()
    for (const transfer of transfers) {
      const before = known.get(transfer.id)
      const time = Date.now()
      if (!isDue(transfer, before, time)) continue
      const percent = Math.round(percentOf(transfer) ?? 0)
      known.set(transfer.id, { phase: transfer.phase, percent, at: time })
      if (!before && isEnded(transfer)) continue
      const what = transferTitle(transfer, nameOf, words)
      announce(
        before?.phase === transfer.phase
          ? words.t('transfers.spokenProgress', { what, percent })
          : words.t('transfers.spokenPhase', { what, phase: phaseWords(transfer, words.t) }),
      )
    }
    spoken.current = known
  }, [transfers, nameOf, words])
}
