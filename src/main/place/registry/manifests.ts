import { AppError } from '../../../shared/errors.ts'
import { type Digest, isDigest, isTag } from '../../../shared/reference.ts'
import { digestOf } from '../../format/digest.ts'
import { MAX_DOCUMENT, MEDIA } from '../../format/documents.ts'
import type { Descriptor } from '../place.ts'
import type { Connection } from './connection.ts'
import type { About } from './failure.ts'
import { deleting, pulling, pushing } from './scopes.ts'

/** A manifest or index as the registry keeps it; `bytes` are what `digest` is of. */
export interface StoredManifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: Digest
}

/** Signed manifests of before 2016: asked for last, to be able to say what it is. */
const SCHEMA_1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
/** Without this list docker-registry converts to schema 1 or says there is nothing. */
const ACCEPT = [MEDIA.index, MEDIA.dockerIndex, MEDIA.manifest, MEDIA.dockerManifest, SCHEMA_1].join(', ')
const TYPES: readonly string[] = [...ACCEPT.split(', '), 'application/vnd.docker.distribution.manifest.v1+json']

function checked(reference: string): string {
  if (!isTag(reference) && !isDigest(reference)) throw new AppError('name-invalid', { name: reference })
  return reference
}

function pathOf(connection: Connection, repository: string, reference: string): string {
  return `${connection.path(repository)}/manifests/${checked(reference)}`
}

function aboutManifest(connection: Connection, repository: string, reference: string): About {
  return { ...connection.about(repository), reference }
}

function mismatch(connection: Connection, file: string): AppError {
  return new AppError('registry-mismatch', { place: connection.address.host, file })
}

/** The part of a Content-Type that counts. */
function typeOf(header: string | undefined): string {
  return header?.split(';')[0]?.trim().toLowerCase() ?? ''
}

interface Shape {
  readonly mediaType?: unknown
  readonly manifests?: unknown
  readonly layers?: unknown
  readonly schemaVersion?: unknown
}

/** What a manifest says of itself, else what its fields make of it; ECR and plain servers send it as text. */
function ownType(bytes: Uint8Array): string | undefined {
  let shape: Shape | null
  try {
    shape = JSON.parse(new TextDecoder().decode(bytes)) as Shape | null
  } catch {
    return undefined
  }
  if (typeof shape !== 'object' || shape === null) return undefined
  if (typeof shape.mediaType === 'string') return shape.mediaType
  if (shape.schemaVersion === 1) return SCHEMA_1
  if (Array.isArray(shape.manifests)) return MEDIA.index
  return Array.isArray(shape.layers) ? MEDIA.manifest : undefined
}

