import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import { delay } from '../../feed.ts'

/** How long a client goes on when a registry does not answer as it should. */
export interface Patience {
  /** Tries of one thing in a row without getting anywhere. */
  readonly attempts: number
  /** Milliseconds before the second try; every further pause is twice as long. */
  readonly pause: number
  /** Milliseconds: a registry that asks for more (Retry-After) is told to the person instead. */
  readonly longest: number
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const PATIENCE: Patience = { attempts: 6, pause: 500, longest: 90_000, wait: delay }

/** What may go by itself. */
const PASSING: readonly ErrorCode[] = ['registry-broken', 'registry-unavailable', 'registry-too-many-requests']

export function isPassing(error: unknown): boolean {
  // Downloads that are used up for hours do not come back while one waits.
  return error instanceof AppError && PASSING.includes(error.code) && error.parts['limit'] === undefined
}

/** Milliseconds before the try after the `failed`th: twice as long each time, and somewhere in the upper half of that. */
export function pauseOf(patience: Patience, failed: number): number {
  return patience.pause * 2 ** (failed - 1) * (0.5 + Math.random() / 2)
}

/** Milliseconds a registry asked for with its refusal. */
export function askedPause(error: unknown): number | undefined {
  const seconds = error instanceof AppError ? error.parts['seconds'] : undefined
  return typeof seconds === 'number' ? seconds * 1000 : undefined
}

/**
 * Waits before the next try, or throws `error` when there is none: it does not pass, tries are used up, or the registry
 * asked for more time than anybody has.
 */
export async function pauseBefore(
  error: unknown,
  failed: number,
  patience: Patience,
  signal: AbortSignal,
  passes: (error: unknown) => boolean = isPassing,
): Promise<void> {
  signal.throwIfAborted()
  const asked = askedPause(error)
  if (!passes(error) || failed >= patience.attempts || (asked ?? 0) > patience.longest) throw error
  await patience.wait((asked ?? 0) + pauseOf(patience, failed), signal)
  signal.throwIfAborted()
}

/** Tries until it works, or `pauseBefore` gives up. `attempt` is told how often it failed before. */
export async function persist<T>(
  attempt: (failed: number) => Promise<T>,
  patience: Patience,
  signal: AbortSignal,
  passes: (error: unknown) => boolean = isPassing,
): Promise<T> {
  for (let failed = 0; ; failed += 1) {
    try {
      return await attempt(failed)
    } catch (error) {
      await pauseBefore(error, failed + 1, patience, signal, passes)
    }
  }
}
