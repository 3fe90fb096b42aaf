import { useEffect } from 'react'
import { useApi } from '../host.tsx'
import { learnFacts, useImages } from './image-store.ts'

const SETTLE = 120

/** Learns about these images once they have stayed the same for a moment: rows that only fly past are not asked for. */
export function useFacts(engine: string | undefined, ids: readonly string[]): void {
  const { client } = useApi()
  const round = useImages((state) => state.factsRound)
  const key = ids.join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks again for the same rows.
  useEffect(() => {
    if (engine === undefined) return
    const gone = new AbortController()
    const wanted = key.split(' ').filter(Boolean)
    const timer = setTimeout(() => void learnFacts(client, engine, wanted, gone.signal), SETTLE)
    return () => {
      clearTimeout(timer)
      gone.abort()
    }
  }, [client, engine, key, round])
}
