#!/usr/bin/env node
/** The headless entry: the command line, and the host for a browser. Knows nothing of Electron. */
import { join } from 'node:path'

const [command, ...args] = process.argv.slice(2)

if (command === 'serve') {
  const { serveCommand } = await import('./headless/serve.ts')
  process.exitCode = await serveCommand(args, join(import.meta.dirname, '../renderer'))
} else {
  const { commandLine } = await import('./headless/command-line.ts')
  process.exitCode = await commandLine(process.argv.slice(2))
}
