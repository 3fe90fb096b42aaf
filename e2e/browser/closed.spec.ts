import { once } from 'node:events'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { Contract } from '../../src/shared/contract.ts'
import { expect, test } from '../fixtures.ts'
import { loaded, runnable } from '../given.ts'
import { type HeadlessHost, stateFolder } from '../hosts/headless.ts'

/** The headless host lets in whom it invited, from its own page, into the folders it was given: nobody and nothing else. */

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

async function ask(
  { origin }: Pick<HeadlessHost, 'origin'>,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const asked = request(new URL(path, origin), { method, headers })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage]
  const text = (await Array.fromAsync(response.setEncoding('utf8') as AsyncIterable<string>)).join('')
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

/** Follows the invitation and gives the cookie it leaves. */
async function enter(host: HeadlessHost): Promise<string> {
  const { status, headers } = await ask(host, host.invitation)
  expect(status).toBe(302)
  expect(headers['location']).toBe('/')
  const [cookie = ''] = headers['set-cookie'] ?? []
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
  return cookie.split(';')[0] ?? ''
}

async function socketStatus(host: HeadlessHost, headers: Record<string, string>, path = '/rpc'): Promise<number> {
  const socket = new WebSocket(`${host.origin.replace('http', 'ws')}${path}`, { headers })
  const opened = once(socket, 'open').then(() => 101)
  const refused = once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode))
  socket.on('error', () => undefined)
  const status = await Promise.race([opened, refused])
  socket.terminate()
  return status
}

/** What a page may ask, without the page. */
async function clientOf(
  host: HeadlessHost,
  cookie: string,
): Promise<{ client: ContractRouterClient<Contract>; close: () => void }> {
  const socket = new WebSocket(`${host.origin.replace('http', 'ws')}/rpc`, { headers: { cookie, origin: host.origin } })
  await once(socket, 'open')
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  return { client: createORPCClient(link), close: () => socket.terminate() }
}

test('an invitation is good once', async ({ host }) => {
  await enter(host)
  const again = await ask(host, host.invitation)
  expect(again.status).toBe(401)
  expect(again.text).toContain('this address was used already')
  expect(again.text).toContain('cette adresse a déjà servi')
  expect((await ask(host, '/?token=guessed')).status).toBe(401)
})

test('without the cookie nothing is answered', async ({ host }) => {
  const own = { origin: host.origin }
  for (const path of ['/', '/index.html', '/download/abc', '/assets/none.js'])
    expect((await ask(host, path)).status, path).toBe(401)
  expect((await ask(host, '/upload?name=a.tar', { method: 'PUT', headers: own, body: 'x' })).status).toBe(401)
  expect(await socketStatus(host, own)).toBe(403)
  const cookie = await enter(host)
  const wrong = cookie.replace(/=.*/, `=${'A'.repeat(43)}`)
  expect((await ask(host, '/', { headers: { cookie: wrong } })).status).toBe(401)
  expect((await ask(host, '/', { headers: { cookie } })).status).toBe(200)
})

test('another name for its address is refused', async ({ host }) => {
  const cookie = await enter(host)
  const { port } = new URL(host.origin)
  for (const name of [`elsewhere.example:${port}`, 'elsewhere.example', '127.0.0.1'])
    expect((await ask(host, '/', { headers: { cookie, host: name } })).status, name).toBe(421)
  expect((await ask(host, '/', { headers: { cookie, host: `localhost:${port}` } })).status).toBe(200)
})

