import { Button } from '@mantine/core'
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { Transfer } from '../../shared/contract.ts'
import { useApi } from '../host.tsx'
import { usePlaceName } from '../places/place-names.ts'
import { tellFailure } from '../shell/ui.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { CancelButton, TransferProgress, TransferRow } from './transfer-row.tsx'
import { useTransfers } from './transfer-store.ts'
import { currentTransfer, isEnded, progressWords, transferTitle } from './transfer-words.ts'

function counts(transfers: readonly Transfer[], current: Transfer | undefined, { t }: Words): string {
  const finished = transfers.filter(({ phase }) => phase === 'done').length
  const failed = transfers.filter(({ phase }) => phase === 'failed').length
  const waiting = transfers.filter(({ phase, id }) => phase === 'queued' && id !== current?.id).length
  return [
    ...(waiting > 0 ? [t('transfers.waiting', { count: waiting })] : []),
    ...(failed > 0 ? [t('transfers.failed', { count: failed })] : []),
    ...(finished > 0 ? [t('transfers.finished', { count: finished })] : []),
  ].join(', ')
}

function Current({ transfer }: { transfer: Transfer }) {
  const words = useWords()
  const nameOf = usePlaceName()
  const title = transferTitle(transfer, nameOf, words)
  return (
    <>
      <span className="bar-title">{title}</span>
      <TransferProgress transfer={transfer} title={title} />
      <span className="muted">{progressWords(transfer, words)}</span>
      <CancelButton transfer={transfer} title={title} />
    </>
  )
}

function Panel({ id, transfers }: { id: string; transfers: readonly Transfer[] }) {
  const { t } = useWords()
  const { queries } = useApi()
  const clear = useMutation(queries.copies.clear.mutationOptions({ onError: tellFailure }))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard.
    <section id={id} className="transfers-panel" aria-labelledby={`${id}-title`} tabIndex={0}>
      <h2 id={`${id}-title`} className="visually-hidden">
        {t('transfers.list')}
      </h2>
      {transfers.length === 0 && <p className="muted">{t('transfers.empty')}</p>}
      <ul className="plain">
        {transfers.toReversed().map((transfer) => (
          <TransferRow key={transfer.id} transfer={transfer} />
        ))}
      </ul>
      {transfers.some(isEnded) && (
        <Button size="compact-sm" variant="subtle" loading={clear.isPending} onClick={() => clear.mutate({})}>
          {t('transfers.clear')}
        </Button>
      )}
    </section>
  )
}

/** The bar at the bottom: what is under way, and everything of this run one click away. */
export function TransfersBar() {
  const words = useWords()
  const { t } = words
  const { transfers } = useTransfers()
  const [open, setOpen] = useState(false)
  const panel = useId()
  const title = useId()
  const current = currentTransfer(transfers)
  const last = transfers.at(-1)
  const nameOf = usePlaceName()
  const summary = counts(transfers, current, words)
  return (
    <section className="transfers" aria-labelledby={title} data-pane="transfers">
      {open && <Panel id={panel} transfers={transfers} />}
      <div className="transfers-bar">
        <h2 id={title} className="bar-heading">
          {t('transfers.title')}
        </h2>
        {current && <Current transfer={current} />}
        {!current && !last && <span className="muted">{t('transfers.none')}</span>}
        {!current && last && (
          <span className={last.phase === 'failed' ? 'bad' : 'muted'}>
            {transferTitle(last, nameOf, words)} · {t(`transfers.phase.${last.phase}`)}
          </span>
        )}
        <span className="spacer" />
        <Button
          size="compact-sm"
          variant="subtle"
          aria-expanded={open}
          {...(open ? { 'aria-controls': panel } : {})}
          rightSection={open ? <IconChevronDown size={16} aria-hidden /> : <IconChevronUp size={16} aria-hidden />}
          onClick={() => setOpen(!open)}
        >
          {open ? t('transfers.hide') : t('transfers.showAll')}
          {summary && ` (${summary})`}
        </Button>
      </div>
    </section>
  )
}
