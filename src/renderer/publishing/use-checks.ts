import { useEffect, useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import {
  CHECKS,
  type CheckEvent,
  type CheckId,
  type Finding,
  type PublishDestination,
} from '../../shared/contract-publish.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { readOnce } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'

/** The checks for one registry, as far as they have come. */
export interface Checked {
  readonly events: Readonly<Partial<Record<CheckId, CheckEvent>>>
  /** None of them could be done. */
  readonly error: ErrorData | undefined
}

const NONE: Checked = { events: {}, error: undefined }

export function isComplete({ events, error }: Checked): boolean {
  return error !== undefined || CHECKS.every((check) => events[check] !== undefined)
}

export function findingsIn({ events }: Checked): Finding[] {
  return CHECKS.flatMap((check) => {
    const event = events[check]
    return event?.type === 'checked' ? event.findings : []
  })
}

/** Runs the checks for each destination, anew whenever one changes. `round`: once more, unchanged. */
export function useChecks(
  from: PlaceRef,
  destinations: readonly PublishDestination[],
  running: boolean,
  round: number,
): readonly Checked[] {
  const { client } = useApi()
  const [checked, setChecked] = useState<readonly Checked[]>([])
  const asked = JSON.stringify([from, destinations, round])
  useEffect(() => {
    if (!running) return
    const [place, list] = JSON.parse(asked) as [PlaceRef, PublishDestination[]]
    setChecked(list.map(() => NONE))
    const change = (index: number, how: (before: Checked) => Checked): void =>
      setChecked((before) => before.map((one, at) => (at === index ? how(one) : one)))
    const stops = list.map((destination, index) =>
      readOnce({
        open: (signal) => client.publish.checks({ from: place, ...destination }, { signal }),
        take: (event) => change(index, ({ events, error }) => ({ events: { ...events, [event.check]: event }, error })),
        failed: (error) => change(index, ({ events }) => ({ events, error: asFailure(error) })),
      }),
    )
    return () => {
      for (const stop of stops) stop()
    }
  }, [client, asked, running])
  return checked
}
