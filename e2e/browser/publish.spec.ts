import { type Registry, startRegistry } from '../../src/main/testing/registry.ts'
import { test as base, expect } from '../fixtures.ts'
import { choose, press, sheet } from '../flows.ts'
import { loaded, runnable } from '../given.ts'

const test = base.extend<{ registry: Registry }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  registry: async ({}, use) => {
    const registry = await startRegistry({ delete: true, auth: true })
    await use(registry)
    await registry.close()
  },
})

test('look', async ({ app, engine, registry }) => {
  const { page, words } = app
  await loaded(engine, await runnable('demo/shop:1.0'))
  await choose(app, 'demo/shop 1.0')
  await page.screenshot({ path: '/tmp/pub/0.png' })
  await page.getByRole('region', { name: words.images.selection }).getByRole('button', { name: words.publish.menu }).click()
  await page.screenshot({ path: '/tmp/pub/1.png' })
  await sheet(app).getByLabel(words.registry.host).fill(`http://${registry.host}`)
  await sheet(app).getByLabel(words.registry.user).fill(registry.account?.username ?? '')
  await sheet(app).getByRole('textbox', { name: words.registry.password }).fill(registry.account?.password ?? '')
  await press(sheet(app), words.registry.test)
  await press(sheet(app), words.computer.add)
  await page.waitForTimeout(1500)
  await page.screenshot({ path: '/tmp/pub/2.png' })
  await press(sheet(app), words.computer.add).catch(() => undefined)
  await page.screenshot({ path: '/tmp/pub/3.png' })
})
