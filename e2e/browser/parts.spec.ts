import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectNothingFound } from '../axe.ts'
import { expect, test } from '../fixtures.ts'
import { loadSheet, openSave, press, row, sheet, waitForTransfer } from '../flows.ts'
import { large, loaded } from '../given.ts'

/** A save in parts for a stick that takes no large file, and the way back by any of them. */

test('images are saved in parts, and loaded from them; a damaged and a missing part are named', async ({
  app,
  engine,
  folder,
}) => {
  const { words } = app
  await loaded(engine, await large('demo/large:1', 120))
  const shown = await openSave(app, 'demo/large 1')
  await shown.getByLabel(words.save.compression).selectOption('none')
  await shown.getByLabel(words.save.split).selectOption('100000000')
  await expectNothingFound(app, 'the save sheet with parts')
  const path = join(folder, 'large.tar')
  await app.saveAs(path)
  await expect(shown).toBeHidden()
  await waitForTransfer(app, '→ large.tar')
  const names = readdirSync(folder).sort()
  const notes = ['large.tar.note.json', 'large.tar.note.txt']
  expect(names).toEqual(['SHA256SUMS', ...notes, 'large.tar.part-001', 'large.tar.part-002'])
  const parts = names.filter((name) => name.includes('.part-')).map((name) => join(folder, name))
  engine.docker('rmi', 'demo/large:1')

  const [first = '', second = ''] = parts
  const before = readFileSync(second)
  const bytes = Buffer.from(before)
  bytes[1000] = (bytes[1000] ?? 0) ^ 1
  writeFileSync(second, bytes)
  await app.drop(...names.map((name) => join(folder, name)))
  await expect(sheet(app)).toContainText('large.tar.part-002')
  await expectNothingFound(app, 'a damaged part')
  writeFileSync(second, before)
  await app.page.keyboard.press('Escape')

  rmSync(first)
  await app.drop(...parts.slice(1))
  await expect(sheet(app)).toContainText('large.tar.part-001')
})

test('all parts dropped together are one file', async ({ app, engine, folder }) => {
  const { words } = app
  await loaded(engine, await large('demo/large:2', 120))
  const shown = await openSave(app, 'demo/large 2')
  await shown.getByLabel(words.save.compression).selectOption('none')
  await shown.getByLabel(words.save.split).selectOption('100000000')
  await app.saveAs(join(folder, 'two.tar'))
  await waitForTransfer(app, '→ two.tar')
  engine.docker('rmi', 'demo/large:2')
  await app.drop(...readdirSync(folder).map((name) => join(folder, name)))
  const look = loadSheet(app, 'two.tar.part-001')
  await expect(look).toContainText('2 parts')
  await expect(look).toContainText(words.load.intact)
  await press(look, words.load.load)
  await waitForTransfer(app, 'demo/large 2 → Docker')
  await expect(row(app, 'demo/large 2')).toBeVisible()
})
