import { Button, PasswordInput, Radio, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useApi, useHost } from '../host.tsx'
import { tellFailure } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { type ComputerForm, type Field, type FieldProblem, type SignIn, withAddress } from './computer-form.ts'

interface FieldsProps {
  form: ComputerForm
  onForm: (form: ComputerForm) => void
  problem: { field: Field; problem: FieldProblem } | undefined
  /** A password is kept already: an empty field leaves it. */
  kept: boolean
  /** The field that has the focus when the sheet opens. */
  first: Field
  /** Takes each field, to focus the one to correct. */
  field: (name: Field) => (element: HTMLInputElement | null) => void
}

const WAYS: readonly SignIn[] = ['usual', 'key', 'password']
const WAY_WORDS = { usual: 'computer.usual', key: 'computer.key', password: 'computer.passwordWay' } as const
const HINTS = { key: 'computer.passphraseHint', password: 'computer.passwordHint' } as const
/** What the sheet's focus trap looks for. */
const AUTOFOCUS = { 'data-autofocus': true } as const
const PLAIN = { spellCheck: false, autoComplete: 'off', autoCapitalize: 'none' } as const
const ORDER: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error']

function KeyField({ form, onForm, problem, field }: FieldsProps) {
  const { t } = useWords()
  const { client } = useApi()
  const host = useHost()
  const browse = useMutation({
    mutationFn: async () => {
      const { paths } = await client.files.pick({ kind: 'open' })
      if (paths[0] !== undefined) onForm({ ...form, path: paths[0] })
    },
    onError: tellFailure,
  })
  return (
    <div className="folder-field">
      <TextInput
        {...PLAIN}
        ref={field('path')}
        label={t('computer.path')}
        description={t('computer.pathHint')}
        inputWrapperOrder={ORDER}
        value={form.path}
        error={problem?.field === 'path' && t(problem.problem)}
        onChange={(event) => onForm({ ...form, path: event.currentTarget.value })}
      />
      {host?.can.dialogs && (
        <Button variant="default" onClick={() => browse.mutate()}>
          {t('computer.browse')}
        </Button>
      )}
    </div>
  )
}

function SignInFields(props: FieldsProps) {
  const { form, onForm, problem, kept, first, field } = props
  const { t } = useWords()
  return (
    <>
      <Radio.Group
        label={t('computer.signIn')}
        value={form.signIn}
        onChange={(value) => onForm({ ...form, signIn: WAYS.find((way) => way === value) ?? 'usual' })}
      >
        <div className="radios radios-column">
          {WAYS.map((way) => (
            <Radio key={way} value={way} label={t(WAY_WORDS[way])} />
          ))}
        </div>
      </Radio.Group>
      {form.signIn === 'key' && <KeyField {...props} />}
      {form.signIn !== 'usual' && (
        <PasswordInput
          ref={field('password')}
          {...(first === 'password' ? AUTOFOCUS : {})}
          className="given-name"
          label={t(form.signIn === 'key' ? 'computer.passphrase' : 'computer.password')}
          description={t(kept ? 'computer.passwordKept' : HINTS[form.signIn])}
          inputWrapperOrder={ORDER}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('computer.showPassword'), tabIndex: 0 }}
          value={form.password}
          error={problem?.field === 'password' && t(problem.problem)}
          onChange={(event) => onForm({ ...form, password: event.currentTarget.value })}
        />
      )}
    </>
  )
}

/** Where a computer is and how to sign in there. */
export function ComputerFields(props: FieldsProps) {
  const { form, onForm, problem, first, field } = props
  const { t } = useWords()
  const errorOf = (name: Field) => problem?.field === name && t(problem.problem)
  return (
    <>
      <div className="fields-address">
        <TextInput
          {...PLAIN}
          ref={field('host')}
          {...(first === 'host' ? AUTOFOCUS : {})}
          label={t('computer.host')}
          description={t('computer.hostHint')}
          inputWrapperOrder={ORDER}
          value={form.host}
          error={errorOf('host')}
          onChange={(event) => onForm({ ...form, host: event.currentTarget.value })}
          onBlur={() => onForm(withAddress(form, form.host))}
        />
        <TextInput
          {...PLAIN}
          ref={field('port')}
          label={t('computer.port')}
          description={t('computer.portHint')}
          inputWrapperOrder={ORDER}
          inputMode="numeric"
          value={form.port}
          error={errorOf('port')}
          onChange={(event) => onForm({ ...form, port: event.currentTarget.value })}
        />
      </div>
      <div className="fields-two">
        <TextInput
          {...PLAIN}
          ref={field('user')}
          label={t('computer.user')}
          description={t('computer.userHint')}
          inputWrapperOrder={ORDER}
          value={form.user}
          error={errorOf('user')}
          onChange={(event) => onForm({ ...form, user: event.currentTarget.value })}
        />
        <TextInput
          {...PLAIN}
          label={t('computer.name')}
          description={t('computer.nameHint')}
          inputWrapperOrder={ORDER}
          value={form.name}
          onChange={(event) => onForm({ ...form, name: event.currentTarget.value })}
        />
      </div>
      <SignInFields {...props} />
    </>
  )
}
