import type { ErrorCode } from '../../../shared/errors.ts'
import type { RegistryKind } from '../../../shared/registry-kinds.ts'

/**
 * Why a registry refused, as far as its kind and its documented words tell: the status and the codes of the specification say
 * the same for very different things. Only what is documented or often reported is here; all else keeps its general meaning.
 */

export interface Said {
  readonly status: number
  readonly codes: readonly string[]
  readonly message: string
  readonly kind: RegistryKind | undefined
  /** It was to be written to. */
  readonly writes: boolean
  readonly as: 'nobody' | 'basic' | 'token' | 'given-token'
  readonly repository: string | undefined
  /** Who was signed in, where a user name was given. */
  readonly username: string | undefined
}

interface Cause {
  readonly code: ErrorCode
  readonly kinds?: readonly RegistryKind[]
  readonly status?: readonly number[]
  readonly codes?: readonly string[]
  readonly text?: RegExp
  /** What else must be true. */
  readonly if?: (said: Said) => boolean
}

const DENIED = [401, 403]
const writes = (said: Said): boolean => said.writes && said.as !== 'nobody'

/** The first that fits, from the most telling to what a kind's bare refusal usually means. All that a cause names must be so. */
const CAUSES: readonly Cause[] = [
  // In the body of a 429; one without such words is about too many requests in a short time.
  { code: 'registry-pull-limit', status: [429], text: /pull rate limit/i },
  { code: 'registry-email', text: /(?:verif|confirm)\w*.{0,40}e-?mail|e-?mail.{0,40}(?:verif|confirm)/i },
  {
    code: 'registry-two-factor',
    status: [401],
    text: /personal access token|two-?factor|\b2fa\b|single sign-?on|\bSSO\b/i,
  },
  {
    code: 'registry-private-quota',
    text: /(?:limit|exceed|maximum|quota|upgrade).{0,80}private repo|private repo.{0,80}(?:limit|exceed|maximum|quota|upgrade)/i,
  },
  { code: 'registry-quota', status: [507] },
  {
    code: 'registry-quota',
    text: /exceed the configured upper limit|quota has been exceeded|storage (?:quota|limit)|quota exceeded/i,
  },
  { code: 'registry-read-only', text: /read.?only mode|\barchived\b|maintenance mode/i },
  { code: 'registry-tag-immutable', codes: ['TAG_IMMUTABLE'] },
  { code: 'registry-tag-immutable', text: /\bimmutable\b/i },
  { code: 'registry-policy', codes: ['PROJECTPOLICYVIOLATION'] },
  { code: 'registry-ip-blocked', text: /client with IP .{1,60} is not allowed/i },
  { code: 'registry-api-disabled', kinds: ['google'], text: /API has not been used in project|SERVICE_DISABLED/ },
  { code: 'registry-token-classic', kinds: ['ghcr'], text: /does not match expected scopes/i },
  { code: 'registry-token-rights', text: /insufficient scopes/i },
  { code: 'registry-layer-large', status: [413] },
  { code: 'registry-layer-large', text: /is larger than .{1,40} allowed/i },
  { code: 'registry-credentials', kinds: ['ecr', 'ecr-public'], text: /authorization token has expired/i },

  // What must be there before a push. `NAME_UNKNOWN` while reading is simply what it says.
  { code: 'registry-create-repository', kinds: ['ecr', 'ecr-public', 'google'], codes: ['NAME_UNKNOWN'], if: writes },
  { code: 'registry-create-writer', kinds: ['google'], text: /artifactregistry\.repositories\.uploadArtifacts/ },
  { code: 'registry-create-project', kinds: ['harbor'], text: /project .{1,255} not found/i },
  { code: 'registry-create-project', kinds: ['harbor', 'gitlab'], status: DENIED, if: writes },
  { code: 'registry-create-key', kinds: ['artifactory'], status: [404], if: writes },

  // A name of somebody else, or a sign-in that may only read: below one's own name it can only be the sign-in.
  { code: 'registry-namespace', kinds: ['ghcr'], text: /create_package|write_package|to create organization package/i },
  {
    code: 'registry-token-rights',
    kinds: ['hub', 'ghcr', 'quay', 'gitea'],
    status: DENIED,
    if: (said) => writes(said) && isOwn(said),
  },
  { code: 'registry-namespace', kinds: ['hub', 'ghcr', 'quay', 'gitea'], status: DENIED, if: writes },
  { code: 'registry-token-rights', kinds: ['azure', 'artifactory', 'ecr', 'ecr-public'], status: [403], if: writes },
  {
    code: 'registry-token-rights',
    kinds: ['azure', 'artifactory'],
    status: [401],
    if: (said) => writes(said) && said.as === 'token',
  },

  // A cache of another registry, and one that is being cleaned up, answer so to all that would change them.
  { code: 'registry-read-only', kinds: ['distribution'], status: [405], if: writes },
]

/** Kinds that allow less in a name than the specification does. */
const STRICT: readonly (RegistryKind | undefined)[] = [
  'hub',
  'gitlab',
  'ecr',
  'ecr-public',
  'google',
  'quay',
  'gitea',
  'harbor',
]
const BAD_NAME = /name not canonical|invalid repository name|nested repositories are not supported/i

/** Whether a repository is below the name of who is signed in; a robot has its owner's before a plus. */
function isOwn({ repository = '', username = '' }: Said): boolean {
  const [namespace = ''] = repository.split('/')
  const [owner = ''] = username.split('+')
  return namespace !== '' && namespace.toLowerCase() === owner.toLowerCase()
}

function fits(cause: Cause, said: Said): boolean {
  return (
    (cause.kinds === undefined || (said.kind !== undefined && cause.kinds.includes(said.kind))) &&
    (cause.status === undefined || cause.status.includes(said.status)) &&
    (cause.codes === undefined || cause.codes.some((code) => said.codes.includes(code))) &&
    (cause.text === undefined || cause.text.test(said.message)) &&
    (cause.if === undefined || cause.if(said))
  )
}

/** The cause of a refusal, where there is more to say than what its status and codes say anyway. */
export function causeOf(said: Said): ErrorCode | undefined {
  if (said.status >= 500 && said.status !== 507) return undefined
  if (STRICT.includes(said.kind) && (said.codes.includes('NAME_INVALID') || BAD_NAME.test(said.message)))
    return 'registry-name'
  return CAUSES.find((cause) => fits(cause, said))?.code
}
