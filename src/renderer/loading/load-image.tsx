import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useId } from 'react'
import type { ArchiveImage } from '../../shared/contract.ts'
import { datedName, splitName } from '../../shared/reference.ts'
import { judgeName, shortName } from '../images/new-name.ts'
import { nameWords } from '../images/tag-input.tsx'
import { shortId } from '../words/format.ts'
import { platformCode, platformWords } from '../words/platform.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { LayerBar, weightWords } from './layer-bar.tsx'
import {
  isSame,
  type LoadChoices,
  type MoveChoice,
  moveChoice,
  nameKey,
  type PlannedImage,
  type PlannedName,
} from './load-choices.ts'

function formerWords({ name, replaces }: PlannedName, { t, ago }: Words): string {
  if (replaces?.alias) return shortName(replaces.alias, splitName(name).repository)
  return replaces && replaces.created > 0
    ? t('load.formerImage', { ago: ago(replaces.created) })
    : t('load.formerImageNoDate')
}

interface MovedNameProps {
  /** All names of the image, this one among them. */
  names: readonly string[]
  planned: PlannedName
  date: Date
  choice: MoveChoice
  onChoice: (choice: MoveChoice) => void
}

/** A name that another image has now: what would happen, and the three ways. */
export function MovedName({ names, planned, date, choice, onChoice }: MovedNameProps) {
  const words = useWords()
  const { t } = words
  const { repository, tag } = splitName(planned.name)
  const other = names.find((name) => name !== planned.name && splitName(name).repository === repository)
  return (
    <div className="moved-name">
      <span className="pill pill-warn">
        {t('load.willMove', {
          tag,
          from: formerWords(planned, words),
          to: other ? splitName(other).tag : t('load.thisImage'),
        })}
      </span>
      <NativeSelect
        size="xs"
        aria-label={t('load.moveChoice', { name: planned.name })}
        value={choice}
        onChange={(event) => onChoice(event.currentTarget.value as MoveChoice)}
        data={[
          { value: 'keep', label: t('load.keep', { kept: splitName(datedName(planned.name, date)).tag }) },
          { value: 'replace', label: planned.replaces?.alias ? t('load.replace') : t('load.replaceLast') },
          { value: 'leave', label: t('load.leave') },
        ]}
      />
    </div>
  )
}

interface NameChipProps {
  name: string
  label: string
  text: string
  on: boolean
  onToggle: () => void
}

/** A name that can be taken along or left, as a pressed or released chip. */
export function NameToggle({ name, label, text, on, onToggle }: NameChipProps) {
  return (
    <button
      type="button"
      className="chip chip-toggle"
      aria-pressed={on}
      aria-label={label}
      title={name}
      onClick={onToggle}
    >
      {on && <IconCheck size={12} aria-hidden />}
      {text}
    </button>
  )
}

interface GivenNameProps {
  image: ArchiveImage
  value: string
  onChange: (value: string) => void
}

function GivenName({ image, value, onChange }: GivenNameProps) {
  const words = useWords()
  const hint = useId()
  const judged = judgeName(value, '', image.id, [])
  return (
    <div className="given-name">
      <TextInput
        size="xs"
        label={words.t('load.giveName')}
        placeholder={words.t('tag.placeholderNew')}
        spellCheck={false}
        autoComplete="off"
        value={value}
        aria-describedby={hint}
        aria-invalid={judged.type === 'problem'}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <p id={hint} aria-live="polite" className={judged.type === 'problem' ? 'hint hint-bad' : 'hint'}>
        {judged.type === 'problem' ? nameWords(judged, words) : ''}
      </p>
    </div>
  )
}

export interface LoadImageProps {
  image: ArchiveImage
  /** False where nothing can be loaded: there is no checkbox then. */
  loadable: boolean
  ticked: boolean
  other: boolean
  planned: PlannedImage | undefined
  exact: boolean
  date: Date
  choices: LoadChoices
  onChoices: (choices: LoadChoices) => void
  onDetails: () => void
}

/** One image of the file: whether it goes, under which names, what of it is there already, and what it would replace. */
export function LoadImage(props: LoadImageProps) {
  const { image, loadable, ticked, other, planned, exact, date, choices, onChoices, onDetails } = props
  const words = useWords()
  const { t, size } = words
  const repositories = [...Map.groupBy(image.names, (name) => splitName(name).repository)]
  const title = repositories[0]?.[0] ?? t('load.unnamed', { id: shortId(image.id) })
  const same = isSame(planned)
  const toggleName = (name: string): void => {
    const off = new Set(choices.off)
    if (!off.delete(nameKey(image.id, name))) off.add(nameKey(image.id, name))
    onChoices({ ...choices, off })
  }
  const moved = ticked ? (planned?.names.filter(({ replaces }) => replaces) ?? []) : []
  return (
    <li className={ticked ? 'card card-on' : 'card'}>
      {loadable && (
        <Checkbox
          checked={ticked}
          aria-label={t('load.take', { image: image.names[0] ?? title })}
          onChange={(event) =>
            onChoices({ ...choices, ticked: { ...choices.ticked, [image.id]: event.currentTarget.checked } })
          }
        />
      )}
      <div className="card-body">
        {repositories.length === 0 && <h3 className="card-title">{title}</h3>}
        {repositories.map(([repository, names]) => (
          <div key={repository} className="card-names">
            <h3 className="card-title">{repository}</h3>
            {names.map((name) =>
              loadable ? (
                <NameToggle
                  key={name}
                  name={name}
                  text={splitName(name).tag}
                  label={t('load.nameChip', { name })}
                  on={!choices.off.has(nameKey(image.id, name))}
                  onToggle={() => toggleName(name)}
                />
              ) : (
                <span key={name} className="chip">
                  {splitName(name).tag}
                </span>
              ),
            )}
          </div>
        ))}
        {planned && !same && <LayerBar planned={planned} />}
        <p className="small muted">
          {same && <IconCheck size={14} className="good" aria-hidden />}
          {planned ? weightWords(planned, exact, words) : size(image.size)}
          {' · '}
          <span title={platformCode(image.platform)}>{platformWords(image.platform, t)}</span>
          {other && ` (${t('load.otherPlatform')})`}
          {' · '}
          <button
            type="button"
            className="link"
            aria-label={t('details.title', { image: image.names[0] ?? title })}
            onClick={onDetails}
          >
            {t('images.details')}
          </button>
        </p>
        {loadable && image.names.length === 0 && (
          <GivenName
            image={image}
            value={choices.given[image.id] ?? ''}
            onChange={(value) => onChoices({ ...choices, given: { ...choices.given, [image.id]: value } })}
          />
        )}
        {moved.map((name) => (
          <MovedName
            key={name.name}
            names={image.names}
            planned={name}
            date={date}
            choice={moveChoice(choices, image.id, name.name)}
            onChoice={(choice) =>
              onChoices({ ...choices, moves: { ...choices.moves, [nameKey(image.id, name.name)]: choice } })
            }
          />
        ))}
      </div>
    </li>
  )
}
