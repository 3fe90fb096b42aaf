import { Button, Checkbox, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { isTag } from '../../shared/reference.ts'
import { commitOf, commitTag, type Strategy, type TagStep } from '../../shared/versions.ts'
import { useWords } from '../words/use-words.ts'
import { imageWord } from './image-words.ts'
import { cascadeOf, offersOf, ownVersion, versionOffers } from './tagging-form.ts'
import type { Tagging } from './use-tagging.ts'

interface AddTagsProps {
  tagging: Tagging
  repository: string
  id: string
}

/** What becomes of one tag of a cascade, in words. */
function useStepWords({ tagging, repository }: AddTagsProps): (step: TagStep) => string {
  const { t, ago } = useWords()
  const { rows } = tagging
  return ({ tag, action, from, why }) => {
    if (action === 'new') return t('tagging.step.new')
    if (action === 'same') return t('tagging.step.same')
    if (why.type === 'newer') return t('tagging.step.stay', { by: why.by })
    const by = imageWord(from ?? '', { rows, repository, but: [tag] })
    const created = rows.find((row) => row.id === from)?.created ?? 0
    const unversioned = why.type === 'unversioned'
    if (created <= 0) return t(unversioned ? 'tagging.step.unversionedNoDate' : 'tagging.step.moveNoDate', { by })
    return t(unversioned ? 'tagging.step.unversioned' : 'tagging.step.move', { by, ago: ago(created) })
  }
}

function Steps(props: AddTagsProps) {
  const { t } = useWords()
  const { tagging, id } = props
  const { form, setForm } = tagging
  const stepWords = useStepWords(props)
  const cascade = cascadeOf(form, id, tagging.now)
  if (!cascade) return null
  return (
    <>
      <ul className="tag-steps" aria-label={t('tagging.steps')}>
        {cascade.steps.map((step) => {
          const open = step.action === 'new' || step.action === 'move'
          const ticked = open && !form.without.includes(step.tag)
          return (
            <li key={step.tag}>
              <Checkbox
                size="sm"
                checked={ticked}
                disabled={!open}
                label={step.tag}
                description={stepWords(step)}
                onChange={() =>
                  setForm({
                    without: ticked ? [...form.without, step.tag] : form.without.filter((tag) => tag !== step.tag),
                  })
                }
              />
            </li>
          )
        })}
      </ul>
      {cascade.steps.some(({ tag }) => tag === 'latest') && <p className="small muted">{t('tagging.latest')}</p>}
      {cascade.alone && (
        <p className="small muted">{t(cascade.alone === 'early' ? 'tagging.early' : 'tagging.noVersion')}</p>
      )}
    </>
  )
}

function VersionField(props: AddTagsProps) {
  const { t } = useWords()
  const { form, setForm, own, labels, tags } = props.tagging
  const typed = form.version.trim()
  return (
    <div className="tag-way">
      <TextInput
        label={t('tagging.version')}
        description={t('tagging.versionHint')}
        error={typed === '' || isTag(typed) ? undefined : t('tag.problem.tag')}
        spellCheck={false}
        autoComplete="off"
        value={form.version}
        onChange={(event) => setForm({ version: event.currentTarget.value, without: [] })}
      />
      <div className="tag-offers">
        {versionOffers(own, labels, tags).map((version) => (
          <button
            key={version}
            type="button"
            className="chip chip-toggle"
            aria-pressed={typed === version}
            aria-label={t('tagging.take', { version })}
            onClick={() => setForm({ version: typed === version ? '' : version, without: [] })}
          >
            {version}
          </button>
        ))}
      </div>
      <Steps {...props} />
    </div>
  )
}

function useAdding({ form, setForm }: Tagging): (tag: string, way: Strategy | 'typed') => void {
  return (tag, way) => {
    const { [tag]: _, ...rest } = form.added
    setForm({ added: Object.hasOwn(form.added, tag) ? rest : { ...form.added, [tag]: way } })
  }
}

function CommitField({ tagging }: { tagging: Tagging }) {
  const { t } = useWords()
  const { form, setForm, habits } = tagging
  const [typed, setTyped] = useState('')
  const tag = commitTag(typed, habits.commitLead)
  return (
    <form
      className="tag-typed"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (tag === undefined) return
        setForm({ added: { ...form.added, [tag]: 'commit' } })
        setTyped('')
      }}
    >
      <TextInput
        size="xs"
        aria-label={t('tagging.commitField')}
        description={t('tagging.commitNone')}
        error={typed.trim().length < 7 || tag !== undefined ? undefined : t('tagging.commitWrong')}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" size="compact-sm" variant="default" disabled={tag === undefined}>
        {t('tagging.addTag')} {tag !== undefined && tag}
      </Button>
    </form>
  )
}

