import { startEngine } from '../../src/main/testing/engine.ts'
import { expect, test } from '../fixtures.ts'
import { choose, openMenu, press, row, sheet, typeTag } from '../flows.ts'
import { everything, identity, loaded, runnable } from '../given.ts'

test('a version is added, moved and taken away on the row', async ({ app, engine }) => {
  const [one, two] = [await runnable('demo/shop:1.0'), await runnable('demo/shop:2.0')]
  await loaded(engine, one, two)

  await (await typeTag(app, 'demo/shop 1.0', 'latest')).press('Enter')
  await expect(row(app, 'demo/shop 1.0, latest')).toBeVisible()
  expect(identity(engine, 'demo/shop:latest').configDigest).toBe(one.configDigest)

  // The name is another image's: the first Enter leads to the choice, the second takes what is offered first.
  const field = await typeTag(app, 'demo/shop 2.0', 'latest')
  await expect(row(app, 'demo/shop 2.0')).toContainText('“demo/shop:latest” is the name of another image, created')
  await field.press('Enter')
  const keep = row(app, 'demo/shop 2.0').getByRole('button', { name: /^Keep the old one as latest-\d{8}-\d{4}$/ })
  await expect(keep).toBeFocused()
  await keep.press('Enter')
  await expect(row(app, 'demo/shop 2.0, latest')).toBeVisible()
  expect(identity(engine, 'demo/shop:latest').configDigest).toBe(two.configDigest)
  expect(everything(engine).filter((line) => line.endsWith(one.configDigest))).toEqual([
    `demo/shop:1.0 ${one.configDigest}`,
    expect.stringMatching(/^demo\/shop:latest-\d{8}-\d{4} /),
  ])

  await press(row(app, 'demo/shop 2.0, latest'), 'Take the version “latest” away from demo/shop')
  await expect(row(app, 'demo/shop 2.0')).toBeVisible()
  await expect(app.page.getByText('demo/shop:latest was taken away')).toBeAttached()
  expect(everything(engine).filter((line) => line.startsWith('demo/shop:latest '))).toEqual([])
})

test('a whole name is typed, and a wrong one is explained', async ({ app, engine }) => {
  await loaded(engine, await runnable('demo/shop:1.0'))
  const field = await typeTag(app, 'demo/shop 1.0', 'Registry.Example/Shop:1')
  await expect(row(app, 'demo/shop 1.0')).toContainText('Names are written in lower case')
  await field.fill('registry.example:5000/team/shop:1')
  await field.press('Enter')
  await expect(row(app, 'registry.example:5000/team/shop 1')).toBeVisible()
  await (await typeTag(app, 'demo/shop 1.0', 'next')).press('Escape')
  await expect(row(app, 'demo/shop 1.0').getByRole('textbox')).toBeHidden()
  await expect(row(app, 'demo/shop 1.0')).toBeFocused()
})

test('the last name of an image is not taken away', async ({ app, engine }) => {
  await loaded(engine, await runnable('demo/shop:1.0'))
  await press(row(app, 'demo/shop 1.0'), 'Take the version “1.0” away from demo/shop')
  await expect(sheet(app)).toContainText('This is its only name')
  await press(sheet(app), 'Remove the image…')
  await expect(sheet(app)).toContainText('Remove this image?')
  await press(sheet(app), 'Cancel')
  await expect(row(app, 'demo/shop 1.0')).toBeVisible()
})

test('removing says what goes and what stays, then does that', async ({ app, engine }) => {
  await loaded(engine, await runnable(['demo/shop:1.0', 'demo/other:1']), await runnable('demo/pay:2.1'))
  engine.docker('create', '--name', 'till', '--network', 'none', 'demo/pay:2.1')
  await choose(app, 'demo/shop 1.0', 'demo/pay 2.1')
  await press(app.page.getByRole('region', { name: 'Chosen images' }), 'Remove…')
  const dialog = sheet(app)
  await expect(dialog).toContainText('demo/other:1')
  await expect(dialog).toContainText('Stays: used by till')
  await press(dialog, 'Remove the image')
  await expect(dialog).toBeHidden()
  await expect(row(app, 'demo/shop 1.0')).toBeHidden()
  await expect(row(app, 'demo/pay 2.1')).toBeVisible()
  expect(everything(engine)).toEqual([expect.stringMatching(/^demo\/pay:2\.1 /)])
})

