import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../scripts/build.ts'
import { digestOf, hexOf, type TarEntry, tarBytes, writeTar } from '../src/main/testing/content.ts'
import { EmulatedHub } from '../src/main/testing/emulated/hub.ts'
import { type SharedEngine, startEngine } from '../src/main/testing/engine.ts'
import { Internet } from '../src/main/testing/internet.ts'
import { startRegistry } from '../src/main/testing/registry.ts'
import { buildRegistryImage } from '../src/main/testing/registry-image.ts'
import { startSshd } from '../src/main/testing/sshd.ts'
import { expect, test } from './fixtures.ts'
import {
  addOpenRegistry,
  choose,
  lastTransfer,
  lookInto,
  openMenu,
  openSave,
  press,
  row,
  sheet,
  startSave,
  waitForTransfer,
} from './flows.ts'
import { freePort, inFolder } from './given.ts'
import type { AppWindow } from './hosts/app-window.ts'
import { openInBrowser, startHeadless } from './hosts/headless.ts'
import { pretendPlaces } from './hosts/said.ts'
import { startHub, type TestHub } from './hub.ts'
import { emptyHubTest, type HubWorld, hubTest, signedInToHub } from './hub-account.ts'
import { fill as filled, fill as fillIn, fill as gaps } from './words.ts'

/** The pictures in docs/screenshots: fixed images, a fixed present. Made on request: CABOTEUR_SCREENSHOTS=1 npx playwright test. */

const NOW = Date.parse('2026-11-20T14:30:00Z')
const HOUR = 3_600_000
const MEGA = 1_000_000

interface Pictured {
  readonly names: readonly string[]
  readonly ageInHours: number
  /** Megabytes of each layer; the first ones of two images are the same when their sizes are. */
  readonly layers: readonly number[]
}

const SHOP: Pictured = {
  names: ['acme/boutique:2.4.1', 'acme/boutique:2.4', 'acme/boutique:2', 'acme/boutique:latest'],
  ageInHours: 26,
  layers: [124, 240, 48],
}
const FORMER: Pictured = { names: ['acme/boutique:2.3.0'], ageInHours: 33 * 24, layers: [124, 240, 45] }
const PAYMENT: Pictured = { names: ['acme/paiement:1.9.0', 'acme/paiement:1.9'], ageInHours: 75, layers: [124, 164] }
const POSTGRES: Pictured = { names: ['postgres:16.4-alpine'], ageInHours: 15 * 24, layers: [90, 171] }
const NGINX: Pictured = { names: ['nginx:1.27', 'nginx:stable'], ageInHours: 16 * 24, layers: [84, 105] }
const NEXT: Pictured = {
  names: ['acme/boutique:2.5.0', 'acme/boutique:2.5', 'acme/boutique:latest'],
  ageInHours: 2,
  layers: [124, 240, 61],
}

const BUILD: Pictured = { names: ['acme/boutique:build-318'], ageInHours: 2, layers: [124, 240, 61] }

/** One file of zeros: quick to make, quick to load, as large as it says. */
async function layer(megabytes: number): Promise<Buffer> {
  const zeros = {
    size: megabytes * MEGA,
    chunks: (async function* () {
      yield Buffer.alloc(megabytes * MEGA)
    })(),
  }
  return await tarBytes([{ name: `part-${megabytes}`, content: zeros }])
}

/** An image file as Docker writes it, of images that were made when the picture says. */
async function pictured(path: string, images: readonly Pictured[]): Promise<void> {
  const sizes = [...new Set(images.flatMap(({ layers }) => layers))]
  const made = new Map(
    await Promise.all(
      sizes.map(async (size) => {
        const tar = await layer(size)
        return [size, { tar, diffId: digestOf(tar) }] as const
      }),
    ),
  )
  const configs = images.map(({ names, ageInHours, layers }) => {
    const created = new Date(NOW - ageInHours * HOUR).toISOString()
    const config = Buffer.from(
      JSON.stringify({
        os: 'linux',
        architecture: 'amd64',
        created,
        config: {
          Cmd: ['/srv/boutique', '--port', '8080'],
          Env: ['PATH=/bin', 'LANG=fr_FR.UTF-8'],
          ExposedPorts: { '8080/tcp': {} },
        },
        rootfs: { type: 'layers', diff_ids: layers.map((size) => made.get(size)?.diffId) },
        history: layers.map((_, index) => ({ created, created_by: STEPS[index] ?? '' })),
      }),
    )
    return { names, layers, config, file: `${hexOf(digestOf(config))}.json` }
  })
  const manifest = configs.map(({ names, layers, file }) => ({
    Config: file,
    RepoTags: names,
    Layers: layers.map((size) => `part-${size}/layer.tar`),
  }))
  await writeTar(path, [
    ...[...made].map(([size, { tar }]): TarEntry => ({ name: `part-${size}/layer.tar`, content: tar })),
    ...configs.map(({ file, config }): TarEntry => ({ name: file, content: config })),
    { name: 'manifest.json', content: JSON.stringify(manifest) },
  ])
}

