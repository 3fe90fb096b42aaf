import { Button, Checkbox, TextInput } from '@mantine/core'
import { type FormEvent, useId, useState } from 'react'
import type { TagThere } from '../../shared/contract-publish.ts'
import { judgeTag } from '../../shared/registry-names.ts'
import {
  commitOf,
  commitTag,
  dateTags,
  ENVIRONMENTS,
  environmentTag,
  habitsOf,
  nextBuild,
} from '../../shared/versions.ts'
import { shortId } from '../words/format.ts'
import { useWords, type Words } from '../words/use-words.ts'
import type { TagChoice } from './draft.ts'

const PLAIN = { spellCheck: false, autoComplete: 'off', autoCapitalize: 'none' } as const

interface VersionFieldProps {
  label: string
  /** It stands in a table, whose head says what it is. */
  bare?: boolean
  version: string
  onVersion: (version: string) => void
}

/** The version, judged while it is typed. */
export function VersionField({ label, bare = false, version, onVersion }: VersionFieldProps) {
  const { t } = useWords()
  const hint = useId()
  const judged = judgeTag(version)
  return (
    <div className="version-field">
      <TextInput
        {...PLAIN}
        {...(bare ? { 'aria-label': label } : { label })}
        aria-describedby={hint}
        aria-invalid={judged !== undefined}
        value={version}
        onChange={(event) => onVersion(event.currentTarget.value)}
      />
      <div id={hint} aria-live="polite">
        {judged && (
          <p className="hint hint-bad address-problem">
            {t(`publish.tagProblem.${judged.problem}`)}
            {judged.fixed !== undefined && (
              <Button size="compact-sm" variant="default" onClick={() => onVersion(judged.fixed ?? version)}>
                {t('publish.names.use', { fixed: judged.fixed })}
              </Button>
            )}
          </p>
        )}
      </div>
    </div>
  )
}

/** What a tag of the repository is today, in a few words. */
function todayWords({ alias, version, digest, created }: TagThere, { ago }: Words): { what: string; ago?: string } {
  const what = alias ?? version ?? shortId(digest)
  return created > 0 ? { what, ago: ago(created) } : { what }
}

function standsFor({ tag, follows }: TagChoice, { t }: Words): string {
  if (follows !== undefined) return t('publish.names.follows', { line: follows })
  return tag === 'latest' ? t('publish.names.latest') : t('publish.names.plain')
}

function becomes({ on, newer }: TagChoice, there: TagThere | undefined, same: boolean, words: Words): string {
  const { t } = words
  if (newer !== undefined) return t('publish.names.staysNewer', { newer })
  if (!there || same) return on && !there ? t('publish.names.isNew') : ''
  const { what, ago } = todayWords(there, words)
  if (!on) return t('publish.names.stays', { what })
  return ago === undefined ? t('publish.names.now', { what }) : t('publish.names.nowAge', { what, ago })
}

interface TagChoicesProps {
  label: string
  choices: readonly TagChoice[]
  /** What the repository has of them. */
  there: readonly TagThere[]
  /** Tags that name this very image already. */
  same: ReadonlySet<string>
  onTick: (tag: string, on: boolean) => void
}

/** The other tags: what each stands for, what it is today, what it becomes. */
export function TagChoices({ label, choices, there, same, onTick }: TagChoicesProps) {
  const words = useWords()
  return (
    <ul className="tag-choices" aria-label={label}>
      {choices.map((choice) => {
        const named = there.find(({ tag }) => tag === choice.tag)
        return (
          <li key={choice.tag}>
            <Checkbox
              checked={choice.on}
              disabled={choice.newer !== undefined}
              label={
                <>
                  <strong>{choice.tag}</strong> — {standsFor(choice, words)}{' '}
                  <span className="muted">{becomes(choice, named, same.has(choice.tag), words)}</span>
                </>
              }
              onChange={(event) => onTick(choice.tag, event.currentTarget.checked)}
            />
          </li>
        )
      })}
    </ul>
  )
}

/** By day and minute, by commit, by where it is to run, by build number: each as the repository has it already. */
function suggestedTags(
  version: string,
  labels: Readonly<Record<string, string>>,
  tags: readonly string[],
  date: Date,
): string[] {
  const { commitLead, buildLead } = habitsOf(tags)
  const { day, minute } = dateTags(date)
  const commit = commitOf(labels)
  const sound = judgeTag(version) === undefined && version !== 'latest'
  return [
    day,
    minute,
    ...(commit === undefined ? [] : (commitTag(commit, commitLead) ?? [])),
    ...ENVIRONMENTS.map((name) => environmentTag(name)),
    ...(sound ? ENVIRONMENTS.map((name) => environmentTag(name, version)) : []),
    nextBuild(tags, buildLead || 'build-'),
  ].flat()
}

interface OtherTagProps {
  version: string
  labels: Readonly<Record<string, string>>
  /** What the repository has. */
  tags: readonly string[]
  date: Date
  taken: readonly string[]
  onAdd: (tag: string) => void
}

/** One more tag: by the day, the commit, where it is to run, or by hand. */
export function OtherTag({ version, labels, tags, date, taken, onAdd }: OtherTagProps) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  if (!open) {
    return (
      <div>
        <button type="button" className="link" onClick={() => setOpen(true)}>
          + {t('publish.names.other')}
        </button>
      </div>
    )
  }
  const suggested = suggestedTags(version, labels, tags, date).filter((tag) => !taken.includes(tag))
  const judged = judgeTag(typed.trim())
  const add = (tag: string): void => {
    onAdd(tag)
    setTyped('')
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!judged) add(typed.trim())
  }
  return (
    <div className="other-tag">
      <ul className="card-names" aria-label={t('publish.names.suggestions')}>
        {suggested.map((tag) => (
          <li key={tag}>
            <button type="button" className="chip chip-toggle" onClick={() => add(tag)}>
              + {tag}
            </button>
          </li>
        ))}
      </ul>
      <form className="folder-field" onSubmit={submit} noValidate>
        <TextInput
          {...PLAIN}
          label={t('publish.names.otherField')}
          value={typed}
          error={typed.trim() !== '' && judged && t(`publish.tagProblem.${judged.problem}`)}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={judged !== undefined}>
          {t('publish.names.otherAdd')}
        </Button>
      </form>
    </div>
  )
}
