import { sentence } from '../../shared/error-sentences.ts'
import { type AppError, asAppError, ended } from '../../shared/errors.ts'
import { copyCommand } from './copying.ts'
import { join } from './joining.ts'
import { inspect, list, verify } from './looking.ts'
import { HELP, language, type Options, parseOptions, print, usage } from './options.ts'
import type { Places } from './places.ts'
import { onStop } from './signals.ts'

/** `caboteur list|inspect|verify|copy|join`: docs/command-line.md is the contract. stdout carries the answer, stderr the rest. */

/** Says what went wrong on stderr, its last line as JSON, and gives the exit status. */
export function complain(error: AppError, json: boolean): number {
  if (!json) {
    const { what, next } = sentence(error.data, language())
    process.stderr.write(`caboteur: ${what}\n${next}\n`)
  }
  const { raw, code, parts } = error.data
  process.stderr.write(
    `${JSON.stringify({ code, message: sentence(error.data, 'en').what, ...parts, ...(raw ? { raw } : {}) })}\n`,
  )
  if (code === 'usage') return 2
  return code === 'cancelled' ? 130 : 1
}

type Command = (words: readonly string[], options: Options, signal: AbortSignal) => Promise<number>

function only(words: readonly string[]): string {
  const [place, ...rest] = words
  if (place === undefined || rest.length > 0) throw usage('one place is needed')
  return place
}

const COMMANDS: Readonly<Record<string, Command>> = {
  async list(words, options, signal) {
    await list(only(words), options, signal)
    return 0
  },
  async inspect(words, options, signal) {
    await inspect(only(words), options, signal)
    return 0
  },
  verify: async (words, options, signal) => await verify(only(words), options, signal),
  async copy([from, to, ...rest], options, signal) {
    if (from === undefined || to === undefined || rest.length > 0) throw usage('copy takes two places')
    await copyCommand(from, to, options, signal)
    return 0
  },
  async join([part, to, ...rest], options, signal) {
    if (part === undefined || to === undefined || rest.length > 0)
      throw usage('join takes one of the parts, and a file')
    await join(part, to, options, signal)
    return 0
  },
}

async function run(
  name: string | undefined,
  words: readonly string[],
  options: Options,
  signal: AbortSignal,
): Promise<number> {
  const command = name === undefined ? undefined : COMMANDS[name]
  if (!command) throw usage(name === undefined ? 'a command is missing' : `there is no command “${name}”`)
  return await command(words, options, signal)
}

/** Runs a command line (without `serve`) and tells the exit status. A signal to end cancels, and what was begun is undone. */
export async function commandLine(args: readonly string[]): Promise<number> {
  const json = args.includes('--json')
  const abort = new AbortController()
  const listenNoMore = onStop(() => abort.abort())
  let places: Places | undefined
  try {
    const { words, options, help } = await parseOptions(args)
    ;({ places } = options)
    if (help || words[0] === 'help') {
      print(HELP.trimEnd())
      return 0
    }
    return await run(words[0], words.slice(1), options, abort.signal)
  } catch (error) {
    return complain(asAppError(ended(error, abort.signal.aborted)), json)
  } finally {
    listenNoMore()
    await places?.close()
  }
}
