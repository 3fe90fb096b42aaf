import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { disposable } from '../../format/bytes.ts'
import type { Bytes } from '../place.ts'
import type { Connection } from './connection.ts'
import { pulling } from './scopes.ts'
import type { Reply } from './wire.ts'

export interface WantedBlob {
  readonly digest: Digest
  /** Bytes, where a manifest tells. */
  readonly size?: number
}

/** Bytes after which a connection counts as having got somewhere, so that its next cut is a first one again. */
const PROGRESS = 1 << 20

/**
 * The bytes of a blob, each once. After a cut it goes on where it was (Range), or reads again and skips where the
 * registry does not offer that. Length is checked here; the digest is for who reads it to prove.
 * @throws registry-blob-unknown, registry-mismatch (other length or content than before), registry-broken, …
 */
export async function* download(
  connection: Connection,
  repository: string,
  wanted: WantedBlob,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reading = new Reading(connection, repository, wanted, signal)
  let since = 0
  for (let cuts = 0; ; ) {
    const before = reading.offset
    try {
      yield* reading.on()
      return
    } catch (error) {
      signal.throwIfAborted()
      since += reading.offset - before
      if (since >= PROGRESS) {
        cuts = 0
        since = 0
      }
      cuts += 1
      if (reading.complete) return
      await connection.pause(error, cuts, signal)
    }
  }
}

class Reading {
  readonly #connection: Connection
  readonly #repository: string
  readonly #wanted: WantedBlob
  readonly #signal: AbortSignal
  /** Bytes handed on. */
  offset = 0
  #total: number | undefined
  #etag: string | undefined

  constructor(connection: Connection, repository: string, wanted: WantedBlob, signal: AbortSignal) {
    this.#connection = connection
    this.#repository = repository
    this.#wanted = wanted
    this.#signal = signal
    this.#total = wanted.size
  }

  get complete(): boolean {
    return this.#total !== undefined && this.offset === this.#total && this.offset > 0
  }

  /** What is left, over one connection. */
  async *on(): Bytes {
    const reply = await this.#open()
    try {
      let skip = this.#skipped(reply)
      if (this.offset > 0) {
        this.#connection.report({ type: 'resumed', way: 'down', kept: this.offset - skip, again: skip })
      }
      const body = (reply.body as Bytes)[Symbol.asyncIterator]()
      for (let next = await this.#next(body, reply); next; next = await this.#next(body, reply)) {
        const chunk = next.subarray(Math.min(skip, next.length))
        skip -= next.length - chunk.length
        if (chunk.length === 0) continue
        if (this.#total !== undefined && this.offset + chunk.length > this.#total) throw this.#mismatch()
        this.offset += chunk.length
        yield disposable(chunk)
      }
    } finally {
      reply.body.destroy()
    }
    if (this.#total !== undefined && this.offset < this.#total) throw this.#cut()
  }

  async #next(body: AsyncIterator<Uint8Array>, reply: Reply): Promise<Uint8Array | undefined> {
    try {
      const next = await body.next()
      return next.done ? undefined : next.value
    } catch (error) {
      throw this.#connection.named(error, reply, this.#signal)
    }
  }

  async #open(): Promise<Reply> {
    const { digest } = this.#wanted
    const path = this.#connection.path(this.#repository)
    return await this.#connection.open({
      method: 'GET',
      to: `${path}/blobs/${digest}`,
      headers:
        this.offset === 0
          ? {}
          : { range: `bytes=${this.offset}-`, ...(this.#etag === undefined ? {} : { 'if-range': this.#etag }) },
      scopes: [pulling(path)],
      about: { ...this.#connection.about(this.#repository), blob: digest },
      expect: [200, 206],
      signal: this.#signal,
    })
  }

  /** How many of the answer's bytes were handed on before. Checks that it is still about the same content. */
  #skipped(reply: Reply): number {
    const encoding = reply.header('content-encoding')
    // A proxy that repacks: its bytes are not the blob's.
    if (encoding !== undefined && encoding !== 'identity')
      throw this.#connection.strange(`content-encoding ${encoding}`)
    const said = reply.header('docker-content-digest')
    if (said?.startsWith('sha256:') && said !== this.#wanted.digest) throw this.#mismatch()
    const etag = reply.header('etag')
    // Only a strong one promises the same bytes (RFC 9110, section 13.1.5).
    if (this.offset === 0) this.#etag = etag?.startsWith('"') ? etag : undefined
    if (reply.status === 206) {
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(reply.header('content-range') ?? '')
      if (Number(range?.[1]) !== this.offset) throw this.#connection.strange('Content-Range')
      this.#agree(range?.[2] === '*' ? undefined : range?.[2])
      return 0
    }
    this.#agree(reply.header('content-length'))
    return this.offset
  }

  #agree(length: string | undefined): void {
    if (length === undefined) return
    this.#total ??= Number(length)
    if (this.#total !== Number(length)) throw this.#mismatch()
  }

  #mismatch(): AppError {
    return new AppError('registry-mismatch', { place: this.#connection.address.host, file: this.#wanted.digest })
  }

  #cut(): AppError {
    return new AppError('registry-broken', { place: this.#connection.address.host })
  }
}
