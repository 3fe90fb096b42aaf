import { chmod, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { BesideWish } from '../../shared/contract-delivery.ts'
import { BESIDE, type DeliveryNote, deliveryNoteSchema } from '../../shared/delivery-note.ts'
import { asAppError, type ErrorData } from '../../shared/errors.ts'
import { fileError, openFile, randomAccess } from '../files.ts'
import { sniff } from '../format/compression.ts'
import { parseSums } from '../format/sums.ts'
import type { SaveTarget } from '../place/archive/sink.ts'
import { writeText } from '../place/archive/write-set.ts'
import type { Complete, Done, Sink } from '../place/place.ts'
import { batchText, chargerCmd, isForWindows } from './charger-cmd.ts'
import { chargerSh, scriptMark } from './charger-sh.ts'
import { inspectionsOf, inspectionText } from './inspection.ts'
import { imagesOf } from './note.ts'
import { noteText } from './text.ts'
import { WORDS } from './words.ts'

/** What is put beside a file once it is whole, and before the save is said to be done. */

/** This machine's signature. */
export interface Sign {
  readonly fingerprint: string
  /** Armored. */
  readonly key: string
  /** A detached, armored signature. @throws signature-keychain */
  readonly sign: (bytes: Uint8Array) => Promise<string>
}

export interface Given {
  readonly wish: BesideWish
  /** How the file is compressed as a whole. */
  readonly method: SaveTarget['method']
  /** This machine's name where the wish has none. */
  readonly computer: string
  /** `Caboteur 1.0.0` */
  readonly by: string
  /** @throws signature-keychain */
  readonly signer: () => Promise<Sign>
}

/** What became of it. The file is good whatever happened here. */
export interface Beside {
  /** Names of what was written. */
  readonly names: readonly string[]
  readonly error?: ErrorData
}

type SavedFile = NonNullable<Done['file']>

/** A sink that does something more once its file is whole, before the commit returns. */
function afterwards(sink: Sink, work: (file: SavedFile, images: readonly Complete[]) => Promise<void>): Sink {
  return {
    ...sink,
    async begin(wishes, signal, report) {
      const write = await sink.begin(wishes, signal, report)
      const commit: typeof write.commit = async (images) => {
        const done = await write.commit(images)
        if (!('lacking' in done) && done.file) await work(done.file, images)
        return done
      }
      return { ...write, commit }
    },
  }
}

/** A sink that puts beside the file what was wished for; `told` hears of it. */
export function withBeside(sink: Sink, given: Given, told: (beside: Beside) => void): Sink {
  return afterwards(sink, async (file, images) => told(await writeBeside(file, images, given)))
}

/** A sink whose file takes the note of one that had its name away. */
export function forgettingBeside(sink: Sink): Sink {
  return afterwards(sink, async ({ path }) => await forgetBeside(path))
}

/** The sums that were written with the file are those that are told. @throws file-missing */
async function piecesOf(file: SavedFile): Promise<Pick<DeliveryNote['file'], 'parts' | 'sums'>> {
  if (!file.parts) return { sums: `${basename(file.path)}.sha256` }
  const sums = 'SHA256SUMS'
  const path = join(dirname(file.path), sums)
  try {
    const known = new Map(parseSums(await readFile(path, 'utf8')).map(({ name, sha256 }) => [name, sha256]))
    const parts = await Promise.all(
      file.parts.map(async (part) => {
        const name = basename(part)
        return { name, size: (await stat(part)).size, sha256: known.get(name) ?? '' }
      }),
    )
    return { parts, sums }
  } catch (error) {
    throw fileError(error, path)
  }
}

/** Whether a password is around it, told by the file itself. */
async function isProtected(path: string): Promise<boolean> {
  const { file, stamp } = await openFile(path)
  try {
    return sniff(await randomAccess(file, stamp.size).read(0, 64)) === 'openpgp'
  } finally {
    await file.close()
  }
}

async function noteFor(
  file: SavedFile,
  images: readonly Complete[],
  { wish, method, by, computer }: Given,
): Promise<DeliveryNote> {
  const { size, sha256, path } = file
  return deliveryNoteSchema.parse({
    kind: 'caboteur-delivery-note',
    version: 1,
    made: { at: new Date().toISOString(), computer: wish.computer ?? computer, by },
    file: {
      name: basename(path),
      size,
      sha256,
      compression: method,
      protected: await isProtected(file.parts?.[0] ?? path),
      ...(await piecesOf(file)),
    },
    images: imagesOf(images),
  } satisfies DeliveryNote)
}

/** JSON as people look at it in an editor, too. */
function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function hasJson({ note }: BesideWish): boolean {
  return note === 'json' || note === 'both'
}

interface Signed {
  readonly note: DeliveryNote
  readonly json: string
  readonly signature?: string
  /** Why it is not signed, where that was wished for. */
  readonly error?: ErrorData
}

/** The note as it is written. Without a signature it is worth as much as most notes: it is not given up with it. */
async function signed(note: DeliveryNote, { wish, signer }: Given): Promise<Signed> {
  const unsigned = { note, json: pretty(note) }
  if (!wish.sign || !hasJson(wish)) return unsigned
  try {
    const { fingerprint, key, sign } = await signer()
    const own = { ...note, signer: { fingerprint, key } }
    const json = pretty(own)
    return { note: own, json, signature: await sign(new TextEncoder().encode(json)) }
  } catch (error) {
    return { ...unsigned, error: asAppError(error).data }
  }
}

type WriteNamed = (as: string, content: string) => Promise<void>

async function writeNote({ note, json, signature }: Signed, wish: BesideWish, write: WriteNamed): Promise<void> {
  const { name } = note.file
  if (hasJson(wish)) {
    await write(BESIDE.json(name), json)
    if (signature !== undefined && note.signer) {
      await write(BESIDE.key(name), note.signer.key)
      await write(BESIDE.signature(name), signature)
    }
  }
  if (wish.note === 'text' || wish.note === 'both') await write(BESIDE.text(name), noteText(note, wish.language))
}

async function writeInspection(
  name: string,
  images: readonly Complete[],
  language: BesideWish['language'],
  write: WriteNamed,
): Promise<void> {
  const inspections = inspectionsOf(images)
  await write(BESIDE.inspection(name), pretty({ kind: 'caboteur-inspection', version: 1, images: inspections }))
  await write(BESIDE.inspectionText(name), inspectionText(inspections, language))
}

async function writeBeside(file: SavedFile, images: readonly Complete[], given: Given): Promise<Beside> {
  const { wish } = given
  const folder = dirname(file.path)
  const names: string[] = []
  const write: WriteNamed = async (as, content) => {
    await writeText(join(folder, as), content)
    names.push(as)
  }
  try {
    // Of the file that had this name before: it would be a lie beside the new one.
    await forgetBeside(file.path)
    const said = await signed(await noteFor(file, images, given), given)
    await writeNote(said, wish, write)
    if (wish.inspection) await writeInspection(basename(file.path), images, wish.language, write)
    if (wish.scripts) await writeScripts(folder, said.note, wish.language, write)
    return { names, ...(said.error ? { error: said.error } : {}) }
  } catch (error) {
    return { names, error: asAppError(error).data }
  }
}

async function writeScripts(
  folder: string,
  note: DeliveryNote,
  language: BesideWish['language'],
  write: WriteNamed,
): Promise<void> {
  const { name } = note.file
  const nameFor = async (as: string): Promise<string> => ((await isFree(join(folder, as), name)) ? as : `${name}.${as}`)
  const shell = await nameFor('charger.sh')
  await write(shell, chargerSh(note, language))
  // A stick's file system knows no such right, and `sh charger.sh` needs none.
  await chmod(join(folder, shell), 0o755).catch(() => undefined)
  if (isForWindows(note)) await write(await nameFor('charger.cmd'), chargerCmd(note, language))
}

/** Whether nothing is there, or the script of a former file of this name: that of another file stays what it is. */
async function isFree(path: string, file: string): Promise<boolean> {
  const there = await contentOf(path)
  const [, line = ''] = there?.split(/\r?\n/) ?? []
  const mark = scriptMark(file)
  return there === undefined || [`# ${mark}`, `rem "${batchText(mark)}"`].includes(line)
}

async function contentOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined)
}

