import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import type { HostInfo } from '../shared/contract.ts'
import type { Client } from './connect.ts'

function queriesOf(client: Client) {
  return createTanstackQueryUtils(client)
}

interface Api {
  readonly client: Client
  readonly queries: ReturnType<typeof queriesOf>
}

const ApiContext = createContext<Api | undefined>(undefined)

/** Gives everything below it the host's procedures. */
export function HostProvider({ client, children }: { client: Client; children: ReactNode }) {
  const [cache] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false } } }),
  )
  const api = useMemo(() => ({ client, queries: queriesOf(client) }), [client])
  return (
    <QueryClientProvider client={cache}>
      <ApiContext value={api}>{children}</ApiContext>
    </QueryClientProvider>
  )
}

export function useApi(): Api {
  const api = useContext(ApiContext)
  if (!api) throw new Error('HostProvider is missing')
  return api
}

/** What the host is and can do; undefined until it has said so. */
export function useHost(): HostInfo | undefined {
  const { queries } = useApi()
  return useQuery(queries.host.queryOptions({ input: {}, staleTime: Number.POSITIVE_INFINITY, retry: true })).data
}
