import { IconBuilding, IconLock, IconQuestionMark, IconWorld } from '@tabler/icons-react'
import type { Visibility } from '../../shared/contract-portal.ts'
import { useWords } from '../words/use-words.ts'

const ICONS = { public: IconWorld, internal: IconBuilding, private: IconLock, unknown: IconQuestionMark } as const

/** Who sees a repository, in a word; the sentence behind it shows under the pointer. */
export function VisibilityBadge({ visibility }: { visibility: Visibility }) {
  const { t } = useWords()
  const Icon = ICONS[visibility]
  return (
    <span className="pill visibility" title={t(`repositories.${visibility}About`)}>
      <Icon size={14} aria-hidden />
      {t(`repositories.${visibility}`)}
    </span>
  )
}
