/** How a program is told to end: from the keyboard, by the system, by a terminal that closes, by a reader that left. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Calls `stop` whenever the process is told to end, so that what was begun can be undone. Returns how to listen no more. */
export function onStop(stop: () => void): () => void {
  for (const signal of SIGNALS) process.on(signal, stop)
  // `caboteur … | head -1`: nobody reads what is printed any more.
  process.stdout.on('error', stop)
  return () => {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}

/** Resolves when the process is told to end. */
export async function untilStopped(): Promise<void> {
  const stopped = Promise.withResolvers<void>()
  onStop(() => stopped.resolve())
  await stopped.promise
}
