import { execFileSync } from 'node:child_process'
import type { Locator } from '@playwright/test'
import { requireCommand } from '../../src/main/testing/commands.ts'
import { type Registry, startRegistry } from '../../src/main/testing/registry.ts'
import { expectNothingFound } from '../axe.ts'
import { test as base, expect } from '../fixtures.ts'
import { addOpenRegistry, openMenu, press, row, sheet, waitForTransfer } from '../flows.ts'
import { everything, identity, loaded, runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { fill } from '../words.ts'

/** One image, all its tags: on a real engine, in the Library, and on a real registry that only removes manifests. */
const test = base.extend<{ registry: Registry }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  registry: async ({}, use) => {
    const registry = await startRegistry({ delete: true })
    await use(registry)
    await registry.close()
  },
})

function changes(app: AppWindow): Locator {
  return sheet(app).getByRole('list', { name: app.words.tagging.changes }).getByRole('listitem')
}

/** Presses the button below as soon as what it does was told. */
async function change(app: AppWindow, button: string = app.words.tagging.apply): Promise<void> {
  await press(sheet(app), button)
  await expect(sheet(app)).toBeHidden()
}

async function openTags(app: AppWindow, title: string): Promise<void> {
  await openMenu(app, title, app.words.tagging.open)
  await expect(sheet(app)).toBeVisible()
}

async function copyTo(app: AppWindow, titles: readonly string[], place: string, says: string): Promise<void> {
  const { copy, images } = app.words
  for (const title of titles) {
    await openMenu(app, title, images.send)
    await sheet(app).getByLabel(copy.to, { exact: true }).selectOption({ label: place })
    await press(sheet(app), copy.copy)
    await expect(sheet(app)).toBeHidden()
    await waitForTransfer(app, `${title.split(',')[0]} → ${says}`)
  }
}

test('a version and its shortcuts in one click; where they were is told before and can be had back', async ({
  app,
  engine,
}) => {
  const { words } = app
  const [old, next] = [
    await runnable(['demo/shop:2.4.0', 'demo/shop:2.4', 'demo/shop:2', 'demo/shop:latest'], 'old'),
    await runnable('demo/shop:build-7', 'next'),
  ]
  await loaded(engine, old, next)
  await openTags(app, 'demo/shop build-7')
  await press(sheet(app), fill(words.tagging.take, { version: '2.4.1' }))
  await expect(changes(app)).toHaveText([
    '2.4 moves from 2.4.0 to this image',
    '2 moves from 2.4.0 to this image',
    'latest moves from 2.4.0 to this image',
    '2.4.1 is new: it names this image',
  ])
  await expect(sheet(app)).toContainText(words.tagging.latest)
  await change(app)
  await expect(row(app, 'demo/shop build-7, 2.4.1, 2.4, 2, latest')).toBeVisible()
  await expect(row(app, 'demo/shop 2.4.0')).toBeVisible()
  for (const tag of ['2.4.1', '2.4', '2', 'latest'])
    expect(identity(engine, `demo/shop:${tag}`).configDigest).toBe(next.configDigest)
  expect(identity(engine, 'demo/shop:2.4.0').configDigest).toBe(old.configDigest)

  // Back: what the tag named before is known.
  await openTags(app, 'demo/shop 2.4.0')
  await press(sheet(app), `${words.tagging.history} 2.4.0`)
  await sheet(app).getByLabel(words.tagging.past.tag, { exact: true }).selectOption('latest')
  await sheet(app).getByRole('button', { name: words.tagging.past.back }).first().click()
  await expect(changes(app)).toHaveText(['latest moves from 2.4.1 to this image'])
  await change(app)
  await expect(row(app, 'demo/shop 2.4.0, latest')).toBeVisible()
  expect(identity(engine, 'demo/shop:latest').configDigest).toBe(old.configDigest)
})

