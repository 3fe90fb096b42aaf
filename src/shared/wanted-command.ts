/** Which image a command of docker, podman or nerdctl is about. */

export interface Command {
  readonly text: string
  /** From the program on. */
  readonly words: readonly string[]
}

const PROGRAM = /^(?:docker|podman|nerdctl|docker\.exe)$/
const SKOPEO = /^(?:skopeo|crane|regctl)$/
/** Options that take no value; every other one may take the next word for its own. */
const FLAGS: ReadonlySet<string> = new Set([
  '--all-tags',
  '--detach',
  '--disable-content-trust',
  '--help',
  '--init',
  '--interactive',
  '--no-healthcheck',
  '--oom-kill-disable',
  '--privileged',
  '--publish-all',
  '--quiet',
  '--read-only',
  '--replace',
  '--rm',
  '--sig-proxy',
  '--tty',
  '--debug',
  '--tls',
  '--tlsverify',
])
const SHORT_FLAGS = 'adiqtPD'

/** `PS C:\\Users\\lea> ` */
const WINDOWS_PROMPT = /^(?:PS\s+)?[A-Za-z]:\\[^>]*>\s*/

/** Words as a shell would see them, quotes taken off; a comment ends them, and what chains commands stands for itself. */
function wordsOf(text: string): string[] {
  const words: string[] = []
  const pattern = /(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\;&|])+|&&|\|\|?|;|&/g
  for (const [word] of text.matchAll(pattern)) {
    if (word.startsWith('#')) break
    words.push(
      word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double, single, one) => double ?? single ?? one),
    )
  }
  return words
}

/** The commands of a line that begin with a program that handles images; a prompt and `sudo` before them fall away. */
export function commandsIn(line: string): Command[] {
  const commands: Command[] = []
  let words: string[] = []
  const end = (): void => {
    const at = words.findIndex((word) => !/^(?:\$|%|>|sudo|time|\w+=\S*)$/.test(word))
    const own = words.slice(at)
    if (at >= 0 && (PROGRAM.test(own[0] ?? '') || SKOPEO.test(own[0] ?? '')) && own.length > 1)
      commands.push({ text: own.join(' '), words: own })
    words = []
  }
  for (const word of wordsOf(line.replace(WINDOWS_PROMPT, ''))) {
    if (/^(?:&&|\|\|?|;|&)$/.test(word)) end()
    else words.push(word)
  }
  end()
  return commands
}

interface Options {
  readonly rest: readonly string[]
  readonly platform?: string
}

/** Skips options and their values; `flags`: short ones that take no value. */
function afterOptions(words: readonly string[], flags: string): Options {
  let platform: string | undefined
  let at = 0
  while (at < words.length) {
    const word = words[at] ?? ''
    if (word === '--') return { rest: words.slice(at + 1), ...(platform ? { platform } : {}) }
    if (!word.startsWith('-') || word === '-') break
    const [name = '', value] = word.split(/=(.*)/s)
    const next = takesNext(word, flags)
    if (name === '--platform') platform = value ?? words[at + 1]
    at += next ? 2 : 1
  }
  return { rest: words.slice(at), ...(platform ? { platform } : {}) }
}

function takesNext(word: string, flags: string): boolean {
  if (word.startsWith('--')) return !word.includes('=') && !FLAGS.has(word)
  // `-itp 80:80`: the first one that takes a value takes what follows it, here or in the next word.
  const valued = [...word.slice(1)].findIndex((letter) => !flags.includes(letter))
  return valued >= 0 && valued === word.length - 2
}

const GROUPS = ['image', 'container', 'buildx']
const ABOUT_ONE = ['pull', 'run', 'create', 'push', 'inspect', 'history', 'save', 'rmi', 'tag', 'scout']

/** The image a command names, as it is written there. */
export function imageOfCommand({ words }: Command): { readonly name?: string; readonly platform?: string } {
  const [program = '', ...rest] = words
  if (SKOPEO.test(program)) {
    const name = rest.find((word) => /^docker:\/\//.test(word)) ?? afterOptions(rest.slice(1), '').rest[0]
    return name === undefined ? {} : { name }
  }
  const { rest: given } = afterOptions(rest, SHORT_FLAGS)
  const [first = '', second = ''] = given
  const verb = GROUPS.includes(first) ? second : first
  if (!ABOUT_ONE.includes(verb)) return {}
  // `-a` of pull takes nothing; that of run says what to attach to.
  const flags = verb === 'pull' ? SHORT_FLAGS : SHORT_FLAGS.replace('a', '')
  const { rest: operands, platform } = afterOptions(given.slice(verb === first ? 1 : 2), flags)
  const [name] = operands
  return { ...(name === undefined ? {} : { name }), ...(platform === undefined ? {} : { platform }) }
}
