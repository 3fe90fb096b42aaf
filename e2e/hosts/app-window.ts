import { expect, type Page } from '@playwright/test'
import type { Language, Words } from '../words.ts'

/** What is on screen in every host, and the few things that hosts do each in their own way. */
export interface AppWindow {
  readonly page: Page
  readonly words: Words
  /** A folder where the app may read and write. */
  readonly folder: string
  /** Files dragged from outside and let go over the window. */
  drop(...paths: readonly string[]): Promise<void>
  /** "Load a file…", answered with this file. */
  choose(path: string): Promise<void>
  /** The button of the open save sheet, answered with this path in `folder`. */
  saveAs(path: string): Promise<void>
  /** Shows the page anew, with these words in its address. */
  show(address: Address): Promise<void>
}

export interface Address {
  readonly lang?: Language
  readonly theme?: 'light' | 'dark'
  /** The present, for relative dates. */
  readonly clock?: number
}

export function query(address: Address): string {
  return new URLSearchParams(Object.entries(address).map(([name, value]) => [name, String(value)])).toString()
}

/** How long a page that was let go over takes to hear of it, at most, in milliseconds. */
const HEARD = 5000

/** Lets real files go over the middle of the window, as a file manager does. */
export async function dropFiles(page: Page, paths: readonly string[]): Promise<void> {
  const heard = page.evaluate(
    () => new Promise<void>((resolve) => addEventListener('drop', () => resolve(), { capture: true, once: true })),
  )
  // Chromium makes a leave of a drop that overtakes the page's answer to the move before, about once in 150 times: the
  // hand has to come again then.
  for (let landed = false; !landed; ) {
    await drag(page, paths, ['dragEnter', 'dragOver', 'drop'])
    landed = await Promise.race([heard.then(() => true), page.waitForTimeout(HEARD).then(() => false)])
  }
}

/** Holds real files over the window without letting go. */
export async function holdFiles(page: Page, paths: readonly string[]): Promise<void> {
  await drag(page, paths, ['dragEnter', 'dragOver'])
}

async function drag(
  page: Page,
  paths: readonly string[],
  events: readonly ('dragEnter' | 'dragOver' | 'drop')[],
): Promise<void> {
  const { width, height } =
    page.viewportSize() ?? (await page.evaluate(() => ({ width: innerWidth, height: innerHeight })))
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  const send = async (type: (typeof events)[number]): Promise<unknown> =>
    await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data })
  for (const type of events) {
    // The browser lets go only over what said, at the last move, that it takes files: that must have been the veil.
    if (type === 'drop') {
      await expect(page.locator('.drop-veil')).toBeVisible()
      await send('dragOver')
    }
    await send(type)
  }
  await session.detach()
}

/** Everything a page complains of: errors of scripts, of the console, and what the content security policy refused. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  return complaints
}

/** The app has drawn itself and heard from its host. */
export async function waitUntilShown(page: Page): Promise<void> {
  await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByRole('navigation').locator('[aria-current="page"]')).toBeVisible()
}
