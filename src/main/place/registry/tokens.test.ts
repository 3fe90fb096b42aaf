import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { sentence } from '../../../shared/error-sentences.ts'
import { AppError } from '../../../shared/errors.ts'
import { MEDIA } from '../../format/documents.ts'
import { EmulatedRegistry, type EmulationOptions } from '../../testing/registry-emulation.ts'
import type { EmulatedAuth } from '../../testing/registry-emulation-tokens.ts'
import { RegistryClient, type RegistryOptions } from './client.ts'
import { covers, joinScopes } from './scopes.ts'
import type { Credentials } from './tokens.ts'

const signal = new AbortController().signal
const SECRET = 'salt&rope in the hold'
const ACCOUNT = { username: 'captain', password: SECRET } as const
const SIGNED_IN = { type: 'password', ...ACCOUNT } as const satisfies Credentials
const MANIFEST = { schemaVersion: 2, mediaType: MEDIA.manifest, config: {}, layers: [] }

const open: { close(): Promise<void> }[] = []

async function start(options: EmulationOptions): Promise<EmulatedRegistry> {
  const registry = await EmulatedRegistry.start(options)
  open.push(registry)
  registry.addManifest('a/b', ['1'], MANIFEST, MEDIA.manifest)
  return registry
}

function connect(
  registry: EmulatedRegistry,
  credentials: Credentials | undefined,
  options: RegistryOptions = {},
): RegistryClient {
  const patience = { pause: 1, attempts: 3, wait: async () => undefined }
  const client = new RegistryClient({ host: registry.host }, async () => credentials, { patience, ...options })
  open.unshift(client)
  return client
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${inspect(error)}`)
  return error
}

const auth = (more: Partial<EmulatedAuth> = {}): EmulationOptions => ({ auth: { ...ACCOUNT, ...more } })

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

describe('signing in to a registry', () => {
  it('asks the token server with the password (GET) and names service and scope', async () => {
    const registry = await start(auth())
    const client = connect(registry, SIGNED_IN)
    expect(await client.ping(signal)).toEqual({ auth: 'bearer' })
    await client.manifest('a/b', '1', signal)
    expect(registry.tokens?.asked).toMatchObject([
      { method: 'GET', service: 'emulated, service', scopes: ['repository:a/b:pull'] },
    ])
    await client.manifest('a/b', '1', signal)
    expect(registry.tokens?.asked).toHaveLength(1)
  })

  it('uses the POST form where there is no other, and whichever name the token has', async () => {
    const registry = await start(auth({ flows: ['POST'], field: 'access_token' }))
    await connect(registry, SIGNED_IN).manifest('a/b', '1', signal)
    const asked = registry.tokens?.asked.at(-1)
    expect(asked).toMatchObject({ method: 'POST', authorization: undefined, scopes: ['repository:a/b:pull'] })
    expect(asked?.form.get('grant_type')).toBe('password')
  })

  it('turns an identity token into tokens', async () => {
    const registry = await start(auth({ identityToken: 'identity-of-captain' }))
    await connect(registry, { type: 'identity-token', token: 'identity-of-captain' }).manifest('a/b', '1', signal)
    expect(registry.tokens?.asked.map(({ method }) => method)).toEqual(['POST'])
    const stale = connect(registry, { type: 'identity-token', token: 'identity-of-nobody' })
    await expect(stale.manifest('a/b', '1', signal)).rejects.toMatchObject({ code: 'registry-credentials' })
  })

  it('sends a ready-made token as it is', async () => {
    const registry = await start(auth())
    const refused = await failure(
      connect(registry, { type: 'bearer', token: 'ready-made' }).manifest('a/b', '1', signal),
    )
    expect(refused.code).toBe('registry-credentials')
    expect(registry.seen.at(-1)?.headers.authorization).toBe('Bearer ready-made')
    expect(registry.tokens?.asked).toEqual([])
  })

  it('asks for a token as nobody where anybody may pull, and says so where not', async () => {
    const registry = await start(auth({ anonymous: true }))
    const client = connect(registry, undefined)
    await client.manifest('a/b', '1', signal)
    expect(registry.tokens?.asked[0]?.authorization).toBeUndefined()
    await expect(client.upload('a/b', new Blob(['x']).stream(), {}, signal)).rejects.toMatchObject({
      code: 'registry-unauthorized',
    })
    const closed = await start(auth())
    await expect(connect(closed, undefined).manifest('a/b', '1', signal)).rejects.toMatchObject({
      code: 'registry-unauthorized',
    })
  })

  it('fetches one token for many who wait', async () => {
    const registry = await start(auth())
    const client = connect(registry, SIGNED_IN)
    await Promise.all(Array.from({ length: 20 }, async () => await client.manifest('a/b', '1', signal)))
    expect(registry.tokens?.asked).toHaveLength(1)
    registry.tokens?.revoke()
    await Promise.all(Array.from({ length: 20 }, async () => await client.manifest('a/b', '1', signal)))
    expect(registry.tokens?.asked).toHaveLength(2)
  })

  it('does not end for others because one of them leaves', async () => {
    const registry = await start(auth())
    const client = connect(registry, SIGNED_IN)
    await client.ping(signal)
    const held = Promise.withResolvers<void>()
    if (registry.tokens) registry.tokens.pause = held.promise
    const leaving = new AbortController()
    const left = client.manifest('a/b', '1', leaving.signal)
    const stays = client.manifest('a/b', '1', signal)
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    held.resolve()
    await expect(stays).resolves.toMatchObject({ mediaType: MEDIA.manifest })
  })

  it('stops asking when a fresh token does not help', async () => {
    const registry = await start(auth({ refuse: (scope) => scope.includes('push') }))
    const client = connect(registry, SIGNED_IN)
    const refused = await failure(client.upload('a/b', new Blob(['x']).stream(), {}, signal))
    expect(refused).toMatchObject({ code: 'registry-denied', parts: { name: 'a/b', place: registry.host } })
    expect(registry.count('POST', /uploads/)).toBe(1)
  })

  it('renews a token that expires in the middle of an upload, and sends the same chunk again', async () => {
    const registry = await start({ ...auth({ uses: 2 }), patch: 'chunks' })
    const client = connect(registry, SIGNED_IN, { sizes: { chunk: 1000, keep: 8000 } })
    const content = Buffer.from(Array.from({ length: 7000 }, (_, at) => at % 251))
    const put = await client.upload('a/b', new Blob([content]).stream(), {}, signal)
    expect(put).toMatchObject({ size: 7000, resumed: 0 })
    expect(registry.blobs.get(`a/b@${put.digest}`)?.equals(content)).toBe(true)
    expect(registry.tokens?.asked.length).toBeGreaterThan(3)
    const ranges = registry.seen.map(({ headers }) => headers['content-range']).filter(Boolean)
    expect(new Set(ranges).size).toBeLessThan(ranges.length)
  })

  it('uses Basic where only that is wanted, and where only one thing wants it', async () => {
    const basic = await start(auth({ flows: 'basic' }))
    await connect(basic, SIGNED_IN).manifest('a/b', '1', signal)
    await expect(connect(basic, { ...SIGNED_IN, password: 'wrong-one' }).signIn(signal)).rejects.toMatchObject({
      code: 'registry-credentials',
    })
    const harbor = await start(auth({ catalogBasic: true }))
    const client = connect(harbor, SIGNED_IN)
    await client.manifest('a/b', '1', signal)
    expect(await Array.fromAsync(client.catalog(signal))).toEqual(['a/b'])
    await client.manifest('a/b', '1', signal)
  })

  it.each(['http://tokens.invalid/token', 'https://127.0.0.2.nip.invalid@evil.invalid:1/', 'ftp://x.invalid/'])(
    'sends no password to %s',
    async (realm) => {
      const registry = await start(auth({ realm }))
      const refused = await failure(connect(registry, SIGNED_IN).manifest('a/b', '1', signal))
      expect(['registry-plain-http', 'registry-unreachable']).toContain(refused.code)
      expect(inspect(refused, { depth: 9 })).not.toContain(SECRET)
    },
  )

  it('tells a registry’s busy token server from a wrong password', async () => {
    const registry = await start(auth())
    registry.disturb({ method: 'GET', path: /^\/token/, answer: { status: 503 }, times: 2 })
    await connect(registry, SIGNED_IN).manifest('a/b', '1', signal)
    const headers = { 'content-length': '100', connection: 'close' }
    registry.disturb({ method: 'GET', path: /^\/token/, answer: { status: 200, headers, body: '{' } })
    await connect(registry, SIGNED_IN).manifest('a/b', '1', signal)
    registry.disturb({ method: 'GET', path: /^\/token/, cut: 'arrival', times: 9 })
    await expect(connect(registry, SIGNED_IN).manifest('a/b', '1', signal)).rejects.toMatchObject({
      code: 'registry-broken',
    })
  })

  it('asks for the credentials again after they were refused', async () => {
    const registry = await start(auth({ flows: 'basic' }))
    const given: Credentials[] = [{ ...SIGNED_IN, password: 'an old one' }, SIGNED_IN]
    const client = new RegistryClient({ host: registry.host }, async () => given.shift())
    open.unshift(client)
    await expect(client.signIn(signal)).rejects.toMatchObject({ code: 'registry-credentials' })
    await client.signIn(signal)
    expect(given).toEqual([])
  })

  it('keeps secrets out of everything an error holds', async () => {
    const registry = await start(auth({ flows: ['POST'] }))
    const wrong = { ...SIGNED_IN, password: 'a wrong & secret one' }
    const refusals = [await failure(connect(registry, wrong).manifest('a/b', '1', signal))]
    const echo = 'Bearer emulated-token-1 Basic Y2FwdGFpbjpzYWx0JnJvcGU= https://u:pw-in-url@x/y?token=in-the-query'
    const answer = { status: 400, body: JSON.stringify({ errors: [{ message: `${echo} ${SECRET}` }] }) }
    registry.disturb({ method: 'GET', path: /manifests\/2/, answer })
    refusals.push(await failure(connect(registry, SIGNED_IN).manifest('a/b', '2', signal)))
    for (const refused of refusals) {
      const told = [inspect(refused, { depth: 9 }), JSON.stringify(refused.data), sentence(refused, 'fr').what].join()
      for (const secret of [
        SECRET,
        wrong.password,
        encodeURIComponent(wrong.password),
        'a+wrong',
        'emulated-token',
        'Y2Fwd',
        'pw-in',
        'in-the-query',
      ]) {
        expect(told).not.toContain(secret)
      }
    }
  })
})

describe('scopes', () => {
  it('are joined a resource once', () => {
    expect(joinScopes(['repository:h:5000/a:push', 'aws', 'repository:b:pull', 'repository:h:5000/a:pull'])).toEqual([
      'aws',
      'repository:b:pull',
      'repository:h:5000/a:pull,push',
    ])
  })

  it('cover what they include', () => {
    expect(covers(['repository:a:pull,push'], ['repository:a:pull'])).toBe(true)
    expect(covers(['repository:a:pull'], ['repository:a:pull,push'])).toBe(false)
    expect(covers(['repository:a:pull'], ['repository:b:pull'])).toBe(false)
    expect(covers([], [])).toBe(true)
  })
})
