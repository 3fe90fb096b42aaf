import { Button, CopyButton } from '@mantine/core'
import { IconCheck, IconCircleCheck, IconCopy } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { Plan, Transfer } from '../../shared/contract.ts'
import type { Visibility } from '../../shared/contract-portal.ts'
import type { Publishable } from '../../shared/contract-publish.ts'
import { labelKey, OCI_LABELS } from '../../shared/labels.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { Copyable } from '../shell/copyable.tsx'
import { CancelButton, TransferProgress } from '../transfers/transfer-row.tsx'
import { useTransfers } from '../transfers/transfer-store.ts'
import { isEnded, progressWords } from '../transfers/transfer-words.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { of, type PublishRow, type Target } from './draft.ts'
import { placed, readyMessage, type Sent } from './message.ts'
import type { Publishing, Start } from './use-publish.ts'

export type Outcome = NonNullable<Start['started']>[number]

/** What was there already is good news; what went is said too. Docker tells no sizes of layers as they are kept online. */
function weightWords(
  { moved, skipped }: NonNullable<Transfer['result']>,
  plan: Plan | undefined,
  { t, size }: Words,
): string[] {
  if (moved === 0) return [t('publish.sending.allThere')]
  const there = plan && plan.move < plan.total
  const some = there ? [t(plan.move * 2 < plan.total ? 'publish.sending.mostThere' : 'publish.sending.someThere')] : []
  return [
    t('publish.sending.sent', { size: size(moved) }),
    ...(skipped > 0 ? [t('publish.sending.thereAlready', { size: size(skipped) })] : some),
  ]
}

function Result({ result, plan }: { result: NonNullable<Transfer['result']>; plan: Plan | undefined }) {
  const words = useWords()
  const { t } = words
  return (
    <>
      <p className="sent-head">
        <IconCircleCheck size={20} className="good" aria-hidden /> <strong>{t('publish.sending.online')}</strong>{' '}
        <span className="small muted">{weightWords(result, plan, words).join(' ')}</span>
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
  publishing: Publishing
  index: number
  outcome: Outcome
  transfer: Transfer | undefined
  title: string
  onRestarted: (outcome: Outcome) => void
}

/** Another try: of a copy that failed as it was, of one that could not begin from the beginning. */
function Again({ publishing, index, outcome, transfer, onRestarted }: RunProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const { from, destinations } = publishing
  const { created } = outcome
  const retry = useMutation(
    queries.copies.retry.mutationOptions({ onSuccess: ({ id }) => onRestarted({ type: 'started', id, created }) }),
  )
  const restart = useMutation(
    queries.publish.start.mutationOptions({
      onSuccess: ([next]) => next && onRestarted({ ...next, created: [...new Set([...created, ...next.created])] }),
    }),
  )
  const destination = destinations[index]
  const error = retry.error ?? restart.error
  return (
    <>
      <div>
        <Button
          size="compact-sm"
          variant="default"
          loading={retry.isPending || restart.isPending}
          onClick={() => {
            if (transfer) retry.mutate({ id: transfer.id })
            else if (destination) restart.mutate({ from, destinations: [destination], published: [] })
          }}
        >
          {t('common.retry')}
        </Button>
      </div>
      {error && <FailureNotice error={asFailure(error)} />}
    </>
  )
}

function Run(props: RunProps) {
  const { publishing, index, outcome, transfer, title } = props
  const target = publishing.targets[index]
  const plan = target && publishing.planAt(target)
  const words = useWords()
  const { t } = words
  const cancelled = transfer?.phase === 'cancelled'
  const failure = outcome.type === 'refused' ? outcome.error : transfer?.error
  const over = outcome.type === 'refused' || cancelled || transfer?.phase === 'failed'
  return (
    <>
      {transfer?.result && <Result result={transfer.result} plan={plan} />}
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
      {cancelled && <p>{progressWords(transfer, words)}</p>}
      {failure && !cancelled && <FailureNotice error={failure} />}
      {over && <Again {...props} />}
      {over &&
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

/** An image with what it says of itself online, labels that were added among it. */
function describedAs({ known, draft }: Publishing, { id }: PublishRow): Publishable | undefined {
  const image = known.images.find((one) => one.id === id)
  const added = OCI_LABELS.flatMap((label) => {
    const text = draft.labels[id]?.[label] ?? ''
    return text.trim() === '' ? [] : [[labelKey(label), text] as const]
  })
  return image && { ...image, labels: { ...Object.fromEntries(added), ...image.labels } }
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
        image: row && describedAs(publishing, row),
      },
    ]
  })
}

interface StepSendProps {
  publishing: Publishing
  outcomes: readonly Outcome[]
  /** The copies, one for each target. */
  ids: readonly (string | undefined)[]
  onRestarted: (index: number, outcome: Outcome) => void
}

/** What is on its way, what is online, and the message for whoever is to get it. */
export function StepSend({ publishing, outcomes, ids, onRestarted }: StepSendProps) {
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
                publishing={publishing}
                index={index}
                outcome={outcome}
                transfer={own[index]}
                title={nameOf(target)}
                onRestarted={(next) => onRestarted(index, next)}
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
