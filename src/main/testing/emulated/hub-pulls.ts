import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Digest } from '../../../shared/reference.ts'
import { digestOf } from '../content.ts'
import type { MadeImage } from '../handmade-archives.ts'
import type { Internet } from '../internet.ts'
import { refuse } from '../registry-emulation-asking.ts'
import type { HubTag } from './hub-search.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
/** Docker Hub's words when too much was pulled (docs.docker.com, "Pull usage and limits"). */
const TOO_MANY = 'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'

interface Kept {
  readonly bytes: Buffer
  readonly type: string
}

/**
 * registry-1.docker.io and auth.docker.io for whoever is not signed in: tokens for what is public, manifests that are counted
 * (each platform's when it is read, never a HEAD), and how many are left in the headers.
 */
export class HubPulls {
  /** Downloads that are left. */
  left = 100
  readonly limit = 100
  /** Manifests that were read and counted, `library/nginx@sha256:…`. */
  readonly counted: string[] = []
  /** By `path/tag` and `path/digest`. */
  readonly #manifests = new Map<string, Kept>()
  readonly #blobs = new Map<string, Buffer>()
  readonly #tokens = new Map<string, string>()

  enter(internet: Internet): void {
    internet.host('auth.docker.io', (request, response) => this.#token(request, response))
    const serve: RequestListener = (request, response) => this.#serve(request, response)
    internet.host('registry-1.docker.io', serve)
  }

  /** Publishes an index of these platforms under a tag, and gives what the web tells of it. */
  publish(path: string, tag: string, images: readonly MadeImage[], pushed = '2026-11-20T10:00:00Z'): HubTag {
    const parts = images.map((image) => ({ ...image.platform, ...this.#image(path, image) }))
    const manifests = parts.map(({ digest, manifestSize, os, architecture }) => ({
      mediaType: MANIFEST,
      digest,
      size: manifestSize,
      platform: { os, architecture },
    }))
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }))
    const digest = digestOf(index)
    for (const name of [tag, digest]) this.#manifests.set(`${path}/${name}`, { bytes: index, type: INDEX })
    return {
      name: tag,
      digest,
      pushed,
      parts: parts.map(({ os, architecture, digest: own, size }) => ({ os, architecture, digest: own, size })),
    }
  }

  #image(path: string, { config, layers }: MadeImage): { digest: Digest; size: number; manifestSize: number } {
    const blob = (bytes: Buffer): { digest: Digest; size: number } => {
      const digest = digestOf(bytes)
      this.#blobs.set(`${path}/${digest}`, bytes)
      return { digest, size: bytes.length }
    }
    const stored = layers.map(({ tar }) => ({ mediaType: GZIP, ...blob(gzipSync(tar, { level: 1 })) }))
    const value = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, ...blob(config) },
      layers: stored,
    }
    const bytes = Buffer.from(JSON.stringify(value))
    const digest = digestOf(bytes)
    this.#manifests.set(`${path}/${digest}`, { bytes, type: MANIFEST })
    return { digest, size: stored.reduce((sum, { size }) => sum + size, 0), manifestSize: bytes.length }
  }

  #token(request: IncomingMessage, response: ServerResponse): void {
    const scope = new URL(request.url ?? '', 'https://auth.docker.io').searchParams.get('scope') ?? ''
    const token = `hub-token-${this.#tokens.size}`
    this.#tokens.set(token, scope)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() }))
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'https://registry-1.docker.io')
    const [, path = '', kind, last = ''] = /^\/v2\/(?:(.+)\/(manifests|blobs|tags)\/([^/]+))?$/.exec(pathname) ?? []
    const scope = path === '' ? '' : `repository:${path}:pull`
    const granted = this.#tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '')
    // A token that opens nothing is given out all the same: the registry refuses it.
    const there = path === '' || path === 'ratelimitpreview/test' || this.#knows(path)
    if (granted === undefined || (scope !== '' && (!granted.split(' ').includes(scope) || !there))) {
      const asks = scope === '' ? '' : `,scope="${scope}"`
      response.setHeader(
        'www-authenticate',
        `Bearer realm="https://auth.docker.io/token",service="registry.docker.io"${asks}`,
      )
      refuse({ response }, 401, 'UNAUTHORIZED')
    } else if (kind === 'manifests') this.#manifest(request, response, path, last)
    else if (kind === 'blobs') this.#blob(response, `${path}/${last}`)
    else if (kind === 'tags') this.#list(response, path)
    else response.writeHead(200).end('{}')
  }

  #knows(path: string): boolean {
    return [...this.#manifests.keys()].some((key) => key.startsWith(`${path}/`))
  }

  #manifest({ method }: IncomingMessage, response: ServerResponse, path: string, last: string): void {
    const probe = path === 'ratelimitpreview/test' ? { bytes: Buffer.from('{}'), type: MANIFEST } : undefined
    const kept = this.#manifests.get(`${path}/${last}`) ?? probe
    if (!kept) {
      refuse({ response }, 404, 'MANIFEST_UNKNOWN')
      return
    }
    const counts = method === 'GET' && kept.type !== INDEX
    if (counts && this.left <= 0) {
      this.#tell(response)
      response.writeHead(429, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message: TOO_MANY }] }))
      return
    }
    if (counts) {
      this.left -= 1
      this.counted.push(`${path}@${digestOf(kept.bytes)}`)
    }
    this.#tell(response)
    response.writeHead(200, {
      'content-type': kept.type,
      'content-length': kept.bytes.length,
      'docker-content-digest': digestOf(kept.bytes),
    })
    response.end(method === 'HEAD' ? undefined : kept.bytes)
  }

  #tell(response: ServerResponse): void {
    response.setHeader('ratelimit-limit', `${this.limit};w=21600`)
    response.setHeader('ratelimit-remaining', `${this.left};w=21600`)
    response.setHeader('docker-ratelimit-source', '192.0.2.1')
  }

  #blob(response: ServerResponse, key: string): void {
    const blob = this.#blobs.get(key)
    if (!blob) refuse({ response }, 404, 'BLOB_UNKNOWN')
    else response.writeHead(200, { 'content-length': blob.length }).end(blob)
  }

  #list(response: ServerResponse, path: string): void {
    const names = [...this.#manifests.keys()].filter((key) => key.startsWith(`${path}/`) && !key.includes(':'))
    const tags = names.map((key) => key.slice(path.length + 1)).sort()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name: path, tags }))
  }
}
