import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { runImage } from '../../src/main/testing/images.ts'
import { startRegistry } from '../../src/main/testing/registry.ts'
import { expectNothingFound } from '../axe.ts'
import { test as base, expect } from '../fixtures.ts'
import { addOpenRegistry, openMenu, press, row, sheet, waitForTransfer } from '../flows.ts'
import { loaded, runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { startHub, type TestHub } from '../hub.ts'
import { fill } from '../words.ts'

/** Images are found at Docker Hub, which answers under its real names, and got into every place. */
const test = base.extend<{ hub: TestHub }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  hub: async ({}, use) => {
    const hub = await startHub()
    await use(hub)
    await hub.close()
  },
  environment: async ({ hub }, use) => await use(hub.internet.env),
})

const NOWHERE = 'unix:///nowhere/docker.sock'

async function open(app: AppWindow, text: string): Promise<void> {
  const { getting } = app.words
  await app.page
    .getByRole('banner')
    .getByRole('button', { name: new RegExp(`^${RegExp.escape(getting.open)}`) })
    .click()
  const field = sheet(app).getByLabel(getting.field)
  await expect(field).toBeFocused()
  await field.fill(text)
  await field.press('Enter')
}

function version(app: AppWindow, name: string): Locator {
  return sheet(app).getByRole('button', { name: fill(app.words.getting.take, { name }), exact: true })
}

async function copyTo(app: AppWindow, place: string): Promise<void> {
  const { copy, getting } = app.words
  await sheet(app).getByLabel(copy.to, { exact: true }).selectOption({ label: place })
  await press(sheet(app), getting.getNow)
  await expect(sheet(app)).toBeHidden()
}

test('a word is searched, a version chosen and got into Docker, where it runs', async ({ app, engine, hub }) => {
  const { page, words } = app
  const { getting } = words
  await open(app, 'nginx')
  await expect(sheet(app)).toContainText('4 images found at Docker Hub')
  await expect(sheet(app).getByRole('button', { name: /^nginx .*Official build of Nginx.*20,431 stars/ })).toBeVisible()
  await expectNothingFound(app, 'what was found')
  await sheet(app).getByLabel(getting.badge.sponsored).check()
  await expect(sheet(app)).toContainText('1 image found at Docker Hub')
  await sheet(app).getByLabel(getting.badge.sponsored).uncheck()
  await sheet(app).getByLabel(getting.starsAtLeast).selectOption('100')
  await expect(sheet(app)).toContainText('3 images found')
  await sheet(app).getByLabel(getting.starsAtLeast).selectOption('0')
  await sheet(app)
    .getByLabel(/^Runs on my processor/)
    .check()
  await expect(sheet(app)).toContainText('3 images found')
  await expect(sheet(app)).not.toContainText('lea/nginx-test')

  await sheet(app)
    .getByRole('button', { name: /^nginx / })
    .click()
  await expect(version(app, 'nginx:latest')).toHaveAttribute('aria-pressed', 'true')
  await expect(sheet(app)).toContainText('Docker Hub still allows 100 of 100 downloads')
  await expect(sheet(app).getByRole('link', { name: getting.source })).toHaveAttribute(
    'href',
    'https://github.com/nginxinc/docker-nginx',
  )
  await expectNothingFound(app, 'the versions of a repository at Docker Hub')
  await sheet(app).getByText(getting.variants).click()
  await expect(sheet(app)).toContainText(getting.variant.bookworm)
  await sheet(app).getByRole('tab', { name: getting.readme }).click()
  await expect(sheet(app)).toContainText('reverse proxy server for HTTP')
  await expect(sheet(app).locator('.readme img')).toHaveCount(0)
  await expectNothingFound(app, 'the description of a repository')
  await sheet(app).getByRole('tab', { name: getting.versions }).click()
  await sheet(app).getByLabel(getting.filter).fill('alpine')
  await expect(version(app, 'nginx:1.27')).toBeHidden()
  await version(app, 'nginx:1.27-alpine3.20').click()
  await expect(sheet(app)).toContainText('Chosen: nginx:1.27-alpine3.20')
  // Nothing so far was a download, and none of the pictures in the text was fetched.
  expect(hub.pulls.counted).toEqual([])
  expect(hub.internet.unknown).toEqual([])

  await press(sheet(app), getting.get)
  await expect(sheet(app)).toContainText('to copy')
  await press(sheet(app), words.getting.getNow)
  await waitForTransfer(app, '→ Docker')
  await expect(row(app, 'nginx 1.27-alpine3.20')).toBeVisible()
  expect(runImage(engine, 'nginx:1.27-alpine3.20')).toBe('web-alpine runs')
  // One platform was needed, and it was read once for the plan and the copy.
  expect(hub.pulls.counted).toHaveLength(1)
  await expect(page.getByRole('dialog')).toBeHidden()
})

