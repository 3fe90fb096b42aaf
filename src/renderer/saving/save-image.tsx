import type { ImageRow } from '../../shared/contract.ts'
import { splitName } from '../../shared/reference.ts'
import { nameKey } from '../loading/load-choices.ts'
import { NameToggle } from '../loading/load-image.tsx'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'

interface SaveImageProps {
  row: ImageRow
  /** Names left behind, `id name`. */
  off: ReadonlySet<string>
  onOff: (off: ReadonlySet<string>) => void
}

/** One image to save, and the names it takes along. */
export function SaveImage({ row, off, onOff }: SaveImageProps) {
  const { t, size } = useWords()
  const groups = [...Map.groupBy(row.names, (name) => splitName(name).repository)]
  const toggle = (name: string): void => {
    const next = new Set(off)
    if (!next.delete(nameKey(row.id, name))) next.add(nameKey(row.id, name))
    onOff(next)
  }
  const bare = row.names.every((name) => off.has(nameKey(row.id, name)))
  return (
    <li className="card">
      <div className="card-body">
        {groups.length === 0 && (
          <h4 className="card-title">
            {t('images.untagged')} <code>{shortId(row.id)}</code>
          </h4>
        )}
        {groups.map(([repository, names]) => (
          <div key={repository} className="card-names">
            <h4 className="card-title">{repository}</h4>
            {names.map((name) => (
              <NameToggle
                key={name}
                name={name}
                text={splitName(name).tag}
                label={t('save.nameChip', { name })}
                on={!off.has(nameKey(row.id, name))}
                onToggle={() => toggle(name)}
              />
            ))}
          </div>
        ))}
        <p className="small muted">
          {size(row.size)}
          {bare && ` · ${row.names.length === 0 ? t('save.noNames') : t('save.noNamesChosen')}`}
        </p>
      </div>
    </li>
  )
}
