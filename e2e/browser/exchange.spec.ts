import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from '@playwright/test'
import { runImage } from '../../src/main/testing/images.ts'
import { expect, test } from '../fixtures.ts'
import { load, loadSheet, openSave, press, waitForTransfer } from '../flows.ts'
import { archiveOf, identity, inFolder, loaded, runnable } from '../given.ts'
import { stateFolder } from '../hosts/headless.ts'

/** Files between a browser and the host. */

/** What is left of files in exchange, whichever host's. */
function exchanged(home: string): string[] {
  const parent = join(stateFolder(home), 'exchange')
  return readdirSync(parent).flatMap((host) => readdirSync(join(parent, host), { recursive: true }).map(String))
}

/** A drop as pages make it themselves, of a file that is in the browser only. */
async function dropInPage(page: Page, path: string): Promise<void> {
  const content = readFileSync(path).toString('base64')
  const transfer = await page.evaluateHandle(
    async ([name, data]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
      const given = new DataTransfer()
      given.items.add(new File([bytes], name))
      return given
    },
    [basename(path), content] as const,
  )
  for (const type of ['dragenter', 'dragover', 'drop'])
    await page.locator('body').dispatchEvent(type, { dataTransfer: transfer })
}

test('a save is downloaded by the browser, and nothing of it stays with the host', async ({
  app,
  engine,
  other,
  home,
  folder,
}) => {
  await loaded(engine, await runnable('demo/shop:1.0'), await runnable('demo/pay:2.1'))
  const sheet = await openSave(app, 'demo/shop 1.0', 'demo/pay 2.1')
  await sheet.getByRole('radio', { name: 'Download with the browser' }).check()
  await sheet.getByLabel('Compression').selectOption('gzip')
  await sheet.getByLabel('File name').fill('été à deux.tar.gz')
  const download = app.page.waitForEvent('download')
  await press(sheet, 'Save')
  const got = await download
  expect(got.suggestedFilename()).toBe('été à deux.tar.gz')
  const path = inFolder(folder, 'got.tar.gz')
  await got.saveAs(path)
  other.docker('load', '--input', path)
  for (const name of ['demo/shop:1.0', 'demo/pay:2.1']) expect(identity(other, name)).toEqual(identity(engine, name))
  await expect.poll(() => exchanged(home)).toEqual([])
})

test('a file of the browser is sent, loaded, and not kept', async ({ app, engine, home, folder }) => {
  const { path } = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  await dropInPage(app.page, path)
  await press(loadSheet(app, path), 'Load')
  await waitForTransfer(app, 'demo/shop 1.0 → Docker')
  expect(runImage(engine, 'demo/shop:1.0')).toBe('demo/shop:1.0 runs')
  await expect.poll(() => exchanged(home)).toEqual([])
})

test('a file that was looked into and left is not kept either', async ({ app, home, folder }) => {
  const { path } = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  await app.drop(path)
  await expect(loadSheet(app, path)).toContainText('index read')
  await press(loadSheet(app, path), 'Close without loading')
  await expect.poll(() => exchanged(home)).toEqual([])
})

test('several files dropped at once are looked into one after another', async ({ app, engine, folder }) => {
  const shop = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  const pay = await archiveOf(folder, 'pay.tar', await runnable('demo/pay:2.1'))
  await app.drop(shop.path, pay.path)
  await expect(loadSheet(app, shop.path)).toContainText('File 1 of 2')
  await press(loadSheet(app, shop.path), 'Load')
  await expect(loadSheet(app, pay.path)).toContainText('File 2 of 2')
  await press(loadSheet(app, pay.path), 'Load')
  await waitForTransfer(app, 'demo/pay 2.1 → Docker')
  expect(runImage(engine, 'demo/shop:1.0')).toBe('demo/shop:1.0 runs')
})

test('“From this browser…” sends a file, too', async ({ app, engine, folder }) => {
  const { path } = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  await app.page.getByRole('banner').getByRole('button', { name: 'Load a file…' }).click()
  const asked = app.page.waitForEvent('filechooser')
  await press(app.page.getByRole('dialog'), 'From this browser…')
  await (await asked).setFiles(path)
  await press(loadSheet(app, path), 'Load')
  await waitForTransfer(app, 'demo/shop 1.0 → Docker')
  expect(runImage(engine, 'demo/shop:1.0')).toBe('demo/shop:1.0 runs')
})

test('what was loaded from a file of the host stays where it is', async ({ app, folder }) => {
  const { path } = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  await app.choose(path)
  await press(loadSheet(app, path), 'Close without loading')
  await load(app, path, 'demo/shop:1.0')
  expect(readdirSync(folder)).toEqual(['shop.tar'])
})
