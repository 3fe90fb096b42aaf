import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Compression, Platform, Problem } from '../../shared/contract.ts'
import { type Language, sentence } from '../../shared/error-sentences.ts'
import { AppError, asAppError } from '../../shared/errors.ts'
import { type Digest, datedName } from '../../shared/reference.ts'
import { type Copied, type CopyEvent, copy, type Wish } from '../copy/copy.ts'
import { verifyingSink } from '../copy/verify.ts'
import { MEDIA, platformMatches, platformText } from '../format/documents.ts'
import { describeArchive } from '../place/archive/describe.ts'
import { checkArchive, openArchive } from '../place/archive/open.ts'
import { archiveSink } from '../place/archive/sink.ts'
import { archiveSource } from '../place/archive/source.ts'
import type { EngineClient } from '../place/engine/client.ts'
import type { Image, Layer, Sink, Source, Stored } from '../place/place.ts'
import { layerKey } from '../place/place.ts'
import { type Address, idPart, parseAddress } from './address.ts'
import { onStop } from './signals.ts'

/** `caboteur list|inspect|verify|copy`: docs/command-line.md is the contract. stdout carries the answer, stderr the rest. */

const HELP = `caboteur: carries Docker images from place to place

  caboteur list PLACE [--json]
  caboteur inspect PLACE [--json]
  caboteur verify PLACE [--json]
  caboteur copy FROM TO [--json] [--compress none|gzip|zstd|bzip2] [--platform OS/ARCH] [--keep-old]
  caboteur serve [--port N] [--root FOLDER …]

PLACE   engine:[IMAGE] | engine@CONTEXT:[IMAGE] | archive:FILE[#IMAGE]
IMAGE   name[:tag] | name@digest | id

Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled. See docs/command-line.md.
`

