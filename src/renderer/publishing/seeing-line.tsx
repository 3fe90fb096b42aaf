import { Checkbox, Radio } from '@mantine/core'
import { useState } from 'react'
import type { Visibility, VisibilityChoice } from '../../shared/contract-portal.ts'
import { WebLink } from '../shell/web-link.tsx'
import { useWords } from '../words/use-words.ts'
import { type Seeing, splitPath, type Target } from './draft.ts'

const PILLS: Readonly<Record<Visibility, string>> = {
  private: 'pill pill-good',
  internal: 'pill',
  public: 'pill pill-warn',
  unknown: 'pill',
}

interface SeeingLineProps {
  target: Target
  place: string
  path: string
  seeing: Seeing | undefined
  agreed: boolean
  onVisibility: (visibility: VisibilityChoice) => void
  onAgreed: (agreed: boolean) => void
}

/** Who will see a repository, and the choice there is where Caboteur makes it. */
export function SeeingLine({ target, place, path, seeing, agreed, onVisibility, onAgreed }: SeeingLineProps) {
  const { t } = useWords()
  const [changing, setChanging] = useState(false)
  if (!seeing) return <p className="hint">{t('publish.seen.asking', { place })}</p>
  const { standing, create, unsaid } = seeing
  const { creation, exists, namespace, privates } = standing
  const visibility = create ?? standing.visibility
  const choices = exists === false && creation.by === 'api' ? creation.choices : []
  const choosing = choices.length > 0 && (changing || create === undefined)
  const byHand = exists === false && creation.by === 'hand'
  const text = (): string => {
    if (create !== undefined) return t(`publish.seen.willBe.${create}`)
    if (byHand) return t('publish.seen.byHand')
    if (exists === false && creation.by === 'push') return t('publish.seen.byPush')
    if (visibility !== 'unknown') return t(`publish.seen.${visibility}Text`)
    return t(target.kind === 'distribution' ? 'publish.seen.ownText' : 'publish.seen.unknownText', { place })
  }
  return (
    <div className="seeing">
      <p className="seeing-line" aria-live="polite">
        {!(exists === false && visibility === 'unknown') && (
          <span className={PILLS[visibility]}>{t(`publish.seen.${visibility}`)}</span>
        )}{' '}
        <span className="small muted">{text()}</span>{' '}
        {choices.length > 1 && !choosing && (
          <button type="button" className="link small" onClick={() => setChanging(true)}>
            {t('publish.seen.change')}
          </button>
        )}
        {byHand && creation.page !== undefined && <WebLink href={creation.page}>{t('publish.seen.openPage')}</WebLink>}
      </p>
      {exists === false && visibility === 'unknown' && target.kind === 'distribution' && (
        <p className="small muted">{t('publish.seen.ownText')}</p>
      )}
      {create === 'private' && privates && <p className="small muted">{t('publish.seen.quota', privates)}</p>}
      {namespace === 'other' && (
        <p className="notice notice-warn small">{t('publish.seen.other', { owner: splitPath(path).owner || path })}</p>
      )}
      {choosing && (
        <Radio.Group
          label={t('publish.seen.who', { path })}
          value={create ?? ''}
          onChange={(value) => onVisibility(value === 'public' ? 'public' : 'private')}
        >
          <div className="radios radios-column">
            {choices.map((choice) => (
              <Radio key={choice} value={choice} label={t(`publish.seen.choose.${choice}`)} />
            ))}
          </div>
        </Radio.Group>
      )}
      {exists === false && creation.by === 'push' && creation.visibility === 'public' && (unsaid || agreed) && (
        <Checkbox
          checked={agreed}
          label={t('publish.seen.mayBePublic')}
          onChange={(event) => onAgreed(event.currentTarget.checked)}
        />
      )}
    </div>
  )
}
