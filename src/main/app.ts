import type {
  Backup,
  Computer,
  CopyRequest,
  EngineTest,
  OpenEvent,
  PlaceRef,
  Plan,
  Replaced,
  SshTarget,
  Transfer,
  Wanted,
} from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'
import { byTelling, type Digest, isDigest, normaliseName, splitName } from '../shared/reference.ts'
import { Backups } from './backups.ts'
import { Computers, trustedHosts } from './computers.ts'
import { type Copied, copy, type Wish } from './copy/copy.ts'
import { either, Feed } from './feed.ts'
import { freeSpace } from './files.ts'
import type { Host } from './host.ts'
import { describeArchive, describeDetails } from './place/archive/describe.ts'
import type { OnRead, OpenArchive } from './place/archive/open.ts'
import { Shelf } from './place/archive/shelf.ts'
import { archiveSink } from './place/archive/sink.ts'
import { archiveSource } from './place/archive/source.ts'
import { connect } from './place/engine/client.ts'
import { Engines } from './place/engine/engines.ts'
import { allEngines } from './place/engine/find.ts'
import { imageDetails, inspectImage, listImages, tagImage } from './place/engine/images.ts'
import { engineSink, heldBy } from './place/engine/sink.ts'
import { engineSource } from './place/engine/source.ts'
import { type SshWay, sshWay } from './place/engine/ssh/way.ts'
import type { Image, Layer, Naming, Sink, Source } from './place/place.ts'
import { layerKey } from './place/place.ts'
import { State } from './state.ts'
import { TransferQueue, type Work } from './transfer/queue.ts'

/** Where a copy really goes. The sink is made when the copy runs: the engine may have been restarted while it waited. */
interface Destination {
  readonly to: PlaceRef
  readonly sink: () => Promise<Sink>
}

/** The app behind both hosts: places by their names on the wire, plans and transfers. */
export class App {
  readonly host: Host
  readonly state = new State()
  readonly computers = new Computers(this.state)
  readonly backups = new Backups(this.state)
  readonly engines = new Engines(async () => [...(await allEngines()), ...(await this.computers.addresses())])
  readonly archives = new Shelf()
  readonly queue = new TransferQueue()

  constructor(host: Host) {
    this.host = host
  }

  /** Reads what was remembered and begins to look for engines. */
  async open(): Promise<void> {
    await this.backups.readPreferences()
    await this.engines.open()
  }

  async close(): Promise<void> {
    await this.queue.close()
    await this.engines.close()
    this.state.close()
  }

  async *watchBackups(engine: string, signal: AbortSignal): AsyncGenerator<Backup[]> {
    const images = this.engines.images(engine)
    for await (const _ of either(images, this.backups.changed, signal)) {
      // While it is away there is no list to compare with.
      const client = await this.engines.client(engine).catch(() => undefined)
      yield client ? await this.backups.list(client, images.value) : []
    }
  }

  /** Gives an image a name; what was kept of the former one is remembered. */
  async tag({
    engine,
    ...request
  }: Parameters<typeof tagImage>[1] & { engine: string }): Promise<{ replaced?: Replaced }> {
    const client = await this.engines.client(engine)
    const { former, keptAs } = await tagImage(client, request)
    if (former === undefined || former === request.id) return {}
    const [replaced] = await this.backups.record(client, [
      { name: request.name, former, ...(keptAs ? { keptAs } : {}) },
    ])
    return replaced ? { replaced } : {}
  }

  async back(engine: string, backup: string, expected: string): Promise<{ replaced?: Replaced }> {
    const client = await this.engines.client(engine)
    const replaced = await this.backups.back(client, await listImages(client), backup, expected)
    return replaced ? { replaced } : {}
  }

  /** How ssh gets to a computer that is only typed yet, or to an engine of the list. @throws docker-address */
  sshWay(target: SshTarget): SshWay {
    if ('computer' in target) return this.computers.way(target.computer, undefined)
    const { ssh, host } = this.engines.address(target.engine)
    return ssh ?? sshWay(host, trustedHosts())
  }

  /** Connects once to a computer that is only typed yet. */
  async test({
    engine,
    computer,
    password,
  }: {
    engine?: string | undefined
    computer: Computer
    password?: string | undefined
  }): Promise<EngineTest> {
    const client = await connect(await this.computers.trial(engine, computer, password))
    try {
      const { version, store, platform } = client
      return { version, store, platform, images: (await listImages(client)).length }
    } finally {
      client.close()
    }
  }

  async addComputer(
    engine: string | undefined,
    computer: Computer,
    password: string | undefined,
  ): Promise<{ engine: string; remembered: boolean }> {
    const kept = await this.computers.keep(engine, computer, password)
    await this.engines.renew(kept.engine)
    this.engines.retry(kept.engine)
    return kept
  }

  async forgetComputer(engine: string): Promise<void> {
    await this.computers.forget(engine)
    await this.engines.renew(engine)
  }

