import { Button, Group, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useRef, useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { datedName } from '../../shared/reference.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { announce, tellMoved } from '../shell/ui.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { giveName } from './image-actions.ts'
import { refreshImages, tellsByItself, useImages } from './image-store.ts'
import type { ImageLine } from './lines.ts'
import { judgeName, type NewName, shortName } from './new-name.ts'

/** What is right or wrong with a typed name, in a sentence; '' while nothing is typed. */
export function nameWords(judged: NewName, { t, ago }: Words): string {
  switch (judged.type) {
    case 'empty':
      return ''
    case 'problem':
      return t(`tag.problem.${judged.problem}`)
    case 'has':
      return t('tag.has')
    case 'free':
      return t('tag.will', { name: judged.name })
    case 'taken':
      return judged.by.created > 0
        ? t('tag.taken', { name: judged.name, ago: ago(judged.by.created) })
        : t('tag.takenNoDate', { name: judged.name })
  }
}

interface TagInputProps {
  place: PlaceRef
  line: ImageLine
  onDone: () => void
}

/** The field on an image's row that gives it a name: Enter commits, Escape leaves. A name in use offers its three ways. */
export function TagInput({ place, line, onDone }: TagInputProps) {
  const words = useWords()
  const { t } = words
  const { client } = useApi()
  const rows = useImages((state) => state.rows) ?? []
  const [typed, setTyped] = useState('')
  const [date] = useState(() => new Date())
  const hint = useId()
  const keep = useRef<HTMLButtonElement>(null)
  const judged = judgeName(typed, line.repository, line.row.id, rows)
  const tag = useMutation({
    mutationFn: (asked: { id: string; name: string; expected: string; keepAs?: string }) =>
      giveName(client, place, asked),
    onSuccess: ({ replaced }, { name }) => {
      tellMoved(place, replaced)
      if (!tellsByItself(place)) refreshImages()
      announce(t('tag.given', { name }))
      onDone()
    },
  })
  const give = (name: string, expected: string, keepAs?: string): void =>
    tag.mutate({ id: line.row.id, name, expected, ...(keepAs === undefined ? {} : { keepAs }) })

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (judged.type === 'free') give(judged.name, '')
    // The first Enter on a name in use leads to the choice; nothing moves unasked.
    if (judged.type === 'taken') keep.current?.focus()
    if (judged.type === 'has') onDone()
  }

  return (
    <form
      className="tag-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') onDone()
      }}
    >
      <Group gap="xs" wrap="nowrap">
        <TextInput
          size="xs"
          autoFocus
          aria-label={line.repository === '' ? t('tag.fieldNew') : t('tag.field', { repository: line.repository })}
          aria-describedby={hint}
          aria-invalid={judged.type === 'problem'}
          placeholder={line.repository === '' ? t('tag.placeholderNew') : t('tag.placeholder')}
          spellCheck={false}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button size="compact-sm" variant="subtle" onClick={onDone}>
          {t('common.cancel')}
        </Button>
      </Group>
      <p id={hint} aria-live="polite" className={judged.type === 'problem' ? 'hint hint-bad' : 'hint'}>
        {nameWords(judged, words)}
      </p>
      {judged.type === 'taken' && (
        <Group gap="xs">
          <Button
            ref={keep}
            size="compact-sm"
            loading={tag.isPending}
            onClick={() => give(judged.name, judged.by.id, datedName(judged.name, date))}
          >
            {t('tag.keep', { kept: shortName(datedName(judged.name, date), line.repository) })}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => give(judged.name, judged.by.id)}>
            {t('tag.replace')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={onDone}>
            {t('tag.cancel')}
          </Button>
        </Group>
      )}
      {tag.error && <FailureNotice error={asFailure(tag.error)} />}
    </form>
  )
}
