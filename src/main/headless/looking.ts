import type { Problem } from '../../shared/contract.ts'
import { AppError, asAppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { copy } from '../copy/copy.ts'
import { verifyingSink } from '../copy/verify.ts'
import { digestOf } from '../format/digest.ts'
import { MEDIA, platformText } from '../format/documents.ts'
import { describeArchive } from '../place/archive/describe.ts'
import { checkArchive } from '../place/archive/open.ts'
import { type Image, type Layer, layerKey, leaves, type Stored } from '../place/place.ts'
import { type Address, idPart, parseAddress } from './address.ts'
import { type Options, print, show } from './options.ts'
import type { Places } from './places.ts'

/** `list`, `inspect`, `verify`: what is in a place. */

/** The shape of `inspect` and of `copy`'s last event. */
export function shape(image: Image, configDigest: Digest | undefined, stored: ReadonlyMap<string, Stored>): unknown {
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

export const NONE: ReadonlyMap<string, Stored> = new Map()

export async function list(place: string, options: Options, signal: AbortSignal): Promise<void> {
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
export function configOf({ config, id, digest }: Image): Digest | undefined {
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

export async function inspect(place: string, options: Options, signal: AbortSignal): Promise<void> {
  const address = parseAddress(place)
  if (address.type === 'archive' && address.ref === undefined && !options.platform) {
    const archive = await options.places.open(address.path, signal)
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
    const { format, compression } = described
    return show({ format, compression, ...(described.protected ? { protected: true } : {}), images }, options)
  }
  const { images, format, compression, engine } = await options.places.source(address, options.platform, signal)
  const config = (image: Image): Digest | undefined => (engine?.store === 'containerd' ? undefined : configOf(image))
  const entries = images.flatMap((image) => leaves(image).map((leaf) => ({ ...leaf, names: image.names })))
  show({ format, compression, images: entries.map((image) => shape(image, config(image), NONE)) }, options)
}

export async function verify(place: string, options: Options, signal: AbortSignal): Promise<number> {
  const address = parseAddress(place)
  const problems =
    address.type === 'archive' && address.ref === undefined
      ? await problemsOf(address.path, options.places, signal)
      : await readThrough(address, options, signal)
  if (options.json) print({ ok: problems.length === 0, problems })
  else if (problems.length === 0) print('ok')
  else
    for (const { code, file, digest, detail } of problems)
      print([code, file, digest, detail].filter((part) => part !== undefined).join('  '))
  return problems.length === 0 ? 0 : 1
}

async function problemsOf(path: string, places: Places, signal: AbortSignal): Promise<readonly Problem[]> {
  const archive = await places.open(path, signal)
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
