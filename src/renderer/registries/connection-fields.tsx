import { Checkbox, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { fingerprint } from '../own/kit.ts'
import { Copyable } from '../shell/copyable.tsx'
import { useWords } from '../words/use-words.ts'
import { isLoopback } from './address.ts'
import { ORDER, PLAIN } from './field-manner.ts'
import { type Fields, remarkText } from './remark-of.tsx'
import { caConsent, hostOf, mayGoPlain } from './sign-in-form.ts'
import { TextFile } from './text-file.tsx'

/** What a test found that only a person can decide. */
export type Needed = 'plain' | 'ca'

interface ConnectionProps extends Fields {
  needed: Needed | undefined
}

/** HTTP without encryption: why not, and the consent for this one host. */
function WithoutProtection({ form, host, onForm }: Fields & { host: string }) {
  const { t } = useWords()
  return (
    <div className="consent">
      <h3>{t('accounts.plainTitle')}</h3>
      <p>{t('accounts.plainWhy', { host })}</p>
      <Checkbox
        label={t('accounts.plainConsent', { host })}
        checked={mayGoPlain(form)}
        onChange={(event) => onForm({ plainFor: event.currentTarget.checked ? host : undefined })}
      />
    </div>
  )
}

/**
 * Of a certificate; '' while it is none. Apart from the form: what is asked stays in a cache for a while, and with it all
 * that was in scope where it was asked.
 */
function useFingerprint(ca: string): string {
  const print = useQuery({
    queryKey: ['fingerprint', ca],
    queryFn: async () => await fingerprint(ca).catch(() => ''),
    enabled: ca !== '',
  })
  return print.data ?? ''
}

/** An authority of the registry's own: its certificate, what to compare, and the consent for this one host. */
function OwnAuthority({ form, host, remarks, onForm, onLeave }: Fields & { host: string }) {
  const { t } = useWords()
  const ca = form.ca.trim()
  const print = useFingerprint(ca)
  const remark = remarks.find(({ field }) => field === 'ca')
  return (
    <div className="consent">
      <h3>{t('accounts.caTitle')}</h3>
      <Textarea
        {...PLAIN}
        aria-label={t('accounts.caTitle')}
        description={t('accounts.caHint')}
        inputWrapperOrder={ORDER}
        placeholder="-----BEGIN CERTIFICATE-----"
        rows={4}
        value={form.ca}
        error={remark && remarkText(t, remark)}
        onChange={(event) => onForm({ ca: event.currentTarget.value })}
        onBlur={() => onLeave('ca')}
      />
      <div>
        <TextFile label={t('accounts.caFile')} accept=".pem,.crt,.cer" onText={(text) => onForm({ ca: text })} />
      </div>
      {print !== '' && (
        <>
          <p>{t('accounts.caWhy', { host })}</p>
          <Copyable what={t('own.joinPrint')} value={print} />
          <Checkbox
            label={t('accounts.caConsent', { host })}
            checked={form.caTrusted === caConsent(form)}
            onChange={(event) => onForm({ caTrusted: event.currentTarget.checked ? caConsent(form) : undefined })}
          />
        </>
      )}
    </div>
  )
}

/** What only some registries need of their connection, each with a consent of its own. Folded until it is needed. */
export function ConnectionFields({ needed, ...props }: ConnectionProps) {
  const { t } = useWords()
  const { form } = props
  const host = hostOf(form)
  const fold = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    if (needed) fold.current?.scrollIntoView({ block: 'nearest' })
  }, [needed])
  if (host === undefined) return null
  const open = needed !== undefined || form.plainFor !== undefined || form.ca !== ''
  return (
    <details ref={fold} className="fold" {...(open ? { open: true } : {})}>
      <summary>{t('accounts.connection')}</summary>
      <div className="computer-form">
        {needed && <p className="notice notice-warn">{t(`accounts.${needed}Needed`, { host })}</p>}
        {isLoopback(host) ? (
          <p className="small muted">{t('accounts.local')}</p>
        ) : (
          <WithoutProtection {...props} host={host} />
        )}
        <OwnAuthority {...props} host={host} />
      </div>
    </details>
  )
}
