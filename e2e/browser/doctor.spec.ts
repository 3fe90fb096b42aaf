import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Locator } from '@playwright/test'
import { hybridArchive, type MadeImage } from '../../src/main/testing/handmade-archives.ts'
import { runImage } from '../../src/main/testing/images.ts'
import { expectNothingFound } from '../axe.ts'
import { expect, test } from '../fixtures.ts'
import { press, row, sheet, waitForTransfer } from '../flows.ts'
import { runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { fill } from '../words.ts'

/** What can be saved of a damaged file: seen, completed from another copy, written anew, loaded. */

/** A copy of a file in which the upper layer of an image is damaged, and the header before it: it is refused as it is. */
function hurt(path: string, image: MadeImage, file: string): string {
  const bytes = readFileSync(path)
  const at = bytes.indexOf(image.layers[1]?.tar ?? '')
  bytes[at - 512 + 150] = 0x39
  bytes[at + 9000] = (bytes[at + 9000] ?? 0) ^ 1
  const copy = join(dirname(path), file)
  writeFileSync(copy, bytes)
  return copy
}

function doctorSheet({ page, words }: AppWindow, file: string): Locator {
  return page.getByRole('dialog', { name: fill(words.doctor.title, { file }) })
}

function card(shown: Locator, name: string): Locator {
  return shown
    .getByRole('listitem')
    .filter({ has: shown.page().getByText(name, { exact: true }) })
    .first()
}

test('a damaged file: what is whole is seen, and loaded', async ({ app, engine, folder }) => {
  const { words } = app
  const [good, bad] = [await runnable('demo/good:1'), await runnable('demo/hurt:1')]
  const { path } = await hybridArchive(folder, [good, bad], { file: 'sound.tar' })
  const damaged = hurt(path, bad, 'damaged.tar')

  await app.drop(damaged)
  await expect(sheet(app)).toContainText('damaged')
  await expectNothingFound(app, 'a damaged file, refused')
  await press(sheet(app), words.doctor.see)
  const shown = doctorSheet(app, basename(damaged))
  await expect(shown).toContainText(words.doctor.findings)
  await expect(card(shown, 'demo/good:1')).toContainText(words.doctor.state.whole)
  await expect(card(shown, 'demo/hurt:1')).toContainText(words.doctor.state.broken)
  await expect(card(shown, 'demo/hurt:1').getByRole('checkbox')).toBeDisabled()
  await expectNothingFound(app, 'the doctor’s sheet')

  await press(shown, words.doctor.load)
  const loading = app.page.getByRole('dialog', { name: fill(words.doctor.loadTitle, { file: basename(damaged) }) })
  await press(loading, words.load.load)
  await expect(loading).toBeHidden()
  await waitForTransfer(app, 'demo/good 1 → Docker')
  await expect(row(app, 'demo/good 1')).toBeVisible()
  expect(runImage(engine, 'demo/good:1')).toBe('demo/good:1 runs')
})

test('completed from another copy, and written as a file that Docker loads', async ({ app, engine, folder }) => {
  const { words } = app
  const [good, bad] = [await runnable('demo/good:2'), await runnable('demo/hurt:2')]
  const { path } = await hybridArchive(folder, [good, bad], { file: 'sound.tar' })
  const damaged = hurt(path, bad, 'damaged.tar')
  hurt(path, good, 'other.tar')

  // By the search, in the other language.
  await app.page.getByLabel(words.shell.search).fill('réparer')
  await press(app.page.getByRole('main'), words.doctor.open)
  const chooser = app.page.getByRole('dialog', { name: words.files.openTitle })
  await chooser.getByRole('button', { name: `${words.files.file} damaged.tar` }).click()
  await chooser.getByRole('button', { name: words.files.openMany_one, exact: true }).click()
  const shown = doctorSheet(app, basename(damaged))
  await expect(card(shown, 'demo/hurt:2')).toContainText(words.doctor.state.broken)
  await shown.getByLabel(words.doctor.complete, { exact: true }).last().selectOption(words.doctor.completeCopy)
  await chooser.getByRole('button', { name: `${words.files.file} other.tar` }).click()
  await chooser.getByRole('button', { name: words.files.openMany_one, exact: true }).click()
  await expect(card(shown, 'demo/hurt:2')).toContainText(words.doctor.state.reparable)
  await expect(card(shown, 'demo/hurt:2')).toContainText('other.tar')
  await expectNothingFound(app, 'the doctor’s sheet, completed')

  await press(shown, words.doctor.write)
  await app.page.getByRole('dialog').getByLabel(words.save.compression).selectOption('none')
  await app.saveAs(join(folder, 'repaired.tar'))
  await waitForTransfer(app, '→ repaired.tar')
  expect(engine.docker('load', '--input', join(folder, 'repaired.tar'))).toContain('demo/hurt:2')
  expect(runImage(engine, 'demo/hurt:2')).toBe('demo/hurt:2 runs')
})
