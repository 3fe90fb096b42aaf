import { type Registry, startRegistry } from '../../src/main/testing/registry.ts'
import { test as base, expect } from '../fixtures.ts'
import { choose, press, sheet } from '../flows.ts'
import { loaded, runnable } from '../given.ts'

const test = base.extend<{ registry: Registry }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  registry: async ({}, use) => {
    const registry = await startRegistry({ delete: true })
    await use(registry)
    await registry.close()
  },
})

test('look', async ({ app, engine, registry }) => {
  const { page, words } = app
  await loaded(engine, await runnable('demo/shop:1.0.0'))
  await loaded(engine, await runnable('demo/shop:1.0.1', 'other'))
  await choose(app, 'demo/shop 1.0.0')
  const shot = async (n: string) => {
    await page.waitForTimeout(1200)
    await page.screenshot({ path: `/tmp/pub/${n}.png` })
  }
  await page
    .getByRole('region', { name: words.images.selection })
    .getByRole('button', { name: words.publish.menu })
    .click()
  await sheet(app).getByLabel(words.registry.host).fill(`http://${registry.host}`)
  await press(sheet(app), words.registry.test)
  await press(sheet(app), words.computer.add)
  await shot('2')
  await press(sheet(app), words.publish.continue)
  await shot('3')
  await press(sheet(app), words.publish.send)
  await shot('4')
  await press(sheet(app), words.publish.sending.done)
  await choose(app, 'demo/shop 1.0.1')
  await page
    .getByRole('region', { name: words.images.selection })
    .getByRole('button', { name: words.publish.menu })
    .click()
  await shot('5')
  expect(1).toBe(1)
})
