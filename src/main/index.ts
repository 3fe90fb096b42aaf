/** The desktop entry. */
import { app } from 'electron'
import { runDesktop } from './desktop/desktop.ts'
import { registerPageScheme } from './desktop/protocol.ts'

registerPageScheme()

if (app.requestSingleInstanceLock()) {
  // Not a top-level await: Electron is not ready before its main module has been evaluated (electron/electron#40719).
  void app.whenReady().then(async () => await runDesktop(import.meta.dirname))
} else {
  app.quit()
}
