import { Button, CopyButton, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { sentence } from '../../shared/error-sentences.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { useWords } from '../words/use-words.ts'

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
  /** Tries again what failed. */
  onRetry?: () => void
  /** Puts the notice away. */
  onDismiss?: () => void
  /** Whether it interrupts to be spoken; off where the failure was already told. */
  spoken?: boolean
}

/** What happened, what to do now, the button for it where there is one, and the raw text behind a fold. */
export function FailureNotice({ error, onRetry, onDismiss, spoken = true }: FailureNoticeProps) {
  const { t, language } = useWords()
  const { what, next } = sentence(error, language)
  return (
    <div className="notice notice-bad" {...(spoken ? { role: 'alert' } : {})}>
      <IconAlertTriangle className="notice-icon" aria-hidden size={20} />
      <div className="notice-body">
        <Text fw={600}>{what}</Text>
        {next && <Text>{next}</Text>}
        {(onRetry || onDismiss) && (
          <Group mt="xs" gap="xs">
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
        )}
        {error.raw && <RawDetails text={error.raw} />}
      </div>
    </div>
  )
}
