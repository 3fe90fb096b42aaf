import type { RequestListener } from 'node:http'
import type { Internet } from '../internet.ts'
import { answer, type Bearer, isWrite, type Refused, said } from './gate.ts'
import { type Mounted, mountedWithTokens, rights } from './mounted.ts'

/** Of `lea`: her password, a token that reads and writes packages, one that reads them. */
export const GITEA_SECRETS = {
  'gitea-password': 'write',
  gitea_token_write: 'write',
  gitea_token_read: 'read',
} as const

const COMPONENT = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/

/** Gitea or Forgejo, on the host of its web. Challenges twice, in two lines; its names are stricter than Docker's. `web`: its API v1. */
export async function startGitea(
  internet: Internet,
  { host = 'gitea.example', web }: { readonly host?: string; readonly web?: RequestListener } = {},
): Promise<Mounted & { readonly bearer: Bearer }> {
  const secrets: Readonly<Record<string, string>> = GITEA_SECRETS
  const version: RequestListener = (_, response) => answer(response, { status: 200, body: { version: '1.22.3' } })
  return await mountedWithTokens({
    internet,
    host,
    realm: '/v2/token',
    paths: { '/api/v1/version': version, ...(web ? { '/api/v1': web } : {}) },
    bearer: {
      service: 'container_registry',
      scope: '*',
      token: 'secret',
      post: false,
      catalog: (right) => right !== undefined,
      who: (username, secret): string | Refused =>
        username === 'lea' && secrets[secret] !== undefined
          ? secrets[secret]
          : said(401, 'UNAUTHORIZED', 'authGroup.Verify'),
      grants: (right, repository, actions) => {
        const [owner = ''] = repository.split('/')
        if (!['lea', 'crew'].includes(owner)) return []
        return rights(actions, right === 'write' ? 'write' : 'read')
      },
      lacks: (_, target) => (isWrite(target) ? said(401, 'UNAUTHORIZED', '') : undefined),
    },
    rules: (_, { repository }) =>
      repository === '' || repository.split('/').every((part) => COMPONENT.test(part))
        ? undefined
        : said(400, 'NAME_INVALID', 'invalid repository name'),
  })
}
