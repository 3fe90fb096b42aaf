import type { RequestListener } from 'node:http'
import type { Internet } from '../internet.ts'
import { answer, type Bearer, basicPair, type Gate, isWrite, type Refused, said } from './gate.ts'
import { type Mounted, mountedWithTokens, rights } from './mounted.ts'

export const HARBOR_USERS = {
  /** Developer of `library` and of the projects that refuse. */
  lea: 'Harbor12345',
  /** A robot of the project `library`. */
  'robot$library+ci': 'robot-secret',
  /** A guest of `library`. */
  max: 'Harbor67890',
} as const

/** Projects, and what each does to a push. `cache`: of another registry. */
const PROJECTS: Readonly<Record<string, 'takes' | 'full' | 'fixed' | 'signed' | 'read-only'>> = {
  library: 'takes',
  full: 'full',
  fixed: 'fixed',
  signed: 'signed',
  closed: 'read-only',
}

const FULL =
  'adding 10.0 MiB of storage resource, which when updated to current usage of 95.0 MiB will exceed the configured upper limit of 100.0 MiB.'

/** A Harbor. `web`: its API v2.0, where a test needs more of it than what it says of itself. */
export async function startHarbor(
  internet: Internet,
  { host = 'harbor.example', web }: { readonly host?: string; readonly web?: RequestListener } = {},
): Promise<Mounted & { readonly bearer: Bearer }> {
  const users: Readonly<Record<string, string>> = HARBOR_USERS
  const about: RequestListener = (_, response) =>
    answer(response, { status: 200, body: { auth_mode: 'db_auth', harbor_version: 'v2.12.1-a1b2c3d4' } })
  const made = new Set<string>()
  return await mountedWithTokens({
    internet,
    host,
    realm: '/service/token',
    paths: { '/api/v2.0/systeminfo': about, ...(web ? { '/api/v2.0': web } : {}) },
    options: { pushed: (repository, reference) => made.add(`${repository}:${reference}`) },
    bearer: {
      service: 'harbor-registry',
      life: 1800,
      who: (username, secret): string | Refused =>
        users[username] === secret ? username : said(401, 'UNAUTHORIZED', 'unauthorized'),
      grants: (user, repository, actions) => {
        const [project = ''] = repository.split('/')
        if (PROJECTS[project] === undefined) return []
        if (user === undefined) return rights(actions, project === 'library' ? 'read' : 'none')
        return rights(actions, user === 'max' ? 'read' : 'write')
      },
      lacks: (_, { repository }): Refused => {
        const [project = ''] = repository.split('/')
        const message =
          PROJECTS[project] === undefined
            ? `project ${project} not found`
            : `unauthorized to access repository: ${repository}, action: push`
        return said(401, 'UNAUTHORIZED', message)
      },
    },
    rules: rulesOf(made),
    // Its catalogue wants Basic although all else wants tokens.
    before: (request, { kind }) => {
      if (kind !== '_catalog') return undefined
      const [user = '', secret = ''] = basicPair(request) ?? []
      if (users[user] === secret) return 'let in'
      return { ...said(401, 'UNAUTHORIZED', 'unauthorized'), headers: { 'www-authenticate': 'Basic realm="harbor"' } }
    },
  })
}

function rulesOf(made: ReadonlySet<string>): Gate {
  return (_, target) => {
    const { kind, method, repository, last } = target
    if (!isWrite(target)) return undefined
    const rule = PROJECTS[repository.split('/')[0] ?? '']
    const whole = kind === 'manifests' && method === 'PUT'
    if (rule === 'read-only')
      return said(403, 'DENIED', 'The system is in read only mode. Any modification is prohibited.')
    if (rule === 'full') return said(403, 'DENIED', FULL)
    if (rule === 'signed' && whole) return said(412, 'PROJECTPOLICYVIOLATION', 'The image is not signed by cosign.')
    if (rule === 'fixed' && whole && made.has(`${repository}:${last}`))
      return said(
        412,
        'PRECONDITION',
        `Failed to process request due to '${repository.slice(6)}:${last}' configured as immutable.`,
      )
    return undefined
  }
}
