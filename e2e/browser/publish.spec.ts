import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { requireCommand } from '../../src/main/testing/commands.ts'
import { HUB_PEOPLE } from '../../src/main/testing/emulated/hub.ts'
import type { SharedEngine } from '../../src/main/testing/engine.ts'
import { makeImage } from '../../src/main/testing/handmade-archives.ts'
import { runImage } from '../../src/main/testing/images.ts'
import { type Registry, type RegistryOptions, startRegistry } from '../../src/main/testing/registry.ts'
import { expectNothingFound } from '../axe.ts'
import { test as base, expect } from '../fixtures.ts'
import { choose, openMenu, press, row, sheet, waitForTransfer } from '../flows.ts'
import { loaded, runnable } from '../given.ts'
import type { AppWindow } from '../hosts/app-window.ts'
import { type Keyring, startKeyring } from '../hosts/keyring.ts'
import { emptyHubTest } from '../hub-account.ts'
import { fill } from '../words.ts'

/** Publishing on real registries, with the real keyring, and looked at with the tools of others. */
const test = base.extend<{ keyring: Keyring; registryOptions: RegistryOptions; registry: Registry }>({
  registryOptions: [{}, { option: true }],
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
  environment: async ({ keyring }, use) => await use(keyring.environment),
})

interface Looked {
  readonly digest: string
  readonly configDigest: string
  readonly diffIds: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** What skopeo finds in a registry under a name. */
function skopeo({ account, caFile }: Registry, home: string, name: string): Looked {
  const certificates = join(home, 'certificates')
  if (caFile !== undefined) {
    mkdirSync(certificates, { recursive: true })
    copyFileSync(caFile, join(certificates, 'ca.crt'))
  }
  const access = [
    ...(account ? ['--creds', `${account.username}:${account.password}`] : []),
    ...(caFile === undefined ? ['--tls-verify=false'] : ['--cert-dir', certificates]),
  ]
  const inspect = (...args: readonly string[]): string =>
    execFileSync(requireCommand('skopeo'), ['inspect', ...access, ...args, `docker://${name}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const config = JSON.parse(inspect('--config')) as {
    config: { Labels?: Record<string, string> }
    rootfs: { diff_ids: string[] }
  }
  const manifest = JSON.parse(inspect('--raw')) as { config: { digest: string } }
  return {
    digest: inspect('--format', '{{.Digest}}').trim(),
    configDigest: manifest.config.digest,
    diffIds: config.rootfs.diff_ids,
    labels: config.config.Labels ?? {},
  }
}

/** The tags of a repository, as skopeo lists them. */
function tagsOf(repository: string): string[] {
  const listed = execFileSync(requireCommand('skopeo'), ['list-tags', '--tls-verify=false', `docker://${repository}`], {
    encoding: 'utf8',
  })
  return (JSON.parse(listed) as { Tags: string[] }).Tags.toSorted()
}

/** Counts presses of the pointer from now on. */
async function clicks({ page }: AppWindow): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counted = window as unknown as { presses: number }
    counted.presses = 0
    window.addEventListener('pointerdown', () => (counted.presses += 1), true)
  })
  return async () => await page.evaluate(() => (window as unknown as { presses: number }).presses)
}

async function openPublish(app: AppWindow, ...titles: readonly string[]): Promise<Locator> {
  await choose(app, ...titles)
  await app.page
    .getByRole('region', { name: app.words.images.selection })
    .getByRole('button', { name: app.words.publish.menu })
    .click()
  return sheet(app)
}

/** Says which registry and who, without a click: all of it is typed. */
async function typeRegistry(app: AppWindow, { host, account }: Registry): Promise<void> {
  const { accounts, presets } = app.words
  const { keyboard } = app.page
  await expect(sheet(app).getByLabel(accounts.search)).toBeFocused()
  await keyboard.type(host)
  await keyboard.press('Enter')
  await expect(sheet(app).getByLabel(accounts.address)).toHaveValue(host)
  if (!account) return
  await sheet(app).getByLabel(presets.ways.password.user, { exact: true }).fill(account.username)
  await sheet(app).getByLabel(presets.ways.password.secret, { exact: true }).fill(account.password)
}

