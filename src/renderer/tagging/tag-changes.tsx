import { Checkbox, Loader } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { LostImage, TagChanged, TagsDone } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { imageWord } from './image-words.ts'
import type { Tagging } from './use-tagging.ts'

interface TagChangesProps {
  tagging: Tagging
  repository: string
  id: string
}

function useChangeWords({ tagging, repository, id }: TagChangesProps): (change: TagChanged) => string {
  const { t } = useWords()
  const { rows } = tagging
  return ({ tag, from, to, keeps }) => {
    if (keeps !== undefined) return t('tagging.change.keeps', { tag, keeps })
    const word = (image: string): string => {
      if (image === id) return t('tagging.thisImage')
      const called = imageWord(image, { rows, repository, but: [tag] })
      // Its number alone tells a person nothing.
      return image === from && called === shortId(image) ? t('tagging.itsImage') : called
    }
    if (to === undefined) return t('tagging.change.goes', { tag, from: word(from ?? '') })
    if (from === undefined) return t('tagging.change.new', { tag, to: word(to) })
    return t('tagging.change.move', { tag, from: word(from), to: word(to) })
  }
}

function Lost({ lost }: { lost: readonly LostImage[] }) {
  const { t, list } = useWords()
  if (lost.length === 0) return null
  return (
    <div className="notice notice-warn" role="status">
      <IconAlertTriangle className="notice-icon" aria-hidden size={20} />
      <div className="notice-body">
        {lost.map(({ id, names, fate, containers }) => (
          <p key={id}>
            <strong>{t(`tagging.lost.${fate}`, { image: names[0] ?? '' })}</strong>{' '}
            {containers.length > 0 && t('tagging.lost.used', { containers: list(containers) })}
          </p>
        ))}
      </div>
    </div>
  )
}

/** Why not all was done, and how the tags are now. */
export function Undone({ done, words }: { done: TagsDone; words: (change: TagChanged) => string }) {
  const { t, list } = useWords()
  if (!done.error) return null
  return (
    <>
      <FailureNotice error={done.error} />
      <p>
        {done.changes.length === 0 ? t('tagging.undone') : t('tagging.left', { tags: list(done.changes.map(words)) })}
      </p>
    </>
  )
}

/** What will change, in words, before anything does; and what became of it when it failed. */
export function TagChanges(props: TagChangesProps) {
  const { t } = useWords()
  const { tagging } = props
  const { plan, planning, planError, failed, applyError, operations, form, setForm, losing } = tagging
  const words = useChangeWords(props)
  // A tag that is renamed is one change, not two.
  const renamed = new Map(operations.flatMap((one) => (one.type === 'rename' ? [[one.tag, one.to] as const] : [])))
  const given = new Set(renamed.values())
  const whole = (plan?.changes ?? []).filter(({ tag, from }) => !(given.has(tag) && from === undefined))
  return (
    <>
      {failed && <Undone done={failed} words={words} />}
      {applyError && <FailureNotice error={applyError} />}
      {planError && <FailureNotice error={planError} />}
      {operations.length === 0 && !failed && <p className="muted">{t('tagging.nothing')}</p>}
      {planning && !planError && (
        <p role="status" className="muted">
          <Loader size="xs" aria-hidden /> {t('tagging.looking')}
        </p>
      )}
      {plan && !planning && !planError && (
        <>
          <strong>{t('tagging.changes')}</strong>
          <ul className="tag-changes" aria-label={t('tagging.changes')}>
            {whole.map((change) => {
              const to = change.to === undefined ? renamed.get(change.tag) : undefined
              return (
                <li key={change.tag}>
                  {to === undefined ? words(change) : t('tagging.change.rename', { tag: change.tag, to })}
                </li>
              )
            })}
          </ul>
          <Lost lost={plan.lost} />
        </>
      )}
      {losing && (
        <Checkbox checked={form.keep} label={t('tagging.keep')} onChange={() => setForm({ keep: !form.keep })} />
      )}
    </>
  )
}
