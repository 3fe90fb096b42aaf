import { basename } from 'node:path'
import { expect, type Locator } from '@playwright/test'
import { splitName } from '../src/shared/reference.ts'
import type { AppWindow } from './hosts/app-window.ts'
import { fill } from './words.ts'

/** What a person does with the app, step by step, the same in every host. */

export function sheet({ page }: AppWindow): Locator {
  return page.getByRole('dialog')
}

export function press(at: Locator, name: string): Promise<void> {
  return at.getByRole('button', { name, exact: true }).click()
}

// ---- registries -----------------------------------------------------------------------------------------------------

/** Adds a registry that asks nobody to sign in, by its address. */
export async function addOpenRegistry(app: AppWindow, host: string): Promise<void> {
  const { accounts, places, presets } = app.words
  await press(app.page.getByRole('navigation'), places.addRegistry)
  await sheet(app).getByLabel(accounts.search).fill(`http://${host}`)
  await app.page.keyboard.press('Enter')
  await sheet(app).getByLabel(accounts.way).selectOption(presets.ways.nobody.label)
  await press(sheet(app), accounts.test)
  await expect(sheet(app)).toContainText(accounts.signedInNobodyOpen)
  await press(sheet(app), accounts.add)
  await expect(sheet(app)).toBeHidden()
}

// ---- the list -------------------------------------------------------------------------------------------------------

/** The row of an image: `acme/shop 1.0, latest`. */
export function row({ page }: AppWindow, title: string): Locator {
  return page.getByRole('grid').getByRole('row', { name: title, exact: true })
}

export async function choose(app: AppWindow, ...titles: readonly string[]): Promise<void> {
  for (const title of titles) await row(app, title).getByRole('checkbox').check()
}

export async function openMenu(app: AppWindow, title: string, item: string): Promise<void> {
  const { images } = app.words
  await press(row(app, title), fill(images.more, { image: title }))
  await app.page.getByRole('menuitem', { name: item }).click()
}

/** Types a version (or a whole name) on the row of an image, without Enter. */
export async function typeTag(app: AppWindow, title: string, text: string): Promise<Locator> {
  const { tag } = app.words
  const line = row(app, title)
  await press(line, `+ ${tag.add} ${fill(tag.addTo, { image: title })}`)
  const field = line.getByRole('textbox')
  await field.fill(text)
  return field
}

// ---- loading --------------------------------------------------------------------------------------------------------

/** The sheet that shows what is inside a file. */
export function loadSheet({ page, words }: AppWindow, path: string): Locator {
  return page.getByRole('dialog', { name: fill(words.load.title, { file: basename(path) }) })
}

/** Drops a file and waits until its images and the plan are there. */
export async function lookInto(app: AppWindow, path: string): Promise<Locator> {
  await app.drop(path)
  const shown = loadSheet(app, path)
  await expect(shown.getByRole('button', { name: app.words.load.load, exact: true })).toBeEnabled()
  return shown
}

/** Drops a file, looks, and loads what it suggests. `name`: the first name in it. */
export async function load(app: AppWindow, path: string, name: string): Promise<void> {
  await press(await lookInto(app, path), app.words.load.load)
  await waitForTransfer(app, titleOfLoad(app, name))
}

// ---- saving ---------------------------------------------------------------------------------------------------------

export type Method = 'none' | 'gzip' | 'zstd' | 'bzip2'

/** Opens the save sheet for rows of the list. */
export async function openSave(app: AppWindow, ...titles: readonly string[]): Promise<Locator> {
  const { images } = app.words
  await choose(app, ...titles)
  await app.page
    .getByRole('region', { name: images.selection })
    .getByRole('button', { name: images.saveChosen })
    .click()
  return sheet(app)
}

/** Saves rows of the list into a file of the app's folder. */
export async function save(
  app: AppWindow,
  titles: readonly string[],
  path: string,
  method: Method = 'none',
): Promise<void> {
  await startSave(app, titles, path, method)
  await waitForTransfer(app, `→ ${basename(path)}`)
}

export async function startSave(
  app: AppWindow,
  titles: readonly string[],
  path: string,
  method: Method,
): Promise<void> {
  const shown = await openSave(app, ...titles)
  await shown.getByLabel(app.words.save.compression).selectOption(method)
  await app.saveAs(path)
  await expect(shown).toBeHidden()
}

// ---- transfers ------------------------------------------------------------------------------------------------------

function titleOfLoad({ words }: AppWindow, name: string): string {
  const { repository, tag } = splitName(name)
  return fill(words.transfers.title_to, { what: `${repository} ${tag}`, where: words.places.docker })
}

export function transfers({ page, words }: AppWindow): Locator {
  return page.getByRole('region', { name: words.transfers.title, exact: true })
}

/** Until the bar says how the last transfer ended. */
export async function waitForTransfer(
  app: AppWindow,
  title: string,
  phase: 'done' | 'failed' | 'cancelled' = 'done',
): Promise<void> {
  const { phase: words } = app.words.transfers
  const ends = [words.done, words.failed, words.cancelled].map(RegExp.escape).join('|')
  // Whatever the end is: a failure is told at once and not after the time limit.
  await expect(transfers(app)).toContainText(new RegExp(` · (${ends})`), { timeout: 60_000 })
  await expect(transfers(app)).toContainText(`${title} · ${words[phase]}`)
}

/** Opens the panel and gives the newest transfer in it. */
export async function lastTransfer(app: AppWindow): Promise<Locator> {
  const shown = transfers(app).getByRole('button', { name: new RegExp(`^${app.words.transfers.showAll}`) })
  if (await shown.isVisible()) await shown.click()
  return transfers(app).getByRole('region', { name: app.words.transfers.list }).getByRole('listitem').first()
}

/** Cancels the transfer under way while it is in a phase, and waits until it is undone. */
export async function cancel(app: AppWindow, phase: 'copying' | 'storing'): Promise<void> {
  const { words } = app
  await expect(transfers(app)).toContainText(`${words.transfers.phase[phase]} ·`)
  await transfers(app)
    .getByRole('button', { name: new RegExp(`^${words.transfers.cancel}`) })
    .click()
  await expect(transfers(app)).toContainText(` · ${words.transfers.phase.cancelled}`, { timeout: 60_000 })
}
