import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { RegistryTest } from '../../shared/contract-accounts.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { askedOf, type SignInForm } from './sign-in-form.ts'
import { isUntouched } from './sign-in-remarks.ts'

export interface Added {
  readonly place: PlaceRef
  readonly remembered: boolean
}

export interface SignInTasks {
  readonly test: () => void
  /** Tries first, and adds what is in order; what is not, is shown instead. */
  readonly signIn: () => void
  /** Adds without being in order. */
  readonly addAnyway: () => void
  /** Forgets what was found: it was about another form. */
  readonly reset: () => void
  readonly tested: RegistryTest | undefined
  readonly testing: boolean
  readonly adding: boolean
  readonly error: ErrorData | undefined
  /** Something is not in order: adding it is the person's decision. */
  readonly blocked: boolean
}

function isFine({ signedIn, push }: RegistryTest): boolean {
  return signedIn.type !== 'no' && push.type !== 'no'
}

/**
 * Tries and adds what the form says. `account`: one that is kept, tried when nothing new is typed. What was typed is in no
 * cache: it goes when the sheet goes.
 */
export function useSignIn(
  form: SignInForm,
  account: string | undefined,
  onAdded: (added: Added, tested: RegistryTest | undefined) => void,
): SignInTasks {
  const { client } = useApi()
  const stop = useRef(new AbortController())
  useEffect(() => {
    const controller = new AbortController()
    stop.current = controller
    return () => controller.abort()
  }, [])

  const tryIt = async (): Promise<RegistryTest> => {
    const asked = askedOf(form)
    const who = account !== undefined && isUntouched(form) ? { account } : {}
    return await client.accounts.test({ ...asked, ...who }, { signal: stop.current.signal })
  }
  const add = async (tested: RegistryTest | undefined): Promise<void> => {
    const { registry, signIn } = askedOf(form)
    const kind = registry.kind ?? tested?.kind
    const added = await client.accounts.add(
      { registry: { ...registry, ...(kind === undefined ? {} : { kind }) }, ...(signIn ? { signIn } : {}) },
      { signal: stop.current.signal },
    )
    if (!stop.current.signal.aborted) onAdded(added, tested)
  }

  const tests = useMutation({ mutationFn: tryIt, gcTime: 0 })
  const adds = useMutation({ mutationFn: add, gcTime: 0 })
  const signIn = (): void => {
    if (tests.data && isFine(tests.data)) adds.mutate(tests.data)
    else tests.mutate(undefined, { onSuccess: (tested) => isFine(tested) && adds.mutate(tested) })
  }
  const failure = adds.error ?? tests.error
  return {
    test: () => tests.mutate(),
    signIn,
    addAnyway: () => adds.mutate(tests.data),
    reset: () => {
      tests.reset()
      adds.reset()
    },
    tested: tests.data,
    testing: tests.isPending,
    adding: adds.isPending,
    error: failure ? asFailure(failure) : undefined,
    blocked: failure !== null || (tests.data !== undefined && !isFine(tests.data)),
  }
}
