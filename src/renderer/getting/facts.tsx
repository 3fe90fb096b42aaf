import { IconExternalLink, IconRosetteDiscountCheck, IconStar } from '@tabler/icons-react'
import type { Badge as BadgeName, HubFind } from '../../shared/contract-get.ts'
import { useWords } from '../words/use-words.ts'
import type { Language } from '../words/words.ts'

/** Who stands behind an image. */
export function Badge({ badge }: { badge: BadgeName }) {
  const { t } = useWords()
  return (
    <span className={`badge badge-${badge}`} title={t(`getting.badgeHint.${badge}`)}>
      <IconRosetteDiscountCheck size={14} aria-hidden /> {t(`getting.badge.${badge}`)}
    </span>
  )
}

function compact(count: number, language: Language): string {
  return new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(count)
}

interface FactsProps {
  stars?: number | undefined
  pulls?: HubFind['pulls']
  /** Milliseconds since the epoch. */
  pushed?: number | undefined
  archived: boolean
}

/** How much an image is liked and used, and how alive it is. */
export function UseFacts({ stars, pulls, pushed, archived }: FactsProps) {
  const { t, ago, language } = useWords()
  return (
    <span className="use-facts small muted">
      {stars !== undefined && (
        <span>
          <IconStar size={13} aria-hidden /> {t('getting.stars', { count: stars })}
        </span>
      )}
      {pulls && (
        <span>{t(pulls.least ? 'getting.pullsLeast' : 'getting.pulls', { many: compact(pulls.count, language) })}</span>
      )}
      {pushed !== undefined && <span>{t('getting.pushed', { ago: ago(pushed) })}</span>}
      {archived && <span className="warn">{t('getting.archived')}</span>}
    </span>
  )
}

/** A page of the web, which opens outside of the app. */
export function WebLink({ href, text }: { href: string; text: string }) {
  const { t } = useWords()
  return (
    <a className="web-link" href={href} target="_blank" rel="noreferrer noopener">
      {text} <IconExternalLink size={14} aria-hidden />
      <span className="visually-hidden">{t('getting.newWindow')}</span>
    </a>
  )
}
