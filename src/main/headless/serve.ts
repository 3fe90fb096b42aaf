import { parseArgs } from 'node:util'
import { App } from '../app.ts'
import { Feed } from '../feed.ts'
import { type Host, hostInfo } from '../host.ts'
import { Exchange, sweepExchange } from './exchange.ts'
import { HostFolders } from './folders.ts'
import { serve } from './server.ts'

/** `caboteur serve [--port N] [--root FOLDER …]`: the app in a browser, for a computer without a screen. */

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Serves the page in the folder `pages` until SIGINT or SIGTERM; what is under way is cancelled and undone then. Prints the address on stdout. */
export async function serveCommand(args: readonly string[], pages: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, root: { type: 'string', multiple: true } },
  })
  const folders = new HostFolders(values.root ?? [])
  await sweepExchange(isRunning)
  const exchange = await Exchange.open()
  const host: Host = {
    info: hostInfo({ dialogs: false, browse: true, reveal: false }),
    opened: new Feed<readonly string[]>([]),
    folders,
    downloads: exchange,
    release: async (path) => await exchange.drop(path),
    async admit(path) {
      if (!exchange.holds(path)) await folders.admit(path)
    },
  }
  const app = new App(host)
  await app.engines.open()
  const serving = await serve(app, exchange, pages, Number(values.port ?? 0))
  const stop = Promise.withResolvers<void>()
  // Before the address is out: whoever reads it may end us at once.
  process.once('SIGINT', () => stop.resolve())
  process.once('SIGTERM', () => stop.resolve())
  const invite = (): void => void process.stdout.write(`READY ${serving.invite()}\n`)
  invite()
  // Each address is good once: Enter gives another.
  if (process.stdin.isTTY) process.stdin.on('data', invite)
  await stop.promise
  process.stdin.pause()
  await app.close()
  await serving.close()
  await exchange.close()
  return 0
}
