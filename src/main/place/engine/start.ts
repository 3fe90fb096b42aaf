import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { EngineKind } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import type { EngineAddress } from './find.ts'

/** Starting Docker, as its own product or the system does it. */

interface Start {
  readonly command: string
  readonly args: readonly string[]
}

/** A virtual machine may have to boot, and a person to type a password. */
const LIMIT = 5 * 60_000

async function there(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

async function inPath(command: string): Promise<string | undefined> {
  const name = process.platform === 'win32' ? `${command}.exe` : command
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/opt/homebrew/bin']
  for (const folder of folders) {
    const path = join(folder, name)
    if (folder !== '' && (await there(path))) return path
  }
  return undefined
}

async function run(command: string, ...args: readonly string[]): Promise<Start | undefined> {
  const path = await inPath(command)
  return path === undefined ? undefined : { command: path, args }
}

/** Products that bring their own command on every system. */
async function byCommand(kind: EngineKind, name: string): Promise<Start | undefined> {
  if (kind === 'colima') return await run('colima', 'start', ...(name === '' ? [] : [name]))
  if (kind === 'lima') return await run('limactl', 'start', name === '' ? 'docker' : name)
  if (kind === 'rancher') return await run('rdctl', 'start')
  return kind === 'podman' && process.platform !== 'linux' ? await run('podman', 'machine', 'start') : undefined
}

const MAC_APPS: readonly { kind: EngineKind; app: string }[] = [
  { kind: 'desktop', app: 'Docker' },
  { kind: 'orbstack', app: 'OrbStack' },
  { kind: 'rancher', app: 'Rancher Desktop' },
]

async function onMac(kind: EngineKind): Promise<Start | undefined> {
  for (const { kind: of, app } of MAC_APPS) {
    if ((kind === of || kind === 'default') && (await there(`/Applications/${app}.app`)))
      return { command: '/usr/bin/open', args: ['-g', '-a', app] }
  }
  return kind === 'default' ? await byCommand('colima', '') : undefined
}

async function onWindows(kind: EngineKind): Promise<Start | undefined> {
  const desktop = join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'Docker', 'Docker', 'Docker Desktop.exe')
  // Its own program runs as long as Docker does: another waits for nothing and starts it.
  return (kind === 'default' || kind === 'desktop') && (await there(desktop))
    ? { command: join(process.env['SystemRoot'] ?? 'C:\\Windows', 'explorer.exe'), args: [desktop] }
    : undefined
}

async function onLinux({ kind, host }: Pick<EngineAddress, 'kind' | 'host'>): Promise<Start | undefined> {
  if (kind === 'rootless') return await run('systemctl', '--user', 'start', 'docker')
  if (kind === 'desktop') return await run('systemctl', '--user', 'start', 'docker-desktop')
  if (kind === 'podman')
    return host.startsWith('unix:///run/podman/')
      ? await run('systemctl', 'start', 'podman.socket')
      : await run('systemctl', '--user', 'start', 'podman.socket')
  // Only the system's own socket comes up with the system's own service.
  if (!/^unix:\/\/(?:\/var)?\/run\/docker\.sock$/.test(host)) return undefined
  if (await there('/run/systemd/system')) return await run('systemctl', 'start', 'docker')
  return process.getuid?.() === 0 && (await there('/etc/init.d/docker'))
    ? await run('service', 'docker', 'start')
    : undefined
}

/** How an engine of this computer is started; undefined where that is not known. Nothing is started yet. */
export async function howToStart({
  kind,
  name,
  host,
}: Pick<EngineAddress, 'kind' | 'name' | 'host'>): Promise<Start | undefined> {
  const own = await byCommand(kind, name)
  if (own) return own
  if (process.platform === 'darwin') return await onMac(kind)
  return process.platform === 'win32' ? await onWindows(kind) : await onLinux({ kind, host })
}

/** Starts an engine and waits until the command that does it has ended; the engine may take longer. @throws docker-start */
export async function startEngine(address: EngineAddress): Promise<void> {
  const start = await howToStart(address)
  if (!start) throw new AppError('docker-start')
  try {
    await promisify(execFile)(start.command, [...start.args], { timeout: LIMIT, windowsHide: true })
  } catch (error) {
    // Windows' explorer answers 1 when all went well.
    if (start.command.endsWith('explorer.exe')) return
    const said = typeof error === 'object' && error !== null ? String(Reflect.get(error, 'stderr') ?? '').trim() : ''
    throw new AppError('docker-start', {}, { cause: error, raw: said || String(error) })
  }
}
