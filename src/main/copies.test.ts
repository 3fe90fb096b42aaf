import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { CopyRequest, PlaceRef, Transfer, Wanted } from '../shared/contract.ts'
import { Keychain } from './accounts/keychain.ts'
import { Backups } from './backups.ts'
import { fileContents, layoutImages, repositoryContents } from './contents.ts'
import { Copies } from './copies.ts'
import type { Host } from './host.ts'
import { blobMemory, layerMemory } from './memory.ts'
import { Opener } from './opener.ts'
import { openArchive } from './place/archive/open.ts'
import { Shelf } from './place/archive/shelf.ts'
import { Engines } from './place/engine/engines.ts'
import { RegistryClient } from './place/registry/client.ts'
import { Registries } from './registries.ts'
import { State } from './state.ts'
import { makeImage, ociArchive } from './testing/handmade-archives.ts'
import { type Registry, startRegistry } from './testing/registry.ts'
import { removeDir, tempDir } from './testing/temp.ts'

const NEVER = new AbortController().signal

/** Whole places, as the window copies them. */
describe('everything of a place', () => {
  let dir: string
  let folder: string
  let registry: Registry
  let state: State
  let engines: Engines
  let registries: Registries
  let opener: Opener
  let copies: Copies

  beforeAll(async () => {
    dir = tempDir()
    folder = join(dir, 'files')
    mkdirSync(folder)
    registry = await startRegistry({})
    state = new State(join(dir, 'state.db'))
    engines = new Engines(async () => [])
    registries = new Registries(state, new Keychain())
    const host = { admit: async () => undefined, info: { library: join(dir, 'library') } } as unknown as Host
    opener = new Opener({
      host,
      engines,
      archives: new Shelf(),
      registries,
      memory: layerMemory(state),
      blobs: blobMemory(state),
    })
    copies = new Copies({ host, engines, opener, backups: new Backups(state) })
    for (const name of ['shop', 'till', 'stock']) {
      const layers = ['busybox' as const, { textBytes: 30_000, seed: name }]
      const image = await makeImage({ names: [`acme/${name}:1`], layers })
      await ociArchive(folder, [image], { file: `${name}.tar` })
    }
  })
  afterAll(async () => {
    await copies.queue.close()
    await registries.close()
    await engines.close()
    await registry.close()
    state.close()
    removeDir(dir)
  })

  async function run(request: CopyRequest): Promise<NonNullable<Transfer['result']>> {
    const id = await copies.start(request, NEVER)
    const ended = new AbortController()
    for await (const transfers of copies.queue.transfers.watch(ended.signal)) {
      const transfer = transfers.find((one) => one.id === id)
      if (transfer?.error) throw new Error(`${transfer.error.code} ${transfer.error.raw}`)
      if (transfer?.result) return transfer.result
    }
    throw new Error('it never ended')
  }
  async function inFolder(): Promise<Wanted[]> {
    const rows = (await Array.fromAsync(fileContents(folder, opener, NEVER))).at(-1) ?? []
    return rows.map(({ id, names, path = '' }) => ({
      id,
      place: { type: 'archive', path },
      names: names.map((name) => ({ name: `${registry.host}/${name}` })),
    }))
  }
  async function inRegistry(): Promise<Wanted[]> {
    const client = new RegistryClient({ host: registry.host })
    const all: Wanted[] = []
    for await (const repository of client.catalog(NEVER)) {
      const place: PlaceRef = { type: 'registry', host: registry.host, repository }
      const contents = repositoryContents(await opener.repository(place), () => undefined, NEVER)
      const rows = (await Array.fromAsync(contents)).at(-1) ?? []
      all.push(...rows.map(({ id, names }) => ({ id, place, names: names.map((name) => ({ name })) })))
    }
    await client.close()
    return all
  }

  it('goes as one: the files of a folder, the repositories of a registry; then only what is new', async () => {
    const from: PlaceRef = { type: 'files', path: folder }
    const to: PlaceRef = { type: 'registry', host: registry.host }
    const images = await inFolder()
    expect(images).toHaveLength(3)
    const up = await run({ from, to, images: images.slice(0, 2), onlyNew: true })
    expect(up.images.map(({ outcome }) => outcome)).toEqual(['copied', 'copied'])
    const down = { type: 'layout', path: join(dir, 'down') } as const
    const first = await run({ from: to, to: down, images: await inRegistry(), onlyNew: true })
    expect(first.images.map(({ outcome }) => outcome)).toEqual(['copied', 'copied'])
    expect((await layoutImages(down.path, NEVER)).flatMap(({ names }) => names).sort()).toEqual(
      images
        .slice(0, 2)
        .flatMap(({ names }) => names.map(({ name }) => name))
        .sort(),
    )
    const more = await run({ from, to, images, onlyNew: true })
    expect(more.images.map(({ outcome, names }) => [outcome, names.length])).toEqual([
      ['same', 1],
      ['same', 1],
      ['copied', 1],
    ])
    const then = await run({ from: to, to: down, images: await inRegistry(), onlyNew: true })
    expect(then.images.map(({ outcome }) => outcome).sort()).toEqual(['copied', 'same', 'same'])
    const again = await run({ from: to, to: down, images: await inRegistry(), onlyNew: true })
    expect([again.moved, ...again.images.map(({ outcome }) => outcome)]).toEqual([0, 'same', 'same', 'same'])
  })

  it('says beforehand what of it is new', async () => {
    const images = (await inRegistry()).map((one, index) => ({
      ...one,
      names: index === 0 ? [{ name: 'acme/another:1' }] : one.names,
    }))
    const to = { type: 'layout', path: join(dir, 'down') } as const
    const plan = await copies.plan({ from: { type: 'registry', host: registry.host }, to, images }, NEVER)
    expect(plan.move).toBe(0)
    expect(plan.images.map(({ present, names }) => [present, names.every(({ same }) => same)])).toEqual([
      [true, false],
      [true, true],
      [true, true],
    ])
    const named = await run({ from: { type: 'registry', host: registry.host }, to, images, onlyNew: true })
    expect([named.moved, ...named.images.map(({ outcome }) => outcome)]).toEqual([0, 'names', 'same', 'same'])
  })

  it('protects a file, keeps its password out of all that is told, and never writes it unprotected on another try', async () => {
    const password = 'not for anybody’s eyes'
    const source = join(folder, 'shop.tar')
    const [image] = (await opener.archive(source, NEVER)).contents.images
    const path = join(dir, 'nowhere', 'shop.tar.gpg')
    const request: CopyRequest = {
      from: { type: 'archive', path: source },
      to: { type: 'archive', path },
      images: [{ id: image?.image.id ?? '', names: [{ name: 'acme/shop:1' }] }],
      password,
    }
    // The folder is not there yet.
    await expect(run(request)).rejects.toThrow('file-missing')
    const [failed] = copies.queue.transfers.value.slice(-1)
    expect(JSON.stringify([copies.queue.transfers.value, copies.queue.request(failed?.id ?? '')])).not.toContain(
      password,
    )
    mkdirSync(join(dir, 'nowhere'))
    const again = await copies.retry(failed?.id ?? '', NEVER)
    await vi.waitFor(() =>
      expect(copies.queue.transfers.value.find(({ id }) => id === again)).toMatchObject({
        phase: 'done',
        result: { file: { path, protected: true } },
      }),
    )
    await expect(openArchive(path, NEVER)).rejects.toMatchObject({ code: 'password-needed' })
    expect(await openArchive(path, NEVER, undefined, password)).toMatchObject({ checked: 'intact' })
    // It was forgotten when the file was there.
    await expect(copies.retry(again, NEVER)).rejects.toMatchObject({ code: 'password-needed' })
  })
})
