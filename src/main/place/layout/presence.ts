import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Who keeps a lock or a staging folder, so that another process can tell whether that one is still there. A process of
 * this computer is asked for at the kernel; of one elsewhere (a shared folder, a drive carried about) only its sign of
 * life in the file system is known.
 */
export interface Owner {
  readonly token: string
  readonly host: string
  /** This start of the computer, and this view of its processes. */
  readonly boot: string
  readonly pid: number
  /** When the process began, as the kernel counts: a number may be given to another process later. */
  readonly start: string
}

/** `unsure`: it may be one elsewhere, or a number that another process has by now. */
export type Presence = 'here' | 'gone' | 'unsure'

/** What this process keeps. A lock it could not remove (the drive was pulled) is nobody's. */
const kept = new Set<string>()

function told(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

/** proc(5): the 22nd field, counted after the name, which may hold anything. Only Linux tells. */
function startOf(pid: number): string {
  return told(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  })
}

/** Containers may share a name and count their processes apart: namespaces(7). */
const boot = told(
  () => `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`,
)
const start = startOf(process.pid)

export function newOwner(): Owner {
  const token = randomBytes(9).toString('hex')
  kept.add(token)
  return { token, host: hostname(), boot, pid: process.pid, start }
}

export function forget({ token }: Owner): void {
  kept.delete(token)
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

export function presenceOf(owner: Owner): Presence {
  if (owner.host !== hostname() || owner.boot !== boot) return 'unsure'
  if (owner.pid === process.pid && owner.start === start) return kept.has(owner.token) ? 'here' : 'gone'
  if (!runs(owner.pid)) return 'gone'
  if (owner.start === '') return 'unsure'
  return startOf(owner.pid) === owner.start ? 'here' : 'gone'
}

/** Reads what `newOwner` wrote; undefined for anything else: a file of which the first byte is not there yet. */
export function parseOwner(text: string): Owner | undefined {
  try {
    const { token, host, boot: when, pid, start: began } = JSON.parse(text) as Partial<Record<keyof Owner, unknown>>
    if (typeof token !== 'string' || !/^[0-9a-f]{18}$/.test(token)) return undefined
    if (typeof host !== 'string' || typeof when !== 'string' || typeof began !== 'string') return undefined
    // A pid of 0 or less would ask for a group of processes.
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined
    return { token, host, boot: when, pid, start: began }
  } catch {
    return undefined
  }
}
