import type { Phase, PlaceRef, Transfer } from '../../shared/contract.ts'
import { splitName } from '../../shared/reference.ts'
import type { Words } from '../words/use-words.ts'

export function isEnded({ phase }: Pick<Transfer, 'phase'>): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'cancelled'
}

/** The transfer to show in the bar: the one at work, else the next in line. */
export function currentTransfer(transfers: readonly Transfer[]): Transfer | undefined {
  return (
    transfers.find((transfer) => !isEnded(transfer) && transfer.phase !== 'queued') ??
    transfers.find(({ phase }) => phase === 'queued')
  )
}

function spaced(name: string): string {
  const { repository, tag } = splitName(name)
  return tag === '' ? repository : `${repository} ${tag}`
}

/** `acme/boutique 2.4.1 → KINGSTON` */
export function transferTitle(transfer: Transfer, nameOf: (place: PlaceRef) => string, { t }: Words): string {
  const [first, ...others] = transfer.titles
  const what = [
    ...(first === undefined ? [t('common.images', { count: 0 })] : [spaced(first)]),
    ...(others.length > 0 ? [t('transfers.more', { count: others.length })] : []),
  ].join(' ')
  return t('transfers.title_to', { what, where: nameOf(transfer.to) })
}

const COUNTED: readonly Phase[] = ['copying', 'checking', 'storing', 'preparing']

/** What a transfer is at; only Docker stores by itself what it was sent. */
export function phaseWords({ phase, to }: Pick<Transfer, 'phase' | 'to'>, t: Words['t']): string {
  return phase === 'storing' && to.type !== 'engine' ? t('transfers.storingThere') : t(`transfers.phase.${phase}`)
}

/** `copy · 244 of 381 MB · 38 MB/s · 4 s left` */
export function progressWords(transfer: Transfer, { t, size, duration }: Words): string {
  const { phase, done, total, speed, left } = transfer
  const bytes =
    total === undefined || total === 0 ? size(done) : t('transfers.bytesOf', { done: size(done), total: size(total) })
  return [
    phaseWords(transfer, t),
    ...(COUNTED.includes(phase) && done > 0 ? [bytes] : []),
    ...(speed === undefined || isEnded(transfer) ? [] : [t('transfers.speed', { size: size(speed) })]),
    ...(left === undefined || isEnded(transfer) ? [] : [t('transfers.left', { time: duration(left) })]),
  ].join(' · ')
}

/** Share done of the current phase, 0 to 100; undefined while it cannot be told. */
export function percentOf({ done, total }: Pick<Transfer, 'done' | 'total'>): number | undefined {
  return total === undefined || total <= 0 ? undefined : Math.min(100, (100 * done) / total)
}

export interface Spoken {
  readonly phase: Phase
  readonly percent: number
  readonly at: number
}

const STEP = 25
const EVERY = 30_000

/** Whether progress is to be spoken now: at each phase, then at most every 25 % or 30 s. */
export function isDue(transfer: Transfer, before: Spoken | undefined, time: number): boolean {
  if (before?.phase !== transfer.phase) return true
  if (isEnded(transfer) || transfer.phase === 'queued') return false
  const percent = percentOf(transfer)
  return percent !== undefined && (percent - before.percent >= STEP || time - before.at >= EVERY)
}
