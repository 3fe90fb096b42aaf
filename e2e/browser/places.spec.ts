import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { type Registry, startRegistry } from '../../src/main/testing/registry.ts'
import { expectNothingFound } from '../axe.ts'
import { test as base, expect } from '../fixtures.ts'
import { addOpenRegistry, choose, lastTransfer, openMenu, press, row, sheet, waitForTransfer } from '../flows.ts'
import { archiveOf, loaded, runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'

/** Four kinds of places, one way of copying: with Docker and without, on a real registry of this computer. */
const test = base.extend<{ registry: Registry }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  registry: async ({}, use) => {
    const registry = await startRegistry({ delete: true })
    await use(registry)
    await registry.close()
  },
})

const NOWHERE = 'unix:///nowhere/docker.sock'

function places({ page }: AppWindow): Locator {
  return page.getByRole('navigation')
}

function place(app: AppWindow, name: string): Locator {
  return places(app).getByRole('button', { name: new RegExp(`^${name}`) })
}

async function addRegistry(app: AppWindow, { host }: Registry): Promise<void> {
  await addOpenRegistry(app, host)
  await expect(sheet(app)).toBeHidden()
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText(host)
}

/** The destination of the sheet in front, and what it says before anything moves; then it goes. */
async function send(app: AppWindow, to: string, says: RegExp): Promise<void> {
  const { copy } = app.words
  await sheet(app).getByLabel(copy.to, { exact: true }).selectOption({ label: to })
  await expect(sheet(app)).toContainText(says)
  await press(sheet(app), copy.copy)
  await expect(sheet(app)).toBeHidden()
}

async function showLibrary(app: AppWindow): Promise<void> {
  await place(app, app.words.places.library).click()
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText(app.words.places.library)
}

