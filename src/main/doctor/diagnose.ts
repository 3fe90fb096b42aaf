import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError, asAppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { setOf } from '../../shared/sets.ts'
import { fileError } from '../files.ts'
import { promisedDigest } from '../format/contents.ts'
import { type Carrier, fileCarrier, folderCarrier, nestedCarrier } from './carrier.ts'
import { type Donor, judged, type Saved } from './patient.ts'
import { Pool } from './pool.ts'
import { recover } from './recover.ts'
import { type Relisted, relist } from './relisting.ts'
import { type Find, type Survey, survey } from './survey.ts'

/** All that is known of a damaged file once it was read. */
export interface Patient {
  readonly path: string
  readonly name: string
  /** Bytes that were read of it. */
  readonly size: number
  /** Of the file itself, and of files in it. */
  readonly own: readonly Survey[]
  readonly pool: Pool
  readonly relisted: Relisted
  readonly saved: Saved
}

export type OnRead = (done: number, total: number) => void

/** What may be an image file by its name. What it holds, its content tells. */
const ARCHIVE = /\.(?:tar|tgz|tbz2?|txz|tzst|gz|zst|xz|bz2|part-?\d+|part-[a-z]{2,}|\d{3})$/i
const DEEPEST = 3
const MOST_NESTED = 50

/** Progress over several readings, of which the next is only known when one has ended. */
class Progress {
  #done = 0
  #total = 0
  readonly #onRead: OnRead

  constructor(onRead: OnRead) {
    this.#onRead = onRead
  }

  expect(bytes: number): void {
    this.#total += bytes
  }

  readonly read = (bytes: number): void => {
    this.#done += bytes
    this.#onRead(Math.min(this.#done, this.#total), this.#total)
  }
}

async function carrierAt(path: string, signal: AbortSignal): Promise<Carrier> {
  // A set may be asked for by a part that is not there any more: what is there is looked at then.
  const about = await stat(path).catch(() => undefined)
  return about?.isDirectory() ? await folderCarrier(path, signal) : await fileCarrier(path)
}

function mayHoldImages(find: Find): boolean {
  if (!ARCHIVE.test(find.name) || find.size === 0) return false
  return promisedDigest(find.name) === undefined && basename(find.name) !== 'layer.tar'
}

/** Files of a carrier that may be image files themselves: none of its images needs them. A set is one of them. */
async function inside(path: string, { carrier, finds }: Survey, needed: ReadonlySet<Digest>): Promise<Carrier[]> {
  const candidates = finds.filter((find) => mayHoldImages(find) && !(find.diffId && needed.has(find.diffId)))
  if (carrier.kind !== 'folder') return candidates.slice(0, MOST_NESTED).map((find) => nestedCarrier(carrier, find))
  const names = candidates.map(({ name }) => name)
  const taken = new Set<string>()
  const carriers: Carrier[] = []
  for (const name of names) {
    if (taken.has(name) || carriers.length >= MOST_NESTED) continue
    for (const part of setOf(name, names)?.parts ?? [name]) taken.add(part)
    carriers.push(await fileCarrier(join(path, name), name))
  }
  return carriers
}

/** DiffIds that configs name, so that no layer is taken for a file of its own. */
function neededBy(surveys: readonly Survey[]): Set<Digest> {
  const needed = new Set<Digest>()
  for (const { finds } of surveys) {
    for (const { document } of finds) {
      if (!document) continue
      for (const [digest] of new TextDecoder().decode(document).matchAll(/sha256:[0-9a-f]{64}/g))
        needed.add(digest as Digest)
    }
  }
  return needed
}

/** A file, and the files in it. */
async function surveyAll(path: string, signal: AbortSignal, progress: Progress): Promise<Survey[]> {
  const surveys: Survey[] = []
  let carriers = [await carrierAt(path, signal)]
  for (let depth = 0; carriers.length > 0 && depth <= DEEPEST; depth++) {
    const level: Survey[] = []
    for (const carrier of carriers) {
      progress.expect(carrier.size)
      level.push(await recover(await survey(carrier, signal, progress.read), signal))
    }
    surveys.push(...level)
    const needed = neededBy(surveys)
    carriers = []
    for (const one of level) carriers.push(...(await inside(path, one, needed)))
  }
  return surveys
}

/** Something of it is not there: what is missing may have been. */
export function isLossy({ carrier: { harm } }: Survey): boolean {
  const { tar, unpack, file } = harm
  const files = file !== undefined && (file.missing.length > 0 || file.damaged.size > 0 || file.unreadable > 0)
  return files || tar.strayed > 0 || tar.endless || unpack.places > 0
}

/**
 * Reads a file (or its parts, or a folder) whole, whatever is wrong with it, and finds out what images can be had of it, with
 * other copies of it and what donors have. Changes nothing.
 * @throws file-*, drive-*, archive-empty, archive-too-large
 */
export async function diagnose(
  path: string,
  beside: { readonly copies: readonly string[]; readonly donors: readonly Donor[] },
  signal: AbortSignal,
  onRead: OnRead = () => undefined,
): Promise<Patient> {
  const progress = new Progress(onRead)
  try {
    const own = await surveyAll(path, signal, progress)
    const others: Survey[] = []
    for (const copy of beside.copies) others.push(...(await surveyAll(copy, signal, progress)))
    const pool = new Pool([...own, ...others])
    const relisted = await relist(pool, own.some(isLossy))
    const carriers = new Set(own.map(({ carrier }) => carrier))
    const saved = judged(relisted, pool, carriers, beside.donors)
    const size = own[0]?.carrier.size ?? 0
    return { path, name: own[0]?.carrier.name ?? basename(path), size, own, pool, relisted, saved }
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', {}, { cause: error })
    throw asAppError(fileError(error, path))
  }
}
