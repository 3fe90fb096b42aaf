import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { type Engine, type SharedEngine, startEngine } from '../src/main/testing/engine.ts'
import { removeDir, tempDir } from '../src/main/testing/temp.ts'
import { type AppWindow, complaintsOf } from './hosts/app-window.ts'
import { openInElectron } from './hosts/electron.ts'
import { type HeadlessHost, openInBrowser, startHeadless } from './hosts/headless.ts'
import { type DesktopProcess, openDesktop, startDesktop } from './hosts/stand-in.ts'
import type { Language } from './words.ts'

export { expect }

export interface Options {
  /** Which host the app of a test has: the headless one in a browser, the desktop program on the stand-in, or Electron itself. */
  hostKind: 'browser' | 'stand-in' | 'electron'
  language: Language
  /** Complaints of the page's console that a test brings about itself. */
  expected: RegExp
}

export interface Given {
  /** Home of the hosts of this test; its folder `files` is where the app reads and writes. */
  home: string
  folder: string
  /** An engine without images. */
  engine: SharedEngine
  /** A second one. */
  other: SharedEngine
  /** Where the app looks for Docker. */
  dockerHost: string
  /** What the host in a browser finds in its environment beside that. */
  environment: Readonly<Record<string, string>>
  host: HeadlessHost
  desktop: DesktopProcess
  app: AppWindow
}

export interface Kept {
  keptEngine: Engine
  keptOther: Engine
}

function empty(engine: SharedEngine): void {
  const containers = engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean)
  if (containers.length > 0) engine.docker('rm', '--force', ...containers)
  const images = new Set(engine.docker('images', '--all', '--quiet').split('\n').filter(Boolean))
  if (images.size > 0) engine.docker('rmi', '--force', ...images)
}

export const test = base.extend<Options & Given, Kept>({
  hostKind: ['browser', { option: true }],
  language: ['en', { option: true }],
  expected: [/^$/, { option: true }],

  keptEngine: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
    async ({}, use) => {
      const engine = await startEngine()
      await use(engine)
      await engine.stop()
    },
    { scope: 'worker' },
  ],
  keptOther: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
    async ({}, use) => {
      const engine = await startEngine()
      await use(engine)
      await engine.stop()
    },
    { scope: 'worker' },
  ],
  engine: async ({ keptEngine }, use) => {
    empty(keptEngine)
    await use(keptEngine)
  },
  other: async ({ keptOther }, use) => {
    empty(keptOther)
    await use(keptOther)
  },
  dockerHost: async ({ engine }, use) => await use(engine.host),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  environment: async ({}, use) => await use({}),

  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  home: async ({}, use) => {
    const home = tempDir()
    await use(home)
    removeDir(home)
  },
  folder: async ({ home }, use) => {
    const folder = join(home, 'files')
    mkdirSync(folder)
    await use(folder)
  },
  host: async ({ dockerHost, home, folder }, use) => {
    const host = await startHeadless({ dockerHost, home, roots: [folder] })
    await use(host)
    expect(await host.end(), 'the host ends in good order').toBe(0)
    expect(host.complaints(), 'the host complains of nothing').toBe('')
  },
  desktop: async ({ dockerHost, home }, use) => {
    const desktop = startDesktop({ dockerHost, home })
    await use(desktop)
    await desktop.end()
    expect(desktop.complaints, 'the desktop process complains of nothing').toBe('')
  },

  app: async ({ hostKind, dockerHost, environment, home, folder, language, expected, page }, use) => {
    let complaints = complaintsOf(page)
    const options = { dockerHost, home }
    if (hostKind === 'electron') {
      const app = await openInElectron(dockerHost, home, folder, language)
      complaints = complaintsOf(app.page)
      await app.show({ lang: language })
      await use(app)
      await app.close()
    } else if (hostKind === 'stand-in') {
      const desktop = startDesktop(options)
      const app = await openDesktop(page, desktop, folder, language)
      await app.show({ lang: language })
      await use(app)
      await page.close()
      await desktop.end()
      expect(desktop.complaints, 'the desktop process complains of nothing').toBe('')
    } else {
      const host = await startHeadless({ ...options, environment, roots: [folder] })
      const app = await openInBrowser(page, host, folder, language)
      await app.show({ lang: language })
      await use(app)
      await page.close()
      expect(await host.end(), 'the host ends in good order').toBe(0)
      expect(host.complaints(), 'the host complains of nothing').toBe('')
    }
    expect(complaints.filter((text) => !expected.test(text))).toEqual([])
  },
})
