import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { EmulatedHub, HUB_PEOPLE } from '../../src/main/testing/emulated/hub.ts'
import { Internet } from '../../src/main/testing/internet.ts'
import {
  ACCOUNT,
  type Registry,
  type RegistryOptions,
  SECOND_ACCOUNT,
  startRegistry,
} from '../../src/main/testing/registry.ts'
import { expectNothingFound } from '../axe.ts'
import { test as base, expect } from '../fixtures.ts'
import { press, sheet } from '../flows.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { type HeadlessHost, openInBrowser, startHeadless } from '../hosts/headless.ts'
import { type Keyring, startKeyring } from '../hosts/keyring.ts'
import { filesWith, remembers } from '../memory.ts'
import { fill } from '../words.ts'

/** Accounts at registries, on a real registry and with the real keyring. */
const test = base.extend<{ keyring: Keyring; registryOptions: RegistryOptions; registry: Registry }>({
  registryOptions: [{ auth: true }, { option: true }],
  registry: async ({ registryOptions }, use) => {
    const registry = await startRegistry(registryOptions)
    await use(registry)
    await registry.close()
  },
  keyring: async ({ home }, use) => {
    const keyring = await startKeyring(home)
    await use(keyring)
    await keyring.end()
  },
})

const NOWHERE = 'unix:///nowhere/docker.sock'
test.use({ dockerHost: NOWHERE })

function places({ page }: AppWindow): Locator {
  return page.getByRole('navigation')
}

/** Every row of the list for a registry. */
function rows(app: AppWindow, name: string): Locator {
  return places(app).getByRole('button', { name: new RegExp(`^${name}`) })
}

async function chooseAddress(app: AppWindow, address: string): Promise<void> {
  const { accounts, places: words } = app.words
  await press(places(app), words.addRegistry)
  await sheet(app).getByLabel(accounts.search).fill(address)
  await app.page.keyboard.press('Enter')
  await expect(sheet(app).getByLabel(accounts.address)).toHaveValue(address)
}

/** Types as a person does: by keys, so that no copy of what is typed is left by the test itself. */
async function type(app: AppWindow, field: Locator, text: string): Promise<void> {
  await field.click()
  await app.page.keyboard.type(text)
}

async function typeAccount(app: AppWindow, account: { username: string; password: string }): Promise<void> {
  const { user, secret } = app.words.presets.ways.password
  await sheet(app).getByLabel(user, { exact: true }).fill(account.username)
  await type(app, sheet(app).getByLabel(secret, { exact: true }), account.password)
}

/** What would give the password away, in every form that programs write it. */
function traces({ username, password }: typeof ACCOUNT | typeof SECOND_ACCOUNT): string[] {
  return [password, Buffer.from(`${username}:${password}`).toString('base64'), Buffer.from(password).toString('base64')]
}

