import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BrowserWindow, shell } from 'electron'
import { dataFolder } from '../home.ts'
import { PAGE_ORIGIN } from './protocol.ts'

interface Bounds {
  readonly width: number
  readonly height: number
  readonly x?: number
  readonly y?: number
}

const FIRST: Bounds = { width: 1280, height: 800 }

function stateFile(): string {
  return join(dataFolder(), 'window.json')
}

async function rememberedBounds(): Promise<Bounds> {
  try {
    const { width, height, x, y } = JSON.parse(await readFile(stateFile(), 'utf8')) as Bounds
    if (![width, height].every((size) => Number.isInteger(size) && size >= 300)) return FIRST
    return { width, height, ...(Number.isInteger(x) && Number.isInteger(y) ? { x: x ?? 0, y: y ?? 0 } : {}) }
  } catch {
    // The first start, or a file that something else broke: neither is worth a word.
    return FIRST
  }
}

async function remember(bounds: Bounds): Promise<void> {
  await mkdir(dirname(stateFile()), { recursive: true, mode: 0o700 })
  await writeFile(stateFile(), JSON.stringify(bounds))
}

/** The addresses that may always be opened outside; others only on `mayOpen`'s word. */
const HELP = ['https://docs.docker.com/']

function isHelpPage(url: string): boolean {
  return HELP.some((start) => url.startsWith(start))
}

/** What is asked before something happens to the window. */
export interface WindowGuards {
  readonly mayClose: () => boolean
  /** Whether an address that is no help page may be opened outside: pages of registries the person was shown. */
  readonly mayOpen: (url: string) => boolean
}

/** The window, locked down: no Node, no other site, no second window. `preload` and the page are files of the build. */
export async function openWindow(
  preload: string,
  icon: string,
  { mayClose, mayOpen }: WindowGuards,
): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    ...(await rememberedBounds()),
    minWidth: 480,
    minHeight: 400,
    show: false,
    title: 'Caboteur',
    icon,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  })
  window.webContents.setWindowOpenHandler(({ url }) => {
    // Pages that explain something open where the person reads pages; nothing ever opens in here.
    if (isHelpPage(url) || mayOpen(url)) shell.openExternal(url).catch((error: unknown) => console.error(error))
    return { action: 'deny' }
  })
  window.webContents.on('will-navigate', (event) => {
    if (!event.url.startsWith(`${PAGE_ORIGIN}/`)) event.preventDefault()
  })
  window.webContents.session.setPermissionRequestHandler((_, __, decide) => decide(false))
  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    if (!mayClose()) event.preventDefault()
    remember(window.getNormalBounds()).catch((error: unknown) => console.error(error))
  })
  await window.loadURL(`${PAGE_ORIGIN}/index.html`)
  return window
}
