import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Standing } from '../../shared/contract-portal.ts'
import { useApi } from '../host.tsx'
import { type At, putRepository } from './mine-store.ts'

/** What is asked of one account about one repository. */
export function about({ host, account }: At, path: string): { host: string; account?: string; path: string } {
  return { host, ...(account === undefined ? {} : { account }), path }
}

/** What a registry tells of a repository. */
export function useStanding(at: At, path: string): UseQueryResult<Standing> {
  const { queries } = useApi()
  return useQuery(queries.portal.repository.queryOptions({ input: about(at, path), staleTime: 30_000 }))
}

/** To be called when something of a repository changed: it is asked for anew, and shown anew where it is listed. */
export function useChanged(at: At): (path: string) => Promise<void> {
  const { queries } = useApi()
  const cache = useQueryClient()
  return async (path) => {
    const options = queries.portal.repository.queryOptions({ input: about(at, path) })
    await cache.invalidateQueries({ queryKey: queries.portal.repository.key() })
    const { info } = await cache.fetchQuery({ ...options, staleTime: 0 })
    if (info) putRepository(info)
  }
}
