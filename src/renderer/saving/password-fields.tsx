import { Checkbox, PasswordInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useWords } from '../words/use-words.ts'
import { strengthOf } from './password-strength.ts'

/** What protects a file, and whether the keychain is to have it. Goes with the sheet it was typed in. */
export interface Secret {
  readonly password: string
  readonly remember: boolean
}

/** A password that is being typed. It must be in no closure that a query or store holds: this hook's are the sheet's alone. */
export function useNewPassword() {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [remember, setRemember] = useState(false)
  const [shown, { toggle, close }] = useDisclosure(false)
  // Who sees what is typed need not type it twice.
  const sure = shown || password === again
  return {
    password,
    setPassword,
    again,
    setAgain,
    remember,
    setRemember,
    shown,
    toggle,
    /** Nothing of it is left. */
    clear: () => {
      setPassword('')
      setAgain('')
      setRemember(false)
      close()
    },
    differs: !sure && again !== '',
    secret: password !== '' && sure ? { password, remember } : undefined,
  }
}

export type NewPassword = ReturnType<typeof useNewPassword>

const PLAIN = { spellCheck: false, autoCapitalize: 'none', autoComplete: 'new-password' } as const

interface PasswordFieldsProps {
  on: boolean
  onOn: (on: boolean) => void
  typed: NewPassword
}

/** Whether a file is protected, and by which password: shown or typed twice, and how good it is in words. */
export function PasswordFields({ on, onOn, typed }: PasswordFieldsProps) {
  const { t } = useWords()
  const strength = strengthOf(typed.password)
  const toggle = { 'aria-label': t('protect.show'), tabIndex: 0 }
  return (
    <>
      <Checkbox
        label={t('protect.on')}
        description={t('protect.onHint')}
        checked={on}
        onChange={(event) => {
          typed.clear()
          onOn(event.currentTarget.checked)
        }}
      />
      {on && (
        <div className="password-fields">
          <div className="fields-two">
            <PasswordInput
              {...PLAIN}
              label={t('protect.password')}
              value={typed.password}
              visible={typed.shown}
              onVisibilityChange={typed.toggle}
              visibilityToggleButtonProps={toggle}
              onChange={(event) => typed.setPassword(event.currentTarget.value)}
            />
            {!typed.shown && (
              <PasswordInput
                {...PLAIN}
                label={t('protect.again')}
                value={typed.again}
                error={typed.differs && t('protect.differ')}
                visibilityToggleButtonProps={toggle}
                onVisibilityChange={typed.toggle}
                visible={false}
                onChange={(event) => typed.setAgain(event.currentTarget.value)}
              />
            )}
          </div>
          <p className={`small strength strength-${strength ?? 'none'}`} role="status">
            {strength && t(`protect.strength.${strength}`)}
          </p>
          <p className="notice notice-warn">{t('protect.lost')}</p>
          <Checkbox
            label={t('protect.remember')}
            description={t('protect.rememberHint')}
            checked={typed.remember}
            onChange={(event) => typed.setRemember(event.currentTarget.checked)}
          />
        </div>
      )}
    </>
  )
}
