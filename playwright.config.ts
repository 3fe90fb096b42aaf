import { defineConfig } from '@playwright/test'
import type { Options } from './e2e/fixtures.ts'
import { electronMissing } from './e2e/hosts/electron.ts'
import { findCommand } from './src/main/testing/commands.ts'

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].map(findCommand).find((path) => path !== undefined)
const asRoot = process.getuid?.() === 0
const pictures = process.env['CABOTEUR_SCREENSHOTS'] === '1'
const missing = electronMissing()

// Workers read this file, too: said once.
if (missing && !pictures && process.env['TEST_WORKER_INDEX'] === undefined)
  console.warn(`Not in Electron itself: ${missing}. The built desktop program runs against a stand-in all the same.`)

const ANY_HOST = 'carrying.spec.ts'

export default defineConfig<Options>({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Each worker has a Docker engine and a browser at work: that is what two cores carry.
  workers: 2,
  // No test needs what another left: each finds its engine empty.
  fullyParallel: true,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Paris',
    trace: { mode: 'retain-on-failure', screenshots: false, sources: false },
    actionTimeout: 20_000,
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        ...(asRoot ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-default-apps',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: pictures
    ? [{ name: 'pictures', testMatch: 'pictures.ts' }]
    : [
        { name: 'browser', testMatch: [ANY_HOST, 'browser/*.spec.ts'] },
        { name: 'desktop', testMatch: [ANY_HOST, 'desktop/*.spec.ts'], use: { hostKind: 'stand-in' } },
        ...(missing ? [] : [{ name: 'electron', testMatch: ANY_HOST, use: { hostKind: 'electron' as const } }]),
      ],
})