test.describe('without Docker', () => {
  test.use({ dockerHost: NOWHERE })

  test('a pasted command leads to its version; it goes to the Library with all its platforms', async ({ app }) => {
    const { words } = app
    await open(app, '$ docker pull nginx:1.27')
    await expect(sheet(app)).toContainText('Chosen: nginx:1.27')
    await press(sheet(app), words.getting.get)
    await copyTo(app, 'Library')
    await waitForTransfer(app, '→ Library')
    await app.page
      .getByRole('navigation')
      .getByRole('button', { name: /^Library/ })
      .click()
    await expect(row(app, 'nginx 1.27')).toContainText('64-bit ARM')
  })

  test('a digest goes into a file, for one kind of computer', async ({ app, folder, hub }) => {
    const { words } = app
    const digest = hub.search.pages[0]?.tags[0]?.digest ?? ''
    await open(app, digest)
    await expect(sheet(app)).toContainText(words.getting.digestTitle)
    await expectNothingFound(app, 'a digest alone')
    await sheet(app).getByLabel(words.getting.digestRepository).fill('nginx')
    await press(sheet(app).locator('.results'), words.getting.read)
    await expect(sheet(app)).toContainText(`Chosen: nginx@${digest.slice(7, 19)}`)
    await press(sheet(app), words.getting.get)
    await sheet(app).getByLabel(words.copy.to, { exact: true }).selectOption({ label: words.copy.file })
    await app.saveAs(join(folder, 'web.tar.zst'))
    await waitForTransfer(app, '→ web.tar.zst')
  })

  test('a network without Docker Hub is no fault, and a name of one’s own still leads on', async ({ app, hub }) => {
    const { getting } = app.words
    await hub.internet.close()
    await open(app, 'nginx')
    await expect(sheet(app)).toContainText(getting.offline)
    await expect(sheet(app).getByRole('alert')).toHaveCount(0)
    await expectNothingFound(app, 'a search without a network')
    await expect(sheet(app).getByRole('button', { name: fill(getting.exactly, { name: 'nginx' }) })).toBeVisible()
  })
})

test('it goes straight to another registry, whose versions are found by name, looked into and taken off', async ({
  app,
}) => {
  const { page, words } = app
  const { getting } = words
  const registry = await startRegistry({ delete: true })
  await addOpenRegistry(app, registry.host)
  await expect(sheet(app)).toBeHidden()
  await open(app, 'https://hub.docker.com/_/nginx')
  await version(app, 'nginx:1.27').click()
  await press(sheet(app), getting.get)
  await copyTo(app, registry.host)
  await waitForTransfer(app, `→ ${registry.host}`)

  await open(app, `${registry.host}/nginx`)
  await expect(version(app, `${registry.host}/nginx:1.27`)).toHaveAttribute('aria-pressed', 'true')
  await expect(sheet(app)).toContainText('64-bit PC and 64-bit ARM')
  await expectNothingFound(app, 'the versions of a registry of one’s own')
  await press(sheet(app), getting.details)
  const contents = page.getByRole('dialog', { name: /^Details of/ })
  await expect(contents).toContainText('org.opencontainers.image.source')
  await expect(contents).toContainText('linux/amd64')
  await page.keyboard.press('Escape')
  await press(sheet(app), words.common.cancel)

  await page.getByRole('main').getByRole('button', { name: 'nginx' }).click()
  const line = `${registry.host}/nginx 1.27`
  await row(app, line)
    .getByRole('button', { name: /^\+ tag/ })
    .click()
  await row(app, line).getByRole('textbox').fill('stable')
  await row(app, line).getByRole('textbox').press('Enter')
  await openMenu(app, `${line}, stable`, words.images.remove)
  await expect(sheet(app)).toContainText('These versions (tags) are one image and go together: 1.27 and stable.')
  await expect(sheet(app)).toContainText('become free in the registry, once it cleans up')
  await expectNothingFound(app, 'taking a version off a registry')
  await press(sheet(app), words.common.cancel)
  await registry.close()
})

