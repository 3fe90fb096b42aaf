import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Backup, PlaceRef, TagPast, TagsPlan } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { splitName } from '../../shared/reference.ts'
import type { TagOperation } from '../../shared/tag-plan.ts'
import { App } from '../app.ts'
import { Feed } from '../feed.ts'
import { type Host, hostInfo } from '../host.ts'
import { requireCommand } from '../testing/commands.ts'
import { digestOf } from '../testing/content.ts'
import { buildImage } from '../testing/images.ts'
import { HandmadeLayout, listed } from '../testing/layouts.ts'
import { pick, type Random, randomOf } from '../testing/random.ts'
import { type Registry, startRegistry } from '../testing/registry.ts'
import { EmulatedRegistry } from '../testing/registry-emulation.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'

const NEVER = new AbortController().signal
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'

/** A repository whose tags are changed, and what somebody who knows nothing of us finds in it. */
interface World {
  readonly place: PlaceRef
  readonly repository: string
  /** Images that are there, named or not. */
  ids(): Promise<readonly string[]>
  /** The tags of the repository, and the image each names. */
  truth(): Promise<Record<string, string>>
}

let dir: string
let app: App
const before = { ...process.env }

beforeAll(() => {
  dir = tempDir()
  mkdirSync(join(dir, 'home'))
  process.env['CABOTEUR_HOME'] = join(dir, 'home')
})
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  Object.assign(process.env, before)
  removeDir(dir)
})

function openApp(): App {
  const host: Host = {
    info: {
      ...hostInfo({ dialogs: false, browse: false, reveal: false, start: false }),
      library: join(dir, 'library'),
    },
    opened: new Feed<readonly string[]>([]),
    admit: async () => undefined,
  }
  return new App(host)
}

/** An image small enough to make many of: `text` makes it unlike any other. */
function documents(text: string): { config: Buffer; manifest: Buffer } {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { text } },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  )
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, digest: digestOf(config), size: config.length },
      layers: [],
    }),
  )
  return { config, manifest }
}

function layoutWorld(name: string, images: Readonly<Record<string, readonly string[]>>): World {
  const path = join(dir, name)
  const repository = 'acme/shop'
  const made = new HandmadeLayout(path)
  for (const [text, tags] of Object.entries(images)) {
    const { config, manifest } = documents(text)
    made.blob(config)
    const descriptor = { mediaType: MANIFEST, ...made.blob(manifest) }
    for (const tag of tags)
      made.list({
        ...descriptor,
        annotations: {
          'io.containerd.image.name': `docker.io/${repository}:${tag}`,
          'org.opencontainers.image.ref.name': `${repository}:${tag}`,
        },
      })
    if (tags.length === 0) made.list(descriptor)
  }
  made.done()
  const entries = (): { digest: string; tag: string }[] =>
    listed(path).map(({ digest, annotations }) => ({
      digest,
      tag: splitName(annotations?.['io.containerd.image.name'] ?? '').tag,
    }))
  return {
    place: { type: 'layout', path },
    repository,
    ids: async () => [...new Set(entries().map(({ digest }) => digest))],
    truth: async () => Object.fromEntries(entries().flatMap(({ tag, digest }) => (tag === '' ? [] : [[tag, digest]]))),
  }
}

function emulatedWorld(registry: EmulatedRegistry, images: Readonly<Record<string, readonly string[]>>): World {
  for (const [text, tags] of Object.entries(images)) {
    const { config, manifest } = documents(text)
    registry.addBlob('shop', config)
    registry.addManifest('shop', tags, manifest, MANIFEST)
  }
  return {
    place: { type: 'registry', host: registry.host, repository: 'shop' },
    repository: `${registry.host}/shop`,
    ids: async () =>
      [...registry.manifests.keys()].flatMap((key) =>
        key.includes('@') || !key.includes('sha256:') ? [] : [key.slice(5)],
      ),
    truth: async () =>
      Object.fromEntries(
        [...registry.manifests].flatMap(([key, { bytes }]) =>
          key.includes('sha256:') ? [] : [[key.slice(5), digestOf(bytes)]],
        ),
      ),
  }
}

const TAGS = ['1.0.0', '1.0', '1', 'latest', 'prod', 'dev']
const IMAGES = { one: ['1.0.0', '1.0', 'latest'], two: ['prod'], three: ['dev'], four: [] }

