import { Button, Checkbox, Group, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useApi } from '../host.tsx'
import { useWords } from '../words/use-words.ts'
import type { Unlocking } from './use-archive.ts'

/** A password of the keychain, offered and not taken: somebody else may sit here. */
function KeptPassword({ path, onUse, onForgotten }: { path: string; onUse: () => void; onForgotten: () => void }) {
  const { t } = useWords()
  const { queries } = useApi()
  const forget = useMutation(queries.archives.forgetPassword.mutationOptions({ onSuccess: onForgotten }))
  return (
    <div className="notice">
      <div className="notice-body">
        <p>{t('protect.kept')}</p>
        <Group mt="xs" gap="xs">
          <Button size="compact-sm" variant="default" onClick={onUse}>
            {t('protect.useKept')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            loading={forget.isPending}
            onClick={() => forget.mutate({ path })}
          >
            {t('protect.forget')}
          </Button>
        </Group>
      </div>
    </div>
  )
}

interface PasswordAskProps {
  path: string
  /** The keychain has one for this file. */
  kept: boolean
  /** The one that was typed last opens nothing. */
  wrong: boolean
  busy: boolean
  onUnlock: (with_: Unlocking) => void
}

/** Asks for the password of a protected file, in the place where its images will be. */
export function PasswordAsk({ path, kept, wrong, busy, onUnlock }: PasswordAskProps) {
  const { t } = useWords()
  const [password, setPassword] = useState('')
  const [remember, setRemember] = useState(false)
  const [forgotten, setForgotten] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  // The sheet was there before it asked; and what was wrong is typed again in its place.
  useEffect(() => {
    field.current?.focus()
    if (!busy && wrong) field.current?.select()
  }, [busy, wrong])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (password !== '') onUnlock({ password, remember })
  }
  return (
    <form className="password-ask" onSubmit={submit}>
      <p>
        <strong>{t('protect.needed')}</strong> {t('protect.neededHint')}
      </p>
      {kept && !forgotten && (
        <KeptPassword path={path} onUse={() => onUnlock({ kept: true })} onForgotten={() => setForgotten(true)} />
      )}
      <div className="password-ask-line">
        <PasswordInput
          ref={field}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
          label={t('protect.password')}
          value={password}
          readOnly={busy}
          error={wrong && !busy && <span role="alert">{t('protect.wrong')}</span>}
          visibilityToggleButtonProps={{ 'aria-label': t('protect.show'), tabIndex: 0 }}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} disabled={password === ''}>
          {t('protect.open')}
        </Button>
      </div>
      <Checkbox
        label={t('protect.remember')}
        description={t('protect.rememberHint')}
        checked={remember}
        disabled={busy}
        onChange={(event) => setRemember(event.currentTarget.checked)}
      />
    </form>
  )
}
