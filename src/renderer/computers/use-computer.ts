import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { HostKeys } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import type { Client } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { showPlace } from '../places/other-places.ts'
import { type ComputerForm, computerOf } from './computer-form.ts'

type Found = Awaited<ReturnType<Client['engines']['test']>>

export type Step =
  | { readonly type: 'fill' }
  | { readonly type: 'keys'; readonly keys: HostKeys }
  /** `found` undefined: it is being tried. */
  | { readonly type: 'test'; readonly found: Found | undefined }
  /** In the list, and there is something to say about its password. */
  | { readonly type: 'added' }

const CHANGED: Step = { type: 'keys', keys: { state: 'changed', keys: [] } }

interface Options {
  /** The engine that is changed; undefined for a new one. */
  engine: string | undefined
  onDone: (name: string) => void
}

function passwordOf({ signIn, password }: ComputerForm): { password?: string } {
  return signIn !== 'usual' && password !== '' ? { password } : {}
}

/** The way of a computer into the list, one thing after the other: who it is, trust, a try, and then the entry. */
export function useComputer({ engine, onDone }: Options) {
  const { client } = useApi()
  const [step, setStep] = useState<Step>({ type: 'fill' })
  const [failure, setFailure] = useState<ErrorData>()

  const save = async (form: ComputerForm): Promise<void> => {
    const computer = computerOf(form)
    const { engine: id, remembered } = await client.engines.add({
      ...(engine === undefined ? {} : { engine }),
      computer,
      ...passwordOf(form),
    })
    showPlace({ type: 'engine', engine: id })
    if (remembered || form.password === '') onDone(computer.name)
    else setStep({ type: 'added' })
  }
  const attempt = async (form: ComputerForm): Promise<void> => {
    setStep({ type: 'test', found: undefined })
    const found = await client.engines.test({
      ...(engine === undefined ? {} : { engine }),
      computer: computerOf(form),
      ...passwordOf(form),
    })
    setStep({ type: 'test', found })
  }
  const go = useMutation({
    mutationFn: async (next: () => Promise<void>) => {
      setFailure(undefined)
      await next()
    },
    // The form says what failed beside the field to correct; a computer that became another one is a warning of its own.
    onError: (error) => {
      const what = asFailure(error)
      if (what.code === 'ssh-host-changed') return setStep(CHANGED)
      setFailure(what)
      setStep({ type: 'fill' })
    },
  })
  return {
    step,
    failure,
    busy: go.isPending,
    look: (form: ComputerForm) =>
      go.mutate(async () => {
        const keys = await client.engines.hostKeys({ computer: computerOf(form) })
        if (keys.state === 'known') await attempt(form)
        else setStep({ type: 'keys', keys })
      }),
    trust: (form: ComputerForm, { keys }: HostKeys) =>
      go.mutate(async () => {
        const fingerprints = keys.map(({ fingerprint }) => fingerprint)
        await client.engines.trust({ target: { computer: computerOf(form) }, fingerprints })
        await attempt(form)
      }),
    add: (form: ComputerForm) => go.mutate(() => save(form)),
    toForm: () => {
      setFailure(undefined)
      setStep({ type: 'fill' })
    },
  }
}
