import { Checkbox, TextInput } from '@mantine/core'
import { missingLabels, type OciLabel } from '../../shared/labels.ts'
import { useWords } from '../words/use-words.ts'
import { type PublishRow, splitPath, versionOf } from './draft.ts'
import type { Publishing } from './use-publish.ts'

interface LabelsFormProps {
  publishing: Publishing
  row: PublishRow
}

/** What can be told of an image from what is known of it here. */
function suggested({ draft, known, targets, pathOf }: Publishing, row: PublishRow): Partial<Record<OciLabel, string>> {
  const [target] = targets
  const created = known.images.find(({ id }) => id === row.id)?.created ?? 0
  return {
    title: target ? splitPath(pathOf(target, row)).repository : '',
    version: versionOf(draft, row, known),
    // The same each time: the same labels make the same image.
    created: created > 0 ? new Date(created).toISOString().replace('.000Z', 'Z') : '',
  }
}

/** Labels an image lacks, to be added on the way. */
export function LabelsForm({ publishing, row }: LabelsFormProps) {
  const { t } = useWords()
  const { draft, change, known, several, titleOf } = publishing
  const image = known.images.find(({ id }) => id === row.id)
  const missing = image && !image.artifact ? missingLabels(image.labels) : []
  if (missing.length === 0) return null
  const title = titleOf(row)
  const typed = draft.labels[row.id]
  const put = (labels: Partial<Record<OciLabel, string>> | undefined): void => {
    const { [row.id]: _, ...others } = draft.labels
    change({ labels: labels ? { ...others, [row.id]: labels } : others })
  }
  return (
    <div className="labels-form">
      <Checkbox
        checked={typed !== undefined}
        label={several ? t('publish.labels.addOf', { image: title }) : t('publish.labels.add')}
        onChange={(event) => {
          if (!event.currentTarget.checked) return put(undefined)
          const all = suggested(publishing, row)
          put(Object.fromEntries(missing.map((label) => [label, all[label] ?? ''])))
        }}
      />
      {typed && (
        <>
          <p className="notice notice-plain small">{t('publish.labels.what')}</p>
          <div className="fields-two">
            {missing.map((label) => {
              const name = t(`publish.labels.${label}`)
              return (
                <TextInput
                  key={label}
                  size="xs"
                  spellCheck={false}
                  autoComplete="off"
                  maxLength={1000}
                  label={several ? t('publish.labels.fieldOf', { label: name, image: title }) : name}
                  placeholder={t('publish.labels.empty')}
                  value={typed[label] ?? ''}
                  onChange={(event) => put({ ...typed, [label]: event.currentTarget.value })}
                />
              )
            })}
          </div>
        </>
      )}
    </div>
  )
}
