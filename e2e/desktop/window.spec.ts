import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/build.ts'
import { expect, test } from '../fixtures.ts'
import { lastTransfer, loadSheet, press, save, sheet, startSave, transfers, waitForTransfer } from '../flows.ts'
import { archiveOf, everything, inFolder, large, loaded, runnable } from '../given.ts'
import { type DesktopProcess, openDesktop, startDesktop } from '../hosts/stand-in.ts'

/** The built main process and preload: a window that is locked down, and manners of a desktop program. */

async function windowOf(desktop: DesktopProcess) {
  await desktop.window()
  const { windows } = await desktop.ask('record')
  const [window] = windows
  if (!window) throw new Error('no window')
  return window
}

test('the window has a sandbox and no Node', async ({ desktop }) => {
  const { address, shown, options } = await windowOf(desktop)
  expect(options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    preload: join(ROOT, 'out/preload/index.cjs'),
  })
  for (const name of ['nodeIntegrationInWorker', 'webviewTag', 'allowRunningInsecureContent', 'experimentalFeatures'])
    expect(options.webPreferences[name], name).toBeFalsy()
  expect(address).toBe('app://caboteur/index.html')
  expect(shown).toBe(true)
})

test('the window goes nowhere else, opens no other and is permitted nothing', async ({ desktop }) => {
  await desktop.window()
  for (const address of [
    'https://elsewhere.example/',
    'file:///etc/hostname',
    'app://caboteur.elsewhere/',
    'about:blank',
  ])
    expect(await desktop.ask('mayNavigate', address), address).toBe(false)
  expect(await desktop.ask('openSecond', 'https://elsewhere.example/')).toBe('deny')
  expect(await desktop.ask('openSecond', 'app://caboteur/index.html')).toBe('deny')
  // Nor does it hand on what is no page, or has a password in its address; it does not even ask.
  for (const url of ['file:///etc/hostname', 'http://docs.docker.com/', 'https://lea:x@docs.docker.com/', 'nonsense'])
    expect(await desktop.ask('openSecond', url)).toBe('deny')
  const { outside, questions } = await desktop.ask('record')
  expect(outside).toEqual([])
  expect(questions.map(({ message }) => message)).toEqual(['Open elsewhere.example in the browser?'])
  for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal'])
    expect(await desktop.ask('mayUse', permission), permission).toBe(false)
})

test('pages that the window links to open outside: ours at once, any other when the person says so', async ({
  desktop,
}) => {
  await desktop.window()
  const opened = async (): Promise<readonly string[]> => (await desktop.ask('record')).outside
  const ours = [
    'https://docs.docker.com/get-started/get-docker/',
    'https://github.com/settings/tokens/new?scopes=write:packages',
  ]
  for (const url of ours) expect(await desktop.ask('openSecond', url)).toBe('deny')
  expect(await opened()).toEqual(ours)

  // A look-alike is none of ours.
  const other = 'https://docs.docker.com.elsewhere.example/page'
  await desktop.ask('openSecond', other)
  expect(await opened()).toEqual(ours)
  await desktop.ask('answerDialogs', { button: 1 })
  await desktop.ask('openSecond', other)
  await expect.poll(opened).toEqual([...ours, other])
  const { questions } = await desktop.ask('record')
  expect(questions.map(({ message }) => message)).toEqual(
    Array.from({ length: 2 }, () => 'Open docs.docker.com.elsewhere.example in the browser?'),
  )
})

test('only the page itself gets the port', async ({ desktop }) => {
  await desktop.window()
  expect(await desktop.ask('openPort', 100, 'sub-frame')).toBe(false)
  expect(await desktop.ask('openPort', 101, 'page')).toBe(true)
  expect(await desktop.ask('openPort', 102, 'elsewhere')).toBe(false)
})

