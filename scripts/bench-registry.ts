import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from '../src/main/testing/commands.ts'
import { type Engine, startEngine } from '../src/main/testing/engine.ts'
import { bigImage } from '../src/main/testing/images.ts'
import { type Registry, startRegistry } from '../src/main/testing/registry.ts'
import { removeDir, tempDir } from '../src/main/testing/temp.ts'
import { ensureBuilt } from './build.ts'
import { caboteur, measure, type Pair, shell } from './side-by-side.ts'

/**
 * Registries and folders: ours beside skopeo and docker push, by hand and never in CI. An image that is half noise and half
 * made-up text, `node scripts/bench-registry.ts [megabytes]`; or of what is in these folders, a layer each:
 * `node scripts/bench-registry.ts /usr/bin /usr/share`.
 */

const LAYERS = 5
const REF = 'bench/app:1'
const FOLDERS = process.argv.slice(2).filter((word) => word.startsWith('/'))
const MEGABYTES = Number(process.argv[2] ?? 720)

function sizeOf(path: string): number {
  const { size } = statSync(path)
  if (!statSync(path).isDirectory()) return size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

/** A registry a side, started anew for each pair: neither finds what the other has sent. */
class Registries {
  ours: Registry | undefined
  theirs: Registry | undefined

  async renew(): Promise<void> {
    await this.close()
    this.ours = await startRegistry({})
    this.theirs = await startRegistry({})
  }

  async close(): Promise<void> {
    await this.ours?.close()
    await this.theirs?.close()
    this.ours = undefined
    this.theirs = undefined
  }

  /** Bytes of the image's layers as each registry keeps them. */
  sizes(): string {
    const layers = (registry: Registry | undefined): number => {
      const raw = ['inspect', '--raw', '--tls-verify=false', `docker://${registry?.host}/${REF}`]
      const manifest = execFileSync(requireCommand('skopeo'), raw, { encoding: 'utf8' })
      return (JSON.parse(manifest) as { layers: { size: number }[] }).layers.reduce((sum, { size }) => sum + size, 0)
    }
    return `bytes ours/rival ${(layers(this.ours) / layers(this.theirs)).toFixed(3)}`
  }
}

/** An image with a layer of each folder's files. */
function imageOf(engine: Engine, dir: string, folders: readonly string[]): void {
  const context = join(dir, 'context')
  mkdirSync(context)
  const copies = folders.map((folder, index) => {
    execFileSync(requireCommand('tar'), ['-C', '/', '-cf', join(context, `${index}.tar`), `.${folder}`])
    return `ADD ${index}.tar /`
  })
  writeFileSync(join(context, 'Dockerfile'), ['FROM scratch', ...copies, 'CMD ["/none"]'].join('\n'))
  engine.docker('build', '--quiet', '--network', 'none', '--tag', REF, context)
  removeDir(context)
}

async function bench(dir: string, engine: Engine, registries: Registries): Promise<void> {
  console.error(`Building an image of ${FOLDERS.join(', ') || `${MEGABYTES} MiB`}…`)
  if (FOLDERS.length > 0) imageOf(engine, dir, FOLDERS)
  else await bigImage(engine, REF, MEGABYTES * 2 ** 20, LAYERS)
  const file = join(dir, 'image.tar')
  engine.docker('save', '--output', file, REF)
  let home = 0
  const env = (): NodeJS.ProcessEnv => {
    home += 1
    // A memory of its own each time: nothing is known from the run before.
    return {
      ...process.env,
      DOCKER_HOST: engine.host,
      DOCKER_CONFIG: engine.config,
      CABOTEUR_HOME: join(dir, `home-${home}`),
      F: file,
    }
  }
  const fresh = async (): Promise<void> => await registries.renew()
  const told = (): void => console.error(`    ${registries.sizes()}`)
  const up: Pair = {
    title: 'archive → registry / skopeo copy docker-archive: docker:',
    ours: () => caboteur(env(), `archive:${file}`, `registry:${registries.ours?.host}/${REF}`),
    rival: () =>
      shell(
        env(),
        `skopeo copy -q --dest-tls-verify=false docker-archive:"$F" docker://${registries.theirs?.host}/${REF}`,
      ),
    before: fresh,
    after: told,
  }
  const push: Pair = {
    title: 'engine → registry / docker push',
    ours: () => caboteur(env(), `engine:${REF}`, `registry:${registries.ours?.host}/${REF}`),
    rival: () =>
      shell(
        env(),
        `docker tag ${REF} ${registries.theirs?.host}/${REF}; docker push -q ${registries.theirs?.host}/${REF}`,
      ),
    before: fresh,
    after: told,
  }
  const kept = await startRegistry({})
  try {
    execFileSync(requireCommand('skopeo'), [
      'copy',
      '-q',
      '--dest-tls-verify=false',
      `docker-archive:${file}`,
      `docker://${kept.host}/${REF}`,
    ])
    const [ours, theirs] = [join(dir, 'ours'), join(dir, 'theirs')]
    const clean = (): void => {
      for (const path of [ours, theirs, `${ours}.sha256`]) rmSync(path, { recursive: true, force: true })
    }
    const down = (to: 'archive' | 'layout', rival: string): Pair => ({
      title: `registry → ${to} / skopeo copy docker: ${rival}:`,
      ours: () => caboteur(env(), `registry:${kept.host}/${REF}`, `${to}:${ours}`),
      rival: () =>
        shell(
          env(),
          `skopeo copy -q --src-tls-verify=false docker://${kept.host}/${REF} ${rival}:${theirs}:${REF}; sync`,
        ),
      before: clean,
      after: () => console.error(`    bytes ours/rival ${(sizeOf(ours) / sizeOf(theirs)).toFixed(3)}`),
    })
    process.stdout.write('ratio (ours / rival, median of three), peak of our memory\n')
    await measure(up)
    await measure(push)
    await measure(down('archive', 'oci-archive'))
    await measure(down('layout', 'oci'))
  } finally {
    await kept.close()
  }
}

ensureBuilt()
for (const name of ['docker', 'skopeo', 'docker-registry']) requireCommand(name)
const dir = tempDir()
const registries = new Registries()
const engine = await startEngine()
try {
  await bench(dir, engine, registries)
} finally {
  await registries.close()
  await engine.stop()
  removeDir(dir)
}
