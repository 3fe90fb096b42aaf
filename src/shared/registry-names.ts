import { isTag } from './reference.ts'
import type { RegistryKind } from './registry-kinds.ts'

/** What a registry lets a repository be called, and what a person meant who typed something else. */

export type PathProblem =
  | 'empty'
  /** `https://` before it, or the words of a command. */
  | 'scheme'
  /** It begins with a host. */
  | 'host'
  /** A version behind it, after a colon. */
  | 'tag'
  | 'digest'
  | 'space'
  | 'accent'
  | 'uppercase'
  | 'character'
  /** `.`, `_`, `-` or `/` at an end, or two of them in a row. */
  | 'separator'
  /** More parts than this registry has. */
  | 'deep'
  /** Fewer: the name of whoever it belongs to is missing. */
  | 'shallow'
  | 'length'
  /** Docker's own images. */
  | 'library'

/** Where a repository is to be, as far as its name depends on it. */
export interface NameRules {
  readonly host: string
  readonly kind: RegistryKind
  /** A name that may stand before a repository that has none. */
  readonly owner?: string | undefined
}

export interface PathJudged {
  readonly problem: PathProblem
  /** What was meant, by these rules a good name; absent where that cannot be told. */
  readonly fixed?: string
}

/** Host and path together; some registries count both (distribution-spec, implementers' notes). */
const MAX_NAME = 255
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
/** Gitea knows no doubled separators. */
const PLAIN_COMPONENT = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/

interface Levels {
  readonly least: number
  readonly most?: number
}

/** Parts of a path below the host. */
function levelsOf({ kind, host }: NameRules): Levels {
  switch (kind) {
    case 'hub':
      return { least: 2, most: 2 }
    case 'quay':
      // Deeper ones only where a registry of one's own allows them.
      return host === 'quay.io' ? { least: 2, most: 2 } : { least: 2 }
    case 'google':
      return { least: host.endsWith('pkg.dev') ? 3 : 2 }
    case 'ghcr':
    case 'gitlab':
    case 'ecr-public':
    case 'harbor':
    case 'gitea':
      return { least: 2 }
    case 'artifactory':
    case 'ecr':
    case 'azure':
    case 'distribution':
      return { least: 1 }
  }
}

/** Whether a repository there has the name of somebody before it: a person's, an organisation's, a project's. */
export function needsOwner(rules: NameRules): boolean {
  return levelsOf(rules).least > 1
}

function componentOf({ kind }: NameRules): RegExp {
  return kind === 'gitea' ? PLAIN_COMPONENT : COMPONENT
}

const SCHEME = /^(?:https?:\/\/|(?:docker|podman)\s+(?:image\s+)?(?:pull|push|run)\s+)/i
const PORT_OR_DOT = /^(?:localhost|[^/]*[.:][^/]*)\//

/** The host a text begins with, as docker tells one from a namespace. */
function hostOf(text: string, { host }: NameRules): string | undefined {
  if (text.startsWith(`${host}/`)) return host
  return PORT_OR_DOT.exec(text)?.[0].slice(0, -1)
}

function tagOf(text: string): string | undefined {
  const colon = text.lastIndexOf(':')
  return colon > text.lastIndexOf('/') ? text.slice(colon + 1) : undefined
}

function problemOf(text: string, rules: NameRules): PathProblem | undefined {
  if (text.trim() === '' || text.trim() === '/') return 'empty'
  if (SCHEME.test(text.trim())) return 'scheme'
  if (/\s/.test(text)) return 'space'
  if (hostOf(text, rules) !== undefined) return 'host'
  if (text.includes('@')) return 'digest'
  if (tagOf(text) !== undefined) return 'tag'
  if (/[^\p{ASCII}]/u.test(text)) return 'accent'
  if (/[A-Z]/.test(text)) return 'uppercase'
  if (/[^a-z0-9._/-]/.test(text)) return 'character'
  const parts = text.split('/')
  const component = componentOf(rules)
  if (!parts.every((part) => component.test(part))) return 'separator'
  const { least, most } = levelsOf(rules)
  if (parts.length < least) return 'shallow'
  if (most !== undefined && parts.length > most) return 'deep'
  if (rules.host.length + 1 + text.length > MAX_NAME) return 'length'
  return rules.kind === 'hub' && parts[0] === 'library' ? 'library' : undefined
}

/** Letters that are no letter of a to z with a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

function plainLetters(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[œæßøłđðþı]/g, (letter) => LETTERS[letter] ?? '')
}

function tidied(part: string, rules: NameRules): string {
  const tidy = part
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/[._-]{2,}/g, (run) => (run === '__' && rules.kind !== 'gitea' ? run : '-'))
    .replaceAll(/^[._-]+|[._-]+$/g, '')
  return componentOf(rules).test(tidy) ? tidy : ''
}

/** The path a text means: what is around it taken off, what may not be in it replaced; '' where nothing is left. */
function meant(text: string, rules: NameRules): string {
  let path = text.trim().replace(SCHEME, '').trim()
  const host = hostOf(path, rules)
  if (host !== undefined) path = path.slice(host.length + 1)
  if (path.includes('@')) path = path.slice(0, path.indexOf('@'))
  if (tagOf(path) !== undefined) path = path.slice(0, path.lastIndexOf(':'))
  const typed = plainLetters(path).split('/')
  // A part in letters that have no counterpart here cannot be guessed, and must not fall away either.
  if (typed.some((part) => /[\p{L}\p{N}]/u.test(part) && tidied(part, rules) === '')) return ''
  const parts = typed.map((part) => tidied(part, rules)).filter((part) => part !== '')
  const { least, most } = levelsOf(rules)
  if (rules.kind === 'hub' && parts.length > 1 && parts[0] === 'library') parts.shift()
  if (parts.length > 0 && parts.length === least - 1 && rules.owner) parts.unshift(rules.owner)
  if (most !== undefined && parts.length > most) {
    const last = parts.splice(most - 1).join('-')
    parts.push(last)
  }
  return parts
    .join('/')
    .slice(0, MAX_NAME - rules.host.length - 1)
    .replaceAll(/[._/-]+$/g, '')
}

/** What is wrong with a repository's path, and the good name that was probably meant. Undefined: nothing. */
export function judgePath(text: string, rules: NameRules): PathJudged | undefined {
  const problem = problemOf(text, rules)
  if (problem === undefined) return undefined
  const fixed = meant(text, rules)
  return fixed !== '' && problemOf(fixed, rules) === undefined ? { problem, fixed } : { problem }
}

/** What a path would be under these rules; itself where nothing is wrong with it, or nothing can be guessed. */
export function suitablePath(text: string, rules: NameRules): string {
  return judgePath(text, rules)?.fixed ?? text
}

export type TagProblem = 'empty' | 'space' | 'accent' | 'character' | 'start' | 'length'

/** What is wrong with a version (tag), and what was probably meant. Undefined: nothing. */
export function judgeTag(text: string): { readonly problem: TagProblem; readonly fixed?: string } | undefined {
  if (isTag(text)) return undefined
  const fixed = text
    .trim()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/^[.-]+|-+$/g, '')
    .slice(0, 128)
  return { problem: tagProblem(text), ...(isTag(fixed) ? { fixed } : {}) }
}

function tagProblem(text: string): TagProblem {
  if (text.trim() === '') return 'empty'
  if (/\s/.test(text)) return 'space'
  if (/[^\p{ASCII}]/u.test(text)) return 'accent'
  if (/[^A-Za-z0-9_.-]/.test(text)) return 'character'
  return text.length > 128 ? 'length' : 'start'
}
