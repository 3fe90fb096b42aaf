import { Checkbox } from '@mantine/core'
import { useWords } from '../words/use-words.ts'
import { AddressField } from './address-field.tsx'
import { Changes, MovingTag } from './changes.tsx'
import { choicesOf, of, type PublishRow, seeingOf, type Target, tagsOf, versionOf } from './draft.ts'
import { SeeingLine } from './seeing-line.tsx'
import { OtherTag, TagChoices, VersionField } from './tag-fields.tsx'
import type { Publishing } from './use-publish.ts'

interface RowProps {
  publishing: Publishing
  row: PublishRow
  title: string
}

/** Where one image goes in each registry, and who will see it there. */
function Addresses({ publishing, row, title }: RowProps) {
  const { t } = useWords()
  const { draft, change, targets, several, known, nameOf } = publishing
  return targets.map((target) => {
    const path = publishing.pathOf(target, row)
    const place = nameOf(target)
    const key = of(target.key, path)
    return (
      <div key={target.key} className="publish-address">
        <AddressField
          target={target}
          place={place}
          path={path}
          owners={known.owners[target.key] ?? []}
          name={several ? t('publish.names.addressOf', { image: title, place }) : undefined}
          onPath={(typed) => change({ paths: { ...draft.paths, [of(target.key, row.id)]: typed } })}
        />
        {publishing.isNamed(target, row) && (
          <SeeingLine
            key={key}
            target={target}
            place={place}
            path={path}
            seeing={seeingOf(draft, target, path, known)}
            agreed={draft.agreed.has(key)}
            onVisibility={(visibility) => change({ visibility: { ...draft.visibility, [key]: visibility } })}
            onAgreed={(on) => {
              const agreed = new Set(draft.agreed)
              if (on) agreed.add(key)
              else agreed.delete(key)
              change({ agreed })
            }}
          />
        )}
      </div>
    )
  })
}

function Versions({ publishing, row, title, bare }: RowProps & { bare: boolean }) {
  const { t } = useWords()
  const { draft, change, targets, known, date } = publishing
  const version = versionOf(draft, row, known)
  const { named, tags, same } = publishing.thereOf(row)
  return (
    <>
      <VersionField
        bare={bare}
        label={bare ? t('publish.names.versionOf', { image: title }) : t('publish.names.version')}
        version={version}
        onVersion={(typed) => change({ versions: { ...draft.versions, [row.id]: typed } })}
      />
      <TagChoices
        label={t('publish.names.alsoOf', { image: title })}
        choices={choicesOf(draft, targets, row, known)}
        there={named}
        same={same}
        onTick={(tag, on) => change({ ticks: { ...draft.ticks, [of(row.id, tag)]: on } })}
      />
      <OtherTag
        version={version}
        labels={known.images.find(({ id }) => id === row.id)?.labels ?? {}}
        tags={tags}
        date={date}
        taken={tagsOf(draft, targets, row, known)}
        onAdd={(tag) =>
          change({
            extra: { ...draft.extra, [row.id]: [...(draft.extra[row.id] ?? []), tag] },
            ticks: { ...draft.ticks, [of(row.id, tag)]: true },
          })
        }
      />
    </>
  )
}

function Table({ publishing }: { publishing: Publishing }) {
  const { t } = useWords()
  const { all, draft, change, titleOf } = publishing
  return (
    <table className="publish-table">
      <caption className="visually-hidden">{t('publish.names.images')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('publish.names.image')}</th>
          <th scope="col">{t('publish.names.where')}</th>
          <th scope="col">{t('publish.names.version')}</th>
        </tr>
      </thead>
      <tbody>
        {all.map((row) => {
          const title = titleOf(row)
          const taken = !draft.left.has(row.id)
          return (
            <tr key={row.id}>
              <th scope="row">
                <Checkbox
                  checked={taken}
                  label={title}
                  aria-label={t('publish.names.take', { image: title })}
                  onChange={(event) => {
                    const left = new Set(draft.left)
                    if (event.currentTarget.checked) left.delete(row.id)
                    else left.add(row.id)
                    change({ left })
                  }}
                />
              </th>
              <td>{taken && <Addresses publishing={publishing} row={row} title={title} />}</td>
              <td>{taken && <Versions publishing={publishing} row={row} title={title} bare />}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** What will change at each registry, and what becomes of former images that have no other name. */
export function AllChanges({ publishing, choosing }: { publishing: Publishing; choosing: boolean }) {
  const { t } = useWords()
  const { targets, draft, change, several, rows, titleOf, nameOf } = publishing
  const titles = several ? new Map(rows.map((row) => [row.id, titleOf(row)])) : undefined
  return targets.map((target: Target) => {
    const moves = publishing.movesAt(target)
    const asked = moves.filter(({ type, keepAs }) => type === 'moves' && keepAs !== undefined)
    return (
      <div key={target.key} className="publish-changes">
        {choosing &&
          asked.map((move) => (
            <MovingTag
              key={move.name}
              move={move}
              onChoice={(choice) => change({ moves: { ...draft.moves, [of(target.key, move.name)]: choice } })}
            />
          ))}
        {publishing.clashesAt(target).map((name) => (
          <p key={name} className="notice notice-warn">
            {t('publish.names.clash', { name })}
          </p>
        ))}
        <Changes place={nameOf(target)} moves={moves} state={publishing.stateAt(target)} titles={titles} />
      </div>
    )
  })
}

/** Under which names the images will be there: one in full, several in a table. */
export function StepNames({ publishing }: { publishing: Publishing }) {
  const { t } = useWords()
  const { all, rows, titleOf } = publishing
  const [only] = all
  return (
    <>
      {all.length > 1 ? (
        <Table publishing={publishing} />
      ) : (
        only && (
          <>
            <Addresses publishing={publishing} row={only} title={titleOf(only)} />
            <Versions publishing={publishing} row={only} title={titleOf(only)} bare={false} />
          </>
        )
      )}
      {rows.length === 0 ? (
        <p className="notice notice-warn">{t('publish.names.noneLeft')}</p>
      ) : (
        <AllChanges publishing={publishing} choosing />
      )}
    </>
  )
}
