#!/usr/bin/env node
/** The headless entry: the command line, and the host for a browser. Knows nothing of Electron. */
import { join } from 'node:path'
import { asAppError } from '../shared/errors.ts'
import { commandLine, complain } from './headless/command-line.ts'

const [command, ...args] = process.argv.slice(2)

if (command === 'serve') {
  const { serveCommand } = await import('./headless/serve.ts')
  process.exitCode = await serveCommand(args, join(import.meta.dirname, '../renderer')).catch((error: unknown) =>
    complain(asAppError(error), false),
  )
} else {
  process.exitCode = await commandLine(process.argv.slice(2))
}
