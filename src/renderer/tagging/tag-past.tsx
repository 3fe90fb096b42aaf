import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { TagPast } from '../../shared/contract.ts'
import { byTelling, splitName } from '../../shared/reference.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import type { Back, Tagged } from './use-tagging.ts'

interface TagPastsProps extends Omit<Tagged, 'id'> {
  /** Tags that are there. */
  tags: readonly string[]
  tag: string
  onTag: (tag: string) => void
  onBack: (back: Back) => void
}

function Entry({ past, now, onBack }: { past: TagPast; now: string | undefined; onBack: (back: Back) => void }) {
  const { t, date } = useWords()
  const { tag, id, how, since, until, there, names } = past
  const [name] = names.filter((one) => splitName(one).tag !== tag)
  const image = id === '' ? t('tagging.past.absent') : shortId(id)
  const from = date(since)
  const span = { since: from, until: date(until ?? since) }
  const when =
    how === 'seen'
      ? t(until === undefined ? 'tagging.past.seen' : 'tagging.past.seenSpan', span)
      : `${t(until === undefined ? 'tagging.past.since' : 'tagging.past.span', span)} · ${t(`tagging.past.how.${how}`)}`
  return (
    <li className="card kept-line">
      <div className="card-body">
        <p>
          <strong>{name === undefined ? image : splitName(name).tag}</strong>{' '}
          {name !== undefined && <code className="small">{image}</code>}{' '}
          {until === undefined && <span className="pill">{t('tagging.past.now')}</span>}
        </p>
        <p className="small muted">
          {when}
          {id !== '' && !there && ` · ${t('tagging.past.gone')}`}
        </p>
      </div>
      {id !== '' && id !== now && there && (
        <Button size="compact-sm" variant="default" onClick={() => onBack({ tag, id })}>
          {t('tagging.past.back')} <span className="visually-hidden">{image}</span>
        </Button>
      )}
    </li>
  )
}

/** What a tag named, newest first, each with the way back to it while that image is there. */
export function TagPasts({ place, repository, tags, tag, onTag, onBack }: TagPastsProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const known = useQuery(queries.tags.known.queryOptions({ input: { place, repository }, staleTime: 0 }))
  const history = useQuery(
    queries.tags.history.queryOptions({ input: { place, repository, tag }, enabled: tag !== '', staleTime: 0 }),
  )
  const all = [...new Set([...tags, ...(known.data ?? [])])]
    .map((one) => `${repository}:${one}`)
    .sort(byTelling)
    .map((name) => splitName(name).tag)
  const past = history.data ?? []
  const now = past.find(({ until }) => until === undefined)?.id
  return (
    <div className="tag-past">
      <NativeSelect
        label={t('tagging.past.tag')}
        value={tag}
        onChange={(event) => onTag(event.currentTarget.value)}
        data={all}
      />
      {history.error && <FailureNotice error={asFailure(history.error)} onRetry={() => void history.refetch()} />}
      {history.isSuccess && past.length === 0 && <p className="muted">{t('tagging.past.none')}</p>}
      <ul className="cards" aria-label={t('tagging.past.title')}>
        {past.map((one) => (
          <Entry key={`${one.since} ${one.until} ${one.id}`} past={one} now={now} onBack={onBack} />
        ))}
      </ul>
    </div>
  )
}
