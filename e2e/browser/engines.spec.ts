import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { type Sshd, startSshd } from '../../src/main/testing/sshd.ts'
import { expectNothingFound } from '../axe.ts'
import { test as base, expect } from '../fixtures.ts'
import { press, row, sheet } from '../flows.ts'
import { everything, loaded, runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { fill } from '../words.ts'

/** Docker on another computer: a real ssh server here, behind which the second engine is. */
const test = base.extend<{ sshd: Sshd }>({
  sshd: async ({ other }, use) => {
    const sshd = await startSshd({ dockerHost: other.host })
    await use(sshd)
    await sshd.stop()
  },
})

function places({ page }: AppWindow): Locator {
  return page.getByRole('navigation')
}

function place(app: AppWindow, name: string): Locator {
  return places(app).getByRole('button', { name: new RegExp(`^${name}`) })
}

interface Typed {
  readonly name?: string
  readonly key?: string
  readonly password?: string
}

/** Fills in the form and goes on. */
async function typeComputer(app: AppWindow, { port, user }: Sshd, { name = '', key, password }: Typed): Promise<void> {
  const { computer, common } = app.words
  const form = sheet(app)
  await form.getByLabel(computer.host).fill(`ssh://${user}@127.0.0.1:${port}`)
  await form.getByLabel(computer.name).fill(name)
  if (key !== undefined) {
    await form.getByLabel(computer.key).check()
    await form.getByLabel(computer.path, { exact: true }).fill(key)
  }
  if (password !== undefined) {
    await form.getByLabel(computer.passwordWay).check()
    await form.getByRole('textbox', { name: computer.password }).fill(password)
  }
  await press(form, common.continue)
}

async function addComputer(app: AppWindow, sshd: Sshd, name: string): Promise<void> {
  const { computer, places: words } = app.words
  await press(places(app), words.add)
  await typeComputer(app, sshd, { name, key: sshd.key })
  await press(sheet(app), computer.trust)
  await expect(sheet(app)).toContainText('answers')
  await press(sheet(app), computer.add)
  await expect(sheet(app)).toBeHidden()
}

test('a computer is added after its fingerprint was compared, changed and forgotten', async ({
  app,
  engine,
  other,
  sshd,
}) => {
  const { page } = app
  await loaded(engine, await runnable('demo/here:1.0'))
  await loaded(other, await runnable('demo/there:1.0'))
  await press(places(app), 'Add a Docker on another computer…')
  await expect(sheet(app)).toContainText('Step 1 of 3')
  await expect(sheet(app).getByLabel('Address of the computer')).toBeFocused()
  await typeComputer(app, sshd, { name: 'Workshop', key: sshd.key })

  await expect(sheet(app)).toContainText('Step 2 of 3')
  await expect(sheet(app)).toContainText(sshd.fingerprint())
  await expect(sheet(app)).toContainText('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  await press(sheet(app), 'It is the right one: trust it')
  await expect(sheet(app)).toContainText(/Docker \S+ answers · 1 image · 64-bit/)
  await expect(sheet(app).getByRole('button', { name: 'Add', exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(sheet(app)).toBeHidden()

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Docker on Workshop')
  await expect(row(app, 'demo/there 1.0')).toBeVisible()
  await expect(place(app, 'Workshop')).toContainText(`root@127.0.0.1:${sshd.port}`)

  // Both at once: the arrow keys go from one to the other.
  await place(app, 'Workshop').focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(row(app, 'demo/here 1.0')).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(place(app, 'Workshop')).toBeFocused()
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: 'Change…' }).press('Enter')
  await expect(sheet(app).getByLabel('Port')).toHaveValue(String(sshd.port))
  await sheet(app).getByLabel('Name in the list').fill('Office')
  await press(sheet(app), 'Continue')
  await press(sheet(app), 'Change')
  await expect(sheet(app)).toBeHidden()
  await expect(row(app, 'demo/there 1.0')).toBeVisible()

  await press(places(app), 'Actions for Office')
  await page.getByRole('menuitem', { name: 'Forget…' }).click()
  await expect(sheet(app)).toContainText('Only the entry in this list goes')
  await press(sheet(app), 'Forget')
  await expect(place(app, 'Office')).toBeHidden()
  await expect(row(app, 'demo/here 1.0')).toBeVisible()
  expect(everything(other)).toEqual([expect.stringMatching(/^demo\/there:1\.0 /)])
})

test('a wrong password leads back to its field, the right one goes on', async ({ app, sshd }) => {
  const { computer } = app.words
  await press(places(app), app.words.places.add)
  await press(sheet(app), app.words.common.continue)
  await expect(sheet(app)).toContainText(computer.hostEmpty)
  await expect(sheet(app).getByLabel(computer.host)).toBeFocused()
  await typeComputer(app, sshd, { password: 'not this one' })
  await press(sheet(app), computer.trust)
  await expect(sheet(app).getByRole('alert')).toContainText('did not let you in')
  const field = sheet(app).getByRole('textbox', { name: computer.password })
  await expect(field).toBeFocused()
  await field.fill(sshd.password)
  await field.press('Enter')
  // The computer is known by now.
  await expect(sheet(app)).toContainText('answers')
  await press(sheet(app), computer.add)
  await expect(place(app, '127.0.0.1')).toContainText('ready')
  // Where there is no keychain, that is said.
  const notKept = sheet(app).getByText(computer.notKept)
  if (await notKept.isVisible()) await app.page.keyboard.press('Escape')
  await expect(sheet(app)).toBeHidden()
})

test('a computer that shows another fingerprint is warned of, and cannot be trusted here', async ({ app, sshd }) => {
  const { computer, common, away } = app.words
  await addComputer(app, sshd, 'Workshop')
  await expect(place(app, 'Workshop')).toContainText('ready')
  await sshd.rekey()
  await expect(place(app, 'Workshop')).toContainText('another fingerprint')
  const main = app.page.getByRole('main')
  await expect(main.getByRole('heading', { level: 2 })).toContainText('shows another fingerprint than before')
  await expect(main.getByRole('button', { name: common.retry })).toBeVisible()
  await expect(main.getByRole('button', { name: away.look })).toBeHidden()

  await press(places(app), app.words.places.add)
  await typeComputer(app, sshd, { key: sshd.key })
  await expect(sheet(app).getByRole('alert')).toContainText('shows another fingerprint than before')
  await expect(sheet(app).getByRole('button', { name: computer.trust })).toBeHidden()
})

/** A docker context of the person's own, as `docker context create` writes it. */
function context(home: string, name: string, host: string): void {
  const dir = join(home, '.docker/contexts/meta', createHash('sha256').update(name).digest('hex'))
  mkdirSync(dir, { recursive: true })
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }
  writeFileSync(join(dir, 'meta.json'), JSON.stringify(meta))
}

test('a context over ssh is asked about before anything is sent there', async ({ app, home, sshd }) => {
  const { page, words } = app
  context(home, 'far', `ssh://root@127.0.0.1:${sshd.port}`)
  await expect(place(app, 'far')).toContainText(words.places.idle)
  await place(app, 'far').click()
  await expect(page.getByRole('main').getByRole('heading', { level: 2 })).toHaveText(/is not known yet/)
  await press(page.getByRole('main'), words.away.look)
  await expect(sheet(app)).toContainText(sshd.fingerprint())
  await press(sheet(app), words.computer.trust)
  await expect(sheet(app)).toBeHidden()
  // Known now; the keys of whoever runs this test do not open it.
  await expect(page.getByRole('main').getByRole('heading', { level: 2 })).toHaveText(/did not let you in/)
})

test.describe('Docker stopped', () => {
  test.use({ dockerHost: 'unix:///nowhere/docker.sock' })
  test('the places can still be added to', async ({ app, other, sshd }) => {
    await loaded(other, await runnable('demo/there:1.0'))
    const still = app.page.getByText(fill(app.words.away.still, {}))
    await expect(still).toBeVisible()
    await addComputer(app, sshd, 'Workshop')
    await expect(row(app, 'demo/there 1.0')).toBeVisible()
    await expect(still).toBeHidden()
  })
})

for (const look of [
  { lang: 'en', theme: 'dark' },
  { lang: 'fr', theme: 'light' },
] as const) {
  test.describe(`axe (${look.lang}, ${look.theme})`, () => {
    test.use({ language: look.lang })
    test('finds nothing on the way of a computer into the list', async ({ app, sshd }) => {
      const { computer, common, places: words } = app.words
      await app.show(look)
      await press(places(app), words.add)
      await press(sheet(app), common.continue)
      await expect(sheet(app)).toContainText(computer.hostEmpty)
      await expectNothingFound(app, 'the form with an empty field')
      await typeComputer(app, sshd, { name: 'Workshop', password: 'not this one' })
      await expect(sheet(app).getByRole('button', { name: computer.trust })).toBeVisible()
      await expectNothingFound(app, 'the fingerprint')
      await press(sheet(app), computer.trust)
      await expect(sheet(app).getByRole('alert')).toBeVisible()
      await expectNothingFound(app, 'the form after a refusal')
      await sheet(app).getByRole('textbox', { name: computer.password }).fill(sshd.password)
      await press(sheet(app), common.continue)
      await expect(sheet(app).getByRole('button', { name: computer.add, exact: true })).toBeVisible()
      await expectNothingFound(app, 'the try')
      await press(sheet(app), computer.add)
      await expect(place(app, 'Workshop')).toContainText(words.ready)
      await expectNothingFound(app, 'after adding')
      await app.page.keyboard.press('Escape')
      await place(app, 'Workshop').press('Shift+F10')
      await expectNothingFound(app, 'the menu of a place')
      // The list may have changed under the menu meanwhile, which closes it.
      await expect(async () => {
        await place(app, 'Workshop').press('Shift+F10')
        await app.page.getByRole('menuitem', { name: words.forget }).click({ timeout: 2000 })
      }).toPass({ timeout: 20_000 })
      await expectNothingFound(app, 'forgetting')
    })
  })
}
