import { useEffect, useState } from 'react'
import type { Found } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'

const SETTLE = 250

interface Finding {
  readonly found: readonly Found[]
  readonly looking: boolean
  readonly failure: ErrorData | undefined
}

const NOTHING: Finding = { found: [], looking: false, failure: undefined }

/** What is found in all places for a text, as it comes; nothing for an empty one. */
export function useFound(text: string): Finding {
  const { client } = useApi()
  const [finding, setFinding] = useState(NOTHING)
  const wanted = text.trim()
  useEffect(() => {
    setFinding(wanted === '' ? NOTHING : (before) => ({ ...before, looking: true, failure: undefined }))
    if (wanted === '') return
    const gone = new AbortController()
    const look = async (): Promise<void> => {
      try {
        let any = false
        for await (const found of await client.search({ text: wanted }, { signal: gone.signal })) {
          if (gone.signal.aborted) return
          any = true
          setFinding({ found, looking: true, failure: undefined })
        }
        if (!gone.signal.aborted) setFinding(({ found }) => ({ ...NOTHING, found: any ? found : [] }))
      } catch (error) {
        if (!gone.signal.aborted) setFinding({ ...NOTHING, failure: asFailure(error) })
      }
    }
    const timer = setTimeout(() => void look(), SETTLE)
    return () => {
      clearTimeout(timer)
      gone.abort()
    }
  }, [client, wanted])
  return finding
}
