import type { CopyRequest, PlaceRef, Plan, Replaced, Wanted } from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'
import { labelKey, OCI_LABELS } from '../shared/labels.ts'
import { type Digest, familiarRepository, isDigest, normaliseName } from '../shared/reference.ts'
import type { Backups } from './backups.ts'
import { type Copied, copy } from './copy/copy.ts'
import { type Joined, joined } from './copy/joined.ts'
import { type Labels, relabelled } from './copy/relabelled.ts'
import { type Going, goingOf, NOTHING, type Result, resultOf } from './copy-outcome.ts'
import type { FilePasswords } from './file-passwords.ts'
import type { Host } from './host.ts'
import type { Beside } from './notes/beside.ts'
import type { Delivery } from './notes/delivery.ts'
import type { Opener } from './opener.ts'
import { lockOf } from './place/archive/sealed.ts'
import type { Engines } from './place/engine/engines.ts'
import { idOf as idThere, imageDetails } from './place/engine/images.ts'
import {
  type Image,
  type Layer,
  layerKey,
  leaves,
  type Naming,
  type Planned,
  type Sink,
  type Source,
  type Wish,
} from './place/place.ts'
import { onePlatform, platformsOf, together, withPlatforms } from './platforms.ts'
import type { TagNotes } from './tags/notes.ts'
import { TransferQueue, type Work } from './transfer/queue.ts'

type Asked = Pick<
  CopyRequest,
  'from' | 'to' | 'images' | 'platforms' | 'compress' | 'note' | 'referrers' | 'onlyNew' | 'engineMaySignIn'
>

interface Prepared {
  readonly source: Source
  readonly sink: Sink
  readonly wishes: readonly Wish[]
  /** Platforms to choose from where the destination takes one. */
  readonly choose: readonly string[]
}

/** A password, as long as a file is to be protected with it: it is taken out once that is written. */
interface Held {
  password: string | undefined
}

interface Parts {
  readonly host: Host
  readonly engines: Engines
  readonly opener: Opener
  readonly backups: Backups
  /** Where a password goes that is to be remembered. */
  readonly passwords?: FilePasswords
  /** A copy has ended well there: what is told of the place is old. */
  readonly arrived?: (to: PlaceRef) => Promise<void>
  /** What is noted of the names a copy gave. */
  readonly notes?: TagNotes
  /** What is put beside a saved file. */
  readonly delivery?: Delivery
}

