import { isProblem, parseReference } from '../../shared/reference.ts'

/** What a person typed, as a repository of this registry; undefined when it cannot be one. */
export function repositoryTyped(typed: string, host: string): string | undefined {
  const text = typed.trim().replace(/^https?:\/\//, '')
  const own = text.startsWith(`${host}/`) ? text.slice(host.length + 1) : text
  const parsed = parseReference(`${host === 'docker.io' ? 'docker.io' : host}/${own}`)
  return own === '' || isProblem(parsed) ? undefined : parsed.path
}