test('the details of an image are shown, down to its layers', async ({ app, engine }) => {
  const image = await runnable('demo/shop:1.0')
  await loaded(engine, image)
  await openMenu(app, 'demo/shop 1.0', 'Details')
  const details = app.page.getByRole('dialog', { name: 'Details of demo/shop:1.0' })
  await expect(details).toContainText('2 layers')
  for (const digest of [image.configDigest, ...image.diffIds]) await expect(details).toContainText(digest)
  await expect(details).toContainText('echo demo/shop:1.0 runs')
  await app.page.keyboard.press('Escape')
  await expect(details).toBeHidden()
})

test('the list follows what happens outside', async ({ app, engine }) => {
  await expect(app.page.getByRole('heading', { name: 'No image here yet' })).toBeVisible()
  await loaded(engine, await runnable('demo/shop:1.0'))
  await expect(row(app, 'demo/shop 1.0')).toBeVisible()
  engine.docker('tag', 'demo/shop:1.0', 'demo/shop:stable')
  await expect(row(app, 'demo/shop 1.0, stable')).toBeVisible()
  await expect(app.page.getByRole('navigation')).toContainText('ready · 1 image')
  engine.docker('rmi', 'demo/shop:1.0', 'demo/shop:stable')
  await expect(app.page.getByRole('heading', { name: 'No image here yet' })).toBeVisible()
})

test('the search finds images and actions', async ({ app, engine }) => {
  await loaded(engine, await runnable('demo/shop:1.0'), await runnable('demo/pay:2.1'))
  await expect(row(app, 'demo/shop 1.0')).toBeVisible()
  await app.page.keyboard.press('Control+k')
  const field = app.page.getByRole('search').getByRole('textbox')
  await expect(field).toBeFocused()
  await field.fill('pay 2.1')
  await expect(row(app, 'demo/shop 1.0')).toBeHidden()
  await expect(row(app, 'demo/pay 2.1')).toBeVisible()
  // Docker's word and the other language's find the same.
  for (const word of ['save', 'enregistrer']) {
    await field.fill(word)
    await expect(app.page.getByRole('region', { name: 'Actions found' })).toContainText('Save to a file…')
  }
  await field.fill('nothing like it')
  await expect(app.page.getByText('Nothing matches “nothing like it”')).toBeVisible()
  await field.press('Escape')
  await expect(row(app, 'demo/shop 1.0')).toBeVisible()
})

const own = test.extend<{ restarted: Awaited<ReturnType<typeof startEngine>> }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  restarted: async ({}, use) => {
    const engine = await startEngine()
    await use(engine)
    await engine.stop()
  },
  dockerHost: async ({ restarted }, use) => await use(restarted.host),
})

own('Docker stopped and started again is found again by itself', async ({ app, restarted }) => {
  await loaded(restarted, await runnable('demo/shop:1.0'))
  await expect(row(app, 'demo/shop 1.0')).toBeVisible()
  await restarted.halt()
  await expect(app.page.getByRole('heading', { name: /^Docker is installed but does not answer/ })).toBeVisible()
  await expect(app.page.getByRole('navigation')).toContainText('stopped')
  await restarted.resume()
  await expect(row(app, 'demo/shop 1.0')).toBeVisible()
  restarted.docker('tag', 'demo/shop:1.0', 'demo/shop:again')
  await expect(row(app, 'demo/shop 1.0, again')).toBeVisible()
})
