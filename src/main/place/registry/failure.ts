import { AppError, type ErrorCode, type ErrorParts } from '../../../shared/errors.ts'
import { isDigest } from '../../../shared/reference.ts'
import type { RegistryKind } from '../../../shared/registry-kinds.ts'
import { allowance } from './allowance.ts'
import { causeOf } from './causes.ts'
import type { Secrets } from './secrets.ts'

/** What a request was about, for the sentences of its errors. */
export interface About {
  /** The registry as the person named it. */
  readonly place: string
  /** What the registry is, where that is known: the same refusal means something else at each. */
  readonly kind?: RegistryKind
  /** It was to be written to, not only read or deleted from. */
  readonly writes?: boolean
  readonly repository?: string
  /** Tag or digest of a manifest. */
  readonly reference?: string
  /** Digest of a blob. */
  readonly blob?: string
}

/** An answer whose status is none that was hoped for, as far as it tells why. */
export interface Refusal {
  readonly status: number
  header(name: string): string | undefined
  /** The body, as far as it was read. */
  readonly text: string
  /** With what the request had introduced itself. */
  readonly as: 'nobody' | 'basic' | 'token' | 'given-token'
  /** The user who was signed in, where there was a name. */
  readonly username?: string
}

const UNKNOWN_AUTHORITY = [
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
]
const BAD_CERTIFICATE = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED', 'ERR_TLS_CERT_ALTNAME_INVALID']
const UNREACHABLE = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]
const PROXY = ['UND_ERR_PRX_TLS', 'UND_ERR_PRX_CONN']
const BROKEN = [
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'EPROTO',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]

/** An error and those behind it: undici wraps, and a host with several addresses fails with several errors. */
function chain(error: unknown): { code: string; message: string }[] {
  if (!(error instanceof Error)) return []
  const code = 'code' in error ? String(error.code) : ''
  const behind = error instanceof AggregateError ? error.errors : []
  return [{ code, message: error.message }, ...chain(error.cause), ...behind.flatMap(chain)]
}