test.describe('without Docker', () => {
  test.use({ dockerHost: NOWHERE })

  test('a file goes to the Library, and another straight to a registry', async ({ app, folder, registry }) => {
    const { page } = app
    const shop = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
    await app.drop(shop.path)
    await expect(sheet(app)).toContainText(app.words.load.noEngine)
    await expectNothingFound(app, 'a file for the Library')
    await send(app, 'Library', /1 image goes to the Library: .* to copy/)
    await waitForTransfer(app, 'demo/shop 1.0 → Library')
    await showLibrary(app)
    await expect(row(app, 'demo/shop 1.0')).toContainText('64-bit PC')

    await addRegistry(app, registry)
    const tool = await archiveOf(folder, 'tool.tar', await runnable('demo/tool:2'))
    await app.drop(tool.path)
    await send(app, registry.host, /1 image .* 127/)
    await waitForTransfer(app, `→ ${registry.host}`)
    await expect(page.getByRole('main').getByRole('button', { name: 'demo/tool' })).toBeVisible()
  })

  test('from the Library to a registry and back, under names of one’s own', async ({ app, folder, registry }) => {
    const { words } = app
    const { path } = await archiveOf(folder, 'shop.tar', await runnable(['demo/shop:1.0', 'demo/shop:latest']))
    await app.drop(path)
    await send(app, 'Library', /to copy/)
    await addRegistry(app, registry)
    await showLibrary(app)
    await openMenu(app, 'demo/shop 1.0, latest', words.images.send)
    await sheet(app).getByLabel(words.copy.to, { exact: true }).selectOption({ label: registry.host })
    const name = sheet(app).getByLabel('demo/shop is called there')
    await expect(name).toHaveValue(`${registry.host}/demo/shop`)
    await name.fill('team/boutique')
    await expect(sheet(app)).toContainText(`In this registry names begin with ${registry.host}/.`)
    await expect(sheet(app).getByRole('button', { name: words.copy.copy, exact: true })).toBeDisabled()
    await expectNothingFound(app, 'a wrong name in the copy sheet')
    await name.fill(`${registry.host}/team/boutique`)
    await send(app, registry.host, /1 image goes to/)
    await waitForTransfer(app, `→ ${registry.host}`)

    await place(app, registry.host).click()
    await app.page.getByRole('main').getByRole('button', { name: 'team/boutique' }).click()
    await expect(row(app, `${registry.host}/team/boutique 1.0, latest`)).toBeVisible()
    await expectNothingFound(app, 'the versions of a repository')
    await openMenu(app, `${registry.host}/team/boutique 1.0, latest`, words.images.send)
    await send(app, 'Library', /already in the Library: only names change/)
    await waitForTransfer(app, '→ Library')
    await showLibrary(app)
    await expect(row(app, `${registry.host}/team/boutique 1.0, latest`)).toBeVisible()
  })

  test('everything of a place goes in one copy, of which only what is new moves', async ({ app, folder, registry }) => {
    const { page, words } = app
    const main = page.getByRole('main')
    for (const name of ['shop', 'till']) {
      await app.drop((await archiveOf(folder, `${name}.tar`, await runnable(`demo/${name}:1.0`))).path)
      await send(app, 'Library', /to copy/)
      await waitForTransfer(app, `demo/${name} 1.0 → Library`)
    }
    await addRegistry(app, registry)
    await showLibrary(app)
    await openMenu(app, 'demo/shop 1.0', words.images.send)
    await send(app, registry.host, /to copy/)
    await waitForTransfer(app, `${registry.host}/demo/shop 1.0 → ${registry.host}`)

    await press(main, words.whole.open)
    await sheet(app).getByLabel(words.copy.to, { exact: true }).selectOption({ label: registry.host })
    await expect(sheet(app).getByRole('row', { name: /demo\/shop:1.0/ })).toContainText(words.whole.same)
    await expect(sheet(app).getByRole('row', { name: /demo\/till:1.0/ })).toContainText(words.whole.new)
    await expectNothingFound(app, 'copying everything')
    await press(sheet(app), words.copy.copy)
    await expect(sheet(app)).toBeHidden()
    await waitForTransfer(app, `and 1 other → ${registry.host}`)
    const result = await lastTransfer(app)
    await expect(result.getByRole('row', { name: /demo\/shop:1.0/ })).toContainText(words.whole.outcome.same)
    await expect(result.getByRole('row', { name: /demo\/till:1.0/ })).toContainText(words.whole.outcome.copied)
    await expectNothingFound(app, 'what became of everything')

    // The whole registry back: its repositories are read through, and the Library has it all.
    await place(app, registry.host).click()
    await press(main, words.whole.open)
    await sheet(app).getByLabel(words.copy.to, { exact: true }).selectOption({ label: 'Library' })
    await expect(sheet(app)).toContainText('2 images are already in the Library: only names change')
    await press(sheet(app), words.common.cancel)

    // An image says where else it is, a registry included; and a version is found by its words.
    await showLibrary(app)
    await openMenu(app, 'demo/till 1.0', words.images.details)
    await expect(sheet(app).getByRole('button', { name: `${registry.host} (demo/till)` })).toBeVisible()
    await page.keyboard.press('Escape')
    await page.getByLabel(words.shell.search).fill('till 1.0')
    await expect(page.getByRole('region', { name: words.finding.elsewhere })).toContainText('demo/till:1.0')
  })

  test('a registry is forgotten, and nothing in it changes', async ({ app, registry }) => {
    await addRegistry(app, registry)
    await press(places(app), `Actions for ${registry.host}`)
    await app.page.getByRole('menuitem', { name: app.words.accounts.menuForget }).click()
    await expect(sheet(app)).toContainText('In the registry nothing changes')
    await press(sheet(app), 'Forget')
    await expect(place(app, registry.host)).toBeHidden()
  })
})

