import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { AboutNote } from '../../shared/contract-delivery.ts'
import { BESIDE, besideOf, type DeliveryNote, deliveryNoteSchema } from '../../shared/delivery-note.ts'
import { isOtherSumsName, partName } from '../../shared/sets.ts'
import { readSmall } from '../files.ts'
import type { OpenArchive } from '../place/archive/open.ts'

/** The delivery note that lies beside a file, and what of the file is not as it says. */

/** Bytes; a note of many images with all their layers is a few megabytes. */
const MAX_NOTE = 32 << 20
const MAX_SUMS = 4 << 20

export interface FoundNote {
  readonly note: DeliveryNote
  /** The note as it is on the drive: what was signed. */
  readonly bytes: Uint8Array
  /** Armored, where it lies beside the note. */
  readonly signature?: string
}

function parsed(bytes: Buffer): DeliveryNote | undefined {
  try {
    return deliveryNoteSchema.safeParse(JSON.parse(bytes.toString('utf8'))).data
  } catch {
    return undefined
  }
}

/** What a file is called, whichever of its parts or of what lies beside it the path names. */
function fileOf(path: string): string {
  const name = basename(path)
  return besideOf(name) ?? partName(name)?.base ?? name
}

/** Files of sums of another kind that are named after the file, or tell of it. */
export async function otherSumsBeside(path: string): Promise<string[]> {
  const folder = dirname(path)
  const file = fileOf(path)
  const names = (await readdir(folder).catch(() => [])).filter(isOtherSumsName)
  const found: string[] = []
  for (const name of names) {
    const tells = name.startsWith(file) || (await readSmall(join(folder, name), MAX_SUMS))?.includes(file) === true
    if (tells) found.push(name)
  }
  return found.toSorted()
}

/** The note of a file, of any of its parts or of what lies beside it. A note that cannot be read is none. */
export async function noteBeside(path: string): Promise<FoundNote | undefined> {
  const file = fileOf(path)
  const folder = dirname(path)
  const bytes = await readSmall(join(folder, BESIDE.json(file)), MAX_NOTE)
  const note = bytes && parsed(bytes)
  if (!note || note.file.name !== file) return undefined
  const signature = await readSmall(join(folder, BESIDE.signature(file)), 1 << 16)
  return { note, bytes, ...(signature ? { signature: signature.toString('latin1') } : {}) }
}

type Signature = AboutNote['signature']

/** Sizes of a file and of its parts as they are, by name. */
async function sizesOf({ file }: DeliveryNote, folder: string): Promise<string[]> {
  const wrong: string[] = []
  for (const { name, size } of file.parts ?? [file]) {
    const about = await stat(join(folder, name)).catch(() => undefined)
    if (about?.size !== size) wrong.push(name)
  }
  return wrong
}

/** An image as it is known by whatever it is kept in: what runs, and under which names. */
function keyOf(config: string, names: readonly string[]): string {
  return `${config} ${names.toSorted().join(' ')}`
}

/**
 * Images that are in one of both and not in the other. A config names its image and proves every layer of it, and layers
 * are compared with it whenever they are read: so the file need not be read once more.
 */
function otherImages({ images }: DeliveryNote, archive: OpenArchive): string[] {
  const told = new Map<string, string>()
  for (const { names, platforms } of images)
    for (const { config } of platforms) told.set(config, names.join(', ') || config)
  const wrong: string[] = []
  for (const { image } of archive.contents.images) {
    const name = told.get(image.id)
    if (name === undefined) wrong.push(image.names.join(', ') || image.id)
    told.delete(image.id)
  }
  return [...wrong, ...told.values()]
}

/** Names that lead to another image than the note says. */
function otherNames({ images }: DeliveryNote, archive: OpenArchive): string[] {
  const told = new Set(
    images.flatMap(({ names, platforms }) =>
      names.flatMap((name) => platforms.map(({ config }) => keyOf(config, [name]))),
    ),
  )
  return archive.contents.images.flatMap(({ image }) =>
    image.names.filter((name) => !told.has(keyOf(image.id, [name]))),
  )
}

/** What of the opened file is not as its note says. */
export async function changedSince(note: DeliveryNote, archive: OpenArchive): Promise<string[]> {
  const sizes = await sizesOf(note, dirname(archive.path))
  return [...new Set([...sizes, ...otherImages(note, archive), ...otherNames(note, archive)])]
}

export function aboutNote({ made }: DeliveryNote, signature: Signature, changed: readonly string[]): AboutNote {
  const { computer, at, by } = made
  return { computer, at: Date.parse(at) || 0, by, signature, changed: [...changed] }
}
