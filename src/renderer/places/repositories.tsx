import { Button, TextInput } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { type FormEvent, type KeyboardEvent, useEffect, useId, useState } from 'react'
import type { ErrorData } from '../../shared/errors.ts'
import { readOnce } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { leadsToSignIn } from '../errors/registry-remedy.ts'
import { useApi } from '../host.tsx'
import { Skeletons } from '../images/image-pane.tsx'
import { refreshImages, useImages } from '../images/image-store.ts'
import { useMineOf } from '../repositories/mine-store.ts'
import { MyRepositories } from '../repositories/my-repositories.tsx'
import { repositoryTyped } from '../repositories/repository-typed.ts'
import { openSheet, useUi } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { showPlace } from './other-places.ts'
import type { RegistryPlace } from './place-ref.ts'

interface Catalogue {
  readonly names: readonly string[] | undefined
  readonly failure: ErrorData | undefined
}

/** The repositories a registry tells, as they come. */
function useCatalogue({ host, account }: RegistryPlace): Catalogue {
  const { client } = useApi()
  const round = useImages((state) => state.round)
  const [catalogue, setCatalogue] = useState<Catalogue>({ names: undefined, failure: undefined })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks again.
  useEffect(
    () =>
      readOnce({
        open: (signal) =>
          client.places.repositories({ host, ...(account === undefined ? {} : { account }) }, { signal }),
        take: (names) => setCatalogue({ names, failure: undefined }),
        failed: (error) => setCatalogue(({ names }) => ({ names, failure: asFailure(error) })),
      }),
    [client, host, account, round],
  )
  return catalogue
}

/** The way to a repository whose name one knows: many registries keep their list to themselves. */
function OpenRepository({ place }: { place: RegistryPlace }) {
  const { t } = useWords()
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState(false)
  const open = (event: FormEvent): void => {
    event.preventDefault()
    const repository = repositoryTyped(typed, place.host)
    if (repository === undefined) setWrong(true)
    else showPlace({ ...place, repository })
  }
  return (
    <form className="folder-field" onSubmit={open}>
      <TextInput
        label={t('registry.repository')}
        placeholder={t('registry.repositoryExample')}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        error={wrong && t('registry.repositoryWrong')}
        onChange={(event) => {
          setWrong(false)
          setTyped(event.currentTarget.value)
        }}
      />
      <Button type="submit" variant="default">
        {t('registry.open')}
      </Button>
    </form>
  )
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>('button')]
  event.preventDefault()
  entries[entries.findIndex((entry) => entry.matches(':focus')) + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}

const SHOWN = 500

/** All repositories of a registry, narrowed by the search; where it tells none, the field that opens one. */
function AllRepositories({ place }: { place: RegistryPlace }) {
  const { t, compare } = useWords()
  const { host } = place
  const title = useId()
  const search = useUi((state) => state.search)
  const { names, failure } = useCatalogue(place)
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = (names ?? [])
    .filter((name) => words.every((word) => `${host}/${name}`.toLowerCase().includes(word)))
    .toSorted(compare)
  const closed = failure && (failure.code === 'registry-unsupported' || failure.code === 'registry-denied')
  return (
    <>
      {closed && <p className="notice notice-plain">{t('registry.closed')}</p>}
      {failure && !closed && <FailureNotice error={failure} place={place} onRetry={refreshImages} />}
      {failure && (closed || !leadsToSignIn(failure)) && (
        <div>
          <Button variant="default" onClick={() => openSheet({ type: 'registry', place })}>
            {t('registry.signInAgain')}
          </Button>
        </div>
      )}
      <OpenRepository place={place} />
      {!names && !failure && <Skeletons />}
      {names && (
        <section className="repositories" aria-labelledby={title} data-pane="images">
          <h2 id={title} className="group-name">
            {t('registry.repositoriesCount', { count: shown.length })}
          </h2>
          {names.length === 0 && <p className="muted">{t('registry.none')}</p>}
          <ul className="entries" onKeyDown={walk} aria-labelledby={title}>
            {shown.slice(0, SHOWN).map((name) => (
              <li key={name}>
                <button type="button" className="entry" onClick={() => showPlace({ ...place, repository: name })}>
                  <span>{name}</span>
                  <span className="spacer" />
                  <IconChevronRight size={16} aria-hidden />
                </button>
              </li>
            ))}
          </ul>
          {shown.length > SHOWN && <p className="muted small">{t('finding.more', { count: shown.length - SHOWN })}</p>}
        </section>
      )}
    </>
  )
}

/** What an account has at a registry; of a registry that does not tell whose its repositories are, all of them. */
export function Repositories({ place }: { place: RegistryPlace }) {
  const { t } = useWords()
  const mine = useMineOf(place)
  const { abilities, closed, failure } = mine
  if (!abilities && !failure) return <Skeletons />
  if (abilities && !abilities.list) return <AllRepositories place={place} />
  if (closed)
    return (
      <>
        <p className="notice notice-plain">{t('repositories.closed')}</p>
        <AllRepositories place={place} />
      </>
    )
  return (
    <>
      <OpenRepository place={place} />
      <MyRepositories place={place} mine={mine} />
    </>
  )
}
