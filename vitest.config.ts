import { configDefaults, defineConfig } from 'vitest/config'

// Tests on a second, newer engine, which takes its time to be made: run when asked for, as README says.
const newer = process.env['CABOTEUR_TEST_CONTAINERD'] === '1' ? [] : ['**/containerd*.test.ts']

// Real engines, disks and compressors are at work: a slow machine is no reason to fail.
const limits = { testTimeout: 60_000, hookTimeout: 180_000 }

export default defineConfig({
  test: {
    // Two engines at work are what two cores carry; more files side by side only time out.
    maxWorkers: 2,
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          ...limits,
          name: 'main',
          environment: 'node',
          include: ['src/{main,shared,preload}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'out/**', ...newer],
          globalSetup: 'src/main/testing/global-setup.ts',
        },
      },
      {
        test: {
          ...limits,
          name: 'renderer',
          environment: 'jsdom',
          include: ['src/renderer/**/*.test.{ts,tsx}'],
        },
      },
    ],
  },
})
