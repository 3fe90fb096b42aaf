import { useEffect } from 'react'
import { create } from 'zustand'
import type { Abilities, MineEvent, Namespace, RepositoryInfo } from '../../shared/contract-portal.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { readOnce } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { useImages } from '../images/image-store.ts'

/** A registry as one of its accounts sees it. */
export interface At {
  readonly host: string
  readonly account?: string | undefined
}

/** What was told of an account's repositories so far. */
export interface Mine {
  readonly abilities: Abilities | undefined
  readonly namespaces: readonly Namespace[] | undefined
  readonly repositories: readonly RepositoryInfo[]
  /** Namespaces whose repositories could not be read. */
  readonly failures: readonly { readonly namespace: string; readonly error: ErrorData }[]
  /** The sign-in opens no list. */
  readonly closed: boolean
  readonly failure: ErrorData | undefined
  readonly done: boolean
}

export const NOTHING: Mine = {
  abilities: undefined,
  namespaces: undefined,
  repositories: [],
  failures: [],
  closed: false,
  failure: undefined,
  done: false,
}

export const useMine = create<Mine>(() => NOTHING)

/** What is known after one more event. */
export function told(mine: Mine, event: MineEvent): Mine {
  switch (event.type) {
    case 'abilities':
      return { ...mine, abilities: event.abilities }
    case 'namespaces':
      return { ...mine, namespaces: event.namespaces }
    case 'repositories':
      return { ...mine, repositories: [...mine.repositories, ...event.repositories] }
    case 'failed': {
      const { namespace, error } = event
      return namespace === undefined
        ? { ...mine, closed: true }
        : { ...mine, failures: [...mine.failures, { namespace, error }] }
    }
  }
}

/** A repository that was made or changed takes its place in the list. */
export function putRepository(info: RepositoryInfo): void {
  useMine.setState(({ repositories }) => ({
    repositories: [info, ...repositories.filter(({ path }) => path !== info.path)],
  }))
}

/** Reads the repositories of an account as they come, anew with every round. */
export function useMineOf({ host, account }: At): Mine {
  const { client } = useApi()
  const round = useImages((state) => state.round)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks again.
  useEffect(() => {
    useMine.setState(NOTHING)
    return readOnce({
      open: (signal) => client.portal.mine(account === undefined ? { host } : { host, account }, { signal }),
      take: (event) => useMine.setState((mine) => told(mine, event)),
      failed: (error) => useMine.setState({ failure: asFailure(error), done: true }),
      ended: () => useMine.setState({ done: true }),
    })
  }, [client, host, account, round])
  return useMine()
}
