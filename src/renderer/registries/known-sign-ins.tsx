import { Button, Checkbox } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { KnownSignIn } from '../../shared/contract-accounts.ts'
import { registryName } from '../../shared/presets.ts'
import { asFailure, failed } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { showPlace } from '../places/other-places.ts'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { ExposedPasswords } from './exposed-passwords.tsx'

/** As many are shown at once; more are behind a fold. */
const FEW = 3
const PROGRAMS = { docker: 'Docker', podman: 'Podman' } as const

interface LineProps {
  known: KnownSignIn
  busy: boolean
  onUse: () => void
}

function Line({ known, busy, onUse }: LineProps) {
  const { t } = useWords()
  const name = registryName(known.host)
  const from = PROGRAMS[known.from]
  const who = known.username === undefined ? t('accounts.knownToken') : t('accounts.knownAs', { user: known.username })
  const kept =
    known.helper === undefined
      ? t('accounts.knownFrom', { from })
      : t('accounts.knownFromHelper', { from, helper: known.helper })
  return (
    <li className="known-line">
      <span className="known-text">
        <strong>{name}</strong> {who}
        <span className="muted small"> · {kept}</span>
      </span>
      <Button variant="default" size="compact-sm" loading={busy} onClick={onUse}>
        {t('accounts.use')} <span className="visually-hidden">{t('accounts.useFor', { name: `${name} ${who}` })}</span>
      </Button>
    </li>
  )
}

/** What docker or podman has signed in to already and this app has not: offered before anything is typed. */
export function KnownSignIns({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const { client, queries } = useApi()
  const [keep, setKeep] = useState(false)
  const found = useQuery(queries.accounts.known.queryOptions({ input: {}, staleTime: 0 }))
  const use = useMutation({
    mutationFn: async ({ host, kind }: KnownSignIn) => {
      const asked = { registry: { host, kind, plain: false }, signIn: { type: 'docker' as const, keep } }
      const { signedIn } = await client.accounts.test(asked)
      if (signedIn.type === 'no') throw failed(signedIn.error)
      return await client.accounts.add(asked)
    },
    onSuccess: ({ place }) => {
      if (place.type !== 'registry') return
      const name = registryName(place.host)
      announce(t('accounts.addedAs', { name, user: place.account ?? '' }))
      showPlace(place)
      onClose()
    },
  })
  const all = found.data?.signIns ?? []
  const fresh = all.filter(({ added }) => !added)
  const exposed = all.filter((one) => one.exposed)
  const line = (known: KnownSignIn) => (
    <Line
      key={`${known.host} ${known.username} ${known.from}`}
      known={known}
      busy={use.isPending && use.variables === known}
      onUse={() => use.mutate(known)}
    />
  )
  return (
    <>
      {fresh.length > 0 && (
        <section className="notice notice-plain known" aria-label={t('accounts.knownTitle')}>
          <div className="notice-body">
            <p>
              <strong>{t('accounts.knownTitle')}</strong>
            </p>
            <p className="muted">
              {t(fresh.some(({ from }) => from === 'docker') ? 'accounts.knownAbout' : 'accounts.knownAboutPodman')}
            </p>
            <ul>{fresh.slice(0, FEW).map(line)}</ul>
            {fresh.length > FEW && (
              <details className="fold">
                <summary>{t('accounts.knownMore')}</summary>
                <ul>{fresh.slice(FEW).map(line)}</ul>
              </details>
            )}
            <Checkbox
              label={t('accounts.keep')}
              description={t('accounts.keepHint')}
              checked={keep}
              onChange={(event) => setKeep(event.currentTarget.checked)}
            />
            {use.error && <FailureNotice error={asFailure(use.error)} />}
          </div>
        </section>
      )}
      {found.data &&
        [...Map.groupBy(exposed, ({ file }) => file)].map(([file, signIns]) => (
          <ExposedPasswords key={file} signIns={signIns} remedy={found.data.remedy} />
        ))}
    </>
  )
}
