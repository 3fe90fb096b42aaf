import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { type Bridge, PORT_CHANNEL, PORT_REQUEST } from '../shared/bridge.ts'

const bridge: Bridge = { pathForFile: (file) => webUtils.getPathForFile(file as File) }
contextBridge.exposeInMainWorld('caboteur', bridge)

window.addEventListener('message', (event) => {
  if (event.source !== window || event.data !== PORT_REQUEST) return
  const [port] = event.ports
  if (port) ipcRenderer.postMessage(PORT_CHANNEL, null, [port])
})
