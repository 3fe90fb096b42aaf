import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { removeDir, tempDir } from '../../src/main/testing/temp.ts'
import { expectNothingFound } from '../axe.ts'
import { test as base, expect } from '../fixtures.ts'
import { loadSheet, openSave, press, row, sheet, waitForTransfer } from '../flows.ts'
import { loaded, runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { openInBrowser, startHeadless } from '../hosts/headless.ts'
import { type Keyring, startKeyring } from '../hosts/keyring.ts'
import { filesWith, remembers } from '../memory.ts'
import { fill } from '../words.ts'

/** Files protected by a password: saved, opened by gpg, asked for, typed wrong, typed right, kept where one wishes. */

const test = base.extend<{ keyring: Keyring }>({
  keyring: async ({ home }, use) => {
    const keyring = await startKeyring(home)
    await use(keyring)
    await keyring.end()
  },
})

const PASSWORD = 'seven blue tugs at dawn'
const TRACES = [PASSWORD, Buffer.from(PASSWORD).toString('base64')]

/** By keys, so that no copy of what is typed is left by the test itself. */
async function type(app: AppWindow, field: Locator, text: string): Promise<void> {
  await field.click()
  await app.page.keyboard.type(text)
}

async function protect(app: AppWindow, shown: Locator): Promise<void> {
  const { protect: words } = app.words
  await shown.getByLabel(words.on).check()
  await type(app, shown.getByLabel(words.password, { exact: true }), PASSWORD)
  await type(app, shown.getByLabel(words.again, { exact: true }), PASSWORD)
  await expect(shown).toContainText(words.strength.good)
  await expect(shown).toContainText(words.lost)
}

/** What `gpg -d | zstd -d` makes of a file, handed to a command. */
function opened(file: string, command: string, env: NodeJS.ProcessEnv = process.env): string {
  const home = tempDir()
  try {
    mkdirSync(join(home, 'gnupg'), { mode: 0o700 })
    const gpg = `gpg --homedir ${home}/gnupg --batch --quiet --pinentry-mode loopback --passphrase '${PASSWORD}'`
    const script = `set -e -o pipefail; ${gpg} -d "$FILE" | zstd -d | ${command}; gpgconf --homedir ${home}/gnupg --kill all`
    return execFileSync('bash', ['-c', script], {
      env: { ...env, FILE: file },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString()
  } finally {
    removeDir(home)
  }
}

test('a file is saved with a password, opened by gpg, and loaded with it; a wrong one is said at once', async ({
  app,
  engine,
  folder,
  home,
}) => {
  const { words } = app
  await loaded(engine, await runnable('safe/app:1'))
  const shown = await openSave(app, 'safe/app 1')
  await protect(app, shown)
  await expectNothingFound(app, 'the save sheet with a password')
  const path = join(folder, 'app.tar.zst.gpg')
  await app.saveAs(path)
  await expect(shown).toBeHidden()
  await waitForTransfer(app, '→ app.tar.zst.gpg')
  expect(await remembers(app.page, PASSWORD), 'the page forgets what was typed').toBe(false)
  expect(opened(path, 'tar t')).toContain('manifest.json')

  engine.docker('rmi', 'safe/app:1')
  await app.drop(path)
  const look = loadSheet(app, path)
  const field = look.getByLabel(words.protect.password, { exact: true })
  await expect(field).toBeFocused()
  await expect(look).toContainText(words.protect.needed)
  await expectNothingFound(app, 'a file that asks for its password')
  await app.page.keyboard.type('six blue tugs at dawn')
  await app.page.keyboard.press('Enter')
  await expect(look.getByRole('alert')).toHaveText(words.protect.wrong)
  await expectNothingFound(app, 'a wrong password')
  // What was wrong is chosen: typing takes its place.
  await expect(field).toBeFocused()
  await app.page.keyboard.type(PASSWORD)
  await app.page.keyboard.press('Enter')
  await expect(look).toContainText(words.load.intact)
  await expect(look).toContainText(words.protect.protected)
  await press(look, words.load.load)
  await waitForTransfer(app, fill(words.transfers.title_to, { what: 'safe/app 1', where: words.places.docker }))
  await expect(row(app, 'safe/app 1')).toBeVisible()
  expect(await remembers(app.page, PASSWORD), 'nor is it left by what was opened').toBe(false)
  expect(filesWith(home, TRACES), 'no file has it').toEqual([])
})

test('parts protected together ask once, whichever is dropped', async ({ app, engine, folder }) => {
  const { words } = app
  await loaded(engine, await runnable('safe/parts:1'))
  execFileSync('bash', [
    '-c',
    `docker -H ${engine.host} save safe/parts:1 | gpg --homedir "$0" --batch --pinentry-mode loopback --passphrase '${PASSWORD}' -c | split -b 300000 - "$1/parts.tar.gpg.part-"`,
    (() => {
      const gnupg = join(folder, '..', 'gnupg')
      mkdirSync(gnupg, { mode: 0o700 })
      return gnupg
    })(),
    folder,
  ])
  await app.drop(...readdirSync(folder).map((name) => join(folder, name)))
  const look = loadSheet(app, 'parts.tar.gpg.part-aa')
  await type(app, look.getByLabel(words.protect.password, { exact: true }), PASSWORD)
  await press(look, words.protect.open)
  await expect(look).toContainText(words.load.intact)
})

test('the keychain keeps a password where one wishes, offers it, and forgets it', async ({
  page,
  home,
  folder,
  language,
  engine,
  keyring,
}) => {
  await loaded(engine, await runnable('safe/kept:1'))
  const host = await startHeadless({
    dockerHost: engine.host,
    home,
    roots: [folder],
    environment: keyring.environment,
  })
  const app = await openInBrowser(page, host, folder, language)
  await app.show({ lang: language })
  const { words } = app
  const shown = await openSave(app, 'safe/kept 1')
  await protect(app, shown)
  await shown.getByLabel(words.protect.remember).check()
  const path = join(folder, 'kept.tar.zst.gpg')
  await app.saveAs(path)
  await waitForTransfer(app, '→ kept.tar.zst.gpg')
  expect(Object.values(keyring.secrets('Caboteur'))).toEqual([PASSWORD])

  await host.end()
  const again = await startHeadless({
    dockerHost: engine.host,
    home,
    roots: [folder],
    environment: keyring.environment,
  })
  const next = await openInBrowser(page, again, folder, language)
  await next.show({ lang: language })
  await next.drop(path)
  const look = loadSheet(next, path)
  await expect(look).toContainText(words.protect.kept)
  await expectNothingFound(next, 'a password that is kept')
  await press(look, words.protect.useKept)
  await expect(look).toContainText(words.load.intact)
  expect(await remembers(page, PASSWORD), 'a kept password does not come to the page').toBe(false)
  await again.end()

  const last = await startHeadless({ dockerHost: engine.host, home, roots: [folder], environment: keyring.environment })
  const third = await openInBrowser(page, last, folder, language)
  await third.show({ lang: language })
  await third.drop(path)
  await press(loadSheet(third, path), words.protect.forget)
  await expect(loadSheet(third, path)).not.toContainText(words.protect.kept)
  expect(Object.values(keyring.secrets('Caboteur'))).toEqual([])
  expect(await last.end()).toBe(0)
  expect(filesWith(home, TRACES), 'no file has it').toEqual([])
})

test('a file for somebody’s key says so, and the way out', async ({ app, folder }) => {
  const home = join(folder, '..', 'gnupg')
  mkdirSync(home, { mode: 0o700 })
  const gpg = (...args: string[]): Buffer =>
    execFileSync(
      'gpg',
      ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    )
  gpg('--quick-gen-key', 'lea@example.org', 'default', 'default', 'never')
  const path = join(folder, 'for-lea.gpg')
  gpg(
    '--trust-model',
    'always',
    '--recipient',
    'lea@example.org',
    '--output',
    path,
    '--encrypt',
    join(home, 'pubring.kbx'),
  )
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  await app.drop(path)
  await expect(sheet(app)).toContainText('gpg --output')
  await expectNothingFound(app, 'a file for a key')
})
