import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
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

/** Files below a folder that have a text in them, as it is, in base64, or in two bytes a letter. */
export function filesWith(folder: string, texts: readonly string[]): string[] {
  const sought = texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')])
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const bytes = readFileSync(path)
      return sought.some((one) => bytes.includes(one))
    })
}
