import { useEffect, useState } from 'react'
import type { DonorRef } from '../../shared/contract.ts'
import type { Diagnosis } from '../../shared/contract-doctor.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'

export interface Examined {
  readonly reading: { readonly done: number; readonly total: number } | undefined
  /** Of the reading before, while the next one is under way. */
  readonly diagnosis: Diagnosis | undefined
  readonly error: ErrorData | undefined
}

const BEGUN = { done: 0, total: 0 }

/** Has the file looked through, again whenever another place is laid beside it; stops when the sheet goes. */
export function useDoctor(path: string, beside: readonly DonorRef[]): Examined & { readonly retry: () => void } {
  const { client } = useApi()
  const [state, setState] = useState<Examined>({ reading: BEGUN, diagnosis: undefined, error: undefined })
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks the same again.
  useEffect(() => {
    const control = new AbortController()
    const { signal } = control
    const change = (changed: Partial<Examined>): void => {
      if (!signal.aborted) setState((before) => ({ ...before, ...changed }))
    }
    async function read(): Promise<void> {
      change({ reading: BEGUN, error: undefined })
      for await (const event of await client.doctor.diagnose({ path, beside: [...beside] }, { signal })) {
        if (event.type === 'reading') change({ reading: event })
        else change({ diagnosis: event.diagnosis, reading: undefined })
      }
    }
    read().catch((error: unknown) => change({ error: asFailure(error), reading: undefined }))
    return () => control.abort()
  }, [client, path, beside, attempt])
  return { ...state, retry: () => setAttempt((before) => before + 1) }
}
