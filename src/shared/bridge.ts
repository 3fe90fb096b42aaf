/** The few words that preload and page share before the contract's port is open. */
export const PORT_REQUEST = 'caboteur:port'
export const PORT_CHANNEL = 'caboteur:port'

/** What the preload puts on `window.caboteur`; absent in a browser, where the page speaks WebSocket to the headless host. */
export interface Bridge {
  /** The real path of a dropped or chosen file; '' when it has none. */
  pathForFile(file: unknown): string
}
