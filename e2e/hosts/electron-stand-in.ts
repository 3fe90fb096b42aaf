import { EventEmitter } from 'node:events'

/**
 * What the built main process imports as `electron`, in a process of its own: as much of the interface as it uses, obeying
 * the test that started it (stand-in.ts) instead of a person and a screen. Nothing of the app is in here.
 */

/** What a test may ask of the process, and what it answers. */
export interface Commands {
  /** What the app's own protocol gives for an address. */
  fetch(address: string): Promise<{ status: number; headers: Record<string, string>; body: Uint8Array }>
  /** A port arrives from a frame; whether the app took it. */
  openPort(port: number, from: Sender): Promise<boolean>
  fromPage(port: number, data: unknown): Promise<void>
  /** What the next dialogs answer: paths chosen, or the button pressed. */
  answerDialogs(answers: Partial<Answers>): Promise<void>
  /** Whether the window may go to an address by itself. */
  mayNavigate(address: string): Promise<boolean>
  /** What becomes of a second window. */
  openSecond(address: string): Promise<string>
  mayUse(permission: string): Promise<boolean>
  /** The system hands over files: by its own event, or by a second start of the program. */
  openFile(path: string): Promise<void>
  startAgain(argv: readonly string[], folder: string): Promise<void>
  quit(): Promise<void>
  record(): Promise<Doings>
}

export type Sender = 'page' | 'sub-frame' | 'elsewhere'

interface Answers {
  readonly open: readonly string[]
  readonly save: string
  /** Index of the button of a question. */
  readonly button: number
}

/** What the app has done so far with what Electron offers. */
export interface Doings {
  readonly schemes: readonly unknown[]
  readonly lockAsked: boolean
  readonly windows: readonly {
    readonly address: string
    readonly shown: boolean
    readonly focused: boolean
    readonly options: {
      readonly webPreferences: { readonly [name: string]: unknown }
      readonly [name: string]: unknown
    }
  }[]
  readonly questions: readonly { readonly message: string; readonly buttons: readonly string[] }[]
  readonly revealed: readonly string[]
  readonly outside: readonly string[]
  readonly progress: readonly number[]
  readonly awake: { readonly started: number; readonly stopped: number }
}

export type FromMain =
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'to-page'; readonly port: number; readonly data: unknown }
  | { readonly type: 'window' }

export interface ToMain {
  readonly id: number
  readonly command: keyof Commands
  readonly args: readonly unknown[]
}

function tell(message: FromMain): void {
  process.send?.(message)
}

const schemes: unknown[] = []
const questions: { message: string; buttons: readonly string[] }[] = []
const revealed: string[] = []
const outside: string[] = []
const progress: number[] = []
const awake = { started: 0, stopped: 0 }
let lockAsked = false
let answers: Answers = { open: [], save: '', button: 0 }
let serve: ((request: Request) => Promise<Response>) | undefined

// ---- what the app imports -------------------------------------------------------------------------------------------

class Preventable {
  prevented = false
  readonly url: string
  constructor(url = '') {
    this.url = url
  }
  preventDefault(): void {
    this.prevented = true
  }
}

class App extends EventEmitter {
  readonly isPackaged = false
  async whenReady(): Promise<void> {}
  /** A program that runs already is what the test says it is. */
  requestSingleInstanceLock(): boolean {
    lockAsked = true
    return process.env['STAND_IN_RUNS_ALREADY'] === undefined
  }
  getLocale(): string {
    return process.env['STAND_IN_LOCALE'] ?? 'en'
  }
  quit(): void {
    const event = new Preventable()
    this.emit('before-quit', event)
    if (!event.prevented) process.exit(0)
  }
}
export const app = new App()

export const ipcMain = new EventEmitter()

class Session {
  permission: ((contents: unknown, permission: string, decide: (may: boolean) => void) => void) | undefined
  setPermissionRequestHandler(handler: NonNullable<Session['permission']>): void {
    this.permission = handler
  }
}

class WebContents extends EventEmitter {
  readonly session = new Session()
  readonly mainFrame = { url: '' }
  second: ((details: { url: string }) => { action: string }) | undefined
  setWindowOpenHandler(handler: NonNullable<WebContents['second']>): void {
    this.second = handler
  }
}

type WindowOptions = Doings['windows'][number]['options']

