import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import type { Bytes, Descriptor } from '../place.ts'
import type { RegistryAddress } from './address.ts'
import { hasBlob, mount } from './blobs.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { download, type WantedBlob } from './download.ts'
import { KeptManifests } from './kept-manifests.ts'
import { addReferrer, catalog, type Referrer, referrers, tags } from './listing.ts'
import { deleteManifest, deleteTag, getManifest, headManifest, putManifest, type StoredManifest } from './manifests.ts'
import { tryUpload } from './rights.ts'
import { pushing } from './scopes.ts'
import type { Credentials } from './tokens.ts'
import { type KnownBlob, SIZES, type Uploaded, type UploadSizes, upload } from './upload.ts'

export interface RegistryOptions extends ConnectionOptions {
  readonly sizes?: Partial<UploadSizes>
}

/** What a registry says when nothing is asked of it. */
export interface Ping {
  /** How it wants to be signed in to; `none` also where it asks later, per repository. */
  readonly auth: 'none' | 'basic' | 'bearer'
}

/** What else its first answer tells of a registry. */
export interface Manner extends Ping {
  readonly encrypted: boolean
  /** Where it has its tokens made. */
  readonly realm?: URL
  /** Of its first answer: several kinds name themselves there. */
  header(name: string): string | undefined
}

/**
 * One registry over the OCI distribution API. Opens connections when asked and keeps them until `close`; any number of
 * calls may be under way. Repositories are paths without host, tags and digests without `:` and `@`. Every method throws
 * `registry-…` errors and, once its signal is aborted, the signal's reason.
 */
export class RegistryClient {
  readonly #connection: Connection
  readonly #sizes: UploadSizes
  readonly #kept = new KeptManifests()

  /** `credentials` is asked when they are needed, and again after a sign-in failed; undefined: nobody. */
  constructor(
    address: RegistryAddress,
    credentials: () => Promise<Credentials | undefined> = async () => undefined,
    options: RegistryOptions = {},
  ) {
    this.#connection = new Connection(address, credentials, options)
    this.#sizes = { ...SIZES, ...options.sizes }
  }

  /** Whether it is a registry. Signs in nobody. @throws registry-answer where something else answers */
  async ping(signal: AbortSignal): Promise<Ping> {
    const { status } = await this.#connection.meet(signal)
    if (status !== 200 && status !== 401 && status !== 403) throw this.#connection.strange(`HTTP ${status}`)
    return { auth: this.#connection.asks }
  }

  /** As `ping`, with all that its first answer tells. */
  async manner(signal: AbortSignal): Promise<Manner> {
    const { auth } = await this.ping(signal)
    const { base, header } = await this.#connection.meet(signal)
    const { realm } = this.#connection
    return { auth, encrypted: base.protocol === 'https:', header, ...(realm ? { realm } : {}) }
  }

  /** What the sign-in may do in a repository, by the token that is given for it; undefined where that does not tell. */
  async granted(repository: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const path = this.#connection.path(repository)
    return await this.#connection.granted([pushing(path)], `repository:${path}`, signal)
  }

  /** Begins an upload and gives it up at once. @throws registry-… as a push would be refused */
  async tryUpload(repository: string, signal: AbortSignal): Promise<void> {
    await tryUpload(this.#connection, repository, signal)
  }

  /** Shows the credentials to the registry. @throws registry-credentials, registry-unauthorized where it wants some */
  async signIn(signal: AbortSignal): Promise<void> {
    const about = this.#connection.about()
    await this.#connection.ask({ method: 'GET', to: '', scopes: [], about, expect: [200], signal }).catch((error) => {
      // A token that opens nothing at all was made for somebody the registry does not know.
      if (!(error instanceof AppError && error.code === 'registry-denied')) throw error
      throw new AppError('registry-credentials', error.parts, { raw: error.raw ?? '' })
    })
  }

  /**
   * A manifest or index of any media type, by tag or digest, checked against its digest. One that was read is not read again
   * by its digest: it never changes, and at Docker Hub each reading counts as a download.
   */
  async manifest(repository: string, reference: string, signal: AbortSignal): Promise<StoredManifest> {
    const kept = this.#kept.get(repository, reference)
    if (kept) return kept
    const read = await getManifest(this.#connection, repository, reference, signal)
    this.#kept.add(repository, read)
    return read
  }

  /** As `manifest`, without its bytes (on Docker Hub that counts as no pull); undefined when there is none. */
  async head(repository: string, reference: string, signal: AbortSignal): Promise<Descriptor | undefined> {
    return await headManifest(this.#connection, repository, reference, signal)
  }

  /**
   * Puts a manifest under a tag or its own digest: this is what makes an image visible. `subject`: the registry itself
   * lists it among its subject's referrers; if it has a subject and this is false, call `addReferrer`.
   */
  async putManifest(
    repository: string,
    reference: string,
    bytes: Uint8Array,
    mediaType: string,
    signal: AbortSignal,
  ): Promise<{ readonly digest: Digest; readonly subject: boolean }> {
    return await putManifest(this.#connection, repository, reference, bytes, mediaType, signal)
  }

  /** Removes a manifest and every tag that names it; not there is as good. @throws registry-unsupported */
  async deleteManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<void> {
    this.#kept.drop(repository, digest)
    await deleteManifest(this.#connection, repository, digest, signal)
  }

  /** Removes a tag alone; not there is as good. @throws registry-unsupported (docker-registry before 3, ECR, GHCR, Hub) */
  async deleteTag(repository: string, tag: string, signal: AbortSignal): Promise<void> {
    await deleteTag(this.#connection, repository, tag, signal)
  }

  async hasBlob(repository: string, digest: Digest, signal: AbortSignal): Promise<boolean> {
    return await hasBlob(this.#connection, repository, digest, signal)
  }

  /** A blob's bytes, each once whatever is cut. The digest is not checked here: proof.ts does, on the way. */
  blob(repository: string, blob: WantedBlob, signal: AbortSignal): Bytes {
    return download(this.#connection, repository, blob, signal)
  }

  /** Takes `bytes` to their end, or leaves them and throws; nothing is to be seen of what failed. */
  async upload(repository: string, bytes: Bytes, known: KnownBlob, signal: AbortSignal): Promise<Uploaded> {
    return await upload(this.#connection, repository, bytes, known, signal, this.#sizes)
  }

  /** Makes a blob of another repository known in this one without its bytes; false where that is not to be had. */
  async mount(repository: string, digest: Digest, from: string, signal: AbortSignal): Promise<boolean> {
    return await mount(this.#connection, repository, digest, from, signal)
  }

  /** In the registry's order, page by page. @throws registry-name-unknown */
  tags(repository: string, signal: AbortSignal): AsyncIterable<string> {
    return tags(this.#connection, repository, signal)
  }

  /** All repositories. @throws registry-unsupported, registry-denied, registry-unauthorized: most public ones keep it to themselves */
  catalog(signal: AbortSignal): AsyncIterable<string> {
    return catalog(this.#connection, signal)
  }

  /** Manifests that refer to this one (signatures, attestations), from the API or its stand-in tag. */
  referrers(repository: string, subject: Digest, signal: AbortSignal): AsyncIterable<Referrer> {
    return referrers(this.#connection, repository, subject, signal)
  }

  /** See `putManifest`. */
  async addReferrer(repository: string, subject: Digest, referrer: Referrer, signal: AbortSignal): Promise<void> {
    await addReferrer(this.#connection, repository, subject, referrer, signal)
  }

  /** Ends all connections; what is still under way fails. */
  async close(): Promise<void> {
    await this.#connection.close()
  }
}