const STEPS = ['FROM debian:12-slim', 'RUN apt-get install --yes fonts-noto', 'COPY boutique /srv/boutique']

async function fill(engine: SharedEngine, folder: string): Promise<void> {
  const path = inFolder(folder, 'tout.tar')
  await pictured(path, [SHOP, FORMER, PAYMENT, POSTGRES, NGINX])
  engine.docker('load', '--quiet', '--input', path)
}

const FOLDER = join(ROOT, 'docs/screenshots')

async function take({ page }: AppWindow, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  // Neither the pointer nor the focus is part of a picture.
  await page.mouse.move(0, 0)
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  })
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide' })
}

const STICK = '/media/marie/KINGSTON'
/** The same on every picture. */
const FINGERPRINT = 'SHA256:w0VhW5kBVB5Z6xPqTn0m3w7lS8nX2yQ4uJcD1eRfGhI'
/** Its fingerprint is the same on every picture, too. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\n${Buffer.from('the authority of registry.example.com').toString('base64')}\n-----END CERTIFICATE-----`
const NOWHERE = 'unix:///nowhere/docker.sock'

/** A picture names no folder and no computer of whoever takes it. */
async function pretend(
  { page }: AppWindow,
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const texts = {
    [folder]: STICK,
    [NOWHERE]: 'unix:///var/run/docker.sock',
    [`"computer":"${hostname()}"`]: '"computer":"atelier-03"',
    ...more,
  }
  await pretendPlaces(page, { texts, free: 11_400_000_000 })
}

const SHOP_ROW = 'acme/boutique 2.4.1, 2.4, 2, latest'
const PAYMENT_ROW = 'acme/paiement 1.9.0, 1.9'
const REGISTRY = 'localhost:5000'
const OWN_PORT = 5001

/** Opens the copy sheet for a row, with this destination. */
async function openSend(app: AppWindow, title: string, to: string): Promise<void> {
  const { copy, images } = app.words
  await openMenu(app, title, images.send)
  await sheet(app).getByLabel(copy.to, { exact: true }).selectOption({ label: to })
  await expect(sheet(app).getByRole('button', { name: copy.copy, exact: true })).toBeEnabled()
}

async function sendNow(app: AppWindow, title: string, to: string, transfer: string): Promise<void> {
  await openSend(app, title, to)
  await press(sheet(app), app.words.copy.copy)
  await expect(sheet(app)).toBeHidden()
  await waitForTransfer(app, transfer)
}

async function showPlace(app: AppWindow, name: string): Promise<void> {
  await app.page
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .first()
    .click()
}

/** Opens "Get online…" and looks for this. */
async function seekOnline({ page, words }: AppWindow, text: string): Promise<void> {
  await page
    .getByRole('banner')
    .getByRole('button', { name: new RegExp(`^${RegExp.escape(words.getting.open)}`) })
    .click()
  const field = page.getByRole('dialog').getByLabel(words.getting.field)
  await field.fill(text)
  await field.press('Enter')
}

