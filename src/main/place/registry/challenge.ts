/** One way a server offers to be asked (RFC 9110, section 11.3). */
export interface Challenge {
  /** Lower-case: `bearer`, `basic`. */
  readonly scheme: string
  /** Keys lower-case. */
  readonly parameters: ReadonlyMap<string, string>
}

const SPACE = /[\t ]*/y
const SEPARATOR = /[\t ,]*/y
const TOKEN = /[^\t ,="]+/y
const BARE = /[^\t ,]*/y
const QUOTED = /"((?:[^"\\]|\\.)*)("|$)/y

/**
 * Reads WWW-Authenticate headers: several in one line or in several, values quoted or bare (gcr.io), commas inside quotes.
 * What cannot be read is left out; never throws.
 */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
  return headers.flatMap(challengesOf)
}

function challengesOf(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  let at = 0
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (match) at = pattern.lastIndex
    return match
  }
  while (at < header.length) {
    read(SEPARATOR)
    const word = read(TOKEN)?.[0]
    if (word === undefined) {
      at += 1
      continue
    }
    const after = at
    read(SPACE)
    const current = challenges.at(-1)
    if (header[at] !== '=' || !current) {
      at = after
      challenges.push({ scheme: word.toLowerCase(), parameters: new Map() })
      continue
    }
    at += 1
    read(SPACE)
    const quoted = read(QUOTED)
    const value = quoted ? (quoted[1] ?? '').replaceAll(/\\(.)/g, '$1') : (read(BARE)?.[0] ?? '')
    const key = word.toLowerCase()
    if (!current.parameters.has(key)) current.parameters.set(key, value)
  }
  return challenges
}