function randomOperations(random: Random, ids: readonly string[]): TagOperation[] {
  return Array.from({ length: 1 + random(3) }, (): TagOperation => {
    const tag = pick(random, TAGS)
    const keepAs = random(3) === 0 ? { keepAs: `kept-${random(3)}` } : {}
    const kind = random(4)
    if (kind === 0) return { type: 'remove', tag }
    if (kind === 1) return { type: 'rename', tag, to: pick(random, TAGS), ...keepAs }
    return { type: 'give', tag, id: pick(random, ids), ...keepAs }
  })
}

function shownOf({ changes, lost }: TagsPlan): { expected: Record<string, string>; accepted: string[] } {
  return {
    expected: Object.fromEntries(changes.map(({ tag, from = '' }) => [tag, from])),
    accepted: lost.map(({ id }) => id),
  }
}

/** Images that had a name and have none. */
function namelessSince(earlier: Record<string, string>, later: Record<string, string>): string[] {
  const named = new Set(Object.values(later))
  return [...new Set(Object.values(earlier))].filter((id) => !named.has(id)).sort()
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  )
}

/** One operation set after the other: whatever they are, nothing gets out of reach unsaid. */
async function anySequence(world: World, random: Random, rounds: number): Promise<number> {
  const { place, repository } = world
  let lost = 0
  for (let round = 0; round < rounds; round++) {
    const operations = randomOperations(random, await world.ids())
    const earlier = await world.truth()
    const plan = await app.tags.plan({ place, repository, operations }, NEVER).catch((error: unknown) => {
      // Operations that cannot be meant together, or of a tag that is not there.
      expect(['name-unclear', 'image-changed']).toContain(error instanceof AppError ? error.code : error)
    })
    expect(await world.truth()).toEqual(earlier)
    if (!plan) continue
    const { expected, accepted } = shownOf(plan)
    if (accepted.length > 0) {
      const silent = app.tags.apply({ place, repository, operations, expected, accepted: accepted.slice(1) }, NEVER)
      expect(await codeOf(silent)).toBe('tag-last')
      expect(await world.truth()).toEqual(earlier)
    }
    const done = await app.tags.apply({ place, repository, operations, expected, accepted }, NEVER)
    expect(done.error).toBeUndefined()
    const later = await world.truth()
    expect(namelessSince(earlier, later)).toEqual(accepted.toSorted())
    const promised = new Map(Object.entries(earlier))
    for (const { tag, to } of plan.changes) {
      if (to === undefined) promised.delete(tag)
      else promised.set(tag, to)
    }
    expect(later).toEqual(Object.fromEntries(promised))
    lost += accepted.length
    const past = await app.tags.history({ place, repository }, NEVER)
    const told = past.filter(({ until, id }) => until === undefined && id !== '').map(({ tag, id }) => [tag, id])
    expect(Object.fromEntries(told)).toMatchObject(
      Object.fromEntries(Object.entries(later).filter(([tag]) => told.some(([known]) => known === tag))),
    )
  }
  return lost
}

/** Back to any former image that is there: that tag names it again, and no other tag is touched. */
async function backToAny(world: World, random: Random): Promise<TagPast | undefined> {
  const { place, repository } = world
  const tag = pick(random, TAGS)
  const earlier = await world.truth()
  const past = await app.tags.history({ place, repository, tag }, NEVER)
  const former = past.filter(({ id, there }) => there && id !== '' && id !== earlier[tag])
  if (former.length === 0) return undefined
  const to = pick(random, former)
  const operations: TagOperation[] = [{ type: 'give', tag, id: to.id }]
  const shown = shownOf(await app.tags.plan({ place, repository, operations }, NEVER))
  const done = await app.tags.rollBack({ place, repository, tag, id: to.id, ...shown }, NEVER)
  expect(done.error).toBeUndefined()
  expect(await world.truth()).toEqual({ ...earlier, [tag]: to.id })
  const [now] = await app.tags.history({ place, repository, tag }, NEVER)
  expect(now).toMatchObject({ tag, id: to.id, how: 'back' })
  return to
}

