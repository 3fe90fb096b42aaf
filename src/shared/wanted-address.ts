import { isDigest, isProblem, parseReference } from './reference.ts'
import type { Meant } from './wanted.ts'

/** The images that web pages are about. */

const HUB = 'docker.io'
/** Pages whose addresses look like a repository's and are none. */
const NO_REGISTRY = /(?:^|\.)(?:github\.com|gitlab\.com|hub\.docker\.com|docs\.docker\.com|www\..*)$/

interface Page {
  /** With its port. */
  readonly host: string
  /** The parts of its path. */
  readonly parts: readonly string[]
  readonly query: ReadonlyMap<string, string>
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function pageOf(address: string): Page | undefined {
  const [, host, path = '', query = ''] = /^https?:\/\/([^/?#@\s]+)([^?#]*)(?:\?([^#]*))?/i.exec(address) ?? []
  if (host === undefined) return undefined
  const pairs = query.split('&').map((pair) => pair.split(/=(.*)/s, 2) as [string, string?])
  return {
    host: host.toLowerCase(),
    parts: path.split('/').filter(Boolean).map(decoded),
    query: new Map(pairs.map(([name, value = '']) => [decoded(name), decoded(value)])),
  }
}

type Reading = Meant | undefined

const NONE: Meant = { type: 'problem', problem: 'page' }

/** A name put together from an address; a tag or digest that is none is left out. */
function imageAt(repository: string, tag?: string, digest?: string): Meant {
  const hex = digest?.replace(/^sha256[-:]/, 'sha256:')
  const exact = isDigest(hex) ? `@${hex}` : ''
  const parsed = parseReference(`${repository}${tag ? `:${tag}` : ''}${exact}`)
  return isProblem(parsed) ? NONE : { type: 'image', reference: parsed }
}

/** hub.docker.com: /_/nginx, /r/acme/shop/tags, /layers/library/nginx/1.27/images/sha256-…, /repository/docker/acme/shop */
function hub({ query, parts }: Page): Reading {
  const [kind = '', first = '', second = '', third = ''] = parts
  if (kind === 'search') {
    const words = query.get('q')?.trim() ?? ''
    return words === '' ? NONE : { type: 'words', words }
  }
  if (kind === '_') return first === '' ? NONE : imageAt(`${HUB}/library/${first}`, query.get('tag'))
  if (kind === 'r') return second === '' ? NONE : imageAt(`${HUB}/${first}/${second}`, query.get('tag'))
  if (kind === 'repository' && first === 'docker' && third !== '') return imageAt(`${HUB}/${second}/${third}`)
  if (kind !== 'layers' || second === '') return NONE
  const at = parts.indexOf('images')
  // An older form says the name before the namespace once more.
  const [namespace, name, tag] = at === 5 ? parts.slice(2, 5) : [first, second, third]
  return imageAt(`${HUB}/${namespace}/${name}`, tag, at > 0 ? parts[at + 1] : undefined)
}

/** github.com: /acme/app/pkgs/container/shop/123?tag=1.0, /orgs/acme/packages/container/package/shop */
function github({ query, parts }: Page): Reading {
  const [first = '', second = ''] = parts
  const package_ = parts.indexOf('container')
  const owner = ['orgs', 'users'].includes(first) ? second : first
  const known = package_ > 0 && ['pkgs', 'packages'].includes(parts[package_ - 1] ?? '')
  const name = parts.slice(package_ + 1).find((part) => part !== 'package')
  if (!known || owner === '' || name === undefined) return NONE
  return imageAt(`ghcr.io/${`${owner}/${name}`.toLowerCase()}`, query.get('tag'))
}

/** quay.io: /repository/acme/shop?tab=tags, /repository/acme/shop/manifest/sha256:… */
function quay({ query, parts }: Page): Reading {
  if (parts[0] !== 'repository') return undefined
  const rest = parts.slice(1)
  const end = rest.findIndex((part) => ['manifest', 'tag', 'build', 'trigger'].includes(part))
  const path = (end < 0 ? rest : rest.slice(0, end)).join('/')
  const last = rest[end + 1]
  const tag = rest[end] === 'tag' ? last : query.get('tag')
  return imageAt(`quay.io/${path}`, tag, rest[end] === 'manifest' ? last : undefined)
}

/** gitlab.com: /group/project/container_registry, also with `-/` before it */
function gitlab({ parts }: Page): Reading {
  const at = parts.indexOf('container_registry')
  const project = parts.slice(0, at).filter((part) => part !== '-')
  return at < 0 || project.length < 2 ? NONE : imageAt(`registry.gitlab.com/${project.join('/').toLowerCase()}`)
}

/** mcr.microsoft.com: /en-us/artifact/mar/dotnet/sdk/about, /product/dotnet/sdk/tags */
function microsoft({ parts }: Page): Reading {
  const at = parts.findIndex((part) => part === 'mar' || part === 'product')
  if (at < 0) return undefined
  const path = parts.slice(at + 1).filter((part, index, all) => index < all.length - 1 || !PAGES.includes(part))
  return imageAt(`mcr.microsoft.com/${path.join('/')}`)
}

const PAGES = ['about', 'tags', 'readme']

/** A registry's own API: /v2/acme/shop/manifests/1.0, /v2/acme/shop/tags/list */
function api({ host, parts }: Page): Reading {
  const at = parts.findLastIndex((part) => part === 'manifests' || part === 'tags')
  if (parts[0] !== 'v2' || at < 2) return undefined
  const last = parts[at] === 'manifests' ? parts[at + 1] : undefined
  const repository = `${host}/${parts.slice(1, at).join('/')}`
  return isDigest(last) ? imageAt(repository, undefined, last) : imageAt(repository, last)
}

const SITES: Readonly<Record<string, (page: Page) => Reading>> = {
  'hub.docker.com': hub,
  'registry.hub.docker.com': hub,
  'github.com': github,
  'quay.io': quay,
  'gitlab.com': gitlab,
  'gallery.ecr.aws': ({ parts }) => imageAt(`public.ecr.aws/${parts.join('/')}`),
  'mcr.microsoft.com': microsoft,
}

/** The image that a web page shows, or that has this address but for `https://`. */
export function wantedAddress(address: string): Meant {
  const page = pageOf(address)
  if (!page) return NONE
  const site = page.host.replace(/^www\./, '')
  const read = SITES[site]?.(page) ?? api(page)
  if (read) return read
  if (page.parts.length === 0 || NO_REGISTRY.test(page.host)) return NONE
  return imageAt([page.host, ...page.parts].join('/'))
}