test('another site’s page may neither open the socket nor send files', async ({ host, home }) => {
  const cookie = await enter(host)
  for (const origin of [
    'https://elsewhere.example',
    'null',
    host.origin.replace('http:', 'https:'),
    'http://127.0.0.1:1',
  ]) {
    expect(await socketStatus(host, { cookie, origin }), origin).toBe(403)
    const upload = await ask(host, '/upload?name=a.tar', { method: 'PUT', headers: { cookie, origin }, body: 'x' })
    expect(upload.status, origin).toBe(403)
  }
  expect(await socketStatus(host, { cookie }), 'no origin at all').toBe(403)
  expect(await socketStatus(host, { cookie, origin: host.origin }, '/other')).toBe(403)
  expect(await socketStatus(host, { cookie, origin: host.origin })).toBe(101)
  expect((await ask(host, '/', { method: 'POST', headers: { cookie, origin: host.origin } })).status).toBe(405)
  const [exchange = ''] = readdirSync(join(stateFolder(home), 'exchange'))
  expect(readdirSync(join(stateFolder(home), 'exchange', exchange))).toEqual([])
})

test('every answer carries the policy, and nothing but the page is served', async ({ host }) => {
  const cookie = await enter(host)
  const page = await ask(host, '/', { headers: { cookie } })
  for (const { headers } of [page, await ask(host, '/')]) {
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("script-src 'self'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['cache-control']).toBe('no-store')
  }
  for (const path of ['/../main/headless.js', '/..%2fmain%2fheadless.js', '/%2e%2e/main/headless.js', '/none.js'])
    expect((await ask(host, path, { headers: { cookie } })).status, path).toBe(404)
})

test('an upload is deleted with the host, whatever its name says', async ({ host, home }) => {
  const cookie = await enter(host)
  const headers = { cookie, origin: host.origin }
  const sent = await ask(host, `/upload?name=${encodeURIComponent('../../.ssh/keys')}`, {
    method: 'PUT',
    headers,
    body: 'x',
  })
  expect(sent.status).toBe(200)
  const { path } = JSON.parse(sent.text) as { path: string }
  expect(path.startsWith(join(stateFolder(home), 'exchange'))).toBe(true)
  expect(path.endsWith('/keys')).toBe(true)
  await host.end()
  expect(readdirSync(join(stateFolder(home), 'exchange'))).toEqual([])
})

test('paths outside the folders it was given are refused, links included', async ({ host, engine, home, folder }) => {
  await loaded(engine, await runnable('demo/shop:1.0'))
  writeFileSync(join(home, 'secret.tar'), 'secret')
  mkdirSync(join(home, 'files-beside'))
  symlinkSync(home, join(folder, 'way-out'))
  const { client, close } = await clientOf(host, await enter(host))
  const signal = AbortSignal.timeout(20_000)
  const outside = { code: 'FAILED', data: { code: 'folder-outside' } }
  const paths = [home, '/', join(folder, '..'), join(folder, 'way-out'), join(home, 'files-beside')]
  for (const path of paths) await expect(client.files.list({ path }), path).rejects.toMatchObject(outside)
  for (const path of [join(home, 'secret.tar'), join(folder, 'way-out', 'secret.tar'), '/etc/hostname']) {
    await expect(client.files.target({ path }), path).rejects.toMatchObject(outside)
    await expect(Array.fromAsync(await client.archives.open({ path }, { signal })), path).rejects.toMatchObject(outside)
    const from = { type: 'archive' as const, path }
    await expect(
      client.copies.plan({ from, to: { type: 'engine', engine: 'default' }, images: [] }),
    ).rejects.toMatchObject(outside)
  }
  await expect(client.files.makeFolder({ path: home, name: 'new' })).rejects.toMatchObject(outside)
  const id = engine.docker('images', '--quiet', '--no-trunc', 'demo/shop')
  const to = { type: 'archive' as const, path: join(folder, 'way-out', 'out.tar') }
  const from = { type: 'engine' as const, engine: 'default' }
  await expect(client.copies.start({ from, to, images: [{ id, names: [] }] })).rejects.toMatchObject(outside)
  expect(await client.files.list({ path: folder })).toMatchObject({ path: folder })
  expect(readdirSync(home).sort()).toEqual(['.state', 'files', 'files-beside', 'secret.tar'])
  close()
})
