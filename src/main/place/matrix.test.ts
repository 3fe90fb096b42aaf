import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../shared/reference.ts'
import { type Copied, copy } from '../copy/copy.ts'
import { blobMemory, layerMemory } from '../memory.ts'
import { State } from '../state.ts'
import { findCommand, requireCommand } from '../testing/commands.ts'
import { startContainerdEngine } from '../testing/containerd-engine.ts'
import { clientOf } from '../testing/copies.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { type BuiltImage, buildImage, expected, runImage } from '../testing/images.ts'
import { type Registry, type RegistryOptions, startRegistry } from '../testing/registry.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'
import { archiveSink } from './archive/sink.ts'
import { archiveSource } from './archive/source.ts'
import type { EngineClient } from './engine/client.ts'
import { engineSink } from './engine/sink.ts'
import { engineSource, readImage } from './engine/source.ts'
import { openLayout } from './layout/open.ts'
import { layoutSink } from './layout/sink.ts'
import { layoutSource } from './layout/source.ts'
import type { Image, Sink, Source } from './place.ts'
import { RegistryClient } from './registry/client.ts'
import { registrySink } from './registry/sink.ts'
import { readReference, registrySource } from './registry/source.ts'

const NEVER = new AbortController().signal
const NAME = 'matrix/app:1.0'
const KINDS = ['engine', 'archive', 'layout', 'registry'] as const
type Kind = (typeof KINDS)[number]

/** One place of a kind, with what a copy and a stranger's tool need of it. */
interface Spot {
  readonly kind: Kind
  source(): Promise<{ source: Source; image: Image }>
  sink(from: Kind): Sink
  readonly name: string
  /** What a tool that knows nothing of us finds: config digest and diffIds. */
  foreign(): { configDigest: string; diffIds: readonly string[] }
}

const PAIRS = KINDS.flatMap((from) => KINDS.map((to) => [from, to] as const))

interface Scene {
  readonly title: string
  readonly options: RegistryOptions
  /** The two engines. */
  readonly start: () => Promise<Engine>
}

const SCENES: readonly Scene[] = [
  { title: 'an open registry', options: {}, start: startEngine },
  {
    title: 'a registry with sign-in and a certificate of its own authority',
    options: { auth: true, tls: true },
    start: startEngine,
  },
  ...(process.env['CABOTEUR_TEST_CONTAINERD'] === '1'
    ? [{ title: 'engines with the containerd store', options: {}, start: startContainerdEngine }]
    : []),
]

