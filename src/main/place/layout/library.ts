import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { fileError } from '../../files.ts'
import type { Done } from '../place.ts'
import { blobFile, blobSize, ifThere, syncFolder } from './folder.ts'
import { changeListing, type Entry, nameOf, rawDigest, readListing, withNames, withoutName } from './listing.ts'
import { locked } from './lock.ts'
import { reach } from './reach.ts'
import { pinned, sweepRuns } from './run.ts'

/** What is done with images that stay in their layout: naming, removing, and making room. */

/** Blobs that go, or went. */
export interface Room {
  readonly blobs: number
  readonly bytes: number
}

export interface Removal extends Room {
  readonly images: readonly { readonly id: string; readonly names: readonly string[] }[]
  /** Blobs that stay for now because something under way needs them. They go with the next `collect`. */
  readonly pinned: Room
  /** An entry cannot be read, so nothing is known to be needed by nobody: names go, and no room is won. */
  readonly unreadable: boolean
}

/** The images a layout lists, by digest, with their names. */
export async function listedNames(root: string): Promise<Map<string, readonly string[]>> {
  const entries = (await readListing(root)).entries
  const named = Map.groupBy(entries, rawDigest)
  return new Map([...named].map(([id, own]) => [id, own.map(nameOf).filter((name) => name !== undefined)]))
}

function holderOf(entries: readonly Entry[], name: string): Digest | '' {
  return entries.find((entry) => nameOf(entry) === name)?.descriptor?.digest ?? ''
}

/**
 * Gives an image a name, when that still belongs to whom the person was shown (`''`: to nobody). Who has it now keeps
 * `keepAs`, or stays without a name. @throws name-invalid, image-missing, image-changed, layout-busy
 */
export async function tagImage(
  root: string,
  request: { id: Digest; name: string; keepAs?: string | undefined; expected: string },
  signal: AbortSignal,
): Promise<Done['replaced']> {
  const { id, name, keepAs, expected } = request
  return await locked(root, signal, async (lock) => {
    const { replaced } = await changeListing(root, lock, (entries) => {
      const image = entries.find((entry) => entry.descriptor?.digest === id)?.descriptor
      if (!image) throw new AppError('image-missing', { image: id })
      if (holderOf(entries, name) !== expected) throw new AppError('image-changed', { name })
      const { annotations: _, ...bare } = image
      return withNames(entries, bare, [{ name, ...(keepAs === undefined ? {} : { keepAs }) }])
    })
    return replaced
  })
}

/** Takes a name away; the image stays listed. @throws image-changed when another image has the name by now, or nobody */
export async function untagImage(root: string, id: Digest, name: string, signal: AbortSignal): Promise<void> {
  await locked(root, signal, async (lock) => {
    await changeListing(root, lock, (entries) => {
      if (holderOf(entries, name) !== id) throw new AppError('image-changed', { name })
      return { entries: withoutName(entries, name) }
    })
  })
}

async function measure(root: string, digests: Iterable<Digest>): Promise<Map<Digest, number>> {
  const sizes = new Map<Digest, number>()
  for (const digest of digests) {
    const size = await blobSize(root, digest)
    if (size !== undefined) sizes.set(digest, size)
  }
  return sizes
}

function room(sizes: ReadonlyMap<Digest, number>): Room {
  return { blobs: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) }
}

async function plan(
  root: string,
  entries: readonly Entry[],
  ids: readonly string[],
): Promise<Removal & { readonly rest: readonly Entry[]; readonly goes: Iterable<Digest> }> {
  const [going, rest] = [[] as Entry[], [] as Entry[]]
  for (const entry of entries) (ids.includes(rawDigest(entry)) ? going : rest).push(entry)
  const images = ids.map((id) => {
    const own = going.filter((entry) => rawDigest(entry) === id)
    if (own.length === 0) throw new AppError('image-missing', { image: id })
    return { id, names: own.map(nameOf).filter((name) => name !== undefined) }
  })
  const [gone, needed, pins] = [await reach(root, going), await reach(root, rest), await pinned(root)]
  const free = needed.unknown ? new Set<Digest>() : gone.digests.difference(needed.digests)
  const goes = await measure(root, free.difference(pins))
  const stays = await measure(root, free.intersection(pins))
  return { images, ...room(goes), pinned: room(stays), unreadable: needed.unknown, rest, goes: goes.keys() }
}

function told({ images, blobs, bytes, pinned: pins, unreadable }: Removal): Removal {
  return { images, blobs, bytes, pinned: pins, unreadable }
}

/** What removing these images would take away and the room it would win, exactly. Changes nothing. @throws image-missing */
export async function planRemoval(root: string, ids: readonly string[]): Promise<Removal> {
  return told(await plan(root, (await readListing(root)).entries, ids))
}

/**
 * Removes images with all their names, and the blobs that nobody else needs. First they are not listed any more, then
 * blobs go: one killed in between leaves garbage and nothing broken. @throws image-missing, layout-busy
 */
export async function removeImages(root: string, ids: readonly string[], signal: AbortSignal): Promise<Removal> {
  return await locked(root, signal, async (lock) => {
    const planned = await plan(root, (await readListing(root)).entries, ids)
    await changeListing(root, lock, (entries) => ({
      entries: entries.filter((entry) => !ids.includes(rawDigest(entry))),
    }))
    await removeBlobs(root, planned.goes)
    return told(planned)
  })
}

async function removeBlobs(root: string, digests: Iterable<Digest>): Promise<void> {
  try {
    for (const digest of digests) await ifThere(unlink(blobFile(root, digest)))
    await ifThere(syncFolder(join(root, 'blobs', 'sha256')))
  } catch (error) {
    throw fileError(error, root)
  }
}

/** Other programs write blobs first and list them later, and know no lock of ours. */
const SPARED = 3600 * 1000

/**
 * Removes what dead processes left and the blobs that nobody names, except those that something under way relies on and
 * those younger than `spared` milliseconds. While an entry cannot be read every blob stays.
 */
export async function collect(root: string, signal: AbortSignal, spared = SPARED): Promise<Room> {
  return await locked(root, signal, async () => {
    await sweepRuns(root)
    const { digests, unknown } = await reach(root, (await readListing(root)).entries)
    if (unknown) return { blobs: 0, bytes: 0 }
    const kept = digests.union(await pinned(root))
    const garbage = new Map<Digest, number>()
    for (const name of (await ifThere(readdir(join(root, 'blobs', 'sha256')))) ?? []) {
      const digest: Digest = `sha256:${name}`
      if (!/^[0-9a-f]{64}$/.test(name) || kept.has(digest)) continue
      const about = await ifThere(stat(blobFile(root, digest)))
      if (about?.isFile() && Date.now() - about.mtimeMs >= spared) garbage.set(digest, about.size)
    }
    await removeBlobs(root, garbage.keys())
    return room(garbage)
  })
}