describe('any sequence of tag operations', () => {
  let registry: EmulatedRegistry

  beforeEach(async () => {
    app = openApp()
    registry = await EmulatedRegistry.start()
  })
  afterEach(async () => {
    await app.close()
    await registry.close()
  })

  const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

  it('leaves no image of a layout without a name unsaid', async () => {
    let [lost, back] = [0, 0]
    for (const seed of SEEDS) {
      const random = randomOf(seed)
      const world = layoutWorld(`sequence-${seed}`, IMAGES)
      lost += await anySequence(world, random, 15)
      for (let times = 0; times < 10; times++) if (await backToAny(world, random)) back += 1
      expect((await world.ids()).length).toBe(Object.keys(IMAGES).length)
    }
    // The sequences were such that it could have happened.
    expect(lost).toBeGreaterThan(10)
    expect(back).toBeGreaterThan(20)
  })

  it('leaves no image of a registry without a tag unsaid', async () => {
    let [lost, back] = [0, 0]
    for (const seed of SEEDS) {
      const random = randomOf(seed)
      registry.manifests.clear()
      const world = emulatedWorld(registry, IMAGES)
      await app.tags.forget(registry.host)
      lost += await anySequence(world, random, 15)
      for (let times = 0; times < 10; times++) if (await backToAny(world, random)) back += 1
      expect((await world.ids()).length).toBe(Object.keys(IMAGES).length)
    }
    expect(lost).toBeGreaterThan(10)
    expect(back).toBeGreaterThan(20)
  })

  it.each(['old', 'latest', 'new', 'develop', 'dev'])(
    'is taken back whole when a registry refuses %s',
    async (refused) => {
      const world = emulatedWorld(registry, IMAGES)
      const { place, repository } = world
      const earlier = await world.truth()
      const operations: TagOperation[] = [
        { type: 'give', tag: 'latest', id: earlier['prod'] ?? '', keepAs: 'old' },
        { type: 'give', tag: 'new', id: earlier['prod'] ?? '' },
        { type: 'rename', tag: 'dev', to: 'develop' },
      ]
      const shown = shownOf(await app.tags.plan({ place, repository, operations }, NEVER))
      const answer = { status: 403, body: '{"errors":[{"code":"DENIED","message":"denied"}]}' }
      const method = refused === 'dev' ? 'DELETE' : 'PUT'
      registry.disturb({ method, path: new RegExp(`/manifests/${refused}$`), answer })
      const done = await app.tags.apply({ place, repository, operations, ...shown }, NEVER)
      expect(done.error?.code).toBe('registry-denied')
      expect(done.changes).toEqual([])
      expect(await world.truth()).toEqual(earlier)
    },
  )

  it('tells what cannot be taken back', async () => {
    await registry.close()
    registry = await EmulatedRegistry.start({ deletes: false })
    const world = emulatedWorld(registry, IMAGES)
    const { place, repository } = world
    const { prod = '', latest = '' } = await world.truth()
    const operations: TagOperation[] = ['latest', 'new', 'newer'].map((tag) => ({ type: 'give', tag, id: prod }))
    const plan = await app.tags.plan({ place, repository, operations }, NEVER)
    expect(plan.removes).toBe('no')
    const answer = { status: 403, body: '{"errors":[{"code":"DENIED","message":"denied"}]}' }
    registry.disturb({ method: 'PUT', path: /manifests\/newer$/, answer })
    const done = await app.tags.apply({ place, repository, operations, ...shownOf(plan) }, NEVER)
    expect(done.error?.code).toBe('registry-denied')
    // What moved goes back; what is new cannot be taken away here.
    expect(done.changes).toEqual([{ tag: 'new', to: prod }])
    const now = await world.truth()
    expect([now['latest'], now['new'], now['newer']]).toEqual([latest, prod, undefined])
    const past = await app.tags.history({ place, repository, tag: 'new' }, NEVER)
    expect(past).toMatchObject([{ id: prod, how: 'tagged' }])
  })

  it('is refused before anything is done where a registry removes no tag', async () => {
    await registry.close()
    registry = await EmulatedRegistry.start({ deletes: false })
    const world = emulatedWorld(registry, IMAGES)
    const { place, repository } = world
    const earlier = await world.truth()
    const operations: TagOperation[] = [{ type: 'rename', tag: 'prod', to: 'live' }]
    const plan = await app.tags.plan({ place, repository, operations }, NEVER)
    expect(plan.removes).toBe('no')
    expect(await codeOf(app.tags.apply({ place, repository, operations, ...shownOf(plan) }, NEVER))).toBe(
      'registry-unsupported',
    )
    expect(await world.truth()).toEqual(earlier)
    expect(registry.count('PUT', /manifests/)).toBe(0)
  })

  it('does not overwrite what changed since it was shown', async () => {
    const world = emulatedWorld(registry, IMAGES)
    const { place, repository } = world
    const { prod = '', dev = '' } = await world.truth()
    const operations: TagOperation[] = [{ type: 'give', tag: 'latest', id: prod }]
    const shown = shownOf(await app.tags.plan({ place, repository, operations }, NEVER))
    // Somebody else pushes in between.
    registry.addManifest('shop', ['latest'], documents('three').manifest, MANIFEST)
    expect(await codeOf(app.tags.apply({ place, repository, operations, ...shown }, NEVER))).toBe('image-changed')
    expect((await world.truth())['latest']).toBe(dev)
  })

  it('believes no name it was told of a while ago', async () => {
    const world = emulatedWorld(registry, IMAGES)
    const { place, repository } = world
    const { prod = '', latest: one = '' } = await world.truth()
    const operations: TagOperation[] = ['1.0.0', 'latest'].map((tag) => ({ type: 'give', tag, id: prod }))
    const shown = shownOf(await app.tags.plan({ place, repository, operations }, NEVER))
    expect(shown.accepted).toEqual([])
    // The name it would have kept goes behind our back.
    registry.manifests.delete('shop/1.0')
    expect(await codeOf(app.tags.apply({ place, repository, operations, ...shown }, NEVER))).toBe('tag-last')
    const plan = await app.tags.plan({ place, repository, operations }, NEVER)
    expect(plan.lost).toMatchObject([{ id: one, fate: 'untagged' }])
  })
})

