import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Digest } from '../../shared/reference.ts'
import { digestOf } from './content.ts'
import { answer, type Gate } from './emulated/gate.ts'
import {
  type Asking,
  afterEffect,
  Cut,
  type Disturbance,
  readRequest,
  refuse,
  send,
} from './registry-emulation-asking.ts'
import { type EmulatedAuth, EmulatedTokens } from './registry-emulation-tokens.ts'
import { type EmulatedUploadOptions, EmulatedUploads } from './registry-emulation-uploads.ts'

/** What docker-registry does not do, or does in one way only. Everything left out is as the specification has it. */
export interface EmulationOptions extends EmulatedUploadOptions {
  readonly auth?: EmulatedAuth
  /** Stands before everything, instead of `auth`. */
  readonly gate?: Gate
  /** A manifest came, under a tag or its digest. */
  readonly pushed?: (repository: string, reference: string) => void
  /** Beside the tags, what Google lists: all manifests with sizes and times. */
  readonly extraTags?: boolean
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** False: answers blobs whole, whatever was asked. */
  readonly range?: boolean
  /** Sends readers of blobs to another server, which refuses an Authorization. */
  readonly store?: boolean
  readonly page?: number
  readonly links?: 'absolute' | 'relative'
  readonly referrers?: boolean
  /** `manifests`: no tag alone, as with docker-registry 2.8. */
  readonly deletes?: boolean | 'manifests'
  /** False: 405. */
  readonly head?: boolean
  /** False: does not say what a manifest's digest is. */
  readonly digests?: boolean
}

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

const ROUTE = /^\/v2\/(?:(.+)\/(manifests|blobs\/uploads|blobs|tags|referrers)\/([^/]*)|(_catalog))?$/

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** A small registry in memory, on this computer only. */
export class EmulatedRegistry {
  readonly seen: SeenRequest[] = []
  /** Requests that were under way at the same time, at most. */
  busiest = 0
  /** Awaited before anything is answered. */
  pause: Promise<void> = Promise.resolve()
  #busy = 0
  /** By `repository@digest`. */
  readonly blobs = new Map<string, Buffer>()
  /** By `repository/tag` and `repository/digest`. */
  readonly manifests = new Map<string, { readonly bytes: Buffer; readonly type: string }>()
  readonly uploads: EmulatedUploads
  readonly tokens: EmulatedTokens | undefined
  readonly #options: EmulationOptions
  readonly #disturbances: (Disturbance & { left: number })[] = []
  readonly #server = createServer((request, response) => this.listener(request, response))
  readonly #store = createServer((request, response) => this.#serveStore(request, response))

  private constructor(options: EmulationOptions) {
    this.#options = options
    this.uploads = new EmulatedUploads(options, this.blobs)
    this.tokens = options.auth ? new EmulatedTokens(options.auth) : undefined
  }

