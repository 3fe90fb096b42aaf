import type { Locator } from '@playwright/test'
import { expectNothingFound } from '../axe.ts'
import { expect } from '../fixtures.ts'
import { press, sheet } from '../flows.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { hubTest as test } from '../hub-account.ts'
import { fill } from '../words.ts'

/** What a person has on Docker Hub: seen, made, changed, over the app's own host and an emulated Hub under its real name. */

function repository({ page }: AppWindow, path: string): Locator {
  return page.getByRole('grid').getByRole('row', { name: new RegExp(`^${RegExp.escape(path)}, `) })
}

async function showHub({ page }: AppWindow): Promise<void> {
  await page
    .getByRole('navigation')
    .getByRole('button', { name: /^docker\.io/ })
    .click()
}

async function openAbout(app: AppWindow, path: string): Promise<void> {
  await press(repository(app, path), fill(app.words.repositories.details, { name: path }))
  await expect(sheet(app)).toBeVisible()
}

test('my repositories: one is read about, described and made public in words; a new one is private', async ({
  app,
  world: { hub, internet },
}) => {
  const { page, words } = app
  const texts = words.repositories
  hub.add('lea/shop', {
    description: 'A small shop',
    full_description: '# Shop\n\n<script>alert(1)</script>\n\nStart it with `docker run lea/shop`.',
    pull_count: 1234,
    last_updated: '2025-02-06T14:30:00Z',
  })
  hub.add('lea/secret', { is_private: true })
  hub.add('acme/api', { is_private: true, pull_count: 7 })
  await showHub(app)
  await expect(repository(app, 'lea/shop')).toContainText('1,234')
  await expect(repository(app, 'lea/secret')).toContainText(texts.private)
  await expect(page.getByText(fill(texts.privatesFullOne, { name: 'lea' }))).toBeVisible()
  await expectNothingFound(app, 'my repositories')

  await openAbout(app, 'lea/shop')
  await expectNothingFound(app, 'about a repository')
  await sheet(app).getByText(texts.preview, { exact: true }).click()
  await expect(sheet(app).getByRole('heading', { name: 'Shop', exact: true })).toBeVisible()
  await expectNothingFound(app, 'the preview of a README')
  const settings = sheet(app).getByRole('link', { name: new RegExp(`^${texts.settings}`) })
  await expect(settings).toHaveAttribute('href', 'https://hub.docker.com/repository/docker/lea/shop/settings')
  await sheet(app).getByLabel(texts.description).fill('The shop of Léa')
  await press(sheet(app), texts.save)
  await expect(sheet(app)).toBeHidden()
  await expect(repository(app, 'lea/shop')).toContainText('The shop of Léa')
  expect(hub.repositories.get('lea/shop')?.description).toBe('The shop of Léa')
  expect(hub.repositories.get('lea/shop')?.full_description).toContain('# Shop')

  await openAbout(app, 'acme/api')
  await press(sheet(app), texts.makePublic)
  await expect(sheet(app)).toContainText(texts.publicWarns)
  await expectNothingFound(app, 'before a repository is public')
  expect(hub.repositories.get('acme/api')?.is_private).toBe(true)
  await press(sheet(app), texts.publicConfirm)
  await expect(repository(app, 'acme/api')).toContainText(texts.public)
  expect(hub.repositories.get('acme/api')?.is_private).toBe(false)

  await press(page.getByRole('main'), texts.create)
  await sheet(app).getByLabel(texts.newName).fill('tools')
  await expectNothingFound(app, 'a new repository')
  // No private one is left for Léa, and nothing is public by itself.
  await expect(sheet(app).getByRole('button', { name: texts.makeIt })).toBeDisabled()
  await sheet(app).getByLabel(texts.owner).selectOption('acme')
  await expect(sheet(app).getByLabel(texts.private, { exact: true })).toBeChecked()
  await press(sheet(app), texts.makeIt)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('docker.io/acme/tools')
  await expect(page.getByRole('main')).toContainText(texts.private)
  expect(hub.repositories.get('acme/tools')).toMatchObject({ is_private: true })
  await expectNothingFound(app, 'the versions of a new repository')
  expect(internet.unknown).toEqual([])
})

test('a thousand repositories are walked with the keyboard alone', async ({ app, world: { hub } }) => {
  const { page, words } = app
  for (let n = 1; n <= 1000; n += 1) hub.add(`lea/app-${String(n).padStart(4, '0')}`, { pull_count: n })
  await showHub(app)
  const grid = page.getByRole('grid')
  await expect(page.getByText(fill(words.repositories.count_other, { count: '1,000' }))).toBeVisible()
  await expect(grid).toHaveAttribute('aria-rowcount', '1001')
  expect(await grid.getByRole('row').count()).toBeLessThan(60)
  await grid.getByRole('button', { name: words.repositories.pulls }).click()
  await expect(grid.getByRole('row').nth(1)).toHaveAccessibleName(/^lea\/app-1000/)
  await grid.getByRole('row').nth(1).focus()
  await page.keyboard.press('End')
  await expect(repository(app, 'lea/app-0001')).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await expect(repository(app, 'lea/app-0999')).toBeFocused()
  await page.keyboard.press('Shift+F10')
  await expect(sheet(app)).toContainText('lea/app-0999')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('docker.io/lea/app-0999')
})
