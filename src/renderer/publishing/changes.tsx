import { NativeSelect } from '@mantine/core'
import type { ReactNode } from 'react'
import type { MoveChoice } from '../loading/load-choices.ts'
import { shortId } from '../words/format.ts'
import { useWords, type Words } from '../words/use-words.ts'
import type { TagMove } from './draft.ts'

/** Tags as they stand in a sentence. */
function named(tags: readonly string[], { list }: Words): string {
  return list(tags.map((tag) => `<b>${tag}</b>`))
}

/** Tags hold no `<`: what is bold here was made bold above. */
function withBold(text: string): ReactNode[] {
  return text.split(/<b>(.*?)<\/b>/).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence, in its order.
      <strong key={index} className="accent">
        {part}
      </strong>
    ),
  )
}

/** The sentences of one image: what is new, what moves, where the former image stays. */
export function changeSentences(moves: readonly TagMove[], words: Words): string[] {
  const { t } = words
  const of = (test: (move: TagMove) => boolean): string[] => moves.filter(test).map(({ tag }) => tag)
  const sentence = (key: 'new' | 'same' | 'moves', tags: readonly string[]): string[] =>
    tags.length === 0 ? [] : [t(`publish.changes.${key}`, { count: tags.length, tags: named(tags, words) })]
  const moving = moves.filter((move) => move.type === 'moves')
  const going = moving.filter(({ choice }) => choice !== 'leave')
  // Several of the tags may have named one image: where it stays is said once.
  const kept = new Set(going.flatMap(({ choice, alias, keepAs }) => alias ?? (choice === 'keep' ? (keepAs ?? []) : [])))
  const safe = new Set(
    going.filter(({ alias, choice }) => alias !== undefined || choice === 'keep').map(({ there }) => there?.digest),
  )
  const lost = going.filter(({ there }) => !safe.has(there?.digest)).map(({ tag }) => tag)
  const left = moving.filter(({ choice }) => choice === 'leave').map(({ tag }) => tag)
  return [
    ...sentence(
      'new',
      of(({ type }) => type === 'new'),
    ),
    ...sentence(
      'same',
      of(({ type }) => type === 'same'),
    ),
    ...sentence(
      'moves',
      going.map(({ tag }) => tag),
    ),
    ...(kept.size > 0 ? [t('publish.changes.stays', { kept: named([...kept], words) })] : []),
    ...(lost.length > 0 ? [t('publish.changes.lost', { tag: named(lost, words) })] : []),
    ...(left.length > 0 ? [t('publish.changes.leave', { tag: named(left, words) })] : []),
  ]
}

interface MovingTagProps {
  move: TagMove
  onChoice: (choice: MoveChoice) => void
}

/** A tag whose former image has no other name: from which image it moves, and the three ways. */
export function MovingTag({ move: { tag, name, there, keepAs, choice }, onChoice }: MovingTagProps) {
  const { t, ago } = useWords()
  const from = { tag, id: shortId(there?.digest ?? '') }
  return (
    <div className="moved-name">
      <span className="pill pill-warn">
        {there && there.created > 0
          ? t('publish.changes.fromAge', { ...from, ago: ago(there.created) })
          : t('publish.changes.from', from)}
      </span>
      <NativeSelect
        size="xs"
        aria-label={t('publish.changes.choice', { name })}
        value={choice}
        onChange={(event) => onChoice(event.currentTarget.value as MoveChoice)}
        data={[
          { value: 'keep', label: t('publish.changes.keepAs', { kept: keepAs ?? '' }) },
          { value: 'replace', label: t('publish.changes.replace') },
          { value: 'leave', label: t('publish.changes.leaveIt') },
        ]}
      />
    </div>
  )
}

interface ChangesProps {
  place: string
  moves: readonly TagMove[]
  /** The repository has not said yet what it has, or cannot be asked under such a name. */
  state: 'known' | 'asking' | 'unsound'
  /** Names of the images, where there are several. */
  titles: ReadonlyMap<string, string> | undefined
}

/** What publishing changes at one registry, in sentences. */
export function Changes({ place, moves, state, titles }: ChangesProps) {
  const words = useWords()
  const { t } = words
  if (state !== 'known') return <p className="summary">{t(`publish.changes.${state}`, { place })}</p>
  const byImage = [...Map.groupBy(moves, ({ row }) => row)]
  return (
    <div className="summary" aria-live="polite">
      {byImage.map(([row, own]) => {
        const title = titles?.get(row.id)
        const text = changeSentences(own, words).join(' ')
        return (
          <p key={row.id}>
            {t('publish.changes.at', { place, path: own[0]?.path ?? '' })}{' '}
            {title !== undefined && <span className="muted">{title} — </span>}
            {withBold(text)}
          </p>
        )
      })}
    </div>
  )
}
