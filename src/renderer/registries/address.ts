import { isProblem, parseReference } from '../../shared/reference.ts'

/** Addresses people know Docker Hub by. */
const HUB = new Set([
  'docker.io',
  'index.docker.io',
  'hub.docker.com',
  'app.docker.com',
  'registry-1.docker.io',
  'www.docker.com',
])
/** Pages people know registries by that answer at another address. */
const PAGES: ReadonlyMap<string, string> = new Map([
  ['github.com', 'ghcr.io'],
  ['www.github.com', 'ghcr.io'],
  ['gitlab.com', 'registry.gitlab.com'],
  ['gallery.ecr.aws', 'public.ecr.aws'],
])

/** `registry.example:5000` of whatever was typed or pasted: a web address, one with a path, a name with capitals. */
export function hostTyped(typed: string): string | undefined {
  const bare = typed
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/.*$/s, '')
    .toLowerCase()
  if (bare === '') return undefined
  if (HUB.has(bare)) return 'docker.io'
  const page = PAGES.get(bare)
  if (page !== undefined) return page
  const parsed = parseReference(`${bare}/a`)
  // A single word is no registry to Docker: it would be read as part of a name.
  return isProblem(parsed) || parsed.domain !== bare ? undefined : bare
}

/** Speaks to this computer only: no permission is needed for it to go unprotected. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)
}
