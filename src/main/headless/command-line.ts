import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Problem } from '../../shared/contract.ts'
import { type Language, sentence } from '../../shared/error-sentences.ts'
import { AppError, asAppError } from '../../shared/errors.ts'
import { type Digest, datedName } from '../../shared/reference.ts'
import { type Copied, type CopyEvent, copy, type Wish } from '../copy/copy.ts'
import { verifyingSink } from '../copy/verify.ts'
import { digestOf } from '../format/digest.ts'
import { MEDIA, platformText } from '../format/documents.ts'
import { describeArchive } from '../place/archive/describe.ts'
import { checkArchive, openArchive } from '../place/archive/open.ts'
import type { EngineClient } from '../place/engine/client.ts'
import { type Image, type Layer, layerKey, leaves, type Sink, type Stored } from '../place/place.ts'
import { together } from '../platforms.ts'
import { type Address, idPart, parseAddress } from './address.ts'
import { destinationName, forEngine, type Opened, Places, type PlatformChoice, type RegistryAccess } from './places.ts'
import { onStop } from './signals.ts'

/** `caboteur list|inspect|verify|copy`: docs/command-line.md is the contract. stdout carries the answer, stderr the rest. */

const HELP = `caboteur: carries Docker images from place to place

  caboteur list PLACE [--json]
  caboteur inspect PLACE [--json]
  caboteur verify PLACE [--json]
  caboteur copy FROM TO [--json] [--plan] [--compress none|gzip|zstd|bzip2] [--platform all|OS/ARCH] [--keep-old] [--referrers]
  caboteur serve [--port N] [--root FOLDER …]

PLACE   engine:[IMAGE] | engine@CONTEXT:[IMAGE] | archive:FILE[#IMAGE] | layout:FOLDER[#IMAGE]
        | registry:HOST/REPOSITORY[:TAG|@DIGEST]
IMAGE   name[:tag] | name@digest | id

For registries: [--username NAME (--password-stdin | --password-file FILE)] [--ca FILE] [--plain HOST …]

Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled. See docs/command-line.md.
`

const OPTIONS = {
  json: { type: 'boolean' },
  plan: { type: 'boolean' },
  compress: { type: 'string' },
  platform: { type: 'string' },
  'keep-old': { type: 'boolean' },
  referrers: { type: 'boolean' },
  username: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  'password-file': { type: 'string' },
  ca: { type: 'string' },
  plain: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const

const METHODS = ['none', 'gzip', 'zstd', 'bzip2'] as const

interface Options {
  readonly json: boolean
  readonly plan: boolean
  readonly compress: (typeof METHODS)[number] | undefined
  readonly platform: PlatformChoice
  readonly keepOld: boolean
  /** Signatures and the like follow their images. */
  readonly referrers: boolean
  readonly places: Places
}

function usage(detail: string): AppError {
  return new AppError('usage', { detail })
}

function print(value: unknown): void {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values']

function platformOf(text: string | undefined): PlatformChoice {
  if (text === undefined || text === 'all') return text
  const [os, architecture, variant, ...rest] = text.split('/')
  if (!os || !architecture || rest.length > 0)
    throw usage(`--platform ${text}: all, or os/arch, for instance linux/amd64`)
  return { os, architecture, ...(variant ? { variant } : {}) }
}

/** A password comes on stdin or from a file: arguments are anybody's to read. */
async function passwordOf(values: Values): Promise<string | undefined> {
  const file = values['password-file']
  if (values['password-stdin'] !== true && file === undefined) return undefined
  if (values.username === undefined) throw usage('a password needs --username')
  const text = file === undefined ? Buffer.concat(await Array.fromAsync(process.stdin)).toString() : await textOf(file)
  return text.replace(/\r?\n$/, '')
}

async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw new AppError('file-missing', { path }, { cause: error })
  })
}

async function accessOf(values: Values): Promise<RegistryAccess> {
  const password = await passwordOf(values)
  return {
    ...(values.username === undefined ? {} : { username: values.username }),
    ...(password === undefined ? {} : { password }),
    ...(values.ca === undefined ? {} : { ca: await textOf(values.ca) }),
    plain: values.plain ?? [],
  }
}

