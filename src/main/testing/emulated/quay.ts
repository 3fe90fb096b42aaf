import type { RequestListener } from 'node:http'
import type { Internet } from '../internet.ts'
import { type Bearer, type Gate, isWrite, type Refused, said } from './gate.ts'
import { type Mounted, mountedWithTokens, rights } from './mounted.ts'

/** `lea` owns her name and writes to `crew`; `crew+reader` is a robot that may read there; `full` is hers too, and full. */
export const QUAY_USERS = {
  lea: 'quay-password',
  'crew+writer': 'ROBOTWRITES',
  'crew+reader': 'ROBOTREADS',
} as const

const WRITES: Readonly<Record<string, readonly string[]>> = { lea: ['lea', 'crew', 'full'], 'crew+writer': ['crew'] }
const READS: Readonly<Record<string, readonly string[]>> = { ...WRITES, 'crew+reader': ['crew'] }

/** Quay: a push below a name one may write to makes a private repository; names have two parts. `web`: its API v1. */
export async function startQuay(
  internet: Internet,
  { host = 'quay.io', web }: { readonly host?: string; readonly web?: RequestListener } = {},
): Promise<Mounted & { readonly bearer: Bearer }> {
  const users: Readonly<Record<string, string>> = QUAY_USERS
  const fixed = new Set<string>()
  return await mountedWithTokens({
    internet,
    host,
    realm: '/v2/auth',
    paths: web ? { '/api/v1': web } : {},
    options: { pushed: (repository, reference) => fixed.add(`${repository}:${reference}`) },
    bearer: {
      service: host,
      post: false,
      catalog: (user) => user !== undefined,
      who: (username, secret): string | Refused => {
        if (users[username] === secret) return username
        return said(401, 'UNAUTHORIZED', 'Could not find robot with specified username or the password is wrong')
      },
      grants: (user = '', repository, actions) => {
        const [namespace = ''] = repository.split('/')
        if (WRITES[user]?.includes(namespace)) return actions
        return rights(actions, READS[user]?.includes(namespace) ? 'read' : 'none')
      },
    },
    before: (_, { repository }) => {
      if (repository.split('/').length < 3) return undefined
      return said(400, 'NAME_INVALID', `Nested repositories are not supported. Found: ${repository}`)
    },
    rules: rulesOf(fixed),
  })
}

function rulesOf(fixed: ReadonlySet<string>): Gate {
  return (_, target) => {
    const { kind, method, repository, last } = target
    if (!isWrite(target)) return undefined
    if (repository.startsWith('full/')) return said(403, 'DENIED', 'Quota has been exceeded on namespace')
    if (kind === 'manifests' && method === 'PUT' && last === 'fixed' && fixed.has(`${repository}:fixed`))
      return said(409, 'TAG_IMMUTABLE', 'Cannot overwrite an immutable tag')
    return undefined
  }
}