test('a chip is dragged onto another row, and the last name of an image does not go unsaid', async ({
  app,
  engine,
}) => {
  const { page, words } = app
  const [one, two] = [
    await runnable('demo/shop:prod', 'one'),
    await runnable(['demo/shop:2.0', 'demo/shop:dev'], 'two'),
  ]
  await loaded(engine, one, two)
  const chip = row(app, 'demo/shop prod').locator('.chip-own')
  // Among the buttons of its own row a chip is let go without anything happening.
  await chip.dragTo(row(app, 'demo/shop prod').getByRole('checkbox'))
  await expect(sheet(app)).toBeHidden()
  await chip.dragTo(row(app, 'demo/shop 2.0, dev'))
  await expect(changes(app)).toHaveText([
    /^the image that is prod today stays as prod-\d{8}-\d{4}$/,
    'prod moves from the image it names today to this image',
  ])
  await sheet(app).getByLabel(words.tagging.keep).uncheck()
  await expect(sheet(app)).toContainText('demo/shop:prod would have no name any more')
  await expectNothingFound(app, 'a tag that is the last of its image')
  await sheet(app).getByLabel(words.tagging.keep).check()
  await change(app)
  await expect(row(app, 'demo/shop 2.0, dev, prod')).toBeVisible()
  expect(everything(engine).filter((line) => line.endsWith(one.configDigest))).toEqual([
    expect.stringMatching(/^demo\/shop:prod-\d{8}-\d{4} /),
  ])
  await expect(page.getByRole('main').getByRole('status').filter({ hasText: 'demo/shop:prod' })).toBeVisible()
})

test('tags are added, moved and renamed with the keyboard alone', async ({ app, engine }) => {
  const { page, words } = app
  const { keyboard } = page
  await loaded(
    engine,
    await runnable('demo/shop:1.0', 'one'),
    await runnable(['demo/shop:2.0', 'demo/shop:dev'], 'two'),
  )
  const focused = async (key: string, to: Locator): Promise<void> => {
    await expect(to).toBeEnabled()
    for (let stop = 0; stop < 60; stop += 1) {
      if (await to.evaluate((element) => element === document.activeElement)) return
      await keyboard.press(key)
    }
    await expect(to).toBeFocused()
  }
  const two = row(app, 'demo/shop 2.0, dev')
  await focused('F6', row(app, 'demo/shop 1.0').or(two).first())
  await focused('ArrowDown', two)
  await focused(
    'ArrowRight',
    two.getByRole('button', { name: fill(words.tagging.chip, { tag: 'dev', repository: 'demo/shop' }) }),
  )
  await keyboard.press('Enter')
  await focused('Tab', sheet(app).getByRole('button', { name: `${words.tagging.move} dev` }))
  await keyboard.press('Enter')
  const field = sheet(app).getByLabel(fill(words.tagging.moveField, { tag: 'dev' }))
  await expect(field).toBeFocused()
  await keyboard.press('ArrowDown')
  await focused('Tab', sheet(app).getByRole('button', { name: fill(words.tagging.offered, { tag: 'prod' }) }))
  await keyboard.press('Space')
  await focused('Shift+Tab', sheet(app).getByRole('button', { name: `${words.tagging.rename} 2.0` }))
  await keyboard.press('Enter')
  await keyboard.press('Control+a')
  await keyboard.type('2.0.0')
  await expect(changes(app)).toHaveText([
    'dev moves from this image to 1.0',
    'prod is new: it names this image',
    '2.0 is called 2.0.0 from now on',
  ])
  await focused('Tab', sheet(app).getByRole('button', { name: words.tagging.apply }))
  await keyboard.press('Enter')
  await expect(sheet(app)).toBeHidden()
  await expect(row(app, 'demo/shop 2.0.0, prod')).toBeVisible()
  await expect(row(app, 'demo/shop 1.0, dev')).toBeVisible()
})

