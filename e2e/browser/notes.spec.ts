import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runImage } from '../../src/main/testing/images.ts'
import { deliveryNoteSchema } from '../../src/shared/delivery-note.ts'
import { expectNothingFound } from '../axe.ts'
import { expect, test } from '../fixtures.ts'
import { lastTransfer, loadSheet, openSave, press, row, sheet, waitForTransfer } from '../flows.ts'
import { identity, loaded, runnable } from '../given.ts'
import { type Keyring, startKeyring } from '../hosts/keyring.ts'
import { fill } from '../words.ts'

/** What lies beside a file takes it to a machine without this app; a compose file says what to take. */

test('a file is saved with its note and scripts, and charger.sh alone loads it into another Docker', async ({
  app,
  engine,
  other,
  folder,
}) => {
  const { delivery, save } = app.words
  await loaded(engine, await runnable('notes/app:1.0'))
  const before = identity(engine, 'notes/app:1.0')
  const shown = await openSave(app, 'notes/app 1.0')
  await expect(shown.getByRole('checkbox', { name: delivery.note })).toBeChecked()
  await shown.getByLabel(delivery.computer).fill('atelier-01')
  await shown.getByRole('checkbox', { name: delivery.scripts }).check()
  await shown.getByRole('checkbox', { name: delivery.inspection }).check()
  await shown.getByLabel(delivery.date).selectOption('underscore')
  await expect(shown.getByLabel(save.file)).toHaveValue(/^notes-app-1\.0_\d{4}-\d\d-\d\d\.tar\.zst$/)
  await expectNothingFound(app, 'the save sheet with what lies beside')
  const path = join(folder, 'the app.tar.zst')
  await app.saveAs(path)
  await waitForTransfer(app, '→ the app.tar.zst')
  await expect(await lastTransfer(app)).toContainText('the app.tar.zst.note.txt')
  const beside = ['inspect.json', 'inspect.txt', 'note.json', 'note.txt', 'sha256'].map((as) => `the app.tar.zst.${as}`)
  expect(readdirSync(folder).sort()).toEqual(['charger.cmd', 'charger.sh', 'the app.tar.zst', ...beside])
  const note = deliveryNoteSchema.parse(JSON.parse(readFileSync(`${path}.note.json`, 'utf8')))
  expect(note.made.computer).toBe('atelier-01')
  expect(note.images[0]?.platforms[0]?.config).toBe(before.configDigest)

  const env = { ...process.env, DOCKER_HOST: other.host, DOCKER_CONFIG: other.config }
  execFileSync('sh', [join(folder, 'charger.sh')], { env, stdio: 'pipe' })
  expect(identity(other, 'notes/app:1.0')).toEqual(before)
  expect(runImage(other, 'notes/app:1.0')).toContain('runs')

  // The folder itself, as a person drags it.
  await app.drop(folder)
  const opened = loadSheet(app, path)
  await expect(opened.getByRole('region', { name: delivery.note })).toContainText('atelier-01')
  await expect(opened).toContainText(delivery.matches)
  await expect(opened).toContainText(delivery.unsigned)
  await expectNothingFound(app, 'the load sheet with a note')

  // What was chosen stays chosen for the next file.
  await app.page.keyboard.press('Escape')
  await app.page.reload()
  const again = await openSave(app, 'notes/app 1.0')
  await expect(again.getByRole('checkbox', { name: delivery.scripts })).toBeChecked()
  await expect(again.getByLabel(delivery.date)).toHaveValue('underscore')
})

const withKeyring = test.extend<{ keyring: Keyring }>({
  keyring: async ({ home }, use) => {
    const keyring = await startKeyring(home)
    await use(keyring)
    await keyring.end()
  },
  environment: async ({ keyring }, use) => await use(keyring.environment),
})

withKeyring(
  'a signed note says which machine made it, until it is changed',
  async ({ app, engine, keyring, folder }) => {
    const { delivery } = app.words
    await loaded(engine, await runnable('notes/signed:1'))
    const shown = await openSave(app, 'notes/signed 1')
    await shown.getByLabel(delivery.computer).fill('atelier-01')
    await shown.getByRole('checkbox', { name: delivery.sign }).check()
    await press(shown, delivery.makeKey)
    await expect(shown).toContainText(delivery.key)
    await expectNothingFound(app, 'the save sheet with a key')
    expect(Object.keys(keyring.secrets('Caboteur'))).toContain('signature')
    const path = join(folder, 'signed.tar')
    await app.saveAs(path)
    await waitForTransfer(app, '→ signed.tar')
    await expect(await lastTransfer(app)).toContainText('signed.tar.note.json.asc')
    await app.drop(folder)
    const opened = loadSheet(app, path)
    await expect(opened).toContainText(delivery.own)
    await app.page.keyboard.press('Escape')

    const json = `${path}.note.json`
    writeFileSync(json, readFileSync(json, 'utf8').replace('atelier-01', 'atelier-02'))
    await app.drop(folder)
    await expect(opened).toContainText(delivery.bad)
    await expectNothingFound(app, 'a note that was changed')
  },
)

test('the images of a compose file are chosen, and those that are not here are to be got', async ({
  app,
  engine,
  folder,
}) => {
  const { delivery, images } = app.words
  await loaded(engine, await runnable('notes/api:1'), await runnable('notes/web:2'), await runnable('notes/else:1'))
  await expect(row(app, 'notes/web 2')).toBeVisible()
  const compose = join(folder, 'compose.yaml')
  const services = {
    api: { image: 'notes/api:1' },
    web: { image: 'notes/web:$WEB' },
    db: { image: 'notes/gone:7' },
    worker: { build: './worker' },
  }
  writeFileSync(compose, JSON.stringify({ services }))
  const env = join(folder, 'shop.env')
  writeFileSync(env, 'WEB=2\n')
  await app.drop(compose)
  await expect(sheet(app)).toContainText(fill(delivery.list.unset, { names: 'WEB' }))
  await app.page.keyboard.press('Escape')
  await app.drop(compose, env)
  const shown = sheet(app)
  await expect(shown).toContainText('notes/web:2')
  await expect(shown).toContainText('notes/gone:7')
  await expect(shown).toContainText('worker')
  await expectNothingFound(app, 'the images of a compose file')
  await press(shown, delivery.list.choose)
  await expect(app.page.getByRole('region', { name: images.selection })).toContainText('2')
  await expect(row(app, 'notes/api 1').getByRole('checkbox')).toBeChecked()
  await expect(row(app, 'notes/else 1').getByRole('checkbox')).not.toBeChecked()
  await app.drop(compose, env)
  await press(sheet(app), delivery.list.get)
  await expect(sheet(app)).toContainText('notes/gone')
})
