import { Button, CopyButton, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
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
  /** The button that does the next step. */
  action?: ReactNode
  /** Whether it interrupts to be spoken; off where the failure was already told. */
  spoken?: boolean
}

/** What happened, what to do now, the button for it, and the raw text behind a fold. */
export function FailureNotice({ error, action, spoken = true }: FailureNoticeProps) {
  const { language } = useWords()
  const { what, next } = sentence(error, language)
  return (
    <div className="notice notice-bad" {...(spoken ? { role: 'alert' } : {})}>
      <IconAlertTriangle className="notice-icon" aria-hidden size={20} />
      <div className="notice-body">
        <Text fw={600}>{what}</Text>
        {next && <Text>{next}</Text>}
        {action && <Group mt="xs">{action}</Group>}
        {error.raw && <RawDetails text={error.raw} />}
      </div>
    </div>
  )
}
