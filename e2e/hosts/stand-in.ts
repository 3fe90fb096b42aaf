import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from '@playwright/test'
import { ROOT } from '../../scripts/build.ts'
import { type Language, WORDS } from '../words.ts'
import { type Address, type AppWindow, dropFiles, query, waitUntilShown } from './app-window.ts'
import type { Commands, FromMain } from './electron-stand-in.ts'
import { END_LIMIT, endProcess, hostEnvironment } from './headless.ts'

/** The built main process in a process of its own, with the stand-in in Electron's place. */
export class DesktopProcess {
  readonly child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #window = Promise.withResolvers<void>()
  #asked = 0
  #complaints = ''
  /** Where its messages for the page go. */
  toPage: (port: number, data: unknown) => void = () => undefined

  constructor(child: ChildProcess) {
    this.child = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text
    })
    child.on('message', (message: FromMain) => this.#hear(message))
    child.on('exit', () => {
      const gone = new Error(`the desktop process has ended:\n${this.#complaints}`)
      for (const one of this.#waiting.values()) one.reject(gone)
      this.#window.reject(gone)
    })
    this.#window.promise.catch(() => undefined)
  }

  get complaints(): string {
    return this.#complaints
  }

  #hear(message: FromMain): void {
    if (message.type === 'window') this.#window.resolve()
    else if (message.type === 'to-page') this.toPage(message.port, message.data)
    else {
      const one = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.type === 'answer') one?.resolve(message.value)
      else one?.reject(new Error(message.message))
    }
  }

  async window(): Promise<void> {
    await this.#window.promise
  }

  async ask<C extends keyof Commands>(
    command: C,
    ...args: Parameters<Commands[C]>
  ): Promise<Awaited<ReturnType<Commands[C]>>> {
    this.#asked += 1
    const answer = Promise.withResolvers<unknown>()
    this.#waiting.set(this.#asked, answer)
    this.child.send({ id: this.#asked, command, args })
    return (await answer.promise) as Awaited<ReturnType<Commands[C]>>
  }

  /** Its exit code, once it has ended by itself; null when it does not. */
  async ended(): Promise<number | null> {
    const limit = AbortSignal.timeout(END_LIMIT)
    if (this.child.exitCode === null) await once(this.child, 'exit', { signal: limit }).catch(() => this.child.kill())
    return this.child.exitCode
  }

  async end(): Promise<void> {
    await endProcess(this.child)
  }
}

export interface DesktopOptions {
  readonly dockerHost: string
  readonly home: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

export function startDesktop({ dockerHost, home, args = [], env = {} }: DesktopOptions): DesktopProcess {
  mkdirSync(home, { recursive: true })
  return new DesktopProcess(
    fork(join(ROOT, 'out/main/index.js'), [...args], {
      execArgv: ['--import', join(import.meta.dirname, 'register-stand-in.ts')],
      serialization: 'advanced',
      env: { ...hostEnvironment(dockerHost, home), ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    }),
  )
}

/** Chromium knows no `app:`; the page is the same under this name. */
const ORIGIN = 'https://caboteur.test'

/** Runs in the page before anything else: the built preload, as Electron's sandbox runs it, with a `require` that knows one module. */
function preloadScript(preload: string): string {
  return `{
    const open = []
    window.standIn = { required: [], paths: {}, hear: (id, data) => open[id].postMessage(data) }
    const electron = {
      contextBridge: { exposeInMainWorld: (key, api) => { window[key] = Object.freeze(api) } },
      webUtils: { getPathForFile: (file) => window.standIn.paths[file.name] ?? '' },
      ipcRenderer: {
        postMessage: (channel, message, [port]) => {
          const id = open.push(port) - 1
          const opened = window.standInOpen(channel, id)
          port.onmessage = ({ data }) => opened.then(() => window.standInSay(id, data))
        },
      },
    };
    (function (require, module, exports) { ${preload}
    })((name) => {
      window.standIn.required.push(name)
      if (name === 'electron') return electron
      throw new Error('a sandboxed preload has no module ' + name)
    }, { exports: {} }, {})
  }`
}

interface StandInPage {
  readonly standIn: {
    readonly required: readonly string[]
    readonly hear: (port: number, data: unknown) => void
    paths: { readonly [name: string]: string }
  }
}

/** Joins the process and a page of Chromium: its files by its own protocol handler, its port, its preload. */
export async function openDesktop(
  page: Page,
  desktop: DesktopProcess,
  folder: string,
  language: Language,
): Promise<AppWindow & { readonly desktop: DesktopProcess; modules(): Promise<readonly string[]> }> {
  const words = WORDS[language]
  await desktop.window()
  const { windows } = await desktop.ask('record')
  const preload = String(windows[0]?.options.webPreferences['preload'])
  // Each page load numbers its ports from 0; the process knows them by a number of its own.
  let last = 0
  let base = 0
  await page.exposeFunction('standInOpen', async (_: string, id: number) => {
    base = last - id
    last += 1
    await desktop.ask('openPort', base + id, 'page')
  })
  await page.exposeFunction('standInSay', async (id: number, data: unknown) => {
    await desktop.ask('fromPage', base + id, data)
  })
  let said: Promise<unknown> = Promise.resolve()
  desktop.toPage = (port, data) => {
    said = said.then(() =>
      page
        .evaluate(([id, text]) => (window as unknown as StandInPage).standIn.hear(id, text), [
          port - base,
          data,
        ] as const)
        // The page has gone: nobody listens.
        .catch(() => undefined),
    )
  }
  await page.addInitScript(preloadScript(readFileSync(preload, 'utf8')))
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { status, headers, body } = await desktop.ask(
      'fetch',
      route.request().url().replace(ORIGIN, 'app://caboteur'),
    )
    await route.fulfill({ status, headers, body: Buffer.from(body) })
  })
  const knowPaths = async (paths: readonly string[]): Promise<void> =>
    await page.evaluate(
      (known) => {
        ;(window as unknown as StandInPage).standIn.paths = known
      },
      Object.fromEntries(paths.map((path) => [basename(path), path])),
    )
  return {
    page,
    words,
    folder,
    desktop,
    modules: async () => await page.evaluate(() => (window as unknown as StandInPage).standIn.required),
    show: async (address: Address) => {
      await page.goto(`${ORIGIN}/index.html?${query(address)}`)
      await waitUntilShown(page)
    },
    drop: async (...paths) => {
      await knowPaths(paths)
      await dropFiles(page, paths)
    },
    choose: async (path) => {
      await desktop.ask('answerDialogs', { open: [path] })
      await page.getByRole('banner').getByRole('button', { name: words.shell.load }).click()
    },
    saveAs: async (path) => {
      await desktop.ask('answerDialogs', { save: path })
      await page.getByRole('dialog').getByRole('button', { name: words.save.saveAs, exact: true }).click()
    },
  }
}
