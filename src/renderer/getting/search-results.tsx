import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Badge as BadgeName, HubFind, HubQuestion } from '../../shared/contract-get.ts'
import type { ErrorCode, ErrorData } from '../../shared/errors.ts'
import { familiarRepository } from '../../shared/reference.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { Skeletons } from '../images/image-pane.tsx'
import { engineOnScreen, isReady, useEngines } from '../places/engines.ts'
import { platformCode, platformWords } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'
import { Badge, UseFacts } from './facts.tsx'

const BADGES: readonly BadgeName[] = ['official', 'verified', 'sponsored']
const STARS = [10, 100, 1000]
const SORTS = ['best', 'pulls', 'updated'] as const
/** There is no way to Docker Hub at all: a computer without a network is no fault. */
const OFFLINE: readonly ErrorCode[] = ['registry-unreachable', 'registry-proxy', 'registry-broken']

interface Filters extends Pick<HubQuestion, 'platform' | 'stars' | 'sort'> {
  readonly badges: BadgeName[]
  readonly sort: (typeof SORTS)[number]
}

interface FilterProps {
  filters: Filters
  /** Docker Hub's older search cannot tell the rest. */
  older: boolean
  onFilters: (filters: Filters) => void
}

function FilterFields({ filters, older, onFilters }: FilterProps) {
  const { t } = useWords()
  const engine = useEngines(engineOnScreen)
  const platform = isReady(engine) ? engine.state.platform : undefined
  return (
    <fieldset className="filters">
      <legend className="visually-hidden">{t('getting.filters')}</legend>
      <Checkbox.Group
        aria-label={t('getting.filters')}
        value={filters.badges}
        onChange={(values) => onFilters({ ...filters, badges: BADGES.filter((badge) => values.includes(badge)) })}
      >
        <div className="radios">
          {BADGES.map((badge) => (
            <Checkbox
              key={badge}
              value={badge}
              label={t(`getting.badge.${badge}`)}
              disabled={older && badge !== 'official'}
            />
          ))}
        </div>
      </Checkbox.Group>
      {platform && (
        <Checkbox
          label={t('getting.runsHere', { platform: platformWords(platform, t) })}
          disabled={older}
          checked={filters.platform !== undefined}
          onChange={(event) =>
            onFilters({ ...filters, platform: event.currentTarget.checked ? platformCode(platform) : undefined })
          }
        />
      )}
      <div className="filter-selects">
        <NativeSelect
          size="xs"
          label={t('getting.starsAtLeast')}
          value={String(filters.stars ?? 0)}
          onChange={(event) => onFilters({ ...filters, stars: Number(event.currentTarget.value) })}
          data={[
            { value: '0', label: t('getting.anyStars') },
            ...STARS.map((count) => ({ value: String(count), label: t('getting.atLeast', { count }) })),
          ]}
        />
        <NativeSelect
          size="xs"
          label={t('getting.sort')}
          disabled={older}
          value={filters.sort}
          onChange={(event) =>
            onFilters({ ...filters, sort: SORTS.find((sort) => sort === event.currentTarget.value) ?? 'best' })
          }
          data={SORTS.map((sort) => ({ value: sort, label: t(`getting.sorts.${sort}`) }))}
        />
      </div>
    </fieldset>
  )
}

function Find({ find, onOpen }: { find: HubFind; onOpen: () => void }) {
  return (
    <li>
      <button type="button" className="entry find" onClick={onOpen}>
        <span className="find-head">
          <strong>{familiarRepository({ domain: 'docker.io', path: find.path })}</strong>
          {find.badge && <Badge badge={find.badge} />}
          {find.publisher && <span className="small muted">{find.publisher}</span>}
        </span>
        {find.description && <span className="find-text">{find.description}</span>}
        <UseFacts stars={find.stars} pulls={find.pulls} pushed={find.updated} archived={find.archived} />
      </button>
    </li>
  )
}

function Silence({ error, onRetry }: { error: ErrorData; onRetry: () => void }) {
  const { t } = useWords()
  if (!OFFLINE.includes(error.code)) return <FailureNotice error={error} onRetry={onRetry} />
  return (
    <p className="notice notice-plain" role="status">
      {t('getting.offline')}
    </p>
  )
}

interface SearchResultsProps {
  words: string
  onOpen: (path: string) => void
}

/** What Docker Hub finds, narrowed and in order; page after page. */
export function SearchResults({ words, onOpen }: SearchResultsProps) {
  const { t } = useWords()
  const { client } = useApi()
  const [filters, setFilters] = useState<Filters>({ badges: [], sort: 'best' })
  const search = useInfiniteQuery({
    queryKey: ['hub', words, filters],
    queryFn: ({ pageParam, signal }) =>
      client.get.search({ words, ...filters, ...(pageParam > 0 ? { from: pageParam } : {}) }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    staleTime: 60_000,
  })
  const pages = search.data?.pages ?? []
  const found = pages.flatMap((page) => page.found)
  const older = pages.some((page) => page.older)
  const total = pages.at(-1)?.total ?? found.length
  const filtered = filters.badges.length > 0 || filters.platform !== undefined || (filters.stars ?? 0) > 0
  return (
    <section aria-label={t('getting.results')} className="results">
      {search.error && <Silence error={asFailure(search.error)} onRetry={() => void search.refetch()} />}
      {!search.error && <FilterFields filters={filters} older={older} onFilters={setFilters} />}
      {older && <p className="small muted">{t('getting.older')}</p>}
      {search.isPending && <Skeletons />}
      {search.isSuccess && (
        <p className="field-title" role="status">
          {found.length > 0 && t('getting.resultsCount', { count: Math.max(total, found.length) })}
          {found.length === 0 && t(filtered ? 'getting.noResultsFilter' : 'getting.noResults', { words })}
        </p>
      )}
      <ul className="entries">
        {found.map((find) => (
          <Find key={find.path} find={find} onOpen={() => onOpen(find.path)} />
        ))}
      </ul>
      {search.hasNextPage && (
        <div>
          <Button variant="default" loading={search.isFetchingNextPage} onClick={() => void search.fetchNextPage()}>
            {t('getting.more')}
          </Button>
        </div>
      )}
    </section>
  )
}