async function parseOptions(args: readonly string[]): Promise<{ words: string[]; options: Options; help: boolean }> {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>
  try {
    parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new AppError('usage', { detail: error instanceof Error ? error.message : String(error) }, { cause: error })
  }
  const { values, positionals } = parsed
  const compress = METHODS.find((method) => method === values.compress)
  if (values.compress !== undefined && !compress) throw usage(`--compress ${values.compress}: ${METHODS.join(', ')}`)
  const options: Options = {
    json: values.json === true,
    plan: values.plan === true,
    compress,
    platform: platformOf(values.platform),
    keepOld: values['keep-old'] === true,
    referrers: values.referrers === true,
    places: new Places(await accessOf(values)),
  }
  return { words: positionals, options, help: values.help === true }
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
  const images = await listed(address, options, signal)
  if (options.json) return print({ images })
  for (const { names, id, size } of images)
    print(`${id.slice(7, 19)}  ${String(size).padStart(12)}  ${names.join(' ') || '-'}`)
}

async function listed(address: Address, options: Options, signal: AbortSignal): Promise<Listed[]> {
  if (address.type === 'engine') return await listEngine(address, options.places)
  if (address.type === 'registry' && address.reference.tag === undefined && address.reference.digest === undefined)
    return await listRepository(address, options, signal)
  return (await options.places.source(address, options.platform, signal)).images.map(listedImage)
}

function listedImage(image: Image): Listed {
  const layers = leaves(image).flatMap((leaf) => leaf.layers)
  const sizes = new Map(layers.map((layer) => [layerKey(layer), layer.stored?.size ?? 0]))
  const config = image.parts ? undefined : configOf(image)
  return {
    names: image.names,
    id: image.id,
    configDigest: config,
    platforms: leaves(image).flatMap(({ kind, platform }) => (kind === undefined ? [platformText(platform)] : [])),
    size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    created: new Date(image.created).toISOString(),
  }
}

/** Digest of an image's config, where its place gives it before the bytes. */
function configOf({ config, id, digest }: Image): Digest | undefined {
  if (config) return digestOf(config)
  return digest === undefined ? id : undefined
}

/** Every tag of a repository; tags of one image are its names. */
async function listRepository(
  { reference }: Extract<Address, { type: 'registry' }>,
  { places }: Options,
  signal: AbortSignal,
): Promise<Listed[]> {
  const { readReference } = await import('../place/registry/source.ts')
  const repository = { client: await places.registry(reference.domain), host: reference.domain, path: reference.path }
  const byId = new Map<Digest, Image>()
  for await (const tag of repository.client.tags(repository.path, signal)) {
    const image = await readReference(repository, { tag }, signal)
    byId.set(image.id, { ...image, names: [...(byId.get(image.id)?.names ?? []), ...image.names] })
  }
  return [...byId.values()].map(listedImage)
}

interface Listed {
  readonly names: readonly string[]
  readonly id: string
  readonly configDigest: string | undefined
  readonly platforms: readonly string[]
  readonly size: number
  readonly created: string
}

async function listEngine(address: Extract<Address, { type: 'engine' }>, places: Places): Promise<Listed[]> {
  const engine = await places.engine(address.context)
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
  const { images, format, compression, engine } = await options.places.source(address, options.platform, signal)
  const config = (image: Image): Digest | undefined => (engine?.store === 'containerd' ? undefined : configOf(image))
  const entries = images.flatMap((image) => leaves(image).map((leaf) => ({ ...leaf, names: image.names })))
  show({ format, compression, images: entries.map((image) => shape(image, config(image), NONE)) }, options)
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
  const { source, images } = await options.places.source(address, options.platform, signal)
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
  const opened = await options.places.source(source, options.platform, signal)
  const { sink, engine } = await options.places.sink(target, options.compress, source)
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

async function copyCommand(from: string, to: string, options: Options, signal: AbortSignal): Promise<void> {
  const prepared = await prepare(from, to, options, signal)
  if (options.plan) return await plan(prepared, options, signal)
  const { opened, sink, engine, wishes } = prepared
  const copied = await copy(opened.source, wishes, sink, signal, reporter(options))
  if (engine && copied.replaced.length > 0) await remember(engine, copied, options.places)
  const result = wishes.flatMap((wish) => doneShapes(wish, copied))
  if (options.json)
    print({ type: 'done', images: result, layerBytes: { moved: copied.moved, skipped: copied.skipped } })
  else for (const { names, id } of copied.images) print(names.join(' ') || id)
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
  let places: Places | undefined
  try {
    const { words, options, help } = await parseOptions(args)
    ;({ places } = options)
    if (help || words[0] === 'help') {
      print(HELP.trimEnd())
      return 0
    }
    return await run(words[0], words.slice(1), options, abort.signal)
  } catch (error) {
    return complain(abort.signal.aborted ? new AppError('cancelled', {}, { cause: error }) : asAppError(error), json)
  } finally {
    listenNoMore()
    await places?.close()
  }
}
