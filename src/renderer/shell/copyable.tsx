import { ActionIcon, Button, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useWords } from '../words/use-words.ts'

/** A value that is read by eye and copied by a button, in one line. */
export function Copyable({ what, value }: { what: string; value: string }) {
  const { t } = useWords()
  return (
    <span className="copyable">
      <code>{value}</code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            size={24}
            aria-label={copied ? t('common.copied') : t('common.copyWhat', { what })}
            onClick={copy}
          >
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </span>
  )
}

/** A command to type in a terminal, and the button that copies it. */
export function CommandBox({ line }: { line: string }) {
  const { t } = useWords()
  return (
    <div className="command-box">
      <code className="command">{line}</code>
      <CopyButton value={line}>
        {({ copied, copy }) => (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={copied ? t('common.copied') : t('common.copyWhat', { what: t('common.command') })}
            onClick={copy}
          >
            {copied ? t('common.copied') : t('common.copy')}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}
