import { type ImplementerInternalWithMiddlewares, implement, ORPCError } from '@orpc/server'
import { type Contract, contract } from '../shared/contract.ts'
import { AppError, asAppError } from '../shared/errors.ts'
import type { App } from './app.ts'

/** What the pieces of the router are made with. */

/** What each call has at hand. */
export interface Context extends Record<never, never> {
  readonly app: App
}

/** Errors travel as FAILED with plain data; nothing else of them leaves the process. */
function failed(error: unknown): ORPCError<'FAILED', ReturnType<typeof asAppError>['data']> {
  // The page was closed or loaded anew in the middle of a call: nobody is there to hear of it.
  const gone = error instanceof Error && error.name === 'AbortError'
  const known = gone ? new AppError('cancelled', {}, { cause: error }) : asAppError(error)
  if (known.code === 'internal') console.error(known.cause ?? known)
  return new ORPCError('FAILED', { status: 400, message: known.code, data: known.data })
}

const guarded = implement(contract)
  .$context<Context>()
  .use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      throw error instanceof ORPCError ? error : failed(error)
    }
  })

/** The contract, to be implemented procedure by procedure. */
export const os: ImplementerInternalWithMiddlewares<Contract, Context, Context> = guarded

/** Middleware sees the start of a stream, not its course: its errors are named here. */
export async function* stream<T>(events: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* events
  } catch (error) {
    throw failed(error)
  }
}

export async function* copies<T>(lists: AsyncIterable<readonly T[]>): AsyncGenerator<T[]> {
  for await (const list of lists) yield [...list]
}

/** A stream without a signal would never end. */
export function until(signal: AbortSignal | undefined): AbortSignal {
  return signal ?? new AbortController().signal
}
