import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from '../src/main/testing/commands.ts'
import { type Engine, startEngine } from '../src/main/testing/engine.ts'
import { type BuiltImage, bigImage, expected } from '../src/main/testing/images.ts'
import { removeDir, tempDir } from '../src/main/testing/temp.ts'
import { ensureBuilt, ROOT } from './build.ts'

/**
 * Ours beside what a person would type, by hand and never in CI: `node scripts/bench.ts [megabytes]`. Alternating pairs in
 * one run, because only the ratio holds on another machine; the median of three is told, with the peak of our memory.
 */

const PAIRS = 3
const LAYERS = 5
const REF = 'bench/app:1'
const MEGABYTES = Number(process.argv[2] ?? 720)
const RSS_POLL = 50

interface Run {
  readonly seconds: number
  /** Peak memory of the process itself, in MiB; 0 where the system does not tell. */
  readonly peak: number
}

interface Pair {
  readonly title: string
  ours(): Promise<Run>
  rival(): Promise<Run>
  /** Brings both to the same start; not timed. */
  before(): void
  /** Proves that both did their work; not timed. */
  after(): void
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

function environment(engine: Engine, home: string): NodeJS.ProcessEnv {
  return { ...process.env, DOCKER_HOST: engine.host, DOCKER_CONFIG: engine.config, CABOTEUR_HOME: home }
}

function caboteur(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Run> {
  return timed(process.execPath, [join(ROOT, 'out/main/headless.js'), 'copy', ...args, '--json'], { env })
}

function shell(env: NodeJS.ProcessEnv, script: string): Promise<Run> {
  return timed(requireCommand('bash'), ['-c', `set -e -o pipefail; ${script}`], { env })
}

function filePair(title: string, env: NodeJS.ProcessEnv, dir: string, flags: readonly string[], script: string): Pair {
  const ours = join(dir, 'ours')
  const theirs = join(dir, 'theirs')
  return {
    title,
    ours: () => caboteur(env, `engine:${REF}`, `archive:${ours}`, ...flags),
    rival: () => shell({ ...env, F: theirs }, script),
    before: () => {
      for (const path of [ours, theirs, `${ours}.sha256`]) rmSync(path, { force: true })
    },
    after: () => {
      const mib = (path: string): string => `${Math.round(statSync(path).size / 2 ** 20)} MiB`
      console.error(`    sizes: ours ${mib(ours)}, rival ${mib(theirs)}`)
      if (!existsSync(`${ours}.sha256`)) console.error('    ours wrote no .sha256')
    },
  }
}

function loadPair(env: NodeJS.ProcessEnv, target: Engine, file: string, image: BuiltImage): Pair {
  const clear = (): void => {
    for (const id of target.docker('images', '--all', '--quiet').split('\n').filter(Boolean)) {
      target.docker('rmi', '--force', id)
    }
  }
  const proven = async (run: Promise<Run>): Promise<Run> => {
    const done = await run
    const { configDigest } = expected(target, REF)
    if (configDigest !== image.configDigest) throw new Error(`another image came: ${configDigest}`)
    clear()
    return done
  }
  return {
    title: 'load: copy archive:F engine: / docker load -i F',
    ours: () => proven(caboteur(env, `archive:${file}`, 'engine:')),
    rival: () => proven(shell({ ...env, F: file }, 'docker load -i "$F"')),
    before: clear,
    after: () => undefined,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function measure(pair: Pair): Promise<void> {
  console.error(pair.title)
  const ratios: number[] = []
  let peak = 0
  for (let turn = 0; turn < PAIRS; turn++) {
    pair.before()
    // Who goes first changes: the first one may find less in the page cache.
    const oursFirst = turn % 2 === 0
    const first = await (oursFirst ? pair.ours() : pair.rival())
    const second = await (oursFirst ? pair.rival() : pair.ours())
    const [ours, rival] = oursFirst ? [first, second] : [second, first]
    ratios.push(ours.seconds / rival.seconds)
    peak = Math.max(peak, ours.peak)
    console.error(`    ours ${ours.seconds.toFixed(1)} s, rival ${rival.seconds.toFixed(1)} s`)
  }
  pair.after()
  pair.before()
  const shown = ratios.map((ratio) => ratio.toFixed(2)).join(' ')
  process.stdout.write(`${median(ratios).toFixed(2)}  ${Math.round(peak)} MiB  ${pair.title}  (${shown})\n`)
}

async function bench(dir: string, source: Engine, target: Engine): Promise<void> {
  console.error(`Building an image of ${MEGABYTES} MiB…`)
  const image = await bigImage(source, REF, MEGABYTES * 2 ** 20, LAYERS)
  const file = join(dir, 'load-me.tar')
  source.docker('save', '--output', file, REF)
  const env = environment(source, join(dir, 'home'))
  process.stdout.write('ratio (ours / rival, median of three), peak of our memory\n')
  const sum = 'docker save -o "$F" bench/app:1; sync "$F"; sha256sum "$F"'
  await measure(filePair('save plain / docker save; sync; sha256sum', env, dir, [], sum))
  const gzip = 'docker save bench/app:1 | pigz > "$F"'
  await measure(filePair('save gzip / docker save | pigz', env, dir, ['--compress', 'gzip'], gzip))
  const zstd = 'docker save bench/app:1 | zstd -q -T0 > "$F"'
  await measure(filePair('save zstd / docker save | zstd -T0', env, dir, ['--compress', 'zstd'], zstd))
  await measure(loadPair(environment(target, join(dir, 'home')), target, file, image))
}

ensureBuilt()
for (const name of ['docker', 'pigz', 'zstd', 'sha256sum']) requireCommand(name)
const dir = tempDir()
const engines: Engine[] = []
try {
  for (let count = 0; count < 2; count++) engines.push(await startEngine())
  const [source, target] = engines
  if (source && target) await bench(dir, source, target)
} finally {
  for (const engine of engines) await engine.stop()
  removeDir(dir)
}