const TITLES = Object.values(WORDS).flatMap(({ title, inspection }) => [title, inspection])

/** Whether this app wrote it: a person may have put something of the same name there. */
function isOurs(content: string): boolean {
  return content.includes('"kind": "caboteur-') || TITLES.includes(content.split('\r\n', 1)[0] ?? '')
}

/**
 * Removes the note, the inspection and the scripts of a former file of this name: beside another file they would be a lie.
 * Never throws.
 */
async function forgetBeside(path: string): Promise<void> {
  const folder = dirname(path)
  const name = basename(path)
  const there = new Set(await readdir(folder).catch(() => []))
  const forget = async (as: string): Promise<void> => await unlink(join(folder, as)).catch(() => undefined)
  let signed = false
  for (const nameOf of [BESIDE.json, BESIDE.text, BESIDE.inspection, BESIDE.inspectionText]) {
    const as = nameOf(name)
    if (!there.has(as) || !isOurs((await contentOf(join(folder, as))) ?? '')) continue
    await forget(as)
    signed ||= nameOf === BESIDE.json
  }
  if (signed)
    for (const as of [BESIDE.signature(name), BESIDE.key(name)].filter((one) => there.has(one))) await forget(as)
  for (const as of ['charger.sh', 'charger.cmd'].flatMap((one) => [one, `${name}.${one}`]))
    if (there.has(as) && (await isFree(join(folder, as), name))) await forget(as)
}
