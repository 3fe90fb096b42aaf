import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from '../src/main/testing/commands.ts'
import { type Engine, startEngine } from '../src/main/testing/engine.ts'
import { type BuiltImage, bigImage, expected } from '../src/main/testing/images.ts'
import { removeDir, tempDir } from '../src/main/testing/temp.ts'
import { ensureBuilt } from './build.ts'
import { caboteur, measure, type Pair, type Run, shell } from './side-by-side.ts'

/**
 * Ours beside what a person would type, by hand and never in CI: `node scripts/bench.ts [megabytes]`. Alternating pairs in
 * one run, because only the ratio holds on another machine; the median of three is told, with the peak of our memory.
 */

const LAYERS = 5
const REF = 'bench/app:1'
const MEGABYTES = Number(process.argv[2] ?? 720)

function environment(engine: Engine, home: string): NodeJS.ProcessEnv {
  return { ...process.env, DOCKER_HOST: engine.host, DOCKER_CONFIG: engine.config, CABOTEUR_HOME: home }
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