for (const language of ['fr', 'en'] as const) {
  test.describe(`pictures (${language})`, () => {
    test.use({ language, deviceScaleFactor: 1 })
    test('with Docker', async ({ app, engine, folder }) => {
      const { page, words } = app
      await page.clock.setFixedTime(NOW)
      await pretend(app, folder)
      await fill(engine, folder)
      const file = inFolder(folder, 'boutique-2.5.tar')
      await pictured(file, [NEXT, PAYMENT])
      await app.show({ lang: language, clock: NOW })
      await startSave(app, ['acme/paiement 1.9.0, 1.9'], inFolder(folder, 'acme-paiement-1.9.0.tar'), 'none')
      await waitForTransfer(app, '→ acme-paiement-1.9.0.tar')
      for (const theme of ['light', 'dark'] as const) {
        const look = `${language}-${theme}`
        await app.show({ lang: language, theme, clock: NOW })
        await expect(row(app, SHOP_ROW)).toContainText(words.platform.amd64)
        await choose(app, SHOP_ROW, 'acme/paiement 1.9.0, 1.9')
        await take(app, `place-${look}`)

        const saving = await openSave(app, SHOP_ROW)
        await expect(saving).toContainText('.tar')
        await take(app, `save-${look}`)
        await press(saving, words.common.cancel)

        await openMenu(app, SHOP_ROW, words.images.details)
        await expect(sheet(app)).toContainText(words.details.configuration)
        await take(app, `details-${look}`)
        await page.keyboard.press('Escape')

        await lastTransfer(app)
        await take(app, `transfers-${look}`)

        await app.show({ lang: language, theme, clock: NOW })
        const opened = await lookInto(app, file)
        await expect(opened).toContainText(words.load.same)
        await take(app, `load-${look}`)
      }
    })

    test('without Docker as well: the Library and a registry', async ({ app, engine, folder }) => {
      const { page, words } = app
      const registry = await startRegistry({ delete: true })
      await page.clock.setFixedTime(NOW)
      await pretendPlaces(page, {
        texts: {
          [folder]: STICK,
          [registry.host]: REGISTRY,
          [`"computer":"${hostname()}"`]: '"computer":"atelier-03"',
        },
        free: 11_400_000_000,
      })
      await fill(engine, folder)
      await app.show({ lang: language, clock: NOW })
      await addOpenRegistry(app, REGISTRY)
      await showPlace(app, words.places.docker)
      const shop = 'acme/boutique 2.4.1'
      const payment = 'acme/paiement 1.9.0'
      await sendNow(app, SHOP_ROW, words.places.library, `${shop} → ${words.places.library}`)
      await sendNow(app, PAYMENT_ROW, words.places.library, `${payment} → ${words.places.library}`)
      await showPlace(app, words.places.library)
      await sendNow(app, PAYMENT_ROW, REGISTRY, `${payment} → ${REGISTRY}`)
      for (const theme of ['light', 'dark'] as const) {
        const look = `${language}-${theme}`
        await app.show({ lang: language, theme, clock: NOW })
        await showPlace(app, words.places.library)
        await choose(app, SHOP_ROW)
        await take(app, `library-${look}`)
        await openSend(app, SHOP_ROW, REGISTRY)
        await take(app, `copy-${look}`)
        await press(sheet(app), words.common.cancel)
        await press(page.getByRole('main'), words.whole.open)
        await sheet(app).getByLabel(words.copy.to, { exact: true }).selectOption({ label: REGISTRY })
        await expect(sheet(app)).toContainText(words.whole.same)
        await take(app, `everything-${look}`)
      }
      await press(sheet(app), words.copy.copy)
      await waitForTransfer(app, REGISTRY)
      for (const theme of ['light', 'dark'] as const) {
        await app.show({ lang: language, theme, clock: NOW })
        await expect(await lastTransfer(app)).toContainText(words.whole.outcome.same)
        await take(app, `outcome-${language}-${theme}`)
      }
      await registry.close()
    })

    test('accounts at registries', async ({ page, home, folder }) => {
      const internet = await Internet.start()
      const hub = await EmulatedHub.start(internet)
      mkdirSync(join(home, '.docker'))
      const auth = Buffer.from('alice:dckr_pat_alice_read').toString('base64')
      const auths = { 'https://index.docker.io/v1/': { auth } }
      writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths }))
      const host = await startHeadless({ dockerHost: NOWHERE, home, roots: [folder], environment: internet.env })
      const app = await openInBrowser(page, host, folder, language)
      const { accounts, places, presets } = app.words
      const { guide } = accounts
      const { hubToken, password } = presets.ways
      const preset = (name: string) =>
        sheet(app)
          .getByRole('button', { name: new RegExp(`^${name}`) })
          .first()
      await page.clock.setFixedTime(NOW)
      await pretend(app, folder)
      for (const theme of ['light', 'dark'] as const) {
        const look = `${language}-${theme}`
        const begin = async (): Promise<void> => {
          await app.show({ lang: language, theme, clock: NOW })
          await press(page.getByRole('navigation'), places.addRegistry)
        }
        await begin()
        await expect(sheet(app)).toContainText(accounts.exposedHow)
        await take(app, `accounts-choose-${look}`)

        await preset(presets.name.hub).click()
        await sheet(app).getByLabel(hubToken.user).fill('alice@example.com')
        await take(app, `accounts-email-${look}`)

        await sheet(app).getByLabel(hubToken.user).fill('alice')
        await sheet(app).getByLabel(hubToken.secret, { exact: true }).fill('dckr_pat_alice_write')
        await press(sheet(app), accounts.test)
        await expect(sheet(app)).toContainText(fillIn(accounts.mayPush, { namespace: 'docker.io/alice' }))
        await take(app, `accounts-tested-${look}`)

        await begin()
        await preset(presets.name.ecr).click()
        await sheet(app).getByLabel(accounts.awsAccount).fill('1234 5678 9012')
        await sheet(app).getByLabel(accounts.awsRegion).fill('eu-west-3')
        await take(app, `accounts-amazon-${look}`)

        await begin()
        await preset(presets.name.own).click()
        await sheet(app).getByLabel(accounts.address).fill('registry.example.com:5000')
        await sheet(app).getByLabel(password.user).fill('alice')
        await sheet(app).getByText(accounts.connection).click()
        await sheet(app).getByRole('textbox', { name: accounts.caTitle }).fill(CERTIFICATE)
        await sheet(app)
          .getByRole('checkbox', { name: /registry\.example\.com/ })
          .last()
          .scrollIntoViewIfNeeded()
        await take(app, `accounts-consent-${look}`)

        await begin()
        await press(sheet(app), accounts.which)
        for (const [question, answer] of [
          [guide.who, guide.whoSome],
          [guide.net, guide.netYes],
          [guide.have, guide.haveNothing],
          [guide.pay, guide.payNo],
          [guide.care, guide.careNo],
        ] as const)
          await sheet(app).getByRole('radiogroup', { name: question }).getByLabel(answer, { exact: true }).check()
        await take(app, `accounts-which-${look}`)
        await sheet(app).getByText(guide.compare, { exact: true }).click()
        await sheet(app).getByRole('row').last().scrollIntoViewIfNeeded()
        await take(app, `accounts-compare-${look}`)
      }
      for (const [user, secret] of [
        ['alice', 'dckr_pat_alice_write'],
        ['bruno', 'dckr_pat_bruno'],
      ] as const) {
        await app.show({ lang: language, clock: NOW })
        await press(page.getByRole('navigation'), places.addRegistry)
        await preset(presets.name.hub).click()
        await sheet(app).getByLabel(hubToken.user).fill(user)
        await sheet(app).getByLabel(hubToken.secret, { exact: true }).fill(secret)
        await press(sheet(app), accounts.signIn)
        await expect(sheet(app)).toContainText(accounts.notKept)
      }
      for (const theme of ['light', 'dark'] as const) {
        await app.show({ lang: language, theme, clock: NOW })
        const name = fillIn(accounts.withAccount, { name: 'Docker Hub', user: 'bruno' })
        await press(page.getByRole('navigation'), fillIn(places.more, { name }))
        await take(app, `accounts-list-${language}-${theme}`)
      }
      expect(await host.end()).toBe(0)
      await hub.close()
      await internet.close()
    })

    test('a registry of one’s own', async ({ page, home, folder }) => {
      const engine = await startEngine({ network: true })
      const port = await freePort()
      const host = await startHeadless({ dockerHost: engine.host, home, roots: [folder] })
      const app = await openInBrowser(page, host, folder, language)
      const { own, places } = app.words
      const address = `10.0.0.12:${OWN_PORT}`
      await page.clock.setFixedTime(NOW)
      await pretend(app, folder, {
        [`127.0.0.1:${port}`]: address,
        [`"port":${port}`]: `"port":${OWN_PORT}`,
        '"127.0.0.1"': '"10.0.0.12"',
      })
      buildRegistryImage(engine, 'registry:2')
      const manage = async (): Promise<void> => {
        await press(page.getByRole('navigation'), fillIn(places.more, { name: address }))
        await page.getByRole('menuitem', { name: own.manage }).click()
        await expect(sheet(app)).toContainText(own.running)
        await expect(sheet(app).getByRole('listitem').filter({ hasText: 'lea' })).toBeVisible()
      }
      for (const theme of ['light', 'dark'] as const) {
        await app.show({ lang: language, theme, clock: NOW })
        await press(page.getByRole('navigation'), own.add)
        await sheet(app).getByLabel(own.name, { exact: true }).fill('atelier')
        await sheet(app).getByLabel(own.port, { exact: true }).fill(String(OWN_PORT))
        await sheet(app).getByLabel(own.addresses, { exact: true }).fill('10.0.0.12')
        await sheet(app).getByRole('textbox', { name: own.user }).fill('lea')
        await sheet(app).getByLabel(own.password, { exact: true }).fill('salt and rope')
        await expect(sheet(app).getByRole('button', { name: own.make })).toBeEnabled()
        await take(app, `own-make-${language}-${theme}`)
      }
      await sheet(app).getByRole('button', { name: own.make }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(address)
      for (const theme of ['light', 'dark'] as const) {
        const look = `${language}-${theme}`
        await app.show({ lang: language, theme, clock: NOW })
        await manage()
        await take(app, `own-manage-${look}`)
        await press(sheet(app), own.remove)
        const asked = page.getByRole('dialog', { name: fillIn(own.removeTitle, { name: 'atelier' }) })
        await asked.getByLabel(own.removeData).check()
        await take(app, `own-remove-${look}`)
      }
      await app.show({ lang: language, clock: NOW })
      await manage()
      const download = page.waitForEvent('download')
      await press(sheet(app), own.kit)
      const file = await (await download).path()
      const kit = inFolder(folder, 'atelier.caboteur.html')
      writeFileSync(kit, readFileSync(file, 'utf8').replaceAll(`127.0.0.1:${port}`, address))
      for (const theme of ['light', 'dark'] as const) {
        await app.show({ lang: language, theme, clock: NOW })
        await app.drop(kit)
        await expect(sheet(app).getByRole('button', { name: own.joinDo })).toBeVisible()
        await take(app, `own-join-${language}-${theme}`)
      }
      expect(await host.end()).toBe(0)
      await engine.stop()
    })

    test('the tags of an image', async ({ app, engine, folder }) => {
      const { page, words } = app
      await page.clock.setFixedTime(NOW)
      await pretend(app, folder)
      const path = inFolder(folder, 'tout.tar')
      await pictured(path, [SHOP, FORMER, BUILD])
      engine.docker('load', '--quiet', '--input', path)
      const changes = sheet(app).getByRole('list', { name: words.tagging.changes })
      for (const theme of ['light', 'dark'] as const) {
        await app.show({ lang: language, theme, clock: NOW })
        await openMenu(app, 'acme/boutique build-318', words.tagging.open)
        await press(sheet(app), gaps(words.tagging.take, { version: '2.4.2' }))
        await expect(changes).toContainText('latest')
        await take(app, `tagging-version-${language}-${theme}`)
        await press(sheet(app), words.common.cancel)
        await openMenu(app, 'acme/boutique 2.3.0', words.tagging.open)
        await press(sheet(app), `${words.tagging.remove} 2.3.0`)
        await expect(sheet(app).getByRole('button', { name: words.tagging.applyLost })).toBeEnabled()
        await take(app, `tagging-last-${language}-${theme}`)
        await press(sheet(app), words.common.cancel)
      }
      await openMenu(app, 'acme/boutique build-318', words.tagging.open)
      await press(sheet(app), gaps(words.tagging.take, { version: '2.4.2' }))
      await press(sheet(app), words.tagging.apply)
      await expect(sheet(app)).toBeHidden()
      for (const theme of ['light', 'dark'] as const) {
        await app.show({ lang: language, theme, clock: NOW })
        await openMenu(app, 'acme/boutique 2.4.1', words.tagging.open)
        await press(sheet(app), `${words.tagging.history} 2.4.1`)
        await sheet(app).getByLabel(words.tagging.past.tag, { exact: true }).selectOption('latest')
        await sheet(app).getByRole('button', { name: words.tagging.past.back }).click()
        await expect(changes).toContainText('latest')
        await take(app, `tagging-back-${language}-${theme}`)
        await press(sheet(app), words.common.cancel)
      }
    })

    test.describe('online', () => {
      const online = test.extend<{ hub: TestHub }>({
        // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
        hub: async ({}, use) => {
          const hub = await startHub()
          await use(hub)
          await hub.close()
        },
        environment: async ({ hub }, use) => await use(hub.internet.env),
      })
      online('images are found and got', async ({ app, folder, hub }) => {
        const { page, words } = app
        const { getting } = words
        await page.clock.setFixedTime(NOW)
        await pretend(app, folder)
        const list = 'nginx:1.27\nredis:7\nNginx:alpine\nnode:$VERSION\ndocker pull nginx:bookworm'
        for (const theme of ['light', 'dark'] as const) {
          const look = `${language}-${theme}`
          await app.show({ lang: language, theme, clock: NOW })
          hub.pulls.left = 83
          await seekOnline(app, 'nginx')
          await sheet(app).getByLabel(getting.badge.official).check()
          await sheet(app).getByLabel(getting.badge.verified).check()
          await sheet(app).getByLabel(getting.badge.sponsored).check()
          await expect(sheet(app)).toContainText('bitnami/nginx')
          await take(app, `getting-search-${look}`)

          await sheet(app)
            .getByRole('button', { name: /^nginx / })
            .click()
          const version = filled(getting.take, { name: 'nginx:1.27' })
          await sheet(app).getByRole('button', { name: version, exact: true }).click()
          await sheet(app).getByText(getting.variants).click()
          await take(app, `getting-versions-${look}`)
          await sheet(app).getByRole('tab', { name: getting.readme }).click()
          await take(app, `getting-readme-${look}`)
          await press(sheet(app), getting.get)
          await expect(sheet(app).getByRole('button', { name: getting.getNow, exact: true })).toBeEnabled()
          await take(app, `getting-copy-${look}`)
          await page.keyboard.press('Escape')

          hub.pulls.left = 83
          await seekOnline(app, list)
          await expect(sheet(app)).toContainText(getting.problem.variable)
          await expect(sheet(app).getByRole('status')).toHaveCount(0)
          await take(app, `getting-list-${look}`)
        }
      })
      online('something newer', async ({ app, folder, hub }) => {
        const { page, words } = app
        await page.clock.setFixedTime(NOW)
        await pretend(app, folder)
        await app.show({ lang: language, clock: NOW })
        await seekOnline(app, 'nginx:1.27')
        await press(sheet(app), words.getting.get)
        await press(sheet(app), words.getting.getNow)
        await waitForTransfer(app, words.places.docker)
        await hub.publishAgain('web-1.27.4')
        for (const theme of ['light', 'dark'] as const) {
          await app.show({ lang: language, theme, clock: NOW })
          await press(page.getByRole('main'), words.getting.newer.open)
          await expect(row(app, 'nginx 1.27')).toContainText(words.getting.newer.chip)
          await take(app, `getting-newer-${language}-${theme}`)
        }
      })
    })

    test('another computer, recognised', async ({ app, other, folder }) => {
      const { page, words } = app
      const sshd = await startSshd({ dockerHost: other.host })
      await pretend(app, folder, { [sshd.fingerprint()]: FINGERPRINT })
      for (const theme of ['light', 'dark'] as const) {
        await app.show({ lang: language, theme, clock: NOW })
        await press(page.getByRole('navigation'), words.places.add)
        await sheet(app).getByLabel(words.computer.host).fill(`ssh://${sshd.user}@127.0.0.1:${sshd.port}`)
        await press(sheet(app), words.common.continue)
        await expect(sheet(app)).toContainText(FINGERPRINT)
        await take(app, `fingerprint-${language}-${theme}`)
      }
      await sshd.stop()
    })

    test.describe('without Docker', () => {
      test.use({ dockerHost: NOWHERE })
      for (const state of ['missing', 'stopped', 'denied', 'too-old'] as const) {
        test(`Docker away: ${state}`, async ({ app, folder }) => {
          // Without Docker a host says by itself that it is stopped.
          await pretend(app, folder, {
            '"docker-stopped","parts":{': `"docker-${state}","parts":{"version":"1.13.1","least":"18.09",`,
          })
          for (const theme of ['light', 'dark'] as const) {
            await app.show({ lang: language, theme, clock: NOW })
            await expect(app.page.getByRole('button', { name: app.words.common.retry })).toBeVisible()
            await take(app, `away-${state}-${language}-${theme}`)
          }
        })
      }
      test('without Docker', async ({ app, folder }) => {
        await pretend(app, folder)
        for (const theme of ['light', 'dark'] as const) {
          await app.show({ lang: language, theme, clock: NOW })
          await expect(app.page.getByRole('button', { name: app.words.common.retry })).toBeVisible()
          await take(app, `no-docker-${language}-${theme}`)
        }
      })
    })
  })
}

