import type { Locator, Page } from '@playwright/test'
import { runImage } from '../../src/main/testing/images.ts'
import { expect, test } from '../fixtures.ts'
import { loadSheet, row, waitForTransfer } from '../flows.ts'
import { archiveOf, inFolder, loaded, runnable } from '../given.ts'

/** More stops than any screen has: a control that is not reached by then is not reached at all. */
const STOPS = 40

/** Presses a key until the control has the focus, as a person does who looks where it goes. */
async function go(page: Page, key: string, to: Locator): Promise<void> {
  await expect(to).toBeEnabled()
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await to.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  await expect(to, `reached with ${key}`).toBeFocused()
}

test('a file is loaded and an image saved by keyboard alone', async ({ app, engine, other, folder }) => {
  const { page } = app
  const { keyboard } = page
  const { path } = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  await loaded(engine, await runnable('demo/pay:2.1'))
  await expect(row(app, 'demo/pay 2.1')).toBeVisible()

  await go(page, 'Tab', page.getByRole('banner').getByRole('button', { name: 'Load a file…' }))
  await keyboard.press('Enter')
  const chooser = page.getByRole('dialog', { name: 'Choose an image file' })
  await go(page, 'Tab', chooser.getByRole('button', { name: 'File shop.tar' }))
  await keyboard.press('Space')
  await go(page, 'Tab', chooser.getByRole('button', { name: 'Look inside' }))
  await keyboard.press('Enter')
  await go(page, 'Tab', loadSheet(app, path).getByRole('button', { name: 'Load', exact: true }))
  await keyboard.press('Enter')
  await waitForTransfer(app, 'demo/shop 1.0 → Docker')

  await go(page, 'F6', row(app, 'demo/pay 2.1'))
  await go(page, 'ArrowDown', row(app, 'demo/shop 1.0'))
  await keyboard.press('Space')
  await expect(page.getByRole('region', { name: 'Chosen images' })).toContainText('1 chosen')
  await keyboard.press('Shift+F10')
  await go(page, 'ArrowDown', page.getByRole('menuitem', { name: 'Save to a file…' }))
  await keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: 'Save demo/shop:1.0' })
  await go(page, 'Tab', sheet.getByLabel('File name'))
  await keyboard.press('Control+a')
  await keyboard.type('shop-again.tar.gz')
  await go(page, 'Tab', sheet.getByLabel('Compression'))
  await keyboard.type('For every')
  await expect(sheet.getByLabel('Compression')).toHaveValue('gzip')
  await go(page, 'Tab', sheet.getByRole('button', { name: 'Save', exact: true }))
  await keyboard.press('Enter')
  await waitForTransfer(app, 'demo/shop 1.0 → shop-again.tar.gz')

  other.docker('load', '--input', inFolder(folder, 'shop-again.tar.gz'))
  expect(runImage(other, 'demo/shop:1.0')).toBe('demo/shop:1.0 runs')
})

test('one tab stop per pane, arrow keys inside, and the focus comes back', async ({ app, engine }) => {
  const { page } = app
  const { keyboard } = page
  await loaded(engine, await runnable(['demo/shop:1.0', 'demo/shop:latest']), await runnable('demo/pay:2.1'))
  const [pay, shop] = [row(app, 'demo/pay 2.1'), row(app, 'demo/shop 1.0, latest')]
  await expect(pay).toBeVisible()

  await go(page, 'F6', page.getByRole('navigation').getByRole('button', { name: /^Docker/ }))
  // The page's own buttons stand before the list.
  for (const name of [app.words.getting.newer.open, app.words.whole.open]) {
    await keyboard.press('Tab')
    await expect(page.getByRole('button', { name })).toBeFocused()
  }
  await keyboard.press('Tab')
  await expect(pay).toBeFocused()
  await keyboard.press('Tab')
  await expect(page.getByRole('button', { name: /^Drop a Docker image file here/ })).toBeFocused()
  await keyboard.press('Shift+Tab')
  await keyboard.press('End')
  await expect(shop).toBeFocused()

  await go(page, 'ArrowRight', shop.getByRole('button', { name: 'Actions for demo/shop 1.0, latest' }))
  await keyboard.press('Enter')
  // It is on screen a moment before the focus is in it.
  await expect(page.locator('[role="menu"]:focus-within')).toBeVisible()
  await keyboard.press('Escape')
  await expect(page.getByRole('menu')).toBeHidden()
  await go(page, 'ArrowLeft', shop)

  await keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Details of demo/shop:1.0' })).toBeVisible()
  await keyboard.press('Escape')
  await expect(shop).toBeFocused()

  await keyboard.press('Control+a')
  await expect(page.getByRole('region', { name: 'Chosen images' })).toContainText('2 chosen')
  await keyboard.press('Delete')
  await expect(page.getByRole('dialog', { name: 'Remove 2 images?' })).toBeVisible()
  await keyboard.press('Escape')
  await expect(shop).toBeFocused()

  await go(
    page,
    'F6',
    page.getByRole('region', { name: 'Transfers', exact: true }).getByRole('button', { name: 'Show all' }),
  )
})