test.describe('with a keyring', () => {
  test('signed in once, still signed in after a restart; the secret is in the keyring and nowhere else', async ({
    page,
    home,
    folder,
    language,
    keyring,
    registry,
  }) => {
    // The browser writes elsewhere; everything the app writes is below its home.
    const temporary = join(home, 'tmp')
    mkdirSync(temporary)
    const environment = { ...keyring.environment, TMPDIR: temporary }
    const start = async (): Promise<HeadlessHost> =>
      await startHeadless({ dockerHost: NOWHERE, home, roots: [folder], environment })
    const hosts = [await start()]
    const app = await openInBrowser(page, hosts[0] as HeadlessHost, folder, language)
    await app.show({ lang: language })
    const { accounts, registry: words } = app.words

    await chooseAddress(app, registry.host)
    await typeAccount(app, ACCOUNT)
    expect(await remembers(page, ACCOUNT.password), 'the search finds what is there').toBe(true)
    await press(sheet(app), accounts.test)
    await expect(sheet(app)).toContainText(fill(accounts.signedInAs, { user: ACCOUNT.username }))
    await press(sheet(app), accounts.add)
    await expect(sheet(app)).toBeHidden()
    await expect(rows(app, registry.host)).toContainText(ACCOUNT.username)
    await expect(page.getByRole('main')).toContainText(words.none)

    expect(Object.entries(keyring.secrets('Caboteur'))).toEqual([
      [expect.stringContaining(registry.host), expect.stringContaining(ACCOUNT.password)],
    ])
    expect(await remembers(page, ACCOUNT.password), 'the page forgets what was typed').toBe(false)
    expect(await hosts[0]?.end()).toBe(0)

    hosts.push(await start())
    const again = await openInBrowser(page, hosts[1] as HeadlessHost, folder, language)
    await again.show({ lang: language })
    await rows(again, registry.host).click()
    await expect(page.getByRole('main')).toContainText(words.none)
    expect(await remembers(page, ACCOUNT.password), 'a kept secret does not come to the page').toBe(false)
    expect(await hosts[1]?.end()).toBe(0)

    expect(filesWith(home, traces(ACCOUNT)), 'no file has the secret').toEqual([])
    const said = hosts.map((host) => host.said()).join('\n')
    for (const trace of traces(ACCOUNT)) expect(said).not.toContain(trace)

    // Logged out, it is in the keyring no more.
    hosts.push(await start())
    const last = await openInBrowser(page, hosts[2] as HeadlessHost, folder, language)
    await last.show({ lang: language })
    await press(places(last), fill(last.words.places.more, { name: registry.host }))
    await page.getByRole('menuitem', { name: accounts.menuSignOut }).click()
    await press(sheet(last), accounts.signOut)
    await expect(sheet(last)).toBeHidden()
    await expect(rows(last, registry.host)).toContainText(accounts.nobody)
    expect(keyring.secrets('Caboteur')).toEqual({})
    expect(await hosts[2]?.end()).toBe(0)
  })

  test('two accounts at one registry are told apart; one is logged out, the other stays', async ({
    page,
    home,
    folder,
    language,
    keyring,
    registry,
  }) => {
    const host = await startHeadless({ dockerHost: NOWHERE, home, roots: [folder], environment: keyring.environment })
    const app = await openInBrowser(page, host, folder, language)
    await app.show({ lang: language })
    const { accounts } = app.words
    await chooseAddress(app, registry.host)
    await typeAccount(app, ACCOUNT)
    await press(sheet(app), accounts.add)
    await expect(sheet(app)).toBeHidden()
    await press(places(app), fill(app.words.places.more, { name: registry.host }))
    await page.getByRole('menuitem', { name: accounts.menuAnother }).click()
    await typeAccount(app, SECOND_ACCOUNT)
    await press(sheet(app), accounts.signIn)
    await expect(sheet(app)).toBeHidden()
    await expect(rows(app, registry.host)).toHaveCount(2)
    const name = fill(accounts.withAccount, { name: registry.host, user: ACCOUNT.username })
    await press(places(app), fill(app.words.places.more, { name }))
    await page.getByRole('menuitem', { name: accounts.menuSignOut }).click()
    await press(sheet(app), accounts.signOut)
    await expect(rows(app, registry.host)).toHaveCount(1)
    await expect(rows(app, registry.host)).toContainText(SECOND_ACCOUNT.username)
    await expect(page.getByRole('main')).toContainText(app.words.registry.none)
    expect(Object.keys(keyring.secrets('Caboteur'))).toHaveLength(1)
    expect(await host.end()).toBe(0)
  })
})

test('without a keyring the secret is in memory only, and the window says so', async ({ app, home, registry }) => {
  const { accounts } = app.words
  await chooseAddress(app, registry.host)
  await typeAccount(app, ACCOUNT)
  await press(sheet(app), accounts.add)
  await expect(sheet(app)).toContainText(accounts.notKept)
  await expectNothingFound(app, 'no keyring')
  await sheet(app).getByRole('button', { name: app.words.common.close }).last().click()
  await expect(app.page.getByRole('main')).toContainText(app.words.registry.none)
  expect(filesWith(home, traces(ACCOUNT))).toEqual([])
  expect(await remembers(app.page, ACCOUNT.password)).toBe(false)
})

test('a wrong password is said in words, and nothing is kept', async ({ app, registry }) => {
  const { accounts } = app.words
  await chooseAddress(app, registry.host)
  await typeAccount(app, { ...ACCOUNT, password: 'rope-and-salt' })
  await press(sheet(app), accounts.add)
  await expect(sheet(app)).toContainText(fill(accounts.signedInNot, { user: ACCOUNT.username }))
  await expectNothingFound(app, 'a sign-in that was refused')
  await press(sheet(app), app.words.common.back)
  await app.page.keyboard.press('Escape')
  await expect(rows(app, registry.host)).toHaveCount(0)
})

test.describe('an authority of its own', () => {
  test.use({ registryOptions: { auth: true, tls: true } })
  test('is trusted after its fingerprint was shown and accepted, for this registry', async ({ app, registry }) => {
    const { accounts } = app.words
    await chooseAddress(app, registry.host)
    await typeAccount(app, ACCOUNT)
    await press(sheet(app), accounts.test)
    const certificate = sheet(app).getByRole('textbox', { name: accounts.caTitle })
    // The test opened what only a person can decide.
    await expect(certificate).toBeVisible()
    await certificate.fill(registry.ca ?? '')
    await expect(sheet(app)).toContainText(/(?:[0-9a-f]{2}:){31}[0-9a-f]{2}/)
    await press(sheet(app), accounts.add)
    await expect(sheet(app)).toContainText(accounts.remark.caConsentMissing)
    await expectNothingFound(app, 'a certificate to accept')
    await sheet(app)
      .getByRole('checkbox', { name: fill(accounts.caConsent, { host: registry.host }) })
      .check()
    await press(sheet(app), accounts.add)
    await expect(sheet(app)).toContainText(accounts.notKept)
    await sheet(app).getByRole('button', { name: app.words.common.close }).last().click()
    await expect(app.page.getByRole('main')).toContainText(app.words.registry.none)
  })
})