test('what Docker Hub still allows is shown, and explained when nothing is left', async ({ app, hub }) => {
  const { getting, copy } = app.words
  hub.pulls.left = 3
  await open(app, 'nginx:1.27')
  await expect(sheet(app)).toContainText('still allows 3 of 100 downloads')
  await expect(sheet(app)).toContainText(getting.limitLow)
  hub.pulls.left = 0
  await press(sheet(app), getting.get)
  await sheet(app).getByLabel(copy.to, { exact: true }).selectOption({ label: 'Library' })
  await expect(sheet(app)).toContainText('no more than 100 downloads are allowed in 6 hours')
})

test('a list is one table: what is unclear is told, the rest got in one go', async ({ app, engine }) => {
  const { words } = app
  await open(
    app,
    `# for the class room
nginx:1.27
redis:7   # cache
Nginx:alpine
node:$VERSION
nothing/there:1`,
  )
  await expect(sheet(app)).toContainText('2 lines are not clear')
  const table = sheet(app).getByRole('table', { name: words.getting.list })
  await expect(table.getByRole('row')).toHaveCount(6)
  await expect(table).toContainText(words.getting.problem.variable)
  await expectNothingFound(app, 'a list')
  await press(table, 'Take nginx:alpine')
  await expect(table.getByRole('row', { name: /nginx:alpine/ })).toContainText(words.whole.new)
  await press(sheet(app), words.getting.getAll)
  await waitForTransfer(app, '→ Docker')
  for (const name of ['nginx 1.27', 'redis 7', 'nginx alpine']) await expect(row(app, name)).toBeVisible()
  expect(runImage(engine, 'redis:7')).toBe('redis runs')
})

test('a version that moved on at its registry is found, said on its row and got', async ({ app, engine, hub }) => {
  const { page, words } = app
  await loaded(engine, await runnable('demo/shop:1.0'))
  await open(app, 'nginx:1.27')
  await press(sheet(app), words.getting.get)
  await press(sheet(app), words.getting.getNow)
  await waitForTransfer(app, '→ Docker')
  await press(page.getByRole('main'), words.getting.newer.open)
  await expect(page.getByRole('main')).toContainText(`${words.getting.newer.none} 1 is the same there.`)

  await hub.publishAgain('web-1.27.4')
  await openMenu(app, 'nginx 1.27', words.getting.newer.one)
  await expect(page.getByRole('main')).toContainText('1 version has moved on at its registry.')
  await expectNothingFound(app, 'a list with something newer online')
  const counted = hub.pulls.counted.length
  await row(app, 'nginx 1.27').getByRole('button', { name: words.getting.newer.chip }).click()
  await expect(sheet(app)).toContainText('Chosen: nginx:1.27')
  expect(hub.pulls.counted).toHaveLength(counted)
  await press(sheet(app), words.getting.get)
  await press(sheet(app), words.getting.getNow)
  await expect(row(app, 'nginx 1.27').getByRole('button', { name: words.getting.newer.chip })).toBeHidden()
  expect(runImage(engine, 'nginx:1.27')).toBe('web-1.27.4 runs')
})
