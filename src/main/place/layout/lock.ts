import { mkdir, readFile, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import { fileError } from '../../files.ts'
import { CONTROL, errno, ifThere, refuseStrayFolders } from './folder.ts'
import { forget, newOwner, type Owner, parseOwner, presenceOf } from './presence.ts'

/**
 * One change of a layout at a time, whatever process makes it. A file that can be made once, with its owner's process in
 * it: one that was killed holds up nobody, because the kernel is asked for it, and one that sleeps with its laptop loses
 * nothing. (`proper-lockfile` knows only the age of its lock: after a kill everybody waits for it, after a sleep it is taken
 * away, and two who find it old at once can both get it.)
 */

const TRY_AGAIN = 25
const SIGN_OF_LIFE = 5_000
/** A lock of somebody elsewhere who gives no sign of life for so long while we watch is nobody's. No clocks are compared. */
const WATCHED = 30_000
/** It is held while names are changed and blobs are renamed or removed. */
const LONGEST_WAIT = 90_000

interface Seen {
  readonly owner: Owner | undefined
  /** Changes with every sign of life. */
  readonly sign: string
}

function controlOf(root: string): string {
  return join(root, CONTROL)
}

async function look(path: string): Promise<Seen | undefined> {
  const [text, about] = await Promise.all([ifThere(readFile(path, 'utf8')), ifThere(stat(path))])
  if (text === undefined || !about) return undefined
  return { owner: parseOwner(text), sign: `${about.ino} ${about.mtimeMs} ${text}` }
}

/** Makes a file of our own; false when there is one. */
async function claim(path: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(owner), { flag: 'wx' })
    return true
  } catch (error) {
    if (errno(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Takes a dead owner's lock away. Only whoever has the claim named after that owner may, else a second one could remove the
 * lock that came after. A claim whose owner died is claimed in its turn; no name is ever used twice.
 */
async function takeAway(control: string, dead: string, path: string, owner: Owner): Promise<void> {
  const claims: string[] = []
  for (let token = dead; ; ) {
    const name = join(control, `dead-${token}`)
    claims.push(name)
    const claimed = await ifThere(claim(name, owner))
    if (claimed) break
    // It was given back while we looked, and the last one out removed the folder.
    if (claimed === undefined) return
    const other = (await look(name))?.owner
    if (!other || presenceOf(other) !== 'gone') return
    token = other.token
  }
  const now = await look(path)
  if (now && tokenOf(now) === dead) await ifThere(unlink(path))
  for (const name of claims.reverse()) await ifThere(unlink(name))
}

/** One without a readable owner is known by the file it is. */
function tokenOf({ owner, sign }: Seen): string {
  return owner?.token ?? `unknown-${sign.split(' ')[0]}`
}

async function acquire(root: string, owner: Owner, signal: AbortSignal): Promise<void> {
  const control = controlOf(root)
  const path = join(control, 'lock')
  const since = performance.now()
  let watched: { readonly sign: string; readonly since: number } | undefined
  for (;;) {
    signal.throwIfAborted()
    await mkdir(control).catch((error: unknown) => {
      if (errno(error) !== 'EEXIST') throw error
    })
    // Whoever ended last may have removed the folder meanwhile.
    if (await ifThere(claim(path, owner))) return
    const seen = await look(path)
    if (!seen) continue
    if (watched?.sign !== seen.sign) watched = { sign: seen.sign, since: performance.now() }
    const presence = seen.owner ? presenceOf(seen.owner) : 'unsure'
    const silent = performance.now() - watched.since > WATCHED
    if (presence === 'gone' || (presence === 'unsure' && silent)) {
      await takeAway(control, tokenOf(seen), path, owner)
      continue
    }
    if (performance.now() - since > LONGEST_WAIT) throw new AppError('layout-busy', { path: root })
    await delay(TRY_AGAIN, undefined, { signal })
  }
}

/** The lock as the one who holds it sees it. */
export interface Held {
  /** Asked before the one step that counts: a computer that slept may have been given up. @throws layout-busy */
  confirm(): Promise<void>
}

/** Does `work` while nobody else changes the layout. @throws layout-busy, drive-read-only, file-denied */
export async function locked<T>(root: string, signal: AbortSignal, work: (lock: Held) => Promise<T>): Promise<T> {
  const path = join(controlOf(root), 'lock')
  const owner = newOwner()
  let beat: NodeJS.Timeout | undefined
  try {
    await refuseStrayFolders(root)
    await acquire(root, owner, signal)
    beat = setInterval(() => {
      const now = new Date()
      utimes(path, now, now).catch(() => undefined)
    }, SIGN_OF_LIFE)
    beat.unref()
    return await work({
      async confirm() {
        if ((await look(path))?.owner?.token !== owner.token) throw new AppError('layout-busy', { path: root })
      },
    })
  } catch (error) {
    throw fileError(error, root)
  } finally {
    clearInterval(beat)
    await release(root, path, owner)
  }
}

/** Never throws: the drive may be gone. */
async function release(root: string, path: string, owner: Owner): Promise<void> {
  try {
    if ((await look(path))?.owner?.token === owner.token) await unlink(path)
  } catch {
    // Whoever comes next sees that it is nobody's.
  }
  forget(owner)
  await tidy(root)
}

/** Nothing of ours stays in a layout where nothing runs. */
export async function tidy(root: string): Promise<void> {
  await rmdir(controlOf(root)).catch(() => undefined)
}