test('rows are dragged onto the Library; the row’s menu does the same', async ({ app, engine }) => {
  await loaded(engine, await runnable('demo/shop:1.0'), await runnable('demo/db:16'))
  await choose(app, 'demo/shop 1.0', 'demo/db 16')
  await row(app, 'demo/shop 1.0').dragTo(place(app, 'Library'))
  await expect(sheet(app)).toContainText('2 images go to the Library')
  await press(sheet(app), app.words.copy.copy)
  await waitForTransfer(app, '→ Library')
  await openMenu(app, 'demo/shop 1.0', app.words.images.send)
  await send(app, 'Library', /0 bytes to copy|nothing to do|nothing to copy/)
  await showLibrary(app)
  await expect(row(app, 'demo/db 16')).toBeVisible()

  // Nothing is dropped where it is already.
  await row(app, 'demo/db 16').dragTo(place(app, 'Library'))
  await expect(sheet(app)).toBeHidden()
})

test('the search finds what is elsewhere, and says what a fingerprint is', async ({ app, engine }) => {
  const { page, words } = app
  await loaded(engine, await runnable('demo/shop:1.0'))
  await row(app, 'demo/shop 1.0').dragTo(place(app, 'Library'))
  await press(sheet(app), words.copy.copy)
  await waitForTransfer(app, '→ Library')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('demo')
  const elsewhere = page.getByRole('region', { name: words.finding.elsewhere })
  await expect(elsewhere).toContainText('1 found')
  await expectNothingFound(app, 'what was found elsewhere')
  await elsewhere.getByRole('button', { name: /^Library/ }).click()
  await expect(sheet(app)).toContainText(words.details.alsoIn)
  await expect(sheet(app).getByRole('button', { name: 'Docker', exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Library')

  const config = engine.docker('inspect', '--format', '{{.Id}}', 'demo/shop:1.0').trim()
  await page.getByLabel(words.shell.search).fill(config)
  const fingerprint = page.getByRole('region', { name: words.finding.fingerprint })
  await expect(fingerprint).toContainText(words.finding.met.config)
  await expect(fingerprint.getByRole('button')).toHaveCount(2)
})

test('two images are compared, in one place and across two', async ({ app, engine }) => {
  const { page, words } = app
  await loaded(engine, await runnable('demo/shop:1.0'), await runnable('demo/db:16'))
  await choose(app, 'demo/shop 1.0', 'demo/db 16')
  await page.getByRole('button', { name: words.compare.both, exact: true }).click()
  await expect(sheet(app)).toContainText(words.compare.same.different)
  await expect(sheet(app)).toContainText('They share 1 layer')
  await expectNothingFound(app, 'the comparison')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: words.images.clearChosen }).click()

  await row(app, 'demo/shop 1.0').dragTo(place(app, 'Library'))
  await press(sheet(app), words.copy.copy)
  await waitForTransfer(app, '→ Library')
  await openMenu(app, 'demo/shop 1.0', words.compare.begin)
  await showLibrary(app)
  await openMenu(app, 'demo/shop 1.0', 'Compare with demo/shop 1.0')
  await expect(sheet(app)).toContainText(words.compare.same.config)
})

test('a folder is opened: as one to keep images in, and as one of image files', async ({ app, folder }) => {
  const { page, words } = app
  await press(places(app), words.places.openFolder)
  await sheet(app).getByLabel(words.save.folder, { exact: true }).fill(folder)
  await press(sheet(app), words.places.openIt)
  await expect(sheet(app)).toContainText(words.places.neither)
  await press(sheet(app), words.common.cancel)

  await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  await press(places(app), words.places.openFolder)
  await sheet(app).getByLabel(words.save.folder, { exact: true }).fill(folder)
  await press(sheet(app), words.places.openIt)
  await expect(page.getByRole('main')).toContainText('demo/shop:1.0')
  await expectNothingFound(app, 'a folder of files')
  await press(page.getByRole('main'), 'Look inside shop.tar')
  await expect(sheet(app)).toContainText(join('demo', 'shop'))
})
