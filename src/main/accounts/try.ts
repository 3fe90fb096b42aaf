import { randomBytes } from 'node:crypto'
import type { MayDo, RegistryTest } from '../../shared/contract-accounts.ts'
import { AppError, asAppError, type ErrorCode } from '../../shared/errors.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'
import { causeOf } from '../place/registry/causes.ts'
import type { Ping, RegistryClient } from '../place/registry/client.ts'

/** What a sign-in is good for at a registry, found out without leaving anything there. */

/**
 * Kinds where an upload that is begun and given up leaves nothing anybody sees: a repository comes to be with its first
 * version only. Of the others the token tells, or it cannot be known.
 */
const BY_UPLOAD: readonly RegistryKind[] = ['distribution', 'ghcr', 'google', 'gitea']
/** Kinds that want the repository itself to be there before anything is sent to it. */
const EXACT: readonly RegistryKind[] = ['ecr', 'ecr-public']
/** Kinds whose sign-ins may all do everything (htpasswd). */
const ALL_OR_NOTHING: readonly RegistryKind[] = ['distribution']

const UNKNOWN: MayDo = { type: 'unknown' }
const YES: MayDo = { type: 'yes' }

/** Says no by itself, whoever asks. */
const REFUSALS: readonly ErrorCode[] = [
  'registry-denied',
  'registry-unauthorized',
  'registry-credentials',
  'registry-namespace',
  'registry-name',
  'name-invalid',
  'registry-token-rights',
  'registry-token-classic',
  'registry-create-project',
  'registry-create-writer',
  'registry-create-key',
  'registry-read-only',
  'registry-ip-blocked',
  'registry-api-disabled',
  'registry-email',
  'registry-two-factor',
  'registry-quota',
  'registry-private-quota',
  'registry-unsupported',
]

export interface Tried {
  readonly client: RegistryClient
  readonly host: string
  readonly kind: RegistryKind
  readonly auth: Ping['auth']
  /** Who is signed in; undefined: nobody. */
  readonly name: string | undefined
  /** The user name shown to the registry, where there is one. */
  readonly username: string | undefined
}

/** Signs in. */
export async function trySignIn({ client, name, auth }: Tried, signal: AbortSignal): Promise<RegistryTest['signedIn']> {
  if (name === undefined) return { type: 'nobody' }
  try {
    await client.signIn(signal)
    return { type: auth === 'none' ? 'unknown' : 'yes', name }
  } catch (error) {
    signal.throwIfAborted()
    return { type: 'no', name, error: asAppError(error).data }
  }
}

/** What a repository below a namespace may be used for. `namespace`: undefined where nobody asked. */
export async function tryRights(
  tried: Tried,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Pick<RegistryTest, 'push' | 'pull'>> {
  const { client, kind, auth, name } = tried
  const all = ALL_OR_NOTHING.includes(kind) && (auth === 'none' || name !== undefined)
  if (namespace === undefined) return { push: UNKNOWN, pull: all ? YES : UNKNOWN }
  const wanted = namespace.replace(/^\/+|\/+$/g, '')
  // A name nobody has, so that nothing of anybody's is touched.
  const repository = EXACT.includes(kind) ? wanted : `${wanted}/caboteur-${randomBytes(4).toString('hex')}`
  try {
    const granted = await client.granted(repository, signal)
    if (granted) return { push: mayPush(tried, repository, granted), pull: granted.includes('pull') ? YES : UNKNOWN }
    const push = BY_UPLOAD.includes(kind) || EXACT.includes(kind) ? await byUpload(tried, repository, signal) : UNKNOWN
    return { push, pull: all || push.type === 'yes' ? YES : UNKNOWN }
  } catch (error) {
    signal.throwIfAborted()
    return { push: refused(error), pull: UNKNOWN }
  }
}

/** By the rights a token names; a name that is not one's own and a sign-in that may only read look the same there. */
function mayPush({ host, kind, name, username }: Tried, repository: string, granted: readonly string[]): MayDo {
  if (granted.includes('push') || granted.includes('*')) return YES
  const as = name === undefined ? 'nobody' : 'token'
  const said = { status: 401, codes: [], message: '', kind, writes: true, as, repository, username } as const
  const code = as === 'nobody' ? 'registry-unauthorized' : (causeOf(said) ?? 'registry-denied')
  const shown = repository.slice(0, repository.lastIndexOf('/'))
  const user = code === 'registry-namespace' && username !== undefined ? { user: username } : {}
  return { type: 'no', error: new AppError(code, { place: host, name: shown, ...user }).data }
}

async function byUpload({ client }: Tried, repository: string, signal: AbortSignal): Promise<MayDo> {
  await client.tryUpload(repository, signal)
  return YES
}

function refused(error: unknown): MayDo {
  const { code, data } = asAppError(error)
  return REFUSALS.includes(code) ? { type: 'no', error: data } : UNKNOWN
}
