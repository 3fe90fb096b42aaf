import { describe, expect, it } from 'vitest'
import { sentence } from '../../../shared/error-sentences.ts'
import type { ErrorCode } from '../../../shared/errors.ts'
import type { RegistryKind } from '../../../shared/registry-kinds.ts'
import { type About, type Refusal, refusalError } from './failure.ts'
import { Secrets } from './secrets.ts'

/** One refusal as a registry gives it: kind, status, code, words, and what they mean. */
type Row = [
  kind: RegistryKind | undefined,
  status: number,
  code: string,
  message: string,
  means: ErrorCode,
  more?: Partial<About> & Partial<Refusal>,
]

const PUSH = { repository: 'lea/shop', writes: true } as const
const PULL = { repository: 'lea/shop', reference: '1' } as const
const LEA = { username: 'lea' } as const
const MAX = { username: 'max' } as const

const ROWS: Row[] = [
  // Docker Hub
  ['hub', 401, 'UNAUTHORIZED', 'authentication required', 'registry-unauthorized', { ...PUSH, as: 'nobody' }],
  ['hub', 401, 'UNAUTHORIZED', 'incorrect username or password', 'registry-credentials', { as: 'basic' }],
  ['hub', 403, 'DENIED', 'requested access to the resource is denied', 'registry-namespace', { ...PUSH, ...MAX }],
  ['hub', 401, 'UNAUTHORIZED', 'authentication required', 'registry-namespace', { ...PUSH, ...MAX }],
  ['hub', 401, 'UNAUTHORIZED', 'access token has insufficient scopes', 'registry-token-rights', { ...PUSH, ...LEA }],
  ['hub', 401, 'UNAUTHORIZED', 'authentication required', 'registry-token-rights', { ...PUSH, ...LEA }],
  ['hub', 401, 'UNAUTHORIZED', 'authentication required', 'registry-denied', { ...PULL, ...LEA }],
  [
    'hub',
    401,
    '',
    'your account must log in with a Personal Access Token (PAT)',
    'registry-two-factor',
    { as: 'basic' },
  ],
  ['hub', 404, 'MANIFEST_UNKNOWN', 'manifest unknown', 'registry-manifest-unknown', PULL],
  ['hub', 400, 'NAME_INVALID', 'repository name not canonical', 'registry-name', PUSH],
  [
    'hub',
    429,
    'TOOMANYREQUESTS',
    'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits',
    'registry-pull-limit',
    PULL,
  ],
  ['hub', 429, '', 'Too Many Requests', 'registry-too-many-requests', PULL],
  ['hub', 403, '', 'Please verify your email address to push to this repository', 'registry-email', PUSH],
  ['hub', 402, '', 'You have reached the limit of private repositories for your plan.', 'registry-private-quota', PUSH],
  // GitHub
  [
    'ghcr',
    403,
    'DENIED',
    'permission_denied: The token provided does not match expected scopes.',
    'registry-token-classic',
    PUSH,
  ],
  ['ghcr', 403, 'DENIED', 'permission_denied: create_package', 'registry-namespace', PUSH],
  ['ghcr', 403, 'DENIED', 'permission_denied: write_package', 'registry-namespace', { ...PUSH, ...LEA }],
  ['ghcr', 403, 'DENIED', 'installation not allowed to Create organization package', 'registry-namespace', PUSH],
  ['ghcr', 403, 'DENIED', 'denied', 'registry-denied', PULL],
  // GitLab
  ['gitlab', 403, 'DENIED', 'requested access to the resource is denied', 'registry-create-project', PUSH],
  [
    'gitlab',
    401,
    'UNAUTHORIZED',
    'HTTP Basic: Access denied. If you have 2FA enabled, you must use a personal access token instead of a password.',
    'registry-two-factor',
    { as: 'basic' },
  ],
  ['gitlab', 403, 'DENIED', 'access forbidden', 'registry-denied', { as: 'basic' }],
  // Amazon
  [
    'ecr',
    404,
    'NAME_UNKNOWN',
    "The repository with name 'x' does not exist in the registry with id '111122223333'",
    'registry-create-repository',
    PUSH,
  ],
  ['ecr', 404, 'NAME_UNKNOWN', 'The repository does not exist', 'registry-name-unknown', PULL],
  [
    'ecr',
    400,
    'TAG_INVALID',
    "The image tag 'v1' already exists in the 'r' repository and cannot be overwritten because the repository is immutable.",
    'registry-tag-immutable',
    { ...PUSH, reference: 'v1' },
  ],
  [
    'ecr',
    403,
    'DENIED',
    'Your authorization token has expired. Reauthenticate and try again.',
    'registry-credentials',
    PUSH,
  ],
  ['ecr', 403, 'DENIED', 'not authorized to perform: ecr:InitiateLayerUpload', 'registry-token-rights', PUSH],
  ['ecr', 404, 'MANIFEST_UNKNOWN', 'Requested image not found', 'registry-manifest-unknown', PULL],
  // Google
  [
    'google',
    403,
    'DENIED',
    'Permission "artifactregistry.repositories.uploadArtifacts" denied on resource "projects/p/locations/l/repositories/r" (or it may not exist)',
    'registry-create-writer',
    PUSH,
  ],
  ['google', 404, 'NAME_UNKNOWN', 'Repository "x" not found', 'registry-create-repository', PUSH],
  [
    'google',
    403,
    'DENIED',
    'Artifact Registry API has not been used in project 1 before or it is disabled.',
    'registry-api-disabled',
    PUSH,
  ],
  // Azure
  [
    'azure',
    401,
    'UNAUTHORIZED',
    'authentication required, visit https://aka.ms/acr/authorization for more information.',
    'registry-token-rights',
    PUSH,
  ],
  ['azure', 401, 'UNAUTHORIZED', 'Invalid clientid or client secret.', 'registry-credentials', { as: 'basic' }],
  ['azure', 403, 'DENIED', "client with IP '192.0.2.7' is not allowed access.", 'registry-ip-blocked', PUSH],
  // Harbor
  ['harbor', 401, 'UNAUTHORIZED', 'project nothing not found', 'registry-create-project', PUSH],
  [
    'harbor',
    401,
    'UNAUTHORIZED',
    'unauthorized to access repository: lea/shop, action: push',
    'registry-create-project',
    PUSH,
  ],
  [
    'harbor',
    403,
    'DENIED',
    'adding 1 MiB of storage resource, which when updated to current usage of 9 will exceed the configured upper limit of 8.',
    'registry-quota',
    PUSH,
  ],
  [
    'harbor',
    412,
    'PRECONDITION',
    "Failed to process request due to 'shop:1' configured as immutable.",
    'registry-tag-immutable',
    { ...PUSH, reference: '1' },
  ],
  ['harbor', 412, 'PROJECTPOLICYVIOLATION', 'The image is not signed by cosign.', 'registry-policy', PUSH],
  [
    'harbor',
    403,
    'DENIED',
    'The system is in read only mode. Any modification is prohibited.',
    'registry-read-only',
    PUSH,
  ],
  // Quay
  ['quay', 403, 'DENIED', 'Quota has been exceeded on namespace', 'registry-quota', PUSH],
  ['quay', 409, 'TAG_IMMUTABLE', 'the tag cannot be changed', 'registry-tag-immutable', { ...PUSH, reference: '1' }],
  [
    'quay',
    401,
    'UNAUTHORIZED',
    'access to the requested resource is not authorized',
    'registry-token-rights',
    { ...PUSH, username: 'lea+robot' },
  ],
  ['quay', 401, 'UNAUTHORIZED', 'access to the requested resource is not authorized', 'registry-namespace', PUSH],
  ['quay', 400, 'NAME_INVALID', 'Nested repositories are not supported. Found: a/b/c', 'registry-name', PUSH],
  [
    'quay',
    413,
    'BLOB_UPLOAD_INVALID',
    'Uploaded blob of 30G is larger than 20G allowed by this registry',
    'registry-layer-large',
    PUSH,
  ],
  // Artifactory, Gitea, and whatever else
  ['artifactory', 403, 'DENIED', 'Forbidden', 'registry-token-rights', PUSH],
  ['artifactory', 404, 'UNKNOWN', 'Not Found', 'registry-create-key', PUSH],
  ['gitea', 401, 'UNAUTHORIZED', '', 'registry-token-rights', { ...PUSH, ...LEA }],
  ['gitea', 401, 'UNAUTHORIZED', '', 'registry-namespace', { ...PUSH, ...MAX }],
  ['gitea', 400, 'NAME_INVALID', 'invalid repository name', 'registry-name', PUSH],
  ['distribution', 405, 'UNSUPPORTED', 'The operation is unsupported.', 'registry-read-only', PUSH],
  ['distribution', 405, 'UNSUPPORTED', 'The operation is unsupported.', 'registry-unsupported', { repository: 'a/b' }],
  ['distribution', 403, 'DENIED', 'requested access to the resource is denied', 'registry-denied', PUSH],
  ['distribution', 400, 'NAME_INVALID', 'invalid repository name', 'name-invalid', PUSH],
  [undefined, 403, 'DENIED', 'requested access to the resource is denied', 'registry-denied', PUSH],
  [undefined, 413, '', '<html><h1>413 Request Entity Too Large</h1></html>', 'registry-layer-large', PUSH],
  [undefined, 507, '', 'Insufficient Storage', 'registry-quota', PUSH],
  // What passes is said to pass, whatever words come with it.
  ['hub', 503, '', 'The registry is in read only mode for maintenance', 'registry-unavailable', PUSH],
]

