import { Button, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Offered, RepositoryRef } from '../../shared/contract-get.ts'
import { variantsOf } from '../../shared/variants.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { Skeletons } from '../images/image-pane.tsx'
import { shortId } from '../words/format.ts'
import { platformOf, platformWords } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'
import { groupOffers, type OfferGroup } from './offer-groups.ts'

/** A version by its tag, or by the digest of what it is now. */
export interface Choice {
  readonly tag: string | undefined
  readonly offer: Offered & { readonly digest: string }
}

const SETTLE = 300

/** The versions of a repository, page by page; `settled`: the filter that is asked for. */
export function useOffers(at: RepositoryRef, filter: string) {
  const { client } = useApi()
  const [settled, setSettled] = useState(filter)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(filter), SETTLE)
    return () => clearTimeout(timer)
  }, [filter])
  return useInfiniteQuery({
    queryKey: ['offers', at, settled],
    queryFn: ({ pageParam, signal }) =>
      client.get.offers(
        { ...at, ...(settled === '' ? {} : { filter: settled }), ...(pageParam > 0 ? { from: pageParam } : {}) },
        { signal },
      ),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    staleTime: 60_000,
  })
}

export type OfferPages = ReturnType<typeof useOffers>

function offerOf({ digest, platforms, size, pushed }: OfferGroup): Choice['offer'] | undefined {
  if (digest === undefined) return undefined
  return { digest, platforms, ...(size === undefined ? {} : { size }), ...(pushed === undefined ? {} : { pushed }) }
}

interface GroupProps {
  repository: string
  group: OfferGroup
  chosen: Choice | undefined
  onChoose: (choice: Choice) => void
}

/** One image with all its tags; each of them, and its digest, can be chosen. */
function Group({ repository, group, chosen, onChoose }: GroupProps) {
  const { t, size, ago, date, list } = useWords()
  const { digest, tags, platforms, pushed } = group
  const offer = offerOf(group)
  const isChosen = (tag: string | undefined): boolean => chosen?.offer.digest === digest && chosen?.tag === tag
  const names = platforms.map(({ platform }) => platformWords(platformOf(platform), t))
  const sizes = platforms.flatMap((one) => one.size ?? [])
  const most = sizes.length > 0 ? Math.max(...sizes) : group.size
  return (
    <li className={chosen && chosen.offer.digest === digest ? 'card card-on' : 'card'}>
      <div className="card-body">
        <div className="card-names">
          {tags.map((tag) => (
            <button
              key={tag}
              type="button"
              className="chip chip-choice"
              disabled={!offer}
              aria-pressed={isChosen(tag)}
              aria-label={t('getting.take', { name: `${repository}:${tag}` })}
              onClick={() => offer && onChoose({ tag, offer })}
            >
              {tag}
            </button>
          ))}
          {digest !== undefined && (
            <button
              type="button"
              className="chip chip-choice chip-digest"
              aria-pressed={isChosen(undefined)}
              aria-label={t('getting.takeDigest', { digest: shortId(digest) })}
              title={digest}
              onClick={() => offer && onChoose({ tag: undefined, offer })}
            >
              {shortId(digest)}
            </button>
          )}
        </div>
        <p className="small muted">
          {names.length > 0 && (
            <span title={list(names)}>
              {names.length > 3 ? t('getting.platformsCount', { count: names.length }) : list(names)}
            </span>
          )}
          {most !== undefined &&
            most > 0 &&
            ` · ${sizes.length > 1 ? t('getting.sizeUp', { size: size(most) }) : size(most)}`}
          {pushed !== undefined && (
            <>
              {names.length > 0 && ' · '}
              <time dateTime={new Date(pushed).toISOString()} title={date(pushed)}>
                {t('getting.pushed', { ago: ago(pushed) })}
              </time>
            </>
          )}
        </p>
      </div>
    </li>
  )
}

function Variants({ tags }: { tags: readonly string[] }) {
  const { t } = useWords()
  const variants = [...new Set(tags.flatMap(variantsOf))]
  if (variants.length === 0) return null
  return (
    <details className="fold">
      <summary>{t('getting.variants')}</summary>
      <dl className="variants small">
        {variants.map((variant) => (
          <div key={variant}>
            <dt>{variant === 'preview' ? 'rc, beta, alpha' : variant}</dt>
            <dd>{t(`getting.variant.${variant}`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

interface VersionsProps {
  repository: string
  pages: OfferPages
  filter: string
  onFilter: (filter: string) => void
  chosen: Choice | undefined
  onChoose: (choice: Choice) => void
}

/** The versions a repository offers, those that are the same image in one line. */
export function Versions({ repository, pages, filter, onFilter, chosen, onChoose }: VersionsProps) {
  const { t } = useWords()
  const offers = pages.data?.pages.flatMap((page) => page.offers) ?? []
  const groups = groupOffers(offers)
  return (
    <>
      <TextInput
        className="given-name"
        size="xs"
        label={t('getting.filter')}
        placeholder={t('getting.filterExample')}
        spellCheck={false}
        autoComplete="off"
        value={filter}
        onChange={(event) => onFilter(event.currentTarget.value)}
      />
      <Variants tags={groups.flatMap(({ tags }) => tags)} />
      {pages.error && <FailureNotice error={asFailure(pages.error)} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <Skeletons />}
      {pages.isSuccess && groups.length === 0 && (
        <p className="muted" role="status">
          {filter === '' ? t('getting.noVersions') : t('getting.noVersionsFilter', { filter })}
        </p>
      )}
      <ul className="cards" aria-label={t('getting.versionsList', { repository })}>
        {groups.map((group) => (
          <Group key={group.key} repository={repository} group={group} chosen={chosen} onChoose={onChoose} />
        ))}
      </ul>
      {pages.hasNextPage && (
        <div>
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('getting.moreVersions')}
          </Button>
        </div>
      )}
    </>
  )
}