describe('the history of tags', () => {
  beforeEach(() => {
    app = openApp()
  })
  afterEach(async () => {
    await app.close()
  })

  it('notes what was done and what was seen, and knows what is still there', async () => {
    const world = layoutWorld('history', IMAGES)
    const { place, repository } = world
    const { prod: two = '', latest: one = '' } = await world.truth()
    const looking = app.contents(place, AbortSignal.timeout(60_000))
    await looking.next()
    await app.tagAt({ place, id: two, name: `${repository}:latest`, expected: one, keepAs: `${repository}:old` }, NEVER)
    await app.untagAt({ place, id: two, name: `${repository}:latest` }, NEVER)
    await looking.return(undefined)
    const past = await app.tags.history({ place, repository, tag: 'latest' }, NEVER)
    expect(past.map(({ id, how }) => [id, how])).toEqual([
      ['', 'removed'],
      [two, 'tagged'],
      [one, 'seen'],
    ])
    expect(past.map(({ there }) => there)).toEqual([false, true, true])
    expect(past[1]?.names).toEqual([`${repository}:prod`])
    expect(await app.tags.history({ place, repository, tag: 'old' }, NEVER)).toMatchObject([{ id: one, how: 'kept' }])
    await app.removeAt(place, [one], NEVER)
    const after = await app.tags.history({ place, repository, tag: 'latest' }, NEVER)
    expect(after.map(({ there }) => there)).toEqual([false, true, false])
    expect(
      await codeOf(app.tags.rollBack({ place, repository, tag: 'latest', id: one, expected: {}, accepted: [] }, NEVER)),
    ).toBe('tag-gone')
  })

  it('sees what others did to a repository', async () => {
    const registry = await EmulatedRegistry.start()
    try {
      const { place, repository, truth } = emulatedWorld(registry, IMAGES)
      const list = async (): Promise<void> => {
        for await (const _ of app.contents(place, NEVER));
      }
      const { latest: one, prod: two } = await truth()
      await list()
      registry.addManifest('shop', ['latest'], documents('two').manifest, MANIFEST)
      registry.manifests.delete('shop/dev')
      await list()
      const past = await app.tags.history({ place, repository }, NEVER)
      expect(past.filter(({ tag }) => tag === 'latest')).toMatchObject([
        { id: two, how: 'seen', there: true },
        { id: one, how: 'seen', there: true, names: [`${repository}:1.0.0`, `${repository}:1.0`] },
      ])
      expect(past.find(({ tag }) => tag === 'dev')).toMatchObject({ id: '', how: 'seen' })
      // A second look at the same changes nothing.
      await list()
      expect((await app.tags.history({ place, repository }, NEVER)).length).toBe(past.length)
      await app.registries.keep({ host: registry.host, plain: false })
      await app.forget(place)
      expect(await app.tags.history({ place, repository }, NEVER)).toEqual([])
    } finally {
      await registry.close()
    }
  })

  it('keeps the last fifty of each', async () => {
    const world = layoutWorld('fifty', IMAGES)
    const { place, repository } = world
    const { prod = '', latest = '' } = await world.truth()
    for (let count = 0; count < 60; count++) {
      const [id, expected] = count % 2 === 0 ? [prod, latest] : [latest, prod]
      await app.tagAt({ place, id, name: `${repository}:latest`, expected }, NEVER)
    }
    expect((await app.tags.history({ place, repository, tag: 'latest' }, NEVER)).length).toBe(51)
  })

  it('remembers how a repository was tagged', async () => {
    expect(await app.tags.scheme('acme/shop')).toBeUndefined()
    const scheme = { strategies: ['version', 'environment'], environments: ['prod'], minutes: false } as const
    await app.tags.keepScheme('acme/shop', { ...scheme, strategies: [...scheme.strategies], environments: ['prod'] })
    expect(await app.tags.scheme('acme/shop')).toEqual(scheme)
  })
})