const README = `# Boutique

La boutique en ligne d’**Acme**. Elle écoute sur le port \`8080\`.

\`\`\`
docker run --detach --publish 8080:8080 acme/boutique
\`\`\`

- \`latest\` : la version stable
- \`2.4\` : les correctifs de la 2.4
`

function fillHub({ hub }: HubWorld): void {
  const ago = (hours: number): string => new Date(NOW - hours * HOUR).toISOString()
  hub.add('acme/boutique', {
    description: 'La boutique en ligne d’Acme',
    full_description: README,
    pull_count: 18_240,
    star_count: 12,
    storage_size: 1_240_000_000,
    last_updated: ago(26),
  })
  hub.add('acme/paiement', {
    description: 'Le service de paiement',
    is_private: true,
    pull_count: 2310,
    storage_size: 410_000_000,
    last_updated: ago(75),
  })
  hub.add('lea/essais', { is_private: true, pull_count: 4, storage_size: 96_000_000, last_updated: ago(33 * 24) })
  hub.add('lea/site', {
    description: 'Mon site',
    pull_count: 127,
    storage_size: 61_000_000,
    last_updated: ago(16 * 24),
  })
}

for (const language of ['fr', 'en'] as const) {
  hubTest.describe(`pictures of what one has online (${language})`, () => {
    hubTest.use({ language, deviceScaleFactor: 1 })

    hubTest('my repositories', async ({ app, folder, world }) => {
      const { page, words } = app
      const texts = words.repositories
      const about = async (path: string): Promise<void> => {
        const name = texts.details.replace('{{name}}', path)
        await press(page.getByRole('grid'), name)
        await expect(sheet(app).getByRole('heading', { name: texts.whoSees })).toBeVisible()
      }
      fillHub(world)
      await page.clock.setFixedTime(NOW)
      await pretend(app, folder)
      for (const theme of ['light', 'dark'] as const) {
        const look = `${language}-${theme}`
        await app.show({ lang: language, theme, clock: NOW })
        await showPlace(app, 'docker.io')
        await expect(page.getByRole('grid')).toContainText('lea/essais')
        await take(app, `repositories-${look}`)

        await about('acme/boutique')
        await take(app, `repositories-about-${look}`)
        await press(sheet(app), texts.makePrivate)
        await expect(sheet(app)).toContainText(texts.privateWarns)
        await press(sheet(app), words.common.cancel)
        await about('acme/paiement')
        await press(sheet(app), texts.makePublic)
        await expect(sheet(app)).toContainText(texts.publicWarns)
        await take(app, `repositories-public-${look}`)
        await press(sheet(app), words.common.cancel)

        await press(page.getByRole('main'), texts.create)
        await sheet(app).getByLabel(texts.newName).fill('boutique-essais')
        await take(app, `repositories-new-${look}`)
        await press(sheet(app), words.common.cancel)

        await page.getByRole('grid').getByText('acme/boutique', { exact: true }).click()
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('docker.io/acme/boutique')
        await expect(page.getByRole('main')).toContainText(texts.public)
        await take(app, `repositories-one-${look}`)
      }
    })
  })
}

