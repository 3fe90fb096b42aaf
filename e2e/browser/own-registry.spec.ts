import { readFileSync, writeFileSync } from 'node:fs'
import { startEngine } from '../../src/main/testing/engine.ts'
import { buildRegistryImage } from '../../src/main/testing/registry-image.ts'
import { expectNothingFound } from '../axe.ts'
import { test as base, expect } from '../fixtures.ts'
import { choose, press, row, sheet, waitForTransfer } from '../flows.ts'
import { freePort, loaded, runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { fill } from '../words.ts'

/** A registry of one's own, from a window without internet, on a real engine whose containers have a network. */
const test = base.extend<object, Record<never, never>>({
  keptEngine: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
    async ({}, use) => {
      const engine = await startEngine({ network: true })
      await use(engine)
      await engine.stop()
    },
    { scope: 'worker' },
  ],
})

function places({ page }: AppWindow) {
  return page.getByRole('navigation')
}

async function menuOf(app: AppWindow, host: string, item: string): Promise<void> {
  await press(places(app), fill(app.words.places.more, { name: host }))
  await app.page.getByRole('menuitem', { name: item }).click()
}

test('is made, filled, shared with another computer, and removed', async ({ app, engine }) => {
  const { page, words } = app
  const { own } = words
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  await press(places(app), own.add)
  await expect(sheet(app)).toContainText(own.imageNone)
  await expectNothingFound(app, 'a registry of one’s own without its image')
  buildRegistryImage(engine, 'registry:2')
  const make = sheet(app).getByRole('button', { name: own.make })
  await expect(make).toBeEnabled()
  await make.click()
  await expect(sheet(app)).toContainText(own.userMissing)
  await sheet(app).getByLabel(own.name, { exact: true }).fill('usine')
  await sheet(app).getByLabel(own.port, { exact: true }).fill(String(port))
  await sheet(app).getByLabel(own.addresses, { exact: true }).fill('127.0.0.1')
  await sheet(app).getByRole('textbox', { name: own.user }).fill('lea')
  await sheet(app).getByLabel(own.password, { exact: true }).fill('salt and rope')
  await expectNothingFound(app, 'the form of a registry of one’s own')
  await make.click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(host)
  await expect(page.getByRole('main')).toContainText('lea')

  await page
    .getByRole('navigation')
    .getByRole('button', { name: /^Docker/ })
    .first()
    .click()
  await loaded(engine, await runnable('demo/shop:1.0'))
  await choose(app, 'demo/shop 1.0')
  await press(page.getByRole('region', { name: words.images.selection }), words.images.send)
  await sheet(app).getByLabel(words.copy.to, { exact: true }).selectOption({ label: host })
  await press(sheet(app), words.copy.copy)
  await waitForTransfer(app, `→ ${host}`)

  await menuOf(app, host, own.manage)
  await expect(sheet(app)).toContainText(own.running)
  await expect(sheet(app).getByRole('listitem').filter({ hasText: 'lea' })).toBeVisible()
  await sheet(app).getByRole('textbox', { name: own.user }).fill('ci')
  await sheet(app).getByLabel(own.password, { exact: true }).fill('first')
  await press(sheet(app), own.saveUser)
  await expect(sheet(app).getByRole('listitem').filter({ hasText: 'ci' })).toBeVisible()
  await press(sheet(app), own.cleanLook)
  await expect(sheet(app)).toContainText(own.cleanNothing)
  await expectNothingFound(app, 'managing a registry of one’s own')

  const download = page.waitForEvent('download')
  await press(sheet(app), own.kit)
  const file = await download
  expect(file.suggestedFilename()).toBe('usine.caboteur.html')
  const kit = readFileSync(await file.path(), 'utf8')
  expect(kit).toContain('BEGIN CERTIFICATE')
  expect(kit).not.toMatch(/salt and rope|PRIVATE KEY/)

  await press(sheet(app), own.stop)
  await expect(sheet(app)).toContainText(own.stopped)
  await press(sheet(app), own.start)
  await expect(sheet(app)).toContainText(own.running)

  await press(sheet(app), own.remove)
  const asked = page.getByRole('dialog', { name: fill(own.removeTitle, { name: 'usine' }) })
  await asked.getByLabel(own.removeData).check()
  await expectNothingFound(app, 'removing a registry of one’s own')
  await press(asked, own.removeDo)
  await expect(places(app).getByRole('button', { name: new RegExp(`^${host}`) })).toBeHidden()
  expect(engine.docker('volume', 'ls', '--quiet', '--filter', 'name=caboteur')).toBe('')
  await expect(row(app, 'demo/shop 1.0')).toBeVisible()
})

test('is added on another computer from its file, after a look', async ({ app, folder }) => {
  const { words } = app
  const { own } = words
  const data = {
    caboteur: 1,
    registry: { host: 'registre.atelier.lan:5000', name: 'atelier', plain: true, users: false },
  }
  const path = `${folder}/atelier.caboteur.html`
  writeFileSync(path, `<html><script type="application/json" id="caboteur-registry">${JSON.stringify(data)}</script>`)
  await app.drop(path)
  await expect(sheet(app)).toContainText(own.joinPlain)
  await expectNothingFound(app, 'the file of another computer')
  await press(sheet(app), own.joinDo)
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('registre.atelier.lan:5000')
  writeFileSync(path, '<html></html>')
  await app.drop(path)
  await expect(sheet(app)).toContainText(own.joinWrong)
})