/** Errors whose sentence is about a name; all others name the registry. */
const ABOUT_NAME: Partial<Record<ErrorCode, string>> = {
  'name-invalid': 'lea/shop',
  'registry-manifest-unknown': 'lea/shop:1',
}

describe('why a registry refused', () => {
  it.each(ROWS)('%s %i %s “%s”: %s', (kind, status, code, message, means, more = {}) => {
    const body = message.startsWith('<') ? message : JSON.stringify({ errors: [{ code, message }] })
    const { as = 'token', username, ...about } = more
    const refusal = { status, header: () => undefined, text: body, as, ...(username ? { username } : {}) }
    const error = refusalError(
      refusal,
      { place: 'registry.example', ...(kind ? { kind } : {}), ...about },
      new Secrets(),
    )
    expect(error.code).toBe(means)
    for (const language of ['en', 'fr'] as const) {
      const { what, next } = sentence(error.data, language)
      expect(`${what} ${next}`).not.toMatch(/[?{}[\]]/)
      expect(what).toContain(ABOUT_NAME[means] ?? 'registry.example')
    }
  })

  it('says of a name what the registry wants of it', () => {
    const text = JSON.stringify({ errors: [{ code: 'NAME_INVALID' }] })
    const refusal = { status: 400, header: () => undefined, text, as: 'token' } as const
    const error = refusalError(refusal, { place: 'docker.io', kind: 'hub', repository: 'a/b/c' }, new Secrets())
    expect(sentence(error.data, 'fr').next).toBe(
      'Là-bas, un nom a deux parties, la vôtre et celle de l’image, en minuscules, chiffres, « - » et « _ » : lea/boutique.',
    )
  })
})
