import { useEffect, useRef } from 'react'
import type { HostKeys } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { CommandBox, Copyable } from '../shell/copyable.tsx'
import { useWords } from '../words/use-words.ts'

/** The file of a computer's own key, by its type as ssh names it: ED25519, ssh-rsa, ecdsa-sha2-nistp256. */
export function keyFile(type: string): string {
  const kind = ['ed25519', 'ecdsa', 'rsa'].find((name) => type.toLowerCase().includes(name)) ?? 'ed25519'
  return `/etc/ssh/ssh_host_${kind}_key.pub`
}

function Fingerprints({ keys }: Pick<HostKeys, 'keys'>) {
  return (
    <ul className="fingerprints">
      {keys.map(({ type, fingerprint }) => (
        <li key={fingerprint}>
          <span className="muted small">{type}</span> <Copyable what={fingerprint} value={fingerprint} />
        </li>
      ))}
    </ul>
  )
}

/** What a computer says it is, and what to compare that with; or the warning that it is another one than before. */
export function HostKeysView({ host, keys }: { host: string; keys: HostKeys }) {
  const { t } = useWords()
  const first = useRef<HTMLParagraphElement>(null)
  // Read before anything is pressed: the focus goes to the text, not to the button that trusts.
  useEffect(() => first.current?.focus(), [])
  if (keys.state === 'changed') {
    return (
      <>
        <FailureNotice error={{ code: 'ssh-host-changed', parts: { host } }} />
        {keys.keys.length > 0 && <p>{t('computer.showsNow')}</p>}
        <Fingerprints keys={keys.keys} />
      </>
    )
  }
  return (
    <>
      <p ref={first} tabIndex={-1} className="no-outline">
        {t('computer.shows', { host })}
      </p>
      <Fingerprints keys={keys.keys} />
      <p>{t('computer.compare')}</p>
      <CommandBox line={`ssh-keygen -lf ${keyFile(keys.keys[0]?.type ?? '')}`} />
      <p className="muted">{t('computer.why')}</p>
    </>
  )
}