/** Reads a manifest or index whole. @throws registry-manifest-unknown, registry-name-unknown, registry-mismatch, … */
export async function getManifest(
  connection: Connection,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<StoredManifest> {
  const answer = await connection.ask({
    method: 'GET',
    to: pathOf(connection, repository, reference),
    headers: { accept: ACCEPT },
    scopes: [pulling(connection.path(repository))],
    about: aboutManifest(connection, repository, reference),
    expect: [200],
    signal,
  })
  const digest = digestOf(answer.bytes)
  const said = answer.header('docker-content-digest')
  if ((isDigest(reference) && reference !== digest) || (isDigest(said) && said !== digest)) {
    throw mismatch(connection, isDigest(reference) ? reference : `${repository}:${reference}`)
  }
  const header = typeOf(answer.header('content-type'))
  const own = ownType(answer.bytes)
  const known = TYPES.includes(header)
  // distribution-spec, "Pulling manifests": the two must agree. Schema 1 has no such field.
  if (own === undefined || (known && own !== header && !own.includes('manifest.v1+pretty') && hasField(answer.bytes))) {
    throw connection.strange('manifest')
  }
  return { bytes: answer.bytes, mediaType: known ? header : own, digest }
}

function hasField(bytes: Uint8Array): boolean {
  return typeof (JSON.parse(new TextDecoder().decode(bytes)) as Shape).mediaType === 'string'
}

/** What a manifest is, without reading it (on Docker Hub that is no pull); undefined when there is none. */
export async function headManifest(
  connection: Connection,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<Descriptor | undefined> {
  const answer = await connection.ask({
    method: 'HEAD',
    to: pathOf(connection, repository, reference),
    headers: { accept: ACCEPT },
    scopes: [pulling(connection.path(repository))],
    about: aboutManifest(connection, repository, reference),
    expect: [200, 404, 405],
    signal,
  })
  if (answer.status === 404) return undefined
  const digest = answer.header('docker-content-digest')
  const mediaType = typeOf(answer.header('content-type'))
  const size = Number(answer.header('content-length') ?? Number.NaN)
  if (answer.status === 200 && isDigest(digest) && TYPES.includes(mediaType) && Number.isSafeInteger(size)) {
    if (isDigest(reference) && digest !== reference) throw mismatch(connection, reference)
    return { mediaType, digest, size }
  }
  // Both headers were optional before distribution-spec 1.1.1's successor; some servers refuse HEAD.
  try {
    const whole = await getManifest(connection, repository, reference, signal)
    return { mediaType: whole.mediaType, digest: whole.digest, size: whole.bytes.length }
  } catch (error) {
    if (error instanceof AppError && ['registry-manifest-unknown', 'registry-name-unknown'].includes(error.code))
      return undefined
    throw error
  }
}

/**
 * Puts a manifest under a tag or its digest. `subject`: the registry lists it among the referrers of its subject itself;
 * where it does not, that is the client's work (`addReferrer`).
 */
export async function putManifest(
  connection: Connection,
  repository: string,
  reference: string,
  bytes: Uint8Array,
  mediaType: string,
  signal: AbortSignal,
): Promise<{ readonly digest: Digest; readonly subject: boolean }> {
  if (bytes.length > MAX_DOCUMENT)
    throw new AppError('registry-refused', { place: connection.address.host, reason: `> ${MAX_DOCUMENT} bytes` })
  const answer = await connection.ask({
    method: 'PUT',
    to: pathOf(connection, repository, reference),
    headers: { 'content-type': mediaType },
    body: bytes,
    scopes: [pushing(connection.path(repository))],
    about: aboutManifest(connection, repository, reference),
    expect: [200, 201, 202, 204],
    signal,
  })
  const digest = digestOf(bytes)
  const said = answer.header('docker-content-digest')
  if (isDigest(said) && said !== digest) throw mismatch(connection, digest)
  return { digest, subject: answer.header('oci-subject') !== undefined }
}

/** Removes a manifest, with all tags that name it. Not there is as good. @throws registry-unsupported where it is not offered */
export async function deleteManifest(
  connection: Connection,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<void> {
  await remove(connection, repository, digest, signal)
}

/** Removes one tag and leaves the manifest to its other names. @throws registry-unsupported where it is not offered (docker-registry before 3) */
export async function deleteTag(
  connection: Connection,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<void> {
  if (!isTag(tag)) throw new AppError('name-invalid', { name: tag })
  await remove(connection, repository, tag, signal)
}

async function remove(
  connection: Connection,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<void> {
  const about = aboutManifest(connection, repository, reference)
  const answer = await connection.ask({
    method: 'DELETE',
    to: pathOf(connection, repository, reference),
    scopes: [deleting(connection.path(repository))],
    about,
    expect: [200, 202, 204, 400, 404],
    signal,
  })
  if (answer.status === 400) {
    const refused = connection.failure(answer, about)
    // docker-registry 2.8 takes a tag for a bad digest.
    const tagRefused = !isDigest(reference) && /DIGEST_INVALID/.test(refused.raw ?? '')
    throw tagRefused
      ? new AppError('registry-unsupported', { place: connection.address.host }, { raw: refused.raw ?? '' })
      : refused
  }
}
