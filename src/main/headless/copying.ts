import { AppError } from '../../shared/errors.ts'
import { type Digest, datedName } from '../../shared/reference.ts'
import { type Copied, type CopyEvent, copy, type Wish } from '../copy/copy.ts'
import type { EngineClient } from '../place/engine/client.ts'
import { type Image, layerKey, leaves, type Sink } from '../place/place.ts'
import { together } from '../platforms.ts'
import { type Address, idPart, parseAddress } from './address.ts'
import { beside } from './beside.ts'
import { openListed } from './listed.ts'
import { configOf, NONE, shape } from './looking.ts'
import { type Options, print, show, usage } from './options.ts'
import { destinationName, forEngine, type Opened, type Places } from './places.ts'

/** `copy`: from any place to any place. */

interface Prepared {
  readonly opened: Opened
  readonly sink: Sink
  readonly engine: EngineClient | undefined
  readonly wishes: readonly Wish[]
}

/** Opens both sides and says who gets which name. @throws usage, name-unclear, platform-missing */
async function prepare(from: string, to: string, options: Options, signal: AbortSignal): Promise<Prepared> {
  const [source, target] = [parseAddress(from), parseAddress(to)]
  const name = destinationName(target)
  if (name !== undefined && (idPart(name) || name.includes('@')))
    throw usage(`“${name}” is no name: a destination needs one`)
  if (target.type === 'registry' && name === undefined)
    throw usage('a registry needs a version here: registry:HOST/REPOSITORY:TAG')
  const opened = await opening(source, options, signal)
  const { sink, engine } = await options.places.sink(target, options, source)
  const images = engine ? forEngine(opened.images, engine) : together(opened.images, opened.source.indexes ?? [])
  if (name !== undefined && images.length !== 1) throw new AppError('name-unclear', { name, count: images.length })
  const now = new Date()
  const wishes = images.map((image): Wish => {
    const names = name === undefined ? image.names : [name]
    return {
      image: { ...image, names },
      names: names.map((one) => ({ name: one, ...(options.keepOld ? { keepAs: datedName(one, now) } : {}) })),
    }
  })
  const following = options.referrers && !engine ? await referrersOf(opened, wishes, signal) : []
  return { opened, sink, engine, wishes: [...wishes, ...following] }
}

async function opening(source: Address, options: Options, signal: AbortSignal): Promise<Opened> {
  return options.imagesFrom === undefined
    ? await options.places.source(source, options.platform, signal)
    : await openListed(source, options.imagesFrom, options, signal)
}

/** What refers to the images, and goes with them by its digest. */
async function referrersOf({ source }: Opened, wishes: readonly Wish[], signal: AbortSignal): Promise<Wish[]> {
  const found: Wish[] = []
  for (const { image } of wishes) {
    for (const referrer of (await source.referrers?.(image, signal)) ?? []) found.push({ image: referrer, names: [] })
  }
  return found
}

/** What a copy would move and replace; nothing moves. */
async function plan({ sink, wishes, engine }: Prepared, options: Options, signal: AbortSignal): Promise<void> {
  const { missing, exact, replaces } = await sink.plan(wishes, signal)
  const all = wishes.flatMap(({ image }) => leaves(image))
  const layers = new Map(all.flatMap((image) => image.layers).map((layer) => [layerKey(layer), layer]))
  const config = (image: Image): Digest | undefined => (engine?.store === 'containerd' ? undefined : configOf(image))
  show(
    {
      images: wishes.flatMap(({ image, names }) =>
        leaves(image).map((leaf) => shape({ ...leaf, names: names.map(({ name }) => name) }, config(leaf), NONE)),
      ),
      layers: [...layers].map(([key, { diffId, stored }]) => ({
        diffId,
        digest: stored?.digest,
        size: stored?.size,
        move: missing.has(key),
        exact: exact || !missing.has(key),
      })),
      replaces: replaces.map(({ name, id }) => ({ name, id })),
    },
    options,
  )
}

export async function copyCommand(from: string, to: string, options: Options, signal: AbortSignal): Promise<void> {
  const prepared = await prepare(from, to, options, signal)
  if (options.plan) return await plan(prepared, options, signal)
  const { opened, engine, wishes } = prepared
  const { sink, made } = beside(prepared.sink, to, options)
  const copied = await copy(opened.source, wishes, sink, signal, reporter(options))
  if (engine && copied.replaced.length > 0) await remember(engine, copied, options.places)
  const result = wishes.flatMap((wish) => doneShapes(wish, copied))
  if (options.json)
    print({
      type: 'done',
      images: result,
      layerBytes: { moved: copied.moved, skipped: copied.skipped },
      ...(made() ? { beside: made()?.names } : {}),
    })
  else for (const { names, id } of copied.images) print(names.join(' ') || id)
  // The file is there and good: that not all was put beside it is said last.
  const failure = made()?.error
  if (failure) throw new AppError(failure.code, failure.parts, failure.raw === undefined ? {} : { raw: failure.raw })
}

/** What `--keep-old` kept, so that the window offers the way back too. A memory that fails undoes no copy. */
async function remember(engine: EngineClient, { replaced }: Copied, { state }: Places): Promise<void> {
  const { Backups } = await import('../backups.ts')
  const backups = new Backups(state)
  try {
    await backups.readPreferences()
    await backups.record(engine, replaced)
  } catch (error) {
    console.error(error)
  }
}

function doneShapes({ image, names }: Wish, copied: Copied): unknown[] {
  return leaves(image).map((leaf) =>
    shape({ ...leaf, names: names.map(({ name }) => name) }, copied.configs.get(leaf.id), copied.stored),
  )
}

/** Events told at most this often, in milliseconds; a change of phase at once. */
const PACE = 250

function reporter(options: Options): (event: CopyEvent) => void {
  let last = 0
  let phase = ''
  const layers = new Map<string, number>()
  return (event) => {
    if (!options.json) return
    if (event.type === 'layer') layers.set(event.key, event.done)
    const now = Date.now()
    if (event.type === phase && now - last < PACE) return
    phase = event.type
    last = now
    if (event.type === 'layer')
      print({ type: 'copying', done: [...layers.values()].reduce((sum, done) => sum + done, 0) })
    else if (event.type !== 'layers') print(event)
  }
}
