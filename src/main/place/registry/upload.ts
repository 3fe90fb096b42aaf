import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import type { Bytes } from '../place.ts'
import { hasBlob } from './blobs.ts'
import type { Answer, Call, Connection } from './connection.ts'
import type { About } from './failure.ts'
import { pauseBefore, persist } from './patience.ts'
import { pushing } from './scopes.ts'
import { Window } from './window.ts'

export interface Uploaded {
  readonly digest: Digest
  readonly size: number
  /** Bytes that a resume found at the registry, so that they were not sent again. 0: nothing was cut. */
  readonly resumed: number
}

/** What is told of a blob before its bytes. The digest is trusted: who knows it proves it on the way. */
export interface KnownBlob {
  readonly digest?: Digest
  readonly size?: number
}

/** Sizes in bytes. */
export interface UploadSizes {
  /** A blob up to this goes in one request; after a cut, a larger one goes on in chunks of this. */
  readonly chunk: number
  /** What stays to be sent again after a cut; a larger blob whose server lost more cannot go on. */
  readonly keep: number
}

/**
 * Measured against docker-registry 2.8 (700 MB, loopback): one streamed PATCH takes 0.83 to 0.9 of the time of chunks of
 * 8 to 32 MiB, whose size makes no difference. It is also what `docker push` does, so what every registry takes. 8 MiB is
 * within what ECR wants of a part.
 */
export const SIZES: UploadSizes = { chunk: 8 << 20, keep: 16 << 20 }
/** A chunk larger than this is not kept in memory: the rest is streamed. */
const MAX_CHUNK = 64 << 20
/** Milliseconds for taking back what was begun. */
const CANCEL = 3000
const ACCEPTED = [200, 201, 202, 204]
/** Statuses by which servers say that they do not take a body in this form. */
const OTHER_FORM = [400, 404, 405, 411, 413, 415, 416, 501]
const OCTETS = { 'content-type': 'application/octet-stream' }

