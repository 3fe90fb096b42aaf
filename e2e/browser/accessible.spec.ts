import { writeFileSync } from 'node:fs'
import { damaged } from '../../src/main/testing/archives.ts'
import { makeImage } from '../../src/main/testing/handmade-archives.ts'
import { expectNothingFound } from '../axe.ts'
import { expect, test } from '../fixtures.ts'
import {
  choose,
  lastTransfer,
  loadSheet,
  lookInto,
  openMenu,
  openSave,
  press,
  row,
  sheet,
  typeTag,
  waitForTransfer,
} from '../flows.ts'
import { archiveOf, inFolder, loaded, runnable } from '../given.ts'
import { type Address, holdFiles } from '../hosts/app-window.ts'
import { AWAY, pretendAway } from '../hosts/said.ts'
import { fill } from '../words.ts'

const LOOKS = (['en', 'fr'] as const).flatMap((language) =>
  (['light', 'dark'] as const).map((theme) => ({ language, theme })),
)

for (const { language, theme } of LOOKS) {
  const look: Address = { lang: language, theme }

  test.describe(`axe finds nothing (${language}, ${theme})`, () => {
    test.use({ language })

    test('on the list and what opens from it', async ({ app, engine }) => {
      const { page, words } = app
      await app.show(look)
      await expect(page.getByRole('heading', { name: words.images.empty })).toBeVisible()
      await expectNothingFound(app, 'the list without images')

      await loaded(engine, await runnable(['demo/shop:1.0', 'demo/shop:latest']), await runnable('demo/pay:2.1'))
      await loaded(engine, await makeImage({ layers: ['busybox'] }))
      engine.docker('create', '--name', 'till', '--network', 'none', 'demo/pay:2.1')
      await expect(row(app, 'demo/pay 2.1')).toContainText(/64.bit/)
      await expectNothingFound(app, 'the list')

      await choose(app, 'demo/shop 1.0, latest', 'demo/pay 2.1')
      await page.getByRole('search').getByRole('textbox').fill('d')
      await expectNothingFound(app, 'the list with chosen images')
      await page.getByRole('search').getByRole('textbox').fill('save')
      await expectNothingFound(app, 'the actions found')
      await page.getByRole('search').getByRole('textbox').fill('')

      await typeTag(app, 'demo/pay 2.1', 'demo/shop:latest')
      await expect(row(app, 'demo/pay 2.1')).toContainText('demo/shop:latest')
      await expectNothingFound(app, 'a version that is another image’s')
      await page.keyboard.press('Escape')

      await press(row(app, 'demo/pay 2.1'), fill(words.images.more, { image: 'demo/pay 2.1' }))
      await expectNothingFound(app, 'the menu of a row')
      await page.keyboard.press('Escape')

      await openMenu(app, 'demo/shop 1.0, latest', words.images.details)
      await expect(sheet(app)).toContainText(words.details.configuration)
      await sheet(app).getByText(words.details.history).click()
      await expectNothingFound(app, 'the details')
      await page.keyboard.press('Escape')

      await press(page.getByRole('region', { name: words.images.selection }), words.images.removeChosen)
      await expect(sheet(app)).toContainText('till')
      await expectNothingFound(app, 'the removal dialog')
      await page.keyboard.press('Escape')

      await press(row(app, 'demo/pay 2.1'), fill(words.images.removeTag, { tag: '2.1', repository: 'demo/pay' }))
      await expectNothingFound(app, 'the last name')
      await page.keyboard.press('Escape')

      await press(page.getByRole('banner'), words.shell.help)
      await expectNothingFound(app, 'help')
      await page.keyboard.press('Escape')

      await press(page.getByRole('banner'), words.shell.settings)
      await expect(page.getByLabel(words.shell.language)).toBeVisible()
      await expectNothingFound(app, 'the settings')
    })

    test('on loading, saving and transfers', async ({ app, engine, folder }) => {
      const { page, words } = app
      await app.show(look)
      await loaded(engine, await runnable('demo/shop:latest', 'former'), await runnable('demo/pay:2.1'))
      const next = await runnable(['demo/shop:2.0', 'demo/shop:latest'], 'next')
      const unnamed = await makeImage({ layers: ['busybox', { files: { only: 'here' } }] })
      const made = await archiveOf(folder, 'next.tar', next, await runnable('demo/pay:2.1'), unnamed)

      await holdFiles(page, [made.path])
      await expect(page.getByText(words.drop.drag)).toBeVisible()
      await expectNothingFound(app, 'files held over the window')

      const opened = await lookInto(app, made.path)
      await expect(opened).toContainText(words.load.same)
      await expectNothingFound(app, 'the load sheet')
      await press(opened, words.load.check)
      await expect(opened).toContainText(words.load.intact)
      await expectNothingFound(app, 'the load sheet of a checked file')
      await press(opened, words.load.close)

      const broken = await lookInto(app, damaged(made).path)
      await press(broken, words.load.check)
      await expect(broken).toContainText(fill(words.load.problems_one, { count: 1 }))
      await expectNothingFound(app, 'the load sheet of a damaged file')
      await press(broken, words.load.close)

      const text = inFolder(folder, 'notes.tar')
      writeFileSync(text, 'no images here\n'.repeat(100))
      await app.drop(text)
      await expect(loadSheet(app, text).getByRole('alert')).toBeVisible()
      await expectNothingFound(app, 'a file without images')
      await press(loadSheet(app, text), words.load.close)

      await press(await lookInto(app, made.path), words.load.load)
      await waitForTransfer(app, fill(words.transfers.title_to, { what: '', where: words.places.docker }).trim())
      const transfer = await lastTransfer(app)
      await expect(transfer).toContainText('demo/shop:2.0')
      await expectNothingFound(app, 'the transfers')

      await press(page.getByRole('banner'), `${words.shell.load} load`)
      await expect(sheet(app).getByRole('button', { name: 'next.tar' }).first()).toBeVisible()
      await expectNothingFound(app, 'the chooser for files')
      await page.keyboard.press('Escape')

      writeFileSync(inFolder(folder, 'there.tar'), 'of the person')
      const saving = await openSave(app, 'demo/pay 2.1')
      await expectNothingFound(app, 'the save sheet')
      await saving.getByLabel(words.save.file).fill('a/b')
      await expect(saving).toContainText(words.save.nameSlash)
      await expectNothingFound(app, 'the save sheet with a wrong name')
      await saving.getByLabel(words.save.file).fill('there.tar')
      await expect(saving.getByRole('checkbox', { name: words.save.replace })).toBeVisible()
      await expectNothingFound(app, 'the save sheet over a file that is there')
      await press(saving, words.save.chooseFolder)
      await expect(page.getByRole('dialog', { name: words.files.folderTitle })).toContainText(folder)
      await press(page.getByRole('dialog', { name: words.files.folderTitle }), words.files.newFolder)
      await expectNothingFound(app, 'the chooser for a folder')
    })

    test.describe('while Docker is away', () => {
      test.use({ dockerHost: 'unix:///nowhere/docker.sock' })
      test('in each of its states', async ({ app, folder }) => {
        const { page, words } = app
        await app.show(look)
        await expect(page.getByRole('button', { name: words.common.retry })).toBeVisible()
        await expectNothingFound(app, 'Docker stopped')
        const { path } = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
        await app.drop(path)
        await expect(sheet(app)).toContainText(words.load.noEngine)
        await expectNothingFound(app, 'a look into a file without Docker')
        const stopped = await page.getByRole('main').getByRole('heading', { level: 2 }).textContent()
        for (const state of AWAY) {
          await pretendAway(page, state)
          await app.show(look)
          await expect(page.getByRole('button', { name: words.common.retry })).toBeVisible()
          await expect(page.getByRole('main').getByRole('heading', { level: 2 })).not.toHaveText(stopped ?? '')
          await expectNothingFound(app, state)
        }
      })
    })
  })
}