  /** Looks into a file, telling how far it has come; `deep` verifies every byte of it. */
  async *openArchive(path: string, deep: boolean, signal: AbortSignal): AsyncGenerator<OpenEvent> {
    await this.host.admit(path)
    const stop = new AbortController()
    const progress = new Feed<OpenEvent | undefined>(undefined)
    const onRead: OnRead = (done, total) => progress.set({ type: 'reading', done, total })
    const work = (deep ? this.archives.check(path, signal, onRead) : this.archives.open(path, signal, onRead)).finally(
      () => stop.abort(),
    )
    work.catch(() => undefined)
    for await (const event of progress.watch(AbortSignal.any([signal, stop.signal]), 200)) if (event) yield event
    yield { type: 'opened', archive: describeArchive(await work) }
  }

  async archiveDetails(path: string, id: string, signal: AbortSignal): Promise<ReturnType<typeof describeDetails>> {
    await this.host.admit(path)
    return describeDetails(await this.archives.get(path, signal), id)
  }

  async plan(from: PlaceRef, to: PlaceRef, wanted: readonly Wanted[], signal: AbortSignal): Promise<Plan> {
    const source = await this.#source(from, signal)
    const images = await source.read(
      wanted.map(({ id }) => asId(id)),
      signal,
    )
    return to.type === 'engine'
      ? await this.#planLoad(images, to.engine, wanted)
      : await this.#planSave(images, from, to.path)
  }

  async #planLoad(images: readonly Image[], engine: string, wanted: readonly Wanted[]): Promise<Plan> {
    const client = await this.engines.client(engine)
    const held = await heldBy(client, images)
    const rows: Plan['images'] = []
    for (const [index, { image, present, prefix }] of held.entries()) {
      const names: Plan['images'][number]['names'] = []
      for (const { name } of wanted[index]?.names ?? []) names.push(await this.#planName(engine, image.id, name))
      const layers = image.layers.map((layer, at) => ({ ...sized(layer), move: !present && at >= prefix }))
      rows.push({ id: image.id, present, layers, names })
    }
    const free = client.root === '' ? undefined : await freeSpace(client.root)
    return {
      images: rows,
      ...totals(images, rows),
      exact: client.store === 'classic' && !client.podman,
      absent: [],
      ...(free === undefined ? {} : { free }),
    }
  }

