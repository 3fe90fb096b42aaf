import type { CheckEvent } from '../../shared/contract-publish.ts'
import { asAppError } from '../../shared/errors.ts'
import type { Check, Publication } from './check.ts'
import { labelsCheck } from './labels.ts'
import { nameCheck, tagCheck } from './names.ts'
import { platformCheck } from './platform.ts'
import { secretsCheck } from './secrets.ts'
import { sizeCheck } from './size.ts'
import { visibilityCheck } from './visibility.ts'

/** All checks, in the order of the contract's `CHECKS`. */
const ALL: readonly Check[] = [
  nameCheck,
  tagCheck,
  visibilityCheck,
  sizeCheck,
  platformCheck,
  secretsCheck,
  labelsCheck,
]

async function eventOf(check: Check, publication: Publication, signal: AbortSignal): Promise<CheckEvent> {
  try {
    const findings = await check.run(publication, signal)
    return { type: 'checked', check: check.id, findings: [...findings] }
  } catch (error) {
    signal.throwIfAborted()
    return { type: 'failed', check: check.id, error: asAppError(error).data }
  }
}

/** Runs all checks side by side and tells of each as it ends. */
export async function* runChecks(
  publication: Publication,
  signal: AbortSignal,
  checks: readonly Check[] = ALL,
): AsyncGenerator<CheckEvent> {
  const left = new Map(
    checks.map((check) => [check.id, eventOf(check, publication, signal).then((event) => ({ id: check.id, event }))]),
  )
  // One that is left behind by a failure of the others is nobody's to hear of.
  for (const running of left.values()) running.catch(() => undefined)
  while (left.size > 0) {
    const { id, event } = await Promise.race(left.values())
    left.delete(id)
    yield event
  }
}