export class BrowserWindow extends EventEmitter {
  static readonly #all: BrowserWindow[] = []
  static getAllWindows(): BrowserWindow[] {
    return BrowserWindow.#all
  }
  readonly webContents = new WebContents()
  readonly options: WindowOptions
  shown = false
  focused = false
  constructor(options: WindowOptions) {
    super()
    this.options = options
    BrowserWindow.#all.push(this)
  }
  async loadURL(address: string): Promise<void> {
    this.webContents.mainFrame.url = address
    tell({ type: 'window' })
    this.emit('ready-to-show')
  }
  show(): void {
    this.shown = true
  }
  focus(): void {
    this.focused = true
  }
  isMinimized(): boolean {
    return false
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 0, y: 0, width: 1280, height: 800 }
  }
  setProgressBar(share: number): void {
    if (progress.at(-1) !== share) progress.push(share)
  }
}

export const dialog = {
  showOpenDialog: async () => ({ canceled: answers.open.length === 0, filePaths: [...answers.open] }),
  showSaveDialog: async () => ({ canceled: answers.save === '', filePath: answers.save }),
  showMessageBox: async ({ message, buttons }: { message: string; buttons: readonly string[] }) => {
    questions.push({ message, buttons })
    return { response: answers.button }
  },
}

export const powerSaveBlocker = {
  start: (): number => {
    awake.started += 1
    return awake.started
  },
  stop: (): void => {
    awake.stopped += 1
  },
}

export const shell = {
  showItemInFolder: (path: string): void => void revealed.push(path),
  openExternal: async (url: string): Promise<void> => void outside.push(url),
}

export const protocol = {
  registerSchemesAsPrivileged: (given: readonly unknown[]): void => void schemes.push(...given),
  handle: (_: string, handler: NonNullable<typeof serve>): void => {
    serve = handler
  },
}

// ---- what the test asks ---------------------------------------------------------------------------------------------

/** Electron's end of a port: messages come as events with `data`. */
class Port extends EventEmitter {
  readonly #id: number
  started = false
  constructor(id: number) {
    super()
    this.#id = id
  }
  start(): void {
    this.started = true
  }
  postMessage(data: unknown): void {
    tell({ type: 'to-page', port: this.#id, data })
  }
  close(): void {
    this.emit('close')
  }
}

const ports = new Map<number, Port>()

function onlyWindow(): BrowserWindow {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) throw new Error('there is no window')
  return window
}

function frameOf(from: Sender, contents: WebContents): { url: string } {
  if (from === 'page') return contents.mainFrame
  if (from === 'sub-frame') return { url: contents.mainFrame.url }
  contents.mainFrame.url = 'https://elsewhere.example/index.html'
  return contents.mainFrame
}

const commands: Commands = {
  fetch: async (address) => {
    const response = await serve?.(new Request(address))
    if (!response) throw new Error('nothing serves the page')
    const body = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, headers: Object.fromEntries(response.headers), body }
  },
  openPort: async (id, from) => {
    const port = new Port(id)
    ports.set(id, port)
    const sender = onlyWindow().webContents
    ipcMain.emit('caboteur:port', { ports: [port], senderFrame: frameOf(from, sender), sender })
    return port.started
  },
  fromPage: async (id, data) => void ports.get(id)?.emit('message', { data, ports: [] }),
  answerDialogs: async (given) => {
    answers = { ...answers, ...given }
  },
  mayNavigate: async (address) => {
    const event = new Preventable(address)
    onlyWindow().webContents.emit('will-navigate', event)
    return !event.prevented
  },
  openSecond: async (url) => onlyWindow().webContents.second?.({ url }).action ?? 'allow',
  mayUse: (permission) =>
    new Promise((resolve) => {
      const { session } = onlyWindow().webContents
      if (session.permission) session.permission(onlyWindow().webContents, permission, resolve)
      else resolve(true)
    }),
  openFile: async (path) => void app.emit('open-file', new Preventable(), path),
  startAgain: async (argv, folder) => void app.emit('second-instance', {}, argv, folder),
  quit: async () => app.quit(),
  record: async () => ({
    schemes,
    lockAsked,
    questions,
    revealed,
    outside,
    progress,
    awake,
    windows: BrowserWindow.getAllWindows().map(({ webContents, shown, focused, options }) => ({
      address: webContents.mainFrame.url,
      shown,
      focused,
      options,
    })),
  }),
}

process.on('message', ({ id, command, args }: ToMain) => {
  const run = commands[command] as (...given: readonly unknown[]) => Promise<unknown>
  run(...args).then(
    (value) => tell({ type: 'answer', id, value }),
    (error: unknown) => tell({ type: 'failed', id, message: String(error) }),
  )
})
// The test that started it is gone.
process.on('disconnect', () => process.exit(1))
