import { mkdir, readdir, readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, isDigest } from '../../../shared/reference.ts'
import { CONTROL, ifThere, refuseStrayFolders } from './folder.ts'
import { locked, tidy } from './lock.ts'
import { forget, newOwner, type Owner, parseOwner, presenceOf } from './presence.ts'

/**
 * A reading or a writing under way, as other processes see it: a folder in the layout with its owner, the blobs it relies
 * on, and what it writes before that is shown. Made and swept under the lock.
 */
export interface Run {
  /** On the layout's own file system: what is written here can be renamed into it. */
  readonly folder: string
  /** Removes all of it. Never throws: the drive may be gone. */
  end(): Promise<void>
}

const RUN = /^run-[0-9a-f]{18}$/
const SIGN_OF_LIFE = 60_000
/**
 * After so long without a sign of life what somebody elsewhere was doing is over: a drive was carried to another computer.
 * Long, because clocks differ and FAT keeps local time; nothing is lost meanwhile, only room.
 */
const OVER = 24 * 3600 * 1000

/** Call it under the lock. */
export async function startRun(root: string, pins: Iterable<Digest>): Promise<Run> {
  const owner = newOwner()
  const folder = join(root, CONTROL, `run-${owner.token}`)
  const sign = join(folder, 'owner')
  let beat: NodeJS.Timeout | undefined
  const end = async (): Promise<void> => {
    clearInterval(beat)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
    forget(owner)
    await tidy(root)
  }
  try {
    await mkdir(folder)
    await writeFile(join(folder, 'pins'), JSON.stringify([...new Set(pins)]))
    await writeFile(sign, JSON.stringify(owner))
  } catch (error) {
    await end()
    throw error
  }
  beat = setInterval(() => {
    const now = new Date()
    utimes(sign, now, now).catch(() => undefined)
  }, SIGN_OF_LIFE)
  beat.unref()
  return { folder, end }
}

async function readRun(folder: string): Promise<{ readonly owner: Owner | undefined; readonly heard: number }> {
  const sign = join(folder, 'owner')
  const [text, about] = await Promise.all([ifThere(readFile(sign, 'utf8')), ifThere(stat(sign))])
  return { owner: parseOwner(text ?? ''), heard: about?.mtimeMs ?? 0 }
}

async function isOver(folder: string): Promise<boolean> {
  const { owner, heard } = await readRun(folder)
  // Made under the lock, owner and all: one without owner was never finished.
  if (!owner) return true
  const presence = presenceOf(owner)
  return presence === 'gone' || (presence === 'unsure' && Date.now() - heard > OVER)
}

async function entries(root: string): Promise<string[]> {
  return (await ifThere(readdir(join(root, CONTROL)))) ?? []
}

/** The blobs that something under way relies on. Call it under the lock. */
export async function pinned(root: string): Promise<Set<Digest>> {
  const pins = new Set<Digest>()
  for (const name of await entries(root)) {
    const folder = join(root, CONTROL, name)
    if (!RUN.test(name) || (await isOver(folder))) continue
    const list: unknown = JSON.parse((await ifThere(readFile(join(folder, 'pins'), 'utf8'))) ?? '[]')
    if (Array.isArray(list)) for (const digest of list) if (isDigest(digest)) pins.add(digest)
  }
  return pins
}

/** Removes what dead processes left. Call it under the lock. */
export async function sweepRuns(root: string): Promise<void> {
  for (const name of await entries(root)) {
    const path = join(root, CONTROL, name)
    if (RUN.test(name)) {
      if (await isOver(path)) await rm(path, { recursive: true, force: true })
    } else if (name.startsWith('index-')) {
      // Written under the lock only, and we have it.
      await ifThere(unlink(path))
    } else if (name.startsWith('dead-')) {
      const owner = parseOwner((await ifThere(readFile(path, 'utf8'))) ?? '')
      if (owner && presenceOf(owner) === 'gone') await ifThere(unlink(path))
    }
  }
}

async function isLeft(root: string, name: string): Promise<boolean> {
  const path = join(root, CONTROL, name)
  if (RUN.test(name)) return await isOver(path)
  const owner = name === 'lock' ? parseOwner((await ifThere(readFile(path, 'utf8'))) ?? '') : undefined
  return owner !== undefined && presenceOf(owner) === 'gone'
}

/** Sweeps where there is something to sweep and the layout can be written; never throws, never waits for long. */
export async function sweep(root: string, signal: AbortSignal): Promise<void> {
  try {
    await refuseStrayFolders(root)
    const found = await entries(root)
    const left = await Promise.all(found.map((name) => isLeft(root, name)))
    if (found.length === 0) await tidy(root)
    else if (left.includes(true)) await locked(root, signal, async () => await sweepRuns(root))
  } catch {
    // A drive that cannot be written stays as it is.
  }
}
