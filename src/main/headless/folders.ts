import { access, constants, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Folder } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { fileError, freeSpace } from '../files.ts'
import type { Folders } from '../host.ts'

/** Files of this computer for a page in a browser: below the folders it was given, and nowhere else. */
export class HostFolders implements Folders {
  readonly #given: readonly string[]

  /** `given`: what `--root` named; home and mounted drives when empty. */
  constructor(given: readonly string[]) {
    this.#given = given.map((path) => resolve(path))
  }

  async #roots(): Promise<string[]> {
    return this.#given.length > 0 ? [...this.#given] : [homedir(), ...(await mountedDrives())]
  }

  /** Follows links before it compares: a link below a root must not lead out of it. @throws folder-outside */
  async admit(path: string): Promise<void> {
    // The system follows a link before it goes up from it; a path with .. could mean two places.
    if (!isAbsolute(path) || path.split(/[\\/]/).includes('..')) throw new AppError('folder-outside', { path })
    const real = await realOf(path)
    for (const root of await this.#roots()) {
      const way = relative(await realOf(root), real)
      if (way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) !== way)) return
    }
    throw new AppError('folder-outside', { path })
  }

  async roots(): Promise<{ path: string; label: string; free: number }[]> {
    const roots = await this.#roots()
    return await Promise.all(
      roots.map(async (path) => ({ path, label: basename(path) || path, free: (await freeSpace(path)) ?? 0 })),
    )
  }

  async list(path: string | undefined): Promise<Folder> {
    const folder = path ?? (await this.#roots())[0] ?? homedir()
    await this.admit(folder)
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      const shown = entries.filter(({ name }) => !name.startsWith('.') && !name.endsWith('.partial'))
      const described = await Promise.all(shown.map(async ({ name }) => await describe(join(folder, name), name)))
      const parent = dirname(folder)
      const outside = await this.admit(parent).then(
        () => false,
        () => true,
      )
      return {
        path: folder,
        ...(outside || parent === folder ? {} : { parent }),
        free: (await freeSpace(folder)) ?? 0,
        writable: await writable(folder),
        entries: described
          .filter((entry) => entry !== undefined)
          .sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name)),
      }
    } catch (error) {
      throw fileError(error, folder)
    }
  }

  async makeFolder(path: string, name: string): Promise<string> {
    await this.admit(path)
    if (name === '' || name !== basename(name) || name.startsWith('.')) throw new AppError('name-invalid', { name })
    const made = join(path, name)
    try {
      await mkdir(made)
      return made
    } catch (error) {
      throw fileError(error, made)
    }
  }
}

/** Of a path that may not be there yet: its nearest parent that is, and the rest. */
async function realOf(path: string): Promise<string> {
  const whole = resolve(path)
  try {
    return await realpath(whole)
  } catch {
    const parent = dirname(whole)
    return parent === whole ? whole : join(await realOf(parent), basename(whole))
  }
}

async function describe(path: string, name: string): Promise<Folder['entries'][number] | undefined> {
  try {
    const found = await stat(path)
    if (!found.isFile() && !found.isDirectory()) return undefined
    return { name, path, folder: found.isDirectory(), size: found.size, modified: found.mtimeMs }
  } catch {
    // A dangling link, or gone meanwhile.
    return undefined
  }
}

async function writable(path: string): Promise<boolean> {
  return await access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** File systems that hold no files of a person's. */
const PSEUDO =
  /^(tmpfs|devtmpfs|overlay|squashfs|proc|sysfs|cgroup2?|autofs|nsfs|fuse\.(portal|gvfsd-fuse|lxcfs|snapfuse))$/

/** Where desktops mount sticks and drives. */
async function mountedDrives(): Promise<string[]> {
  if (process.platform === 'darwin')
    return (await readdir('/Volumes').catch(() => [])).map((name) => join('/Volumes', name))
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  return mounts.split('\n').flatMap((line) => {
    // man 5 proc_pid_mountinfo: the mount point is the fifth field, the type the first one after the dash.
    const [before = '', after = ''] = line.split(' - ')
    const path = (before.split(' ')[4] ?? '').replaceAll(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
    return /^\/(media|run\/media|mnt)\//.test(path) && !PSEUDO.test(after.split(' ')[0] ?? '') ? [path] : []
  })
}
