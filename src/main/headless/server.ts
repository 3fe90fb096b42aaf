import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import type { App } from '../app.ts'
import { CONTENT_SECURITY_POLICY, PAGE_TYPES } from '../pages.ts'
import { router } from '../router.ts'
import type { Exchange } from './exchange.ts'

/**
 * The page and the contract over loopback, closed until opened: whoever has the one-time address gets a cookie, and only
 * with it, from a page of this very server, may anything be asked.
 */
export interface Serving {
  /** The address to open, good once. A new one each call. */
  invite(): string
  close(): Promise<void>
}

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

const secret = (): string => randomBytes(32).toString('base64url')

function equal(given: string | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

export async function serve(app: App, exchange: Exchange, pages: string, port: number): Promise<Serving> {
  const session = secret()
  const invitations = new Set<string>()
  const handler = new RPCHandler(router)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4 << 20 })
  // No limit for a request's body: a file of many gigabytes takes its time to be sent. Headers keep Node's limit.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  })
  await listen(server, port)
  const { port: bound } = server.address() as AddressInfo
  const hosts = [`127.0.0.1:${bound}`, `localhost:${bound}`]
  // Cookies are not kept apart by port: two hosts on one computer must not log each other out.
  const cookie = `caboteur-${bound}`

  /** Another name for this address is another site's (DNS rebinding). */
  const hostIsOurs = (request: IncomingMessage): boolean => hosts.includes(request.headers.host ?? '')
  const originIsOurs = (request: IncomingMessage): boolean =>
    request.headers.origin === `http://${request.headers.host}`
  const isKnown = (request: IncomingMessage): boolean => {
    const cookies = (request.headers.cookie ?? '').split(';').map((one) => one.trim().split('='))
    return cookies.some(([name, value]) => name === cookie && equal(value, session))
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    if (!hostIsOurs(request)) return void response.writeHead(421).end('This address is not served here.\n')
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const token = url.searchParams.get('token')
    if (token !== null) return enter(response, token)
    if (!isKnown(request))
      return void response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8' }).end(CLOSED)
    const download = /^\/download\/([\w-]+)$/.exec(url.pathname)?.[1]
    if (url.pathname === '/upload') {
      if (request.method !== 'PUT' || !originIsOurs(request)) return void response.writeHead(403).end()
      return await exchange.upload(request, response, url.searchParams)
    }
    if (request.method !== 'GET') return void response.writeHead(405).end()
    if (download !== undefined) return await exchange.download(response, download)
    await page(response, url.pathname)
  }

  function enter(response: ServerResponse, token: string): void {
    const known = [...invitations].find((invitation) => equal(token, invitation))
    if (known === undefined)
      return void response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8' }).end(CLOSED)
    invitations.delete(known)
    response
      .writeHead(302, { location: '/', 'set-cookie': `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/` })
      .end()
  }

  async function page(response: ServerResponse, path: string): Promise<void> {
    const file = normalize(path === '/' ? '/index.html' : path)
    const content = await readFile(join(pages, file)).catch(() => undefined)
    if (!content) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': PAGE_TYPES[extname(file)] ?? 'application/octet-stream' }).end(content)
  }

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Nobody else listens once Node has handed the socket over: a peer that breaks off would end the process.
    socket.on('error', () => socket.destroy())
    const open = hostIsOurs(request) && originIsOurs(request) && isKnown(request) && request.url === '/rpc'
    if (!open) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (connection) => {
      connection.on('error', () => connection.terminate())
      void handler.upgrade(connection, { context: { app } })
    })
  })

  return {
    invite() {
      const token = secret()
      invitations.add(token)
      return `http://127.0.0.1:${bound}/?token=${token}`
    },
    async close() {
      for (const connection of sockets.clients) connection.terminate()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const CLOSED = `Caboteur: this address was used already, or is not complete.
Caboteur : cette adresse a déjà servi, ou n’est pas complète.
`

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
