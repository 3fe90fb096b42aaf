import { dirname, join, resolve } from 'node:path'
import { RPCHandler } from '@orpc/server/message-port'
import { app, BrowserWindow, dialog, type IpcMainEvent, ipcMain, powerSaveBlocker, shell } from 'electron'
import { PORT_CHANNEL } from '../../shared/bridge.ts'
import type { Transfer } from '../../shared/contract.ts'
import { App } from '../app.ts'
import type { Feed } from '../feed.ts'
import { type Host, hostInfo } from '../host.ts'
import { router } from '../router.ts'
import { openOutside } from './outside.ts'
import { PAGE_ORIGIN, servePages } from './protocol.ts'
import { openWindow, type WindowParts } from './window.ts'

/** The desktop host: one window, the system's dialogs, real paths. */

async function pick(kind: 'open' | 'save' | 'folder', suggested: string | undefined): Promise<string[]> {
  const window = BrowserWindow.getAllWindows()[0]
  if (!window) return []
  if (kind === 'save') {
    const { filePath, canceled } = await dialog.showSaveDialog(window, {
      ...(suggested ? { defaultPath: suggested } : {}),
    })
    return canceled || !filePath ? [] : [filePath]
  }
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: kind === 'folder' ? ['openDirectory', 'createDirectory'] : ['openFile', 'multiSelections'],
  })
  return filePaths
}

function desktopHost(opened: Feed<readonly string[]>): Host {
  return {
    info: hostInfo({ dialogs: true, browse: false, reveal: true, start: true }),
    opened,
    pick,
    // The person's own computer: whatever they may open, the app may.
    admit: async () => undefined,
    reveal: async (path) => shell.showItemInFolder(path),
  }
}

/** The port goes to our own page alone: the main frame, at our own address. */
function isOurPage({ senderFrame, sender }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && senderFrame.url.startsWith(`${PAGE_ORIGIN}/`)
}

/** Files among the arguments of a start ("Open with", double click). */
function filesOf(argv: readonly string[], folder: string): string[] {
  return argv
    .slice(app.isPackaged ? 1 : 2)
    .filter((word) => !word.startsWith('-'))
    .map((word) => resolve(folder, word))
}

/** Progress in the taskbar, and a computer that does not fall asleep while copying. */
async function followTransfers(transfers: Feed<readonly Transfer[]>, signal: AbortSignal): Promise<void> {
  let blocker: number | undefined
  for await (const rows of transfers.watch(signal, 500)) {
    const active = rows.find(({ endedAt, phase }) => endedAt === undefined && phase !== 'queued')
    if (active && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!active && blocker !== undefined) {
      powerSaveBlocker.stop(blocker)
      blocker = undefined
    }
    // Electron: below 0 removes the bar, above 1 shows one without an end.
    const share = active?.total ? active.done / active.total : 2
    for (const window of BrowserWindow.getAllWindows()) window.setProgressBar(active ? share : -1)
  }
}

/**
 * Closing mid-transfer asks first; then what was begun is undone before the program ends. Gives what a window's closing
 * asks: it must stay while the answer may be to go on, or the program would run on with no window to reach it by.
 */
function guardQuit(caboteur: App, stop: AbortController): () => boolean {
  let ending = false
  app.on('before-quit', (event) => {
    if (ending) return
    event.preventDefault()
    void (async () => {
      if (caboteur.copies.queue.busy && !(await confirmQuit())) return
      ending = true
      stop.abort()
      await caboteur.close()
      app.quit()
    })()
  })
  app.on('window-all-closed', () => app.quit())
  return () => {
    if (ending || !caboteur.copies.queue.busy) return true
    app.quit()
    return false
  }
}

async function confirmQuit(): Promise<boolean> {
  const french = app.getLocale().startsWith('fr')
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: french ? 'Un transfert est en cours.' : 'A transfer is under way.',
    detail: french
      ? 'Quitter l’annule ; rien d’incomplet ne reste.'
      : 'Quitting cancels it; nothing incomplete is left behind.',
    buttons: french ? ['Continuer le transfert', 'Annuler et quitter'] : ['Keep transferring', 'Cancel and quit'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}

/** Runs the app once Electron is ready. `folder`: where the built main process is; `opened`: files it was asked to open. */
export async function runDesktop(folder: string, opened: Feed<readonly string[]>): Promise<void> {
  opened.set([...opened.value, ...filesOf(process.argv, process.cwd())])
  const caboteur = new App(desktopHost(opened))
  const stop = new AbortController()
  const handler = new RPCHandler(router)
  ipcMain.on(PORT_CHANNEL, (event) => {
    const [port] = event.ports
    if (!port || !isOurPage(event)) return
    handler.upgrade(port, { context: { app: caboteur } })
    port.start()
  })
  app.on('second-instance', (_, argv, workingDirectory) => {
    const files = filesOf(argv, workingDirectory)
    if (files.length > 0) opened.set(files)
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  const mayClose = guardQuit(caboteur, stop)
  servePages(join(dirname(folder), 'renderer'))
  await caboteur.open()
  followTransfers(caboteur.copies.queue.transfers, stop.signal).catch((error: unknown) => console.error(error))
  const parts: WindowParts = {
    preload: join(dirname(folder), 'preload', 'index.cjs'),
    icon: join(folder, '../../resources/icon.png'),
    mayClose,
    openOutside: async (url) =>
      await openOutside(url, caboteur.portals.leadsTo(url), async () =>
        (await caboteur.registries.list()).map(({ host }) => host),
      ),
  }
  await openWindow(parts)
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(parts).catch((error: unknown) => console.error(error))
  })
}
