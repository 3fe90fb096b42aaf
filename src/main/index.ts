/** The desktop entry. */
import { app, dialog } from 'electron'
import { runDesktop } from './desktop/desktop.ts'
import { registerPageScheme } from './desktop/protocol.ts'
import { Feed } from './feed.ts'

registerPageScheme()

if (app.requestSingleInstanceLock()) {
  const opened = new Feed<readonly string[]>([])
  // Before the app is ready: macOS names the file that started it that early.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    opened.set([...opened.value, path])
  })
  const fail = (error: unknown): void => {
    dialog.showErrorBox('Caboteur', error instanceof Error ? error.message : String(error))
    app.exit(1)
  }
  // Not a top-level await: Electron is not ready before its main module has been evaluated (electron/electron#40719).
  app
    .whenReady()
    .then(async () => await runDesktop(import.meta.dirname, opened), fail)
    .catch(fail)
} else {
  app.quit()
}
