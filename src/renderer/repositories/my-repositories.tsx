import { Button, NativeSelect } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { Abilities, Namespace, Visibility } from '../../shared/contract-portal.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { leadsToSignIn } from '../errors/registry-remedy.ts'
import { Skeletons } from '../images/image-pane.tsx'
import { refreshImages } from '../images/image-store.ts'
import type { RegistryPlace } from '../places/place-ref.ts'
import { openSheet, useUi } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import type { Mine } from './mine-store.ts'
import { OutsideLink } from './outside-link.tsx'
import { RepositoryList } from './repository-list.tsx'
import { arranged, columnsOf, type Sort, visibilitiesIn } from './rows.ts'

/** How many private repositories a name may still have, where that is limited. */
export function QuotaLine({ name, privates }: Pick<Namespace, 'name' | 'privates'>) {
  const { t } = useWords()
  if (!privates) return null
  const { used, limit } = privates
  if (used < limit) return <p className="muted small">{t('repositories.privates', { name, used, limit })}</p>
  return (
    <p className="small quota-full">
      {limit === 1 ? t('repositories.privatesFullOne', { name }) : t('repositories.privatesFull', { name, limit })}
    </p>
  )
}

function Making({ place, abilities }: { place: RegistryPlace; abilities: Abilities }) {
  const { t } = useWords()
  const { create: byHand, home } = abilities.pages
  const here = abilities.create.length > 0 && abilities.makes === 'repository'
  return (
    <div className="page-buttons">
      {home !== undefined && <OutsideLink page={home} label={t('repositories.home')} />}
      {!here && byHand !== undefined && <OutsideLink page={byHand} label={t('repositories.createByHand')} />}
      {here && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'new-repository', place })}
        >
          {t('repositories.create')}
        </Button>
      )}
    </div>
  )
}

interface FiltersProps {
  seen: readonly Visibility[]
  visibility: Visibility | undefined
  onVisibility: (visibility: Visibility | undefined) => void
  namespaces: readonly Namespace[]
  namespace: string | undefined
  onNamespace: (namespace: string | undefined) => void
}

function Filters({ seen, visibility, onVisibility, namespaces, namespace, onNamespace }: FiltersProps) {
  const { t } = useWords()
  return (
    <div className="repository-filters">
      {seen.length > 1 && (
        // biome-ignore lint/a11y/useSemanticElements: buttons that stay pressed, and no form to be sent.
        <div role="group" aria-label={t('repositories.filter')} className="page-buttons">
          {[undefined, ...seen].map((each) => (
            <button
              key={each ?? 'all'}
              type="button"
              className="chip chip-toggle"
              aria-pressed={visibility === each}
              onClick={() => onVisibility(each)}
            >
              {t(`repositories.${each ?? 'all'}`)}
            </button>
          ))}
        </div>
      )}
      {namespaces.length > 1 && (
        <NativeSelect
          size="xs"
          aria-label={t('repositories.of')}
          value={namespace ?? ''}
          onChange={(event) => onNamespace(event.currentTarget.value || undefined)}
          data={[
            { value: '', label: t('repositories.everybody') },
            ...namespaces.map(({ name }) => ({ value: name, label: name })),
          ]}
        />
      )}
    </div>
  )
}

/** The repositories of a person and of the organisations they are in. */
export function MyRepositories({ place, mine }: { place: RegistryPlace; mine: Mine }) {
  const { t, compare } = useWords()
  const search = useUi((state) => state.search)
  const [sort, setSort] = useState<Sort>({ by: 'pushed', descending: true })
  const [visibility, setVisibility] = useState<Visibility>()
  const [namespace, setNamespace] = useState<string>()
  const { abilities, namespaces = [], repositories, failures, failure, done } = mine
  const columns = useMemo(() => columnsOf(repositories), [repositories])
  const shown = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean)
    return arranged(repositories, { words, visibility, namespace }, sort, compare)
  }, [repositories, search, visibility, namespace, sort, compare])
  return (
    <section className="my-repositories" aria-labelledby="my-repositories">
      <div className="page-head">
        <h2 id="my-repositories" className="group-name">
          {t('repositories.mine')}{' '}
          <span className="muted small" role="status">
            {shown.length === repositories.length
              ? t('repositories.count', { count: shown.length })
              : t('repositories.shownOf', {
                  shown: shown.length,
                  all: t('repositories.count', { count: repositories.length }),
                })}
          </span>
        </h2>
        {abilities && <Making place={place} abilities={abilities} />}
      </div>
      {namespaces.map(({ name, privates }) => (
        <QuotaLine key={name} name={name} {...(privates ? { privates } : {})} />
      ))}
      {failure && (
        <>
          <FailureNotice error={failure} place={place} onRetry={refreshImages} />
          {!leadsToSignIn(failure) && (
            <div>
              <Button variant="default" onClick={() => openSheet({ type: 'registry', place })}>
                {t('registry.signInAgain')}
              </Button>
            </div>
          )}
        </>
      )}
      {failures.map(({ namespace: name, error }) => (
        <div key={name}>
          <p>{t('repositories.failedFor', { name })}</p>
          <FailureNotice error={error} place={place} onRetry={refreshImages} spoken={false} />
        </div>
      ))}
      {repositories.length > 0 && (
        <Filters
          seen={visibilitiesIn(repositories)}
          visibility={visibility}
          onVisibility={setVisibility}
          namespaces={namespaces}
          namespace={namespace}
          onNamespace={setNamespace}
        />
      )}
      {repositories.length === 0 && !done && <Skeletons />}
      {repositories.length === 0 && done && !failure && failures.length === 0 && (
        <p className="empty">{t(abilities?.create.length ? 'repositories.none' : 'repositories.noneHand')}</p>
      )}
      {shown.length > 0 && <RepositoryList place={place} rows={shown} columns={columns} sort={sort} onSort={setSort} />}
      {shown.length === 0 && repositories.length > 0 && (
        <p className="empty" role="status">
          {t('repositories.nothingFound')}
        </p>
      )}
    </section>
  )
}
