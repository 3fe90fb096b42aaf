import { Button, Progress } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconClock, IconTransfer } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { Transfer } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { usePlaceName } from '../places/place-names.ts'
import { tellFailure } from '../shell/ui.ts'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { TransferResult } from './transfer-result.tsx'
import { isEnded, percentOf, progressWords, transferTitle } from './transfer-words.ts'

export function TransferProgress({ transfer, title }: { transfer: Transfer; title: string }) {
  const { t } = useWords()
  const percent = percentOf(transfer)
  const waiting = transfer.phase === 'queued'
  return (
    <Progress
      className="transfer-progress"
      value={waiting ? 0 : (percent ?? 100)}
      animated={percent === undefined && !waiting}
      aria-label={t('transfers.progress', { what: title })}
    />
  )
}

export function CancelButton({ transfer, title }: { transfer: Transfer; title: string }) {
  const { t } = useWords()
  const { queries } = useApi()
  const cancel = useMutation(queries.copies.cancel.mutationOptions({ onError: tellFailure }))
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={t('transfers.cancelWhat', { what: title })}
      loading={cancel.isPending}
      disabled={transfer.phase === 'undoing'}
      onClick={() => cancel.mutate({ id: transfer.id })}
    >
      {t('transfers.cancel')}
    </Button>
  )
}

function RetryButton({ transfer, title }: { transfer: Transfer; title: string }) {
  const { t } = useWords()
  const { queries } = useApi()
  const retry = useMutation(queries.copies.retry.mutationOptions({ onError: tellFailure }))
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={t('transfers.retryWhat', { what: title })}
      loading={retry.isPending}
      disabled={retry.isSuccess}
      onClick={() => retry.mutate({ id: transfer.id })}
    >
      {t('common.retry')}
    </Button>
  )
}

function Layers({ layers }: { layers: Transfer['layers'] }) {
  const { t, size } = useWords()
  return (
    <details className="fold">
      <summary>{t('transfers.layers')}</summary>
      <ul className="transfer-layers">
        {layers.map(({ digest, diffId, done, size: whole }, index) => {
          const name = `${t('transfers.layer', { number: index + 1 })} ${shortId(diffId ?? digest ?? '')}`
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a layer may lack both digests; its place names it.
            <li key={index}>
              <span className="small">{name}</span>
              <Progress value={percentOf({ done, total: whole }) ?? 0} size="sm" aria-label={name} />
              <span className="small muted">
                {whole === undefined ? size(done) : t('transfers.bytesOf', { done: size(done), total: size(whole) })}
              </span>
            </li>
          )
        })}
      </ul>
    </details>
  )
}

function PhaseIcon({ phase }: { phase: Transfer['phase'] }) {
  switch (phase) {
    case 'done':
      return <IconCircleCheck className="good" size={20} aria-hidden />
    case 'failed':
      return <IconAlertTriangle className="bad" size={20} aria-hidden />
    case 'cancelled':
      return <IconCircleX className="muted" size={20} aria-hidden />
    case 'queued':
      return <IconClock className="muted" size={20} aria-hidden />
    case 'preparing':
    case 'copying':
    case 'storing':
    case 'checking':
    case 'undoing':
      return <IconTransfer className="accent" size={20} aria-hidden />
  }
}

/** One transfer in the panel: under way, waiting, or what came of it. */
export function TransferRow({ transfer }: { transfer: Transfer }) {
  const words = useWords()
  const nameOf = usePlaceName()
  const title = transferTitle(transfer, nameOf, words)
  const ended = isEnded(transfer)
  return (
    <li className="transfer">
      <div className="transfer-head">
        <PhaseIcon phase={transfer.phase} />
        <h3 className="transfer-title">{title}</h3>
        <span className="muted small">
          {progressWords(transfer, words)}
          {transfer.endedAt !== undefined && ` · ${words.ago(transfer.endedAt)}`}
        </span>
        <span className="spacer" />
        {!ended && <CancelButton transfer={transfer} title={title} />}
        {(transfer.phase === 'failed' || transfer.phase === 'cancelled') && (
          <RetryButton transfer={transfer} title={title} />
        )}
      </div>
      {!ended && <TransferProgress transfer={transfer} title={title} />}
      {!ended && transfer.layers.length > 0 && <Layers layers={transfer.layers} />}
      {transfer.error && transfer.phase !== 'cancelled' && <FailureNotice error={transfer.error} spoken={false} />}
      {transfer.result && (
        <TransferResult id={transfer.id} from={transfer.from} to={transfer.to} result={transfer.result} />
      )}
    </li>
  )
}
