import type { RequestListener } from 'node:http'
import type { Internet } from '../internet.ts'
import { type Bearer, isWrite, type Refused, said } from './gate.ts'
import { type Mounted, mountedWithTokens, rights } from './mounted.ts'

/** `lea` deploys to `docker-local`; `max` reads there. */
export const ARTIFACTORY_USERS = { lea: 'artifactory-password', max: 'artifactory-reader' } as const

/**
 * JFrog Artifactory, names by path: the first part is the key of a repository that is there. It answers the API itself to
 * anybody, as with anonymous access. `web`: its own API.
 */
export async function startArtifactory(
  internet: Internet,
  { host = 'acme.jfrog.io', web }: { readonly host?: string; readonly web?: RequestListener } = {},
): Promise<Mounted & { readonly bearer: Bearer }> {
  const users: Readonly<Record<string, string>> = ARTIFACTORY_USERS
  const missing = said(404, 'UNKNOWN', 'Not Found')
  return await mountedWithTokens({
    internet,
    host,
    realm: '/artifactory/api/docker/docker-local/v2/token',
    paths: web ? { '/artifactory/api': web } : {},
    options: { headers: { 'x-jfrog-version': 'Artifactory/7.98.9 79809900' } },
    bearer: {
      service: host,
      life: 3600,
      token: 'secret',
      post: false,
      catalog: (user) => user !== undefined,
      who: (username, secret): string | Refused =>
        users[username] === secret
          ? username
          : { status: 401, body: { errors: [{ status: 401, message: 'Wrong username was used' }] } },
      grants: (user, _, actions) => (user === 'lea' ? actions : rights(actions, 'read')),
      lacks: (_, target) =>
        isWrite(target)
          ? said(403, 'DENIED', 'The client does not have permission to push to the repository.')
          : undefined,
    },
    before: (_, { kind, repository }) => {
      if (kind === '') return 'let in'
      return kind === '_catalog' || repository.startsWith('docker-local/') ? undefined : missing
    },
  })
}