/** Google's registries take one stream and no chunks (Artifact Registry, "Chunked uploads"). */
function takesChunks(host: string): boolean {
  return !/(^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(host)
}

/** GHCR refuses a PATCH with Content-Range above 4 MiB. */
function largestChunk(host: string): number {
  return host === 'ghcr.io' ? 4 << 20 : MAX_CHUNK
}

/** `bytes=0-9` or `0-9`: 10. `0-0` is what a fresh session says, too. Undefined where nothing is told. */
function received(range: string | undefined): number | undefined {
  const last = /^(?:bytes[= ])?0-(\d+)$/.exec(range ?? '')?.[1]
  if (last === undefined) return undefined
  return last === '0' ? 0 : Number(last) + 1
}

/** Sends a blob, digest and size known or not. @throws registry-denied, registry-upload-lost, registry-broken, … and what `bytes` throws */
export async function upload(
  connection: Connection,
  repository: string,
  bytes: Bytes,
  known: KnownBlob,
  signal: AbortSignal,
  sizes: UploadSizes = SIZES,
): Promise<Uploaded> {
  const window = new Window(bytes, sizes.keep, known.digest === undefined)
  try {
    return await new Upload(connection, repository, window, known, signal, sizes).run()
  } finally {
    await window.close()
  }
}

class Upload {
  readonly #connection: Connection
  readonly #repository: string
  readonly #window: Window
  readonly #known: KnownBlob
  readonly #signal: AbortSignal
  readonly #sizes: UploadSizes
  #way: 'stream' | 'chunks' = 'stream'
  /** The other way was tried, too. */
  #turned = false
  /** The last request was answered, and not taken. */
  #refused = false
  /** The session: where the next request goes. Always the newest, docker-registry takes no other. */
  #location: URL | undefined
  #minimum = 0
  /** Bytes the registry has confirmed. */
  #offset = 0
  #resumed = 0
  #digestOnce: Promise<Digest> | undefined

  constructor(
    connection: Connection,
    repository: string,
    window: Window,
    known: KnownBlob,
    signal: AbortSignal,
    sizes: UploadSizes,
  ) {
    this.#connection = connection
    this.#repository = repository
    this.#window = window
    this.#known = known
    this.#signal = signal
    this.#sizes = sizes
  }

  async run(): Promise<Uploaded> {
    const { chunk } = this.#sizes
    try {
      await this.#window.fill(chunk + 1)
      if (this.#window.ended && this.#window.end <= chunk) await this.#whole()
      else await this.#parts()
      const size = this.#window.end
      return { digest: await this.#digest(), size, resumed: this.#resumed }
    } catch (error) {
      await this.#cancel()
      throw error
    }
  }

  async #digest(): Promise<Digest> {
    this.#digestOnce ??= this.#known.digest === undefined ? this.#window.digest() : Promise.resolve(this.#known.digest)
    return await this.#digestOnce
  }

  get #about(): About {
    return this.#connection.about(this.#repository)
  }

  async #call(call: Pick<Call, 'method' | 'to'> & Partial<Call>): Promise<Answer> {
    return await this.#connection.ask({
      scopes: [pushing(this.#connection.path(this.#repository))],
      about: this.#about,
      expect: ACCEPTED,
      signal: this.#signal,
      ...call,
    })
  }

  async #begin(): Promise<URL> {
    const path = `${this.#connection.path(this.#repository)}/blobs/uploads/`
    const answer = await this.#call({ method: 'POST', to: path, headers: { 'content-length': '0' } })
    const location = answer.header('location')
    if (location === undefined) throw this.#connection.strange('Location')
    this.#minimum = Number(answer.header('oci-chunk-min-length')) || 0
    this.#offset = 0
    this.#location = this.#connection.resolve(location, answer.url)
    return this.#location
  }

  /** `?digest=` added to what may have a query whose every byte matters. */
  async #closing(location: URL): Promise<URL> {
    const digest = encodeURIComponent(await this.#digest())
    return new URL(`${location.href}${location.search === '' ? '?' : '&'}digest=${digest}`)
  }

  /** One request with all bytes, which can be made anew. */
  async #whole(): Promise<void> {
    const { end } = this.#window
    const digest = await this.#digest()
    const about = { ...this.#about, blob: digest }
    const attempt = async (failed: number): Promise<void> => {
      // What was cut off after its last byte may have arrived.
      if (failed > 0 && (await hasBlob(this.#connection, this.#repository, digest, this.#signal))) return
      await this.#cancel()
      const to = await this.#closing(await this.#begin())
      const body = end === 0 ? new Uint8Array(0) : () => this.#window.pieces(0, end)
      const headers = { ...OCTETS, 'content-length': String(end) }
      await this.#call({ method: 'PUT', to, headers, body, again: false, about })
      this.#location = undefined
    }
    await persist(attempt, this.#connection.patience, this.#signal, (error) => this.#passes(error))
  }

  #passes(error: unknown): boolean {
    return this.#connection.passes(error) || (error instanceof AppError && error.code === 'registry-upload-lost')
  }

  async #parts(): Promise<void> {
    await this.#begin()
    for (let cuts = 0; ; ) {
      this.#refused = false
      try {
        await this.#window.fill(this.#offset + 1)
        if (this.#window.ended && this.#offset === this.#window.end) {
          await this.#finish()
          return
        }
        await (this.#way === 'stream' ? this.#stream(this.#offset) : this.#chunk(this.#offset))
        cuts = 0
      } catch (error) {
        this.#signal.throwIfAborted()
        this.#window.throwIfFailed()
        cuts += 1
        if (await this.#recover(error, cuts)) return
      }
    }
  }

  async #finish(): Promise<void> {
    const about = { ...this.#about, blob: await this.#digest() }
    const to = await this.#closing(this.#session)
    await this.#call({ method: 'PUT', to, headers: { ...OCTETS, 'content-length': '0' }, again: false, about })
    this.#location = undefined
  }

  get #session(): URL {
    if (!this.#location) throw new TypeError('no upload was begun')
    return this.#location
  }

  /** All that comes from there on, in one request. */
  async #stream(from: number): Promise<void> {
    const { size } = this.#known
    const length = size === undefined ? {} : { 'content-length': String(size - from) }
    await this.#patch(
      from,
      length,
      () => this.#window.from(from),
      () => this.#window.end,
    )
    // Told the size, a registry answers at the last byte, maybe before the source has said that it was the last.
    await this.#window.fill(this.#window.end + 1)
    // An answer before the source's end would confirm what was not sent.
    if (!this.#window.ended) throw this.#connection.strange('PATCH')
  }

  async #chunk(from: number): Promise<void> {
    const size = Math.max(Math.min(this.#sizes.chunk, largestChunk(this.#connection.address.host)), this.#minimum)
    await this.#window.fill(from + size)
    const to = Math.min(from + size, this.#window.end)
    const headers = { 'content-length': String(to - from), 'content-range': `${from}-${to - 1}` }
    const sent = this.#patch(
      from,
      headers,
      () => this.#window.pieces(from, to),
      () => to,
    )
    // The next chunk comes in while this one goes out; what its source throws is told when it is its turn.
    const ahead = this.#window.fill(to + size).catch(() => undefined)
    await sent
    await ahead
  }

  async #patch(
    from: number,
    headers: Readonly<Record<string, string>>,
    body: () => Bytes | Iterable<Uint8Array>,
    end: () => number,
  ): Promise<void> {
    const answer = await this.#call({
      method: 'PATCH',
      to: this.#session,
      headers: { ...OCTETS, ...headers },
      // Asked for once more when the registry refuses the sign-in first.
      body: () => {
        if (this.#window.start > from) throw this.#lost()
        return body()
      },
      expect: [...ACCEPTED, ...OTHER_FORM],
      again: false,
    })
    if (!ACCEPTED.includes(answer.status)) {
      this.#refused = true
      // Not where the registry is: it says where (distribution-spec, "Pushing a blob in chunks").
      throw answer.status === 416 && from > 0 ? this.#lost() : this.#connection.failure(answer, this.#about)
    }
    const location = answer.header('location')
    // What the answer's Range says is not believed: ECR's stays at the first chunk. The closing digest tells.
    if (location !== undefined) this.#location = this.#connection.resolve(location, answer.url)
    this.#offset = end()
    this.#window.forget(this.#offset)
  }

  #lost(raw = ''): AppError {
    const { place, repository = '' } = this.#about
    return new AppError('registry-upload-lost', { place, name: repository }, { raw })
  }

  /** Makes ready to go on after a failure, or throws it. True: there is nothing left to do. */
  async #recover(error: unknown, cuts: number): Promise<boolean> {
    if (this.#refused && !this.#turned && this.#offset === 0) {
      // A server that does not take a body in this form gets the other one, once.
      this.#turned = true
      this.#way = this.#way === 'stream' ? 'chunks' : 'stream'
      return await this.#restart(error)
    }
    await pauseBefore(error, cuts, this.#connection.patience, this.#signal, (given) => this.#passes(given))
    // Once a line has proven bad, what is confirmed piece by piece is lost piece by piece only.
    if (takesChunks(this.#connection.address.host) && this.#minimum <= MAX_CHUNK) this.#way = 'chunks'
    const at = await this.#status()
    if (at === undefined || at < this.#window.start || at > this.#window.end) return await this.#restart(error)
    this.#connection.report({ type: 'resumed', way: 'up', kept: at, again: this.#window.end - at })
    this.#resumed = at
    this.#offset = at
    return false
  }

  /** How many bytes the registry has, or undefined when it does not know this upload (any more). */
  async #status(): Promise<number | undefined> {
    const answer = await this.#call({ method: 'GET', to: this.#session, expect: [...ACCEPTED, 400, 404, 405, 416] })
    if (!ACCEPTED.includes(answer.status)) return undefined
    const location = answer.header('location')
    if (location !== undefined) this.#location = this.#connection.resolve(location, answer.url)
    const has = received(answer.header('range'))
    if (has === undefined) return undefined
    return Math.max(has, this.#offset)
  }

  /** From the first byte, if it is still there. True: the blob is there after all. */
  async #restart(error: unknown): Promise<boolean> {
    if (this.#window.ended && (await hasBlob(this.#connection, this.#repository, await this.#digest(), this.#signal))) {
      this.#location = undefined
      return true
    }
    if (this.#window.start > 0) throw this.#lost(error instanceof AppError ? error.raw : '')
    this.#resumed = 0
    await this.#cancel()
    await this.#begin()
    return false
  }

  /** Leaves nothing half-sent where the registry can forget it; it does so by itself some day. */
  async #cancel(): Promise<void> {
    const to = this.#location
    this.#location = undefined
    if (!to) return
    const signal = AbortSignal.timeout(CANCEL)
    await this.#call({ method: 'DELETE', to, signal, again: false, expect: [...ACCEPTED, 404] }).catch(() => undefined)
  }
}
