import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ROOT } from './build.ts'
import { ensurePrerequisites } from './prerequisites.ts'

/** `npm test`: everything, from what must be installed to the sum of both runners, `N passed, N failed`, as the last line. */

interface Sum {
  readonly passed: number
  readonly failed: number
}

/** A runner that hangs is a failure, too. */
const LIMIT = 30 * 60_000

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

interface PlaywrightReport {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number }
}

function vitestSum(report: VitestReport): Sum {
  // A file that could not be loaded has no failed test of its own.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
}

function playwrightSum({ stats }: PlaywrightReport): Sum {
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected }
}

function runner<Report>(
  title: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  file: string,
  sum: (report: Report) => Sum,
): Sum {
  process.stdout.write(`\n── ${title} ──\n`)
  const [script = '', ...rest] = args
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', script), ...rest], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: LIMIT,
    env: { ...process.env, ...env },
  })
  const found = existsSync(file) ? sum(JSON.parse(readFileSync(file, 'utf8')) as Report) : { passed: 0, failed: 0 }
  if (status === 0 || found.failed > 0) return found
  // It failed beside its tests: nothing to run, an error between tests, the time limit.
  process.stdout.write(`${title}: the runner itself failed.\n`)
  return { ...found, failed: 1 }
}

function run(): Sum {
  if (!ensurePrerequisites()) return { passed: 0, failed: 0 }
  ensureBuilt()
  const dir = mkdtempSync(join(tmpdir(), 'caboteur-results-'))
  try {
    const unit = join(dir, 'unit.json')
    const e2e = join(dir, 'end-to-end.json')
    const vitest = ['vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`]
    const playwright = ['@playwright/test/cli.js', 'test', '--reporter=list,json']
    const sums = [
      runner('unit and engine tests', vitest, process.stdout.isTTY ? {} : { NO_COLOR: '1' }, unit, vitestSum),
      runner('end-to-end tests', playwright, { PLAYWRIGHT_JSON_OUTPUT_FILE: e2e }, e2e, playwrightSum),
    ]
    return sums.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

let sum: Sum = { passed: 0, failed: 1 }
try {
  sum = run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
}
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0
process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed\n`)
