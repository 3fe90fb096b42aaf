import { Button } from '@mantine/core'
import { IconArrowLeft, IconRefresh } from '@tabler/icons-react'
import { useMemo } from 'react'
import type { PlaceInfo } from '../../shared/contract.ts'
import { CopyAll } from '../copying/copy-all.tsx'
import { Elsewhere } from '../finding/elsewhere.tsx'
import { ImagePane } from '../images/image-pane.tsx'
import { refreshImages } from '../images/image-store.ts'
import { RepositoryAbout } from '../repositories/repository-about.tsx'
import { FoundActions } from '../shell/found-actions.tsx'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { showPlace, usePlaces } from './other-places.ts'
import { PageFailures } from './page-parts.tsx'
import type { RegistryPlace } from './place-ref.ts'
import { Repositories } from './repositories.tsx'

interface VersionsProps {
  host: string
  account: string | undefined
  repository: string
}

function Versions({ host, account, repository }: VersionsProps) {
  const { t } = useWords()
  const place = useMemo<RegistryPlace>(
    () => ({ type: 'registry', host, ...(account === undefined ? {} : { account }), repository }),
    [host, account, repository],
  )
  return (
    <>
      <RepositoryAbout place={place} path={repository} />
      <ImagePane
        place={place}
        title={`${host}/${repository}`}
        empty={{ title: t('places.repositoryEmpty'), hint: t('places.emptyHint') }}
        help={
          <div>
            <Button variant="default" onClick={() => openSheet({ type: 'registry', place })}>
              {t('registry.signInAgain')}
            </Button>
          </div>
        }
      />
    </>
  )
}

/** A registry: its repositories, and of the chosen one the versions. */
export function RegistryPage({ info }: { info: PlaceInfo }) {
  const { t } = useWords()
  const chosen = usePlaces((state) => state.chosen)
  if (info.place.type !== 'registry') throw new TypeError('a registry')
  const { host, account } = info.place
  const repository = chosen?.type === 'registry' ? chosen.repository : undefined
  return (
    <>
      <div className="page-head">
        <div>
          <h1 className="page-title">{repository === undefined ? info.name : `${info.name}/${repository}`}</h1>
          <p className="page-about muted">
            {info.username === undefined ? t('registry.nobody') : t('registry.as', { user: info.username })}
            {info.plain && ` · ${t('registry.unprotected')}`}
          </p>
        </div>
        <div className="page-buttons">
          {repository !== undefined && (
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconArrowLeft size={16} aria-hidden />}
              onClick={() => showPlace(info.place)}
            >
              {t('registry.repositories')}
            </Button>
          )}
          <CopyAll place={repository === undefined ? info.place : { ...info.place, repository }} />
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={refreshImages}
          >
            {t('places.refresh')}
          </Button>
        </div>
      </div>
      <PageFailures />
      <FoundActions />
      {repository === undefined ? (
        <Repositories key={`${host} ${account}`} place={info.place} />
      ) : (
        <Versions key={`${host}/${repository} ${account}`} host={host} account={account} repository={repository} />
      )}
      <Elsewhere place={info.place} />
    </>
  )
}
