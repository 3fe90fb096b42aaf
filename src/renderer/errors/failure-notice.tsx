import { Button, CopyButton, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { PlaceRef } from '../../shared/contract.ts'
import { sentence } from '../../shared/error-sentences.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { useWords } from '../words/use-words.ts'
import { RegistryRemedyButton } from './remedy-button.tsx'

/** The text another program gave, folded away and copyable. */
export function RawDetails({ text }: { text: string }) {
  const { t } = useWords()
  return (
    <details className="fold">
      <summary>{t('common.details')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard. */}
      <pre className="raw" tabIndex={0}>
        {text}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" onClick={copy}>
            {copied ? t('common.copied') : t('common.copy')}
          </Button>
        )}
      </CopyButton>
    </details>
  )
}

interface FailureNoticeProps {
  error: ErrorData
  /** The place it is about, where the error alone does not tell which account's. */
  place?: PlaceRef | undefined
  /** Tries again what failed. */
  onRetry?: () => void
  /** Puts the notice away. */
  onDismiss?: () => void
  /** Whether it interrupts to be spoken; off where the failure was already told. */
  spoken?: boolean
}

/** What happened, what to do now, the button for it where there is one, and the raw text behind a fold. */
export function FailureNotice({ error, place, onRetry, onDismiss, spoken = true }: FailureNoticeProps) {
  const { t, language } = useWords()
  const { what, next } = sentence(error, language)
  return (
    <div className="notice notice-bad" {...(spoken ? { role: 'alert' } : {})}>
      <IconAlertTriangle className="notice-icon" aria-hidden size={20} />
      <div className="notice-body">
        <Text fw={600}>{what}</Text>
        {next && <Text>{next}</Text>}
        <Group mt="xs" gap="xs" className="notice-buttons">
          <RegistryRemedyButton error={error} place={place} />
          {onRetry && (
            <Button size="compact-sm" variant="default" onClick={onRetry}>
              {t('common.retry')}
            </Button>
          )}
          {onDismiss && (
            <Button size="compact-sm" variant="default" onClick={onDismiss}>
              {t('common.close')}
            </Button>
          )}
        </Group>
        {error.raw && <RawDetails text={error.raw} />}
      </div>
    </div>
  )
}
