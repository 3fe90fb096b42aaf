import { useMutation } from '@tanstack/react-query'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { askForFiles } from '../files/ask-files.ts'
import { useApi, useHost } from '../host.tsx'
import { dismissFailure, tellFailure, useUi } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

export function DropZone({ hint }: { hint: string }) {
  const { t } = useWords()
  const { client } = useApi()
  const host = useHost()
  const ask = useMutation({ mutationFn: () => askForFiles(client, host), onError: tellFailure })
  return (
    <button type="button" className="drop-zone" onClick={() => ask.mutate()}>
      <strong>{t('drop.title')}</strong>
      <span>{hint}</span>
    </button>
  )
}

/** What failed of something done on the page itself. */
export function PageFailures() {
  const failure = useUi((ui) => ui.failure)
  return failure && <FailureNotice error={failure} onDismiss={dismissFailure} />
}
