import { AppError } from '../shared/errors.ts'
import { platformMatches, platformText } from './format/documents.ts'
import { type Image, leaves } from './place/place.ts'

/** Choosing platforms of images that have several. */

/** The platforms an image can be had for, `linux/amd64`, each once. */
export function platformsOf(image: Image): string[] {
  const runnable = leaves(image).filter(({ kind }) => kind === undefined)
  return [...new Set(runnable.map(({ platform }) => platformText(platform)))]
}

function parsed(platform: string): { os: string; architecture: string; variant?: string } {
  const [os = '', architecture = '', variant] = platform.split('/')
  return { os, architecture, ...(variant ? { variant } : {}) }
}

function missing(image: Image, platform: string): AppError {
  return new AppError('platform-missing', {
    image: image.names[0] ?? image.id,
    platform,
    have: platformsOf(image).join(', '),
  })
}

/**
 * An index with these platforms alone, and what speaks of them; one of them alone is that image itself, under the index's
 * names. @throws platform-missing
 */
export function withPlatforms(image: Image, platforms: readonly string[]): Image {
  if (!image.parts) return image
  const wanted = platforms.map(parsed)
  const fitting = image.parts.filter(
    ({ kind, platform }) => kind === undefined && wanted.some((one) => platformMatches(platform, one)),
  )
  if (fitting.length === 0) throw missing(image, platforms.join(', '))
  const [only] = fitting
  if (only && fitting.length === 1) return { ...only, names: image.names }
  // Attestations of what is left out fall away when the index is made anew.
  return { ...image, parts: [...fitting, ...image.parts.filter(({ kind }) => kind !== undefined)] }
}

/**
 * Images that are platforms of one name, as the index they come from: a place that takes all platforms takes them so. Parts
 * that were not asked for are left out of it.
 */
export function together(images: readonly Image[], indexes: readonly Image[]): Image[] {
  const asked = new Set(images.map(({ id }) => id))
  const gathered = indexes.flatMap((index) => {
    const parts = (index.parts ?? []).filter(({ id, kind }) => kind !== undefined || asked.has(id))
    return parts.filter(({ kind }) => kind === undefined).length > 1 ? [{ ...index, parts }] : []
  })
  // One image may be a platform of several indexes: each of those takes it.
  const covered = new Set(gathered.flatMap(({ parts }) => parts.map(({ id }) => id)))
  return [...gathered, ...images.filter(({ id }) => !covered.has(id))]
}

/** The one platform of an image that a place takes: the one asked for, else the place's own. @throws platform-missing */
export function onePlatform(image: Image, asked: readonly string[] | undefined, own: string): Image {
  if (!image.parts) return image
  const [platform = own] = asked ?? []
  const wanted = parsed(platform)
  // Several may fit (arm of 5, 6 and 7): the newest that does.
  const [best] = image.parts
    .filter((part) => part.kind === undefined && platformMatches(part.platform, wanted))
    .sort((a, b) => (b.platform.variant ?? '').localeCompare(a.platform.variant ?? ''))
  if (!best) throw missing(image, platform)
  return { ...best, names: image.names }
}
