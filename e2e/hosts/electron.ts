import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication } from '@playwright/test'
import { ROOT } from '../../scripts/build.ts'
import { type Language, WORDS } from '../words.ts'
import { type Address, type AppWindow, dropFiles, query, waitUntilShown } from './app-window.ts'
import { hostEnvironment } from './headless.ts'

function electronBinary(): string | undefined {
  const folder = join(ROOT, 'node_modules/electron')
  const name = join(folder, 'path.txt')
  if (!existsSync(name)) return undefined
  const path = join(folder, 'dist', readFileSync(name, 'utf8').trim())
  return existsSync(path) ? path : undefined
}

/** Why the desktop program cannot run in Electron itself here; undefined when it can. */
export function electronMissing(): string | undefined {
  if (!electronBinary()) return 'its binary is not installed'
  const display = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']
  return display ? undefined : 'there is no display'
}

/** The desktop program in Electron. Only its dialogs are answered in its place: nobody sits before them. */
export async function openInElectron(
  dockerHost: string,
  home: string,
  folder: string,
  language: Language,
): Promise<AppWindow & { close(): Promise<void> }> {
  const executablePath = electronBinary()
  if (!executablePath) throw new Error('no Electron')
  const environment = { ...process.env, ...hostEnvironment(dockerHost, home) }
  const application: ElectronApplication = await _electron.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ROOT, `--user-data-dir=${join(home, '.electron')}`],
    env: Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => !!entry[1])),
  })
  const page = await application.firstWindow()
  const words = WORDS[language]
  return {
    page,
    words,
    folder,
    show: async (address: Address) => {
      await page.goto(`app://caboteur/index.html?${query(address)}`)
      await waitUntilShown(page)
    },
    drop: async (...paths) => await dropFiles(page, paths),
    choose: async (path) => {
      await application.evaluate(
        ({ dialog }, filePaths) => {
          dialog.showOpenDialog = async () => ({ canceled: false, filePaths })
        },
        [path],
      )
      await page.getByRole('banner').getByRole('button', { name: words.shell.load }).click()
    },
    saveAs: async (path) => {
      await application.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath })
      }, path)
      await page.getByRole('dialog').getByRole('button', { name: words.save.saveAs, exact: true }).click()
    },
    close: async () => {
      await application.close()
    },
  }
}