function wireCode(error: unknown): ErrorCode | undefined {
  const errors = chain(error)
  const codes = errors.map(({ code }) => code)
  const said = (pattern: RegExp): boolean => errors.some(({ message }) => pattern.test(message))
  const among = (known: readonly string[]): boolean => codes.some((code) => known.includes(code))
  if (among(UNKNOWN_AUTHORITY)) return 'registry-tls'
  if (among(BAD_CERTIFICATE)) return 'registry-certificate'
  // BoringSSL (Electron) and OpenSSL word it differently.
  if (said(/wrong.version.number|packet.length.too.long|http.request/i)) return 'registry-plain-http'
  if (among(PROXY) || said(/^Proxy (response|Authentication)/)) return 'registry-proxy'
  if (among(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED'])) return 'cancelled'
  if (among(UNREACHABLE)) return 'registry-unreachable'
  return among(BROKEN) || codes.some((code) => /^(HPE_|ERR_SSL_)/.test(code)) ? 'registry-broken' : undefined
}

/** An error of the connection in the app's words; one that is none of the connection's (of a body's source) as it is. */
export function wireError(error: unknown, host: string, secrets: Secrets): unknown {
  if (error instanceof AppError) return error
  const code = wireCode(error)
  if (code === undefined) return error
  const raw = secrets.redact(chain(error).find(({ message }) => message !== '')?.message ?? '')
  // Without `cause`: undici's errors hold what was sent and received, and logs print causes.
  return new AppError(code, { place: host }, { raw })
}

interface Told {
  readonly codes: readonly string[]
  readonly message: string
  /** Digests it names. */
  readonly digests: readonly string[]
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** What an error's body says: OCI distribution-spec "Error Codes", the forms of token servers, or nothing in words. */
function told(text: string): Told {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { codes: [], message: /^\s*</.test(text) ? '' : text, digests: [] }
  }
  const listed = field(body, 'errors')
  const errors: unknown[] = Array.isArray(listed) ? listed : []
  const words = [
    ...errors.map((error) => field(error, 'message')),
    ...['message', 'details', 'detail', 'error_description', 'error'].map((name) => field(body, name)),
  ]
  const details = errors.map((error) => field(error, 'detail')).map((detail) => field(detail, 'digest') ?? detail)
  return {
    codes: errors.map((error) => field(error, 'code')).filter((code) => typeof code === 'string'),
    message: words.find((word) => typeof word === 'string' && word !== '')?.toString() ?? '',
    digests: details.filter(isDigest),
  }
}

/** Seconds a registry asks to wait: Retry-After in its two forms, or the moment Docker Hub's web API names. */
export function retryAfter(header: (name: string) => string | undefined): number | undefined {
  const after = header('retry-after')?.trim()
  const now = Date.parse(header('date') ?? '') || Date.now()
  if (after !== undefined && /^\d+$/.test(after)) return Number(after)
  const moment = after === undefined ? Number(header('x-retry-after')) * 1000 : Date.parse(after)
  return Number.isNaN(moment) ? undefined : Math.max(0, Math.ceil((moment - now) / 1000))
}

const PASSING_STATUS = [408, 500, 502, 503, 504]
const UNAUTHORIZED = {
  nobody: 'registry-unauthorized',
  basic: 'registry-credentials',
  token: 'registry-denied',
  'given-token': 'registry-credentials',
} satisfies Record<Refusal['as'], ErrorCode>

function notThere(codes: readonly string[], about: About): ErrorCode {
  if (codes.includes('NAME_UNKNOWN')) return 'registry-name-unknown'
  if (about.reference !== undefined) return 'registry-manifest-unknown'
  if (about.blob !== undefined) return 'registry-blob-unknown'
  return about.repository === undefined ? 'registry-answer' : 'registry-name-unknown'
}

function refusalCode(refusal: Refusal, codes: readonly string[], about: About): ErrorCode {
  const { status } = refusal
  if (codes.some((code) => code === 'BLOB_UPLOAD_UNKNOWN' || code === 'BLOB_UPLOAD_INVALID'))
    return 'registry-upload-lost'
  if (status === 429 || codes.includes('TOOMANYREQUESTS')) return 'registry-too-many-requests'
  if (PASSING_STATUS.includes(status)) return 'registry-unavailable'
  if (status === 401) return UNAUTHORIZED[refusal.as]
  if (status === 403) return 'registry-denied'
  if (status === 404) return notThere(codes, about)
  if (status === 405 || codes.includes('UNSUPPORTED')) return 'registry-unsupported'
  if (codes.includes('NAME_INVALID')) return 'name-invalid'
  if (codes.includes('MANIFEST_BLOB_UNKNOWN') || codes.includes('BLOB_UNKNOWN')) return 'registry-blob-unknown'
  return codes.includes('DIGEST_INVALID') && about.blob !== undefined ? 'registry-mismatch' : 'registry-refused'
}

/** What a person is shown of a registry's words, in characters. */
const REASON = 300
const RAW = 2000

/** A refusal in the app's words. */
export function refusalError(refusal: Refusal, about: About, secrets: Secrets): AppError {
  const { codes, message, digests } = told(refusal.text)
  const said = secrets.redact(message)
  const { status, as, username } = refusal
  const { kind, repository, writes = false } = about
  const code =
    causeOf({ status, codes, message, kind, writes, as, repository, username }) ?? refusalCode(refusal, codes, about)
  const seconds = retryAfter((name) => refusal.header(name))
  const limits: readonly ErrorCode[] = ['registry-too-many-requests', 'registry-pull-limit']
  const used = limits.includes(code) ? allowance((name) => refusal.header(name)) : undefined
  const reason = (said || codes.join(', ') || `HTTP ${refusal.status}`).slice(0, REASON)
  const parts: ErrorParts = {
    place: about.place,
    ...(about.repository === undefined ? {} : { name: about.repository }),
    ...(about.reference === undefined
      ? {}
      : { image: `${about.repository}${about.reference.includes(':') ? '@' : ':'}${about.reference}` }),
    ...(about.blob === undefined && digests.length === 0 ? {} : { file: about.blob ?? digests.join(', ') }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(used?.remaining === 0 && used.window !== undefined
      ? { limit: used.limit, hours: Math.round(used.window / 3600) }
      : {}),
    ...(code === 'registry-namespace' && username !== undefined ? { user: username } : {}),
    ...(code === 'registry-name' && kind !== undefined ? { rule: kind } : {}),
    ...(code === 'registry-refused' || code === 'registry-policy' ? { reason: reason.replace(/\.$/, '') } : {}),
  }
  return new AppError(code, parts, { raw: `${refusal.status} ${secrets.redact(refusal.text)}`.trim().slice(0, RAW) })
}