/** Every place to every place, twice: the second copy sends nothing, but into a new file. */
describe.each(SCENES)('four places and $title', { timeout: 300_000 }, ({ options, start }) => {
  let dir: string
  let here: Engine
  let there: Engine
  let clients: readonly [EngineClient, EngineClient]
  let registry: Registry
  let client: RegistryClient
  let state: State
  let built: BuiltImage
  const from = new Map<Kind, Spot>()
  let count = 0

  beforeAll(async () => {
    dir = tempDir()
    state = new State(join(dir, 'state.db'))
    ;[here, there] = [await start(), await start()]
    clients = [await clientOf(here), await clientOf(there)]
    registry = await startRegistry(options)
    const { host, ca, account } = registry
    client = new RegistryClient({ host, ...(ca ? { ca } : {}) }, async () =>
      account ? { type: 'password', ...account } : undefined,
    )
    built = await buildImage(here, { name: NAME, layers: [{ textBytes: 300_000 }, { randomBytes: 80_000 }] })
    from.set('engine', engineSpot(here, clients[0], NAME))
    for (const kind of ['archive', 'layout', 'registry'] as const) {
      const spot = freshSpot(kind)
      await run(from.get('engine'), spot)
      from.set(kind, spot)
    }
  })
  afterAll(async () => {
    await client.close()
    await registry.close()
    await here.stop()
    await there.stop()
    state.close()
    removeDir(dir)
  })

  function skopeo(...where: string[]): { configDigest: string; diffIds: readonly string[] } {
    const { account, caFile } = registry
    const access = where[0]?.startsWith('docker://')
      ? [
          ...(account ? ['--creds', `${account.username}:${account.password}`] : []),
          ...(caFile ? ['--cert-dir', certificates()] : ['--tls-verify=false']),
        ]
      : []
    const inspect = (...args: string[]): Buffer =>
      execFileSync(requireCommand('skopeo'), ['inspect', ...access, ...args, ...where], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    const config = JSON.parse(inspect('--config').toString()) as { rootfs: { diff_ids: string[] } }
    const { config: descriptor } = JSON.parse(inspect('--raw').toString()) as { config: { digest: string } }
    return { configDigest: descriptor.digest, diffIds: config.rootfs.diff_ids }
  }
  function certificates(): string {
    const folder = join(dir, 'certs')
    execFileSync('mkdir', ['-p', folder])
    execFileSync('cp', [registry.caFile ?? '', join(folder, 'ca.crt')])
    return folder
  }
  function engineSpot(engine: Engine, docker: EngineClient, name: string): Spot {
    return {
      kind: 'engine',
      name,
      source: async () => ({ source: engineSource(docker), image: await readImage(docker, name) }),
      sink: () => engineSink(docker, blobMemory(state)),
      foreign: () => {
        expect(runImage(engine, name)).toBe(`${NAME} runs`)
        return expected(engine, name)
      },
    }
  }
  function freshSpot(kind: Kind): Spot {
    count += 1
    const name = `matrix/app:${count}`
    if (kind === 'engine') return engineSpot(there, clients[1], name)
    if (kind === 'archive') return archiveSpot(join(dir, `${count}.tar`), name)
    if (kind === 'layout') return layoutSpot(join(dir, `layout-${count}`), name)
    return registrySpot(`matrix/app-${count}`)
  }
  function archiveSpot(path: string, name: string): Spot {
    return {
      kind: 'archive',
      name,
      source: async () => {
        const archive = await openArchive(path, NEVER)
        const [archived] = archive.contents.images
        if (!archived) throw new Error('an empty file')
        return { source: archiveSource(archive), image: archived.image }
      },
      sink: () => archiveSink(path, { method: 'none', level: 'normal' }),
      foreign: () => {
        here.docker('load', '--input', path)
        return expected(here, name)
      },
    }
  }
  function layoutSpot(path: string, name: string): Spot {
    return {
      kind: 'layout',
      name,
      source: async () => {
        const layout = await openLayout(path, NEVER)
        const image = layout.images.find(({ names }) => names.includes(name))
        if (!image) throw new Error('not in the layout')
        return { source: layoutSource(layout), image }
      },
      sink: () => layoutSink(path),
      foreign: () => skopeo(`oci:${path}:${name}`),
    }
  }
  function registrySpot(path: string): Spot {
    const name = `${registry.host}/${path}:1`
    const repository = { client, host: registry.host, path }
    return {
      kind: 'registry',
      name,
      source: async () => ({
        source: registrySource(repository),
        image: await readReference(repository, { tag: '1' }, NEVER),
      }),
      sink: (source) =>
        registrySink(client, registry.host, {
          memory: layerMemory(state),
          ...(source === 'engine' || source === 'archive' ? { pack: 'gzip' } : {}),
        }),
      foreign: () => skopeo(`docker://${name}`),
    }
  }
  async function run(source: Spot | undefined, to: Spot): Promise<Copied> {
    if (!source) throw new Error('no such place')
    const opened = await source.source()
    const wishes = [{ image: opened.image, names: [{ name: to.name }] }]
    return await copy(opened.source, wishes, to.sink(source.kind), NEVER, () => undefined)
  }

  it.each(PAIRS)('%s → %s', async (source, kind) => {
    const to = freshSpot(kind)
    await run(from.get(source), to)
    expect(to.foreign()).toMatchObject({ configDigest: built.configDigest, diffIds: built.diffIds })
    const again = await run(from.get(source), to)
    if (kind === 'archive') expect(again.moved).toBeGreaterThan(0)
    else expect(again.moved).toBe(0)
    expect(to.foreign()).toMatchObject({ configDigest: built.configDigest, diffIds: built.diffIds })
    expect(readdirSync(dir).filter((name) => name.includes('.partial'))).toEqual([])
  })

  it.runIf(findCommand('podman'))('makes files that podman loads as well', async () => {
    for (const source of ['engine', 'layout', 'registry'] as const) {
      const to = freshSpot('archive')
      await run(from.get(source), to)
      const store = tempDir()
      const podman = (...args: string[]): string =>
        execFileSync(
          requireCommand('podman'),
          ['--root', join(store, 'root'), '--runroot', join(store, 'run'), '--storage-driver', 'vfs', ...args],
          { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
        )
      podman('load', '--quiet', '--input', join(dir, `${count}.tar`))
      const [{ Id: id, RootFS: rootfs } = { Id: '', RootFS: { Layers: [] } }] = JSON.parse(
        podman('image', 'inspect', to.name),
      ) as { Id: string; RootFS: { Layers: string[] } }[]
      removeDir(store)
      expect([`sha256:${id}`, rootfs.Layers]).toEqual([built.configDigest, built.diffIds])
    }
  })

  it('keeps the manifest byte for byte where no layer changes its form', async () => {
    const digestOf = async (spot: Spot): Promise<Digest | undefined> => (await spot.source()).image.digest
    const original = from.get('registry')
    if (!original) throw new Error('no registry')
    for (const kind of ['layout', 'registry'] as const) {
      const to = freshSpot(kind)
      await run(original, to)
      expect(await digestOf(to)).toBe(await digestOf(original))
    }
  })
})
