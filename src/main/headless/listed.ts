import { basename } from 'node:path'
import { AppError, asAppError } from '../../shared/errors.ts'
import { listedImages } from '../notes/compose.ts'
import type { Image } from '../place/place.ts'
import type { Address } from './address.ts'
import { type Options, textOf, usage } from './options.ts'
import type { Opened } from './places.ts'

/** `--images-from`: the images that a compose file or a list of names asks for, of one place. */

/** @throws usage, image-missing with all that are not there, file-missing */
export async function openListed(
  address: Address,
  file: string,
  options: Options,
  signal: AbortSignal,
): Promise<Opened> {
  if (address.type === 'registry') throw usage('--images-from is for images of an engine, a file or a folder')
  if (address.ref !== undefined) throw usage('--images-from takes the place of an image in the address')
  const { images, unset, unread } = listedImages(basename(file), await textOf(file))
  if (unset.length > 0) throw usage(`${file}: no value for ${unset.join(', ')}`)
  if (unread.length > 0) throw usage(`${file}: no name of an image: ${unread.join(', ')}`)
  if (images.length === 0) throw usage(`${file} names no image`)
  const names = images.map(({ name }) => name)
  return address.type === 'engine'
    ? await ofEngine(address, names, options, signal)
    : await ofPlace(address, names, options, signal)
}

function missing(names: readonly string[]): AppError {
  return new AppError('image-missing', { image: names.join(', ') })
}

async function ofEngine(
  address: Extract<Address, { type: 'engine' }>,
  names: readonly string[],
  { places, platform }: Options,
  signal: AbortSignal,
): Promise<Opened> {
  const opened: Opened[] = []
  const absent: string[] = []
  for (const ref of names) {
    try {
      opened.push(await places.source({ ...address, ref }, platform, signal))
    } catch (error) {
      if (asAppError(error).code !== 'image-missing') throw error
      absent.push(ref)
    }
  }
  const [first] = opened
  if (!first || absent.length > 0) throw missing(absent)
  return { ...first, images: merged(opened.flatMap(({ images }) => images)) }
}

async function ofPlace(
  address: Exclude<Address, { type: 'engine' } | { type: 'registry' }>,
  names: readonly string[],
  { places, platform }: Options,
  signal: AbortSignal,
): Promise<Opened> {
  const opened = await places.source(address, platform, signal)
  const wanted = new Set(names)
  const images = opened.images.flatMap((image) => {
    const own = image.names.filter((name) => wanted.has(name))
    return own.length > 0 ? [{ ...image, names: own }] : []
  })
  const found = new Set(images.flatMap((image) => image.names))
  const absent = names.filter((name) => !found.has(name))
  if (absent.length > 0) throw missing(absent)
  return { ...opened, images }
}

/** An image under all names that were asked for. */
function merged(images: readonly Image[]): Image[] {
  const groups = Map.groupBy(images, ({ id }) => id)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first ? [{ ...first, names: [...new Set(group.flatMap(({ names }) => names))] }] : []
  })
}