const OUTER = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

test('a connection without protection needs consent in words, for this registry alone', async ({ app, registry }) => {
  expect(OUTER, 'this computer is in a network').toBeDefined()
  const { accounts } = app.words
  const port = Number(registry.host.split(':')[1])
  const relay = createServer((socket) => {
    const there = connect(port, '127.0.0.1')
    for (const end of [socket, there]) end.on('error', () => undefined)
    socket.pipe(there).pipe(socket)
  })
  await new Promise<void>((resolve) => relay.listen(0, OUTER, resolve))
  const address = relay.address()
  const host = `${OUTER}:${typeof address === 'object' ? address?.port : ''}`
  await chooseAddress(app, host)
  await typeAccount(app, ACCOUNT)
  await press(sheet(app), accounts.test)
  const consent = sheet(app).getByRole('checkbox', { name: fill(accounts.plainConsent, { host }) })
  await expect(consent).toBeVisible()
  await expect(consent).not.toBeChecked()
  await consent.check()
  await press(sheet(app), accounts.test)
  await expect(sheet(app)).toContainText(fill(accounts.reachablePlain, { name: host }))
  // Another address is another registry: what was accepted does not go with it.
  await sheet(app).getByLabel(accounts.address).fill('registry.example:5000')
  const other = fill(accounts.plainConsent, { host: 'registry.example:5000' })
  await expect(sheet(app).getByRole('checkbox', { name: other })).not.toBeChecked()
  await new Promise((resolve) => relay.close(resolve))
})

test.describe('what docker has already', () => {
  test('is offered first, used without typing, and left as it is', async ({
    page,
    home,
    folder,
    language,
    registry,
  }) => {
    const config = join(home, '.docker/config.json')
    mkdirSync(join(home, '.docker'))
    const auth = Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')
    writeFileSync(config, JSON.stringify({ auths: { [registry.host]: { auth } } }))
    const before = readFileSync(config, 'utf8')
    const host = await startHeadless({ dockerHost: NOWHERE, home, roots: [folder] })
    const app = await openInBrowser(page, host, folder, language)
    await app.show({ lang: language })
    const { accounts, places: words } = app.words
    await press(places(app), words.addRegistry)
    const known = sheet(app).getByRole('region', { name: accounts.knownTitle })
    await expect(known).toContainText(`${registry.host} ${fill(accounts.knownAs, { user: ACCOUNT.username })}`)
    const exposed = sheet(app).getByRole('region', { name: fill(accounts.exposedTitle, { hosts: registry.host }) })
    await exposed.getByText(accounts.exposedHow).click()
    await expect(exposed).toContainText(config)
    await expect(exposed).toContainText('"credsStore":')
    await expect(exposed).toContainText(`docker login ${registry.host}`)
    await expectNothingFound(app, 'what docker has already')
    await known.getByRole('button', { name: accounts.use }).click()
    await expect(sheet(app)).toBeHidden()
    await expect(rows(app, registry.host)).toContainText(ACCOUNT.username)
    await expect(page.getByRole('main')).toContainText(app.words.registry.none)
    expect(readFileSync(config, 'utf8')).toBe(before)
    expect(filesWith(join(home, '.state'), traces(ACCOUNT))).toEqual([])
    expect(await remembers(page, ACCOUNT.password)).toBe(false)
    expect(await host.end()).toBe(0)
  })
})

