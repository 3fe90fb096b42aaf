import { runImage } from '../../src/main/testing/images.ts'
import { expect, test } from '../fixtures.ts'
import { load, row, save } from '../flows.ts'
import { archiveOf, inFolder, loaded, runnable } from '../given.ts'

test.use({ language: 'fr' })

test('in French: a file is loaded, and what it held is saved', async ({ app, engine, other, folder }) => {
  const { path } = await archiveOf(folder, 'boutique.tar', await runnable('demo/boutique:1.0'))
  await load(app, path, 'demo/boutique:1.0')
  await expect(app.page.getByRole('heading', { name: 'Docker sur cet ordinateur' })).toBeVisible()
  await expect(row(app, 'demo/boutique 1.0')).toContainText(/PC 64 bits|ARM 64 bits/)
  await loaded(engine, await runnable('demo/caisse:2.1'))
  const saved = inFolder(folder, 'deux.tar')
  await save(app, ['demo/boutique 1.0', 'demo/caisse 2.1'], saved)
  other.docker('load', '--input', saved)
  expect(runImage(other, 'demo/caisse:2.1')).toBe('demo/caisse:2.1 runs')
})

test.describe('without a choice of language', () => {
  test.use({ locale: 'fr-FR' })
  test('the system’s language decides, and the settings change it for good', async ({ app }) => {
    await app.show({})
    const { page } = app
    await expect(page.locator('html')).toHaveAttribute('lang', 'fr')
    await expect(page.getByRole('heading', { name: 'Aucune image pour l’instant' })).toBeVisible()
    await page.getByRole('button', { name: 'Réglages' }).click()
    await page.getByLabel('Langue').selectOption('English')
    await expect(page.getByRole('heading', { name: 'No image here yet' })).toBeVisible()
    await page.getByLabel('Appearance').selectOption('Dark')
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
    await app.show({})
    await expect(page.getByRole('heading', { name: 'No image here yet' })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'en')
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  })
})
