import { parseArgs } from 'node:util'
import { AppError } from '../../shared/errors.ts'
import { App } from '../app.ts'
import { Feed } from '../feed.ts'
import { type Host, hostInfo } from '../host.ts'
import { Exchange, sweepExchange } from './exchange.ts'
import { HostFolders } from './folders.ts'
import { serve } from './server.ts'
import { untilStopped } from './signals.ts'

/** `caboteur serve [--port N] [--root FOLDER …]`: the app in a browser, for a computer without a screen. */

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

interface ServeOptions {
  readonly port: number
  readonly roots: readonly string[]
}

/** @throws usage */
function parseOptions(args: readonly string[]): ServeOptions {
  try {
    const options = { port: { type: 'string' }, root: { type: 'string', multiple: true } } as const
    const { values } = parseArgs({ args: [...args], options })
    const port = Number(values.port ?? 0)
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`--port ${values.port}: a number up to 65535`)
    return { port, roots: values.root ?? [] }
  } catch (error) {
    throw new AppError('usage', { detail: error instanceof Error ? error.message : String(error) }, { cause: error })
  }
}

function hostOf(exchange: Exchange, folders: HostFolders): Host {
  return {
    info: hostInfo({ dialogs: false, browse: true, reveal: false, start: true }),
    opened: new Feed<readonly string[]>([]),
    folders,
    downloads: exchange,
    release: async (path) => await exchange.drop(path),
    async admit(path) {
      if (!exchange.holds(path)) await folders.admit(path)
    },
  }
}

/**
 * Serves the page in the folder `pages` until it is told to end; what is under way is cancelled and undone then. Prints the
 * address on stdout. @throws usage, internal (the port is taken)
 */
export async function serveCommand(args: readonly string[], pages: string): Promise<number> {
  const { port, roots } = parseOptions(args)
  const stop = untilStopped()
  await sweepExchange(isRunning)
  const exchange = await Exchange.open()
  const app = new App(hostOf(exchange, new HostFolders(roots)))
  try {
    const serving = await serve(app, exchange, pages, port)
    try {
      await app.open()
      const invite = (): void => void process.stdout.write(`READY ${serving.invite()}\n`)
      invite()
      // Each address is good once: Enter gives another.
      if (process.stdin.isTTY) process.stdin.on('data', invite)
      await stop
      process.stdin.pause()
    } finally {
      await app.close()
      await serving.close()
    }
  } finally {
    await exchange.close()
  }
  return 0
}
