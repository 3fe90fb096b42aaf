import { NativeSelect } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useApi } from '../host.tsx'
import { tellFailure } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { usePreferences } from './backup-store.ts'

const CHOICES = [1, 3, 5, 10]
/** As the contract has it: no limit. */
const ALL = 0

/** How many versions before are kept of a name. */
export function KeepPreference() {
  const { t } = useWords()
  const { queries } = useApi()
  const keep = usePreferences((state) => state.keepBackups)
  const set = useMutation(queries.preferences.set.mutationOptions({ onError: tellFailure }))
  if (keep === undefined) return null
  const own = keep === ALL || CHOICES.includes(keep) ? [] : [keep]
  const values = [...CHOICES, ...own].sort((left, right) => left - right)
  return (
    <NativeSelect
      className="given-name"
      label={t('kept.keep')}
      description={t('kept.keepHint')}
      inputWrapperOrder={['label', 'input', 'description']}
      value={String(keep)}
      onChange={(event) => set.mutate({ keepBackups: Number(event.currentTarget.value) })}
      data={[
        ...values.map((value) => ({ value: String(value), label: t('kept.keepLast', { count: value }) })),
        { value: String(ALL), label: t('kept.keepAll') },
      ]}
    />
  )
}
