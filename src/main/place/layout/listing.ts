import { open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { type Digest, isDigest, normaliseName, splitName } from '../../../shared/reference.ts'
import { aboutFile, fileError } from '../../files.ts'
import { annotations } from '../../format/bundle.ts'
import { ANNOTATION, documentKind, MAX_LISTING, MEDIA, parseIndex } from '../../format/documents.ts'
import type { Descriptor, Done, Naming } from '../place.ts'
import { CONTROL, readSmall, syncFolder } from './folder.ts'
import type { Held } from './lock.ts'

/** index.json: which images a layout has, and by what names. What others wrote into it stays as they wrote it. */

type Raw = Readonly<Record<string, unknown>>

export interface Entry {
  readonly raw: Raw
  /** Undefined where its digest is of an algorithm we do not know. */
  readonly descriptor: Descriptor | undefined
}

export interface Listing {
  readonly raw: Raw
  readonly entries: readonly Entry[]
  /** The bytes it was read from; undefined where the layout has none yet. */
  readonly bytes: Uint8Array | undefined
}

const EMPTY: Raw = { schemaVersion: 2, mediaType: MEDIA.index }

function decode(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

/** descriptor.md: `algorithm:encoded`; sha512 has 128 digits. */
const OTHER_DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]{1,256}$/

function isForeign(raw: unknown): boolean {
  const digest = typeof raw === 'object' && raw !== null && 'digest' in raw ? raw.digest : undefined
  return typeof digest === 'string' && !isDigest(digest) && OTHER_DIGEST.test(digest)
}

function parseListing(root: string, bytes: Uint8Array): Listing {
  if (documentKind(bytes, 'index.json') !== 'index')
    throw new AppError('archive-damaged', { path: root, detail: 'index.json' })
  const raw = decode(bytes) as Raw
  const all: readonly unknown[] = Array.isArray(raw['manifests']) ? raw['manifests'] : []
  const known = all.filter((one) => !isForeign(one))
  const parsed = parseIndex(known.length === all.length ? bytes : encode({ ...raw, manifests: known }), 'index.json')
  const descriptors = new Map(known.map((one, index) => [one, parsed[index]]))
  return { raw, entries: all.map((one) => ({ raw: one as Raw, descriptor: descriptors.get(one) })), bytes }
}

/** @throws archive-damaged, archive-too-large, archive-hostile */
export async function readListing(root: string): Promise<Listing> {
  const bytes = await readSmall(root, join(root, 'index.json'), MAX_LISTING)
  // A layout that is being begun by another program, or was when its computer went off.
  if (!bytes) return { raw: EMPTY, entries: [], bytes }
  try {
    return parseListing(root, bytes)
  } catch (error) {
    throw aboutFile(error, root)
  }
}

/** The familiar name an entry carries, if it carries a whole one. */
export function nameOf({ descriptor }: Entry): string | undefined {
  const name = descriptor?.annotations?.[ANNOTATION.name]
  if (name !== undefined) return normaliseName(name)
  const ref = descriptor?.annotations?.[ANNOTATION.refName]
  return ref !== undefined && /[/:]/.test(ref) ? normaliseName(ref) : undefined
}

/** The word an entry is found by where it has no whole name: a tag by the specification, of a repository it does not say. */
export function wordOf(entry: Entry): string | undefined {
  return nameOf(entry) === undefined ? entry.descriptor?.annotations?.[ANNOTATION.refName] : undefined
}

/** Its digest as written, also of an algorithm we do not know. */
export function rawDigest({ raw }: Entry): string {
  return String(raw['digest'])
}

function renamed(entry: Entry, name: string | undefined): Entry {
  const { [ANNOTATION.name]: _, [ANNOTATION.refName]: __, ...others } = entry.descriptor?.annotations ?? {}
  const kept = { ...others, ...(name === undefined ? {} : annotations(name)) }
  const { annotations: ___, ...rest } = entry.raw
  const raw = { ...rest, ...(Object.keys(kept).length > 0 ? { annotations: kept } : {}) }
  const { annotations: ____, ...bare } = entry.descriptor ?? { mediaType: '', digest: 'sha256:', size: 0 }
  return { raw, descriptor: { ...bare, annotations: kept } }
}

function isNameless(entry: Entry): boolean {
  return nameOf(entry) === undefined && wordOf(entry) === undefined
}

/** An image stands there once for each name, and once without where it has none. */
function tidied(entries: readonly Entry[]): Entry[] {
  const named = new Set(entries.filter((entry) => !isNameless(entry)).map((entry) => entry.descriptor?.digest))
  const seen = new Set<Digest>()
  return entries.filter((entry) => {
    const digest = entry.descriptor?.digest
    if (digest === undefined || !isNameless(entry)) return true
    if (named.has(digest) || seen.has(digest)) return false
    seen.add(digest)
    return true
  })
}

/** `keepAs`, or with a number behind it where another image has that name. @throws name-invalid */
function freeName(entries: readonly Entry[], keepAs: string, former: Digest): string {
  const taken = (name: string): boolean =>
    entries.some((entry) => nameOf(entry) === name && entry.descriptor?.digest !== former)
  if (normaliseName(keepAs) !== keepAs) throw new AppError('name-invalid', { name: keepAs })
  const { repository, tag } = splitName(keepAs)
  let name = keepAs
  for (let number = 2; taken(name); number++) {
    const suffix = `-${number}`
    name = `${repository}:${tag.slice(0, 128 - suffix.length)}${suffix}`
  }
  return name
}

export interface Named {
  readonly entries: readonly Entry[]
  readonly replaced: Done['replaced']
}

/**
 * Lists an image under these names as well. Who had one of them gets what the naming says instead; without that it stays
 * listed, like an image of an engine that lost its last name, so that nothing is lost.
 */
export function withNames(before: readonly Entry[], image: Descriptor, names: readonly Naming[]): Named {
  let entries = [...before]
  const replaced: Done['replaced'][number][] = []
  const own = (name?: string): Entry => renamed({ raw: { ...image }, descriptor: image }, name)
  for (const { name, keepAs } of names) {
    if (normaliseName(name) !== name) throw new AppError('name-invalid', { name })
    const losing = new Map<Entry, string | undefined>()
    for (const entry of entries) {
      const former = entry.descriptor?.digest
      if (nameOf(entry) !== name || former === undefined || former === image.digest) continue
      const keptAs = keepAs === undefined ? undefined : freeName(entries, keepAs, former)
      losing.set(entry, keptAs)
      replaced.push({ name, former, ...(keptAs === undefined ? {} : { keptAs }) })
    }
    entries = entries.map((entry) => (losing.has(entry) ? renamed(entry, losing.get(entry)) : entry))
    if (!entries.some((entry) => nameOf(entry) === name)) entries.push(own(name))
  }
  if (!entries.some((entry) => entry.descriptor?.digest === image.digest)) entries.push(own())
  return { entries: tidied(entries), replaced }
}

/** Takes a name away; the image stays listed. */
export function withoutName(before: readonly Entry[], name: string): Entry[] {
  return tidied(before.map((entry) => (nameOf(entry) === name ? renamed(entry, undefined) : entry)))
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0)
}

/**
 * Replaces index.json, the one step by which anything becomes visible: written beside, flushed, renamed, and its folder
 * flushed. Under the lock. What another program (they know no lock of ours) changed since it was read is read again.
 */
export async function changeListing<T extends { readonly entries: readonly Entry[] }>(
  root: string,
  lock: Held,
  change: (entries: readonly Entry[]) => T,
): Promise<T> {
  const path = join(root, 'index.json')
  const beside = join(root, CONTROL, `index-${process.pid}`)
  try {
    for (let attempt = 0; ; attempt++) {
      const listing = await readListing(root)
      const changed = change(listing.entries)
      const bytes = encode({ ...listing.raw, manifests: changed.entries.map(({ raw }) => raw) })
      if (same(bytes, listing.bytes)) return changed
      const file = await open(beside, 'w')
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await lock.confirm()
      if (attempt < 10 && !same((await readListing(root)).bytes, listing.bytes)) continue
      await rename(beside, path)
      await syncFolder(root)
      return changed
    }
  } catch (error) {
    await unlink(beside).catch(() => undefined)
    throw fileError(error, root)
  }
}
