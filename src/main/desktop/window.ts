import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BrowserWindow } from 'electron'
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

export interface WindowParts {
  /** Files of the build. */
  readonly preload: string
  readonly icon: string
  readonly mayClose: () => boolean
  /** Opens a page that the window links to where the person reads pages. */
  readonly openOutside: (url: string) => Promise<void>
}

/** The window, locked down: no Node, no other site, no second window. */
export async function openWindow({ preload, icon, mayClose, openOutside }: WindowParts): Promise<BrowserWindow> {
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
    // Nothing ever opens in here.
    openOutside(url).catch((error: unknown) => console.error(error))
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
