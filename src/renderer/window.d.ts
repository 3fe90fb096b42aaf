import type { Bridge } from '../shared/bridge.ts'

declare global {
  interface Window {
    /** Put there by the preload; absent in a browser. */
    readonly caboteur?: Bridge
  }
}
