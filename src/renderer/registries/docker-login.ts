import { hostTyped } from './address.ts'

/** What a pasted `docker login` line says. */
export interface LoginLine {
  readonly host?: string
  readonly user?: string
  readonly secret?: string
}

const LOGIN =
  /(?:^|[\s;&|])(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm registry)\s+(?:auth\s+)?login(?:\s|$)/
const QUOTED = /"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g
/** Options of `login` that take a value after a space. */
const VALUED = new Set(['-u', '--username', '-p', '--password', '--authfile', '--cert-dir', '--config'])

function words(line: string): string[] {
  return [...line.matchAll(QUOTED)].map(([, double, single, bare]) => double ?? single ?? bare ?? '')
}

/** A variable that the shell would have filled in is no password. */
function given(value: string | undefined): string | undefined {
  return value === undefined || value === '' || /^\$|^<.*>$/.test(value) ? undefined : value
}

/** Reads `[echo TOKEN |] docker login [-u USER] [-p SECRET] [HOST]`; undefined for what is no such line. */
export function loginLine(text: string): LoginLine | undefined {
  const found = LOGIN.exec(text)
  if (!found) return undefined
  const before = text.slice(0, found.index)
  const rest = words(text.slice(found.index + found[0].length))
  const options = new Map<string, string>()
  const places: string[] = []
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    const [, name, value] = /^(--?[a-z-]+)=(.*)$/s.exec(word) ?? []
    if (name !== undefined && value !== undefined) options.set(name, value)
    else if (VALUED.has(word)) options.set(word, rest[++at] ?? '')
    else if (!word.startsWith('-')) places.push(word)
  }
  const [, echoed = ''] = /(?:echo|printf)\s+(?:-n\s+|%s\s+)?(.+?)\s*\|/s.exec(`${before}|`) ?? []
  const host = hostTyped(places[0] ?? 'docker.io')
  const user = given(options.get('-u') ?? options.get('--username'))
  const secret = given(options.get('-p') ?? options.get('--password') ?? words(echoed)[0])
  return {
    ...(host === undefined ? {} : { host }),
    ...(user === undefined ? {} : { user }),
    ...(secret === undefined ? {} : { secret }),
  }
}