async function addRegistry(app: AppWindow, registry: Registry): Promise<void> {
  const { accounts, places } = app.words
  await press(app.page.getByRole('navigation'), places.addRegistry)
  await typeRegistry(app, registry)
  if (!registry.account)
    await sheet(app).getByLabel(accounts.way).selectOption({ label: app.words.presets.ways.nobody.label })
  await press(sheet(app), accounts.add)
  await expect(sheet(app)).toBeHidden()
  await app.page
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`^${places.docker}`) })
    .first()
    .click()
}

/** From the step on screen to the end of the sending; what is online then. */
async function send(app: AppWindow): Promise<string> {
  const { publish } = app.words
  await press(sheet(app), publish.send)
  await expect(sheet(app)).toContainText(publish.sending.doneAll, { timeout: 60_000 })
  return (await sheet(app).locator('.message-text').textContent()) ?? ''
}

/** The command of the message, as whoever gets it would type it. */
function pulled(engine: SharedEngine, message: string): string {
  const reference = /docker pull (\S+)/.exec(message)?.[1] ?? ''
  expect(reference).toMatch(/@sha256:[0-9a-f]{64}$/)
  engine.docker('pull', '--quiet', reference)
  return reference
}

const KINDS: readonly { readonly title: string; readonly options: RegistryOptions }[] = [
  { title: 'an open registry', options: {} },
  { title: 'a registry with sign-in', options: { auth: true } },
  { title: 'a registry with sign-in and an authority of its own', options: { auth: true, tls: true } },
]

for (const { title, options } of KINDS) {
  test.describe(title, () => {
    test.use({ registryOptions: options })

    test('a first publish from nothing takes six clicks at most, and typing', async ({
      app,
      engine,
      other,
      home,
      registry,
    }) => {
      const { page, words } = app
      const { accounts, publish, presets } = words
      const image = await runnable('demo/shop:2.4.1')
      await loaded(engine, image)
      const count = await clicks(app)
      await openPublish(app, 'demo/shop 2.4.1')
      await typeRegistry(app, registry)
      if (options.auth !== true)
        await sheet(app).getByLabel(accounts.way).selectOption({ label: presets.ways.nobody.label })
      if (registry.ca !== undefined) {
        // The first try shows what only a person can decide.
        await page.keyboard.press('Enter')
        await sheet(app).getByRole('textbox', { name: accounts.caTitle }).fill(registry.ca)
        await sheet(app)
          .getByRole('checkbox', { name: fill(accounts.caConsent, { host: registry.host }) })
          .click()
      }
      await press(sheet(app), accounts.add)
      await expect(sheet(app)).toContainText(fill(publish.names.address, { place: registry.host }))
      await expect(sheet(app)).toContainText(fill(publish.changes.new_one, { tags: '2.4.1' }))
      await expectNothingFound(app, 'publish: names')
      await press(sheet(app), publish.continue)
      await expect(sheet(app)).toContainText(publish.check.good.secrets)
      await expectNothingFound(app, 'publish: checks')
      const message = await send(app)
      await expectNothingFound(app, 'publish: what is online')
      expect(await count(), 'clicks').toBeLessThanOrEqual(6)

      const there = skopeo(registry, home, `${registry.host}/demo/shop:2.4.1`)
      expect(there.configDigest).toBe(image.configDigest)
      expect(message).toContain(there.digest)
      if (registry.account)
        other.docker('login', '-u', registry.account.username, '-p', registry.account.password, registry.host)
      const reference = pulled(other, message)
      expect(runImage(other, reference)).toBe('demo/shop:2.4.1 runs')
      other.docker('rmi', '--force', reference)
      if (registry.account) other.docker('logout', registry.host)
    })
  })
}

