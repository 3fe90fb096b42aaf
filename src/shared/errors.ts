/**
 * Everything that can go wrong, as a closed list. A code is what the program decides on; the sentence a person reads is
 * made from it in `error-sentences.ts`, in both languages, with one next step.
 */
export const ERROR_CODES = [
  // Docker
  'docker-missing',
  'docker-stopped',
  'docker-denied',
  'docker-too-old',
  'docker-too-new',
  'docker-address',
  'docker-unreachable',
  'docker-tls',
  'docker-start',
  'ssh-missing',
  'ssh-unreachable',
  'ssh-host-unknown',
  'ssh-host-changed',
  'ssh-denied',
  'ssh-password',
  'ssh-no-docker',
  'docker-lost',
  'docker-full',
  'docker-refused',
  'image-missing',
  'image-in-use',
  'image-changed',
  'image-part',
  'platform-missing',
  'platform-refused',
  'platform-foreign',
  'platform-unchosen',
  'name-invalid',
  'name-unclear',
  'labels-refused',
  'names-left',
  'tag-last',
  'tag-gone',
  // files and drives
  'file-missing',
  'file-denied',
  'file-is-folder',
  'file-in-use',
  'file-changed',
  'file-damaged-on-disk',
  'folder-outside',
  'folder-empty',
  'disk-full',
  'drive-gone',
  'drive-read-only',
  // image files
  'archive-empty',
  'archive-not-images',
  'archive-rootfs',
  'archive-truncated',
  'archive-damaged',
  'archive-hostile',
  'archive-too-large',
  'archive-window',
  'archive-nothing-saved',
  'set-incomplete',
  'part-damaged',
  'sum-mismatch',
  'layer-missing',
  'layer-foreign',
  'digest-mismatch',
  // protected by a password
  'password-needed',
  'password-wrong',
  'openpgp-keys',
  'openpgp-signed',
  'openpgp-unsupported',
  // layout folders
  'layout-not-one',
  'layout-unsupported',
  'layout-busy',
  // registries
  'registry-unreachable',
  'registry-proxy',
  'registry-tls',
  'registry-certificate',
  'registry-plain-http',
  'registry-unauthorized',
  'registry-credentials',
  'registry-denied',
  'registry-name-unknown',
  'registry-manifest-unknown',
  'registry-blob-unknown',
  'registry-unsupported',
  'registry-too-many-requests',
  'registry-unavailable',
  'registry-refused',
  'registry-broken',
  'registry-upload-lost',
  'registry-mismatch',
  'registry-answer',
  // why a registry refused, as far as its kind and words tell
  'registry-namespace',
  'registry-name',
  'registry-create-repository',
  'registry-create-writer',
  'registry-create-project',
  'registry-create-key',
  'registry-token-rights',
  'registry-token-classic',
  'registry-two-factor',
  'registry-email',
  'registry-private-quota',
  'registry-quota',
  'registry-pull-limit',
  'registry-read-only',
  'registry-tag-immutable',
  'registry-policy',
  'registry-ip-blocked',
  'registry-api-disabled',
  'registry-layer-large',
  // signing in
  'aws-keys',
  'aws-denied',
  'aws-expired',
  'clock-wrong',
  'google-key-invalid',
  // signing delivery notes
  'signature-keychain',
  'signature-none',
  'signature-changed',
  // a registry of one's own
  'own-name',
  'own-address',
  'own-user',
  'own-port',
  'own-image',
  'own-start',
  'own-last-user',
  // the app itself
  'cancelled',
  'usage',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** The named parts a sentence is built from. Never a URL, header or command line: no credential can ride along. */
export type ErrorParts = Readonly<Record<string, string | number>>

/** An error as it travels: plain data. `raw` is the text another program gave, for the "Details" fold only. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly parts: ErrorParts
  readonly raw?: string | undefined
}

/** The only error class of the app. Throw it where the cause is known; `asAppError` names what nobody foresaw. */
export class AppError extends Error implements ErrorData {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly parts: ErrorParts
  readonly raw: string | undefined

  constructor(code: ErrorCode, parts: ErrorParts = {}, options: { cause?: unknown; raw?: string } = {}) {
    super(`${code} ${JSON.stringify(parts)}`, { cause: options.cause })
    this.code = code
    this.parts = parts
    this.raw = options.raw
  }

  /** The plain form for the wire, a log line or a result. */
  get data(): ErrorData {
    return { code: this.code, parts: this.parts, ...(this.raw === undefined ? {} : { raw: this.raw }) }
  }
}

/** Any thrown value as an AppError; an unknown one becomes `internal` with its own words under `raw`. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const raw = error instanceof Error ? error.message : String(error)
  return new AppError('internal', {}, { cause: error, raw })
}

/** How work ended that was told to stop: cancelled, unless undoing it left something that must be told. */
export function ended(error: unknown, cancelled: boolean): unknown {
  const left = error instanceof AppError && error.code === 'names-left'
  return cancelled && !left ? new AppError('cancelled', {}, { cause: error }) : error
}