test('Docker Hub by its preset: a password that needs a token, a token that may only read, one that may publish', async ({
  page,
  home,
  folder,
  language,
}) => {
  const internet = await Internet.start()
  const hub = await EmulatedHub.start(internet)
  const host = await startHeadless({ dockerHost: NOWHERE, home, roots: [folder], environment: internet.env })
  const app = await openInBrowser(page, host, folder, language)
  await app.show({ lang: language })
  const { accounts, presets } = app.words
  const { hubToken, hubPassword } = presets.ways
  await press(places(app), app.words.places.addRegistry)
  await sheet(app)
    .getByRole('button', { name: /^Docker Hub/ })
    .click()
  await sheet(app).getByLabel(accounts.way).selectOption(hubPassword.label)
  await sheet(app).getByLabel(hubPassword.user).fill('bruno')
  await sheet(app).getByLabel(hubPassword.secret, { exact: true }).fill(HUB_PEOPLE.bruno.password)
  await press(sheet(app), accounts.signIn)
  await expect(sheet(app)).toContainText('Docker Hub does not take the password of this account.')
  await press(sheet(app), accounts.tokenInstead)
  await sheet(app).getByLabel(hubToken.user).fill('alice')
  await sheet(app).getByLabel(hubToken.secret, { exact: true }).fill('dckr_pat_alice_read')
  await press(sheet(app), accounts.test)
  await expect(sheet(app)).toContainText(fill(accounts.signedInAs, { user: 'alice' }))
  await expect(sheet(app)).toContainText(fill(accounts.mayNotPush, { namespace: 'docker.io/alice' }))
  await expectNothingFound(app, 'a token that may only read')
  await sheet(app).getByLabel(hubToken.secret, { exact: true }).fill('dckr_pat_alice_write')
  await press(sheet(app), accounts.test)
  await expect(sheet(app)).toContainText(fill(accounts.mayPush, { namespace: 'docker.io/alice' }))
  await press(sheet(app), accounts.signIn)
  await sheet(app).getByRole('button', { name: app.words.common.close }).last().click()
  await expect(rows(app, 'Docker Hub')).toContainText('alice')
  expect(internet.unknown).toEqual([])
  expect(await host.end()).toBe(0)
  await hub.close()
  await internet.close()
})

test('“Which registry?” asks five questions, recommends one, and opens its form', async ({ app }) => {
  const { accounts, places: words } = app.words
  const { guide } = accounts
  await press(places(app), words.addRegistry)
  await press(sheet(app), accounts.which)
  await expect(sheet(app)).toContainText(guide.unanswered)
  const answers = [
    [guide.who, guide.whoSome],
    [guide.net, guide.netYes],
    [guide.have, guide.haveNothing],
    [guide.pay, guide.payNo],
    [guide.care, guide.careNo],
  ] as const
  for (const [question, answer] of answers)
    await sheet(app)
      .getByRole('radiogroup', { name: question })
      .getByRole('radio', { name: answer, exact: true })
      .check()
  await expect(sheet(app)).toContainText(fill(guide.answer, { name: 'GitHub' }))
  await sheet(app).getByText(guide.compare, { exact: true }).click()
  await expect(sheet(app).getByRole('row', { name: /Harbor/ })).toBeVisible()
  await expectNothingFound(app, 'which registry')
  await press(sheet(app), fill(guide.take, { name: 'GitHub' }))
  await expect(sheet(app).getByLabel(app.words.presets.ways.githubToken.user)).toBeVisible()
})

test('the page where a token is made opens in a page of its own, which knows nothing of this one', async ({ app }) => {
  const { accounts, places: words, presets } = app.words
  await app.page.context().route('https://github.com/**', async (route) => await route.fulfill({ body: 'GitHub' }))
  await press(places(app), words.addRegistry)
  await sheet(app)
    .getByRole('button', { name: new RegExp(`^${presets.name.github}`) })
    .click()
  const [opened] = await Promise.all([
    app.page.waitForEvent('popup'),
    sheet(app).getByRole('link', { name: accounts.openPage }).click(),
  ])
  expect(opened.url()).toContain('https://github.com/settings/tokens/new?')
  expect(await opened.evaluate(() => window.opener === null && document.referrer === '')).toBe(true)
  await opened.close()
})

for (const language of ['en', 'fr'] as const)
  for (const theme of ['light', 'dark'] as const)
    test.describe(`${language}, ${theme}`, () => {
      test.use({ language })
      test('nothing is found on any form', async ({ app }) => {
        const { accounts, places: words, presets } = app.words
        for (const id of ['hub', 'ecr', 'google', 'azure', 'harbor', 'own'] as const) {
          await app.show({ lang: language, theme })
          await press(places(app), words.addRegistry)
          if (id === 'hub') await expectNothingFound(app, `${language} ${theme}: which one`)
          await sheet(app)
            .getByRole('button', { name: new RegExp(`^${presets.name[id]}`) })
            .first()
            .click()
          // Everything wrong at once, as after the first try.
          await sheet(app).getByRole('button', { name: accounts.test, exact: true }).click()
          await expectNothingFound(app, `${language} ${theme}: ${id}`)
        }
        await app.show({ lang: language, theme })
        await press(places(app), words.addRegistry)
        await press(sheet(app), accounts.which)
        await sheet(app).getByText(accounts.guide.compare, { exact: true }).click()
        await expectNothingFound(app, `${language} ${theme}: which registry`)
      })
    })