test('the next publish takes three clicks; a tag that moves leaves the former image under its version', async ({
  app,
  engine,
  other,
  home,
  registry,
}) => {
  const { words } = app
  const { publish } = words
  const [old, next] = [await runnable('demo/shop:2.4.0', 'old'), await runnable('demo/shop:2.4.1', 'next')]
  await loaded(engine, old)
  await addRegistry(app, registry)
  await openPublish(app, 'demo/shop 2.4.0')
  for (const tag of ['2.4', '2'])
    await sheet(app)
      .getByRole('checkbox', { name: new RegExp(`^${tag} —`) })
      .click()
  await press(sheet(app), publish.continue)
  await send(app)
  await press(sheet(app), publish.sending.done)

  await loaded(engine, next)
  await expect(row(app, 'demo/shop 2.4.1')).toBeVisible()
  await app.page.getByRole('button', { name: words.images.clearChosen }).click()
  const count = await clicks(app)
  await openPublish(app, 'demo/shop 2.4.1')
  await expect(sheet(app)).toContainText(
    '2.4.1 is new. 2.4 and 2 move to this image. The former image stays under 2.4.0.',
  )
  await expect(sheet(app)).toContainText(/the rest is already online/)
  const message = await send(app)
  expect(await count(), 'clicks').toBeLessThanOrEqual(3)

  const name = `${registry.host}/demo/shop`
  const configAt = (tag: string): string => skopeo(registry, home, `${name}:${tag}`).configDigest
  expect(['2.4.1', '2.4', '2'].map(configAt)).toEqual([next, next, next].map(({ configDigest }) => configDigest))
  expect(configAt('2.4.0')).toBe(old.configDigest)
  expect(tagsOf(name)).toEqual(['2', '2.4', '2.4.0', '2.4.1'])
  expect(runImage(other, pulled(other, message))).toBe('demo/shop:2.4.1 runs')
})

test('a former image without another name is kept under the version its label tells', async ({
  app,
  engine,
  home,
  registry,
}) => {
  const { publish } = app.words
  const layers = ['busybox' as const, { textBytes: 9000, seed: 'old' }]
  const labels = { 'org.opencontainers.image.version': '1.7' }
  const old = await makeImage({ names: ['demo/tool:stable'], layers, labels })
  await loaded(engine, old)
  await addRegistry(app, registry)
  await openPublish(app, 'demo/tool stable')
  await press(sheet(app), publish.continue)
  await send(app)
  await press(sheet(app), publish.sending.done)

  const next = await runnable('demo/tool:stable', 'next')
  await loaded(engine, next)
  await expect(row(app, 'demo/tool stable')).toBeVisible()
  await openMenu(app, 'demo/tool stable', publish.menu)
  await expect(sheet(app)).toContainText('stable moves to this image. The former image stays under 1.7.')
  await expectNothingFound(app, 'publish: a tag that moves')
  await send(app)
  const name = `${registry.host}/demo/tool`
  expect(skopeo(registry, home, `${name}:stable`).configDigest).toBe(next.configDigest)
  expect(skopeo(registry, home, `${name}:1.7`).configDigest).toBe(old.configDigest)
})

test('the search finds publishing by its Docker word, for what is chosen', async ({ app, engine, registry }) => {
  const { page, words } = app
  await loaded(engine, await runnable('demo/shop:1.0'))
  await addRegistry(app, registry)
  await choose(app, 'demo/shop 1.0')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('push')
  await page
    .getByRole('region', { name: words.actions.found })
    .getByRole('button', { name: words.publish.menu })
    .click()
  await expect(sheet(app)).toContainText(fill(words.publish.names.address, { place: registry.host }))
})

test('dragged onto a registry, the next publish is two steps', async ({ app, engine, registry }) => {
  const { copy } = app.words
  await loaded(engine, await runnable('demo/shop:1.0'))
  await addRegistry(app, registry)
  const count = await clicks(app)
  await row(app, 'demo/shop 1.0').dragTo(
    app.page.getByRole('navigation').getByRole('button', { name: new RegExp(`^${registry.host}`) }),
  )
  await expect(sheet(app)).toContainText('1 image goes to')
  await press(sheet(app), copy.copy)
  await waitForTransfer(app, `→ ${registry.host}`)
  expect(await count()).toBeLessThanOrEqual(3)
})

