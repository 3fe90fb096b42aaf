import type { ImageDetails } from '../../shared/contract.ts'
import type { Finding } from '../../shared/contract-publish.ts'
import type { Check } from './check.ts'

/** What makes a text a secret: how it looks, or what it is called. */
export type SecretKind = 'aws' | 'private-key' | 'token' | 'address' | 'name'

const LOOKS: readonly (readonly [SecretKind, RegExp])[] = [
  ['private-key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/],
  ['aws', /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])/],
  [
    'token',
    /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{20,}|glpat-[\w-]{20,}|dckr_(?:pat|oat)_[\w-]{20,}|xox[abprs]-[\w-]{10,}|[sr]k_live_\w{16,}|npm_[A-Za-z0-9]{36}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+)/,
  ],
  ['address', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\$)[^\s/@]+@/i],
]

/** Words of a name that promise a secret, and those after which it is only about one. */
const SECRET = /(?:password|passwd|passphrase|secrets?|token|credentials?|apikey)$|^(?:pwd|pass)$/
const KEYS = /^(?:api|access|private|secret|encryption|signing|master|auth|account|license|licence)$/
const ABOUT =
  /^(?:file|path|dir|url|uri|host|port|user|username|name|ttl|expiry|expires|lifetime|timeout|length|size|min|max|policy|type|header|endpoint|version|id|enabled|required|algorithm|prefix)$/

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
}

function promisesSecret(name: string): boolean {
  // The working directory, and the keys that packages are checked with, are everybody's to know.
  if (/^(?:old)?pwd$/i.test(name) || /gpg|public/i.test(name)) return false
  const words = wordsOf(name)
  const last = words.at(-1) ?? ''
  if (ABOUT.test(last)) return false
  return words.some((word, index) => SECRET.test(word) || (/^keys?$/.test(word) && KEYS.test(words[index - 1] ?? '')))
}

/** A value that is none yet: a reference, a file that holds it, a switch. */
function saysNothing(value: string): boolean {
  const text = value.trim().replaceAll(/^["']|["']$/g, '')
  return (
    text === '' ||
    /^\$\{?\w/.test(text) ||
    /^(?:\/|\.\/|file:)/.test(text) ||
    /^(?:true|false|yes|no|null|none)$/i.test(text)
  )
}

/** What kind of secret a named value is; undefined where it looks like none. */
export function secretKind(name: string, value: string): SecretKind | undefined {
  const looks = LOOKS.find(([, pattern]) => pattern.test(value))?.[0]
  if (looks) return looks
  return promisesSecret(name) && !saysNothing(value) ? 'name' : undefined
}

interface Met {
  readonly name: string
  readonly kind: SecretKind
}

/** `NAME=value` and `--password value`, as they stand in a build step. */
const ASSIGNED = /(?<![\w$])-{0,2}([A-Za-z][\w.-]*)=("[^"]*"|'[^']*'|[^\s;|&]*)/g
const OPTION = /(?<!\S)--?([a-z][a-z-]*)\s+("[^"]*"|'[^']*'|[^\s;|&-][^\s;|&]*)/g

/** Secrets in the text of a build step. */
export function secretsInStep(command: string): Met[] {
  const named = [...command.matchAll(ASSIGNED), ...command.matchAll(OPTION)].flatMap(([, name = '', value = '']) => {
    const kind = secretKind(name, value)
    return kind ? [{ name, kind }] : []
  })
  const looks = LOOKS.filter(([kind, pattern]) => pattern.test(command) && !named.some((one) => one.kind === kind))
  return [...named, ...looks.map(([kind]) => ({ name: '', kind }))]
}

/** A name as it is shown: long enough to be found, too short to be a hiding place. */
const SHOWN = 64

function foundIn(image: string, { env, labels, history }: ImageDetails): Finding[] {
  const finding = (id: Finding['id'], { name, kind }: Met, more: Finding['parts'] = {}): Finding => ({
    id,
    level: 'warn',
    image,
    parts: { ...more, name: name.slice(0, SHOWN), kind },
  })
  const inEnv = env.flatMap((line) => {
    const at = line.indexOf('=')
    const name = at < 0 ? line : line.slice(0, at)
    const kind = secretKind(name, at < 0 ? '' : line.slice(at + 1))
    return kind ? [finding('secret-env', { name, kind })] : []
  })
  const inLabels = Object.entries(labels).flatMap(([name, value]) => {
    const kind = secretKind(name, value)
    return kind ? [finding('secret-label', { name, kind })] : []
  })
  // What the environment says, the step that set it says again.
  const told = new Set([...inEnv, ...inLabels].map(({ parts }) => parts['name']))
  const inSteps = history.flatMap(({ command }, index) =>
    secretsInStep(command)
      .filter(({ name }) => !told.has(name.slice(0, SHOWN)))
      .map((met) => finding('secret-step', met, { step: index + 1 })),
  )
  return [...inEnv, ...inLabels, ...inSteps]
}

function once(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((one) => [JSON.stringify([one.id, one.image, one.parts]), one])).values()]
}

/** Passwords and keys that everybody who gets the image could read: in variables, labels and build steps. */
export const secretsCheck: Check = {
  id: 'secrets',
  async run({ images }) {
    // Of several platforms each has its own config: what all of them say is said once.
    return images.flatMap(({ looked }) => once(looked.parts.flatMap((part) => foundIn(looked.id, part))))
  },
}
