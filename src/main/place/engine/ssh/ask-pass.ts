import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '../../../../shared/errors.ts'
import { type SshWay, targetArguments } from './way.ts'

/**
 * A password for the ssh command. ssh takes one from no argument, file or variable, but from a program it starts
 * (SSH_ASKPASS, ssh(1)). Ours connects back to a socket in a folder of this user alone, says a word made for this one
 * connection and the question ssh asks, and prints the answer: the password is in no file, argument or environment.
 */

/** Run by `node -e`, with ssh's question as its argument. */
const CLIENT = `
const socket = require('node:net').connect(process.env.CABOTEUR_ASK)
let answer = ''
socket.on('data', (chunk) => { answer += chunk })
socket.on('error', () => process.exit(1))
socket.on('end', () => {
  if (answer === '') process.exit(1)
  process.stdout.write(answer + '\\n')
})
socket.write(JSON.stringify([process.env.CABOTEUR_ASK_WORD, process.argv[1] || '']) + '\\n')
`

const SCRIPT =
  process.platform === 'win32'
    ? { name: 'ask.cmd', text: '@"%CABOTEUR_ASK_NODE%" -e "%CABOTEUR_ASK_CODE%" -- %*\r\n' }
    : { name: 'ask.sh', text: '#!/bin/sh\nexec "$CABOTEUR_ASK_NODE" -e "$CABOTEUR_ASK_CODE" -- "$@"\n' }

/** The environment to start ssh with, and what to call when that ssh has ended. */
export interface Answering {
  readonly env: NodeJS.ProcessEnv
  readonly end: () => void
}

/** What ssh itself calls the host after its configuration: so it names it when it asks. */
async function resolvedHost(way: SshWay): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ssh', [...targetArguments(way), '-G', '--', way.host])
    return /^hostname (.+)$/m.exec(stdout)?.[1] ?? way.host
  } catch {
    return way.host
  }
}

/**
 * Is it our secret that ssh asks for? A jump host on the way inherits our environment and asks the same program; a
 * one-time code is none of ours.
 */
function asksFor(question: string, way: SshWay, hosts: readonly string[]): boolean {
  if (way.key !== undefined) return /^Enter passphrase for (?:key )?/.test(question) && question.includes(way.key)
  // ssh's own words begin it: what follows “(user@host) ” is the other side's text, and may say anything.
  const [, host] =
    /^[^\s()@]+@(.+)'s password: ?$/.exec(question) ?? /^\([^\s()@]+@([^\s()]+)\) .*password/i.exec(question) ?? []
  return host !== undefined && hosts.includes(host)
}

async function listen(way: SshWay, secret: string, word: string, path: string): Promise<() => void> {
  const hosts = [way.host, await resolvedHost(way)]
  const server = createServer((socket) => {
    let asked = ''
    socket.setEncoding('utf8')
    // Whoever connects and goes away again asked nothing.
    socket.on('error', () => undefined)
    socket.on('data', (chunk: string) => {
      asked += chunk
      if (!asked.endsWith('\n') && asked.length < 4096) return
      socket.end(answerTo(asked) ?? '')
    })
  })
  function answerTo(line: string): string | undefined {
    try {
      const [said, question] = JSON.parse(line) as unknown[]
      return said === word && typeof question === 'string' && asksFor(question, way, hosts) ? secret : undefined
    } catch {
      return undefined
    }
  }
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(path, listening.resolve)
  await listening.promise
  server.unref()
  return () => server.close()
}

/** Gets ready for the questions of one ssh. @throws ssh-password when there is none to give */
export async function answering(way: SshWay): Promise<Answering> {
  if (!way.secret) return { env: process.env, end: () => undefined }
  const secret = await way.secret()
  if (secret === undefined) throw new AppError('ssh-password', { host: way.host })
  const folder = await mkdtemp(join(tmpdir(), 'caboteur-ask-'))
  const script = join(folder, SCRIPT.name)
  const word = randomBytes(16).toString('hex')
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\caboteur-${word}` : join(folder, 'socket')
  await chmod(folder, 0o700)
  await writeFile(script, SCRIPT.text, { mode: 0o700 })
  const close = await listen(way, secret, word, path)
  return {
    env: {
      ...process.env,
      SSH_ASKPASS: script,
      SSH_ASKPASS_REQUIRE: 'force',
      // ssh before 8.4 asks a program only where it believes in a screen.
      DISPLAY: process.env['DISPLAY'] ?? ':0',
      CABOTEUR_ASK: path,
      CABOTEUR_ASK_WORD: word,
      CABOTEUR_ASK_NODE: process.execPath,
      CABOTEUR_ASK_CODE: process.platform === 'win32' ? CLIENT.replaceAll('\n', ' ') : CLIENT,
      ELECTRON_RUN_AS_NODE: '1',
    },
    end: () => {
      close()
      rm(folder, { recursive: true, force: true }).catch(() => undefined)
    },
  }
}
