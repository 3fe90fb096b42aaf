import { Button, CopyButton } from '@mantine/core'
import { IconCheck, IconCircleCheck, IconCopy } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { Transfer } from '../../shared/contract.ts'
import type { Visibility } from '../../shared/contract-portal.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { Copyable } from '../shell/copyable.tsx'
import { CancelButton, TransferProgress } from '../transfers/transfer-row.tsx'
import { useTransfers } from '../transfers/transfer-store.ts'
import { isEnded, progressWords } from '../transfers/transfer-words.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { of, type Target } from './draft.ts'
import { placed, readyMessage, type Sent } from './message.ts'
import type { Publishing, Start } from './use-publish.ts'

type Outcome = NonNullable<Start['started']>[number]

/** What was there already is good news; what went is said too. */
function weightWords({ moved, skipped }: NonNullable<Transfer['result']>, { t, size }: Words): string[] {
  if (moved === 0) return [t('publish.sending.allThere')]
  return [
    t('publish.sending.sent', { size: size(moved) }),
    ...(skipped > 0 ? [t('publish.sending.thereAlready', { size: size(skipped) })] : []),
  ]
}

function Result({ result }: { result: NonNullable<Transfer['result']> }) {
  const words = useWords()
  const { t } = words
  return (
    <>
      <p className="sent-head">
        <IconCircleCheck size={20} className="good" aria-hidden /> <strong>{t('publish.sending.online')}</strong>{' '}
        <span className="small muted">{weightWords(result, words).join(' ')}</span>
      </p>
      <ul className="sent-images">
        {result.images.map(({ id, names, digest }) => (
          <li key={id}>
            <p>{names.join(', ')}</p>
            {digest !== undefined && (
              <p className="small">
                {t('publish.sending.fingerprint')} <Copyable what={t('publish.sending.fingerprint')} value={digest} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

interface RunProps {
  outcome: Outcome
  transfer: Transfer | undefined
  title: string
  onRetried: (id: string) => void
}

function Run({ outcome, transfer, title, onRetried }: RunProps) {
  const words = useWords()
  const { t } = words
  const { queries } = useApi()
  const retry = useMutation(queries.copies.retry.mutationOptions({ onSuccess: ({ id }) => onRetried(id) }))
  const failed = transfer?.phase === 'failed' || transfer?.phase === 'cancelled'
  const made = (outcome.type === 'refused' || failed) && outcome.created.length > 0
  return (
    <>
      {outcome.type === 'refused' && <FailureNotice error={outcome.error} />}
      {transfer?.result && <Result result={transfer.result} />}
      {transfer && !isEnded(transfer) && (
        <>
          <p className="sending-line">
            <span>{progressWords(transfer, words)}</span>
            <span className="spacer" />
            <CancelButton transfer={transfer} title={title} />
          </p>
          <TransferProgress transfer={transfer} title={title} />
        </>
      )}
      {failed && (
        <>
          {transfer.error && transfer.phase === 'failed' ? (
            <FailureNotice error={transfer.error} />
          ) : (
            <p>{progressWords(transfer, words)}</p>
          )}
          <div>
            <Button
              size="compact-sm"
              variant="default"
              loading={retry.isPending}
              onClick={() => retry.mutate({ id: transfer.id })}
            >
              {t('publish.sending.again')}
            </Button>
          </div>
          {retry.error && <FailureNotice error={asFailure(retry.error)} />}
        </>
      )}
      {made &&
        outcome.created.map((path) => (
          <p key={path} className="small muted">
            {t('publish.sending.made', { path })}
          </p>
        ))}
    </>
  )
}

/** Who sees a repository now that something was sent to it. */
function visibilityOf({ known, draft }: Publishing, target: Target, path: string): Visibility {
  const standing = known.standing[of(target.key, path)]
  if (!standing) return 'unknown'
  if (standing.exists === false && standing.creation.by === 'api') {
    const chosen = draft.visibility[of(target.key, path)]
    return chosen ?? (standing.creation.choices.includes('private') ? 'private' : 'public')
  }
  return standing.visibility
}

function sentTo(publishing: Publishing, target: Target, transfer: Transfer | undefined): Sent[] {
  const { host } = target.place
  return (transfer?.result?.images ?? []).flatMap(({ names, digest }) => {
    const [first] = names
    if (first === undefined || digest === undefined) return []
    const { path } = placed(first, host)
    const row = publishing.rows.find((one) => publishing.pathOf(target, one) === path) ?? publishing.rows[0]
    return [
      {
        host,
        path,
        tags: names.map((name) => placed(name, host).tag),
        digest,
        visibility: visibilityOf(publishing, target, path),
        image: publishing.known.images.find(({ id }) => id === row?.id),
      },
    ]
  })
}

interface StepSendProps {
  publishing: Publishing
  outcomes: readonly Outcome[]
  /** Ids of the copies, one for each target; another one after another try. */
  ids: readonly (string | undefined)[]
  onRetried: (index: number, id: string) => void
}

/** What is on its way, what is online, and the message for whoever is to get it. */
export function StepSend({ publishing, outcomes, ids, onRetried }: StepSendProps) {
  const words = useWords()
  const { t } = words
  const { targets, nameOf } = publishing
  const transfers = useTransfers((state) => state.transfers)
  const own = targets.map((_, index) => transfers.find(({ id }) => id === ids[index]))
  const going = own.some((transfer) => transfer && !isEnded(transfer))
  const sent = targets.flatMap((target, index) => sentTo(publishing, target, own[index]))
  const whole = own.every((transfer) => transfer?.phase === 'done')
  const message = sent.length > 0 && !going ? readyMessage(sent, words) : undefined
  return (
    <>
      <p className="summary" role="status">
        {going || own.every((transfer) => transfer === undefined && outcomes.some(({ type }) => type === 'started'))
          ? t('publish.sending.started')
          : t(whole ? 'publish.sending.doneAll' : 'publish.sending.doneSome')}
      </p>
      {targets.map((target, index) => {
        const outcome = outcomes[index]
        return (
          outcome && (
            <section key={target.key} className="sending">
              <h3>{nameOf(target)}</h3>
              <Run
                outcome={outcome}
                transfer={own[index]}
                title={nameOf(target)}
                onRetried={(id) => onRetried(index, id)}
              />
            </section>
          )
        )
      })}
      {message !== undefined && (
        <section className="message" aria-labelledby="publish-message">
          <div className="message-head">
            <h3 id="publish-message">{t('publish.sending.message')}</h3>
            <CopyButton value={message}>
              {({ copied, copy }) => (
                <Button
                  leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
                  onClick={copy}
                >
                  {copied ? t('common.copied') : t('publish.sending.copyMessage')}
                </Button>
              )}
            </CopyButton>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard. */}
          <pre className="raw message-text" tabIndex={0}>
            {message}
          </pre>
        </section>
      )}
    </>
  )
}
