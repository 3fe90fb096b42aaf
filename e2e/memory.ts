import type { Page } from '@playwright/test'

/** Whether the page's memory has a text anywhere in it: its whole heap after a collection, as the browser's own tools see it. */
export async function remembers(page: Page, text: string): Promise<boolean> {
  const session = await page.context().newCDPSession(page)
  let heap = ''
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    heap += chunk
  })
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return heap.includes(JSON.stringify(text).slice(1, -1))
}
