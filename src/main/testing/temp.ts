import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { requireCommand } from './commands.ts'

const PREFIX = 'caboteur-test-'
/** A unix socket's path has 107 usable bytes; a folder of ours leaves room for names below it. */
const LONGEST_TMPDIR = 50

function base(): string {
  const dir = tmpdir()
  return Buffer.byteLength(dir) > LONGEST_TMPDIR && sep === '/' ? '/tmp' : dir
}

/** True while a process of this id runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A new empty folder with a short path. It carries our process id, so that a later run can tell it was left behind. */
export function tempDir(): string {
  sweep()
  return mkdtempSync(join(base(), `${PREFIX}${process.pid}-`))
}

/** Mount points at or below a folder, deepest first. */
export function mountsUnder(dir: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    )
    .filter((point) => point === dir || point.startsWith(`${dir}/`))
    .reverse()
}

/** Unmounts everything at or below a folder; what is busy is detached and goes when its last user does. */
export function unmountUnder(dir: string): void {
  if (process.platform !== 'linux') return
  for (const point of mountsUnder(dir)) {
    try {
      execFileSync(requireCommand('umount'), [point], { stdio: 'ignore' })
    } catch {
      execFileSync(requireCommand('umount'), ['-l', point], { stdio: 'ignore' })
    }
  }
}

/** Removes a folder with all below it, never through a mount: what is mounted there is unmounted first. */
export function removeDir(dir: string): void {
  unmountUnder(dir)
  if (process.platform === 'linux' && mountsUnder(dir).length > 0) throw new Error(`still mounted below ${dir}`)
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
}

let swept = false

/** Once a process: removes the folders of test runs that ended without cleaning up. */
function sweep(): void {
  if (swept) return
  swept = true
  for (const name of readdirSync(base())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (!pid || isAlive(Number(pid))) continue
    try {
      removeDir(join(base(), name))
    } catch {
      // Another process sweeps too, or a daemon of that run still ends: the next run tries again.
    }
  }
}
