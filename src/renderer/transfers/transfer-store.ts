import { create } from 'zustand'
import type { Transfer } from '../../shared/contract.ts'
import { type Client, follow } from '../connect.ts'
import { refreshImages } from '../images/image-store.ts'

export const useTransfers = create<{ transfers: readonly Transfer[] }>(() => ({ transfers: [] }))

const wantedDownloads = new Set<string>()

/** A save this page asked for as a download: it starts by itself once the file is ready. */
export function rememberDownload(id: string): void {
  wantedDownloads.add(id)
}

export function downloadAddress(id: string): string {
  return `/download/${encodeURIComponent(id)}`
}

function startDownloads(transfers: readonly Transfer[]): void {
  for (const { id, result } of transfers) {
    if (!result?.download || !wantedDownloads.delete(id)) continue
    const link = document.createElement('a')
    link.href = downloadAddress(id)
    link.download = ''
    link.click()
  }
}

/** Whether one has just brought something to a place that does not tell of it by itself. */
function bringsNews(before: readonly Transfer[], now: readonly Transfer[]): boolean {
  return now.some(
    ({ id, to, phase }) =>
      (to.type === 'registry' || to.type === 'archive') &&
      phase === 'done' &&
      before.some((transfer) => transfer.id === id && transfer.phase !== 'done'),
  )
}

export function followTransfers(client: Client): () => void {
  return follow({
    open: (signal) => client.copies.watch({}, { signal }),
    take: (transfers) => {
      if (bringsNews(useTransfers.getState().transfers, transfers)) refreshImages()
      useTransfers.setState({ transfers })
      startDownloads(transfers)
    },
  })
}