  static async start(options: EmulationOptions = {}): Promise<EmulatedRegistry> {
    const registry = new EmulatedRegistry(options)
    await Promise.all([listen(registry.#server), listen(registry.#store)])
    return registry
  }

  get host(): string {
    return `127.0.0.1:${portOf(this.#server)}`
  }

  /** To be served under another name. */
  readonly listener: RequestListener = (request, response) => void this.#serve(request, response)

  disturb(disturbance: Disturbance): void {
    this.#disturbances.push({ ...disturbance, left: disturbance.times ?? 1 })
  }

  /** How often a request of a kind came. */
  count(method: string, path: RegExp): number {
    return this.seen.filter((request) => request.method === method && path.test(request.url)).length
  }

  addBlob(repository: string, bytes: Buffer): Digest {
    const digest = digestOf(bytes)
    this.blobs.set(`${repository}@${digest}`, bytes)
    return digest
  }

  addManifest(repository: string, names: readonly string[], content: object | Buffer, type: string): Digest {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const digest = digestOf(bytes)
    for (const name of [digest, ...names]) this.manifests.set(`${repository}/${name}`, { bytes, type })
    return digest
  }

  async close(): Promise<void> {
    await Promise.all([end(this.#server), end(this.#store)])
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', socket } = request
    this.seen.push({ method, url, headers: request.headers })
    const trouble = this.#disturbances.find((one) => one.left > 0 && one.method === method && one.path.test(url))
    if (trouble) trouble.left -= 1
    request.on('error', () => undefined)
    this.#busy += 1
    this.busiest = Math.max(this.busiest, this.#busy)
    response.once('close', () => {
      this.#busy -= 1
    })
    try {
      await this.pause
      if (trouble?.cut === 'arrival') throw new Cut()
      if (trouble?.answer) {
        response.writeHead(trouble.answer.status, trouble.answer.headers).end(trouble.answer.body)
      } else if (url.startsWith('/token')) await this.tokens?.answer(request, response)
      else await this.#route(request, response, trouble)
    } catch (error) {
      if (error instanceof Cut) socket.resetAndDestroy()
      else response.writeHead(500).end(String(error))
    }
  }

  /** Object storage: no sign-in, none of the registry's headers. */
  #serveStore(request: IncomingMessage, response: ServerResponse): void {
    this.seen.push({ method: `STORE ${request.method}`, url: request.url ?? '', headers: request.headers })
    const url = new URL(request.url ?? '', 'http://store')
    const key = decodeURIComponent(url.pathname.slice(1))
    const blob = this.blobs.get(key)
    if (request.headers.authorization !== undefined || !blob) response.writeHead(400).end('InvalidArgument')
    else this.#sendBlob({ request, response, url, repository: '', last: '', trouble: undefined }, blob)
  }

  async #route(request: IncomingMessage, response: ServerResponse, trouble: Disturbance | undefined): Promise<void> {
    const url = new URL(request.url ?? '', `http://${this.host}`)
    const parts = ROUTE.exec(url.pathname)
    const [, repository = '', kind = parts?.[4] ?? '', last = ''] = parts ?? []
    const asking = { request, response, url, repository, last, trouble }
    for (const [name, value] of Object.entries(this.#options.headers ?? {})) response.setHeader(name, value)
    const refused = parts && this.#options.gate?.(request, { method: request.method ?? '', kind, repository, last })
    if (refused) {
      // A body that nobody reads would keep the connection.
      request.resume()
      answer(response, refused)
      return
    }
    const challenge = this.tokens?.challenge(request, this.#scope(asking, kind), url.origin)
    if (challenge !== undefined) {
      response.setHeader('www-authenticate', challenge)
      refuse(asking, 401, 'UNAUTHORIZED')
    } else if (!parts) refuse(asking, 404, '')
    else if (kind === '') response.writeHead(200).end('{}')
    else if (kind === '_catalog') this.#list(asking, 'repositories', this.#repositories())
    else if (kind === 'tags') this.#list(asking, 'tags', this.#tags(repository), this.#extra(repository))
    else if (kind === 'referrers') this.#referrers(asking)
    else if (kind === 'manifests') await this.#manifest(asking)
    else if (kind === 'blobs') this.#blob(asking)
    else await this.uploads.answer(asking)
  }

  #scope({ request, repository }: Asking, kind: string): string | undefined {
    if (kind === '') return undefined
    if (kind === '_catalog') return 'registry:catalog:*'
    if (request.method === 'DELETE' && kind === 'manifests') return `repository:${repository}:delete`
    const reads = kind !== 'blobs/uploads' && (request.method === 'GET' || request.method === 'HEAD')
    return `repository:${repository}:${reads ? 'pull' : 'pull,push'}`
  }

  #repositories(): string[] {
    return [...new Set([...this.manifests.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))))].sort()
  }

  #tags(repository: string): string[] {
    const names = [...this.manifests.keys()].filter((key) => key.slice(0, key.lastIndexOf('/')) === repository)
    return names.map((key) => key.slice(repository.length + 1)).filter((name) => !name.includes(':'))
  }

  /** google/go-containerregistry, pkg/v1/google/list.go: numbers are texts. */
  #extra(repository: string): object {
    if (!this.#options.extraTags) return {}
    const kept = [...this.manifests]
      .filter(([key]) => key.slice(0, key.lastIndexOf('/')) === repository)
      .map(([key, { bytes, type }]) => ({ name: key.slice(repository.length + 1), bytes, type }))
    const byDigest = Map.groupBy(kept, ({ bytes }) => digestOf(bytes))
    const rows = [...byDigest].map(([digest, names]) => [
      digest,
      {
        imageSizeBytes: String(names[0]?.bytes.length),
        layerId: '',
        mediaType: names[0]?.type,
        tag: names.map(({ name }) => name).filter((name) => !name.includes(':')),
        timeCreatedMs: '0',
        timeUploadedMs: '1732000000000',
      },
    ])
    const manifest: unknown = Object.fromEntries(rows)
    return { name: repository, child: [], manifest }
  }

  #list(asking: Asking, field: string, all: readonly string[], beside: object = {}): void {
    const { response, url } = asking
    const { page = 1000, links = 'relative' } = this.#options
    const names = all.toSorted()
    if (names.length === 0) {
      refuse(asking, 404, 'NAME_UNKNOWN')
      return
    }
    if (Number(url.searchParams.get('n')) > 1000) {
      refuse(asking, 400, 'PAGINATION_NUMBER_INVALID')
      return
    }
    const rest = names.filter((name) => name > (url.searchParams.get('last') ?? ''))
    const some = rest.slice(0, page)
    if (rest.length > page) {
      const next = `${url.pathname}?last=${encodeURIComponent(some.at(-1) ?? '')}&n=${page}`
      response.setHeader('link', `<${links === 'absolute' ? url.origin : ''}${next}>; rel="next"`)
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...beside, [field]: some }))
  }

