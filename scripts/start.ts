import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ROOT } from './build.ts'

/**
 * `npm start`: the app in its own window, or, where Electron cannot be had or cannot run, the same app in the browser.
 * Further arguments go to whichever it is.
 */

const DOWNLOAD_LIMIT = 20_000
/** An Electron that fails this early never came up. */
const EARLY = 10_000
/** How long a child may take to end by itself after Ctrl-C, which the terminal sends to it too. */
const GRACE = 1_500
const KILL_AFTER = 8_000
const ELECTRON = join(ROOT, 'node_modules/electron')

const args = process.argv.slice(2)

interface Ended {
  readonly code: number
  readonly early: boolean
}

let running: ChildProcess | undefined
let asked: NodeJS.Signals | undefined

function onSignal(signal: NodeJS.Signals): void {
  const first = asked === undefined
  asked ??= signal
  if (!running) process.exit(130)
  if (!first) {
    running.kill('SIGKILL')
    return
  }
  setTimeout(() => running?.kill('SIGTERM'), signal === 'SIGINT' ? GRACE : 0).unref()
  setTimeout(() => running?.kill('SIGKILL'), KILL_AFTER).unref()
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}

function electronBinary(): string | undefined {
  try {
    const path = join(ELECTRON, 'dist', readFileSync(join(ELECTRON, 'path.txt'), 'utf8').trim())
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

function fetchElectron(): string | undefined {
  const script = join(ELECTRON, 'install.js')
  if (!existsSync(script)) return undefined
  console.error('Fetching Electron…')
  spawnSync(process.execPath, [script], { stdio: 'ignore', timeout: DOWNLOAD_LIMIT, killSignal: 'SIGKILL' })
  return electronBinary()
}

/** Waits for a child's end. `first` are the words for one that could not be started. */
function end(child: ChildProcess): Promise<Ended> {
  const start = Date.now()
  running = child
  return new Promise((resolve) => {
    const done = (code: number): void => {
      running = undefined
      resolve({ code, early: code !== 0 && !asked && Date.now() - start < EARLY })
    }
    child.on('error', () => done(127))
    child.on('exit', (code, signal) => done(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

/** Why there will be no window; undefined when there may be one. */
function windowProblem(): string | undefined {
  if (!hasDisplay()) return 'There is no display'
  if (process.getuid?.() === 0) return 'Electron does not run as root'
  return undefined
}

async function openWindow(): Promise<Ended | string> {
  const problem = windowProblem()
  if (problem) return problem
  const binary = electronBinary() ?? fetchElectron()
  if (!binary) return 'Electron is not there (`npx install-electron` fetches it)'
  const env = { ...process.env }
  // Some editors' terminals set this, and Electron would be Node.
  delete env['ELECTRON_RUN_AS_NODE']
  const ended = await end(spawn(binary, [ROOT, ...args], { cwd: ROOT, stdio: 'inherit', env }))
  return ended.early ? 'Electron did not start (its sandbox may be refused here)' : ended
}

function openAddress(address: string): void {
  const commands: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
    darwin: ['open', address],
    win32: ['rundll32', 'url.dll,FileProtocolHandler', address],
  }
  const [command, ...rest] = commands[process.platform] ?? ['xdg-open', address]
  const opener = spawn(command, rest, { stdio: 'ignore', detached: true })
  // The address stands in the terminal, too.
  opener.on('error', () => undefined)
  opener.unref()
}

function openBrowser(): Promise<Ended> {
  const display = hasDisplay()
  const command = [join(ROOT, 'out/main/headless.js'), 'serve', ...args]
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    stdio: ['inherit', display ? 'pipe' : 'inherit', 'inherit'],
  })
  let opened = false
  let line = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text)
    if (opened) return
    line += text
    const address = /https?:\/\/\S+(?=\s)/.exec(line)?.[0]
    if (!address) return
    opened = true
    openAddress(address)
  })
  return end(child)
}

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  ensureBuilt()
  const ended = await openWindow()
  if (typeof ended !== 'string') return ended.code
  console.error(`${ended}: Caboteur opens in the browser.`)
  return (await openBrowser()).code
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
