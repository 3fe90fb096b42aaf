import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from '../src/main/testing/commands.ts'
import { type Engine, startEngine } from '../src/main/testing/engine.ts'
import { bigImage } from '../src/main/testing/images.ts'
import { removeDir, tempDir } from '../src/main/testing/temp.ts'
import { ensureBuilt } from './build.ts'
import { caboteur, measure, type Pair, shell } from './side-by-side.ts'

/**
 * A protected save in parts beside what a person would type: `node scripts/bench-protected.ts [megabytes]`. Both write to memory, so that
 * what is measured is reading, packing, encrypting, cutting and checking, and no disk. Ours also reads back and opens what it wrote.
 */

const REF = 'bench/safe:1'
const MEGABYTES = Number(process.argv[2] ?? 480)
const LAYERS = 5
const SPLIT = '100M'

interface Bench {
  readonly env: NodeJS.ProcessEnv
  /** In memory. */
  readonly dir: string
  readonly password: string
  readonly gpg: string
}

function emptied(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
}

function mebibytes(folder: string): number {
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20)
}

function savePair({ env, dir, password, gpg }: Bench, title: string, script: string): Pair {
  const [ours, theirs] = [join(dir, 'ours'), join(dir, 'theirs')]
  const file = join(ours, 'safe.tar.zst.gpg')
  return {
    title,
    ours: () =>
      caboteur(
        env,
        ...[`engine:${REF}`, `archive:${file}`, '--compress', 'zstd'],
        ...['--split', SPLIT, '--encrypt', '--password-file', password],
      ),
    rival: () => shell({ ...env, OUT: theirs }, script.replace('GPG', gpg)),
    before: () => {
      for (const folder of [ours, theirs]) emptied(folder)
    },
    async after() {
      console.error(`    sizes: ours ${mebibytes(ours)} MiB, rival ${mebibytes(theirs)} MiB`)
      await shell(
        env,
        `cd "${ours}"; sha256sum --quiet -c SHA256SUMS; cat *.part-* | ${gpg} -d | zstd -dq | docker load -q`,
      )
    },
  }
}

async function bench(dir: string, memory: string, engine: Engine): Promise<void> {
  console.error(`Building an image of ${MEGABYTES} MiB…`)
  await bigImage(engine, REF, MEGABYTES * 2 ** 20, LAYERS)
  const password = join(dir, 'password')
  const home = join(dir, 'gnupg')
  writeFileSync(password, 'seven blue tugs at dawn\n')
  mkdirSync(home, { mode: 0o700 })
  const gpg = `gpg --homedir ${home} --batch --quiet --pinentry-mode loopback --passphrase-file ${password}`
  const env = {
    ...process.env,
    DOCKER_HOST: engine.host,
    DOCKER_CONFIG: engine.config,
    CABOTEUR_HOME: join(dir, 'home'),
  }
  const sides: Bench = { env, dir: memory, password, gpg }
  const cut = `split -b ${SPLIT} - "$OUT/safe.tar.zst.gpg.part-"`
  process.stdout.write('ratio (ours / rival, median of three), peak of our memory\n')
  const typed = `docker save ${REF} | zstd -q -T0 | GPG -c | ${cut}`
  await measure(savePair(sides, 'save protected in parts / docker save | zstd -T0 | gpg -c | split', typed))
  const checked = `docker save ${REF} | zstd -q -T0 | GPG -c --compress-algo none --cipher-algo AES256 | ${cut}
    cd "$OUT"; sha256sum * > SHA256SUMS; sha256sum --quiet -c SHA256SUMS`
  await measure(savePair(sides, 'the same / with gpg’s own compression off, sums written and checked', checked))
}

ensureBuilt()
for (const name of ['docker', 'zstd', 'gpg', 'gpgconf', 'split', 'sha256sum']) requireCommand(name)
const dir = tempDir()
const memory = mkdtempSync('/dev/shm/caboteur-bench-')
let engine: Engine | undefined
try {
  engine = await startEngine()
  await bench(dir, memory, engine)
} finally {
  await shell(process.env, `gpgconf --homedir ${join(dir, 'gnupg')} --kill all || true`)
  await engine?.stop()
  removeDir(memory)
  removeDir(dir)
}
