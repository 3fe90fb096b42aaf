import { readFileSync } from 'node:fs'
import { createServer, request as forward } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect as dial, type Server } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { MEDIA } from '../../format/documents.ts'
import { makeCertificate } from '../../testing/registry.ts'
import { EmulatedRegistry, type EmulationOptions } from '../../testing/registry-emulation.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { apiHost, isLoopback, type RegistryAddress, repositoryPath } from './address.ts'
import { RegistryClient, type RegistryOptions } from './client.ts'
import type { RegistryEvent } from './connection.ts'

const signal = new AbortController().signal
const MANIFEST = { schemaVersion: 2, mediaType: MEDIA.manifest, config: {}, layers: [] }
const QUICK: RegistryOptions = { patience: { pause: 1, attempts: 2, wait: async () => undefined } }

const open: { close(): unknown }[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const one of open.splice(0)) await one.close()
})

async function start(options: EmulationOptions = {}): Promise<EmulatedRegistry> {
  const registry = await EmulatedRegistry.start(options)
  open.push(registry)
  registry.addManifest('a/b', ['1'], MANIFEST, MEDIA.manifest)
  return registry
}

function connect(address: RegistryAddress, options: RegistryOptions = {}): RegistryClient {
  const client = new RegistryClient(address, undefined, { ...QUICK, ...options })
  open.unshift(client)
  return client
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return (server.address() as AddressInfo).port
}

/** A proxy that brings everybody to one server, whatever they ask for. */
async function proxyTo(target: string, tunnels: boolean): Promise<string[]> {
  const asked: string[] = []
  const [host = '', port = ''] = target.split(':')
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { pathname, search } = new URL(request.url ?? '')
    const onward = forward({ host, port, path: pathname + search, method: request.method, headers: request.headers })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    if (!tunnels) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const onward = dial(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    socket.pipe(onward).pipe(socket)
  })
  vi.stubEnv('http_proxy', `http://sailor:proxy-password@127.0.0.1:${await listen(proxy)}`)
  vi.stubEnv('https_proxy', process.env['http_proxy'] ?? '')
  vi.stubEnv('no_proxy', '')
  return asked
}

describe('where a registry is', () => {
  it('is said once for Docker Hub’s names', () => {
    expect(
      ['docker.io', 'index.docker.io', 'ghcr.io', 'localhost:5000', '[::1]:5000', 'Reg.Example:443'].map(apiHost),
    ).toEqual([
      'registry-1.docker.io',
      'registry-1.docker.io',
      'ghcr.io',
      'localhost:5000',
      '[::1]:5000',
      'reg.example:443',
    ])
    expect(repositoryPath('docker.io', 'nginx')).toBe('library/nginx')
    expect(repositoryPath('docker.io', 'acme/shop')).toBe('acme/shop')
    expect(repositoryPath('ghcr.io', 'shop')).toBe('shop')
  })

  it.each(['a/b', 'user@host', 'host?x', 'host#x', '', 'https://x', 'a b', 'host:99999'])(
    'is no host: “%s”',
    (host) => {
      expect(() => connect({ host })).toThrow(/name-invalid/)
    },
  )

  it('is this computer for names no network sees', () => {
    expect(['localhost', 'a.localhost', '127.1.2.3', '[::1]'].every(isLoopback)).toBe(true)
    expect(['localhost.example', '128.0.0.1', '127.0.0.1.example', '10.0.0.1'].some(isLoopback)).toBe(false)
  })
})