/** Copies between any two places: what one would do, and those under way. */
export class Copies {
  readonly queue = new TransferQueue()
  readonly #parts: Parts
  /** What images of Docker became by labels that were added, for plans of the same again. */
  readonly #became = new Map<Digest, Digest>()
  /** What files under way, and those that failed, are protected with, by transfer. */
  readonly #secrets = new Map<string, Held>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async #prepare(asked: Asked, signal: AbortSignal): Promise<Prepared> {
    const { to, images: wanted, platforms } = asked
    const { source, images } = await this.#read(asked, signal)
    const sink = await this.#parts.opener.sink(asked)
    const one = sink.takes.platforms === 'one'
    const own = to.type === 'engine' ? await this.#platform(to.engine) : 'linux/amd64'
    const named = images.map((image, index): Wish => {
      const many = platforms ? withPlatforms(image, platforms) : image
      const fitting = one ? onePlatform(image, platforms, own) : many
      return { image: fitting, names: (wanted[index]?.names ?? []).map(checkedNaming) }
    })
    const whole = one ? named : gathered(named, source.indexes ?? [])
    refuseRivals(whole)
    const following = asked.referrers && !one ? await referrersOf(source, whole, signal) : []
    const wishes = [...whole, ...following]
    const choose = one ? [...new Set(images.filter(({ parts }) => parts).flatMap(platformsOf))] : []
    return { source, sink, wishes, choose }
  }

  /** The images in the order asked, and one source for all of them. */
  async #read({ from, images: wanted }: Asked, signal: AbortSignal): Promise<{ source: Source; images: Image[] }> {
    // Without any image the place is opened all the same: whether it may be is answered.
    if (wanted.length === 0) return { source: await this.#parts.opener.source(from, signal), images: [] }
    const groups = Map.groupBy(wanted, ({ place = from }) => JSON.stringify(place))
    const parts: Joined[] = []
    const read = new Map<Wanted, Image>()
    for (const group of groups.values()) {
      const source = labelled(await this.#parts.opener.source(group[0]?.place ?? from, signal), group, this.#became)
      const images = await source.read(
        group.map(({ id }) => asId(id)),
        signal,
      )
      for (const [index, one] of group.entries()) {
        const image = images[index]
        if (image) read.set(one, image)
      }
      parts.push({ source, images })
    }
    const images = wanted.flatMap((one) => read.get(one) ?? [])
    const [only, ...others] = parts
    return { source: only && others.length === 0 ? only.source : joined(parts), images }
  }

  async #platform(engine: string): Promise<string> {
    const { os, architecture } = (await this.#parts.engines.client(engine)).platform
    return `${os}/${architecture}`
  }

  /** What a copy would move and replace; moves nothing. */
  async plan(asked: Asked, signal: AbortSignal): Promise<Plan> {
    return await this.#planOf(asked, await this.#prepare(asked, signal), signal)
  }

  async #planOf(asked: Asked, { sink, wishes, choose }: Prepared, signal: AbortSignal): Promise<Plan> {
    const planned = await sink.plan(wishes, signal)
    const rows: Plan['images'] = []
    for (const [index, wish] of wishes.entries()) {
      const sizes = await this.#sizes(asked.from, wish.image)
      rows.push(planRow(idOf(asked, index, wish), wish, planned, sizes))
    }
    return {
      images: rows,
      ...totals(wishes, rows),
      // An engine tells sizes of layers as it keeps them, which is not how they are saved.
      exact: planned.exact && asked.from.type !== 'engine',
      absent: asked.to.type === 'engine' ? [] : wishes.flatMap(absentOf),
      ...(choose.length > 1 ? { choose: [...choose] } : {}),
      ...(planned.free === undefined ? {} : { free: planned.free }),
    }
  }

  /** Sizes of layers that the source’s image does not carry: an engine tells them apart from the image. */
  async #sizes(from: PlaceRef, image: Image): Promise<readonly (number | undefined)[]> {
    if (from.type !== 'engine') return []
    const details = await imageDetails(await this.#parts.engines.client(from.engine), image.was ?? image.id)
    return details.layers.map(({ size }) => size)
  }

  /** Checks a copy and puts it into the queue. @throws what can be told before it begins */
  async start({ password, ...request }: CopyRequest, signal: AbortSignal): Promise<string> {
    const { to, download = false, onlyNew = false } = request
    if (password !== undefined && to.type !== 'archive') throw new TypeError('a password is for a file')
    const place =
      download && to.type === 'archive' ? { type: 'archive' as const, path: await this.#downloadPlace(to.path) } : to
    const asked = { ...request, to: place }
    const prepared = await this.#prepare(asked, signal)
    const titles = prepared.wishes.map(({ image, names }) => names[0]?.name ?? image.names[0] ?? image.id.slice(7, 19))
    const plan = await this.#planOf(asked, prepared, signal)
    const going = prepared.wishes.map((wish, index) => goingOf(wish, plan.images[index], onlyNew))
    const held: Held = { password }
    const id = this.queue.add(
      request,
      place,
      titles,
      plan.move || undefined,
      this.#work(prepared.source, going, asked, held, () => id),
    )
    if (password !== undefined) this.#secrets.set(id, held)
    return id
  }

  /** Forgets what has ended, and the browser's files that were kept for another try. */
  async clear(): Promise<void> {
    for (const { from } of this.queue.clear()) await this.#release(from)
    for (const id of this.#secrets.keys()) if (!this.queue.request(id)) this.#secrets.delete(id)
  }

  async #release(from: PlaceRef, but?: string): Promise<void> {
    if (from.type === 'archive' && !this.queue.needs(from.path, but)) await this.#parts.host.release?.(from.path)
  }

  /** Once more, planned anew: what the first try left there need not be sent again. */
  async retry(id: string, signal: AbortSignal): Promise<string> {
    const request = this.queue.request(id)
    if (!request) throw new AppError('internal', {}, { raw: `no transfer ${id}` })
    const held = this.#secrets.get(id)
    // Never without what it was to be protected with.
    if (held && held.password === undefined) throw new AppError('password-needed', { path: pathOf(request.to) })
    return await this.start({ ...request, password: held?.password }, signal)
  }

  #work(
    source: Source,
    going: readonly Going[],
    asked: Asked & Pick<CopyRequest, 'download' | 'remember'>,
    held: Held,
    id: () => string,
  ): Work {
    return async (signal, report) => {
      const { downloads } = this.#parts.host
      const { from, to, download = false } = asked
      const wishes = going.flatMap(({ wish, outcome }) => (outcome === 'same' ? [] : [wish]))
      // All of it is there.
      if (wishes.length === 0) return resultOf(NOTHING, going, [], download)
      const begun = Date.now()
      let copied: Copied
      let beside: Beside | undefined
      const told = (what: Beside): void => {
        beside = what
      }
      try {
        const sink = await this.#parts.opener.sink({ ...asked, ...held })
        copied = await copy(source, wishes, this.#parts.delivery?.beside(sink, asked, told) ?? sink, signal, report)
      } catch (error) {
        if (download && to.type === 'archive') await downloads?.drop(to.path)
        throw error
      }
      await this.#parts.notes?.copied(to, copied, begun)
      this.#noteBecame(copied, wishes)
      if (download && copied.file) downloads?.offer(id(), copied.file.path)
      const remembered = await this.#remembered(copied, asked, held)
      held.password = undefined
      // A file of the browser's has served. After a failure it stays: the transfer may be tried again.
      await this.#release(from, id())
      await this.#parts.arrived?.(to)
      const pinned = await this.#pinned(from, to, wishes)
      const result = resultOf(copied, going, await this.#replaced(to, copied), download, beside)
      return { ...withRemembered(result, remembered), ...(pinned ? { pinned } : {}) }
    }
  }

  #noteBecame({ configs }: Copied, wishes: readonly Wish[]): void {
    for (const { image } of wishes) {
      const config = configs.get(image.id)
      if (image.was !== undefined && config) this.#became.set(image.id, config)
    }
  }

  /** Puts a password into the keychain, where that was wished for; whether it took it. The file is written all the same. */
  async #remembered(
    { file }: Copied,
    { remember }: Pick<CopyRequest, 'remember'>,
    { password }: Held,
  ): Promise<boolean | undefined> {
    if (!file || !remember || password === undefined) return undefined
    try {
      const lock = await lockOf(file.parts?.[0] ?? file.path, new AbortController().signal)
      return (await this.#parts.passwords?.keep(lock, password)) ?? false
    } catch (error) {
      console.error(error)
      return false
    }
  }

  /** What a copy made of the names it moved. An engine may be gone by now: the copy is done all the same. */
  async #replaced(to: PlaceRef, { replaced }: Copied): Promise<Replaced[]> {
    const plain = (): Replaced[] => replaced.map((one) => ({ ...one, containers: [], dropped: [] }))
    if (to.type !== 'engine' || replaced.length === 0) return plain()
    try {
      return await this.#parts.backups.record(await this.#parts.engines.client(to.engine), replaced)
    } catch {
      return plain()
    }
  }

  /** Whether an engine knows what came from a registry by its digest, too. An engine that is gone by now is not asked. */
  async #pinned(from: PlaceRef, to: PlaceRef, [wish]: readonly Wish[]): Promise<Result['pinned']> {
    const digest = wish?.image.digest
    if (from.type !== 'registry' || from.repository === undefined || to.type !== 'engine' || !digest) return undefined
    const name = `${familiarRepository({ domain: from.host, path: from.repository })}@${digest}`
    try {
      return { name, holds: (await idThere(await this.#parts.engines.client(to.engine), name)) !== undefined }
    } catch {
      return undefined
    }
  }

  async #downloadPlace(name: string): Promise<string> {
    const { downloads } = this.#parts.host
    if (!downloads) throw new AppError('folder-outside', { path: name })
    return await downloads.place(name)
  }
}

