import { Loader } from '@mantine/core'
import { useConnection } from '../connect.ts'
import { useWords } from '../words/use-words.ts'

/** Calm words while the host cannot be reached; the page comes back by itself. */
export function ConnectionBanner() {
  const { t } = useWords()
  const lost = useConnection(({ state }) => state === 'lost')
  return (
    <div role="status">
      {lost && (
        <p className="banner">
          <Loader size="xs" color="currentColor" aria-hidden /> <strong>{t('shell.lost')}</strong>{' '}
          {!window.caboteur && t('shell.lostHint')}
        </p>
      )}
    </div>
  )
}
