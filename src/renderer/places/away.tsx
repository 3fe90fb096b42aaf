import { Loader } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import type { EngineInfo } from '../../shared/contract.ts'
import { sentence } from '../../shared/error-sentences.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { RawDetails } from '../errors/failure-notice.tsx'
import { useHost } from '../host.tsx'
import { CommandBox } from '../shell/copyable.tsx'
import { useWords } from '../words/use-words.ts'
import { RemedyButton, StartNews } from './away-remedy.tsx'
import { isLocal } from './engines.ts'
import { permissionCommand, remedies } from './remedies.ts'

interface AwayProps {
  /** Undefined when no engine was found at all. */
  engine: EngineInfo | undefined
  error: ErrorData
  startable: boolean
}

/** A place that is not there: why, what to do, the button that does it, and what works all the same. */
export function Away({ engine, error, startable }: AwayProps) {
  const { t, language } = useWords()
  const host = useHost()
  const id = engine?.id ?? 'default'
  const { what, next } = sentence(error, language)
  const command = permissionCommand(error.code, !engine || isLocal(engine), host)
  const helps = remedies({ code: error.code, startable, added: engine?.kind === 'added', host })
  return (
    <section className="away" aria-label={what}>
      <IconPlugConnectedX size={40} stroke={1.4} aria-hidden className="muted" />
      <h2>{what}</h2>
      <p>{command === undefined ? next : t('away.denied')}</p>
      {command !== undefined && <CommandBox line={command} />}
      <div className="away-buttons">
        {helps.map((remedy, index) => (
          <RemedyButton key={remedy} remedy={remedy} engine={id} primary={index === 0} />
        ))}
      </div>
      <StartNews engine={id} />
      {error.raw && <RawDetails text={error.raw} />}
      <p className="muted">{t('away.still')}</p>
    </section>
  )
}

export function Connecting() {
  const { t } = useWords()
  return (
    <div className="away" role="status">
      <Loader aria-hidden />
      <p>{t('away.connecting')}</p>
    </div>
  )
}