test('several images go to several registries at once, each under its own names', async ({
  app,
  engine,
  home,
  registry,
}) => {
  const { publish } = app.words
  const second = await startRegistry({})
  const [shop, till] = [await runnable('demo/shop:1.0'), await runnable('demo/till:3')]
  await loaded(engine, shop, till)
  await addRegistry(app, registry)
  await addRegistry(app, second)
  await openPublish(app, 'demo/shop 1.0', 'demo/till 3')
  for (const { host } of [registry, second]) await sheet(app).getByRole('checkbox', { name: host }).check()
  await expectNothingFound(app, 'publish: where')
  await press(sheet(app), publish.continue)
  const table = sheet(app).getByRole('table', { name: publish.names.images })
  await table.getByLabel(fill(publish.names.versionOf, { image: 'demo/till:3' })).fill('3.1')
  const address = table.getByRole('group', {
    name: fill(publish.names.addressOf, { image: 'demo/till:3', place: second.host }),
  })
  await address.getByLabel(fill(publish.names.repository, { place: second.host })).fill('Caisse')
  await expect(address).toContainText(publish.problem.uppercase)
  await expectNothingFound(app, 'publish: a wrong name among several')
  await press(address, fill(publish.names.use, { fixed: 'demo/caisse' }))
  await press(sheet(app), publish.continue)
  const message = await send(app)
  const there = [
    skopeo(registry, home, `${registry.host}/demo/shop:1.0`),
    skopeo(registry, home, `${registry.host}/demo/till:3.1`),
    skopeo(second, home, `${second.host}/demo/shop:1.0`),
    skopeo(second, home, `${second.host}/demo/caisse:3.1`),
  ]
  expect(there.map(({ configDigest }) => configDigest)).toEqual(
    [shop, till, shop, till].map(({ configDigest }) => configDigest),
  )
  for (const { digest } of there) expect(message).toContain(digest)
  await second.close()
})

test('labels are added without a rebuild; a password in a variable is to be read before', async ({
  app,
  engine,
  other,
  home,
  registry,
}) => {
  const { publish } = app.words
  const layers = ['busybox' as const, { textBytes: 9000, seed: 'secret' }]
  const image = await makeImage({
    names: ['demo/shop:1.0'],
    layers,
    env: ['PATH=/bin', 'DB_PASSWORD=hunter2'],
  })
  await loaded(engine, image)
  await addRegistry(app, registry)
  await openPublish(app, 'demo/shop 1.0')
  await press(sheet(app), publish.continue)
  await expect(sheet(app)).toContainText(
    fill(publish.found['secret-env'], { name: 'DB_PASSWORD', kind: publish.secret.name }),
  )
  await expect(sheet(app)).not.toContainText('hunter2')
  await expect(sheet(app).getByRole('button', { name: publish.send, exact: true })).toBeDisabled()
  await sheet(app).getByRole('checkbox', { name: publish.labels.add }).check()
  await expect(sheet(app)).toContainText(publish.labels.what)
  await sheet(app).getByLabel(publish.labels.description, { exact: true }).fill('A small shop')
  await expectNothingFound(app, 'publish: labels')
  await sheet(app).getByRole('checkbox', { name: publish.check.readFirst }).check()
  const message = await send(app)
  expect(message).toContain('A small shop')
  const there = skopeo(registry, home, `${registry.host}/demo/shop:1.0`)
  expect(there.diffIds).toEqual(image.diffIds)
  expect(there.configDigest).not.toBe(image.configDigest)
  expect(there.labels).toEqual({
    'org.opencontainers.image.title': 'shop',
    'org.opencontainers.image.version': '1.0',
    'org.opencontainers.image.description': 'A small shop',
    'org.opencontainers.image.created': expect.any(String),
  })
  expect(runImage(other, pulled(other, message))).toBe('demo/shop:1.0 runs')
  // The image here is as it was.
  expect(engine.docker('inspect', '--format', '{{.Id}}', 'demo/shop:1.0').trim()).toBe(image.configDigest)
})

