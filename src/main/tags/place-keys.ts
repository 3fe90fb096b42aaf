/** What the history of a place is kept under: the same by whatever way, and as whomever, the place is reached. */

export function engineKey(daemon: string): string {
  return `engine ${daemon}`
}

export function layoutKey(path: string): string {
  return `layout ${path}`
}

export function registryKey(host: string): string {
  return `registry ${host}`
}
