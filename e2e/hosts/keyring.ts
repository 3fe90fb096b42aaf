import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../../scripts/build.ts'
import { requireCommand } from '../../src/main/testing/commands.ts'
import { endProcess } from './headless.ts'

/** A real, unlocked keyring on a session bus of its own, that outlives the hosts which use it, as a person's does. */
export interface Keyring {
  /** What a process needs to find it. */
  readonly environment: Readonly<Record<string, string>>
  /** The secrets of an app in it: name → secret. Read by a program of its own. */
  secrets(service: string): Readonly<Record<string, string>>
  end(): Promise<void>
}

/** The keyring that the desktop would open when the person signs in. */
const PASSWORD = 'the keyring’s own'

/** Starts one below a home; nothing of the person's own keyring, bus or folders is seen. */
export async function startKeyring(home: string): Promise<Keyring> {
  const dirs = {
    HOME: home,
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_RUNTIME_DIR: join(home, '.run'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
  }
  for (const dir of [join(dirs.XDG_DATA_HOME, 'keyrings'), ...Object.values(dirs)])
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  const path = process.env['PATH'] ?? ''
  const bus = spawn(requireCommand('dbus-daemon'), ['--session', '--nofork', '--print-address=1'], {
    env: { PATH: path, ...dirs },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lines = createInterface(bus.stdout)
  const [address] = (await once(lines, 'line')) as [string]
  const environment = { ...dirs, DBUS_SESSION_BUS_ADDRESS: address }
  const daemon = spawn(
    requireCommand('gnome-keyring-daemon'),
    ['--foreground', '--unlock', '--components=secrets', `--control-directory=${dirs.XDG_RUNTIME_DIR}`],
    { env: { PATH: path, ...environment }, stdio: ['pipe', 'pipe', 'ignore'] },
  )
  daemon.stdin.end(PASSWORD)
  // It says where it listens once it is ready.
  await once(createInterface(daemon.stdout), 'line')
  return {
    environment,
    secrets: (service) => {
      const script = `
        const { default: keytar } = await import('keytar')
        const found = await keytar.findCredentials(${JSON.stringify(service)})
        console.log(JSON.stringify(Object.fromEntries(found.map(({ account, password }) => [account, password]))))`
      const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: ROOT,
        env: { PATH: path, ...environment },
        encoding: 'utf8',
      })
      return JSON.parse(said) as Record<string, string>
    },
    end: async () => {
      await endProcess(daemon)
      lines.close()
      await endProcess(bus)
    },
  }
}
