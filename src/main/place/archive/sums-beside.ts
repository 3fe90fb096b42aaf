import { join } from 'node:path'
import { BESIDE, deliveryNoteSchema } from '../../../shared/delivery-note.ts'
import { isSumsName, sumsStem, withoutEndings } from '../../../shared/sets.ts'
import { readSmall } from '../../files.ts'
import { parseSums, type Sum, sumsText } from '../../format/sums.ts'

/** The sums that lie in a folder: in files of sums, and in the delivery note of the file that is opened. */

/** Bytes; a file of sums is a list of names, and a note one of images. */
const MAX_SUMS = 4 << 20
const MAX_NOTE = 32 << 20

export interface SumsBeside {
  /** Names they are told of. */
  keys(): Iterable<string>
  get(name: string): string | undefined
}

async function sumsOf(folder: string, file: string): Promise<Sum[]> {
  const bytes = await readSmall(join(folder, file), MAX_SUMS)
  return bytes ? parseSums(sumsText(bytes)) : []
}

async function noteSums(folder: string, file: string): Promise<Sum[]> {
  const bytes = await readSmall(join(folder, BESIDE.json(file)), MAX_NOTE)
  if (!bytes) return []
  try {
    const note = deliveryNoteSchema.parse(JSON.parse(bytes.toString('utf8')))
    return note.file.name === file ? [note.file, ...(note.file.parts ?? [])] : []
  } catch {
    return []
  }
}

/** `file`: what the file is called whose note counts. Of several sums that differ none is believed. */
export async function sumsBeside(folder: string, names: readonly string[], file?: string): Promise<SumsBeside> {
  const sums = new Map<string, string>()
  /** Of a sum without a name: by what its file is named after. */
  const alone = new Map<string, string>()
  const doubtful = new Set<string>()
  const take = (into: Map<string, string>, name: string, sha256: string): void => {
    if (into.has(name) && into.get(name) !== sha256) doubtful.add(name)
    into.set(name, sha256)
  }
  for (const told of names.filter(isSumsName)) {
    const found = await sumsOf(folder, told)
    for (const { name, sha256 } of found) {
      if (name !== undefined) take(sums, name, sha256)
      else if (found.length === 1) take(alone, sumsStem(told), sha256)
    }
  }
  if (file !== undefined) for (const { name = '', sha256 } of await noteSums(folder, file)) take(sums, name, sha256)
  const believed = (from: ReadonlyMap<string, string>, name: string): string | undefined =>
    doubtful.has(name) ? undefined : from.get(name)
  return {
    keys: () => sums.keys(),
    get: (name) => believed(sums, name) ?? believed(alone, name) ?? believed(alone, withoutEndings(name)),
  }
}
