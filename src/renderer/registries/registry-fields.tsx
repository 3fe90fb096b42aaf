import { Button, Checkbox, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { useWords } from '../words/use-words.ts'
import { type Field, type FieldProblem, hostTyped, isLoopback, type RegistryForm } from './registry-form.ts'

const PLAIN = { spellCheck: false, autoComplete: 'off', autoCapitalize: 'none' } as const
const ORDER: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error']

interface RegistryFieldsProps {
  form: RegistryForm
  /** The registry is in the list: its address stays. */
  fixed: boolean
  problem: { field: Field; problem: FieldProblem } | undefined
  onForm: (form: RegistryForm) => void
}

/** The certificate of an authority of the registry's own, pasted or from a file of this computer. */
function OwnAuthority({ form, problem, onForm }: RegistryFieldsProps) {
  const { t } = useWords()
  const file = useRef<HTMLInputElement>(null)
  return (
    <>
      <Textarea
        {...PLAIN}
        label={t('registry.ca')}
        description={t('registry.caHint')}
        inputWrapperOrder={ORDER}
        placeholder="-----BEGIN CERTIFICATE-----"
        rows={4}
        value={form.ca}
        error={problem?.field === 'ca' && t(problem.problem)}
        onChange={(event) => onForm({ ...form, ca: event.currentTarget.value })}
      />
      <input
        ref={file}
        type="file"
        hidden
        accept=".pem,.crt,.cer"
        aria-label={t('registry.caFile')}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0]
          void chosen?.text().then((ca) => onForm({ ...form, ca }))
        }}
      />
      <Button variant="default" size="compact-sm" onClick={() => file.current?.click()}>
        {t('registry.caFile')}
      </Button>
    </>
  )
}

/** Where a registry is, who one is there, and what its connection needs. */
export function RegistryFields(props: RegistryFieldsProps) {
  const { form, fixed, problem, onForm } = props
  const { t } = useWords()
  const errorOf = (field: Field) => problem?.field === field && t(problem.problem)
  const host = hostTyped(form.address)
  const local = host !== undefined && isLoopback(host)
  return (
    <>
      <TextInput
        {...PLAIN}
        {...(fixed ? { readOnly: true } : { 'data-autofocus': true })}
        label={t('registry.host')}
        description={t('registry.hostHint')}
        inputWrapperOrder={ORDER}
        value={form.address}
        error={errorOf('address')}
        onChange={(event) => onForm({ ...form, address: event.currentTarget.value })}
      />
      <div className="fields-two">
        <TextInput
          {...PLAIN}
          {...(fixed ? { 'data-autofocus': true } : {})}
          label={t('registry.user')}
          description={t('registry.userHint')}
          inputWrapperOrder={ORDER}
          value={form.username}
          error={errorOf('username')}
          onChange={(event) => onForm({ ...form, username: event.currentTarget.value })}
        />
        <PasswordInput
          label={t('registry.password')}
          description={t('registry.passwordHint')}
          inputWrapperOrder={ORDER}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('computer.showPassword'), tabIndex: 0 }}
          value={form.password}
          error={errorOf('password')}
          onChange={(event) => onForm({ ...form, password: event.currentTarget.value })}
        />
      </div>
      <details className="fold" {...(form.plain || form.ca !== '' ? { open: true } : {})}>
        <summary>{t('registry.connection')}</summary>
        <div className="computer-form">
          {local ? (
            <p className="small muted">{t('registry.local')}</p>
          ) : (
            <Checkbox
              label={t('registry.plain')}
              description={t('registry.plainHint')}
              checked={form.plain}
              onChange={(event) => onForm({ ...form, plain: event.currentTarget.checked })}
            />
          )}
          <OwnAuthority {...props} />
        </div>
      </details>
    </>
  )
}