function withRemembered(result: Result, remembered: boolean | undefined): Result {
  return result.file && remembered !== undefined ? { ...result, file: { ...result.file, remembered } } : result
}

function pathOf(place: PlaceRef): string {
  return 'path' in place ? place.path : ''
}

/** A source whose images say of themselves what the person added. */
function labelled(source: Source, wanted: readonly Wanted[], became: ReadonlyMap<Digest, Digest>): Source {
  const labels = new Map<Digest, Labels>()
  for (const { id, labels: added = {} } of wanted) {
    const whole = OCI_LABELS.flatMap((label) => (added[label] ? [[labelKey(label), added[label]] as const] : []))
    if (whole.length > 0) labels.set(asId(id), Object.fromEntries(whole))
  }
  return labels.size === 0 ? source : relabelled(source, labels, became)
}

/** What the window called it: the image it asked for, or the first of those that became one. */
function idOf({ images }: Asked, index: number, { image }: Wish): string {
  const asked = images.find(({ id }) => [image, ...(image.parts ?? [])].some((one) => (one.was ?? one.id) === id))
  return asked?.id ?? images[index]?.id ?? image.id
}

/** Platforms of one name as one image, with the names the first of them gets. */
function gathered(wishes: readonly Wish[], indexes: readonly Image[]): Wish[] {
  const images = together(
    wishes.map(({ image }) => image),
    indexes,
  )
  return images.map((image) => {
    // An index may have been asked for itself, or by its platforms.
    const ids = new Set([image, ...(image.parts ?? [])].map(({ id }) => id))
    const own = wishes.filter((wish) => ids.has(wish.image.id))
    const [first, ...others] = own.map(({ names }) => names)
    // A platform of two versions has the names of both: an index gets those that all of its parts have.
    const names = (first ?? []).filter(({ name }) => others.every((list) => list.some((one) => one.name === name)))
    return { image, names }
  })
}

