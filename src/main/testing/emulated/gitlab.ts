import type { Internet } from '../internet.ts'
import { Bearer, type Refused, said } from './gate.ts'
import { type Mounted, mounted } from './mounted.ts'

/** Who may do what in the project `group/shop`, the only one there is. */
export const GITLAB_SECRETS = {
  /** Of `lea`, a personal access token with read_registry and write_registry. */
  glpat_lea_write: 'write',
  /** With read_registry alone. */
  glpat_lea_read: 'read',
} as const

const BASIC_DENIED =
  'HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you must use a token with the read_registry scope. If you have 2FA enabled on your account, you must use a personal access token instead of a password.'

/** registry.gitlab.com, whose tokens gitlab.com gives. `lea-password` is the password of an account with a second factor. */
export async function startGitlab(internet: Internet): Promise<Mounted & { readonly bearer: Bearer }> {
  const secrets: Readonly<Record<string, string>> = GITLAB_SECRETS
  const bearer = new Bearer({
    realm: 'https://gitlab.com/jwt/auth',
    service: 'container_registry',
    post: false,
    life: 900,
    who: (username, secret): string | Refused => {
      if (secrets[secret] !== undefined) return secrets[secret]
      const message = secret === `${username}-password` ? BASIC_DENIED : 'access forbidden'
      return said(message === BASIC_DENIED ? 401 : 403, message === BASIC_DENIED ? 'UNAUTHORIZED' : 'DENIED', message)
    },
    grants: (right, repository, actions) => {
      // The project, and at most two parts more.
      if (!/^group\/shop(?:\/[^/]+){0,2}$/.test(repository)) return []
      return right === 'write' ? actions : actions.filter((action) => right === 'read' && action === 'pull')
    },
    lacks: (_, target) =>
      target.kind === '_catalog' ? undefined : said(403, 'DENIED', 'requested access to the resource is denied'),
  })
  internet.host('gitlab.com', bearer.listener)
  const registry = await mounted({
    internet,
    host: 'registry.gitlab.com',
    gate: bearer.gate,
    options: { referrers: false },
  })
  return { ...registry, bearer }
}
