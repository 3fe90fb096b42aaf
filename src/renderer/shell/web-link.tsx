import { Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useWords } from '../words/use-words.ts'

interface WebLinkProps {
  href: string
  /** As a button; else as a link in the text. */
  button?: boolean
  children: ReactNode
}

/** A page on the web: it opens where the person reads pages, never in this window. */
export function WebLink({ href, button = false, children }: WebLinkProps) {
  const { t } = useWords()
  const leaving = <span className="visually-hidden"> {t('away.newWindow')}</span>
  if (button)
    return (
      <Button
        component="a"
        href={href}
        target="_blank"
        rel="noreferrer noopener"
        variant="default"
        size="compact-sm"
        rightSection={<IconExternalLink size={14} aria-hidden />}
      >
        {children}
        {leaving}
      </Button>
    )
  return (
    <a className="web-link" href={href} target="_blank" rel="noreferrer noopener">
      {children} <IconExternalLink size={13} aria-hidden />
      {leaving}
    </a>
  )
}
