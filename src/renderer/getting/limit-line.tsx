import { useQuery } from '@tanstack/react-query'
import { useApi } from '../host.tsx'
import { useWords } from '../words/use-words.ts'

/** How many downloads a registry still allows, where it tells; asking costs none. */
export function LimitLine({ host, account }: { host: string; account?: string | undefined }) {
  const { t, date, duration } = useWords()
  const { queries } = useApi()
  const input = { host, ...(account === undefined ? {} : { account }) }
  const { data } = useQuery(queries.get.limit.queryOptions({ input, staleTime: 0, gcTime: 0 }))
  const limit = data?.limit
  if (!limit) return null
  const parts = { place: host, remaining: limit.remaining, limit: limit.limit }
  const low = limit.remaining * 5 < limit.limit
  const what = t(host === 'docker.io' ? 'getting.limit' : 'getting.limitOther', parts)
  const until = limit.until === undefined ? '' : ` ${t('getting.limitUntil', { date: date(limit.until) })}`
  const window = limit.window === undefined ? '' : ` ${t('getting.limitWindow', { time: duration(limit.window) })}`
  return (
    <p className={low ? 'notice notice-warn' : 'small muted'}>
      {what}
      {until || window}.{low && ` ${t(limit.remaining === 0 ? 'getting.limitNone' : 'getting.limitLow')}`}
    </p>
  )
}
