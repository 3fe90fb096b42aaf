/** The present in milliseconds, for relative dates only; `?clock=<ms>` in the address fixes it, so that pictures can be repeated. */
export function now(): number {
  const fixed = Number(new URLSearchParams(globalThis.location?.search ?? '').get('clock'))
  return fixed > 0 ? fixed : Date.now()
}
