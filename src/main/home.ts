import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the app keeps its own files: `CABOTEUR_HOME`, else the system's folder for program state (XDG on Linux). */
export function dataFolder(): string {
  const own = process.env['CABOTEUR_HOME']
  if (own) return own
  if (process.platform === 'win32')
    return join(process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Caboteur')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Caboteur')
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'caboteur')
}

/** A folder below the data folder, for this user alone; made when it is not there. */
export async function dataSubfolder(...parts: readonly string[]): Promise<string> {
  const path = join(dataFolder(), ...parts)
  await mkdir(path, { recursive: true, mode: 0o700 })
  return path
}
