import { PasswordInput, Textarea, TextInput } from '@mantine/core'
import { presetOf } from '../../shared/presets.ts'
import { useWords } from '../words/use-words.ts'
import { ORDER, PLAIN } from './field-manner.ts'
import { type Fields, RemarkOf, useField } from './remark-of.tsx'
import { serviceKey, wayOf } from './sign-in-form.ts'
import { TextFile } from './text-file.tsx'

interface SecretFieldsProps extends Fields {
  /** An account is kept already: without a new secret its own stays. */
  kept: boolean
}

/** What is typed to sign in, as the way asks for it. */
export function SecretFields(props: SecretFieldsProps) {
  switch (wayOf(props.form).type) {
    case 'nobody':
      return null
    case 'password':
      return <NameAndSecret {...props} />
    case 'aws':
      return <AccessKeys {...props} />
    case 'google-key':
      return <JsonKey {...props} />
    case 'azure':
    case 'google-token':
      return <AccessToken {...props} />
  }
}

interface SecretProps extends SecretFieldsProps {
  label: string
  autofocus?: boolean
}

function Secret({ label, autofocus = false, ...props }: SecretProps) {
  const { t } = useWords()
  return (
    <PasswordInput
      {...PLAIN}
      {...(autofocus ? { 'data-autofocus': true } : {})}
      label={label}
      description={t(props.kept ? 'accounts.keptUnlessTyped' : 'accounts.keptInKeychain')}
      inputWrapperOrder={ORDER}
      visibilityToggleButtonProps={{ 'aria-label': t('accounts.show'), tabIndex: 0 }}
      {...useField(props)('secret')}
    />
  )
}

function NameAndSecret(props: SecretFieldsProps) {
  const { t } = useWords()
  const { form } = props
  const way = wayOf(form)
  const words = t(`presets.ways.${way.id}.user`, { defaultValue: '' })
  const first = presetOf(form.preset).address.type === 'fixed'
  return (
    <>
      <div className="fields-two">
        <TextInput
          {...PLAIN}
          {...(first && form.user === '' ? { 'data-autofocus': true } : {})}
          label={words}
          description={t(`presets.ways.${way.id}.userHint`, { defaultValue: '' })}
          inputWrapperOrder={ORDER}
          {...(way.userExample === undefined ? {} : { placeholder: way.userExample })}
          {...useField(props)('user')}
        />
        <Secret
          {...props}
          label={t(`presets.ways.${way.id}.secret`, { defaultValue: '' })}
          autofocus={form.user !== '' && form.secret === ''}
        />
      </div>
      <RemarkOf {...props} field="user" />
      <RemarkOf {...props} field="secret" />
    </>
  )
}

function AccessKeys(props: SecretFieldsProps) {
  const { t } = useWords()
  const field = useField(props)
  return (
    <>
      <div className="fields-two">
        <TextInput {...PLAIN} label={t('accounts.keyId')} placeholder="AKIA…" {...field('keyId')} />
        <Secret {...props} label={t('accounts.keySecret')} />
      </div>
      <RemarkOf {...props} field="keyId" />
      <RemarkOf {...props} field="secret" />
      <PasswordInput
        {...PLAIN}
        label={t('accounts.sessionToken')}
        description={t('accounts.sessionTokenHint')}
        inputWrapperOrder={ORDER}
        visibilityToggleButtonProps={{ 'aria-label': t('accounts.show'), tabIndex: 0 }}
        {...field('sessionToken')}
      />
    </>
  )
}

function JsonKey(props: SecretFieldsProps) {
  const { t } = useWords()
  const { form, kept, onForm, onLeave } = props
  const account = serviceKey(form.secret)
  return (
    <>
      <Textarea
        {...PLAIN}
        className="json-key"
        label={t('accounts.googleJson')}
        description={`${t('accounts.googleJsonHint')}. ${t(kept ? 'accounts.keptUnlessTyped' : 'accounts.keptInKeychain')}`}
        inputWrapperOrder={ORDER}
        rows={5}
        {...useField(props)('secret')}
      />
      <RemarkOf {...props} field="secret" />
      <div className="inline">
        <TextFile
          label={t('accounts.googleFile')}
          accept=".json,application/json"
          onText={(secret) => {
            onForm({ secret })
            onLeave('secret')
          }}
        />
        {account && <span role="status">{t('accounts.googleIs', account)}</span>}
      </div>
    </>
  )
}

function AccessToken(props: SecretFieldsProps) {
  const { t } = useWords()
  const { form, onForm } = props
  const azure = wayOf(form).type === 'azure'
  return (
    <>
      <Secret {...props} label={t('accounts.accessToken')} />
      <RemarkOf {...props} field="secret" />
      <p className="small muted">{t('accounts.accessTokenHour')}</p>
      {azure && (
        <TextInput
          {...PLAIN}
          label={t('accounts.tenant')}
          description={t('accounts.tenantHint')}
          inputWrapperOrder={ORDER}
          value={form.tenant}
          onChange={(event) => onForm({ tenant: event.currentTarget.value })}
        />
      )}
    </>
  )
}
