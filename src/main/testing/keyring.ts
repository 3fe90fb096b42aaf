import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from './commands.ts'
import { removeDir, tempDir } from './temp.ts'

/**
 * Runs a script (an ES module's text) in Node with a real, unlocked keyring of its own on a session bus of its own, and gives
 * what it printed. The person's keyring is out of reach: home, bus and XDG folders are new.
 */
export function withKeyring(script: string): string {
  const home = tempDir()
  const dirs = {
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_RUNTIME_DIR: join(home, 'run'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
  }
  for (const dir of [
    join(dirs.XDG_DATA_HOME, 'keyrings'),
    dirs.XDG_RUNTIME_DIR,
    dirs.XDG_CONFIG_HOME,
    dirs.XDG_CACHE_HOME,
  ])
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  const unlocked =
    'printf secret | "$0" --unlock --components=secrets >/dev/null 2>&1; exec "$1" --input-type=module --eval "$2"'
  try {
    const args = ['--', 'sh', '-c', unlocked, requireCommand('gnome-keyring-daemon'), process.execPath, script]
    return execFileSync(requireCommand('dbus-run-session'), args, {
      env: { PATH: process.env['PATH'] ?? '', ...dirs },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } finally {
    removeDir(home)
  }
}
