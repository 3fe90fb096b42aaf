import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from '../src/main/testing/commands.ts'
import { ROOT } from './build.ts'

/** Ours beside a rival, in alternating pairs of one run: only the ratio holds on another machine. */

const PAIRS = 3
const RSS_POLL = 50

export interface Run {
  readonly seconds: number
  /** Peak memory of the process itself, in MiB; 0 where the system does not tell. */
  readonly peak: number
}

export interface Pair {
  readonly title: string
  ours(): Promise<Run>
  rival(): Promise<Run>
  /** Brings both to the same start; not timed. */
  before(): void | Promise<void>
  /** Proves that both did their work; not timed. */
  after(): void | Promise<void>
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

function timed(command: string, args: readonly string[], options: SpawnOptions): Promise<Run> {
  // What the run before left to write must not slow this one.
  spawnSync('sync')
  const start = process.hrtime.bigint()
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  let peak = 0
  const poll = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid))
  }, RSS_POLL)
  let problem = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    problem += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearInterval(poll)
      const seconds = Number(process.hrtime.bigint() - start) / 1e9
      if (code === 0) resolve({ seconds, peak })
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}: ${problem}`))
    })
  })
}

export function caboteur(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Run> {
  return timed(process.execPath, [join(ROOT, 'out/main/headless.js'), 'copy', ...args, '--json'], { env })
}

export function shell(env: NodeJS.ProcessEnv, script: string): Promise<Run> {
  return timed(requireCommand('bash'), ['-c', `set -e -o pipefail; ${script}`], { env })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Runs the pairs and prints ratio (ours / rival, median), our peak memory, and the single ratios. */
export async function measure(pair: Pair): Promise<void> {
  console.error(pair.title)
  const ratios: number[] = []
  let peak = 0
  for (let turn = 0; turn < PAIRS; turn++) {
    await pair.before()
    // Who goes first changes: the first one may find less in the page cache.
    const oursFirst = turn % 2 === 0
    const first = await (oursFirst ? pair.ours() : pair.rival())
    const second = await (oursFirst ? pair.rival() : pair.ours())
    const [ours, rival] = oursFirst ? [first, second] : [second, first]
    ratios.push(ours.seconds / rival.seconds)
    peak = Math.max(peak, ours.peak)
    console.error(`    ours ${ours.seconds.toFixed(1)} s, rival ${rival.seconds.toFixed(1)} s`)
  }
  await pair.after()
  await pair.before()
  const shown = ratios.map((ratio) => ratio.toFixed(2)).join(' ')
  process.stdout.write(`${median(ratios).toFixed(2)}  ${Math.round(peak)} MiB  ${pair.title}  (${shown})\n`)
}
