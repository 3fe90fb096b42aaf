/** `?clock=<ms>` in the address: a fixed present, so that pictures can be repeated. */
const FIXED = Number(new URLSearchParams(globalThis.location?.search ?? '').get('clock'))

/** The present in milliseconds, for relative dates only. */
export function now(): number {
  return FIXED > 0 ? FIXED : Date.now()
}