test('the same in the Library and on a registry, where one tag goes alone', async ({ app, engine, registry }) => {
  const { page, words } = app
  await loaded(engine, await runnable('demo/shop:1.0.0', 'one'), await runnable('demo/shop:1.1.0', 'two'))
  const nav = page.getByRole('navigation')
  await addOpenRegistry(app, registry.host)
  await expect(sheet(app)).toBeHidden()
  await nav.getByRole('button', { name: /^Docker/ }).click()
  const titles = ['demo/shop 1.0.0', 'demo/shop 1.1.0']
  await copyTo(app, titles, words.places.library, words.places.library)
  await copyTo(app, titles, registry.host, registry.host)

  await nav.getByRole('button', { name: new RegExp(`^${words.places.library}`) }).click()
  await openTags(app, 'demo/shop 1.0.0')
  await press(sheet(app), fill(words.tagging.take, { version: '1.0.0' }))
  // 1.1.0 is there: 1 and latest are not this one's.
  await expect(changes(app)).toHaveText(['1.0 is new: it names this image'])
  await expect(sheet(app)).toContainText('stays where it is: 1.1.0 is newer')
  await change(app)
  await expect(row(app, 'demo/shop 1.0.0, 1.0')).toBeVisible()

  await nav.getByRole('button', { name: new RegExp(`^${registry.host}`) }).click()
  await page.getByRole('button', { name: 'demo/shop' }).click()
  const repository = `${registry.host}/demo/shop`
  await openTags(app, `${repository} 1.1.0`)
  await press(sheet(app), fill(words.tagging.take, { version: '1.1.0' }))
  await change(app)
  const whole = row(app, `${repository} 1.1.0, 1.1, 1, latest`)
  await expect(whole).toBeVisible()
  const skopeo = (...args: string[]): string => execFileSync(requireCommand('skopeo'), args, { encoding: 'utf8' })
  const tags = (): string[] =>
    (JSON.parse(skopeo('list-tags', '--tls-verify=false', `docker://${repository}`)) as { Tags: string[] }).Tags.sort()
  expect(tags()).toEqual(['1', '1.0.0', '1.1', '1.1.0', 'latest'])

  // A tag alone, and the last one not unsaid.
  await press(whole, fill(words.images.removeTag, { tag: '1', repository }))
  await expect(row(app, `${repository} 1.1.0, 1.1, latest`)).toBeVisible()
  expect(tags()).toEqual(['1.0.0', '1.1', '1.1.0', 'latest'])
  const other = row(app, `${repository} 1.0.0`)
  await press(other, fill(words.images.removeTag, { tag: '1.0.0', repository }))
  await expect(sheet(app)).toContainText('would have no tag any more')
  await expectNothingFound(app, 'the last tag of an image of a registry')
  await press(sheet(app), words.tagging.applyLost)
  await expect(other).toBeHidden()
  expect(tags()).toEqual(['1.1', '1.1.0', 'latest'])

  // And back: the registry has it still.
  await openTags(app, `${repository} 1.1.0, 1.1, latest`)
  await press(sheet(app), `${words.tagging.history} 1.1.0`)
  await sheet(app).getByLabel(words.tagging.past.tag, { exact: true }).selectOption('1.0.0')
  await sheet(app).getByRole('button', { name: words.tagging.past.back }).click()
  await change(app)
  await expect(other).toBeVisible()
  expect(tags()).toEqual(['1.0.0', '1.1', '1.1.0', 'latest'])
})

for (const language of ['en', 'fr'] as const) {
  test.describe(`axe finds nothing on the tags of an image (${language})`, () => {
    test.use({ language })
    for (const theme of ['light', 'dark'] as const) {
      test(theme, async ({ app, engine }) => {
        const { words } = app
        await loaded(
          engine,
          await runnable(['demo/shop:2.4.0', 'demo/shop:2.4', 'demo/shop:latest', 'demo/shop:prod'], 'old'),
          await runnable('demo/shop:build-7', 'next'),
        )
        await app.show({ lang: language, theme })
        await openTags(app, 'demo/shop build-7')
        await expectNothingFound(app, 'the tags of an image')
        await press(sheet(app), fill(words.tagging.take, { version: '2.4.1' }))
        await press(sheet(app), fill(words.tagging.offered, { tag: 'prod' }))
        await press(sheet(app), `${words.tagging.rename} build-7`)
        await expect(changes(app)).toHaveCount(5)
        await expectNothingFound(app, 'a version and its shortcuts')
      })
    }
  })
}
