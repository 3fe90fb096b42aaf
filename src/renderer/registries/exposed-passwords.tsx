import type { KnownSignIn, KnownSignIns } from '../../shared/contract-accounts.ts'
import { registryName } from '../../shared/presets.ts'
import { CommandBox } from '../shell/copyable.tsx'
import { useWords } from '../words/use-words.ts'

interface ExposedProps {
  /** All of one file. */
  signIns: readonly KnownSignIn[]
  remedy: KnownSignIns['remedy']
}

/** docker's name for Docker Hub is no argument: without one it is meant. */
function commands(verb: 'login' | 'logout', signIns: readonly KnownSignIn[]): string[] {
  const lines = signIns.map(({ host, from }) =>
    host === 'docker.io' && from === 'docker' ? `${from} ${verb}` : `${from} ${verb} ${host}`,
  )
  return [...new Set(lines)]
}

function Commands({ lines }: { lines: readonly string[] }) {
  return lines.map((line) => <CommandBox key={line} line={line} />)
}

function DockerRemedy({ signIns, remedy }: ExposedProps) {
  const { t } = useWords()
  return (
    <>
      {!remedy.installed && (
        <p>{t('accounts.exposedInstall', { program: `docker-credential-${remedy.credsStore}` })}</p>
      )}
      <p>{t('accounts.exposedLine', { file: signIns[0]?.file ?? '' })}</p>
      <CommandBox line={`"credsStore": "${remedy.credsStore}",`} />
      <p>{t('accounts.exposedLogin')}</p>
      <Commands lines={commands('login', signIns)} />
    </>
  )
}

/** Passwords that lie readable in a file of docker or podman: which, why that matters, and the way out. */
export function ExposedPasswords(props: ExposedProps) {
  const { signIns } = props
  const { t, language } = useWords()
  const names = [...new Set(signIns.map(({ host }) => registryName(host)))]
  const hosts = new Intl.ListFormat(language).format(names)
  return (
    <section className="notice notice-warn" aria-label={t('accounts.exposedTitle', { hosts })}>
      <div className="notice-body">
        <p>
          <strong>{t('accounts.exposedTitle', { hosts })}</strong>
        </p>
        <details className="fold">
          <summary>{t('accounts.exposedHow')}</summary>
          <div className="steps">
            <p>{t('accounts.exposed', { count: names.length, file: signIns[0]?.file ?? '' })}</p>
            {signIns[0]?.from === 'docker' ? (
              <DockerRemedy {...props} />
            ) : (
              <>
                <p>{t('accounts.exposedPodman')}</p>
                <Commands lines={commands('logout', signIns)} />
              </>
            )}
            <p className="muted">{t('accounts.exposedAlso')}</p>
          </div>
        </details>
      </div>
    </section>
  )
}