const OPTIONS = {
  json: { type: 'boolean' },
  compress: { type: 'string' },
  platform: { type: 'string' },
  'keep-old': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const METHODS = ['none', 'gzip', 'zstd', 'bzip2'] as const

interface Options {
  readonly json: boolean
  readonly compress: (typeof METHODS)[number]
  readonly platform: Platform | undefined
  readonly keepOld: boolean
}

/** An opened place, as a source. */
interface Opened {
  readonly source: Source
  /** What the address names: one image, or all of a file. */
  readonly images: readonly Image[]
  readonly format: string
  readonly compression: Compression
  readonly engine?: EngineClient
}

function usage(detail: string): AppError {
  return new AppError('usage', { detail })
}

function print(value: unknown): void {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
}

function parseOptions(args: readonly string[]): { words: string[]; options: Options; help: boolean } {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>
  try {
    parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new AppError('usage', { detail: error instanceof Error ? error.message : String(error) }, { cause: error })
  }
  const { values, positionals } = parsed
  const compress = METHODS.find((method) => method === (values.compress ?? 'none'))
  if (!compress) throw usage(`--compress ${values.compress}: ${METHODS.join(', ')}`)
  const [os, architecture, variant, ...rest] = values.platform?.split('/') ?? []
  if (values.platform !== undefined && (!os || !architecture || rest.length > 0))
    throw usage(`--platform ${values.platform}: os/arch, for instance linux/amd64`)
  const platform = os && architecture ? { os, architecture, ...(variant ? { variant } : {}) } : undefined
  const options = { json: values.json === true, compress, platform, keepOld: values['keep-old'] === true }
  return { words: positionals, options, help: values.help === true }
}

/** Engines this command line talks to: their connections end with it. */
const connected = new Set<EngineClient>()

/** An engine by its docker context, by the name of an added computer, or by what its product is called (`colima`). */
async function connectTo(context: string | undefined): Promise<EngineClient> {
  const { allEngines, findEngines } = await import('../place/engine/find.ts')
  const { connect } = await import('../place/engine/client.ts')
  let address = (await findEngines()).find(({ id, current }) => (context === undefined ? current : id === context))
  if (!address && context !== undefined) {
    const { Computers } = await import('../computers.ts')
    const { State } = await import('../state.ts')
    const state = new State()
    const others = [...(await new Computers(state).addresses()), ...(await allEngines())]
    state.close()
    address = others.find(({ name }) => name === context) ?? others.find(({ kind }) => kind === context)
  }
  if (!address) throw new AppError('docker-address', { address: context ?? '' })
  const client = await connect(address)
  connected.add(client)
  return client
}

function matches(image: Image, ref: string): boolean {
  const id = idPart(ref)
  return id === undefined ? image.names.includes(ref) : image.id.slice('sha256:'.length).startsWith(id)
}

async function openPlace(address: Address, options: Options, signal: AbortSignal): Promise<Opened> {
  if (address.type === 'archive') {
    const archive = await openArchive(resolve(address.path), signal)
    if (archive.contents.format === 'rootfs') throw new AppError('archive-rootfs', { path: address.path })
    const all = archive.contents.images.map(({ image }) => image)
    const { ref } = address
    const named =
      ref === undefined
        ? all
        : all.filter((image) => matches(image, ref)).map((image) => (idPart(ref) ? image : { ...image, names: [ref] }))
    if (ref !== undefined && named.length === 0)
      throw new AppError('image-missing', { image: ref, place: address.path })
    return {
      source: archiveSource(archive),
      images: ofPlatform(named, options.platform),
      format: archive.contents.format,
      compression: archive.compression,
    }
  }
  if (address.ref === undefined) throw usage('an engine needs an image: engine:NAME or engine:ID')
  const engine = await connectTo(address.context)
  const { engineSource, readImage } = await import('../place/engine/source.ts')
  const image = await readImage(engine, address.ref)
  const named = idPart(address.ref) ? image : { ...image, names: [address.ref] }
  return {
    source: engineSource(engine),
    images: ofPlatform([named], options.platform),
    format: 'engine',
    compression: 'none',
    engine,
  }
}

/** @throws platform-missing */
function ofPlatform(images: readonly Image[], platform: Platform | undefined): readonly Image[] {
  if (!platform) return images
  const fitting = images.filter((image) => platformMatches(image.platform, platform))
  if (fitting.length > 0 || images.length === 0) return fitting
  const have = [...new Set(images.map((image) => platformText(image.platform)))].join(', ')
  throw new AppError('platform-missing', { image: images[0]?.names[0] ?? '', platform: platformText(platform), have })
}

/** The shape of `inspect` and of `copy`'s last event. */
function shape(image: Image, configDigest: Digest | undefined, stored: ReadonlyMap<string, Stored>): unknown {
  return {
    names: image.names,
    configDigest,
    platform: platformText(image.platform),
    layers: image.layers.map((layer) => shapeLayer(layer, stored.get(layerKey(layer)))),
  }
}

function shapeLayer({ diffId, stored }: Layer, put: Stored | undefined): unknown {
  if (put) return { diffId: put.diffId, digest: put.digest, mediaType: MEDIA.layer[put.form], size: put.size }
  return { diffId, digest: stored?.digest, mediaType: stored?.mediaType || undefined, size: stored?.size }
}

const NONE: ReadonlyMap<string, Stored> = new Map()

async function list(place: string, options: Options, signal: AbortSignal): Promise<void> {
  const address = parseAddress(place)
  const images = address.type === 'engine' ? await listEngine(address) : await listArchive(address, options, signal)
  if (options.json) return print({ images })
  for (const { names, id, size } of images)
    print(`${id.slice(7, 19)}  ${String(size).padStart(12)}  ${names.join(' ') || '-'}`)
}

interface Listed {
  readonly names: readonly string[]
  readonly id: string
  readonly configDigest: string | undefined
  readonly platforms: readonly string[]
  readonly size: number
  readonly created: string
}

async function listEngine(address: Extract<Address, { type: 'engine' }>): Promise<Listed[]> {
  const engine = await connectTo(address.context)
  const { listImages, inspectImage, inspectedPlatform } = await import('../place/engine/images.ts')
  const rows = await listImages(engine)
  const chosen =
    address.ref === undefined
      ? rows
      : rows.filter(
          ({ id, names }) => id.includes(idPart(address.ref ?? '') ?? '-') || names.includes(address.ref ?? ''),
        )
  return await Promise.all(
    chosen.map(async ({ names, id, size, created }) => ({
      names,
      id,
      configDigest: engine.store === 'classic' ? id : undefined,
      platforms: [platformText(inspectedPlatform(await inspectImage(engine, id)))],
      size,
      created: new Date(created).toISOString(),
    })),
  )
}

async function listArchive(
  address: Extract<Address, { type: 'archive' }>,
  options: Options,
  signal: AbortSignal,
): Promise<Listed[]> {
  const { images } = await openPlace(address, options, signal)
  return images.map(({ names, id, platform, layers, created }) => ({
    names,
    id,
    configDigest: id,
    platforms: [platformText(platform)],
    size: layers.reduce((sum, { stored }) => sum + (stored?.size ?? 0), 0),
    created: new Date(created).toISOString(),
  }))
}

async function inspect(place: string, options: Options, signal: AbortSignal): Promise<void> {
  const address = parseAddress(place)
  if (address.type === 'archive' && address.ref === undefined && !options.platform) {
    const archive = await openArchive(resolve(address.path), signal)
    const described = describeArchive(archive)
    const images = archive.contents.images.map(({ image }, index) => ({
      names: image.names,
      configDigest: image.id,
      platform: platformText(image.platform),
      layers: (described.images[index]?.layers ?? []).map(({ diffId, digest, mediaType, size }) => ({
        diffId,
        digest,
        mediaType,
        size,
      })),
    }))
    return show({ format: described.format, compression: described.compression, images }, options)
  }
  const { images, format, compression, engine } = await openPlace(address, options, signal)
  const config = (image: Image): Digest | undefined => (engine?.store === 'containerd' ? undefined : image.id)
  show({ format, compression, images: images.map((image) => shape(image, config(image), NONE)) }, options)
}

function show(value: unknown, options: Options): void {
  print(options.json ? value : JSON.stringify(value, undefined, 2))
}

async function verify(place: string, options: Options, signal: AbortSignal): Promise<number> {
  const address = parseAddress(place)
  const problems =
    address.type === 'archive' && address.ref === undefined
      ? await problemsOf(address.path, signal)
      : await readThrough(address, options, signal)
  if (options.json) print({ ok: problems.length === 0, problems })
  else if (problems.length === 0) print('ok')
  else
    for (const { code, file, digest, detail } of problems)
      print([code, file, digest, detail].filter((part) => part !== undefined).join('  '))
  return problems.length === 0 ? 0 : 1
}

async function problemsOf(path: string, signal: AbortSignal): Promise<readonly Problem[]> {
  const archive = await openArchive(resolve(path), signal)
  if (archive.contents.format === 'rootfs') throw new AppError('archive-rootfs', { path })
  return (await checkArchive(archive, signal)).problems
}

/** Verifying what is not a whole file is copying it nowhere. */
async function readThrough(address: Address, options: Options, signal: AbortSignal): Promise<readonly Problem[]> {
  const { source, images } = await openPlace(address, options, signal)
  try {
    await copy(
      source,
      images.map((image) => ({ image, names: [] })),
      verifyingSink(),
      signal,
      () => undefined,
    )
    return []
  } catch (error) {
    const known = asAppError(error)
    if (!['digest-mismatch', 'layer-missing', 'archive-damaged'].includes(known.code)) throw known
    const file = known.parts['file'] ?? known.parts['detail']
    return [{ code: known.code, ...(file === undefined ? {} : { file: String(file) }) }]
  }
}

async function destination(address: Address, options: Options): Promise<{ sink: Sink; engine?: EngineClient }> {
  if (address.type === 'archive')
    return { sink: archiveSink(resolve(address.path), { method: options.compress, level: 'normal' }) }
  if (options.compress !== 'none') throw usage('--compress is for files')
  const engine = await connectTo(address.context)
  const { engineSink } = await import('../place/engine/sink.ts')
  return { sink: engineSink(engine), engine }
}

/** A name stands for one image at an engine: of several platforms, its own. @throws platform-missing */
function forEngine(images: readonly Image[], engine: EngineClient | undefined): readonly Image[] {
  if (!engine) return images
  const groups = Map.groupBy(images, (image) => image.names.join(' ') || image.id)
  return [...groups.values()].flatMap((group) => (group.length === 1 ? group : ofPlatform(group, engine.platform)))
}

async function copyCommand(from: string, to: string, options: Options, signal: AbortSignal): Promise<void> {
  const [source, target] = [parseAddress(from), parseAddress(to)]
  const opened = await openPlace(source, options, signal)
  const { sink, engine } = await destination(target, options)
  const images = forEngine(opened.images, engine)
  if (target.ref !== undefined && idPart(target.ref))
    throw usage(`“${target.ref}” is an id: a destination needs a name`)
  if (target.ref !== undefined && images.length !== 1)
    throw new AppError('name-unclear', { name: target.ref, count: images.length })
  const now = new Date()
  const wishes = images.map((image): Wish => {
    const names = target.ref === undefined ? image.names : [target.ref]
    return {
      image: { ...image, names },
      names: names.map((name) => ({ name, ...(options.keepOld ? { keepAs: datedName(name, now) } : {}) })),
    }
  })
  const copied = await copy(opened.source, wishes, sink, signal, reporter(options))
  if (engine && copied.replaced.length > 0) await remember(engine, copied)
  const result = copied.images.map((_, index) => doneShape(wishes[index], copied))
  if (options.json)
    print({ type: 'done', images: result, layerBytes: { moved: copied.moved, skipped: copied.skipped } })
  else for (const { names, id } of copied.images) print(names.join(' ') || id)
}

/** What `--keep-old` kept, so that the window offers the way back too. A memory that fails undoes no copy. */
async function remember(engine: EngineClient, { replaced }: Copied): Promise<void> {
  const { Backups } = await import('../backups.ts')
  const { State } = await import('../state.ts')
  const state = new State()
  const backups = new Backups(state)
  try {
    await backups.readPreferences()
    await backups.record(engine, replaced)
  } catch (error) {
    console.error(error)
  } finally {
    state.close()
  }
}

function doneShape(wish: Wish | undefined, copied: Copied): unknown {
  if (!wish) throw new TypeError('a result without a wish')
  return shape(wish.image, copied.configs.get(wish.image.id), copied.stored)
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

function language(): Language {
  return (process.env['LC_ALL'] ?? process.env['LC_MESSAGES'] ?? process.env['LANG'] ?? '').startsWith('fr')
    ? 'fr'
    : 'en'
}

/** Says what went wrong on stderr, its last line as JSON, and gives the exit status. */
export function complain(error: AppError, json: boolean): number {
  if (!json) {
    const { what, next } = sentence(error.data, language())
    process.stderr.write(`caboteur: ${what}\n${next}\n`)
  }
  const { raw, code, parts } = error.data
  process.stderr.write(
    `${JSON.stringify({ code, message: sentence(error.data, 'en').what, ...parts, ...(raw ? { raw } : {}) })}\n`,
  )
  if (code === 'usage') return 2
  return code === 'cancelled' ? 130 : 1
}

type Command = (words: readonly string[], options: Options, signal: AbortSignal) => Promise<number>

function only(words: readonly string[]): string {
  const [place, ...rest] = words
  if (place === undefined || rest.length > 0) throw usage('one place is needed')
  return place
}

const COMMANDS: Readonly<Record<string, Command>> = {
  async list(words, options, signal) {
    await list(only(words), options, signal)
    return 0
  },
  async inspect(words, options, signal) {
    await inspect(only(words), options, signal)
    return 0
  },
  verify: async (words, options, signal) => await verify(only(words), options, signal),
  async copy([from, to, ...rest], options, signal) {
    if (from === undefined || to === undefined || rest.length > 0) throw usage('copy takes two places')
    await copyCommand(from, to, options, signal)
    return 0
  },
}

async function run(
  name: string | undefined,
  words: readonly string[],
  options: Options,
  signal: AbortSignal,
): Promise<number> {
  const command = name === undefined ? undefined : COMMANDS[name]
  if (!command) throw usage(name === undefined ? 'a command is missing' : `there is no command “${name}”`)
  return await command(words, options, signal)
}

/** Runs a command line (without `serve`) and tells the exit status. A signal to end cancels, and what was begun is undone. */
export async function commandLine(args: readonly string[]): Promise<number> {
  const json = args.includes('--json')
  const abort = new AbortController()
  const listenNoMore = onStop(() => abort.abort())
  try {
    const { words, options, help } = parseOptions(args)
    if (help || words[0] === 'help') {
      print(HELP.trimEnd())
      return 0
    }
    return await run(words[0], words.slice(1), options, abort.signal)
  } catch (error) {
    return complain(abort.signal.aborted ? new AppError('cancelled', {}, { cause: error }) : asAppError(error), json)
  } finally {
    listenNoMore()
    for (const client of connected) client.close()
  }
}