emptyHubTest(
  'on Docker Hub a new repository is made private before anything is sent; a full plan is found before',
  async ({ app, engine, hub }) => {
    const { words } = app
    const { accounts, publish, presets } = words
    await loaded(engine, await runnable('alice/shop:1.0'), await runnable('alice/till:2.0'))
    await openPublish(app, 'alice/shop 1.0')
    await sheet(app)
      .getByRole('button', { name: new RegExp(`^${presets.name.hub}`) })
      .click()
    await sheet(app).getByLabel(presets.ways.hubToken.user, { exact: true }).fill('alice')
    await sheet(app)
      .getByLabel(presets.ways.hubToken.secret, { exact: true })
      .fill(Object.keys(HUB_PEOPLE.alice.tokens)[0] ?? '')
    await press(sheet(app), accounts.signIn)
    await expect(sheet(app)).toContainText(accounts.notKept)
    await sheet(app).getByRole('button', { name: words.common.close }).last().click()

    await expect(sheet(app)).toContainText(publish.seen.willBe.private)
    await expect(sheet(app)).toContainText(fill(publish.seen.quota, { used: 0, limit: 1 }))
    await expectNothingFound(app, 'publish: a new repository on Docker Hub')
    await press(sheet(app), publish.continue)
    const message = await send(app)
    expect(message).toContain(publish.message.whoSeen.private)
    expect(hub.web.repositories.get('alice/shop')?.is_private).toBe(true)
    expect([...hub.registry.manifests.keys()]).toContain('alice/shop/1.0')
    await press(sheet(app), publish.sending.done)

    // The plan has one private repository, which is used now.
    await openPublish(app, 'alice/till 2.0')
    await expect(sheet(app)).toContainText(publish.seen.willBe.private)
    await press(sheet(app), publish.continue)
    await expect(sheet(app)).toContainText('No private repository is left at docker.io (1 of 1 used)')
    await expect(sheet(app).getByRole('button', { name: publish.send, exact: true })).toBeDisabled()
    await expectNothingFound(app, 'publish: no private repository left')
    expect(hub.web.repositories.has('alice/till')).toBe(false)
    await press(sheet(app), publish.back)
    await press(sheet(app), publish.seen.change)
    await sheet(app).getByRole('radio', { name: publish.seen.choose.public }).check()
    await press(sheet(app), publish.continue)
    await expect(sheet(app)).toContainText(fill(publish.found['repository-public'], { path: 'alice/till' }))
    await send(app)
    expect(hub.web.repositories.get('alice/till')?.is_private).toBe(false)
  },
)

test.describe('a registry that wants to know who one is', () => {
  test.use({ registryOptions: { auth: true } })

  test('is signed in to from what it said, and the sheet behind keeps what was typed', async ({
    app,
    engine,
    home,
    registry,
  }) => {
    const { words, page } = app
    const { accounts, copy, presets } = words
    const image = await runnable('demo/shop:1.0')
    await loaded(engine, image)
    await press(page.getByRole('navigation'), words.places.addRegistry)
    const { account: _, ...unsigned } = registry
    await typeRegistry(app, unsigned)
    await sheet(app).getByLabel(accounts.way).selectOption({ label: presets.ways.nobody.label })
    await press(sheet(app), accounts.add)
    await expect(sheet(app)).toBeHidden()
    await page
      .getByRole('navigation')
      .getByRole('button', { name: new RegExp(`^${words.places.docker}`) })
      .first()
      .click()

    await openMenu(app, 'demo/shop 1.0', words.images.send)
    const sending = page.getByRole('dialog', { name: /^Send / })
    await sending.getByLabel(copy.to, { exact: true }).selectOption({ label: registry.host })
    await sending.getByLabel('demo/shop is called there').fill(`${registry.host}/team/boutique`)
    await expect(sending).toContainText(`${registry.host} wants to know who you are.`)
    await expectNothingFound(app, 'a refusal with its button')
    await press(sending, words.registry.signInAgain)
    const signIn = page.getByRole('dialog', { name: fill(accounts.signInTitle, { name: registry.host }) })
    await signIn.getByLabel(presets.ways.password.user, { exact: true }).fill(registry.account?.username ?? '')
    await signIn.getByLabel(presets.ways.password.secret, { exact: true }).fill(registry.account?.password ?? '')
    await expectNothingFound(app, 'a sign-in in front of a sheet')
    await press(signIn, accounts.signIn)
    await expect(signIn).toBeHidden()
    await expect(sending.getByLabel('demo/shop is called there')).toHaveValue(`${registry.host}/team/boutique`)
    await press(sending, words.common.retry)
    await expect(sending).toContainText('1 image goes to')
    await press(sending, copy.copy)
    await waitForTransfer(app, `→ ${registry.host}`)
    const there = skopeo(registry, home, `${registry.host}/team/boutique:1.0`)
    expect(there.configDigest).toBe(image.configDigest)
  })
})
