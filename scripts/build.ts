import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The repository's folder. */
export const ROOT = resolve(import.meta.dirname, '..')

const BUILT = ['out/main/index.js', 'out/main/headless.js', 'out/preload/index.cjs', 'out/renderer/index.html']
const SOURCES = ['src', 'resources', 'package.json', 'package-lock.json', 'electron.vite.config.ts']
/** Changes here do not change what is built. */
const NOT_BUILT = /[\\/]testing$|\.test\.tsx?$|\.md$/
const LIMIT = 5 * 60_000

function newest(path: string): number {
  if (!existsSync(path) || NOT_BUILT.test(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  // A folder's own time tells of files that were removed.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

function isFresh(): boolean {
  const built = BUILT.map((path) => join(ROOT, path))
  if (!built.every((path) => existsSync(path))) return false
  const oldest = Math.min(...built.map((path) => statSync(path).mtimeMs))
  return SOURCES.every((path) => newest(join(ROOT, path)) <= oldest)
}

/** Builds `out/` when it is missing or older than what it is made from. Says what the builder said only when it fails. */
export function ensureBuilt(): void {
  if (isFresh()) return
  console.error('Building…')
  const builder = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [builder, 'build'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: LIMIT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) {
    console.error(`${stdout}${stderr}`)
    throw new Error(existsSync(builder) ? 'The build failed.' : 'Run `npm ci` first.')
  }
}
