import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Page } from '@playwright/test'
import { ROOT } from '../../scripts/build.ts'
import { type Language, WORDS } from '../words.ts'
import { type Address, type AppWindow, dropFiles, query, waitUntilShown } from './app-window.ts'

/** `caboteur serve` as its own process: the app in a browser. */
export interface HeadlessHost {
  /** The address that lets a browser in, once. */
  readonly invitation: string
  readonly origin: string
  /** What it said on stderr so far. */
  complaints(): string
  end(): Promise<number>
}

export interface HeadlessOptions {
  readonly dockerHost: string
  /** HOME of the process; its own state goes below it, too. */
  readonly home: string
  readonly roots?: readonly string[]
  readonly port?: number
  /** What its environment has beside that: a way to the internet of a test. */
  readonly env?: Readonly<Record<string, string>>
}

/** The environment of every host: the person's own settings stay out. */
export function hostEnvironment(dockerHost: string, home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    TZ: 'Europe/Paris',
    HOME: home,
    CABOTEUR_HOME: stateFolder(home),
    DOCKER_CONFIG: join(home, '.docker'),
    DOCKER_HOST: dockerHost,
  }
}

/** Where a host of this home keeps its own files. */
export function stateFolder(home: string): string {
  return join(home, '.state')
}

/** Far more than an end takes; one that does not come is a failure, and no reason to wait for it. */
export const END_LIMIT = 15_000

/** Ends a process as a person does with Ctrl C; its exit code, or -1 when it had to be killed. */
export async function endProcess(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await once(child, 'exit', { signal: AbortSignal.timeout(END_LIMIT) }).catch(() => child.kill('SIGKILL'))
  }
  return child.exitCode ?? -1
}

export async function startHeadless({
  dockerHost,
  home,
  roots = [],
  port = 0,
  env = {},
}: HeadlessOptions): Promise<HeadlessHost> {
  mkdirSync(home, { recursive: true })
  const args = ['serve', '--port', String(port), ...roots.flatMap((root) => ['--root', root])]
  const child = spawn(process.execPath, [join(ROOT, 'out/main/headless.js'), ...args], {
    env: { ...hostEnvironment(dockerHost, home), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const invitation = await Promise.race([
    invitationFrom(child),
    once(child, 'exit').then(() => {
      throw new Error(`the host ended at once:\n${complaints}`)
    }),
  ])
  return {
    invitation,
    origin: new URL(invitation).origin,
    complaints: () => complaints,
    end: async () => await endProcess(child),
  }
}

async function invitationFrom(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no stdout')
  for await (const line of createInterface(child.stdout)) {
    const address = /^READY (\S+)$/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('the host said no address')
}

/** The app of a headless host in this page. */
export async function openInBrowser(
  page: Page,
  host: HeadlessHost,
  folder: string,
  language: Language,
): Promise<AppWindow> {
  const words = WORDS[language]
  const show = async (address: Address): Promise<void> => {
    await page.goto(`${host.origin}/?${query(address)}`)
    await waitUntilShown(page)
  }
  await page.goto(host.invitation)
  return {
    page,
    words,
    folder,
    show,
    drop: async (...paths) => await dropFiles(page, paths),
    choose: async (path) => {
      await page.getByRole('banner').getByRole('button', { name: words.shell.load }).click()
      const chooser = page.getByRole('dialog', { name: words.files.openTitle })
      await enterFolder(page, dirname(path), folder, words.files.folder)
      await chooser.getByRole('button', { name: `${words.files.file} ${path.slice(dirname(path).length + 1)}` }).click()
      await chooser.getByRole('button', { name: words.files.openMany_one, exact: true }).click()
    },
    saveAs: async (path) => {
      const sheet = page.getByRole('dialog')
      await sheet.getByLabel(words.save.file).fill(path.slice(dirname(path).length + 1))
      await sheet.getByRole('button', { name: words.save.save, exact: true }).click()
    },
  }
}

async function enterFolder(page: Page, folder: string, from: string, word: string): Promise<void> {
  for (const part of folder.slice(from.length).split('/').filter(Boolean))
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `${word} ${part}`, exact: true })
      .click()
}