  async #planName(engine: string, id: Digest, name: string): Promise<Plan['images'][number]['names'][number]> {
    const client = await this.engines.client(engine)
    const now = await inspectImage(client, checkedName(name)).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'image-missing') return undefined
      throw error
    })
    if (!now) return { name, same: false }
    if (now.Id === id) return { name, same: true }
    const alias = telling(now.RepoTags ?? [], name)
    return {
      name,
      same: false,
      replaces: { id: now.Id, created: Date.parse(now.Created) || 0, ...(alias ? { alias } : {}) },
    }
  }

  async #planSave(images: readonly Image[], from: PlaceRef, path: string): Promise<Plan> {
    const rows: Plan['images'] = []
    for (const image of images) {
      const details =
        from.type === 'engine' ? await imageDetails(await this.engines.client(from.engine), image.id) : undefined
      const layers = image.layers.map((layer, index) => {
        const size = layer.stored?.size ?? details?.layers[index]?.size
        return { ...sized(layer), ...(size === undefined ? {} : { size }), move: true }
      })
      rows.push({ id: image.id, present: false, layers, names: image.names.map((name) => ({ name, same: false })) })
    }
    const free = await freeSpace(path)
    return {
      images: rows,
      ...totals(images, rows),
      exact: from.type === 'archive',
      absent: images.flatMap((image) =>
        (image.absent ?? []).map((platform) => ({ name: image.names[0] ?? '', platform })),
      ),
      ...(free === undefined ? {} : { free }),
    }
  }

  /** Checks a copy and puts it into the queue. @throws what can be told before it begins */
  async start(request: CopyRequest, signal: AbortSignal): Promise<string> {
    const source = await this.#source(request.from, signal)
    const images = await source.read(
      request.images.map(({ id }) => asId(id)),
      signal,
    )
    const wishes = images.map(
      (image, index): Wish => ({ image, names: (request.images[index]?.names ?? []).map(checkedNaming) }),
    )
    const destination = await this.#destination(request)
    const titles = wishes.map(({ image, names }) => names[0]?.name ?? image.names[0] ?? image.id.slice(7, 19))
    const plan = await this.plan(request.from, request.to, request.images, signal)
    const id = this.queue.add(
      request,
      destination.to,
      titles,
      plan.move || undefined,
      this.#work(source, wishes, destination, request, () => id),
    )
    return id
  }

  /** Forgets what has ended, and the browser's files that were kept for another try. */
  async clear(): Promise<void> {
    for (const { from } of this.queue.clear()) await this.#release(from)
  }

  async #release(from: PlaceRef, but?: string): Promise<void> {
    if (from.type === 'archive' && !this.queue.needs(from.path, but)) await this.host.release?.(from.path)
  }

  /** Once more, planned anew: what the first try left there need not be sent again. */
  async retry(id: string, signal: AbortSignal): Promise<string> {
    const request = this.queue.request(id)
    if (!request) throw new AppError('internal', {}, { raw: `no transfer ${id}` })
    return await this.start(request, signal)
  }

  #work(
    source: Source,
    wishes: readonly Wish[],
    { to: place, sink }: Destination,
    request: CopyRequest,
    id: () => string,
  ): Work {
    return async (signal, report) => {
      const { downloads } = this.host
      const { from, to, download = false } = request
      let copied: Copied
      try {
        copied = await copy(source, wishes, await sink(), signal, report)
      } catch (error) {
        if (download && place.type === 'archive') await downloads?.drop(place.path)
        throw error
      }
      if (download && copied.file) downloads?.offer(id(), copied.file.path)
      // A file of the browser's has served. After a failure it stays: the transfer may be tried again.
      if (to.type === 'engine') await this.#release(from, id())
      return resultOf(copied, await this.#replaced(to, copied), download)
    }
  }

  /** What a load made of the names it moved. The engine may be gone by now: the copy is done all the same. */
  async #replaced(to: PlaceRef, { replaced }: Copied): Promise<Replaced[]> {
    const plain = (): Replaced[] => replaced.map((one) => ({ ...one, containers: [], dropped: [] }))
    if (to.type !== 'engine' || replaced.length === 0) return plain()
    try {
      return await this.backups.record(await this.engines.client(to.engine), replaced)
    } catch {
      return plain()
    }
  }

  async #source(place: PlaceRef, signal: AbortSignal): Promise<Source> {
    if (place.type === 'engine') return engineSource(await this.engines.client(place.engine))
    await this.host.admit(place.path)
    return archiveSource(await this.#sound(place.path, signal))
  }

  async #sound(path: string, signal: AbortSignal): Promise<OpenArchive> {
    const archive = await this.archives.get(path, signal)
    if (archive.contents.format === 'rootfs') throw new AppError('archive-rootfs', { path })
    return archive
  }

  async #destination(request: CopyRequest): Promise<Destination> {
    const { to } = request
    if (to.type === 'engine') {
      await this.engines.client(to.engine)
      return { to, sink: async () => engineSink(await this.engines.client(to.engine)) }
    }
    const path = request.download ? await this.#downloadPlace(to.path) : to.path
    if (!request.download) await this.host.admit(path)
    const target = request.compress ?? { method: 'none', level: 'normal' }
    return { to: { type: 'archive', path }, sink: async () => archiveSink(path, target) }
  }

  async #downloadPlace(name: string): Promise<string> {
    if (!this.host.downloads) throw new AppError('folder-outside', { path: name })
    return await this.host.downloads.place(name)
  }
}

/** Another name of the same image: of the same repository if there is one, the most telling first. */
function telling(names: readonly string[], but: string): string | undefined {
  const { repository } = splitName(but)
  const others = names.filter((name) => name !== but).sort(byTelling)
  return others.find((name) => splitName(name).repository === repository) ?? others[0]
}

function asId(id: string): Digest {
  if (!isDigest(id)) throw new AppError('image-missing', { image: id })
  return id
}

function checkedName(name: string): string {
  const normal = normaliseName(name)
  if (normal === undefined || normal.includes('@')) throw new AppError('name-invalid', { name })
  return normal
}

function checkedNaming({ name, keepAs }: Wanted['names'][number]): Naming {
  return { name: checkedName(name), ...(keepAs === undefined ? {} : { keepAs: checkedName(keepAs) }) }
}

function sized(layer: Layer): { diffId?: Digest; size?: number } {
  return { ...(layer.diffId ? { diffId: layer.diffId } : {}), ...(layer.stored ? { size: layer.stored.size } : {}) }
}

/** Bytes to move and bytes in all; a layer that several images share counts once. */
function totals(images: readonly Image[], rows: Plan['images']): { move: number; total: number } {
  const sizes = new Map<string, { size: number; move: boolean }>()
  for (const [index, image] of images.entries()) {
    for (const [at, layer] of image.layers.entries()) {
      const row = rows[index]?.layers[at]
      const key = layerKey(layer)
      sizes.set(key, { size: row?.size ?? 0, move: (sizes.get(key)?.move ?? false) || (row?.move ?? true) })
    }
  }
  const sum = (of: readonly { size: number }[]): number => of.reduce((all, { size }) => all + size, 0)
  const all = [...sizes.values()]
  return { move: sum(all.filter(({ move }) => move)), total: sum(all) }
}

function resultOf(copied: Copied, replaced: Replaced[], download: boolean): NonNullable<Transfer['result']> {
  return {
    images: copied.images.map(({ id, names }) => ({ id, names: [...names] })),
    moved: copied.moved,
    skipped: copied.skipped,
    ...(copied.file ? { file: { ...copied.file } } : {}),
    replaced,
    absent: copied.absent.map((one) => ({ ...one })),
    download,
  }
}
