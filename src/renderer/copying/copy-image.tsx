import { Checkbox, TextInput } from '@mantine/core'
import { useId } from 'react'
import { splitName } from '../../shared/reference.ts'
import { LayerBar, weigh } from '../loading/layer-bar.tsx'
import { nameKey, type PlannedImage } from '../loading/load-choices.ts'
import { MovedName, NameToggle } from '../loading/load-image.tsx'
import { shortId } from '../words/format.ts'
import { platformOf, platformWords } from '../words/platform.ts'
import { useWords, type Words } from '../words/use-words.ts'
import {
  byRepository,
  type CopyForm,
  type CopyRow,
  type Destination,
  judgeTarget,
  moveOf,
  repositoryAt,
  repositoryProblem,
  type TargetProblem,
} from './copy-form.ts'

function problemWords(problem: TargetProblem, { place }: Destination, { t }: Words): string {
  if (problem === 'host') return t('copy.mustBegin', { host: place.type === 'registry' ? place.host : '' })
  return problem === 'needed' ? t('copy.needsName') : t(`tag.problem.${problem}`)
}

function weightWords(planned: PlannedImage, exact: boolean, { t, size }: Words): string {
  if (planned.present) return t(planned.names.some(({ same }) => !same) ? 'copy.onlyNames' : 'copy.same')
  const { total, move } = weigh(planned)
  const parts = { size: size(total), move: size(move) }
  if (move === 0) return t('copy.allThere', parts)
  const text =
    move === total ? t('copy.allMoves', parts) : t(move * 3 < total ? 'copy.mostThere' : 'copy.someMoves', parts)
  return exact ? text : t('load.atMost', { text })
}

interface CopyImageProps {
  row: CopyRow
  /** One of several: it can be left out. */
  optional: boolean
  ticked: boolean
  planned: PlannedImage | undefined
  exact: boolean
  date: Date
  form: CopyForm
  to: Destination
  onForm: (form: CopyForm) => void
  onDetails?: ((id: string) => void) | undefined
}

interface NamesProps extends Pick<CopyImageProps, 'row' | 'form' | 'to' | 'onForm'> {
  repository: string
  names: readonly string[]
}

/** What a repository is called there, and which of its versions go along. */
function Names({ row, repository, names, form, to, onForm }: NamesProps) {
  const words = useWords()
  const { t } = words
  const hint = useId()
  const value = repositoryAt(row, repository, form, to)
  const problem = repositoryProblem(value, to)
  const toggle = (name: string): void => {
    const off = new Set(form.off)
    if (!off.delete(nameKey(row.id, name))) off.add(nameKey(row.id, name))
    onForm({ ...form, off })
  }
  return (
    <div className="copy-names">
      <TextInput
        size="xs"
        label={t('copy.repository', { repository })}
        spellCheck={false}
        autoComplete="off"
        value={value}
        aria-describedby={hint}
        aria-invalid={problem !== undefined}
        onChange={(event) =>
          onForm({
            ...form,
            repositories: { ...form.repositories, [nameKey(row.id, repository)]: event.currentTarget.value },
          })
        }
      />
      <div className="card-names">
        {names.map((name) => (
          <NameToggle
            key={name}
            name={name}
            text={splitName(name).tag}
            label={t('save.nameChip', { name })}
            on={!form.off.has(nameKey(row.id, name))}
            onToggle={() => toggle(name)}
          />
        ))}
      </div>
      <p id={hint} aria-live="polite" className={problem ? 'hint hint-bad' : 'hint'}>
        {problem && problemWords(problem, to, words)}
      </p>
    </div>
  )
}

function GivenName({ row, form, to, onForm }: Omit<NamesProps, 'repository' | 'names'>) {
  const words = useWords()
  const { t } = words
  const hint = useId()
  const value = form.given[row.id] ?? ''
  const registry = to.place.type === 'registry'
  const judged = value.trim() === '' ? { problem: 'needed' as const } : judgeTarget(value, to)
  const problem = 'problem' in judged && (registry || value.trim() !== '') ? judged.problem : undefined
  return (
    <div className="given-name">
      <TextInput
        size="xs"
        label={t(registry ? 'copy.giveName' : 'load.giveName')}
        placeholder={to.place.type === 'registry' ? `${to.place.host}/…:1.0` : t('tag.placeholderNew')}
        spellCheck={false}
        autoComplete="off"
        value={value}
        aria-describedby={hint}
        aria-invalid={problem !== undefined}
        onChange={(event) => onForm({ ...form, given: { ...form.given, [row.id]: event.currentTarget.value } })}
      />
      <p id={hint} aria-live="polite" className={problem ? 'hint hint-bad' : 'hint'}>
        {problem && problemWords(problem, to, words)}
      </p>
    </div>
  )
}

/** One image: whether it goes, what it is called there, what of it is there already, and what it would replace. */
export function CopyImage({
  row,
  optional,
  ticked,
  planned,
  exact,
  date,
  form,
  to,
  onForm,
  onDetails,
}: CopyImageProps) {
  const words = useWords()
  const { t, size, list } = words
  const groups = byRepository(row)
  const title = row.names[0] ?? t('load.unnamed', { id: shortId(row.id) })
  const fields = { row, form, to, onForm }
  const bare = row.names.length > 0 && row.names.every((name) => form.off.has(nameKey(row.id, name)))
  const moved = ticked ? (planned?.names.filter(({ replaces }) => replaces) ?? []) : []
  return (
    <li className={ticked ? 'card card-on' : 'card'}>
      {optional && (
        <Checkbox
          checked={ticked}
          aria-label={t('copy.take', { image: title })}
          onChange={(event) => onForm({ ...form, ticked: { ...form.ticked, [row.id]: event.currentTarget.checked } })}
        />
      )}
      <div className="card-body">
        {(groups.length === 0 || !ticked) && <h3 className="card-title">{title}</h3>}
        {ticked &&
          groups.map(([repository, names]) => (
            <Names key={repository} {...fields} repository={repository} names={names} />
          ))}
        {ticked && groups.length === 0 && <GivenName {...fields} />}
        {ticked && bare && to.place.type === 'registry' && <p className="hint hint-bad">{t('copy.needsName')}</p>}
        {ticked && planned && !planned.present && <LayerBar planned={planned} />}
        <p className="small muted">
          {ticked && planned ? weightWords(planned, exact, words) : size(row.size)}
          {row.platforms.length > 0 &&
            ` · ${list(row.platforms.map((platform) => platformWords(platformOf(platform), t)))}`}
          {onDetails && (
            <>
              {' · '}
              <button
                type="button"
                className="link"
                aria-label={t('details.title', { image: title })}
                onClick={() => onDetails(row.id)}
              >
                {t('images.details')}
              </button>
            </>
          )}
        </p>
        {moved.map((name) => (
          <MovedName
            key={name.name}
            names={planned?.names.map((other) => other.name) ?? []}
            planned={name}
            date={date}
            choice={moveOf(form, row.id, name.name)}
            onChoice={(choice) => onForm({ ...form, moves: { ...form.moves, [nameKey(row.id, name.name)]: choice } })}
          />
        ))}
      </div>
    </li>
  )
}
