import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, statfsSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from './commands.ts'
import { removeDir, tempDir, unmountUnder } from './temp.ts'

/** A real ext4 file system of its own, small enough to fill. Needs root on Linux. */
export interface SmallDisk {
  /** Where it is mounted. */
  readonly path: string
  /** Its loop device, `/dev/loop3`. */
  readonly device: string
  /** Free bytes, as the kernel says. */
  free(): number
  /** Writes a file `filler` until no more than about `leave` bytes are free. */
  fill(leave?: number): void
  /** From now on every write answers EROFS. */
  makeReadOnly(): void
  /** Takes the medium away, as a pulled drive does: what is not in the cache answers EIO, and so does every sync. */
  pull(): void
  /** Unmounts it and removes its file; also after `pull`. */
  remove(): void
}

function run(command: string, ...args: string[]): string {
  return execFileSync(requireCommand(command), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

const FILL_STEP = 1024 * 1024

function fill(path: string, free: () => number, leave: number): void {
  const file = openSync(join(path, 'filler'), 'a')
  try {
    for (let step = FILL_STEP; step >= 4096; step = Math.floor(step / 2)) {
      const block = Buffer.alloc(step, 1)
      while (free() - leave >= step) writeSync(file, block)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}

/** Makes an ext4 disk of about `bytes` (16 MiB at least make sense) on a loop device and mounts it, at `at` or in a folder of its own. */
export function smallDisk(bytes: number, at?: string): SmallDisk {
  const dir = tempDir()
  const image = join(dir, 'disk.img')
  const path = at ?? join(dir, 'disk')
  mkdirSync(path, { recursive: true })
  closeSync(openSync(image, 'w'))
  truncateSync(image, bytes)
  run('mkfs.ext4', '-q', '-F', '-m', '0', image)
  run('mount', '-o', 'loop', image, path)
  const device = run('findmnt', '-n', '-o', 'SOURCE', '--target', path)
  const free = (): number => {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  }
  return {
    path,
    device,
    free,
    fill: (leave = 0) => fill(path, free, leave),
    makeReadOnly: () => void run('mount', '-o', 'remount,ro', path),
    pull: () => {
      truncateSync(image, 0)
      run('losetup', '-c', device)
    },
    remove: () => {
      unmountUnder(path)
      removeDir(dir)
    },
  }
}

/** A folder and a second view of it that refuses every write with EROFS (root ignores file modes, so modes prove nothing). */
export interface ReadOnlyMount {
  /** The read-only view. */
  readonly path: string
  /** The same folder, writable: put here what a test wants to find there. */
  readonly writable: string
  remove(): void
}

/** Mounts a new folder a second time, read-only. Needs root on Linux. */
export function readOnlyMount(): ReadOnlyMount {
  const dir = tempDir()
  const writable = join(dir, 'writable')
  const path = join(dir, 'read-only')
  mkdirSync(writable)
  mkdirSync(path)
  run('mount', '--bind', writable, path)
  run('mount', '-o', 'remount,bind,ro', path)
  return { path, writable, remove: () => removeDir(dir) }
}