describe('the way to a registry', () => {
  it('goes through the proxy of the environment, never for this computer', async () => {
    const registry = await start()
    const asked = await proxyTo(registry.host, false)
    await connect({ host: registry.host }).manifest('a/b', '1', signal)
    expect(asked).toEqual([])
    await connect({ host: 'registry.test', plain: true }).manifest('a/b', '1', signal)
    expect(asked.at(0)).toBe('CONNECT registry.test:443')
    expect(asked.at(-1)).toBe('GET http://registry.test/v2/a/b/manifests/1')
  })

  it('says when the proxy does not let us through, without its password', async () => {
    await proxyTo((await start()).host, false)
    const refused = await connect({ host: 'registry.test' })
      .ping(signal)
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'registry-proxy', parts: { place: 'registry.test' } })
    expect(JSON.stringify(refused)).not.toContain('proxy-password')
  })

  it('is not taken without encryption unless somebody said so', async () => {
    const registry = await start()
    const asked = await proxyTo(registry.host, true)
    await expect(connect({ host: 'registry.test' }).ping(signal)).rejects.toMatchObject({
      code: 'registry-plain-http',
      parts: { place: 'registry.test' },
    })
    expect(asked.filter((line) => line.startsWith('GET'))).toEqual([])
    expect(await connect({ host: 'registry.test', plain: true }).ping(signal)).toEqual({ auth: 'none' })
  })

  it('does not end where nobody is', async () => {
    const gone = await EmulatedRegistry.start()
    const { host } = gone
    await gone.close()
    await expect(connect({ host }).ping(signal)).rejects.toMatchObject({ code: 'registry-unreachable' })
  })

  it('does not end where somebody else is', async () => {
    const registry = await start()
    registry.disturb({ method: 'GET', path: /^\/v2\/$/, answer: { status: 404, body: '<html>' } })
    await expect(connect({ host: registry.host }).ping(signal)).rejects.toMatchObject({ code: 'registry-answer' })
  })

  it('is not taken under another’s certificate, and is under its own, also through a proxy', async () => {
    const dir = tempDir()
    open.push({ close: () => removeDir(dir) })
    const { ca, certificate, key } = makeCertificate(dir, 'DNS:registry.test')
    const files = { cert: readFileSync(certificate), key: readFileSync(key) }
    const server = createTlsServer(files, (_, response) => response.end('{}'))
    const host = `127.0.0.1:${await listen(server)}`
    await expect(connect({ host, ca }).ping(signal)).rejects.toMatchObject({ code: 'registry-certificate' })
    const asked = await proxyTo(host, true)
    expect(await connect({ host: 'registry.test', ca }).ping(signal)).toEqual({ auth: 'none' })
    expect(asked).toEqual(['CONNECT registry.test:443'])
    await expect(connect({ host: 'registry.test' }).ping(signal)).rejects.toMatchObject({ code: 'registry-tls' })
  })

  it('does not lead elsewhere without encryption', async () => {
    const registry = await start()
    const client = connect({ host: registry.host })
    const headers = { location: 'http://elsewhere.invalid/upload' }
    registry.disturb({ method: 'POST', path: /uploads/, answer: { status: 202, headers } })
    await expect(client.upload('a/b', new Blob(['x']).stream(), {}, signal)).rejects.toMatchObject({
      code: 'registry-plain-http',
      parts: { place: 'elsewhere.invalid' },
    })
    registry.disturb({ method: 'GET', path: /manifests/, answer: { status: 307, headers } })
    await expect(client.manifest('a/b', '1', signal)).rejects.toMatchObject({ code: 'registry-plain-http' })
    const round = { location: '/v2/a/b/manifests/1' }
    registry.disturb({ method: 'GET', path: /manifests/, answer: { status: 307, headers: round }, times: 9 })
    await expect(client.manifest('a/b', '1', signal)).rejects.toMatchObject({ code: 'registry-answer' })
  })
})

describe('calls to a registry', () => {
  it('are never more at a time than agreed', async () => {
    const registry = await start()
    const client = connect({ host: registry.host }, { parallel: 3 })
    await client.ping(signal)
    const held = Promise.withResolvers<void>()
    registry.pause = held.promise
    const calls = Array.from({ length: 30 }, async () => await client.manifest('a/b', '1', signal))
    await vi.waitFor(() => expect(registry.busiest).toBe(3))
    held.resolve()
    await Promise.all(calls)
    expect(registry.busiest).toBe(3)
  })

  it('that wait for their turn can be left', async () => {
    const registry = await start()
    const client = connect({ host: registry.host }, { parallel: 1 })
    const leaving = new AbortController()
    const calls = Array.from({ length: 10 }, async () => await client.manifest('a/b', '1', leaving.signal))
    const stays = client.manifest('a/b', '1', signal)
    leaving.abort(new Error('left'))
    expect((await Promise.allSettled(calls)).every(({ status }) => status === 'rejected')).toBe(true)
    await expect(stays).resolves.toMatchObject({ mediaType: MEDIA.manifest })
  })

  it('are made again when cut, or when the server fails', async () => {
    const registry = await start()
    const client = connect({ host: registry.host })
    for (const cut of ['arrival', 'answer'] as const) {
      registry.disturb({ method: 'GET', path: /manifests/, cut })
      await client.manifest('a/b', '1', signal)
    }
    registry.disturb({ method: 'PUT', path: /manifests/, cut: 'effect' })
    await client.putManifest('a/b', '2', Buffer.from(JSON.stringify(MANIFEST)), MEDIA.manifest, signal)
    expect(registry.count('PUT', /manifests/)).toBe(2)
    registry.disturb({ method: 'GET', path: /manifests/, answer: { status: 502, body: '<html>' }, times: 2 })
    await expect(client.manifest('a/b', '1', signal)).rejects.toMatchObject({ code: 'registry-unavailable' })
  })

  it('pass on the registry’s words once', async () => {
    const registry = await start()
    const events: RegistryEvent[] = []
    const client = connect({ host: registry.host }, { report: (event) => events.push(event) })
    const headers = { warning: '299 - "this \\"thing\\" ends soon"', 'content-type': MEDIA.manifest }
    const answer = { status: 200, headers, body: JSON.stringify(MANIFEST) }
    registry.disturb({ method: 'GET', path: /manifests/, answer, times: 2 })
    await client.manifest('a/b', '1', signal)
    await client.manifest('a/b', '1', signal)
    expect(events).toEqual([{ type: 'warning', text: 'this "thing" ends soon' }])
  })
})
