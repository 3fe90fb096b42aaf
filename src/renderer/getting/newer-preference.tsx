import { Checkbox } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { usePreferences } from '../backups/backup-store.ts'
import { useApi } from '../host.tsx'
import { tellFailure } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

/** Whether registries are asked by themselves; off until the person wants it. */
export function NewerPreference() {
  const { t } = useWords()
  const { queries } = useApi()
  const on = usePreferences((state) => state.lookForNewer)
  const set = useMutation(queries.preferences.set.mutationOptions({ onError: tellFailure }))
  if (on === undefined) return null
  return (
    <Checkbox
      label={t('getting.newer.preference')}
      description={t('getting.newer.preferenceHint')}
      checked={on}
      onChange={(event) => set.mutate({ lookForNewer: event.currentTarget.checked })}
    />
  )
}