describe('tags of a real docker-registry', () => {
  let registry: Registry
  let place: PlaceRef
  let repository: string
  const skopeo = (...args: string[]): string =>
    execFileSync(requireCommand('skopeo'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const tags = (): string[] =>
    (JSON.parse(skopeo('list-tags', '--tls-verify=false', `docker://${repository}`)) as { Tags: string[] }).Tags.sort()

  async function start(options: Parameters<typeof startRegistry>[0]): Promise<void> {
    registry = await startRegistry(options)
    repository = `${registry.host}/shop`
    place = { type: 'registry', host: registry.host, repository: 'shop' }
    app = openApp()
    const { path } = layoutWorld(`to-${registry.host.replace(':', '-')}`, { one: ['1.0'], two: ['2.0'] }).place as {
      path: string
    }
    for (const tag of ['1.0', '2.0'])
      skopeo(
        'copy',
        '--insecure-policy',
        '--dest-tls-verify=false',
        `oci:${path}:acme/shop:${tag}`,
        `docker://${repository}:${tag}`,
      )
  }
  afterEach(async () => {
    await app.close()
    await registry.close()
  })

  it('go one at a time though it only removes manifests', async () => {
    await start({ delete: true })
    const plan = await app.tags.plan(
      { place, repository, operations: [{ type: 'rename', tag: '2.0', to: '2' }] },
      NEVER,
    )
    expect(plan.removes).toBe('yes')
    const [{ id: two = '' } = {}] = plan.images
    const rename = { place, repository, operations: [{ type: 'rename' as const, tag: '2.0', to: '2' }] }
    expect(await app.tags.apply({ ...rename, ...shownOf(plan) }, NEVER)).toMatchObject({ changes: plan.changes })
    expect(tags()).toEqual(['1.0', '2'])
    expect(skopeo('inspect', '--raw', '--tls-verify=false', `docker://${repository}@${two}`)).toContain('schemaVersion')
    // Its last tag: still there by its digest, and back again.
    const operations: TagOperation[] = [{ type: 'remove', tag: '2' }]
    const last = await app.tags.plan({ place, repository, operations }, NEVER)
    expect(last.lost).toMatchObject([{ id: two, fate: 'untagged', names: [`${repository}:2`] }])
    await app.tags.apply({ place, repository, operations, ...shownOf(last) }, NEVER)
    expect(tags()).toEqual(['1.0'])
    const back = await app.tags.rollBack(
      { place, repository, tag: '2', id: two, expected: { '2': '' }, accepted: [] },
      NEVER,
    )
    expect(back.changes).toEqual([{ tag: '2', to: two }])
    expect(tags()).toEqual(['1.0', '2'])
  })

  it('stay where nothing may be removed, which is said before', async () => {
    await start({})
    const operations: TagOperation[] = [{ type: 'remove', tag: '1.0' }]
    const plan = await app.tags.plan({ place, repository, operations }, NEVER)
    expect(plan.removes).toBe('no')
    expect(await codeOf(app.tags.apply({ place, repository, operations, ...shownOf(plan) }, NEVER))).toBe(
      'registry-unsupported',
    )
    expect(tags()).toEqual(['1.0', '2.0'])
  })
})

describe('tags of an engine', () => {
  let engine: SharedEngine
  let world: World
  const repository = 'tags-of-an-engine/app'

  beforeAll(async () => {
    engine = await sharedEngine()
    Object.assign(process.env, { DOCKER_HOST: engine.host, DOCKER_CONFIG: engine.config })
    const made = new Set<string>()
    for (const [text, tags] of Object.entries({ ...IMAGES, four: ['1'] })) {
      const name = tags.map((tag) => `${repository}:${tag}`)
      const image = await buildImage(engine, { name, busybox: false, layers: [{ files: { text } }] })
      made.add(image.id)
    }
    const there = (id: string): boolean => {
      try {
        return engine.docker('inspect', '--format', '{{.Id}}', id).trim() === id
      } catch {
        return false
      }
    }
    world = {
      place: { type: 'engine', engine: 'default' },
      repository,
      ids: async () => [...made].filter(there),
      truth: async () =>
        Object.fromEntries(
          engine
            .docker('images', '--no-trunc', '--format', '{{.Tag}} {{.ID}}', repository)
            .split('\n')
            .map((line) => line.split(' '))
            .filter(([tag, id]) => tag !== '<none>' && id !== undefined)
            .map(([tag = '', id = '']) => [tag, id]),
        ),
    }
  })
  beforeEach(async () => {
    app = openApp()
    await app.open()
  })
  afterEach(async () => {
    await app.close()
  })

  it('leave no image without a name unsaid, and go back to what they named', async () => {
    const random = randomOf(4)
    await anySequence(world, random, 12)
    for (let times = 0; times < 6; times++) await backToAny(world, random)
  })

  it('say that Docker removes an image with its last name, and a container keeps it', async () => {
    const name = `${repository}-used:1`
    const { id } = await buildImage(engine, { name, busybox: false, layers: [{ files: { used: 'yes' } }] })
    const container = engine.docker('create', '--name', 'keeps-the-tag', name, 'true').trim()
    const place = world.place
    const asked = { place, repository: `${repository}-used`, operations: [{ type: 'remove' as const, tag: '1' }] }
    const plan = await app.tags.plan(asked, NEVER)
    expect(plan.lost).toEqual([{ id, names: [name], fate: 'removed', containers: ['keeps-the-tag'] }])
    const refused = await app.tags.apply({ ...asked, ...shownOf(plan) }, NEVER)
    expect(refused).toMatchObject({ changes: [], error: { code: 'image-in-use' } })
    expect(engine.docker('images', '--quiet', '--no-trunc', name).trim()).toBe(id)
    engine.docker('rm', container)
    const again = await app.tags.plan(asked, NEVER)
    expect((await app.tags.apply({ ...asked, ...shownOf(again) }, NEVER)).error).toBeUndefined()
    expect(engine.docker('images', '--quiet', name).trim()).toBe('')
  })

  it('keep the former image as a version before', async () => {
    const used = `${repository}-kept`
    const [one, two] = [
      await buildImage(engine, { name: `${used}:1`, busybox: false, layers: [{ files: { kept: 'one' } }] }),
      await buildImage(engine, { name: `${used}:2`, busybox: false, layers: [{ files: { kept: 'two' } }] }),
    ]
    const operations: TagOperation[] = [{ type: 'give', tag: '1', id: two.id, keepAs: '1-20261120-1430' }]
    const asked = { place: world.place, repository: used, operations }
    const plan = await app.tags.plan(asked, NEVER)
    expect(plan.lost).toEqual([])
    const done = await app.tags.apply({ ...asked, ...shownOf(plan) }, NEVER)
    expect(done.replaced).toMatchObject([{ name: `${used}:1`, former: one.id, keptAs: `${used}:1-20261120-1430` }])
    // Another test of the same engine may keep a version of its own meanwhile, and the list follows the engine by and by.
    const ours = { name: `${used}:1-20261120-1430`, of: `${used}:1`, id: one.id }
    let kept: readonly Backup[] = []
    for await (kept of app.watchBackups('default', NEVER)) if (kept.some(({ name }) => name === ours.name)) break
    expect(kept).toContainEqual(expect.objectContaining(ours))
  })
})
