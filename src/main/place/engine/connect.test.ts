import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { makeAuthority } from '../../testing/certificates.ts'
import { type Engine, startEngine } from '../../testing/engine.ts'
import { freePort } from '../../testing/ports.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { connect } from './client.ts'
import { type EngineAddress, findEngines } from './find.ts'
import { listImages } from './images.ts'

describe('a Docker at a network address', () => {
  let dir: string
  let engine: Engine
  let secured: number
  let open: number

  beforeAll(async () => {
    dir = tempDir()
    const [client, server] = [join(dir, 'client'), join(dir, 'server')]
    mkdirSync(client)
    mkdirSync(server)
    const authority = makeAuthority(dir)
    authority.certify('someone', client, 'client')
    copyFileSync(authority.ca, join(client, 'ca.pem'))
    const { cert, key } = authority.certify('engine', server)
    ;[secured, open] = [await freePort(), await freePort()]
    engine = await startEngine({
      args: [
        `--host=tcp://127.0.0.1:${secured}`,
        '--tlsverify',
        `--tlscacert=${authority.ca}`,
        `--tlscert=${cert}`,
        `--tlskey=${key}`,
      ],
    })
  })
  afterAll(async () => {
    await engine.stop()
    removeDir(dir)
  })

  async function current(env: Record<string, string>, home = dir): Promise<EngineAddress> {
    const found = (await findEngines(env, home)).find((address) => address.current)
    if (!found) throw new Error('no current engine')
    return found
  }
  async function code(address: EngineAddress): Promise<string> {
    const error: unknown = await connect(address).then(
      (client) => client.close(),
      (thrown: unknown) => thrown,
    )
    return error instanceof AppError ? error.code : 'connected'
  }

  it('is reached by DOCKER_HOST with the certificates of DOCKER_CERT_PATH', async () => {
    const env = {
      DOCKER_HOST: `tcp://127.0.0.1:${secured}`,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(dir, 'client'),
    }
    const client = await connect(await current(env))
    expect(client.api[0]).toBe(1)
    expect(client.root).toBe('')
    expect(await listImages(client)).toEqual([])
    client.close()
  })

  it('is reached by a context that brings its certificates', async () => {
    const hash = createHash('sha256').update('bench').digest('hex')
    const meta = join(dir, '.docker', 'contexts', 'meta', hash)
    const tls = join(dir, '.docker', 'contexts', 'tls', hash, 'docker')
    mkdirSync(meta, { recursive: true })
    mkdirSync(tls, { recursive: true })
    const host = `tcp://127.0.0.1:${secured}`
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: 'bench', Endpoints: { docker: { Host: host } } }))
    for (const file of ['ca.pem', 'cert.pem', 'key.pem']) copyFileSync(join(dir, 'client', file), join(tls, file))
    expect(await code(await current({ DOCKER_CONTEXT: 'bench' }))).toBe('connected')
  })

  it('is refused in plain words without them, with the wrong ones, or where nobody listens', async () => {
    const host = `tcp://127.0.0.1:${secured}`
    expect(await code(await current({ DOCKER_HOST: host }))).toBe('docker-tls')
    // No authority of ours vouches for it.
    expect(
      await code(await current({ DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(dir, 'none') })),
    ).toBe('docker-tls')
    // No certificate of our own.
    const authorityOnly = join(dir, 'authority-only')
    mkdirSync(authorityOnly)
    copyFileSync(join(dir, 'ca.pem'), join(authorityOnly, 'ca.pem'))
    expect(
      await code(await current({ DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: authorityOnly })),
    ).toBe('docker-tls')
    expect(await code(await current({ DOCKER_HOST: `tcp://127.0.0.1:${open}` }))).toBe('docker-unreachable')
    expect(await code(await current({ DOCKER_HOST: 'tcp://no-such-host.invalid:2375' }))).toBe('docker-unreachable')
    for (const nonsense of ['gopher://x', 'tcp://', 'fd://3', 'x'])
      expect(await code(await current({ DOCKER_HOST: nonsense }))).toBe('docker-address')
  })
})

describe('an engine that goes away in the middle of an answer', () => {
  it('leaves no call waiting', async () => {
    const dir = tempDir()
    const path = join(dir, 's')
    const half = Promise.withResolvers<void>()
    const answers: Record<string, unknown> = {
      '/version': { Version: '20.10.24', ApiVersion: '1.41', Os: 'linux', Arch: 'amd64' },
      '/v1.41/info': { OSType: 'linux', Architecture: 'x86_64' },
    }
    const server = createServer((request, response) => {
      const answer = answers[request.url ?? '']
      if (answer) return response.end(JSON.stringify(answer))
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('[{"Id":', () => half.resolve())
      return undefined
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    try {
      const client = await connect({ id: 'x', kind: 'default', name: '', current: true, host: `unix://${path}` })
      const listing = listImages(client)
      await half.promise
      client.close()
      await expect(listing).rejects.toMatchObject({ code: 'docker-lost' })
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      removeDir(dir)
    }
  })
})
