import { useEffect } from 'react'
import { useApi } from '../host.tsx'
import { learnFacts } from './image-store.ts'

const SETTLE = 120

/** Learns about the rows in view once scrolling has settled. */
export function useFacts(engine: string, ids: readonly string[]): void {
  const { client } = useApi()
  const key = ids.join(' ')
  useEffect(() => {
    const timer = setTimeout(() => void learnFacts(client, engine, key.split(' ').filter(Boolean)), SETTLE)
    return () => clearTimeout(timer)
  }, [client, engine, key])
}
