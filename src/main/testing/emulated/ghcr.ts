import type { Internet } from '../internet.ts'
import { type Refused, said } from './gate.ts'
import { type Mounted, mountedWithTokens, rights } from './mounted.ts'

/** Tokens of GitHub; any user name goes with a good one. */
export const GHCR_TOKENS = {
  /** Classic, of `octo`, with write:packages. */
  ghp_octo_write: { owners: ['octo', 'octo-org'], writes: true },
  /** Classic, of `octo`, with read:packages only. */
  ghp_octo_read: { owners: ['octo', 'octo-org'], writes: false },
} as const

const TOKENS: Readonly<Record<string, { readonly owners: readonly string[]; readonly writes: boolean }>> = GHCR_TOKENS

const WRONG: Refused = said(401, 'UNAUTHORIZED', 'unauthorized')
/** PATCH with Content-Range takes no more. */
const CHUNK = 4 << 20

/**
 * ghcr.io: tokens that say nothing of their rights, a refusal at the push, no referrers, no deletion. A fine-grained token
 * (`github_pat_…`) signs in, and then opens nothing.
 */
export async function startGhcr(internet: Internet): Promise<Mounted> {
  const packages = new Set<string>()
  return await mountedWithTokens({
    internet,
    host: 'ghcr.io',
    realm: '/token',
    options: {
      referrers: false,
      deletes: false,
      pushed: (repository) => packages.add(repository),
    },
    bearer: {
      service: 'ghcr.io',
      token: 'secret',
      post: false,
      who: (_, secret) => (secret in TOKENS || secret.startsWith('github_pat_') ? secret : WRONG),
      grants: (token, repository, actions) => {
        const known = TOKENS[token ?? '']
        const owned = known?.owners.some((owner) => repository.startsWith(`${owner}/`)) ?? false
        if (!owned) return []
        return rights(actions, known?.writes ? 'write' : 'read')
      },
      lacks: (token, target) => {
        if (target.kind === '_catalog') return said(405, 'UNSUPPORTED', 'The operation is unsupported.')
        if (!TOKENS[token ?? '']?.writes)
          return said(403, 'DENIED', 'permission_denied: The token provided does not match expected scopes.')
        return said(
          403,
          'DENIED',
          packages.has(target.repository) ? 'permission_denied: write_package' : 'permission_denied: create_package',
        )
      },
    },
    rules: (request, { method }) => {
      const range = /^(\d+)-(\d+)$/.exec(request.headers['content-range'] ?? '')
      if (method !== 'PATCH' || !range || Number(range[2]) - Number(range[1]) < CHUNK) return undefined
      const message = 'the request body is too large and exceeds the maximum permissible limit of 4.00MiB'
      return said(416, 'REQUESTED_RANGE_NOT_SATISFIABLE', message)
    },
  })
}
