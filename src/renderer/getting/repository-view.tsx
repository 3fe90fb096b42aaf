import { Button, NativeSelect, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { HubRepository, RepositoryRef } from '../../shared/contract-get.ts'
import { familiarRepository } from '../../shared/reference.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { DetailsDrawer } from '../images/image-details.tsx'
import { Skeletons } from '../images/image-pane.tsx'
import { engineOnScreen, isReady, useEngines } from '../places/engines.ts'
import { Markdown } from '../repositories/markdown.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { namedPlatform } from '../words/absent.ts'
import { shortId } from '../words/format.ts'
import { platformCode } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'
import { Badge, UseFacts, WebLink } from './facts.tsx'
import { type Got, gotRow, placeOf } from './got.ts'
import { LimitLine } from './limit-line.tsx'
import { groupOffers } from './offer-groups.ts'
import { type Choice, type OfferPages, useOffers, Versions } from './versions.tsx'

/** What was typed of the version, where something was. */
export interface Asked {
  readonly tag?: string | undefined
  readonly digest?: string | undefined
  readonly platform?: string | undefined
}

function repositoryTitle({ host, repository }: RepositoryRef): string {
  return familiarRepository({ domain: host, path: repository })
}

/** What is chosen: by the person, else what they typed, else `latest`, else the first there is. */
function useChoice(at: RepositoryRef, { tag, digest }: Asked, pages: OfferPages) {
  const { queries } = useApi()
  const [own, setOwn] = useState<Choice>()
  const asked = tag !== undefined || digest !== undefined
  const input = { ...at, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
  const resolved = useQuery(queries.get.resolve.queryOptions({ input, enabled: asked, staleTime: 0, gcTime: 0 }))
  const groups = groupOffers(pages.data?.pages[0]?.offers ?? [])
  const usual = groups.find(({ tags }) => tags.includes('latest')) ?? groups[0]
  const first: Choice | undefined =
    usual?.digest === undefined
      ? undefined
      : {
          tag: usual.tags.includes('latest') ? 'latest' : usual.tags[0],
          offer: { digest: usual.digest, platforms: usual.platforms, ...(usual.size ? { size: usual.size } : {}) },
        }
  const typed = resolved.data && { tag, offer: resolved.data }
  return {
    choice: own ?? (asked ? typed : first),
    choose: setOwn,
    resolving: asked && resolved.isPending && !own,
    error: asked && resolved.error && !own ? asFailure(resolved.error) : undefined,
  }
}

function About({ page }: { page: HubRepository }) {
  const { t } = useWords()
  return (
    <div className="about-repository">
      {page.description && <p>{page.description}</p>}
      <p>
        {page.path.startsWith('library/') && <Badge badge="official" />}{' '}
        <UseFacts
          stars={page.stars}
          pulls={page.pulls === undefined ? undefined : { count: page.pulls, least: false }}
          pushed={page.pushed}
          archived={page.archived}
        />
      </p>
      <p className="links">
        {page.pages.page && <WebLink href={page.pages.page} text={t('getting.page')} />}
        {page.source && <WebLink href={page.source} text={t('getting.source')} />}
      </p>
    </div>
  )
}

function Contents({ place, id, onClose }: { place: PlaceRef; id: string; onClose: () => void }) {
  const { queries } = useApi()
  const details = useQuery(queries.places.details.queryOptions({ input: { place, id } }))
  return (
    <DetailsDrawer
      place={place}
      id={id}
      details={details.data}
      error={details.error ? asFailure(details.error) : undefined}
      onClose={onClose}
    />
  )
}

interface ChosenProps {
  at: RepositoryRef
  choice: Choice
  platform: string | undefined
  onPlatform: (platform: string | undefined) => void
}

/** The version that is chosen, for which computers, and the way to look into it. */
function Chosen({ at, choice: { tag, offer }, platform, onPlatform }: ChosenProps) {
  const words = useWords()
  const { t } = words
  const [looking, setLooking] = useState(false)
  const engine = useEngines(engineOnScreen)
  const repository = repositoryTitle(at)
  const name = tag === undefined ? `${repository}@${shortId(offer.digest)}…` : `${repository}:${tag}`
  const own = isReady(engine) ? platformCode(engine.state.platform) : undefined
  // One platform alone: an index is not read whole for it.
  const row = gotRow({ at, offer, names: [], platform }, own ?? offer.platforms[0]?.platform)
  return (
    <div className="chosen-version">
      <p className="summary" aria-live="polite">
        <strong>{t('getting.chosen', { name })}</strong>
      </p>
      {offer.platforms.length > 1 && (
        <NativeSelect
          size="xs"
          label={t('getting.forWhich')}
          value={platform ?? ''}
          onChange={(event) => onPlatform(event.currentTarget.value || undefined)}
          data={[
            { value: '', label: t('getting.asNeeded') },
            ...offer.platforms.map((one) => ({ value: one.platform, label: namedPlatform(one.platform, words) })),
          ]}
        />
      )}
      <Button
        variant="default"
        size="xs"
        {...(at.host === 'docker.io' ? { title: t('getting.detailsCount') } : {})}
        onClick={() => setLooking(true)}
      >
        {t('getting.details')}
      </Button>
      {looking && <Contents place={placeOf(at)} id={row.id} onClose={() => setLooking(false)} />}
    </div>
  )
}

interface RepositoryViewProps {
  at: RepositoryRef
  asked: Asked
  onBack: (() => void) | undefined
  onGet: (got: Got) => void
  onClose: () => void
}

/** A repository: what it is, its versions, and the one that is wanted. */
export function RepositoryView({ at, asked, onBack, onGet, onClose }: RepositoryViewProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const [filter, setFilter] = useState('')
  const [platform, setPlatform] = useState(asked.platform)
  const pages = useOffers(at, filter)
  const { choice, choose, resolving, error } = useChoice(at, asked, pages)
  const hub = at.host === 'docker.io'
  const about = useQuery(queries.get.repository.queryOptions({ input: at, enabled: hub, staleTime: 60_000 }))
  const page = about.data?.page
  const repository = repositoryTitle(at)
  const get = (): void => {
    if (!choice) return
    const names = choice.tag === undefined ? [] : [`${repository}:${choice.tag}`]
    const offered = choice.offer.platforms.some((one) => one.platform === platform)
    onGet({ at, offer: choice.offer, names, ...(offered ? { platform } : {}) })
  }
  return (
    <SheetFrame
      wide
      title={repository}
      about={hub ? t('getting.title') : at.host}
      onClose={onClose}
      summary={
        <>
          {choice && (
            <Chosen key={choice.offer.digest} at={at} choice={choice} platform={platform} onPlatform={setPlatform} />
          )}
          {!choice && !resolving && <p className="muted">{t('getting.nothingChosen')}</p>}
          {error && <FailureNotice error={error} />}
          <LimitLine host={at.host} account={at.account} />
        </>
      }
      footer={
        <>
          {onBack && (
            <Button variant="default" onClick={onBack}>
              {t('common.back')}
            </Button>
          )}
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button disabled={!choice} loading={resolving} onClick={get}>
            {t('getting.get')}
          </Button>
        </>
      }
    >
      {page && <About page={page} />}
      {hub && about.isSuccess && !page && <p className="notice notice-plain">{t('getting.gone', { repository })}</p>}
      <Tabs defaultValue="versions" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="versions">{t('getting.versions')}</Tabs.Tab>
          <Tabs.Tab value="readme">{t('getting.readme')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="versions" className="tab-panel">
          <Versions
            repository={repository}
            pages={pages}
            filter={filter}
            onFilter={setFilter}
            chosen={choice}
            onChoose={choose}
          />
        </Tabs.Panel>
        <Tabs.Panel value="readme" className="tab-panel">
          {hub && about.isPending && <Skeletons />}
          {page?.readme && <Markdown text={page.readme} />}
          {!page?.readme && !(hub && about.isPending) && (
            <p className="muted">{t(hub ? 'getting.noReadme' : 'getting.notHub')}</p>
          )}
        </Tabs.Panel>
      </Tabs>
    </SheetFrame>
  )
}