  #referrers({ response, url, repository, last }: Asking): void {
    if (this.#options.referrers === false) {
      response.writeHead(404).end('404 page not found')
      return
    }
    const all = [...this.manifests].flatMap(([key, { bytes, type }]) => {
      const value = JSON.parse(bytes.toString()) as { subject?: { digest: string }; artifactType?: string }
      if (key !== `${repository}/${digestOf(bytes)}` || value.subject?.digest !== last) return []
      return [{ mediaType: type, digest: digestOf(bytes), size: bytes.length, artifactType: value.artifactType }]
    })
    const at = Number(url.searchParams.get('at') ?? 0)
    const { page = 1000 } = this.#options
    if (at + page < all.length) response.setHeader('link', `<${url.pathname}?at=${at + page}>;rel=next`)
    const type = 'application/vnd.oci.image.index.v1+json'
    const index = { schemaVersion: 2, mediaType: type, manifests: all.slice(at, at + page) }
    response.writeHead(200, { 'content-type': type }).end(JSON.stringify(index))
  }

  async #manifest(asking: Asking): Promise<void> {
    const { request, response, repository, last } = asking
    const found = this.manifests.get(`${repository}/${last}`)
    if (request.method === 'PUT') await this.#putManifest(asking)
    else if (request.method === 'DELETE') this.#deleteManifest(asking)
    else if (request.method === 'HEAD' && this.#options.head === false) refuse(asking, 405, '')
    else if (!found) refuse(asking, 404, 'MANIFEST_UNKNOWN')
    else {
      const digest = this.#options.digests === false ? {} : { 'docker-content-digest': digestOf(found.bytes) }
      response.writeHead(200, { ...digest, 'content-type': found.type, 'content-length': found.bytes.length })
      send(asking, found.bytes)
    }
  }

  async #putManifest(asking: Asking): Promise<void> {
    const { request, response, repository, last } = asking
    const bytes = await readRequest(asking)
    const digest = this.addManifest(repository, [last], bytes, request.headers['content-type'] ?? '')
    this.#options.pushed?.(repository, last)
    afterEffect(asking)
    const { subject } = JSON.parse(bytes.toString()) as { subject?: { digest: string } }
    if (subject && this.#options.referrers !== false) response.setHeader('oci-subject', subject.digest)
    response.writeHead(201, { 'docker-content-digest': digest }).end()
  }

  #deleteManifest(asking: Asking): void {
    const { response, repository, last } = asking
    if (this.#options.deletes === false) {
      refuse(asking, 405, 'UNSUPPORTED')
      return
    }
    if (this.#options.deletes === 'manifests' && !last.includes(':')) {
      refuse(asking, 400, 'DIGEST_INVALID')
      return
    }
    if (!this.manifests.has(`${repository}/${last}`)) {
      refuse(asking, 404, 'MANIFEST_UNKNOWN')
      return
    }
    for (const [key, { bytes }] of this.manifests) {
      const named = key.startsWith(`${repository}/`) && digestOf(bytes) === last
      if (named || key === `${repository}/${last}`) this.manifests.delete(key)
    }
    response.writeHead(202).end()
  }

  #blob(asking: Asking): void {
    const { request, response, repository, last } = asking
    const key = `${repository}@${last}`
    const blob = this.blobs.get(key)
    if (request.method === 'HEAD' && this.#options.head === false) refuse(asking, 405, '')
    else if (!blob) refuse(asking, 404, 'BLOB_UNKNOWN')
    else if (this.#options.store && request.method === 'GET') {
      const location = `http://127.0.0.1:${portOf(this.#store)}/${encodeURIComponent(key)}?X-Signature=stored-secret`
      response.writeHead(307, { location }).end()
    } else this.#sendBlob(asking, blob)
  }

  #sendBlob(asking: Asking, blob: Buffer): void {
    const { request, response } = asking
    const from = /^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]
    const etag = `"${digestOf(blob)}"`
    const changed = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag
    if (from === undefined || this.#options.range === false || changed) {
      response.writeHead(200, { 'content-length': blob.length, etag })
      send(asking, blob)
      return
    }
    const part = blob.subarray(Number(from))
    const range = `bytes ${from}-${blob.length - 1}/${blob.length}`
    response.writeHead(206, { 'content-length': part.length, 'content-range': range, etag })
    send(asking, part)
  }
}
