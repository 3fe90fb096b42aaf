import { Checkbox } from '@mantine/core'
import { useWords } from '../words/use-words.ts'
import type { Copy } from './use-copy.ts'

/** What may go along with the images, and what another computer may be told for it. */
export function ExtraFields({ extras }: { extras: Copy['extras'] }) {
  const { t } = useWords()
  const { mayRefer, referrers, setReferrers, letIn, engineMaySignIn, setEngineMaySignIn } = extras
  return (
    <>
      {mayRefer && (
        <Checkbox
          label={t('copy.referrers')}
          description={t('copy.referrersHint')}
          checked={referrers}
          onChange={(event) => setReferrers(event.currentTarget.checked)}
        />
      )}
      {letIn !== undefined && (
        <Checkbox
          label={t('copy.engineSignIn', { host: letIn })}
          description={t('copy.engineSignInHint')}
          checked={engineMaySignIn}
          onChange={(event) => setEngineMaySignIn(event.currentTarget.checked)}
        />
      )}
    </>
  )
}