function OtherField({ tagging }: { tagging: Tagging }) {
  const { t } = useWords()
  const { form, setForm } = tagging
  const [typed, setTyped] = useState('')
  const tag = typed.trim()
  return (
    <form
      className="tag-typed"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (!isTag(tag)) return
        setForm({ added: { ...form.added, [tag]: 'typed' } })
        setTyped('')
      }}
    >
      <TextInput
        size="xs"
        label={t('tagging.other')}
        error={tag === '' || isTag(tag) ? undefined : t('tag.problem.tag')}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" size="compact-sm" variant="default" disabled={!isTag(tag)}>
        {t('tagging.addTag')}
      </Button>
    </form>
  )
}

function Ways({ tagging }: AddTagsProps) {
  const { t } = useWords()
  const { habits, tags, own, labels, labelled, date, form, environments } = tagging
  const add = useAdding(tagging)
  const commit = commitOf(labels)
  const typed = form.version.trim()
  const version = ownVersion(own) ?? (isTag(typed) ? typed : undefined)
  const known = [...tags, ...environments]
  return offersOf({ habits, tags: known, own, commit, date, version }).map(({ strategy, tags: offered }) => {
    // What was typed is offered too, so that it can be let go.
    const chosen = Object.entries(form.added).flatMap(([tag, way]) => (way === strategy ? [tag] : []))
    const shown = [...new Set([...offered, ...chosen])]
    if (shown.length === 0 && !(strategy === 'commit' && labelled)) return null
    return (
      <fieldset key={strategy} className="tag-way">
        <legend className="tag-way-name">{t(`tagging.strategy.${strategy}`)}</legend>
        <div className="tag-offers">
          {shown.map((tag) => (
            <button
              key={tag}
              type="button"
              className="chip chip-toggle"
              aria-pressed={Object.hasOwn(form.added, tag)}
              aria-label={t('tagging.offered', { tag })}
              onClick={() => add(tag, strategy)}
            >
              {tag}
            </button>
          ))}
        </div>
        {strategy === 'commit' && commit === undefined && labelled && <CommitField tagging={tagging} />}
      </fieldset>
    )
  })
}

/** Every way to give an image more tags, the usual one of its repository first. */
export function AddTags(props: AddTagsProps) {
  const { t } = useWords()
  const { tagging } = props
  const add = useAdding(tagging)
  const typed = Object.entries(tagging.form.added).flatMap(([tag, way]) => (way === 'typed' ? [tag] : []))
  return (
    <section>
      <h3>{t('tagging.add')}</h3>
      <VersionField {...props} />
      <Ways {...props} />
      <div className="tag-way">
        {typed.length > 0 && (
          <div className="tag-offers">
            {typed.map((tag) => (
              <button
                key={tag}
                type="button"
                className="chip chip-toggle"
                aria-pressed
                aria-label={t('tagging.offered', { tag })}
                onClick={() => add(tag, 'typed')}
              >
                {tag}
              </button>
            ))}
          </div>
        )}
        <OtherField tagging={tagging} />
      </div>
    </section>
  )
}
