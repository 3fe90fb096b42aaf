import { Button } from '@mantine/core'
import type { RegistryPlace } from '../places/place-ref.ts'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { OutsideLink } from './outside-link.tsx'
import { useStanding } from './use-standing.ts'
import { VisibilityBadge } from './visibility-badge.tsx'

/** Above the versions of a repository: who sees it, and what it says of itself. What is not told leaves no gap. */
export function RepositoryAbout({ place, path }: { place: RegistryPlace; path: string }) {
  const { t } = useWords()
  const { data: standing } = useStanding(place, path)
  if (!standing) return null
  const { info, visibility, exists } = standing
  if (exists === false) return null
  return (
    <div className="repository-about">
      <VisibilityBadge visibility={info?.visibility ?? (exists === true ? visibility : 'unknown')} />
      {info?.pulls !== undefined && (
        <span className="muted small">{t('repositories.pullsCount', { count: info.pulls })}</span>
      )}
      {info?.description !== undefined && <span className="repository-words">{info.description}</span>}
      <span className="spacer" />
      {info?.pages.page !== undefined && <OutsideLink page={info.pages.page} label={t('repositories.page')} />}
      {info && (
        <Button size="compact-sm" variant="subtle" onClick={() => openSheet({ type: 'repository', place, path })}>
          {t('repositories.edit')}
        </Button>
      )}
    </div>
  )
}
