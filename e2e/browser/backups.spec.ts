import type { Locator } from '@playwright/test'
import type { SharedEngine } from '../../src/main/testing/engine.ts'
import { expectNothingFound } from '../axe.ts'
import { expect, test } from '../fixtures.ts'
import { lastTransfer, load, openMenu, press, row, sheet, typeTag } from '../flows.ts'
import { archiveOf, everything, identity, loaded, runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'

/** Moves `demo/shop:latest` to another image on its row; the former one is kept. */
async function moveLatest(app: AppWindow, to: string): Promise<void> {
  const field = await typeTag(app, to, 'latest')
  await field.press('Enter')
  await row(app, to)
    .getByRole('button', { name: /latest-\d{8}-\d{4}$/ })
    .press('Enter')
}

/** Containers are made and started without the engine's own network. */
function start(engine: SharedEngine, name: string, image: string): void {
  engine.docker('run', '--detach', '--name', name, '--network', 'none', image, 'sleep', '1000')
}

function notice({ page }: AppWindow): Locator {
  return page.getByRole('main').getByRole('status').filter({ hasText: 'now names another image' })
}

test('after a version moved, what still runs the one before is named, and there is a way back', async ({
  app,
  engine,
}) => {
  const { page } = app
  const [one, two] = [await runnable(['demo/shop:1.0', 'demo/shop:latest'], 'one'), await runnable('demo/shop:2.0')]
  await loaded(engine, one, two)
  start(engine, 'web', 'demo/shop:latest')
  engine.docker('create', '--name', 'night', '--network', 'none', 'demo/shop:1.0')
  const used = row(app, 'demo/shop 1.0, latest')
  await expect(used).toContainText('used by web +1')
  await expect(used).toContainText('used by web (running) and night (stopped)')

  await moveLatest(app, 'demo/shop 2.0')
  await expect(notice(app)).toContainText('demo/shop:latest now names another image. The version before stays as')
  await expect(notice(app)).toContainText('web still runs the version before')
  await expect(notice(app)).toContainText('night is stopped')
  await press(notice(app), 'Close')
  await expect(notice(app)).toBeHidden()

  await page.getByRole('search').getByRole('textbox').fill('night')
  await expect(row(app, 'demo/shop 2.0, latest')).toBeHidden()
  await page.getByRole('search').getByRole('textbox').fill('')

  await press(row(app, 'demo/shop 2.0, latest'), 'Back to the version before of demo/shop:latest…')
  await expect(sheet(app)).toContainText('demo/shop:latest names again the version it had until')
  await press(sheet(app), 'Go back')
  await expect(sheet(app)).toBeHidden()
  await expect(row(app, 'demo/shop 1.0, latest')).toBeVisible()
  expect(identity(engine, 'demo/shop:latest').configDigest).toBe(one.configDigest)
  // Today's is kept likewise: the way back goes both ways.
  expect(everything(engine).filter((line) => line.endsWith(two.configDigest))).toEqual([
    `demo/shop:2.0 ${two.configDigest}`,
    expect.stringMatching(/^demo\/shop:latest-\d{8}-\d{4}/),
  ])
  engine.docker('rm', '--force', 'web', 'night')
})

test('the versions kept are listed, given back and removed', async ({ app, engine }) => {
  const { page, words } = app
  await loaded(engine, await runnable('demo/shop:latest', 'one'), await runnable('demo/shop:2.0'))
  await moveLatest(app, 'demo/shop 2.0')
  const open = page.getByRole('main').getByRole('button', { name: '1 version kept' })
  await open.click()
  await expect(sheet(app)).toContainText(/kept as demo\/shop:latest-\d{8}-\d{4}/)

  await sheet(app).getByLabel(words.kept.keep).selectOption({ label: 'the last 5' })
  await page.keyboard.press('Escape')
  await openMenu(app, 'demo/shop 2.0, latest', words.kept.open)
  await expect(sheet(app).getByLabel(words.kept.keep)).toHaveValue('5')

  // Its only name: then the image goes, and that is said first.
  await sheet(app)
    .getByRole('button', { name: /^Remove… demo\/shop:latest-/ })
    .click()
  const removal = page.getByRole('dialog', { name: 'Remove this image?' })
  await press(removal, 'Remove the image')
  await expect(removal).toBeHidden()
  await expect(sheet(app)).toContainText(words.kept.none)
  await page.keyboard.press('Escape')
  await expect(open).toBeHidden()
  expect(everything(engine)).toHaveLength(2)
})

test('a load that moves a version tells it in its result, and can be taken back', async ({ app, engine, folder }) => {
  await loaded(engine, await runnable('demo/shop:latest', 'one'))
  start(engine, 'web', 'demo/shop:latest')
  const { path } = await archiveOf(folder, 'next.tar', await runnable(['demo/shop:2.0', 'demo/shop:latest'], 'two'))
  await load(app, path, 'demo/shop:2.0')
  const transfer = await lastTransfer(app)
  await expect(transfer).toContainText('demo/shop:latest now names another image. The version before stays as')
  await expect(transfer).toContainText('web still runs the version before')
  await openMenu(app, 'demo/shop 2.0, latest', 'Back to the version before of demo/shop:latest…')
  await press(sheet(app), 'Go back')
  await expect(row(app, 'demo/shop latest')).toContainText('used by web')
  engine.docker('rm', '--force', 'web')
})

for (const look of [
  { lang: 'en', theme: 'light' },
  { lang: 'fr', theme: 'dark' },
] as const) {
  test.describe(`axe (${look.lang}, ${look.theme})`, () => {
    test.use({ language: look.lang })
    test('finds nothing around a version that moved', async ({ app, engine }) => {
      const { page, words } = app
      await app.show(look)
      await loaded(engine, await runnable('demo/shop:latest', 'one'), await runnable('demo/shop:2.0'))
      start(engine, 'web', 'demo/shop:latest')
      await moveLatest(app, 'demo/shop 2.0')
      await expect(page.getByRole('status').filter({ hasText: 'docker compose up' })).toBeVisible()
      await expect(row(app, 'demo/shop 2.0, latest')).toContainText(words.kept.short)
      await expectNothingFound(app, 'the notice and the way back')
      await row(app, 'demo/shop 2.0, latest').locator('.chip-back').click()
      await expectNothingFound(app, 'the way back asked about')
      await page.keyboard.press('Escape')
      await openMenu(app, 'demo/shop 2.0, latest', words.kept.open)
      await expect(sheet(app).getByLabel(words.kept.keep)).toBeVisible()
      await expectNothingFound(app, 'the versions kept')
      engine.docker('rm', '--force', 'web')
    })
  })
}
