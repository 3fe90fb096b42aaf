import { readdirSync, writeFileSync } from 'node:fs'
import { damaged, truncated, wrap } from '../src/main/testing/archives.ts'
import {
  hybridArchive,
  legacyArchive,
  type MadeArchive,
  ociArchive,
  smallImage,
} from '../src/main/testing/handmade-archives.ts'
import { runImage } from '../src/main/testing/images.ts'
import { expect, test } from './fixtures.ts'
import {
  cancel,
  lastTransfer,
  load,
  loadSheet,
  lookInto,
  press,
  row,
  save,
  startSave,
  transfers,
  waitForTransfer,
} from './flows.ts'
import { archiveOf, everything, identity, inFolder, large, loaded, runnable } from './given.ts'

/** Images between Docker and files, by what every host can do. Runs with each of them. */

const KINDS: Readonly<Record<string, (folder: string) => Promise<MadeArchive>>> = {
  'Docker up to 24': async (folder) => await legacyArchive(folder, [await runnable('demo/shop:1.0')]),
  'Docker from 25 on': async (folder) => await hybridArchive(folder, [await runnable('demo/shop:1.0')]),
  'an OCI builder': async (folder) => await ociArchive(folder, [await runnable('demo/shop:1.0')]),
  gzip: async (folder) => wrap(await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0')), 'gzip'),
  zstd: async (folder) => wrap(await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0')), 'zstd'),
  xz: async (folder) => wrap(await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0')), 'xz'),
}

for (const [maker, make] of Object.entries(KINDS)) {
  test(`a file by ${maker}, dropped on the window, becomes an image that runs`, async ({ app, engine, folder }) => {
    const { path, images } = await make(folder)
    await load(app, path, 'demo/shop:1.0')
    await expect(row(app, 'demo/shop 1.0')).toBeVisible()
    expect(runImage(engine, 'demo/shop:1.0')).toBe('demo/shop:1.0 runs')
    expect(identity(engine, 'demo/shop:1.0')).toEqual({
      configDigest: images[0]?.configDigest,
      diffIds: images[0]?.diffIds,
    })
  })
}

for (const method of ['none', 'gzip'] as const) {
  test(`two images saved (${method}) are the same in another Docker`, async ({ app, engine, other, folder }) => {
    await loaded(engine, await runnable(['demo/shop:1.0', 'demo/shop:latest']), await runnable('demo/pay:2.1'))
    const path = inFolder(folder, method === 'none' ? 'two.tar' : 'two.tar.gz')
    await save(app, ['demo/shop 1.0, latest', 'demo/pay 2.1'], path, method)
    other.docker('load', '--input', path)
    for (const name of ['demo/shop:1.0', 'demo/shop:latest', 'demo/pay:2.1'])
      expect(identity(other, name)).toEqual(identity(engine, name))
    expect(runImage(other, 'demo/pay:2.1')).toBe('demo/pay:2.1 runs')
    const saved = ['', '.note.json', '.note.txt', '.sha256'].map((as) => `${path}${as}`.slice(folder.length + 1))
    expect(readdirSync(folder).sort()).toEqual(saved)
  })
}

test('“Load a file…” leads to the same sheet', async ({ app, engine, folder }) => {
  const { path } = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  await app.choose(path)
  await press(loadSheet(app, path), 'Load')
  await waitForTransfer(app, 'demo/shop 1.0 → Docker')
  expect(runImage(engine, 'demo/shop:1.0')).toBe('demo/shop:1.0 runs')
})

test('the sheet says what will be copied before anything moves', async ({ app, engine, folder }) => {
  const shop = await runnable('demo/shop:1.0')
  await loaded(engine, shop)
  const { path } = await archiveOf(folder, 'both.tar', shop, await runnable('demo/pay:2.1'))
  const sheet = await lookInto(app, path)
  await expect(sheet).toContainText('Already there, identical: nothing to do')
  await expect(sheet.getByRole('checkbox', { name: 'Load demo/shop:1.0' })).not.toBeChecked()
  await expect(sheet.getByRole('checkbox', { name: 'Load demo/pay:2.1' })).toBeChecked()
  await expect(sheet).toContainText(/1 image goes into Docker: .* to copy instead of .*/)
  await sheet.getByRole('checkbox', { name: 'Load demo/shop:1.0' }).check()
  await sheet.getByText('Show the command').click()
  await expect(sheet).toContainText(/docker load -i \S*both\.tar/)
  await press(sheet, 'Close without loading')
  await expect(sheet).toBeHidden()
  expect(everything(engine)).toEqual([`demo/shop:1.0 ${shop.configDigest}`])
})

test('a name that would move leaves the former image under a dated one', async ({ app, engine, folder }) => {
  const former = await runnable('demo/shop:latest', 'former')
  await loaded(engine, former)
  const { path, images } = await archiveOf(
    folder,
    'next.tar',
    await runnable(['demo/shop:2.0', 'demo/shop:latest'], 'next'),
  )
  const sheet = await lookInto(app, path)
  await expect(sheet).toContainText(/“latest” will move from the image created .* to 2\.0/)
  await press(sheet, 'Load')
  await waitForTransfer(app, 'demo/shop 2.0 → Docker')
  expect(identity(engine, 'demo/shop:latest').configDigest).toBe(images[0]?.configDigest)
  const kept = everything(engine).find((line) => line.endsWith(former.configDigest)) ?? ''
  expect(kept).toMatch(/^demo\/shop:latest-\d{8}-\d{4} /)
  const transfer = await lastTransfer(app)
  await expect(transfer).toContainText(
    `demo/shop:latest now names another image. The version before stays as ${kept.split(' ')[0]}`,
  )
})

test('a name may be replaced, or left where it is', async ({ app, engine, folder }) => {
  const former = await runnable('demo/shop:latest', 'former')
  await loaded(engine, former)
  const { path, images } = await archiveOf(
    folder,
    'next.tar',
    await runnable(['demo/shop:2.0', 'demo/shop:latest'], 'next'),
  )
  const moved = 'What to do with the image that is called demo/shop:latest now'
  let sheet = await lookInto(app, path)
  await sheet.getByLabel(moved).selectOption('leave')
  await press(sheet, 'Load')
  await waitForTransfer(app, 'demo/shop 2.0 → Docker')
  expect(identity(engine, 'demo/shop:latest').configDigest).toBe(former.configDigest)
  sheet = await lookInto(app, path)
  await sheet.getByLabel(moved).selectOption('replace')
  await expect(sheet).toContainText('The image now called demo/shop:latest loses this name.')
  await press(sheet, 'Load')
  await expect(row(app, 'demo/shop 2.0, latest')).toBeVisible()
  expect(identity(engine, 'demo/shop:latest').configDigest).toBe(images[0]?.configDigest)
})

test('a load cancelled midway leaves nothing', async ({ app, engine, folder }) => {
  await loaded(engine, await runnable('demo/shop:1.0'))
  const before = everything(engine)
  const { path } = await archiveOf(folder, 'large.tar', await large('demo/large:1', 256))
  await press(await lookInto(app, path), 'Load')
  await cancel(app, 'copying')
  await expect(transfers(app)).toContainText('cancelled: nothing was left behind')
  expect(everything(engine)).toEqual(before)
})

test('a save cancelled midway leaves nothing', async ({ app, engine, folder }) => {
  await loaded(engine, await large('demo/large:1', 96))
  await startSave(app, ['demo/large 1'], inFolder(folder, 'large.tar.bz2'), 'bzip2')
  await cancel(app, 'copying')
  expect(readdirSync(folder)).toEqual([])
})

test('a damaged file is found out while it is loaded, and nothing changes', async ({ app, engine, folder }) => {
  await loaded(engine, await smallImage('demo/shop:latest', 'former'))
  const before = everything(engine)
  const made = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:latest', 'next'))
  const { path } = damaged(made)
  await press(await lookInto(app, path), 'Load')
  await waitForTransfer(app, 'demo/shop latest → Docker', 'failed')
  const transfer = await lastTransfer(app)
  await expect(transfer).toContainText('it was changed or damaged')
  await expect(transfer).toContainText('Copy the file again from where it came. Nothing was changed.')
  expect(everything(engine)).toEqual(before)
})

test('a check finds what is wrong with a file, and says that a sound one is intact', async ({ app, folder }) => {
  const made = await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))
  const sound = await lookInto(app, made.path)
  await expect(sound).toContainText('index read, contents checked while loading')
  await press(sound, 'Check the file')
  await expect(sound).toContainText('intact: everything was read and is right')
  await press(sound, 'Close without loading')
  const broken = await lookInto(app, damaged(made).path)
  await press(broken, 'Check the file')
  await expect(broken).toContainText('1 problem found')
  await expect(broken.getByRole('checkbox', { name: 'Load demo/shop:1.0' })).not.toBeChecked()
})

test('files that hold no images are refused in plain words', async ({ app, folder }) => {
  const text = inFolder(folder, 'notes.txt')
  writeFileSync(text, 'Nothing for Docker in here.\n'.repeat(100))
  await app.drop(text)
  const sheet = loadSheet(app, text)
  await expect(sheet.getByRole('alert')).toContainText('is not a Docker image file')
  await press(sheet, 'Close without loading')

  const empty = inFolder(folder, 'empty.tar')
  writeFileSync(empty, '')
  await app.drop(empty)
  await expect(loadSheet(app, empty).getByRole('alert')).toContainText('is empty: 0 bytes.')
  await press(loadSheet(app, empty), 'Close without loading')

  const short = truncated(await archiveOf(folder, 'shop.tar', await runnable('demo/shop:1.0'))).path
  await app.drop(short)
  await expect(loadSheet(app, short).getByRole('alert')).toContainText('stops before its end: part of it is missing.')
})
