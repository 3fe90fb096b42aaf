import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type Authority, makeAuthority } from './certificates.ts'
import { removeDir, tempDir } from './temp.ts'

/**
 * A small internet on this computer: hosts under their real names, over TLS, behind a proxy on loopback. What asks
 * `https://hub.docker.com/` through the proxy of its environment gets a server of the test; no name outside is ever asked.
 */
export class Internet {
  /** Every request, `GET https://hub.docker.com/v2/…`. */
  readonly asked: string[] = []
  /** Names that were asked for and that are nobody here. */
  readonly unknown: string[] = []
  readonly #dir = tempDir()
  readonly #authority: Authority = makeAuthority(this.#dir)
  readonly #hosts = new Map<string, Server>()
  readonly #sockets = new Set<Socket>()
  readonly #proxy = createServer((_, response) => response.writeHead(502).end())

  private constructor() {
    this.#proxy.on('connect', (request, socket) => this.#connect(request.url ?? '', socket as Socket))
  }

  static async start(): Promise<Internet> {
    const internet = new Internet()
    await new Promise<void>((resolve) => internet.#proxy.listen(0, '127.0.0.1', resolve))
    return internet
  }

  /** Who answers at `https://<name>/`. */
  host(name: string, listener: RequestListener): void {
    const { cert, key } = this.#authority.certify(name, this.#dir, 'server', `DNS:${name}`)
    const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
      this.asked.push(`${request.method} https://${name}${request.url}`)
      listener(request, response)
    })
    this.#hosts.set(name, server)
  }

  /** For a program that is to live in this internet. */
  get env(): Record<string, string> {
    const proxy = `http://127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`
    return {
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      NO_PROXY: '',
      no_proxy: '',
      NODE_EXTRA_CA_CERTS: this.#authority.ca,
    }
  }

  /** Has this very process live in it; what it gives ends that. */
  enter(): () => void {
    const before = { ...process.env }
    const trusted = getCACertificates('default')
    Object.assign(process.env, this.env)
    setDefaultCACertificates([...trusted, readFileSync(this.#authority.ca, 'utf8')])
    return () => {
      for (const name of Object.keys(this.env)) delete process.env[name]
      Object.assign(process.env, before)
      setDefaultCACertificates(trusted)
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    for (const server of this.#hosts.values()) server.closeAllConnections()
    this.#proxy.closeAllConnections()
    await new Promise<void>((resolve) => this.#proxy.close(() => resolve()))
    removeDir(this.#dir)
  }

  #connect(target: string, socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => undefined)
    const name = target.replace(/:443$/, '')
    const server = this.#hosts.get(name)
    if (!server) {
      this.unknown.push(name)
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    server.emit('connection', socket)
  }
}