test('the page’s own protocol gives the page with its policy, and nothing else', async ({ desktop }) => {
  await desktop.window()
  const { schemes } = await desktop.ask('record')
  expect(schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
  for (const address of ['app://caboteur/', 'app://caboteur/index.html?lang=fr']) {
    const { status, headers, body } = await desktop.ask('fetch', address)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(Buffer.from(body).toString()).toContain('<div id="root">')
  }
  const others = [
    'app://caboteur/none.js',
    'app://caboteur/../main/index.js',
    'app://caboteur/..%2fmain%2findex.js',
    'app://caboteur/%2e%2e%2fmain%2findex.js',
    'app://caboteur/assets/..%2f..%2fpreload%2findex.cjs',
    'app://caboteur//etc/hostname',
    'app://caboteur/%2fetc%2fhostname',
    'app://caboteur/%00',
    'app://caboteur/%E0%A4%A',
    'app://elsewhere/index.html',
  ]
  for (const address of others) {
    const { status, body } = await desktop.ask('fetch', address)
    expect(status, address).toBe(404)
    expect(body.length, address).toBe(0)
  }
})

test('the preload needs electron alone and gives the page one function', async ({ page, desktop, folder }) => {
  const app = await openDesktop(page, desktop, folder, 'en')
  await app.show({ lang: 'en' })
  expect(await app.modules()).toEqual(['electron'])
  expect(await page.evaluate(() => Object.keys(Reflect.get(window, 'caboteur')))).toEqual(['pathForFile'])
  const preload = readFileSync(join(ROOT, 'out/preload/index.cjs'), 'utf8')
  expect([...preload.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name)).toEqual(['"electron"'])
})

test('a program that runs already is not started twice', async ({ dockerHost, home }) => {
  const second = startDesktop({ dockerHost, home, env: { STAND_IN_RUNS_ALREADY: '1' } })
  expect(await second.ended()).toBe(0)
  expect(second.complaints).toBe('')
})

test('files the system hands over are looked into', async ({ page, dockerHost, home, folder }) => {
  const names = ['first.tar', 'second.tar', 'third.tar']
  const [first, second, third] = await Promise.all(
    names.map(async (name) => (await archiveOf(folder, name, await runnable(`demo/${name.slice(0, -4)}:1`))).path),
  )
  const desktop = startDesktop({ dockerHost, home, args: [first ?? ''] })
  const app = await openDesktop(page, desktop, folder, 'en')
  await app.show({ lang: 'en' })
  await press(loadSheet(app, 'first.tar'), 'Close without loading')
  await desktop.ask('openFile', second ?? '')
  await press(loadSheet(app, 'second.tar'), 'Close without loading')
  await desktop.ask('startAgain', ['electron', 'out/main/index.js', '--flag', 'third.tar'], folder)
  await expect(loadSheet(app, third ?? '')).toContainText('demo/third')
  expect((await windowOf(desktop)).focused).toBe(true)
  await page.close()
  await desktop.end()
})

test('a closed dialog changes nothing', async ({ page, desktop, engine, folder }) => {
  await loaded(engine, await runnable('demo/shop:1.0'))
  const app = await openDesktop(page, desktop, folder, 'en')
  await app.show({ lang: 'en' })
  await page.getByRole('banner').getByRole('button', { name: 'Load a file…' }).click()
  await expect(sheet(app)).toBeHidden()
  await page.getByRole('row', { name: 'demo/shop 1.0', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Save to a file…' }).click()
  await press(sheet(app), 'Save…')
  await expect(sheet(app).getByRole('button', { name: 'Save…' })).toBeEnabled()
  await expect(transfers(app)).toContainText('Nothing under way')
})

test('a saved file is shown in its folder', async ({ page, desktop, engine, folder }) => {
  await loaded(engine, await runnable('demo/shop:1.0'))
  const app = await openDesktop(page, desktop, folder, 'en')
  await app.show({ lang: 'en' })
  const path = inFolder(folder, 'shop.tar')
  await save(app, ['demo/shop 1.0'], path)
  await press(await lastTransfer(app), 'Show in its folder')
  await expect.poll(async () => (await desktop.ask('record')).revealed).toEqual([path])
})

test('a transfer keeps the computer awake and shows in the taskbar', async ({ page, desktop, engine, folder }) => {
  const app = await openDesktop(page, desktop, folder, 'en')
  await app.show({ lang: 'en' })
  const { path } = await archiveOf(folder, 'large.tar', await large('demo/large:1', 256))
  await app.drop(path)
  await press(loadSheet(app, path), 'Load')
  await waitForTransfer(app, 'demo/large 1 → Docker')
  await expect.poll(async () => (await desktop.ask('record')).awake).toEqual({ started: 1, stopped: 1 })
  const { progress } = await desktop.ask('record')
  expect(progress.some((share) => share > 0 && share <= 1)).toBe(true)
  expect(progress.at(-1)).toBe(-1)
  expect(everything(engine)).toHaveLength(1)
})

test('quitting during a transfer asks first, and leaves nothing when it is cancelled', async ({
  page,
  dockerHost,
  home,
  engine,
  folder,
}) => {
  await loaded(engine, await large('demo/large:1', 96))
  const desktop = startDesktop({ dockerHost, home })
  const app = await openDesktop(page, desktop, folder, 'en')
  await app.show({ lang: 'en' })
  await startSave(app, ['demo/large 1'], inFolder(folder, 'large.tar.bz2'), 'bzip2')
  await expect(transfers(app)).toContainText('copying ·')
  await desktop.ask('answerDialogs', { button: 0 })
  await desktop.ask('quit')
  await expect
    .poll(async () => (await desktop.ask('record')).questions)
    .toEqual([{ message: 'A transfer is under way.', buttons: ['Keep transferring', 'Cancel and quit'] }])
  await expect(transfers(app)).toContainText('copying ·')
  await page.close()
  await desktop.ask('answerDialogs', { button: 1 })
  await desktop.ask('quit')
  expect(await desktop.ended()).toBe(0)
  expect(desktop.complaints).toBe('')
  expect(readdirSync(folder)).toEqual([])
})

test('quitting with nothing under way asks nothing', async ({ dockerHost, home }) => {
  const desktop = startDesktop({ dockerHost, home })
  await desktop.window()
  await desktop.ask('quit')
  expect(await desktop.ended()).toBe(0)
  expect(desktop.complaints).toBe('')
})
