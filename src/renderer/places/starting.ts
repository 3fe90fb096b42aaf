import { create } from 'zustand'
import type { ErrorData } from '../../shared/errors.ts'
import type { Client } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'

/** A Docker that does not answer by then is not on its way any more. */
const PATIENCE = 90_000

type Start = { readonly type: 'starting' } | { readonly type: 'failed'; readonly error: ErrorData }

/** What came of telling an engine to start, by its id. Its page may come and go meanwhile: the state of an engine flickers. */
export const useStarting = create<Readonly<Record<string, Start | undefined>>>(() => ({}))

/** Tells an engine to start; it counts as starting until it answers, fails or takes too long. */
export async function startEngine(client: Client, engine: string): Promise<void> {
  const mine: Start = { type: 'starting' }
  useStarting.setState({ [engine]: mine })
  const settle = (next: Start | undefined): void => {
    if (useStarting.getState()[engine] === mine) useStarting.setState({ [engine]: next })
  }
  try {
    await client.engines.start({ engine })
    setTimeout(() => settle(undefined), PATIENCE)
  } catch (error) {
    settle({ type: 'failed', error: asFailure(error) })
  }
}

/** An engine that answers is not starting any more. */
export function hasStarted(engine: string): void {
  if (useStarting.getState()[engine]) useStarting.setState({ [engine]: undefined })
}