/** Published before, and what comes next. */
const ONLINE: Pictured = { names: ['acme/boutique:2.4.0'], ageInHours: 12 * 24, layers: [124, 240, 45] }
const PUBLISHED: Pictured = { names: ['acme/boutique:2.4.1'], ageInHours: 26, layers: [124, 240, 48] }

const publishTest = emptyHubTest.extend({
  environment: async ({ internet, home }, use) => {
    await signedInToHub(home, 'alice', 'dckr_pat_alice_write')
    await use(internet.env)
  },
})

/** Chooses rows and opens the wizard for them. */
async function openPublish(app: AppWindow, ...titles: readonly string[]): Promise<void> {
  const { images, publish } = app.words
  await choose(app, ...titles)
  await app.page.getByRole('region', { name: images.selection }).getByRole('button', { name: publish.menu }).click()
}

for (const language of ['fr', 'en'] as const) {
  publishTest.describe(`pictures of publishing (${language})`, () => {
    publishTest.use({ language, deviceScaleFactor: 1 })

    publishTest('the wizard', async ({ app, engine, folder, hub }) => {
      // Half a gigabyte is saved, packed and compared, again and again.
      publishTest.setTimeout(300_000)
      const { page, words } = app
      const texts = words.publish
      const show = async (theme: 'light' | 'dark'): Promise<void> => {
        await app.show({ lang: language, theme, clock: NOW })
        await showPlace(app, words.places.docker)
      }
      const settled = async (): Promise<void> => {
        await expect(sheet(app).getByRole('button', { name: texts.continue, exact: true })).toBeEnabled()
      }
      const checked = async (): Promise<void> => {
        await expect(sheet(app).getByRole('button', { name: texts.send, exact: true })).toBeEnabled()
      }
      const back = async (step: string): Promise<void> => {
        await sheet(app)
          .getByRole('button', { name: new RegExp(`^${step}`) })
          .click()
      }
      await page.clock.setFixedTime(NOW)
      await pretend(app, folder)
      const path = inFolder(folder, 'tout.tar')
      await pictured(path, [ONLINE, PUBLISHED, PAYMENT, POSTGRES])
      engine.docker('load', '--quiet', '--input', path)
      hub.web.add('acme/boutique', { is_private: true })
      await show('light')

      await openPublish(app, 'acme/boutique 2.4.0')
      for (const tag of ['2.4', '2', 'latest'])
        await sheet(app)
          .getByRole('checkbox', { name: new RegExp(`^${RegExp.escape(tag)} `) })
          .check()
      await settled()
      await press(sheet(app), texts.continue)
      await press(sheet(app), texts.send)
      await expect(sheet(app)).toContainText(texts.sending.doneAll, { timeout: 60_000 })
      for (const theme of ['light', 'dark'] as const) {
        const look = `${language}-${theme}`
        await show(theme)
        await openPublish(app, 'acme/boutique 2.4.1')
        await checked()
        await take(app, `publish-checks-${look}`)
        await back(texts.step.names)
        await settled()
        await take(app, `publish-names-${look}`)
        await back(texts.step.where)
        await take(app, `publish-where-${look}`)
        await press(sheet(app), texts.continue)
        await sheet(app).getByLabel(texts.names.repository.replace('{{place}}', 'Docker Hub')).fill('Ma Boutique')
        await expect(sheet(app)).toContainText(texts.problem.space)
        await take(app, `publish-name-wrong-${look}`)
        await page.keyboard.press('Escape')

        await openPublish(app, PAYMENT_ROW)
        await settled()
        await take(app, `publish-several-${look}`)
        await page.keyboard.press('Escape')
      }
      for (const theme of ['light', 'dark'] as const) {
        await show(theme)
        await openPublish(app, 'acme/boutique 2.4.1')
        await checked()
        await sheet(app).getByRole('checkbox', { name: texts.labels.add }).check()
        await sheet(app).getByLabel(texts.labels.description, { exact: true }).fill('La boutique en ligne d’Acme')
        await checked()
        await take(app, `publish-labels-${language}-${theme}`)
        await press(sheet(app), texts.send)
        await expect(sheet(app)).toContainText(texts.sending.doneAll, { timeout: 60_000 })
        await take(app, `publish-online-${language}-${theme}`)
      }
    })
  })
}
