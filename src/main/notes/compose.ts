import { parseDocument } from 'yaml'
import type { Listed } from '../../shared/contract-delivery.ts'
import { normaliseName } from '../../shared/reference.ts'

/** The images that a compose file or a list of names asks for. Nothing else of the file is looked at, and no file beside it read. */

/** Values of variables by name. */
type Variables = ReadonlyMap<string, string>

const NAME = '[A-Za-z_][A-Za-z0-9_]*'
const BRACED = new RegExp(`^\\{(${NAME})(?:(:?[-?+])(.*))?\\}$`, 's')
const BARE = new RegExp(`^${NAME}`)

interface Interpolated {
  readonly text: string
  /** Variables that have neither a value nor a default. */
  readonly unset: readonly string[]
}

/** Where the brace that opens at `start` is closed; -1 when it is not. */
function closing(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{' && (at === start || text[at - 1] === '$')) depth += 1
    if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  return -1
}

/** What a braced expression stands for, as the compose specification has it (12-interpolation.md). */
function braced(expression: string, variables: Variables): Interpolated | undefined {
  const [, name, operator = '', word = ''] = BRACED.exec(expression) ?? []
  if (name === undefined) return undefined
  const value = variables.get(name)
  const has = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined
  if (operator.endsWith('-')) return has ? { text: value ?? '', unset: [] } : interpolate(word, variables)
  if (operator.endsWith('+')) return has ? interpolate(word, variables) : { text: '', unset: [] }
  const given = operator === '' ? value !== undefined : has
  return given ? { text: value ?? '', unset: [] } : { text: '', unset: [name] }
}

/** Replaces `$NAME`, `${NAME}`, `${NAME:-default}` and the like; `$$` is a dollar. */
export function interpolate(text: string, variables: Variables): Interpolated {
  const parts: string[] = []
  const unset: string[] = []
  for (let at = 0; at < text.length; ) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0) {
      parts.push(text.slice(at))
      break
    }
    parts.push(text.slice(at, dollar))
    const next = text[dollar + 1]
    const end = next === '{' ? closing(text, dollar + 1) : -1
    const found = end < 0 ? undefined : braced(text.slice(dollar + 1, end + 1), variables)
    const [bare] = BARE.exec(text.slice(dollar + 1)) ?? []
    if (found) {
      parts.push(found.text)
      unset.push(...found.unset)
      at = end + 1
    } else if (bare !== undefined) {
      const value = variables.get(bare)
      if (value === undefined) unset.push(bare)
      parts.push(value ?? '')
      at = dollar + 1 + bare.length
    } else {
      parts.push('$')
      at = dollar + (next === '$' ? 2 : 1)
    }
  }
  return { text: parts.join(''), unset }
}

/** Lines of a `.env`: `NAME=value`, with `export`, quotes and comments as people have them. */
export function parseEnv(text: string): Map<string, string> {
  const variables = new Map<string, string>()
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [, name, raw = ''] = new RegExp(`^\\s*(?:export\\s+)?(${NAME})\\s*=\\s*(.*)$`).exec(line) ?? []
    if (name === undefined) continue
    const [, , quoted] = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(raw) ?? []
    variables.set(name, quoted ?? raw.replace(/(?:^|\s+)#.*$/, '').trimEnd())
  }
  return variables
}

/** An image that is pinned is known by its digest: its tag is a remark. */
function imageName(text: string): string | undefined {
  return normaliseName(text.trim())
}

/** The services of a compose file; undefined where it is none. */
function servicesOf(text: string): Record<string, unknown> | undefined {
  try {
    const document = parseDocument(text, { merge: true, uniqueKeys: false, logLevel: 'silent' })
    // Anchors are in use in compose files; more than a thousand of their copies are a bomb.
    const root: unknown = document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 1000 })
    const services = field(root, 'services')
    return typeof services === 'object' && services !== null && !Array.isArray(services)
      ? (services as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function compose(text: string, variables: Variables): Listed | undefined {
  const services = servicesOf(text)
  if (!services) return undefined
  const listed = empty()
  for (const [service, body] of Object.entries(services)) {
    const image = field(body, 'image')
    if (typeof image !== 'string' || image.trim() === '') {
      if (field(body, 'build') !== undefined) listed.built.push(service)
      continue
    }
    const { text: written, unset } = interpolate(image, variables)
    const name = unset.length > 0 ? undefined : imageName(written)
    listed.unset.push(...unset)
    if (name !== undefined) listed.images.push({ name, service })
    else if (unset.length === 0) listed.unread.push(`${service}: ${written}`)
  }
  return { ...listed, unset: [...new Set(listed.unset)] }
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && name in of ? (of as Record<string, unknown>)[name] : undefined
}

interface Gathering {
  readonly images: Listed['images']
  readonly built: string[]
  readonly unset: string[]
  readonly unread: string[]
}

function empty(): Gathering {
  return { images: [], built: [], unset: [], unread: [] }
}

/** A name a line, `#` for remarks; also lines of `docker pull`. */
function list(text: string): Listed {
  const listed = empty()
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const bare = line
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .replace(/^(?:[-*]\s+|(?:docker|podman)\s+pull\s+)/, '')
    if (bare === '') continue
    const name = imageName(bare)
    if (name === undefined) listed.unread.push(bare)
    else listed.images.push({ name })
  }
  return listed
}

/** Each image once, with the first service that asks for it. */
function once(listed: Listed): Listed {
  const images = new Map<string, Listed['images'][number]>()
  for (const image of listed.images) if (!images.has(image.name)) images.set(image.name, image)
  return { ...listed, images: [...images.values()] }
}

/** What a file asks for. `env`: of a `.env` that was given with it; the variables of this process are nobody's business. */
export function listedImages(name: string, text: string, env = ''): Listed {
  const isYaml = /\.ya?ml$/i.test(name) || /^services\s*:/m.test(text)
  const found = isYaml ? compose(text, parseEnv(env)) : undefined
  if (found) return once(found)
  // A file that is YAML by its name and has no services names nothing.
  return isYaml ? { ...empty(), unread: [name] } : once(list(text))
}
