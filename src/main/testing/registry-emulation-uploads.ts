import { randomUUID } from 'node:crypto'
import { digestOf } from './content.ts'
import { type Asking, afterEffect, Cut, readRequest, refuse } from './registry-emulation-asking.ts'

export interface EmulatedUploadOptions {
  /** False: answers 202 to every mount. */
  readonly mount?: boolean
  /** Bodies of PATCH it takes; both when left out. */
  readonly patch?: 'stream' | 'chunks'
  /** OCI-Chunk-Min-Length. */
  readonly chunkMinimum?: number
  /** How it names where to go on. */
  readonly location?: 'absolute' | 'relative'
  /** `forgets`: after a cut PATCH the session is lost, as with docker-registry 2.8. `silent`: it does not say how far it got. */
  readonly afterCut?: 'tells' | 'forgets' | 'silent'
}

interface Session {
  readonly bytes: Buffer[]
  size: number
  /** Good for the next request only, as with docker-registry. */
  state: string
  lost: boolean
  /** A chunk below the least length came: it must have been the last. */
  short: boolean
}

/** The upload half of an emulated registry. */
export class EmulatedUploads {
  readonly sessions = new Map<string, Session>()
  readonly #options: EmulatedUploadOptions
  readonly #blobs: Map<string, Buffer>

  constructor(options: EmulatedUploadOptions, blobs: Map<string, Buffer>) {
    this.#options = options
    this.#blobs = blobs
  }

  async answer(asking: Asking): Promise<void> {
    const { request, response, last, url } = asking
    if (last === '') {
      this.#begin(asking)
      return
    }
    const session = this.sessions.get(last)
    if (!session) {
      refuse(asking, 404, 'BLOB_UPLOAD_UNKNOWN')
    } else if (session.lost || !url.search.startsWith(this.#query(session))) {
      refuse(asking, 404, 'BLOB_UPLOAD_INVALID')
    } else if (request.method === 'GET') {
      const range = this.#options.afterCut === 'silent' ? {} : { range: `0-${Math.max(0, session.size - 1)}` }
      response.writeHead(204, { ...range, location: this.#where(asking, last, session) }).end()
    } else if (request.method === 'DELETE') {
      this.sessions.delete(last)
      response.writeHead(204).end()
    } else if (request.method === 'PATCH') await this.#patch(asking, session)
    else await this.#finish(asking, session)
  }

  /** Padding and escapes as they come: a query is to be sent back to the letter. */
  #query(session: Session): string {
    return `?_state=${session.state}%3D==&free=`
  }

  #where({ repository, request }: Asking, id: string, session: Session): string {
    session.state = randomUUID()
    const origin = this.#options.location === 'absolute' ? `http://${request.headers.host}` : ''
    return `${origin}/v2/${repository}/blobs/uploads/${id}${this.#query(session)}`
  }

  #begin(asking: Asking): void {
    const { response, repository, url } = asking
    const digest = url.searchParams.get('mount')
    const from = this.#blobs.get(`${url.searchParams.get('from')}@${digest}`)
    if (from && this.#options.mount !== false) {
      this.#blobs.set(`${repository}@${digest}`, from)
      response.writeHead(201).end()
      return
    }
    const id = randomUUID()
    const session: Session = { bytes: [], size: 0, state: '', lost: false, short: false }
    this.sessions.set(id, session)
    afterEffect(asking)
    const { chunkMinimum } = this.#options
    if (chunkMinimum !== undefined) response.setHeader('oci-chunk-min-length', chunkMinimum)
    response.writeHead(202, { location: this.#where(asking, id, session), range: '0-0' }).end()
  }

  async #patch(asking: Asking, session: Session): Promise<void> {
    const { request, response, last } = asking
    const { patch, chunkMinimum = 0, afterCut } = this.#options
    const range = /^(\d+)-(\d+)$/.exec(request.headers['content-range'] ?? '')
    if (patch === (range ? 'stream' : 'chunks')) {
      refuse(asking, 400, 'UNSUPPORTED_FORM')
      return
    }
    if (session.short || (range && Number(range[1]) !== session.size)) {
      refuse(asking, 416, 'RANGE_INVALID')
      return
    }
    const before = session.size
    try {
      await readRequest(asking, (chunk) => {
        session.bytes.push(chunk)
        session.size += chunk.length
      })
      session.short = range !== null && session.size - before < chunkMinimum
      afterEffect(asking)
    } catch (error) {
      session.lost = afterCut === 'forgets'
      throw error instanceof Cut ? error : new Cut()
    }
    const location = this.#where(asking, last, session)
    response.writeHead(202, { location, range: `0-${session.size - 1}` }).end()
  }

  async #finish(asking: Asking, session: Session): Promise<void> {
    const { response, repository, last, url } = asking
    const bytes = Buffer.concat([...session.bytes, await readRequest(asking)])
    this.sessions.delete(last)
    const digest = digestOf(bytes)
    if (digest !== url.searchParams.get('digest')) {
      refuse(asking, 400, 'DIGEST_INVALID')
      return
    }
    this.#blobs.set(`${repository}@${digest}`, bytes)
    afterEffect(asking)
    response.writeHead(201, { 'docker-content-digest': digest }).end()
  }
}
