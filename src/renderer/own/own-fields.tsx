import { Checkbox, PasswordInput, Radio, TextInput } from '@mantine/core'
import { useWords } from '../words/use-words.ts'
import type { OwnField, OwnTyped, problemOf } from './own-form.ts'

const PLAIN = { spellCheck: false, autoComplete: 'off', autoCapitalize: 'none' } as const
const ORDER: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error']

interface OwnFieldsProps {
  typed: OwnTyped
  problem: ReturnType<typeof problemOf>
  /** Images of a registry of this name are still there. */
  kept: boolean
  onTyped: (typed: OwnTyped) => void
}

/** What it is called, who reaches it, who is let in. */
export function OwnFields({ typed, problem, kept, onTyped }: OwnFieldsProps) {
  const { t } = useWords()
  const errorOf = (field: OwnField) => problem?.field === field && t(problem.problem)
  const text = (field: OwnField) => ({
    ...PLAIN,
    inputWrapperOrder: ORDER,
    value: typed[field],
    error: errorOf(field),
    onChange: (event: { currentTarget: { value: string } }) =>
      onTyped({ ...typed, [field]: event.currentTarget.value }),
  })
  return (
    <>
      <div className="fields-two">
        <TextInput {...text('name')} label={t('own.name')} description={t('own.nameHint')} />
        <TextInput {...text('port')} label={t('own.port')} inputMode="numeric" />
      </div>
      {kept && <p className="notice notice-plain">{t('own.keptData')}</p>}
      <Radio.Group
        label={t('own.mode')}
        value={typed.mode}
        onChange={(mode) => onTyped({ ...typed, mode: mode === 'cache' ? 'cache' : 'store' })}
      >
        <div className="radios radios-column">
          <Radio value="store" label={t('own.store')} />
          <Radio value="cache" label={t('own.cache')} />
        </div>
      </Radio.Group>
      <Radio.Group
        label={t('own.reach')}
        value={typed.reach}
        onChange={(reach) => onTyped({ ...typed, reach: reach === 'here' ? 'here' : 'network' })}
      >
        <div className="radios radios-column">
          <Radio value="network" label={t('own.network')} />
          <Radio value="here" label={t('own.here')} />
        </div>
      </Radio.Group>
      {typed.reach === 'network' && (
        <TextInput {...text('addresses')} label={t('own.addresses')} description={t('own.addressesHint')} />
      )}
      <Checkbox
        label={t('own.tls')}
        description={t(typed.tls ? 'own.tlsHint' : 'own.tlsOff')}
        checked={typed.tls}
        onChange={(event) => onTyped({ ...typed, tls: event.currentTarget.checked })}
      />
      {!typed.open && (
        <div className="fields-two">
          <TextInput {...text('user')} label={t('own.user')} />
          <PasswordInput
            {...text('password')}
            autoComplete="new-password"
            label={t('own.password')}
            description={t('own.passwordHint')}
            visibilityToggleButtonProps={{ 'aria-label': t('computer.showPassword'), tabIndex: 0 }}
          />
        </div>
      )}
      <Checkbox
        label={t('own.open')}
        description={t('own.openHint')}
        checked={typed.open}
        onChange={(event) => onTyped({ ...typed, open: event.currentTarget.checked })}
      />
    </>
  )
}
