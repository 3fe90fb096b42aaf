import { Button } from '@mantine/core'
import { presetOf } from '../../shared/presets.ts'
import { CommandBox } from '../shell/copyable.tsx'
import { WebLink } from '../shell/web-link.tsx'
import { useWords } from '../words/use-words.ts'
import type { Fields } from './remark-of.tsx'
import { linkedPage, wayOf } from './sign-in-form.ts'

/** Where what is typed below is made, and with which rights. */
export function WayGuide({ form, onForm }: Pick<Fields, 'form' | 'onForm'>) {
  const { t } = useWords()
  const preset = presetOf(form.preset)
  const way = wayOf(form)
  const page = linkedPage(form)
  const [token] = preset.ways
  return (
    <div className="notice notice-plain way-guide">
      <div className="notice-body">
        <p>{t(`presets.ways.${way.id}.how`)}</p>
        {way.rights.length > 0 && (
          <div>
            <p className="field-title">{t(form.preset === 'hub' ? 'accounts.rightsOne' : 'accounts.rights')}</p>
            <ul className="rights">
              {way.rights.map(({ name, use }) => (
                <li key={name}>
                  <code>{name}</code> <span className="muted">{t(`accounts.right.${use}`)}</span>
                </li>
              ))}
            </ul>
          </div>
        )}
        {way.command !== undefined && (
          <div>
            <p>{t('accounts.command')}</p>
            <CommandBox line={way.command} />
          </div>
        )}
        {page !== undefined && (
          <div>
            <WebLink button href={page}>
              {t('accounts.openPage')}
            </WebLink>
          </div>
        )}
        {way === token && preset.tokenOnly && <p className="muted small">{t('accounts.tokenWhy')}</p>}
        {/Password$/.test(way.id) && preset.tokenOnly && (
          <>
            <p>{t('accounts.tokenOnly')}</p>
            <div>
              <Button variant="default" size="compact-sm" onClick={() => onForm({ way: token.id })}>
                {t('accounts.tokenInstead')}
              </Button>
            </div>
          </>
        )}
      </div>
    </div>
  )
}
