import { Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useWords } from '../words/use-words.ts'

/** A page of the registry, for what is done there; it opens in the person's browser. */
export function OutsideLink({ page, label }: { page: string; label: string }) {
  const { t } = useWords()
  return (
    <Button
      component="a"
      href={page}
      target="_blank"
      rel="noreferrer noopener"
      variant="subtle"
      size="compact-sm"
      rightSection={<IconExternalLink size={14} aria-hidden />}
    >
      {label} <span className="visually-hidden">{t('repositories.newWindow')}</span>
    </Button>
  )
}
