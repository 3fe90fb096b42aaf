import { presetOf } from '../../shared/presets.ts'
import { CommandBox } from '../shell/copyable.tsx'
import { WebLink } from '../shell/web-link.tsx'
import { useWords } from '../words/use-words.ts'
import { linkedPage, type SignInForm, wayOf } from './sign-in-form.ts'

/** Where what is typed below is made, and with which rights. */
export function WayGuide({ form }: { form: SignInForm }) {
  const { t } = useWords()
  const preset = presetOf(form.preset)
  const way = wayOf(form)
  const page = linkedPage(form)
  const password = /Password$/.test(way.id)
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
        {preset.tokenOnly && way.type === 'password' && (
          <p className={password ? '' : 'muted small'}>{t(password ? 'accounts.tokenOnly' : 'accounts.tokenWhy')}</p>
        )}
      </div>
    </div>
  )
}