/** One name cannot go to two images. @throws name-unclear */
function refuseRivals(wishes: readonly Wish[]): void {
  const names = wishes.flatMap((wish) => wish.names.map(({ name }) => name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new AppError('name-unclear', { name: twice, count: names.filter((name) => name === twice).length })
}

function absentOf({ image, names }: Wish): Plan['absent'] {
  return (image.absent ?? []).map((platform) => ({ name: names[0]?.name ?? image.names[0] ?? '', platform }))
}

function planRow(
  id: string,
  { image, names }: Wish,
  planned: Planned,
  sizes: readonly (number | undefined)[],
): Plan['images'][number] {
  const layers = leaves(image).flatMap((leaf) => leaf.layers)
  const replaced = new Map(planned.replaces.map(({ name, ...by }) => [name, by]))
  return {
    id,
    present: planned.present.has(image.id),
    layers: layers.map((layer, index) => {
      const size = layer.stored?.size ?? sizes[index]
      return {
        ...(layer.diffId ? { diffId: layer.diffId } : {}),
        ...(size === undefined ? {} : { size }),
        move: planned.missing.has(layerKey(layer)),
      }
    }),
    names: names.map(({ name }) => {
      const by = replaced.get(name)
      return {
        name,
        same: planned.same.has(name),
        ...(by ? { replaces: { id: by.id, created: by.created ?? 0, ...(by.alias ? { alias: by.alias } : {}) } } : {}),
      }
    }),
  }
}

/** Bytes to move and bytes in all; a layer that several images share counts once. */
function totals(wishes: readonly Wish[], rows: Plan['images']): { move: number; total: number } {
  const sizes = new Map<string, { size: number; move: boolean }>()
  for (const [index, { image }] of wishes.entries()) {
    const layers: readonly Layer[] = leaves(image).flatMap((leaf) => leaf.layers)
    for (const [at, layer] of layers.entries()) {
      const row = rows[index]?.layers[at]
      const key = layerKey(layer)
      sizes.set(key, { size: row?.size ?? 0, move: (sizes.get(key)?.move ?? false) || (row?.move ?? true) })
    }
  }
  const sum = (of: readonly { size: number }[]): number => of.reduce((all, { size }) => all + size, 0)
  const all = [...sizes.values()]
  return { move: sum(all.filter(({ move }) => move)), total: sum(all) }
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

/** What refers to the images, and goes with them by its digest; each once. */
async function referrersOf(source: Source, wishes: readonly Wish[], signal: AbortSignal): Promise<Wish[]> {
  const found = new Map<Digest, Image>()
  for (const { image } of wishes)
    for (const referrer of (await source.referrers?.(image, signal)) ?? []) found.set(referrer.id, referrer)
  return [...found.values()].map((image) => ({ image, names: [] }))
}
