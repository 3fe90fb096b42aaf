import { Button, SegmentedControl, Skeleton, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import type { Abilities, RepositoryInfo, Standing } from '../../shared/contract-portal.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import type { RegistryPlace } from '../places/place-ref.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce, openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { Markdown } from './markdown.tsx'
import { OutsideLink } from './outside-link.tsx'
import { about, useChanged, useStanding } from './use-standing.ts'
import { VisibilityBadge } from './visibility-badge.tsx'

interface RepositorySheetProps {
  place: RegistryPlace
  path: string
  onClose: () => void
}

/** What a registry counts as characters. */
function lengthOf(text: string): number {
  return [...text].length
}

function Counter({ text, limit }: { text: string; limit: number | undefined }) {
  const { t } = useWords()
  if (limit === undefined) return null
  const count = lengthOf(text)
  return (
    <span className={count > limit ? 'small bad' : 'small muted'} role={count > limit ? 'alert' : undefined}>
      {count > limit
        ? t('repositories.tooLong', { count: count - limit })
        : t('repositories.characters', { count, limit })}
    </span>
  )
}

function WhoSees({ place, info, abilities }: { place: RegistryPlace; info: RepositoryInfo; abilities: Abilities }) {
  const { t } = useWords()
  const to = info.visibility === 'public' ? 'private' : 'public'
  const { settings } = info.pages
  return (
    <section className="repository-part">
      <h3>{t('repositories.whoSees')}</h3>
      <p>
        <VisibilityBadge visibility={info.visibility} /> {t(`repositories.${info.visibility}About`)}{' '}
        {info.shared !== undefined && t('repositories.sharedAbout', { name: info.shared })}
      </p>
      {abilities.visibility ? (
        <div>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => openSheet({ type: 'visibility', place, path: info.path, to })}
          >
            {t(to === 'public' ? 'repositories.makePublic' : 'repositories.makePrivate')}
          </Button>
        </div>
      ) : (
        settings !== undefined && (
          <div>
            <OutsideLink page={settings} label={t('repositories.changeThere')} />
          </div>
        )
      )}
    </section>
  )
}

const PAGES = ['page', 'settings', 'members', 'webhooks'] as const

function Pages({ pages }: Pick<RepositoryInfo, 'pages'>) {
  const { t } = useWords()
  const there = PAGES.flatMap((name) => {
    const page = pages[name]
    return page === undefined ? [] : [{ name, page }]
  })
  if (there.length === 0) return null
  return (
    <section className="repository-part">
      <h3>{t('repositories.atRegistry')}</h3>
      <div className="page-buttons">
        {there.map(({ name, page }) => (
          <OutsideLink key={name} page={page} label={t(`repositories.${name}`)} />
        ))}
      </div>
    </section>
  )
}

function Readme({ text, limit, onText }: { text: string; limit: number | undefined; onText: (text: string) => void }) {
  const { t } = useWords()
  const [side, setSide] = useState<'write' | 'preview'>('write')
  return (
    <section className="repository-part">
      <div className="page-head">
        <h3>{t('repositories.readme')}</h3>
        <SegmentedControl
          size="xs"
          aria-label={t('repositories.readme')}
          value={side}
          onChange={(value) => setSide(value === 'preview' ? 'preview' : 'write')}
          data={[
            { value: 'write', label: t('repositories.write') },
            { value: 'preview', label: t('repositories.preview') },
          ]}
        />
      </div>
      {side === 'write' ? (
        <Textarea
          aria-label={t('repositories.readme')}
          description={t('repositories.readmeHint')}
          inputWrapperOrder={['input', 'description']}
          classNames={{ input: 'markdown-source' }}
          rows={12}
          value={text}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      ) : (
        <Markdown text={text} />
      )}
      <Counter text={text} limit={limit} />
    </section>
  )
}

interface LoadedProps extends RepositorySheetProps {
  info: RepositoryInfo
  abilities: Abilities
}

/** What may be changed is a field, what may not is a text. */
function Loaded({ place, path, info, abilities, onClose }: LoadedProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const id = useId()
  const changed = useChanged(place)
  const [description, setDescription] = useState(info.description ?? '')
  const [readme, setReadme] = useState(info.readme ?? '')
  const save = useMutation(
    queries.portal.change.mutationOptions({
      onSuccess: async () => {
        await changed(path).catch(() => undefined)
        announce(t('repositories.saved', { path }))
        onClose()
      },
    }),
  )
  const editable = abilities.description !== undefined || abilities.readme !== undefined
  const words = description !== (info.description ?? '')
  const text = readme !== (info.readme ?? '')
  const fits =
    lengthOf(description) <= (abilities.description?.limit ?? Number.POSITIVE_INFINITY) &&
    lengthOf(readme) <= (abilities.readme?.limit ?? Number.POSITIVE_INFINITY)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!fits || !(words || text)) return
    save.mutate({ ...about(place, path), ...(words ? { description } : {}), ...(text ? { readme } : {}) })
  }
  return (
    <SheetFrame
      title={path}
      about={place.host}
      wide
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t(editable ? 'common.cancel' : 'common.close')}
          </Button>
          {editable && (
            <Button type="submit" form={id} disabled={!fits || !(words || text)} loading={save.isPending}>
              {t('repositories.save')}
            </Button>
          )}
        </>
      }
    >
      <WhoSees place={place} info={info} abilities={abilities} />
      <form id={id} onSubmit={submit} className="repository-form" noValidate>
        {abilities.description ? (
          <section className="repository-part">
            <TextInput
              label={t('repositories.description')}
              description={t('repositories.descriptionHint')}
              inputWrapperOrder={['label', 'input', 'description']}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
            />
            <Counter text={description} limit={abilities.description.limit} />
          </section>
        ) : (
          info.description !== undefined && <p>{info.description}</p>
        )}
        {abilities.readme ? (
          <Readme text={readme} limit={abilities.readme.limit} onText={setReadme} />
        ) : (
          info.readme !== undefined && <Markdown text={info.readme} />
        )}
      </form>
      <Pages pages={info.pages} />
      {save.error && <FailureNotice error={asFailure(save.error)} />}
    </SheetFrame>
  )
}

/** Nothing more is known than that there is such a name. */
function untold(path: string, { visibility }: Standing): RepositoryInfo {
  return { path, visibility, pages: {} }
}

/** About one repository: who sees it, what it says of itself, and where the rest is done. */
export function RepositorySheet({ place, path, onClose }: RepositorySheetProps) {
  const { t } = useWords()
  const { data: standing, error, refetch } = useStanding(place, path)
  if (standing) {
    const info = standing.info ?? untold(path, standing)
    const abilities = standing.info ? standing.abilities : { ...standing.abilities, visibility: false }
    return <Loaded place={place} path={path} info={info} abilities={abilities} onClose={onClose} />
  }
  return (
    <SheetFrame title={path} about={place.host} wide onClose={onClose}>
      {error ? (
        <FailureNotice error={asFailure(error)} onRetry={() => void refetch()} />
      ) : (
        <div className="skeletons" role="status" aria-label={t('common.loading')}>
          {[1, 2, 3].map((row) => (
            <Skeleton key={row} height={44} />
          ))}
        </div>
      )}
    </SheetFrame>
  )
}
